"""Les gestes sur un lot de lettres : préparer, mettre à la signature, signer, figer, imprimer, envoyer.

Un lot se désigne dans l'adresse : des lettres (`courrier=1&courrier=2`), une campagne (`campagne=3`), ou les numéros
d'une signature (`annee=2026&du=12&au=111`). Sans rien, les lettres signées qui ne sont pas encore parties.
"""

from django.contrib import messages
from django.http import Http404, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate

from reseau.acces import formulaire, geste, page
from reseau.droits import SIENS, portee
from reseau.enums import Geste
from reseau.lib import progression
from reseau.lib.erreurs import exiger
from reseau.lib.etiquettes import imprimer_etiquettes
from reseau.lib.lettre_modifiable import FORMATS
from reseau.lib.reponses import fichier
from reseau.operations import noter
from reseau.templatetags.affichage import pluriel_fr
from visites import composition
from visites import courriers as operations
from visites import papier_des_lettres as papier
from visites.filters import CourrierFilter
from visites.forms import EtiquettesForm
from visites.models import Campagne, Courrier, Visite

CHIFFRES_MAX = 9  # au-delà, ni un identifiant ni un numéro : la base ne saurait pas le comparer
RIEN = "Cochez au moins une lettre."


@geste("courriers.preparer")
def preparer(request, pk):
    """Prépare les lettres d'une campagne ; un développeur direct, celles de ses visites."""
    campagne = get_object_or_404(Campagne.objects.visibles_par(request.membre), pk=pk)
    visites = Visite.objects.visibles_par(request.membre).filter(campagne=campagne)
    if portee(request.membre, "courriers.preparer") is SIENS:
        visites = visites.du_developpeur(request.membre)
    bilan = operations.preparer_lot(visites, par=request.membre, le=localdate())
    messages.success(request, f"{pluriel_fr(len(bilan.faites), 'lettre préparée,lettres préparées')}.")
    if bilan.refus:
        messages.warning(request, f"{pluriel_fr(len(bilan.refus), 'refusée,refusées')} — {' '.join(bilan.refus)}")
    return redirect(f"{_adresse(request, 'visites:courriers')}?etat=brouillon&campagne={campagne.pk}")


# Qui imprime le lot décide de son départ : le même droit met à la signature, imprime et envoie.


@geste("courriers.imprimer")
def soumettre(request):
    coche = _coche(request)
    nombre = operations.soumettre(coche, par=request.membre, le=localdate())
    restent = coche.brouillons().count()
    exiger(nombre or restent, "Aucun brouillon parmi les lettres cochées.")
    if restent:
        messages.warning(request, f"{pluriel_fr(restent, 'lettre corrigée reste,lettres corrigées restent')} à relire d’abord.")
    if not nombre:
        return redirect("visites:courriers", request.reseau.slug)
    messages.success(request, f"{pluriel_fr(nombre, 'lettre mise,lettres mises')} à la signature.")
    return redirect("visites:courriers", request.reseau.slug)


@geste("courriers.signer")
def signer(request):
    """Signe et numérote d'un coup, puis mène à la page où les PDF se composent."""
    le = localdate()
    coche = _coche(request)
    numeros = operations.signer(coche, par=request.membre, le=le)
    if retenues := coche.brouillons().exclude(rejet="").count():
        partent = pluriel_fr(retenues, "lettre retenue,lettres retenues")
        messages.warning(request, f"{partent}, en brouillon : la raison est sur la ligne.")
    if retenues and not numeros:  # le retour en brouillon se garde : pas d'exception, qui l'annulerait
        return redirect("visites:courriers", request.reseau.slug)
    exiger(numeros, "Aucune lettre à signer : quelqu’un vient peut-être de le faire.")
    messages.success(request, f"{pluriel_fr(len(numeros), 'lettre signée,lettres signées')}.")
    lot = f"annee={le.year}&du={numeros[0]}&au={numeros[-1]}"
    return redirect(f"{_adresse(request, 'visites:courriers-figer')}?{lot}")


