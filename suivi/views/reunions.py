"""Les réunions : les convoquer, y répondre, les relire ; leur compte rendu sur papier."""

from django.contrib import messages
from django.db.models import Count, Prefetch, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate, now

from reseau import operations as vie_du_reseau
from reseau.acces import formulaire, geste, page
from reseau.droits import TOUT, autorise, portee
from reseau.enums import EtatPresence, EtatReunion, Geste
from reseau.lib.erreurs import RegleEnfreinte, tenter
from reseau.lib.listes import page_de
from reseau.lib.pdf import rendre_pdf
from reseau.lib.reponses import fichier
from reseau.models import Presence, Reunion
from reseau.operations import noter
from reseau.templatetags.affichage import pluriel_fr
from suivi import convocations, diffusion, operations
from suivi.convocations import a_prevenir
from suivi.forms import ReleveForm, ReponseALaConvocationForm, ReunionForm
from suivi.lectures import pour_la_diffusion, pour_un_membre
from suivi.seance import releve
from suivi.views.figes import figer_la_reunion
from suivi.views.ordre_du_jour import a_venir

LIGNES_BLANCHES = 4  # de la feuille d'émargement, pour qui vient sans être inscrit
DITES = {
    EtatPresence.PRESENT: "Vous serez présent.",
    EtatPresence.EXCUSE: "Vous êtes excusé.",
    EtatPresence.REPRESENTE: "C’est noté : quelqu’un vous remplace.",
}


@page("reunions.voir")
def reunions(request):
    """Celles à venir, la plus proche d'abord ; puis les passées, la dernière d'abord."""
    le = localdate()
    miennes = Prefetch("presences", Presence.objects.filter(membre=request.membre), to_attr="les_miennes")
    toutes = Reunion.objects.visibles_par(request.membre).avec_adresse().prefetch_related(miennes)
    toutes = toutes.annotate(nb_presents=Count("presences", filter=Q(presences__etat=EtatPresence.PRESENT)))
    a_venir = toutes.filter(etat=EtatReunion.PREVUE).order_by("le", "heure")
    passees = toutes.exclude(etat=EtatReunion.PREVUE).order_by("-le", "-heure", "-pk")
    page_obj = page_de(request, passees)
    contexte = {"a_venir": [_avec_ma_reponse(reunion) for reunion in a_venir], "page_obj": page_obj, "le": le}
    contexte["peut_convoquer"] = autorise(request.membre, "reunions.convoquer")
    return render(request, "suivi/reunion_liste.html", contexte)


def _avec_ma_reponse(reunion):
    reunion.ma_reponse = reunion.les_miennes[0].get_reponse_display() if reunion.les_miennes else ""
    return reunion


@formulaire("reunions.convoquer")
def reunion_creer(request):
    form = ReunionForm(request.POST or None, le=localdate())
    if form.is_valid() and _preparer(request, form, points=form.cleaned_data["points"]):
        messages.success(request, "La réunion est convoquée : tous les membres actifs y sont inscrits.")
        if form.cleaned_data["envoyer"]:
            prevenir(request, form.instance)
        return redirect(form.instance)
    return render(request, "suivi/reunion_form.html", {"form": form, "reunion": None})


@formulaire("reunions.convoquer")
def reunion_modifier(request, pk):
    """Ce qui change du jour, de l'heure ou du lieu se dit aussitôt à qui a reçu la convocation."""
    reunion = _reunion(request, pk)
    if not reunion.ouverte:
        raise RegleEnfreinte("Cette réunion est close : elle ne se modifie plus.")
    form = ReunionForm(request.POST or None, instance=reunion, le=localdate())
    convoquee = reunion.convocations.dites().exists()
    if form.is_valid() and _preparer(request, form):
        messages.success(request, "La réunion est enregistrée.")
        if convoquee:
            prevenir(request, reunion)
        return redirect(reunion)
    return render(request, "suivi/reunion_form.html", {"form": form, "reunion": reunion, "convoquee": convoquee})


