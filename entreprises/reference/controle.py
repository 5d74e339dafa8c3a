"""Contrôler un dossier de références plus récentes avant d'en écrire une ligne."""

import csv
import re
from pathlib import Path

from entreprises.reference import lire_csv

# Par fichier, sa clé et, par colonne, la forme de ses valeurs (une valeur vide n'est admise que si la forme l'admet).
NOM = r".{1,80}"
CODE_COMMUNE = r"\d[\dAB]\d{3}"
DEPARTEMENT = r"\d[\dAB]\d?"
DEGRES = r"|-?\d{1,3}(\.\d+)?(e-\d\d)?"
FORMES = {
    "arrondissements": {"code": r"\d[\dAB]\d{1,2}", "nom": NOM, "departement": DEPARTEMENT},
    "communes": {
        "code_insee": CODE_COMMUNE,
        "nom": NOM,
        "departement": DEPARTEMENT,
        "arrondissement": r"|\d[\dAB]\d{1,2}",
        "epci": r"|\d{9}",
        "zone_emploi": r"|\d{4}",
        "codes_postaux": r"(\d{5}( \d{5})*)?",
        "latitude": DEGRES,
        "longitude": DEGRES,
    },
    "communes_anciennes": {"code_insee": CODE_COMMUNE, "nom": NOM, "commune_actuelle": CODE_COMMUNE, "departement": DEPARTEMENT},
    "departements": {"code": DEPARTEMENT, "nom": NOM},
    "epci": {"siren": r"\d{9}", "nom": r".{1,120}"},
    "naf_2025": {"niveau": "section|sous-classe", "code": r"[A-V]|\d\d\.\d\d[G-LY]", "parent": r"[A-V]?", "libelle": r".{1,250}"},
    "naf_rev2": {
        "niveau": "section|division|sous-classe",
        "code": r"[A-U]|\d\d|\d\d\.\d\d[A-FZ]",
        "parent": r"[A-U]?|\d\d",
        "libelle": r".{1,250}",
    },
    "tranches_effectifs": {"code": r"NN|\d\d", "libelle": r".+", "min": r"\d*", "max": r"\d*"},
    "types_de_voie": {"code": r".{1,10}", "libelle": r".{1,40}"},
    "zones_emploi": {"code": r"\d{4}", "nom": NOM},
}
RENVOIS = {
    "communes": {
        "departement": ("departements", "code"),
        "arrondissement": ("arrondissements", "code"),
        "epci": ("epci", "siren"),
        "zone_emploi": ("zones_emploi", "code"),
    },
    "communes_anciennes": {"commune_actuelle": ("communes", "code_insee")},
    "arrondissements": {"departement": ("departements", "code")},
}
PERTE_MAX = 0.1  # au-delà d'une ligne sur dix en moins, le fichier est sans doute coupé
CITES = 10


def controler(dossier: Path) -> tuple[list[str], list[str]]:
    """(noms des références trouvées, défauts en français) ; aucun défaut : le dossier peut être chargé."""
    if not dossier.is_dir():
        return [], [f"« {dossier} » n’est pas un dossier."]
    noms = sorted(chemin.stem for chemin in dossier.glob("*.csv"))
    inconnus = [nom for nom in noms if nom not in FORMES]
    if inconnus:
        return noms, [f"{nom}.csv n’est pas une référence ; noms attendus : {', '.join(FORMES)}." for nom in inconnus]
    if not noms:
        return [], [f"« {dossier} » ne contient aucun fichier .csv ; noms attendus : {', '.join(FORMES)}."]
    defauts = [defaut for nom in noms for defaut in _controler_fichier(nom, dossier)]
    return noms, defauts or [defaut for nom in RENVOIS for defaut in _controler_renvois(nom, dossier)]


def _controler_fichier(nom: str, dossier: Path) -> list[str]:
    try:
        lignes = list(lire_csv(nom, dossier))
    except (UnicodeDecodeError, csv.Error):
        return [f"{nom}.csv n’est pas un CSV en UTF-8."]
    manquantes = [colonne for colonne in FORMES[nom] if not lignes or colonne not in lignes[0]]
    if manquantes:
        return [f"{nom}.csv : colonne absente, ou fichier vide : {', '.join(manquantes)}."]
    return [*_comparer(nom, lignes), *_controler_formes(nom, lignes)][:CITES]


def _comparer(nom: str, lignes: list[dict[str, str]]) -> list[str]:
    cle = "siren" if nom == "epci" else "code_insee" if nom.startswith("communes") else "code"
    doubles = len(lignes) - len({ligne[cle] for ligne in lignes})
    embarquees = sum(1 for _ in lire_csv(nom))
    courts = [f"{nom}.csv : {len(lignes)} lignes au lieu de {embarquees} aujourd’hui, il est sans doute coupé."]
    return [
        *([f"{nom}.csv : {doubles} code(s) en double."] if doubles else []),
        *(courts if len(lignes) < embarquees * (1 - PERTE_MAX) else []),
    ]


def _controler_formes(nom: str, lignes: list[dict[str, str]]) -> list[str]:
    formes = {colonne: re.compile(forme) for colonne, forme in FORMES[nom].items()}
    return [
        f"{nom}.csv, ligne {numero} : « {ligne[colonne]} » n’est pas une valeur de {colonne}."
        for numero, ligne in enumerate(lignes, start=2)
        for colonne, forme in formes.items()
        if ligne[colonne] is None or not forme.fullmatch(ligne[colonne])
    ]


def _controler_renvois(nom: str, dossier: Path) -> list[str]:
    """Chaque code cité existe, dans le dossier ou, à défaut, parmi les références actuelles."""
    connus = {
        colonne: {ligne[cle] for ligne in lire_csv(cible, dossier)} | {""} for colonne, (cible, cle) in RENVOIS[nom].items()
    }
    orphelins = [
        f"{nom}.csv, ligne {numero} : {colonne} « {ligne[colonne]} » inconnu."
        for numero, ligne in enumerate(lire_csv(nom, dossier), start=2)
        for colonne, codes in connus.items()
        if ligne[colonne] not in codes
    ]
    return orphelins[:CITES]
