"""Données de référence embarquées : communes, zones d'emploi, nomenclatures (sources et licences : docs/sources.md)."""

import csv
from collections.abc import Iterator
from importlib.resources import files


def lire_csv(nom: str) -> Iterator[dict[str, str]]:
    """Lignes de `<nom>.csv` (UTF-8), une par une, en dictionnaires ; lève `FileNotFoundError` si le nom est inconnu."""
    with files(__package__).joinpath(f"{nom}.csv").open(encoding="utf-8", newline="") as flux:
        yield from csv.DictReader(flux)
