"""Le fond de carte d'un département : son cadre, ses contours, la place de ses communes ; gardé en mémoire.

Le cadre est large de `LARGEUR` unités ; la longitude y est resserrée à la latitude moyenne, ce qui suffit à cette échelle.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import cos, radians

from django.db.models import Count, Max, Min

from entreprises.contours import ECHELLE, deplier, replier
from entreprises.models import Commune, Contour

LARGEUR = 700
HAUTEUR_MAX = 900
MARGE = 12
EMPRISE_MIN = 0.2  # degrés : un département dont on ne connaît qu'un centre garde un cadre


@dataclass(frozen=True)
class Lieu:
    """Une commune ou une intercommunalité, nommée et placée (`x`, `y` None : on ne sait pas où elle est)."""

    code: str
    nom: str
    x: float | None
    y: float | None
    epci: str | None = None


@dataclass(frozen=True)
class Fond:
    """Ce qui ne dépend pas des entreprises. `contours` : des tracés SVG, en dixièmes d'unité ; `source` : à qui on les doit."""

    ouest: float
    nord: float
    echelle: float
    resserre: float
    hauteur: int
    contours: Sequence[str]
    communes: Mapping[str, Lieu]
    epci: Mapping[str, Lieu]
    source: str = ""

    def connait(self, lieu: Lieu) -> bool:
        """Du département ; une voisine n'a pas de page à elle."""
        return lieu.code in self.communes or lieu.code in self.epci

    def cadrer(self, latitude: float, longitude: float) -> tuple[float, float]:
        """Des degrés aux unités du cadre, bornes non vérifiées."""
        return (longitude - self.ouest) * self.resserre * self.echelle + MARGE, (self.nord - latitude) * self.echelle + MARGE

    def placer(self, latitude: float | None, longitude: float | None) -> tuple[float | None, float | None]:
        """Des degrés au cadre ; (None, None) si le point est inconnu ou hors du cadre."""
        if latitude is None or longitude is None:
            return None, None
        x, y = self.cadrer(latitude, longitude)
        return (round(x, 1), round(y, 1)) if 0 <= x <= LARGEUR and 0 <= y <= self.hauteur else (None, None)

    def lieux(self, codes) -> dict[str, Lieu]:
        """Le `Lieu` de chaque commune ; celles d'ailleurs se cherchent en base : un réseau compte parfois un voisin."""
        champs = ("code", "nom", "latitude", "longitude", "epci_id")
        ailleurs = [code for code in codes if code not in self.communes]
        voisines = Commune.objects.filter(code__in=ailleurs).order_by().values_list(*champs)
        trouves = {code: self.communes[code] for code in codes if code in self.communes}
        return trouves | {code: Lieu(code, nom, *self.placer(lat, lon), epci) for code, nom, lat, lon, epci in voisines}


def fond_de(departement: str) -> Fond:
    """Le `Fond` de ce département, en une requête s'il est en mémoire ; refait quand `charger_contours` est repassé."""
    contours = Contour.objects.filter(commune__departement=departement)
    resume = contours.aggregate(nombre=Count("pk"), charge_le=Max("charge_le"), de=Min("source"), a=Max("source"))
    return _composer(departement, *resume.values())


@lru_cache(maxsize=16)
def _composer(departement, _nombre, _charge_le, *sources):
    communes = list(Commune.objects.filter(departement=departement).select_related("epci"))
    traces = Contour.objects.filter(commune__departement=departement).order_by("pk").values_list("trace", flat=True)
    contours = [deplier(trace) for trace in traces]
    fond = _cadre(*_emprise(communes, contours))
    lieux = {
        commune.code: Lieu(commune.code, commune.nom, *fond.placer(commune.latitude, commune.longitude), commune.epci_id)
        for commune in communes
    }
    noms = {commune.epci_id: commune.epci.nom for commune in communes if commune.epci_id}
    return replace(
        fond,
        contours=tuple(_trace(fond, anneaux) for anneaux in contours),
        communes=lieux,
        epci={code: _centre(code, nom, lieux.values()) for code, nom in noms.items()},
        source=" ; ".join(sorted({source for source in sources if source})),
    )


def _emprise(communes, contours):
    """(ouest, sud, est, nord) en degrés : des contours s'il y en a, sinon des centres des communes."""
    points = [(x / ECHELLE, -y / ECHELLE) for anneaux in contours for anneau in anneaux for x, y in anneau]
    if not points:
        points = [(commune.longitude, commune.latitude) for commune in communes if commune.latitude is not None]
    longitudes, latitudes = zip(*(points or [(0, 0)]), strict=True)
    ouest, est, sud, nord = min(longitudes), max(longitudes), min(latitudes), max(latitudes)
    en_x, en_y = (max(0, EMPRISE_MIN - etendue) / 2 for etendue in (est - ouest, nord - sud))
    return ouest - en_x, sud - en_y, est + en_x, nord + en_y


def _cadre(ouest, sud, est, nord):
    """Le `Fond` vide de cette emprise ; un département tout en hauteur s'y centre."""
    resserre, utile = cos(radians((sud + nord) / 2)), LARGEUR - 2 * MARGE
    large = (est - ouest) * resserre
    echelle = min(utile / large, (HAUTEUR_MAX - 2 * MARGE) / (nord - sud))
    ouest -= (utile / echelle - large) / 2 / resserre
    return Fond(ouest, nord, echelle, resserre, round((nord - sud) * echelle + 2 * MARGE), (), {}, {})


def _trace(fond, anneaux):
    """Attribut « d » du contour, en dixièmes d'unité : des entiers se lisent et s'envoient plus vite."""
    points = [[fond.cadrer(-y / ECHELLE, x / ECHELLE) for x, y in anneau] for anneau in anneaux]
    return replier([[(round(x * 10), round(y * 10)) for x, y in anneau] for anneau in points])


def _centre(code, nom, lieux):
    """Au milieu des centres de ses communes du département : sa place ne dépend pas des entreprises."""
    membres = [(lieu.x, lieu.y) for lieu in lieux if lieu.epci == code and lieu.x is not None]
    if not membres:
        return Lieu(code, nom, None, None)
    x, y = (round(sum(valeurs) / len(membres), 1) for valeurs in zip(*membres, strict=True))
    return Lieu(code, nom, x, y)
