"""L'avancement d'un geste long, hors de la base : sa transaction le cacherait à tous jusqu'à la fin.

Un petit fichier par geste, dans un dossier temporaire fermé aux autres comptes ; qui ne peut l'écrire s'en passe.
"""

import contextlib
import json
import os
import tempfile
from pathlib import Path
from time import monotonic, time

from django.utils.crypto import salted_hmac

CADENCE = 0.2  # seconde : au plus cinq écritures par seconde
PEREMPTION = 3600  # secondes : un geste tué laisse son fichier, que le suivant efface
SEL = "reseau.lib.progression"


@contextlib.contextmanager
def suivre(cle):
    """Rend `avancer(fait, total, etape="")`, à appeler aussi souvent qu'on veut ; le fichier s'efface à la fin."""
    chemin = _chemin(cle, creer=True)
    dernier = -CADENCE

    def avancer(fait, total, etape=""):
        nonlocal dernier
        if chemin and monotonic() - dernier >= CADENCE:
            dernier = monotonic()
            _ecrire(chemin, {"fait": min(fait, total), "total": total, "etape": etape})

    try:
        yield avancer
    finally:
        if chemin:
            with contextlib.suppress(OSError):
                chemin.unlink(missing_ok=True)


def cle(membre, jeton):
    """Celle d'un envoi de ce membre, vide sans jeton. Le jeton ne se devine pas ; lié au membre, il ne sert qu'à lui."""
    return f"{membre.pk}-{jeton[:64]}" if jeton else ""


def lire(cle):
    """{"fait", "total", "etape"} du geste en cours, {} s'il n'a pas commencé ou s'il est fini."""
    chemin = _chemin(cle)
    try:
        return json.loads(chemin.read_bytes()) if chemin else {}
    except (OSError, ValueError):
        return {}


def _chemin(cle, *, creer=False):
    """Le fichier de ce geste, ou None si `cle` est vide ou le dossier impossible."""
    dossier = Path(tempfile.gettempdir()) / f"reseau-progression-{os.getuid()}"
    try:
        if creer:
            dossier.mkdir(mode=0o700, exist_ok=True)
        sienne = dossier.lstat()
    except OSError:
        return None
    if not cle or sienne.st_uid != os.getuid() or sienne.st_mode & 0o077:
        return None
    return dossier / f"{salted_hmac(SEL, cle).hexdigest()}.json"


def _ecrire(chemin, etat):
    """D'un coup : qui lit au même instant lit l'ancien ou le nouveau."""
    with contextlib.suppress(OSError):
        _purger(chemin.parent)
        brouillon = chemin.with_suffix(f".{os.getpid()}")
        brouillon.write_text(json.dumps(etat))
        brouillon.replace(chemin)


def _purger(dossier):
    for fichier in dossier.iterdir():
        if fichier.stat().st_mtime < time() - PEREMPTION:
            fichier.unlink(missing_ok=True)
