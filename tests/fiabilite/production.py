"""Les réglages de production, dans un processus neuf qui ne sait que ce qu'on lui dit."""

import json
import os
import subprocess
import sys

from tests.fiabilite.rapport import RACINE

PRODUCTION = {
    "DEBUG": "False",
    "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ_",
    "ALLOWED_HOSTS": "reseau.exemple.fr",
}


def lancer(*commande, **environnement):
    """`manage.py` ainsi réglé ; rend le processus fini."""
    heritage = {nom: os.environ[nom] for nom in ("PATH", "HOME", "LANG") if nom in os.environ}
    commande = [sys.executable, "manage.py", *commande]
    return subprocess.run(commande, cwd=RACINE, env=heritage | environnement, capture_output=True, text=True, timeout=120)


def reglages(*noms, **environnement):
    """La valeur de ces réglages, telle que la production les lirait."""
    lire = f"import json; from django.conf import settings; print(json.dumps({{n: getattr(settings, n) for n in {noms!r}}}))"
    return json.loads(lancer("shell", "--no-imports", "--command", lire, **PRODUCTION | environnement).stdout)
