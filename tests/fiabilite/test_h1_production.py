"""H1 : la production refuse de démarrer mal réglée, et bien réglée n'appelle aucun avertissement."""

import re

from tests.fiabilite.production import PRODUCTION, lancer
from tests.fiabilite.verification import sans_rien_abimer, verification

SANS_FAUTE = "System check identified no issues (0 silenced).\n"
# Ce que `check --deploy` reprocherait à un projet neuf : chacun est une vérification, tenue si elle ne paraît pas.
REPROCHES = ["W004", "W008", "W009", "W012", "W016", "W018", "W020"]
LOCAL = {"DEBUG": "True"}
# Mal réglé, et ce que dit le refus.
REFUS = [
    ({"SECRET_KEY": ""}, "SECRET_KEY est obligatoire"),
    ({"DEBUG": "True"}, "DEBUG=True ne sert que localhost"),
    ({"DEBUG": "True", "ALLOWED_HOSTS": "localhost", "HTTPS": "True"}, "DEBUG=True ne sert que localhost"),
    ({"DEBUG": "True", "ALLOWED_HOSTS": "localhost", "DERRIERE_UN_MANDATAIRE": "True"}, "DEBUG=True ne sert que localhost"),
    ({"DEBUG": "True", "ALLOWED_HOSTS": "*"}, "DEBUG=True ne sert que localhost"),
    ({"OIDC_CLIENT_ID": "x"}, "il manque OIDC_EMETTEUR"),
]


@verification("H1", "aucun avertissement", rapide=True, casser=sans_rien_abimer)
def test_reglages_de_production_n_appellent_aucun_avertissement(bilan):
    affaibli = {"HTTPS": "False", "SECRET_KEY": "courte", "ALLOWED_HOSTS": ""} if bilan.casse else {}
    joue = lancer("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION | affaibli)
    reproches = set(re.findall(r"security\.(W\d+)", joue.stderr))
    bilan.noter_lot(len(REPROCHES), sorted(reproches))
    bilan.noter((joue.returncode, joue.stdout) == (0, SANS_FAUTE), joue.stderr)


@verification("H1", "démarrages mal réglés, refusés", casser=sans_rien_abimer)
def test_mal_reglee_elle_refuse_de_demarrer(bilan):
    for faute, dit in REFUS:
        joue = lancer("check", **PRODUCTION | ({} if bilan.casse else faute))
        bilan.noter(joue.returncode == 1 and dit in joue.stderr, f"{faute} : {joue.stderr[-200:]}")


@verification("H1", "la production ne sert rien sous DEBUG", casser=sans_rien_abimer)
def test_un_serveur_web_refuse_debug(bilan):
    """Réglée en développement, l'application ne s'ouvre qu'à `runserver` : gunicorn, lui, ne la charge pas."""
    charger = "import reseau.config.wsgi"
    joue = lancer("shell", "--no-imports", "--command", charger, **(PRODUCTION if bilan.casse else LOCAL))
    bilan.noter(joue.returncode == 1 and "DEBUG=True" in joue.stderr, joue.stderr[-200:])


@verification("H1", "la clé se tourne sans déconnecter personne", casser=sans_rien_abimer)
def test_ancienne_cle_ouvre_encore(bilan):
    ancienne = {"SECRET_KEY_FALLBACKS": "" if bilan.casse else PRODUCTION["SECRET_KEY"]}
    neuve = PRODUCTION | {"SECRET_KEY": PRODUCTION["SECRET_KEY"][::-1]} | ancienne
    signer = "from django.core import signing; print(signing.dumps(1, salt='essai'))"
    signe = lancer("shell", "--no-imports", "--command", signer, **PRODUCTION).stdout.strip()
    lire = f"from django.core import signing; print(signing.loads({signe!r}, salt='essai'))"
    joue = lancer("shell", "--no-imports", "--command", lire, **neuve)
    bilan.noter(joue.stdout == "1\n", joue.stderr[-200:])
