"""Une grappe PostgreSQL à soi, qu'on peut arrêter net : jamais celle des essais, ni celle d'un autre."""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

SOBRE = "-c listen_addresses='' -c shared_buffers=16MB -c max_connections=40 -c max_wal_size=64MB -c jit=off -c autovacuum=off"


class Grappe:
    """Joignable par sa seule socket, dans `dossier` ; ses écritures sont sûres, comme en production."""

    def __init__(self, dossier: Path):
        self.dossier = dossier

    def creer(self):
        self._jouer("initdb", "--pgdata=donnees", "--username=essais", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8")
        self.demarrer()

    def demarrer(self):
        self._jouer("pg_ctl", "start", "--wait", "--pgdata=donnees", "--log=journal", f"--options=-k {self.dossier} {SOBRE}")

    def relancer(self):
        """La remet en marche si elle est tombée."""
        if not self.en_marche():
            self.demarrer()

    def en_marche(self):
        with contextlib.suppress(subprocess.CalledProcessError):
            self._jouer("pg_ctl", "status", "--pgdata=donnees")
            return True
        return False

    def arreter_net(self):
        """Comme une panne : rien n'est terminé, les connexions tombent."""
        self._jouer("pg_ctl", "stop", "--pgdata=donnees", "--mode=immediate")

    def _jouer(self, outil, *arguments):
        # Rien à lire d'elle : un serveur qui garderait notre sortie ouverte nous ferait attendre sa fin.
        commande = [*_sous_un_autre_compte(), str(_outils() / outil), *arguments]
        subprocess.run(commande, cwd=self.dossier, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@contextlib.contextmanager
def grappe(lieu="/tmp"):
    """Rend une `Grappe` en marche ; elle disparaît en sortant."""
    dossier = Path(tempfile.mkdtemp(prefix="grappe-d-essai-", dir=lieu))  # le chemin d'une socket tient en cent octets
    if os.geteuid() == 0:
        shutil.chown(dossier, "postgres")
    sienne = Grappe(dossier)
    try:
        sienne.creer()
        yield sienne
    finally:
        with contextlib.suppress(subprocess.CalledProcessError):
            sienne.arreter_net()
        shutil.rmtree(dossier, ignore_errors=True)


def _outils():
    return sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda dossier: int(dossier.parent.name))[-1]


def _sous_un_autre_compte():
    """PostgreSQL refuse de tourner en administrateur."""
    if os.geteuid():
        return []
    pwd.getpwnam("postgres")
    return ["runuser", "--user", "postgres", "--"]
