"""Point d'entrée WSGI."""

import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from reseau.config.delais import DELAIS
from reseau.lib.prechauffe import prechauffer

os.environ.setdefault("EXPEDITION_A_PART", "True")
for nom, secondes in DELAIS.items():
    os.environ.setdefault(nom, secondes)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reseau.config.settings")
if settings.DEBUG and "runserver" not in sys.argv:
    raise ImproperlyConfigured("DEBUG=True ne se sert que par « manage.py runserver » : sous un serveur web, DEBUG=False.")
application = get_wsgi_application()
if not settings.DEBUG:
    prechauffer()
