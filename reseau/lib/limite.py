"""Compter des demandes sur une durée, dans le cache que partagent les processus du service."""

from time import time

from django.core.cache import cache


def depasse(cle: str, combien: int, secondes: int) -> bool:
    """Vrai dès la demande de rang `combien` + 1 sous cette clé, par tranche d'horloge de `secondes`.

    Deux demandes au même instant peuvent n'en compter qu'une : une borne, pas un décompte. `cache.incr` n'y servirait pas :
    le cache en fichiers y perd la durée et repart à chaque fois pour cinq minutes.
    """
    cle = f"limite:{cle}:{int(time() // secondes)}"
    rang = cache.get(cle, 0) + 1
    cache.set(cle, rang, secondes)
    return rang > combien
