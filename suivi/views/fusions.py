"""Les doublons : les signaler, les comparer, les fusionner, défaire une fusion."""

from dataclasses import dataclass

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render

from entreprises.models import Entreprise
from reseau.acces import formulaire, geste, page
from reseau.enums import Geste
from reseau.lib.erreurs import tenter
from reseau.lib.listes import page_de
from reseau.lib.saisie import lire_cle
from reseau.operations import noter
from suivi import operations
from suivi.doublons import PARENTES, candidats
from suivi.forms import FusionForm, SignalementForm
from suivi.models import Doublon, Fusion
from suivi.operations.fusions import BLOCS

TROUVEES = 10
RECENTES = 10


@dataclass(frozen=True)
class Difference:
    """Un bloc d'informations des deux fiches, en mots, et si la gardée le reprend de l'autre par défaut."""

    cle: str
    libelle: str
    gardee: str
    autre: str
    a_reprendre: bool


@formulaire("entreprises.modifier", lit=Entreprise)
def signaler(request, pk):
    """Depuis une fiche : chercher l'autre, dire pourquoi ; l'animateur tranchera."""
    entreprise, visibles = _entreprise(request, pk), _visibles(request)
    texte = request.GET.get("q", "").strip()[:100]
    trouvees = list(visibles.cherche(texte).exclude(pk=entreprise.pk)[: TROUVEES + 1]) if texte else []
    form = SignalementForm(request.POST or None, visibles=visibles)
    if form.is_valid():
        operation = operations.signaler_un_doublon
        if tenter(form, operation, entreprise, form.cleaned_data["autre"], note=form.cleaned_data["note"], par=request.membre):
            messages.success(request, "Le doublon est signalé : l’animateur ou le secrétariat va comparer les deux fiches.")
            return redirect(entreprise)
    contexte = {"entreprise": entreprise, "form": form, "q": texte, "trouvees": trouvees[:TROUVEES]}
    contexte["davantage"] = len(trouvees) > TROUVEES
    return render(request, "suivi/doublon_signaler.html", contexte)


@page("entreprises.fusionner")
def doublons(request):
    """Les doublons signalés, ceux que l'outil suppose (`?par=nom`), et les dernières fusions."""
    cles = _visibles(request).order_by().values("pk")
    signales = Doublon.objects.visibles_par(request.membre, cles).a_traiter()
    signales = signales.select_related("entreprise__commune", "autre__commune", "signale_par__institution")
    parente = request.GET.get("par") if request.GET.get("par") in PARENTES else "siren"
    fusions = Fusion.objects.visibles_par(request.membre, cles).select_related("gardee", "absorbee", "par").defer("deplaces")
    contexte = {
        "signales": page_de(request, signales, parametre="signales"),
        "parente": parente,
        "parentes": PARENTES,
        "page_obj": candidats(request, _visibles(request), parente),
        "fusions": fusions[:RECENTES],
    }
    return render(request, "suivi/doublon_liste.html", contexte)


@geste("entreprises.fusionner")
def ecarter(request, pk):
    """Ce sont deux entreprises : le signalement quitte la file."""
    doublon = get_object_or_404(Doublon.objects.visibles_par(request.membre, _visibles(request).values("pk")), pk=pk)
    operations.garder_les_deux(doublon, par=request.membre)
    messages.success(request, "Les deux fiches sont gardées.")
    return redirect("suivi:doublons", request.reseau.slug)


