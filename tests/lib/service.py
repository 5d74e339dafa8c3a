"""Le service tel qu'il tourne : gunicorn, les réglages de la production, derrière un mandataire qui dit « https »."""

import http.client
import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection

from tests.lib.occupation import descendants, enfants

RACINE = Path(__file__).parent.parent.parent
SAINE, LENTE, RETENANTE = "reseau.config.wsgi", "tests.lib.service_abime:lente", "tests.lib.service_abime:retenante"
OUVRIERS, FILS = 3, 4
DEMARRAGE, ARRET = 90, 30  # secondes
PATIENCE = 60  # secondes qu'attend un navigateur
HOTE = "127.0.0.1"
JETON = "a" * 32  # contre les envois forgés : le même dans le témoin et dans l'en-tête
TEMOIN = "__Host-sessionid"


@dataclass(frozen=True)
class Service:
    """Un service en marche : son port, et le processus d'où naissent ses ouvriers."""

    port: int
    pid: int

    def ouvriers(self):
        """Les numéros des processus qui répondent."""
        return enfants(self.pid)

    def demander(self, chemin, temoin="", corps=None, **entetes):
        """(statut, octets, en-têtes) d'une page, ou d'un envoi si `corps` ; statut 0 si rien n'est venu."""
        dits = {"Host": HOTE, "X-Forwarded-Proto": "https", "Connection": "close", "Cookie": f"{TEMOIN}={temoin}"} | entetes
        if corps is not None:
            dits["Cookie"] += f"; __Host-csrftoken={JETON}"
            dits |= {"Origin": f"https://{HOTE}", "X-CSRFToken": JETON, "Content-Type": "application/x-www-form-urlencoded"}
        liaison = http.client.HTTPConnection(HOTE, self.port, timeout=PATIENCE)
        try:
            liaison.request("GET" if corps is None else "POST", chemin, corps, dits)
            reponse = liaison.getresponse()
            return reponse.status, reponse.read(), reponse.headers
        except (OSError, http.client.HTTPException):
            return 0, b"", {}
        finally:
            liaison.close()


@contextmanager
def servir(dossier, application=SAINE, *, ouvriers=OUVRIERS, fils=FILS):
    """Sert la base de la connexion par défaut (PostgreSQL) ; tout s'arrête en sortant. `dossier` : journal et cache."""
    port = _port_libre()
    commande = [sys.executable, "-m", "gunicorn", "--bind", f"{HOTE}:{port}", "--workers", str(ouvriers), "--threads", str(fils)]
    commande += ["--preload", "--no-control-socket", "--log-level", "warning", application]
    avec_nous = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []
    with (dossier / "service.log").open("ab") as journal:
        processus = subprocess.Popen([*avec_nous, *commande], cwd=RACINE, env=reglages(dossier), stdout=journal, stderr=journal)
        service = Service(port, processus.pid)
        try:
            _attendre(service, ouvriers, processus, dossier / "service.log")
            yield service
        finally:
            _arreter(processus)


def adresse_de_la_base():
    """Celle de la connexion par défaut, comme l'écrit `DATABASE_URL`."""
    base = connection.settings_dict
    # Une socket s'écrit « /dossier » après une barre, un hôte tel quel.
    lieu = f"/{base['HOST']}" if base["HOST"].startswith("/") else f"{base['HOST']}:{base['PORT']}"
    return f"postgres://{base['USER']}:{base['PASSWORD']}@{lieu}/{base['NAME']}"


def reglages(dossier):
    """L'environnement du service, et des commandes jouées à côté de lui."""
    heritage = {nom: os.environ[nom] for nom in ("PATH", "HOME", "LANG") if nom in os.environ}
    return heritage | {
        "DJANGO_SETTINGS_MODULE": "tests.lib.reglages_du_service",
        "DEBUG": "False",
        "SECRET_KEY": settings.SECRET_KEY,  # celle qui a signé les sessions ouvertes ici
        "ALLOWED_HOSTS": HOTE,
        "DERRIERE_UN_MANDATAIRE": "True",
        "DATABASE_URL": adresse_de_la_base(),
        "CACHE_DIR": str(dossier / "cache"),
        "STATIC_ROOT": str(dossier),
        "EMAIL_URL": "dummymail://",
        "ADRESSE_DU_SERVICE": f"https://{HOTE}",
        "RECHERCHE_ENTREPRISES_URL": "",
    }


def _attendre(service, ouvriers, processus, journal):
    """Que tous les ouvriers soient nés : le premier répond avant que naisse le dernier."""
    limite = time.monotonic() + DEMARRAGE
    while service.demander("/connexion/")[0] != 200 or len(service.ouvriers()) < ouvriers:
        assert processus.poll() is None, journal.read_text()[-2000:]
        assert time.monotonic() < limite, "le service ne répond pas"
        time.sleep(0.2)


def _arreter(processus):
    processus.terminate()
    try:
        processus.wait(ARRET)
    except subprocess.TimeoutExpired:
        for pid in (*descendants(processus.pid), processus.pid):
            os.kill(pid, 9)
        processus.wait()


def _port_libre():
    with socket.socket() as prise:
        prise.bind((HOTE, 0))
        return prise.getsockname()[1]
