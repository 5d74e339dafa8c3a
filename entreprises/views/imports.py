"""L'assistant d'import : déposer, regarder l'aperçu, confirmer ou renoncer, relire le bilan et ses rejets."""

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.db.models.functions import Coalesce
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate

from entreprises import operations
from entreprises.enums import EtatImport, GenreImport
from entreprises.exports import modele_de_contacts
from entreprises.forms import CHAMPS, ColonnesForm, DepotContactsForm, DepotForm
from entreprises.models import Deport, Entreprise, Import
from reseau.acces import formulaire, geste, page
from reseau.droits import TOUT, portee
from reseau.enums import Geste
from reseau.lib import progression
from reseau.lib.erreurs import RegleEnfreinte, tenter
from reseau.lib.listes import page_de
from reseau.lib.reponses import fichier
from reseau.operations import noter

NOMBRES = dict.fromkeys(["lus", "crees", "modifies", "inchanges", "rejetes", "avertissements"], 0)
ENCODAGES = {"cp1252": "Windows", "utf-8": "UTF-8", "utf-8-sig": "UTF-8"}
RESERVE = (
    "Ces lignes d’un fichier déposé par un autre ne vous sont pas montrées : vous ne voyez pas toutes les entreprises du "
    "réseau, et rien ne dit sûrement de laquelle parle une ligne rejetée. Demandez-les à qui l’a déposé."
)
SEPARATEURS = {";": "point-virgule", ",": "virgule", "\t": "tabulation", "|": "barre verticale"}


@page("imports.suivre")
def liste(request):
    depots = Import.objects.visibles_par(request.membre)
    page_obj = page_de(request, depots)
    for depot in page_obj:
        depot.nombres = NOMBRES | depot.bilan
    return render(request, "entreprises/import_liste.html", {"page_obj": page_obj, "nombre": page_obj.paginator.count})


@formulaire("entreprises.importer")
def deposer(request):
    form = DepotForm(request.POST or None, request.FILES or None)
    return _recevoir(request, form, "entreprises/import_depot.html")


@formulaire("sollicitations.saisir")
def deposer_contacts(request):
    form = DepotContactsForm(request.POST or None, request.FILES or None, membre=request.membre, le=localdate())
    return _recevoir(request, form, "entreprises/import_contacts.html")


@page("sollicitations.saisir")
def modele_contacts(request):
    """Le classeur à remplir : les colonnes attendues, une ligne inventée, les mots admis."""
    return fichier(modele_de_contacts(), "modele-contacts", "xlsx")


@page("imports.suivre")
def voir(request, pk):
    """L'aperçu tant qu'il reste à confirmer, le bilan ensuite ; sans le texte du fichier à qui pourrait y lire un déport."""
    depot = _depot(request, pk)
    nombres, entier = NOMBRES | depot.bilan, _se_lit_en_entier(depot, request.membre)
    rejets = page_de(request, depot.rejets if entier else [])
    contexte = {
        "depot": depot,
        "nombres": nombres,
        "page_obj": rejets,
        "fichier": _decrire(depot),
        "extrait": _sans_deports(depot.bilan.get("extrait", []), request.membre),
        "avertis": depot.bilan.get("avertis", []) if entier else [],
        "entier": entier,
        "a_ecrire": depot.a_confirmer and nombres["crees"] + nombres["modifies"] > 0,
        "secondes": depot.bilan.get("secondes", 0),
        "manque": depot.bilan.get("manque", "") if depot.a_confirmer else "",
        "reprise": depot.a_confirmer and depot.bilan.get("reprise", False),
        "form": ColonnesForm(champs=CHAMPS[depot.genre], colonnes=_colonnes(depot, entier)) if depot.a_confirmer else None,
        "contacts": depot.genre == GenreImport.SOLLICITATIONS,
        "annulable": depot.etat == EtatImport.ECRIT and (depot.lots.exists() or depot.sollicitations.exists()),
        "annulation": _gardees(depot, request.membre),
    }
    return render(request, "entreprises/import_fiche.html", contexte)


@geste("imports.suivre")
def ecrire(request, pk):
    with _suivre(request) as avancer:
        depot = operations.ecrire_import(_depot(request, pk), par=request.membre, avancer=avancer)
    messages.success(request, "L’import est enregistré.")
    return redirect(depot)


@geste("imports.suivre")
def colonnes(request, pk):
    depot = _depot(request, pk)
    form = ColonnesForm(request.POST, champs=CHAMPS[depot.genre], colonnes=depot.bilan.get("colonnes", []))
    if not form.is_valid():
        raise RegleEnfreinte("Un des choix n’est pas un champ connu : rechargez la page et recommencez.")
    with _suivre(request) as avancer:
        depot = operations.corriger_colonnes(depot, form.choix, avancer=avancer)
    messages.success(request, "L’aperçu est refait avec ces colonnes.")
    return redirect(depot)


@geste("imports.suivre")
def annuler(request, pk):
    depot = operations.annuler_import(_depot(request, pk), par=request.membre)
    messages.success(request, "L’import est annulé.")
    return redirect(depot)