@formulaire("courriers.imprimer")
def figer(request):
    """La page du lot signé : ses PDF se composent, puis s'impriment et partent. POST : un paquet de plus."""
    if request.POST.getlist("courrier"):
        return redirect(f"{request.path}?{cles_en_adresse(request.POST.getlist('courrier'))}")
    lot = lot_de(request.GET, request.membre)
    if request.method != "POST":
        return render(request, "visites/courrier_lot.html", _etat_du_lot(request, lot))
    etat = _avancement(request, lot, papier.figer(lot, combien=papier.PAQUET))
    if "application/json" not in request.headers.get("Accept", ""):
        return redirect(etat["suite"] or request.get_full_path())
    return JsonResponse(etat)


@page("courriers.imprimer")
def pdf(request):
    """Le lot en un seul PDF, une page par lettre ; s'il reste des pages à composer, ou aucune lettre, retour au lot.

    `?incomplet=` : la page du lot a dit lesquelles ne se composent pas, et l'on imprime les autres.
    """
    lot = lot_de(request.GET, request.membre)
    if not lot.exists() or ("incomplet" not in request.GET and lot.a_figer().exists()):
        return redirect(f"{_adresse(request, 'visites:courriers-figer')}?{request.GET.urlencode()}")
    tranche = _tranche(lot.figes(), request.GET.get("tranche", ""))
    contenu = papier.imprimer(tranche)
    noter(request.membre, Geste.IMPRESSION, "lettres signées", nombre=tranche.count())
    return fichier(contenu, f"lettres-{localdate():%Y-%m-%d}", "pdf")


@page("courriers.voir")
def brouillons(request):
    """Les lettres à signer en un seul PDF filigrané : celles que l'adresse nomme, sinon celles que ses filtres retiennent."""
    lettres = _a_lire(request)
    nombre = lettres.count()
    with progression.suivre(progression.cle(request.membre, request.GET.get("jeton"))) as avancer:
        contenu = papier.imprimer_brouillons(lettres, le=localdate(), avancer=avancer)
    noter(request.membre, Geste.IMPRESSION, "lettres en brouillon", nombre=nombre)
    return fichier(contenu, f"lettres-a-signer-{localdate():%Y-%m-%d}", "pdf")


@page("courriers.imprimer")
def modifiable(request, genre):
    """Le lot en un seul fichier de traitement de texte (`genre` : docx ou odt), une page par lettre."""
    lettres = composition.lettres(lot_de(request.GET, request.membre), le=localdate())
    exiger(lettres, "Ce lot ne contient aucune lettre signée.")
    octets = FORMATS[genre](lettres, titre="Lettres du préfet")
    noter(request.membre, Geste.IMPRESSION, "lettres signées", nombre=len(lettres), precision=f"fichier .{genre}")
    return fichier(octets, f"lettres-{localdate():%Y-%m-%d}", genre)


@page("courriers.imprimer")
def etiquettes(request):
    """Les étiquettes d'adresse du lot : le choix de la planche, puis son PDF (`?planche=`)."""
    lot = lot_de(request.GET, request.membre)
    form = EtiquettesForm(request.GET if "planche" in request.GET else None)
    adresses = composition.adresses(lot)
    if form.is_valid() and adresses:
        octets = imprimer_etiquettes(adresses, **form.cleaned_data)
        noter(request.membre, Geste.IMPRESSION, "étiquettes d’adresse", nombre=len(adresses))
        return fichier(octets, f"etiquettes-{localdate():%Y-%m-%d}", "pdf")
    choix = [(nom, valeur) for nom, valeurs in request.GET.lists() for valeur in valeurs if nom not in form.fields]
    return render(request, "visites/courrier_etiquettes.html", {"form": form, "nombre": len(adresses), "choix": choix})


@geste("courriers.imprimer")
def envoyer(request):
    """Les lettres cochées, ou celles du lot de l'adresse, sont parties."""
    coche = _coche(request) if request.POST.getlist("courrier") else lot_de(request.GET, request.membre)
    nombre = operations.envoyer(coche, par=request.membre, le=localdate())
    exiger(nombre, "Aucune lettre signée à envoyer.")
    annoncees = pluriel_fr(nombre, "visite est annoncée,visites sont annoncées")
    messages.success(request, f"{pluriel_fr(nombre, 'lettre envoyée,lettres envoyées')} : {annoncees}.")
    return redirect("visites:courriers", request.reseau.slug)


def _coche(request):
    """Les lettres cochées (« tout » : celles que la page a listées), bornées à ce que ce membre voit."""
    cles = request.POST.get("toutes", "").split(",") if "tout" in request.POST else request.POST.getlist("courrier")
    exiger(cles, RIEN)
    return Courrier.objects.visibles_par(request.membre).filter(pk__in=_entiers(cles))


