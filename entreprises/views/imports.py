"""L'assistant d'import : déposer, regarder l'aperçu, confirmer ou renoncer, relire le bilan et ses rejets."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render

from entreprises import operations
from entreprises.enums import EtatImport
from entreprises.forms import CHAMPS, ColonnesForm, DepotForm
from entreprises.models import Entreprise, Import
from reseau.acces import formulaire, geste, page
from reseau.enums import Geste
from reseau.lib import progression
from reseau.lib.erreurs import RegleEnfreinte, tenter
from reseau.lib.reponses import fichier
from reseau.operations import noter

PAR_PAGE = 25
NOMBRES = dict.fromkeys(["lus", "crees", "modifies", "inchanges", "rejetes", "avertissements"], 0)
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
        with _suivre(request) as avancer:
            depot = tenter(form, operations.deposer, recu.read(), recu.name, par=request.membre, avancer=avancer)
        if depot:
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
        "extrait": _sans_deports(depot.bilan.get("extrait", []), request.membre),
        "avertis": depot.bilan.get("avertis", []),
        "a_ecrire": depot.a_confirmer and nombres["crees"] + nombres["modifies"] > 0,
        "secondes": depot.bilan.get("secondes", 0),
        "manque": depot.bilan.get("manque", "") if depot.a_confirmer else "",
        "reprise": depot.a_confirmer and depot.bilan.get("reprise", False),
        "form": ColonnesForm(colonnes=depot.bilan.get("colonnes", [])) if depot.a_confirmer else None,
        "annulable": depot.etat == EtatImport.ECRIT and depot.lots.exists(),
        "annulation": _gardees(depot, request.membre),
    }
    return render(request, "entreprises/import_fiche.html", contexte)


@geste("entreprises.importer")
def ecrire(request, pk):
    with _suivre(request) as avancer:
        depot = operations.ecrire_import(_depot(request, pk), par=request.membre, avancer=avancer)
    messages.success(request, "L’import est enregistré.")
    return redirect(depot)


@geste("entreprises.importer")
def colonnes(request, pk):
    depot = _depot(request, pk)
    form = ColonnesForm(request.POST, colonnes=depot.bilan.get("colonnes", []))
    if not form.is_valid():
        raise RegleEnfreinte("Un des choix n’est pas un champ connu : rechargez la page et recommencez.")
    with _suivre(request) as avancer:
        depot = operations.corriger_colonnes(depot, form.choix, avancer=avancer)
    messages.success(request, "L’aperçu est refait avec ces colonnes.")
    return redirect(depot)


@geste("entreprises.importer")
def annuler(request, pk):
    depot = operations.annuler_import(_depot(request, pk), par=request.membre)
    messages.success(request, "L’import est annulé.")
    return redirect(depot)


@page("entreprises.importer")
def avancement(request):
    """Où en est l'envoi que ce membre a fait sous ce jeton : {"fait", "total", "etape"}, {} s'il n'y a rien à dire."""
    return JsonResponse(progression.lire(_cle(request, request.GET.get("jeton"))))


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


def _suivre(request):
    return progression.suivre(_cle(request, request.POST.get("jeton")))


def _cle(request, jeton):
    """Le jeton d'un envoi ne se devine pas ; lié au membre, il ne sert qu'à lui."""
    return f"{request.membre.pk}-{jeton[:64]}" if jeton else ""


def _gardees(depot, membre):
    """Le bilan de l'annulation ; les entreprises gardées ne se nomment qu'à qui les voit."""
    annulation = depot.bilan.get("annulation", {})
    raisons = annulation.get("gardees", [])
    visibles = Entreprise.objects.visibles_par(membre).in_bulk([cle for cle, _ in raisons]) if raisons else {}
    return annulation | {"gardees": [(visibles[cle], raison) for cle, raison in raisons if cle in visibles]}


def _sans_deports(extrait, membre):
    """Les premières lignes du fichier, moins celles des entreprises dont le lecteur se déporte."""
    tues = set(Entreprise.objects.filter(deports__membre=membre).values_list("siret", flat=True))
    return [ligne for ligne in extrait if ligne.get("siret") not in tues]


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
