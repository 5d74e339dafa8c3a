"""Les gestes par lot sur les entreprises : la sélection, bornée à ce que voit le membre, et ce qui se défait."""

from dataclasses import dataclass

from entreprises.models import Entreprise
from entreprises.operations import defaire_lot
from reseau.droits import autorise
from reseau.lib.erreurs import RegleEnfreinte
from reseau.lib.saisie import lire_cles
from reseau.templatetags.affichage import nombre_fr
from visites.filters import EntrepriseSuivieFilter

COCHEES, DE_LA_PAGE, TOUTES = "cochees", "page", "toutes"
LOT_MAX = 10_000
PROGRAMMABLES_MAX = 200  # au-delà, la page de programmation ne se relit plus, ni son adresse
MEMOIRE = "dernier_lot"
# Ce que l'adresse d'un lot porte en plus des filtres de la liste.
A_PART = ("geste", "portee", "entreprise", "de_la_page", "page")
GESTES = {
    "etiqueter": ("Poser une étiquette", "entreprises.modifier"),
    "retirer": ("Retirer une étiquette", "entreprises.modifier"),
    "proteger": ("Ne plus solliciter jusqu’au…", "entreprises.modifier"),
    "programmer": ("Programmer des visites", "visites.programmer"),
    "exporter": ("Exporter", "entreprises.exporter"),
}


@dataclass(frozen=True)
class Selection:
    """Les clés choisies, et le filtre de la liste si elles en sont toutes."""

    cles: list
    filtre: EntrepriseSuivieFilter | None

    @property
    def choix(self):
        """Comment elle a été faite, pour l'export : [(libellé, choix)]."""
        return self.filtre.choix if self.filtre else [("Choix", "Entreprises cochées dans la liste")]


def gestes_permis(membre):
    """Dictionnaire geste → libellé, de ceux que ce membre peut jouer ; vide s'il ne tient pas les fiches."""
    if not autorise(membre, "entreprises.modifier"):
        return {}
    return {nom: libelle for nom, (libelle, droit) in GESTES.items() if autorise(membre, droit)}


def selection(request):
    """La `Selection` que désigne l'adresse ; `RegleEnfreinte` si elle est vide ou trop grande."""
    visibles, filtre = Entreprise.objects.visibles_par(request.membre), None
    if request.GET.get("portee") == TOUTES:
        filtre = EntrepriseSuivieFilter(request.GET, visibles, request=request)
        visibles = filtre.selection
    else:
        visibles = visibles.filter(pk__in=_cles_recues(request.GET))
    cles = list(visibles.order_by("pk").values_list("pk", flat=True)[: LOT_MAX + 1])
    if not cles:
        raise RegleEnfreinte("Cochez au moins une entreprise.")
    if len(cles) > LOT_MAX:
        raise RegleEnfreinte(f"Un lot prend {nombre_fr(LOT_MAX)} entreprises au plus : ajoutez un filtre, et recommencez.")
    return Selection(cles, filtre)


def retour(request):
    """Les filtres de la liste d'où vient le lot, à mettre dans l'adresse."""
    requete = request.GET.copy()
    for nom in A_PART:
        requete.pop(nom, None)
    return requete.urlencode()


def retenir(request, phrase, geste, cles, **suite):
    """Garde en session de quoi défaire le dernier lot, et lui seul."""
    request.session[MEMOIRE] = {"membre": request.membre.pk, "phrase": phrase, "geste": geste, "cles": cles, **suite}


def dernier_lot(request):
    """La phrase du dernier lot que ce membre peut encore défaire dans ce réseau ; vide s'il n'y en a pas."""
    lot = request.session.get(MEMOIRE)
    return lot["phrase"] if lot and lot["membre"] == request.membre.pk else ""


def defaire(request):
    """Défait le dernier lot de cette session ; rend le nombre d'entreprises revenues en arrière."""
    if not dernier_lot(request):
        raise RegleEnfreinte("Il n’y a plus rien à annuler.")
    lot = request.session.pop(MEMOIRE)
    visibles = Entreprise.objects.visibles_par(request.membre).filter(pk__in=lot["cles"])
    return defaire_lot(lot, set(visibles.values_list("pk", flat=True)), par=request.membre)


def _cles_recues(donnees):
    """Les clés cochées, ou celles de la page, celles qui sont des nombres et pas plus qu'un lot."""
    recues = donnees.get("de_la_page", "").split(",") if donnees.get("portee") == DE_LA_PAGE else donnees.getlist("entreprise")
    return lire_cles(recues[:LOT_MAX])
