"""Compter des demandes sur une durée, dans le cache partagé par les processus du service."""

from django.core.cache import cache


def depasse(cle: str, combien: int, secondes: int) -> bool:
    """Vrai dès la demande de rang `combien` + 1 sous cette clé dans la durée, qui court depuis la première.

    Deux demandes au même instant peuvent n'en compter qu'une : une borne, pas un décompte.
    """
    cle = f"limite:{cle}"
    cache.add(cle, 0, secondes)
    try:
        return cache.incr(cle) > combien
    except ValueError:  # périmée entre les deux lignes
        return False
