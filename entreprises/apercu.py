"""L'aperçu d'une cible avant sa décision : combien d'entreprises, où, de quelle taille, et quelques-unes. Sans HTTP."""

from dataclasses import dataclass

from django.db.models import Count, Q

from entreprises import operations
from entreprises.enums import BORNES, Tranche
from entreprises.models.entreprise import d_effectif

ECHANTILLON = 10
# Les catégories d'entreprises de l'Insee et de l'Union, par l'effectif seul : (libellé, plus bas, plus haut effectif).
TAILLES = {
    "moins_de_10": ("Moins de 10", 0, 9),
    "de_10_a_49": ("10 à 49", 10, 49),
    "de_50_a_249": ("50 à 249", 50, 249),
    "plus_de_250": ("250 et plus", 250, None),
}
INCONNUE = "Zone inconnue"


@dataclass(frozen=True)
class Repartition:
    """Un petit tableau : `lignes` = [(zone d'emploi, [(taille, nombre)], total)], la plus fournie d'abord."""

    entetes: list[str]
    lignes: list[tuple[str, list[tuple[str, int]], int]]
    totaux: list[tuple[str, int]]

    @property
    def nombre(self):
        return sum(total for *_, total in self.lignes)


@dataclass(frozen=True)
class Apercu:
    """`echantillon` et `communes` ({code: nombre}) se limitent à ce que voit le lecteur ; les totaux sont du réseau."""

    nombre: int
    avertissement: str
    repartition: Repartition
    echantillon: list
    communes: dict[str, int]


def apercevoir(cible, membre, le):
    """`Apercu` de ce que la cible viserait ce jour-là, pour ce lecteur ; trois requêtes."""
    candidates = operations.candidates(cible, le)
    visibles = candidates.visibles_par(membre)
    repartition = repartir(candidates)
    communes = visibles.exclude(commune=None).order_by().values_list("commune").annotate(Count("pk"))
    return Apercu(
        nombre=repartition.nombre,
        avertissement=operations.avertir_de_la_taille(repartition.nombre, cible.reseau),
        repartition=repartition,
        echantillon=list(visibles.avec_references().order_by("recherche", "pk")[:ECHANTILLON]),
        communes=dict(communes),
    )


def repartir(entreprises):
    """`Repartition` de ces entreprises par zone d'emploi et par taille, en une requête."""
    comptes = {cle: Count("pk", filter=d_effectif(_tranches(bas, haut))) for cle, (_, bas, haut) in TAILLES.items()}
    comptes["inconnu"] = Count("pk", filter=Q(effectif=None, tranche_effectif=""))
    zones = entreprises.order_by().values("commune__zone_emploi__nom").annotate(total=Count("pk"), **comptes)
    entetes = [*(libelle for libelle, *_ in TAILLES.values()), "Inconnu"]
    lignes = [(zone["commune__zone_emploi__nom"] or INCONNUE, [zone[cle] for cle in comptes], zone["total"]) for zone in zones]
    totaux = [sum(nombres[rang] for _, nombres, _ in lignes) for rang in range(len(entetes))]
    return Repartition(
        entetes=entetes,
        lignes=[
            (zone, list(zip(entetes, nombres, strict=True)), total)
            for zone, nombres, total in sorted(lignes, key=lambda ligne: (-ligne[2], ligne[0]))
        ],
        totaux=list(zip(entetes, totaux, strict=True)),
    )


def _tranches(bas, haut):
    """Les codes des tranches de l'Insee comprises entre ces effectifs."""
    return [code for code in Tranche if BORNES[code][0] >= bas and (haut is None or BORNES[code][1] <= haut)]
