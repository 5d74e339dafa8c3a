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
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
DERRIERE_UN_MANDATAIRE = env.bool("DERRIERE_UN_MANDATAIRE", default=False)
HTTPS = env.bool("HTTPS", default=not DEBUG)
# Les pages d'erreur de développement montrent le code et les données : jamais hors de la machine de qui développe.
if DEBUG and (DERRIERE_UN_MANDATAIRE or HTTPS or set(ALLOWED_HOSTS) - {"localhost", "127.0.0.1", "[::1]"}):
    raise ImproperlyConfigured("DEBUG=True ne sert que localhost, en clair et sans mandataire : en production, DEBUG=False.")

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
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
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
    "reseau.lib.entetes.PermissionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "reseau.sessions.ActiviteMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
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
    # En secondes, 0 : sans limite. Le service (`wsgi.py`) attend et calcule moins longtemps qu'une commande.
    attente, duree = env.int("ATTENTE_VERROU", default=20), env.int("DUREE_REQUETE", default=0)
    DATABASES["default"]["OPTIONS"] = {"options": f"-c lock_timeout={attente}s -c statement_timeout={duree}s"}

# Seconde barrière, sur PostgreSQL seulement : le rôle soumis aux politiques que prend chaque demande ; vide, pas de barrière

BARRIERE_SQL = env.str("BARRIERE_SQL", default="")

# Sauvegardes : un dossier que personne d'autre ne lit, et dont une copie part ailleurs

SAUVEGARDES = env.str("SAUVEGARDES", default=str(RACINE / "sauvegardes"))

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
    {"NAME": "reseau.lib.mots_de_passe.MotCourantValidator"},
]

# La journée de travail depuis l'entrée, ou moins si plus rien ne vient (une demi-journée : une visite ne déconnecte pas)

SESSION_ENGINE = "reseau.sessions"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_INACTIVITE = 60 * env.int("SESSION_INACTIVITE", default=240)

# Second facteur : ses essais se bornent à la porte (`reseau.essais`), le frein de django-otp ferait double emploi

OTP_TOTP_ISSUER = env.str("OTP_NOM", default="Réseau de développeurs")
OTP_TOTP_THROTTLE_FACTOR = OTP_STATIC_THROTTLE_FACTOR = 0

# Fournisseur d'identité (ProConnect, ou un autre en OpenID Connect) ; sans OIDC_CLIENT_ID, personne n'y est envoyé

OIDC_NOM = env.str("OIDC_NOM", default="ProConnect")
OIDC_EMETTEUR = env.str("OIDC_EMETTEUR", default="")
OIDC_RP_CLIENT_ID = env.str("OIDC_CLIENT_ID", default="")
OIDC_RP_CLIENT_SECRET = env.str("OIDC_CLIENT_SECRET", default="")
OIDC_OP_AUTHORIZATION_ENDPOINT = env.str("OIDC_AUTORISATION", default="")
OIDC_OP_TOKEN_ENDPOINT = env.str("OIDC_JETON", default="")
OIDC_OP_USER_ENDPOINT = env.str("OIDC_IDENTITE", default="")
OIDC_OP_JWKS_ENDPOINT = env.str("OIDC_CLES", default="")
OIDC_OP_LOGOUT_ENDPOINT = env.str("OIDC_SORTIE", default="")
OIDC_RP_SCOPES = env.str("OIDC_CHAMPS", default="openid email")
# Vrai : ce fournisseur ne dit pas « email_verified », mais n'atteste que ses propres agents.
OIDC_COURRIEL_SUR = env.bool("OIDC_COURRIEL_SUR", default=False)
OIDC_RP_SIGN_ALGO = "RS256"
OIDC_STORE_ID_TOKEN = True  # la sortie le redonne (id_token_hint)
OIDC_CREATE_USER = False
OIDC_TIMEOUT = 5
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
if OIDC_RP_CLIENT_ID:
    AUTHENTICATION_BACKENDS.append("reseau.fournisseur.Moteur")
    exiges = [f"OIDC_{nom}" for nom in ("EMETTEUR", "CLIENT_SECRET", "AUTORISATION", "JETON", "IDENTITE", "CLES")]
    manquent = [nom for nom in exiges if not env.str(nom, default="")]
    if manquent:
        raise ImproperlyConfigured(f"OIDC_CLIENT_ID est donné ; il manque {', '.join(manquent)}.")

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
        "BACKEND": "reseau.lib.cache.CacheEnFichiers",
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
EXPEDITION_A_PART = env.bool("EXPEDITION_A_PART", default=False)  # sous un serveur web, `wsgi.py` le demande
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
        # Sortir de chez nous ferme aussi la session du fournisseur : le formulaire y mène.
        "form-action": [SELF, *(["/".join(OIDC_OP_LOGOUT_ENDPOINT.split("/")[:3])] if OIDC_OP_LOGOUT_ENDPOINT else [])],
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
MESSAGE_STORAGE, MESSAGES_COOKIE_NAME = "reseau.lib.messages.Messages", "messages"
if HTTPS:
    if DERRIERE_UN_MANDATAIRE:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    # « __Host- » : le navigateur n'accepte ces témoins que de ce nom-ci, en https ; un sous-domaine ne peut pas les poser.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME, MESSAGES_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken", "__Host-messages"
