"""Le service, abîmé exprès : ce que doivent attraper les vérifications de charge."""

import time

from reseau.config.wsgi import application

LENTEUR = 2.0  # secondes
RETENU = 256 << 10  # octets gardés par demande

_gardes = []


def lente(environ, start_response):
    """La liste des entreprises se fait attendre."""
    if environ["PATH_INFO"].endswith("/entreprises/"):
        time.sleep(LENTEUR)
    return application(environ, start_response)


def retenante(environ, start_response):
    """Chaque demande laisse de la mémoire derrière elle."""
    _gardes.append(b"\1" * RETENU)
    return application(environ, start_response)
