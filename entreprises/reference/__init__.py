"""Données de référence embarquées : communes, zones d'emploi, nomenclatures (sources et licences : docs/sources.md)."""

import csv
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from django.conf import settings


def lire_csv(nom: str, dossier: Path | str | None = None) -> Iterator[dict[str, str]]:
    """Lignes de `<nom>.csv` (UTF-8), une par une, en dictionnaires ; lève `FileNotFoundError` si le nom est inconnu.

    Le fichier se prend dans `dossier`, sinon dans celui des réglages (`REFERENCES_DIR`), sinon parmi les embarqués.
    """
    choisi = dossier or settings.REFERENCES_DIR
    chemin = Path(choisi) / f"{nom}.csv" if choisi else None
    source = chemin if chemin and chemin.is_file() else files(__package__).joinpath(f"{nom}.csv")
    with source.open(encoding="utf-8", newline="") as flux:
        yield from csv.DictReader(flux)