@page("imports.suivre")
def avancement(request):
    """Où en est l'envoi que ce membre a fait sous ce jeton : {"fait", "total", "etape"}, {} s'il n'y a rien à dire."""
    return JsonResponse(progression.lire(progression.cle(request.membre, request.GET.get("jeton"))))


@geste("imports.suivre")
def abandonner(request, pk):
    depot = operations.abandonner_import(_depot(request, pk))
    messages.success(request, "L’import est abandonné : rien n’a été enregistré, et le fichier est effacé.")
    return redirect(depot)


@page("imports.suivre")
def rejets(request, pk):
    depot = _depot(request, pk)
    if not _se_lit_en_entier(depot, request.membre):
        raise RegleEnfreinte(RESERVE)
    octets = operations.rejets_en_csv(depot)
    noter(request.membre, Geste.EXPORT, depot, nombre=len(depot.rejets), precision="lignes rejetées")
    return fichier(octets, f"rejets-{depot.pk}", "csv")


def _recevoir(request, form, gabarit):
    """Garde le fichier déposé et mène à son aperçu ; ce que le formulaire demande d'autre le précise."""
    if form.is_valid():
        precisions = {nom: valeur for nom, valeur in form.cleaned_data.items() if nom != "fichier"}
        recu = form.cleaned_data["fichier"]
        with _suivre(request) as avancer:
            depot = tenter(form, operations.deposer, recu.read(), recu.name, par=request.membre, avancer=avancer, **precisions)
        if depot:
            return redirect(depot)
    return render(request, gabarit, {"form": form})


def _depot(request, pk):
    return get_object_or_404(Import.objects.visibles_par(request.membre).select_related("membre", "reseau"), pk=pk)


def _suivre(request):
    return progression.suivre(progression.cle(request.membre, request.POST.get("jeton")))


def _gardees(depot, membre):
    """Le bilan de l'annulation ; les entreprises gardées ne se nomment qu'à qui les voit."""
    annulation = depot.bilan.get("annulation", {})
    raisons = annulation.get("gardees", [])
    visibles = Entreprise.objects.visibles_par(membre).in_bulk([cle for cle, _ in raisons]) if raisons else {}
    return annulation | {"gardees": [(visibles[cle], raison) for cle, raison in raisons if cle in visibles]}


def _se_lit_en_entier(depot, membre):
    """Vrai pour qui l'a déposé, ou voit toutes les entreprises du réseau : ni associé, ni déporté d'aucune.

    Une ligne rejetée, un exemple ou un avertissement ne dit pas sûrement de quelle entreprise il parle : son SIRET peut être
    faux. Rien n'en est donc filtré ligne à ligne ; ils sont réservés.
    """
    voit_tout = portee(membre, "entreprises.voir") is TOUT and not Deport.objects.filter(membre=membre).exists()
    return voit_tout or depot.membre_id == membre.pk


def _colonnes(depot, entier):
    """Les colonnes du fichier ; leurs exemples sont de ses lignes."""
    colonnes = depot.bilan.get("colonnes", [])
    return colonnes if entier else [colonne | {"exemples": []} for colonne in colonnes]


def _sans_deports(extrait, membre):
    """Les premières lignes du fichier, moins celles des entreprises du réseau que le lecteur ne voit pas."""
    sirets = [ligne.get("siret", "") for ligne in extrait]
    connues = Entreprise.objects.filter(reseau=membre.reseau, siret__in=sirets).alias(tenue=Coalesce("fusionnee_dans", "pk"))
    # Chacune à part, par sa clé : la liste de tout ce que voit le lecteur se lirait en entier pour vingt lignes.
    cachees = connues.exclude(Exists(Entreprise.objects.visibles_par(membre).filter(pk=OuterRef("tenue"))))
    tues = set(cachees.values_list("siret", flat=True))
    return [ligne for ligne in extrait if ligne.get("siret") not in tues]


def _decrire(depot):
    """La description gardée, en mots : [(libellé, valeur)], colonnes reconnues, colonnes ignorées, remarques."""
    description, champs = depot.bilan.get("fichier", {}), CHAMPS[depot.genre]
    encodage = description.get("encodage", "")
    texte = ", ".join(filter(None, (ENCODAGES.get(encodage, encodage.upper()), SEPARATEURS.get(description.get("separateur")))))
    origine = {"sirene": "Extrait du répertoire SIRENE", "tableur": "Liste de tableur"}.get(description.get("format"), "")
    return {
        "faits": [
            ("Genre", description.get("genre", "").upper()),
            ("Contenu", origine),
            ("Encodage et séparateur", texte),
            ("Onglet lu", description.get("onglet", "")),
            ("Comment, si le fichier ne le dit pas", depot.get_canal_display()),
            ("À quel sujet, si le fichier ne le dit pas", depot.get_objet_display()),
        ],
        "reconnues": [(champs.get(champ, champ), ", ".join(entetes)) for champ, entetes in description.get("reconnues", [])],
        "ignorees": description.get("ignorees", []),
        "remarques": description.get("remarques", []),
    }
