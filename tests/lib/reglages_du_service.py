"""Réglages d'un service que l'on charge : ceux de la production, hors le nom que `collectstatic` donne aux statiques.

Les rassembler prend une minute, et une page n'en est ni plus lente ni plus rapide.
"""

from reseau.config.settings import *  # noqa: F403  (c'est le sens du fichier)

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