@formulaire("entreprises.fusionner", lit=Entreprise)
def fusionner(request, pk):
    """Compare la fiche à garder et l'autre (`?avec=`), puis les réunit."""
    gardee = _entreprise(request, pk)
    avec = lire_cle(request.GET.get("avec"))
    if avec is None:
        return redirect("suivi:doublon-signaler", request.reseau.slug, gardee.pk)
    autre = _entreprise(request, avec)
    differences = comparer(gardee, autre)
    form = FusionForm(request.POST or None, differences=differences)
    # Deux fiches pareilles n'ont aucun choix à faire : le formulaire est vide, l'envoi suffit.
    if request.method == "POST" and form.is_valid():
        fusion = tenter(form, operations.fusionner, gardee, autre, par=request.membre, reprises=form.reprises)
        if fusion:
            messages.success(request, f"{autre} est réunie à {gardee}. Rien n’est perdu : la fusion se défait.")
            return redirect(gardee)
    contexte = {"form": form, "gardee": gardee, "autre": autre, "cotes": _cotes(gardee, autre)}
    return render(request, "suivi/fusion_form.html", contexte)


@page("entreprises.fusionner")
def fusion(request, pk):
    """Une fusion : qui, quand, et le moyen de la défaire."""
    fusion = _fusion(request, pk)
    noter(request.membre, Geste.LECTURE, fusion)
    nombre = len(fusion.deplaces.get("ecritures", []))
    return render(request, "suivi/fusion_fiche.html", {"fusion": fusion, "nombre": nombre})


@geste("entreprises.fusionner")
def defaire(request, pk):
    reprise = operations.defaire_la_fusion(_fusion(request, pk), par=request.membre)
    messages.success(request, f"La fusion est défaite : {reprise.fusion.absorbee} a de nouveau sa fiche.")
    if reprise.restes:
        messages.warning(request, f"Reste à {reprise.fusion.gardee} : {', '.join(reprise.restes)}.")
    return redirect(reprise.fusion.gardee)


def comparer(gardee, autre):
    """Les `Difference` entre les deux fiches, dans l'ordre de `BLOCS` ; un bloc identique n'y est pas."""
    par_defaut = operations.reprises_par_defaut(gardee, autre)
    return [
        Difference(cle, libelle, _dire(gardee, colonnes), _dire(autre, colonnes), cle in par_defaut)
        for cle, (libelle, colonnes) in BLOCS.items()
        if _valeurs(gardee, colonnes) != _valeurs(autre, colonnes)
    ]


def _valeurs(fiche, colonnes):
    return [getattr(fiche, colonne) for colonne in colonnes]


def _dire(fiche, colonnes):
    """Les valeurs d'un bloc, en mots ; « rien » s'il est vide."""
    dites = [_dire_une(fiche, colonne) for colonne in colonnes if getattr(fiche, colonne) not in ("", None)]
    return ", ".join(dict.fromkeys(dites)) or "rien"


def _dire_une(fiche, colonne):
    champ = fiche._meta.get_field(colonne)
    if champ.choices:
        return getattr(fiche, f"get_{champ.name}_display")()
    valeur = getattr(fiche, champ.name)
    if champ.get_internal_type() == "BooleanField":
        return "diffusible" if valeur else "non diffusible"
    return f"{valeur:%d/%m/%Y}" if hasattr(valeur, "strftime") else str(valeur)


def _cotes(gardee, autre):
    """Ce qui aide à choisir laquelle garder : ce que chacune porte déjà."""
    return [
        {"titre": titre, "fiche": fiche, "visites": fiche.visites.count(), "contacts": fiche.contacts.count()}
        for titre, fiche in (("Fiche gardée", gardee), ("Fiche absorbée", autre))
    ]


def _visibles(request):
    return Entreprise.objects.visibles_par(request.membre).avec_references().select_related("reseau", "naf_2025")


def _entreprise(request, pk):
    return get_object_or_404(_visibles(request).select_related("commune__zone_emploi", "naf", "naf_2025", "reseau"), pk=pk)


def _fusion(request, pk):
    visibles = Entreprise.objects.visibles_par(request.membre).values("pk")
    fusions = Fusion.objects.visibles_par(request.membre, visibles)
    return get_object_or_404(fusions.select_related("reseau", "gardee__reseau", "absorbee__reseau", "par", "defaite_par"), pk=pk)
