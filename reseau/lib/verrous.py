"""Deux envois qui se croisent : un interblocage se rejoue, une attente trop longue se dit. Aucun ne finit en page d'erreur."""

from collections.abc import Callable

from django.db import OperationalError, connection

from reseau.lib.erreurs import RegleEnfreinte

ESSAIS = 4
INTERBLOCAGES = {"40P01", "40001"}  # codes de PostgreSQL : « deadlock_detected », « serialization_failure »
ATTENTES = {"55P03", "57014"}  # « lock_not_available », « query_canceled » : les délais que posent les réglages
OCCUPEE = (
    "Quelqu’un d’autre enregistre au même endroit, et l’attente a été trop longue : rien n’est enregistré. "
    "Revenez à la page précédente et envoyez à nouveau."
)


def rejouer(geste: Callable, *, avant: Callable = lambda: None):
    """Joue `geste`, une transaction entière ; interbloqué, le rejoue après `avant`. Trop d'attente : `RegleEnfreinte`."""
    for essai in range(1, ESSAIS + 1):
        try:
            return geste()
        except OperationalError as erreur:
            code = getattr(erreur.__cause__, "pgcode", None)
            # Dans une transaction plus large, tout est déjà perdu : ce n'est pas à nous de la rejouer.
            if code in INTERBLOCAGES and essai < ESSAIS and not connection.in_atomic_block:
                avant()
                continue
            if code in INTERBLOCAGES | ATTENTES or "database is locked" in str(erreur):
                raise RegleEnfreinte(OCCUPEE) from erreur
            raise
    return None