def _a_lire(request):
    """Les lettres pas encore signées que désigne l'adresse ; `Http404` si ce membre n'en voit aucune de celles qu'elle nomme."""
    visibles = Courrier.objects.visibles_par(request.membre)
    if cles := request.GET.getlist("courrier"):
        nommees = visibles.filter(pk__in=_entiers(cles))
        if not nommees.exists():
            raise Http404("Aucune de ces lettres")
        return nommees.filter(numero=None)
    return CourrierFilter(request.GET, queryset=visibles, request=request).qs.a_signer()


def lot_de(donnees, membre):
    """Les lettres signées que désigne l'adresse ; une adresse illisible n'en désigne aucune."""
    signees = Courrier.objects.visibles_par(membre).signes()
    numeros = [donnees.get(nom, "") for nom in ("annee", "du", "au")]
    if all(numeros):
        annee, du, au = _entiers(numeros) if len(_entiers(numeros)) == 3 else (0, 0, 0)
        return signees.filter(annee=annee, numero__gte=du, numero__lte=au)
    if donnees.get("courrier"):
        return signees.filter(pk__in=_entiers(donnees.getlist("courrier")))
    if donnees.get("campagne"):
        return signees.filter(visite__campagne__in=_entiers([donnees["campagne"]]))
    return signees.a_envoyer()


def _tranche(lot, rang):
    """Les lettres de la tranche de ce rang (« 2 »), la première par défaut."""
    debut = (max([1, *_entiers([rang])]) - 1) * papier.TRANCHE
    cles = lot.order_by("annee", "numero", "pk").values_list("pk", flat=True)[debut : debut + papier.TRANCHE]
    return Courrier.objects.filter(pk__in=list(cles))


def _tranches(nombre):
    """Ce qui s'imprime en plusieurs fichiers : [(rang, première, dernière)] ; vide si un seul suffit."""
    debuts = range(0, nombre, papier.TRANCHE) if nombre > papier.TRANCHE else ()
    return [(rang, debut + 1, min(debut + papier.TRANCHE, nombre)) for rang, debut in enumerate(debuts, 1)]


def _entiers(textes):
    return [int(texte) for texte in textes if texte.isdecimal() and len(texte) <= CHIFFRES_MAX]


def _etat_du_lot(request, lot):
    nombre, manquantes, adresse = lot.count(), papier.manquantes(lot), request.GET.copy()
    restent, reprise = manquantes.count(), request.GET.copy()
    adresse["total"] = str(restent)
    reprise.pop("incomplet", None)
    return {
        "nombre": nombre,
        "imprimables": nombre - restent,
        "tranches": _tranches(nombre - restent),
        "restent": restent,
        "manquantes": manquantes if "incomplet" in request.GET else (),
        "reprise": f"{request.path}?{reprise.urlencode()}",
        "a_envoyer": lot.a_envoyer().count(),
        "adresse": request.GET.urlencode(),
        "progression": f"{request.path}?{adresse.urlencode()}",
        "premieres": lot.figes().order_by("annee", "numero").select_related("visite__entreprise")[:5],
    }


def _avancement(request, lot, composes):
    """Ce que la barre de progression attend ; si plus rien ne se compose, elle s'arrête et mène à ce qui s'imprime sans."""
    restent = lot.a_figer().count()
    total = max([restent + composes, *_entiers([request.GET.get("total", "")])])
    fait, bloque = total - restent, restent and not composes
    texte = f"{fait} sur {pluriel_fr(total, 'lettre composée,lettres composées')}"
    if bloque:
        texte = f"{pluriel_fr(restent, 'lettre ne se met,lettres ne se mettent')} pas en page : le texte est trop long."
    suite = request.GET.copy()
    suite.pop("total", None)
    if bloque:
        suite["incomplet"] = "oui"
    fini = not restent or bool(bloque)
    return {
        "fait": fait,
        "total": total,
        "texte": texte,
        "fini": fini,
        "suite": f"{request.path}?{suite.urlencode()}" if fini else "",
    }


def cles_en_adresse(cles):
    adresse = QueryDict(mutable=True)
    adresse.setlist("courrier", [str(cle) for cle in _entiers(cles)])
    return adresse.urlencode()


def _adresse(request, nom):
    return reverse(nom, args=[request.reseau.slug])
