"""L'assistant d'import : déposer, regarder l'aperçu, confirmer ou renoncer, relire le bilan et ses rejets."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render

from entreprises import operations
from entreprises.forms import DepotForm
from entreprises.models import Import
from reseau.acces import formulaire, geste, page
from reseau.enums import Geste
from reseau.lib.erreurs import tenter
from reseau.lib.reponses import fichier
from reseau.operations import noter

PAR_PAGE = 25
NOMBRES = dict.fromkeys(["lus", "crees", "modifies", "inchanges", "rejetes", "avertissements"], 0)
CHAMPS = {
    "siret": "SIRET",
    "raison_sociale": "Raison sociale",
    "enseigne": "Enseigne",
    "naf": "Activité (NAF)",
    "naf_2025": "Activité (NAF 2025)",
    "nomenclature": "Nomenclature d’activité",
    "tranche_effectif": "Tranche d’effectif",
    "effectif": "Effectif",
    "adresse": "Adresse",
    "numero_voie": "Numéro dans la voie",
    "repetition": "Bis, ter",
    "dernier_numero": "Dernier numéro",
    "derniere_repetition": "Dernier bis, ter",
    "type_voie": "Type de voie",
    "complement": "Complément d’adresse",
    "distribution": "Boîte postale",
    "code_postal": "Code postal",
    "code_commune": "Code commune",
    "ville": "Ville",
    "telephone": "Téléphone",
    "courriel": "Courriel",
    "site": "Site internet",
    "dirigeant_civilite": "Civilité du dirigeant",
    "dirigeant_nom": "Nom du dirigeant",
    "dirigeant_prenom": "Prénom du dirigeant",
    "dirigeant_fonction": "Fonction du dirigeant",
    "etat": "État",
    "diffusion": "Statut de diffusion",
}
ENCODAGES = {"cp1252": "Windows", "utf-8": "UTF-8", "utf-8-sig": "UTF-8"}
SEPARATEURS = {";": "point-virgule", ",": "virgule", "\t": "tabulation", "|": "barre verticale"}


@page("entreprises.importer")
def liste(request):
    depots = Import.objects.visibles_par(request.membre)
    page_obj = Paginator(depots, PAR_PAGE).get_page(request.GET.get("page"))
    for depot in page_obj:
        depot.nombres = NOMBRES | depot.bilan
    return render(request, "entreprises/import_liste.html", {"page_obj": page_obj, "nombre": page_obj.paginator.count})


@formulaire("entreprises.importer")
def deposer(request):
    form = DepotForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        recu = form.cleaned_data["fichier"]
        if depot := tenter(form, operations.deposer, recu.read(), recu.name, par=request.membre):
            return redirect(depot)
    return render(request, "entreprises/import_depot.html", {"form": form})


@page("entreprises.importer")
def voir(request, pk):
    """L'aperçu tant qu'il reste à confirmer, le bilan ensuite."""
    depot = _depot(request, pk)
    nombres = NOMBRES | depot.bilan
    rejets = Paginator(depot.rejets, PAR_PAGE).get_page(request.GET.get("page"))
    contexte = {
        "depot": depot,
        "nombres": nombres,
        "page_obj": rejets,
        "fichier": _decrire(depot.bilan.get("fichier", {})),
        "extrait": depot.bilan.get("extrait", []),
        "avertis": depot.bilan.get("avertis", []),
        "a_ecrire": depot.a_confirmer and nombres["crees"] + nombres["modifies"] > 0,
        "secondes": depot.bilan.get("secondes", 0),
    }
    return render(request, "entreprises/import_fiche.html", contexte)


@geste("entreprises.importer")
def ecrire(request, pk):
    depot = operations.ecrire_import(_depot(request, pk), par=request.membre)
    messages.success(request, "L’import est enregistré.")
    return redirect(depot)


@geste("entreprises.importer")
def abandonner(request, pk):
    depot = operations.abandonner_import(_depot(request, pk))
    messages.success(request, "L’import est abandonné : rien n’a été enregistré, et le fichier est effacé.")
    return redirect(depot)


@page("entreprises.importer")
def rejets(request, pk):
    depot = _depot(request, pk)
    octets = operations.rejets_en_csv(depot)
    noter(request.membre, Geste.EXPORT, depot, nombre=len(depot.rejets), precision="lignes rejetées")
    return fichier(octets, f"rejets-{depot.pk}", "csv")


def _depot(request, pk):
    return get_object_or_404(Import.objects.visibles_par(request.membre).select_related("membre", "reseau"), pk=pk)


def _decrire(description):
    """La description gardée, en mots : [(libellé, valeur)], colonnes reconnues, colonnes ignorées, remarques."""
    encodage = description.get("encodage", "")
    texte = ", ".join(filter(None, (ENCODAGES.get(encodage, encodage.upper()), SEPARATEURS.get(description.get("separateur")))))
    origine = {"sirene": "Extrait du répertoire SIRENE", "tableur": "Liste de tableur"}.get(description.get("format"), "")
    return {
        "faits": [
            ("Genre", description.get("genre", "").upper()),
            ("Contenu", origine),
            ("Encodage et séparateur", texte),
            ("Onglet lu", description.get("onglet", "")),
        ],
        "reconnues": [(CHAMPS.get(champ, champ), ", ".join(entetes)) for champ, entetes in description.get("reconnues", [])],
        "ignorees": description.get("ignorees", []),
        "remarques": description.get("remarques", []),
    }
