"""Les établissements retenus, chacun avec le nom de son unité légale, rangés sur disque et relus en flux."""

import json
import sqlite3
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from entreprises.lecture import Feuille, FichierRefuse
from entreprises.lecture.colonnes import reconnaitre
from entreprises.sirene.criteres import Criteres, Lecteur
from entreprises.sirene.rangees import Rangees, ouvrir_rangees

PAS = 50_000  # lignes entre deux nouvelles de l'avancement
LOT = 5_000  # rangées écrites ensemble
INDISPENSABLES = ("siret", "statutDiffusionEtablissement", "etatAdministratifEtablissement")
NOM = "denominationUniteLegale"
# Cachés dès que l'établissement ou son unité légale a demandé à ne pas être diffusé ; la commune reste publique.
PROTEGEES = (
    *("enseigne1Etablissement", "enseigne2Etablissement", "denominationUsuelleEtablissement"),
    *("complementAdresseEtablissement", "numeroVoieEtablissement", "indiceRepetitionEtablissement"),
    *("dernierNumeroVoieEtablissement", "indiceRepetitionDernierNumeroVoieEtablissement"),
    *("typeVoieEtablissement", "libelleVoieEtablissement", "distributionSpecialeEtablissement"),
)
UTILES = (
    *INDISPENSABLES,
    *PROTEGEES,
    *("trancheEffectifsEtablissement", "codePostalEtablissement", "codeCommuneEtablissement"),
    *("libelleCommuneEtablissement", "libelleCommuneEtrangerEtablissement", "activitePrincipaleEtablissement"),
    *("nomenclatureActivitePrincipaleEtablissement", "activitePrincipaleNAF25Etablissement"),
)
INDISPENSABLES_UNITE = ("siren", "statutDiffusionUniteLegale", NOM)
UTILES_UNITE = (
    *INDISPENSABLES_UNITE,
    *("denominationUsuelle1UniteLegale", "sigleUniteLegale", "sexeUniteLegale", "nomUniteLegale"),
    *("nomUsageUniteLegale", "prenomUsuelUniteLegale", "prenom1UniteLegale"),
)
DIFFUSIBLES = {"O", ""}
TABLES = """
PRAGMA journal_mode = OFF;
CREATE TABLE etablissement (numero INTEGER PRIMARY KEY, siren TEXT, cellules TEXT);
CREATE TABLE unite (siren TEXT PRIMARY KEY, cellules TEXT) WITHOUT ROWID;
"""
SIRENS = "SELECT DISTINCT siren FROM etablissement ORDER BY siren"
JOINTURE = """
SELECT numero, etablissement.cellules, unite.cellules
FROM etablissement LEFT JOIN unite USING (siren) ORDER BY numero
"""
CACHE = "[ND]"  # ce qu'écrit l'Insee à la place d'une valeur qu'il ne diffuse pas
Suivre = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Stock:
    """`lus`, `retenus` : des établissements ; `absents` : ceux du réseau que le fichier ne porte pas, non réputés fermés."""

    feuille: Feuille
    lus: int
    retenus: int
    absents: int


def _se_taire(fichier: str, lus: int, retenus: int) -> None:
    """L'avancement, quand personne ne le regarde."""


@contextmanager
def lire_stock(
    etablissements: Path,
    unites_legales: Path | None,
    criteres: Criteres,
    connus: Mapping[str, str],
    suivre: Suivre = _se_taire,
) -> Iterator[Stock]:
    """Filtre les établissements, puis les unités légales de ceux-là ; la feuille rendue se lit dans le contexte.

    `connus` : SIRET → raison sociale des établissements du réseau, lus quels que soient les critères : une fermeture ou un
    effectif qui change doit se voir. `suivre(fichier, lignes lues, lignes retenues)` est appelée de temps en temps.
    Lève `FichierRefuse`.
    """
    base = sqlite3.connect("", isolation_level=None)  # une base sur disque, sans nom, qui disparaît avec la connexion
    try:
        base.executescript(TABLES)
        with ouvrir_rangees(etablissements, (*INDISPENSABLES, *criteres.colonnes), UTILES) as (colonnes, genre, rangees):
            compte = _retenir_etablissements(base, Lecteur(colonnes), rangees, criteres, connus, suivre)
        if not compte.lus:
            raise FichierRefuse(f"« {etablissements.name} » n’a que des en-têtes : il n’y a aucun établissement à lire.")
        colonnes_unite = list(INDISPENSABLES_UNITE)
        if unites_legales:
            with ouvrir_rangees(unites_legales, INDISPENSABLES_UNITE, UTILES_UNITE) as (colonnes_unite, _, rangees):
                _retenir_unites(base, Lecteur(colonnes_unite), rangees, suivre)
        feuille = _feuille(etablissements.name, genre, _Source(base, colonnes, colonnes_unite, connus))
        yield Stock(feuille, compte.lus, compte.retenus, len(connus) - len(compte.presents))
    finally:
        base.close()


