"""Réglages des essais : ceux du projet, avec un hachage rapide et un courriel en mémoire."""

from reseau.config.settings import *  # noqa: F403  (le seul import étoilé : c'est le sens du fichier)

DEBUG = False
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
