"""Ce qu'on retient du stock : un département, des tailles, des secteurs, un état."""

from collections.abc import Sequence
from dataclasses import dataclass

from entreprises.lecture.identifiants import NAF

ETATS = {"actifs": ("A",), "fermes": ("F",), "tous": ("A", "F")}


@dataclass(frozen=True)
class Criteres:
    """Un critère vide admet tout. `departement` : « 70 », « 2A », « 974 » ; `tranches` : codes Insee ;
    `divisions` : deux chiffres de la NAF ; `etat` : « actifs », « fermes » ou « tous ».
    """

    departement: str = ""
    tranches: frozenset[str] = frozenset()
    divisions: frozenset[str] = frozenset()
    etat: str = "actifs"

    @property
    def colonnes(self) -> tuple[str, ...]:
        """Les colonnes du stock sans lesquelles ces critères ne se jugent pas."""
        return (
            *(["codeCommuneEtablissement"] if self.departement else []),
            *(["trancheEffectifsEtablissement"] if self.tranches else []),
            *(["activitePrincipaleEtablissement"] if self.divisions else []),
        )

    def admet(self, valeurs: "Lecteur", cellules: Sequence[str]) -> bool:
        """Vrai si l'établissement répond à tous les critères."""
        return (
            valeurs.lire(cellules, "etatAdministratifEtablissement") in ETATS[self.etat]
            and (not self.departement or valeurs.lire(cellules, "codeCommuneEtablissement").startswith(self.departement))
            and (not self.tranches or valeurs.lire(cellules, "trancheEffectifsEtablissement") in self.tranches)
            and (not self.divisions or self._du_secteur(valeurs, cellules))
        )

    def _du_secteur(self, valeurs: "Lecteur", cellules: Sequence[str]) -> bool:
        """La NAF rév. 2 ou, si elle se tait, la NAF 2025 : leurs divisions portent les mêmes numéros."""
        codes = [valeurs.lire(cellules, "activitePrincipaleNAF25Etablissement")]
        if valeurs.lire(cellules, "nomenclatureActivitePrincipaleEtablissement") in ("NAFRev2", ""):
            codes.insert(0, valeurs.lire(cellules, "activitePrincipaleEtablissement"))
        return next((code[:2] for code in codes if NAF.match(code)), "") in self.divisions


class Lecteur:
    """Lit une cellule par le nom de sa colonne ; "" si la colonne manque au fichier."""

    def __init__(self, colonnes: Sequence[str]) -> None:
        self.rangs = {colonne: rang for rang, colonne in enumerate(colonnes)}

    def lire(self, cellules: Sequence[str], colonne: str) -> str:
        rang = self.rangs.get(colonne)
        return "" if rang is None else cellules[rang]