def _preparer(request, form, **suite):
    return tenter(form, operations.preparer, form.instance, expose=form.expose_prevu, par=request.membre, **suite)


@geste("reunions.convoquer")
def reunion_convoquer(request, pk):
    """Envoie la convocation à qui ne l'a pas encore, ou n'en a qu'une autre date."""
    reunion = _reunion(request, pk)
    if not prevenir(request, reunion):
        messages.info(request, "Tous les convoqués ont déjà reçu ces date, heure et lieu.")
    return redirect(reunion)


def prevenir(request, reunion):
    """Inscrit les courriels à envoyer, avec le geste ; rend les `Convocation`."""
    lignes = convocations.inscrire(reunion, par=request.membre, racine=request.build_absolute_uri("/"), maintenant=now())
    if lignes:
        nom = "annulation,annulations" if lignes[0].annule else "convocation,convocations"
        messages.success(request, f"{pluriel_fr(len(lignes), nom)} {'part' if len(lignes) == 1 else 'partent'} par courriel.")
    return lignes


@geste("reunions.convoquer")
def reunion_annuler(request, pk):
    reunion = vie_du_reseau.annuler_reunion(_reunion(request, pk), par=request.membre)
    messages.success(request, "La réunion est annulée : elle ne compte pas dans la participation.")
    prevenir(request, reunion)
    return redirect(reunion)


@geste("reunions.repondre")
def reunion_repondre(request, pk):
    """Présent, excusé ou remplacé, d'un clic."""
    reunion, form = _reunion(request, pk), ReponseALaConvocationForm(request.POST)
    if not form.is_valid():
        raise RegleEnfreinte("Répondez « présent » ou « excusé », ou dites qui vous remplace.")
    vie_du_reseau.repondre(reunion, **form.cleaned_data, par=request.membre)
    messages.success(request, DITES[form.cleaned_data["reponse"]])
    return redirect(request.reseau if request.POST.get("retour") == "accueil" else reunion)


@page("reunions.voir")
def reunion(request, pk):
    """La réunion pour ce lecteur : ce qui s'y prépare, ou ce qui s'y est décidé."""
    reunion, membre = _reunion(request, pk), request.membre
    compose = None if reunion.ouverte else releve(reunion, pour_un_membre(membre))
    if compose and compose.restitutions:
        noter(membre, Geste.LECTURE, reunion, nombre=len(compose.restitutions))
    contexte = {
        "reunion": reunion,
        "presences": list(reunion.presences.select_related("membre__institution")),
        "exposes": reunion.exposes.all(),
        "releve": compose,
        "complet": portee(membre, "reunions.voir_les_restitutions") is TOUT,
        "peut_convoquer": autorise(membre, "reunions.convoquer"),
        "peut_pointer": autorise(membre, "reunions.pointer"),
        "peut_repondre": autorise(membre, "reunions.repondre"),
        **(a_venir(reunion, membre) if reunion.ouverte else {}),
    }
    miennes = (presence for presence in contexte["presences"] if presence.membre_id == membre.pk)
    contexte["ma_presence"] = next(miennes, Presence(reunion=reunion, membre=membre))
    contexte["nb_reponses"] = sum(1 for presence in contexte["presences"] if presence.reponse)
    contexte["a_prevenir"] = a_prevenir(reunion) if contexte["peut_convoquer"] else []
    return render(request, "suivi/reunion_fiche.html", contexte)


@page("reunions.pointer")
def reunion_emargement(request, pk):
    """La feuille d'émargement, à imprimer avant la séance."""
    reunion = _reunion(request, pk)
    presences = reunion.presences.select_related("membre__institution")
    contexte = {"nom_reseau": request.reseau.nom, "reunion": reunion, "presences": presences, "blanches": range(LIGNES_BLANCHES)}
    octets = rendre_pdf("pdf/emargement.html", contexte, titre="Feuille d’émargement")
    noter(request.membre, Geste.IMPRESSION, reunion, precision="feuille d’émargement")
    return fichier(octets, f"emargement-{reunion.le:%Y-%m-%d}", "pdf")


