"""Point d'entrée WSGI."""

import os

from django.core.wsgi import get_wsgi_application

# En secondes, sur PostgreSQL : une page n'attend ni ne calcule plus longtemps ; une commande, si. L'environnement l'emporte.
DELAIS = {"ATTENTE_VERROU": "5", "DUREE_REQUETE": "10"}

for nom, secondes in DELAIS.items():
    os.environ.setdefault(nom, secondes)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reseau.config.settings")
application = get_wsgi_application()
