"""Réglages des essais : ceux du projet, avec un hachage rapide et un courriel en mémoire."""

from reseau.config.settings import *  # noqa: F403  (le seul import étoilé : c'est le sens du fichier)

DEBUG = False
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# Les statiques se servent depuis leurs sources : rien n'est rassemblé avant les essais.
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
# Aucun essai ne sort sur le réseau : ceux du répertoire public ouvrent leur propre serveur.
RECHERCHE_ENTREPRISES_URL = ""
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Une connexion gardée par un fil du serveur d'essai empêcherait d'effacer la base.
DATABASES["default"]["CONN_MAX_AGE"] = 0  # noqa: F405
