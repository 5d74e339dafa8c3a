"""Les réglages du projet, où une connexion gardée resservirait sans que l'on vérifie qu'elle répond encore."""

from reseau.config.settings import *  # noqa: F403  (c'est le sens du fichier)

DATABASES["default"]["CONN_HEALTH_CHECKS"] = False  # noqa: F405
