"""Ce qu'un service charge avant de répondre : sous `gunicorn --preload`, ses ouvriers naissent ensuite et se le partagent."""

import ctypes
import gc
from pathlib import Path

from django.conf import settings
from django.template.loader import get_template
from django.urls import get_resolver
from django.utils.timezone import localdate

from reseau.lib.jours import jours_feries

M_ARENA_MAX = -8  # malloc.h de la glibc, mallopt(3)


def prechauffer():
    """Lit les adresses, donc les vues, les gabarits du projet et les jours fériés ; puis en décharge le ramasse-miettes.

    Il relirait sans fin ces centaines de milliers d'objets qui ne meurent jamais : un dixième de seconde à chaque fois, où
    l'ouvrier ne répond pas.
    """
    _partager_le_tas()
    _ = get_resolver().url_patterns
    for dossier in settings.TEMPLATES[0]["DIRS"]:
        for gabarit in Path(dossier).rglob("*.html"):
            get_template(str(gabarit.relative_to(dossier)))
    jours_feries(localdate().year, "")  # le paquet charge alors ceux de tous les pays : sept Mio, que chaque ouvrier prendrait
    gc.collect()
    gc.freeze()


def _partager_le_tas():
    """Sous la glibc, un seul tas pour tous les fils : sinon chacun garde le sien, aussi grand que sa plus grande page."""
    if mallopt := getattr(ctypes.CDLL(None), "mallopt", None):
        mallopt(M_ARENA_MAX, 1)
