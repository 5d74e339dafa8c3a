"""Dire où en est une commande longue : rien avant deux secondes, puis une ligne par seconde au plus."""

from collections.abc import Callable
from time import monotonic

SILENCE = 2.0  # secondes
CADENCE = 1.0


class Avancement:
    """`avancer(étape, fait, total)`, à appeler aussi souvent qu'on veut."""

    def __init__(self, ecrire: Callable[[str], object], *, silence=SILENCE):
        self._ecrire = ecrire
        self._prochain = monotonic() + silence

    def __call__(self, etape: str, fait: int = 0, total: int = 0):
        if monotonic() < self._prochain:
            return
        self._prochain = monotonic() + CADENCE
        self._ecrire(f"{etape} : {fait} sur {total}" if total else f"{etape}…")