@formulaire("reunions.pointer", lit=Reunion)
def reunion_releve(request, pk):
    """Relire et compléter le relevé de la discussion, pendant ou après la séance."""
    reunion = _reunion(request, pk)
    form = ReleveForm(request.POST or None, enregistre=reunion.releve)
    if form.is_valid() and not form.signaler_un_conflit():
        reunion.releve = form.cleaned_data["releve"]
        if tenter(form, operations.rediger_le_releve, reunion, par=request.membre):
            messages.success(request, "Le relevé est enregistré.")
            return redirect(reunion)
    return render(request, "suivi/reunion_releve.html", {"form": form, "reunion": reunion, "point": None})


@geste("reunions.decider")
def reunion_clore(request, pk):
    reunion = vie_du_reseau.clore(_reunion(request, pk), par=request.membre)
    messages.success(request, "La séance est close et son compte rendu est écrit : relisez-le.")
    figer_la_reunion(request, reunion)
    return redirect(reunion)


@geste("reunions.convoquer")
def reunion_diffuser(request, pk):
    """Fige le compte rendu relu, et prévient chacun qu'il peut le lire."""
    reunion = diffusion.diffuser(_reunion(request, pk), par=request.membre)
    messages.success(request, "Le compte rendu est diffusé : il ne change plus.")
    diffusion.annoncer(reunion, racine=request.build_absolute_uri("/"), par=request.membre)
    return redirect(reunion)


@page("reunions.voir_les_restitutions")
def reunion_pdf(request, pk):
    """Le compte rendu complet, pour qui lit toutes les restitutions ; les autres ont la diffusion."""
    return _compte_rendu(request, pk, "pdf")


@page("reunions.voir_les_restitutions")
def reunion_docx(request, pk):
    return _compte_rendu(request, pk, "docx")


@page("reunions.voir")
def reunion_diffusion_pdf(request, pk):
    """Le relevé de décisions, qui ne nomme aucune entreprise."""
    return _diffusion(request, pk, "pdf")


@page("reunions.voir")
def reunion_diffusion_docx(request, pk):
    return _diffusion(request, pk, "docx")


def _compte_rendu(request, pk, genre):
    reunion, membre = _reunion(request, pk), request.membre
    version = diffusion.version_pour(reunion, membre)
    lit_tout = portee(membre, "reunions.voir_les_restitutions") is TOUT
    if not lit_tout or (reunion.diffusee_le and version == diffusion.DIFFUSION):
        return redirect(f"suivi:reunion-diffusion-{genre}", request.reseau.slug, reunion.pk)
    if reunion.diffusee_le:
        octets = diffusion.fige(reunion, version, genre)
    else:
        octets = diffusion.imprimer(reunion, pour_un_membre(membre), genre, date=now())
    return _rendre(request, reunion, octets, "compte-rendu", genre)


def _diffusion(request, pk, genre):
    reunion = _reunion(request, pk)
    if reunion.diffusee_le:
        octets = diffusion.fige(reunion, diffusion.DIFFUSION, genre)
    else:
        octets = diffusion.imprimer(reunion, pour_la_diffusion(), genre, date=now())
    return _rendre(request, reunion, octets, "releve-de-decisions", genre)


def _rendre(request, reunion, octets, nom, genre):
    noter(request.membre, Geste.IMPRESSION if genre == "pdf" else Geste.EXPORT, reunion, precision=nom)
    return fichier(octets, f"{nom}-{reunion.le:%Y-%m-%d}", genre)


def _reunion(request, pk):
    return get_object_or_404(Reunion.objects.visibles_par(request.membre).select_related("reseau"), pk=pk)
