"""Les cibles : les préparer en voyant qui elles visent, les décider, tenir la liste figée."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate

from entreprises import operations
from entreprises.enums import Tranche
from entreprises.forms import CibleForm, DecisionForm, EcartForm
from entreprises.models import Cible, Division, Entreprise, LigneDeCible, ZoneEmploi
from reseau.acces import formulaire, geste, page
from reseau.lib.erreurs import tenter

PAR_PAGE = 25
ECHANTILLON = 10


@page("cibles.voir")
def liste(request):
    """Celles qu'on prépare d'abord, puis les décidées, de la plus récente à la plus ancienne."""
    cibles = Cible.objects.visibles_par(request.membre).select_related("reunion").avec_nombre()
    cibles = cibles.order_by(F("decidee_le").desc(nulls_first=True), "-pk")
    page_obj = Paginator(cibles, PAR_PAGE).get_page(request.GET.get("page"))
    return render(request, "entreprises/cible_liste.html", {"page_obj": page_obj})


@formulaire("cibles.gerer")
def creer(request):
    return _preparer(request, Cible(reseau=request.reseau), operations.creer_cible)


@formulaire("cibles.gerer")
def modifier(request, pk):
    cible = _cible(request, pk)
    if cible.decidee:
        messages.error(request, operations.FIGEE)
        return redirect(cible)
    return _preparer(request, cible, operations.modifier_cible)


@page("cibles.voir")
def voir(request, pk):
    """La liste figée d'une cible décidée ; sinon ce qu'elle viserait aujourd'hui."""
    cible = _cible(request, pk)
    contexte = {"cible": cible, "criteres": decrire(cible.criteres)}
    if cible.decidee:
        contexte |= _liste_figee(request, cible)
    else:
        contexte["apercu"] = _apercevoir(request, cible)
    return render(request, "entreprises/cible_fiche.html", contexte)


@formulaire("cibles.gerer")
def decider(request, pk):
    cible, le = _cible(request, pk), localdate()
    if cible.decidee:
        messages.error(request, operations.FIGEE)
        return redirect(cible)
    form = DecisionForm(request.POST or None, par=request.membre, le=le)
    if form.is_valid():
        nombre = tenter(form, operations.decider_cible, cible, **form.cleaned_data, par=request.membre, le=le)
        if nombre:
            messages.success(request, f"La cible est décidée, sa liste est figée ({nombre}).")
            if avertissement := operations.avertir_de_la_taille(nombre, request.reseau):
                messages.warning(request, avertissement)
            return redirect(cible)
    contexte = {"form": form, "cible": cible, "criteres": decrire(cible.criteres), "apercu": _apercevoir(request, cible)}
    return render(request, "entreprises/cible_decision.html", contexte)


@formulaire("cibles.gerer")
def ecarter(request, pk):
    ligne, form = _ligne(request, pk), EcartForm(request.POST or None)
    if form.is_valid() and tenter(form, operations.ecarter, ligne, motif=form.cleaned_data["motif"], par=request.membre):
        messages.success(request, f"{ligne.entreprise} ne compte plus dans la cible.")
        return redirect(ligne.cible)
    return render(request, "entreprises/ligne_de_cible_ecart.html", {"form": form, "ligne": ligne})


@geste("cibles.gerer")
def reprendre(request, pk):
    ligne = operations.reprendre(_ligne(request, pk), par=request.membre)
    messages.success(request, f"{ligne.entreprise} compte de nouveau dans la cible.")
    return redirect(ligne.cible)


def decrire(criteres):
    """[(critère, [choix en mots])] ; l'industrie entière se dit d'un mot."""
    zones, divisions = criteres.get("zones_emploi", []), set(criteres.get("divisions", []))
    toutes = list(Division.objects.all())
    industrie = {division.code for division in toutes if division.industrielle}
    secteurs = []
    if industrie <= divisions:
        secteurs, divisions = ["Toute l’industrie et l’agroalimentaire"], divisions - industrie
    secteurs += [str(division) for division in toutes if division.code in divisions]
    return [
        ("Zones d’emploi", [zone.nom for zone in ZoneEmploi.objects.filter(pk__in=zones)] or ["Toutes"]),
        ("Activités", secteurs or ["Toutes"]),
        ("Effectif", [Tranche(code).label for code in criteres.get("tranches", [])] or ["Tous"]),
    ]


def _preparer(request, cible, operation):
    form = CibleForm(request.POST or None, instance=cible, reseau=request.reseau)
    essai = "apercu" in request.POST
    if form.is_valid() and not essai and tenter(form, operation, cible, par=request.membre):
        messages.success(request, f"{cible} est enregistrée. Relisez-la, puis décidez-la en réunion.")
        return redirect(cible)
    contexte = {"form": form, "cible": cible, "apercu": _apercevoir(request, Cible(reseau=cible.reseau, criteres=form.criteres))}
    return render(request, "entreprises/cible_form.html", contexte)


def _apercevoir(request, cible):
    """Combien d'entreprises, l'avertissement s'il y en a peu, et quelques-unes parmi celles que le lecteur voit."""
    candidates = operations.candidates(cible, localdate())
    nombre = candidates.count()
    return {
        "nombre": nombre,
        "avertissement": operations.avertir_de_la_taille(nombre, cible.reseau),
        "echantillon": candidates.visibles_par(request.membre).avec_references().order_by("recherche", "pk")[:ECHANTILLON],
    }


def _liste_figee(request, cible):
    visibles = Entreprise.objects.visibles_par(request.membre)
    lignes = LigneDeCible.objects.visibles_par(request.membre, visibles).filter(cible=cible)
    ecartees = request.GET.get("voir") == "ecartees"
    lignes = lignes.ecartees() if ecartees else lignes.retenues()
    lignes = lignes.select_related("entreprise__commune__zone_emploi", "entreprise__naf").order_by("entreprise__recherche", "pk")
    return {
        "page_obj": Paginator(lignes, PAR_PAGE).get_page(request.GET.get("page")),
        "ecartees": ecartees,
        "nombre": cible.lignes.retenues().count(),
        "nombre_ecartees": cible.lignes.ecartees().count(),
    }


def _cible(request, pk):
    return get_object_or_404(Cible.objects.visibles_par(request.membre).select_related("reseau", "reunion"), pk=pk)


def _ligne(request, pk):
    visibles = Entreprise.objects.visibles_par(request.membre)
    lignes = LigneDeCible.objects.visibles_par(request.membre, visibles)
    return get_object_or_404(lignes.select_related("cible__reseau", "entreprise"), pk=pk)
