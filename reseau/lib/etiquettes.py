"""Les planches d'étiquettes d'adresse, en A4 : pour les enveloppes sans fenêtre, et les grands formats."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reseau.lib.lettre import adresse_ajustee
from reseau.lib.pdf import rendre_pdf

MARGE_INTERIEURE = 3.5  # mm, de chaque côté de l'adresse


@dataclass(frozen=True)
class Planche:
    """Un format du commerce. Mesures en millimètres, depuis le coin haut gauche de la feuille."""

    cle: str
    colonnes: int
    rangs: int
    largeur: float
    hauteur: float

    @property
    def nombre(self) -> int:
        return self.colonnes * self.rangs

    @property
    def libelle(self) -> str:
        mesures = f"{self.largeur:g} × {self.hauteur:g} mm".replace(".", ",")
        return f"{self.nombre} étiquettes par feuille, {mesures}"


# Les trois formats les plus vendus ; leurs marges sont dans css/pdf/etiquettes.css, une classe par clé.
PLANCHES = {
    planche.cle: planche
    for planche in (Planche("e21", 3, 7, 63.5, 38.1), Planche("e14", 2, 7, 99.1, 38.1), Planche("e24", 3, 8, 70, 37))
}


def imprimer_etiquettes(
    adresses: Sequence[Sequence[str]], planche: Planche, *, premiere: int = 1, edite_le: datetime | None = None
) -> bytes:
    """Le PDF des étiquettes, une par adresse (ses lignes postales), à partir de la case `premiere` de la première feuille.

    Lève `ImpressionImpossible` si la mise en page échoue.
    """
    place = planche.largeur - 2 * MARGE_INTERIEURE
    cases = [None] * (premiere - 1) + [adresse_ajustee(adresse, place) for adresse in adresses]
    feuilles = [cases[debut : debut + planche.nombre] for debut in range(0, len(cases), planche.nombre)]
    contexte = {"planche": planche, "feuilles": feuilles}
    return rendre_pdf("pdf/etiquettes.html", contexte, titre="Étiquettes d’adresse", date=edite_le)
