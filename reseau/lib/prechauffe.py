"""Ce qu'un service charge avant de répondre : sous `gunicorn --preload`, ses ouvriers naissent ensuite et se le partagent."""

import gc
from pathlib import Path

from django.conf import settings
from django.template.loader import get_template
from django.urls import get_resolver


def prechauffer():
    """Lit les adresses, donc les vues, et les gabarits du projet ; puis en décharge le ramasse-miettes.

    Il relirait sans fin ces centaines de milliers d'objets qui ne meurent jamais : un dixième de seconde à chaque fois, où
    l'ouvrier ne répond pas.
    """
    _ = get_resolver().url_patterns
    for dossier in settings.TEMPLATES[0]["DIRS"]:
        for gabarit in Path(dossier).rglob("*.html"):
            get_template(str(gabarit.relative_to(dossier)))
    gc.collect()
    gc.freeze()
