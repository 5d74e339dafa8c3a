"""Point d'entrée WSGI."""

import os

from django.core.wsgi import get_wsgi_application

from reseau.config.delais import DELAIS

for nom, secondes in DELAIS.items():
    os.environ.setdefault(nom, secondes)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reseau.config.settings")
application = get_wsgi_application()