@dataclass
class _Compte:
    lus: int = 0
    retenus: int = 0
    presents: set[str] = field(default_factory=set)


def _retenir_etablissements(
    base: sqlite3.Connection,
    lecteur: Lecteur,
    rangees: Rangees,
    criteres: Criteres,
    connus: Mapping[str, str],
    suivre: Suivre,
) -> _Compte:
    compte = _Compte()

    def retenues() -> Iterator[tuple[int, str, str]]:
        for numero, cellules in rangees:
            compte.lus += 1
            if compte.lus % PAS == 0:
                suivre("établissements", compte.lus, compte.retenus)
            siret = lecteur.lire(cellules, "siret")
            if siret in connus:
                compte.presents.add(siret)
            elif not criteres.admet(lecteur, cellules):
                continue
            compte.retenus += 1
            yield numero, siret[:9], json.dumps(cellules)

    for lot in _par_lots(retenues()):
        base.executemany("INSERT INTO etablissement VALUES (?, ?, ?)", lot)
    suivre("établissements", compte.lus, compte.retenus)
    return compte


def _retenir_unites(base: sqlite3.Connection, lecteur: Lecteur, rangees: Rangees, suivre: Suivre) -> None:
    """Celles des établissements retenus : leurs SIREN tiennent en quatre octets chacun, triés."""
    sirens = array("I", (int(siren) for (siren,) in base.execute(SIRENS) if siren.isascii() and siren.isdigit()))
    lues = retenues = 0

    def attendues() -> Iterator[tuple[str, str]]:
        nonlocal lues, retenues
        for _, cellules in rangees:
            lues += 1
            if lues % PAS == 0:
                suivre("unités légales", lues, retenues)
            siren = lecteur.lire(cellules, "siren")
            if _contient(sirens, siren):
                retenues += 1
                yield siren, json.dumps(cellules)

    for lot in _par_lots(attendues()):
        base.executemany("INSERT OR REPLACE INTO unite VALUES (?, ?)", lot)
    suivre("unités légales", lues, retenues)


def _contient(sirens: array, siren: str) -> bool:
    if not (siren.isascii() and siren.isdigit()):
        return False
    rang = bisect_left(sirens, int(siren))
    return rang < len(sirens) and sirens[rang] == int(siren)


def _par_lots(lignes: Iterator) -> Iterator[list]:
    while lot := list(islice(lignes, LOT)):
        yield lot


class _Source:
    """Les établissements retenus, complétés de leur unité légale : une `Source` de feuille, relisible."""

    def __init__(
        self, base: sqlite3.Connection, colonnes: Sequence[str], colonnes_unite: Sequence[str], connus: Mapping[str, str]
    ) -> None:
        self.base = base
        self.connus = connus
        self.etablissement, self.unite = Lecteur(colonnes), Lecteur(colonnes_unite)
        self.ajoutees = [colonne for colonne in colonnes_unite if colonne not in ("siren", "statutDiffusionUniteLegale")]
        self.entetes = (*colonnes, *self.ajoutees)
        self.protegees = [rang for rang, colonne in enumerate(colonnes) if colonne in PROTEGEES]

    def rangees(self) -> Iterator[tuple[int, list[str]]]:
        """(numéro dans le fichier des établissements, cellules dans l'ordre de `entetes`)."""
        for numero, etablissement, unite in self.base.execute(JOINTURE):
            yield numero, self._composer(json.loads(etablissement), json.loads(unite) if unite else None)

    def _composer(self, etablissement: list[str], unite: list[str] | None) -> list[str]:
        if self._protege(etablissement, unite):
            for rang in self.protegees:
                etablissement[rang] = CACHE
            return [*etablissement, *(CACHE for _ in self.ajoutees)]
        if unite is None:  # le nom vient d'ailleurs que du stock : celui que le réseau connaît reste
            connu = self.connus.get(self.etablissement.lire(etablissement, "siret"), "")
            return [*etablissement, *(connu if colonne == NOM else "" for colonne in self.ajoutees)]
        return [*etablissement, *(self.unite.lire(unite, colonne) for colonne in self.ajoutees)]

    def _protege(self, etablissement: list[str], unite: list[str] | None) -> bool:
        statuts = {self.etablissement.lire(etablissement, "statutDiffusionEtablissement")}
        if unite is not None:
            statuts.add(self.unite.lire(unite, "statutDiffusionUniteLegale"))
        return not statuts <= DIFFUSIBLES or CACHE in etablissement or (unite is not None and CACHE in unite)


def _feuille(nom: str, genre: str, source: _Source) -> Feuille:
    entete = reconnaitre(0, source.entetes)
    return Feuille(
        nom=nom,
        genre=genre,
        format=entete.format,
        entetes=entete.entetes,
        colonnes=entete.colonnes,
        ligne_entete=0,
        source=source,
        encodage="utf-8" if genre == "csv" else "",
    )
