"""Ce que lit, avant toute lettre, le processus d'où naissent les compositeurs de `reseau.lib.atelier`."""

from reseau.lib.atelier import preparer

preparer()
