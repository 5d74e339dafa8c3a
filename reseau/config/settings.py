"""Réglages du projet : un seul fichier, lu dans l'environnement, avec des défauts de développement."""

from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

# Chemins

RACINE = Path(__file__).resolve().parent.parent.parent

# Environnement

env = environ.Env()
DEBUG = env.bool("DEBUG", default=True)
SECRET_KEY = env.str("SECRET_KEY", default="cle-de-developpement-a-ne-jamais-deployer" if DEBUG else "")
if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY est obligatoire dès que DEBUG vaut False.")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if DEBUG else [])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
DERRIERE_UN_MANDATAIRE = env.bool("DERRIERE_UN_MANDATAIRE", default=False)

# Applications, dans l'ordre de la chaîne ; « dsfr » précède « django.forms », sinon les boutons radio perdent leur habillage

INSTALLED_APPS = [
    "suivi",
    "visites",
    "entreprises",
    "reseau",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "widget_tweaks",
    "dsfr",
    "django.forms",
    "crispy_forms",
    "django_filters",
    "csp",
]

MIDDLEWARE = [
    # Ceux qui posent des en-têtes d'abord : les fichiers statiques et les redirections les portent aussi.
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "reseau.acces.ReseauMiddleware",
]

ROOT_URLCONF = "reseau.config.urls"
WSGI_APPLICATION = "reseau.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Gabarits

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [RACINE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "reseau.acces.contexte",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = ["dsfr"]
CRISPY_TEMPLATE_PACK = "dsfr"
# Par défaut le paquet n'échappe pas ce qu'on lui confie et fige des empreintes que le stockage haché contredit.
DSFR_CONTENT_IS_SAFE = False
DSFR_USE_INTEGRITY_CHECKSUMS = False
DSFR_MARK_OPTIONAL_FIELDS = True

# Base de données

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{RACINE / 'base.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"]["OPTIONS"] = {"options": "-c lock_timeout=20000"}

# Identification

AUTH_USER_MODEL = "reseau.Utilisateur"
LOGIN_URL = "connexion"
LOGIN_REDIRECT_URL = "reseau:choix"
LOGOUT_REDIRECT_URL = "connexion"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# Langue

LANGUAGE_CODE = "fr"
TIME_ZONE = "Europe/Paris"
USE_I18N = True
USE_TZ = True

# Fichiers

STATIC_URL = "static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=str(RACINE / "staticfiles"))
STATICFILES_DIRS = [RACINE / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage" if DEBUG else "reseau.config.statiques.Statiques"
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# Répertoire public des entreprises : vide, la recherche est fermée. Ses réponses se gardent dans un dossier, pas en base :
# lire une page n'y écrit rien, et l'effacer ne coûte qu'une question de plus au service.

RECHERCHE_ENTREPRISES_URL = env.str("RECHERCHE_ENTREPRISES_URL", default="https://recherche-entreprises.api.gouv.fr/search")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": env.path("CACHE_DIR", default=str(RACINE / "cache")),
        "OPTIONS": {"MAX_ENTRIES": 5_000},
    }
}

# Références de l'Insee : un dossier de CSV plus récents que ceux du dépôt, de mêmes noms ; vide, ce sont ceux du dépôt.

REFERENCES_DIR = env.str("REFERENCES_DIR", default="")

# Courriel : un serveur muet ne doit pas bloquer une page

EMAIL_CONFIG = env.email("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
if EMAIL_CONFIG["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend":
    EMAIL_BACKEND = "reseau.lib.smtp.EmailBackend"  # le même, tenu à des délais
EMAIL_TIMEOUT = 5
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="reseau@localhost")

# Où le service se lit : les courriels qui partent d'une commande y mènent

ADRESSE_DU_SERVICE = env.str("ADRESSE_DU_SERVICE", default="http://localhost:8000" if DEBUG else "").rstrip("/")

# Journaux techniques : sans donnée personnelle (`reseau/lib/journaux.py`) ; ADMINS : qui reçoit l'annonce d'une panne

ADMINS = [("Exploitation", courriel) for courriel in env.list("ADMINS", default=[])]
SERVER_EMAIL = DEFAULT_FROM_EMAIL
if not DEBUG:
    DEFAULT_EXCEPTION_REPORTER_FILTER = "reseau.lib.journaux.RienDeSaisi"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "discret": {"()": "reseau.lib.journaux.Discret"},
        "en_service": {"()": "django.utils.log.RequireDebugFalse"},
    },
    "formatters": {
        "sobre": {"()": "reseau.lib.journaux.Sobre", "format": "{asctime} {levelname} {name} {message}", "style": "{"}
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "filters": ["discret"], "formatter": "sobre"},
        "mail_admins": {
            "class": "django.utils.log.AdminEmailHandler",
            "level": "ERROR",
            "filters": ["en_service", "discret"],
            "formatter": "sobre",
            "reporter_class": "reseau.lib.journaux.RapportDErreur",
        },
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["mail_admins"], "level": "INFO", "propagate": True},
        "django.server": {"handlers": ["console"], "level": "INFO", "propagate": False},
        # La mise en page se plaint de nos feuilles de style, parfois en citant ce qu'elle met en page.
        "weasyprint": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
        # Une requête SQL porte les valeurs qu'elle écrit.
        "django.db.backends": {"level": "INFO"},
    },
}

# Sécurité

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
        "worker-src": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
if env.bool("HTTPS", default=not DEBUG):
    if DERRIERE_UN_MANDATAIRE:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
