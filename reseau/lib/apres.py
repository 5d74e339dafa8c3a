"""Faire après avoir répondu ce dont la durée dirait quelque chose à qui attend la réponse."""

import logging

from django.http import HttpResponseRedirect

journal = logging.getLogger(__name__)


class RedirectionPuis(HttpResponseRedirect):
    """Une redirection ; `suite()` se joue une fois la réponse partie : le serveur web appelle `close` quand il a tout envoyé."""

    def __init__(self, adresse, suite):
        super().__init__(adresse)
        self.suite = suite

    def close(self):
        suite, self.suite = self.suite, None
        try:
            if suite:
                suite()
        except Exception:  # personne n'attend plus de réponse : l'échec se lit au journal du service
            journal.exception("La suite d’une réponse a échoué.")
        finally:
            super().close()
