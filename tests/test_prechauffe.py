"""Ce qu'un service charge avant que naissent ses ouvriers."""

import gc
import platform
import subprocess
import sys

import pytest
from django.template import engines

from reseau.lib.prechauffe import prechauffer


def test_prechauffer_lit_les_gabarits_et_soulage_le_ramasse_miettes():
    gabarits = engines["django"].engine.template_loaders[0]
    gabarits.reset()
    vivants = len(gc.get_objects())
    prechauffer()
    try:
        assert {"visites/entreprise_liste.html", "pdf/carte.html"} <= set(gabarits.get_template_cache)
        assert gc.get_freeze_count() > vivants / 2
    finally:
        gc.unfreeze()


# Quatre fils demandent chacun, ensemble, de quoi faire naître un tas par fil ; « malloc_info » écrit alors ceux qu'il y a.
COMPTER_LES_TAS = """
import ctypes, sys, threading
import django
django.setup()
from reseau.lib.prechauffe import prechauffer
prechauffer()
assert "holidays.countries.france" in sys.modules, "les jours fériés ne sont pas chargés"
tous_la = threading.Barrier(4)
def remplir():
    gardes = [bytearray(4000) for _ in range(200)]
    tous_la.wait()
    return gardes
fils = [threading.Thread(target=remplir) for _ in range(4)]
[fil.start() for fil in fils]
[fil.join() for fil in fils]
libc = ctypes.CDLL(None)
libc.fdopen.restype = ctypes.c_void_p
libc.malloc_info(0, sortie := ctypes.c_void_p(libc.fdopen(1, b"w")))
libc.fflush(sortie)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="les autres bibliothèques C n'ont qu'un tas")
def test_prechauffer_laisse_un_seul_tas_aux_fils_et_les_jours_feries_charges():
    """Dans un processus neuf : ici, un essai précédent a pu charger les uns et ouvrir les autres."""
    joue = subprocess.run([sys.executable, "-c", COMPTER_LES_TAS], capture_output=True, text=True, check=False)
    assert joue.returncode == 0, joue.stderr
    assert joue.stdout.count("<heap nr=") == 1
