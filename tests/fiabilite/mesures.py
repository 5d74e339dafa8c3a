"""Comparer deux séries de durées : diffèrent-elles autrement que par hasard ?"""

from itertools import groupby
from math import erfc, sqrt


def mann_whitney(une, autre):
    """Probabilité (0 à 1) d'un écart de rangs au moins aussi grand entre deux séries de même loi ; bilatéral, par la loi normale.

    Mann et Whitney, 1947 ; l'approximation tient dès vingt mesures par série. Les ex æquo partagent leur rang.
    """
    rangs = _rangs([*une, *autre])
    n, m = len(une), len(autre)
    ecart = abs(sum(rangs[:n]) - n * (n + 1) / 2 - n * m / 2)
    return erfc(max(ecart - 0.5, 0) / sqrt(n * m * (n + m + 1) / 12) / sqrt(2))


def _rangs(valeurs):
    ordre = sorted(range(len(valeurs)), key=valeurs.__getitem__)
    rangs, debut = [0.0] * len(valeurs), 0
    for _, groupe in groupby(ordre, key=valeurs.__getitem__):
        ex_aequo = list(groupe)
        for place in ex_aequo:
            rangs[place] = debut + (len(ex_aequo) + 1) / 2
        debut += len(ex_aequo)
    return rangs
