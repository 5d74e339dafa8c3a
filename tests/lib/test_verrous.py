"""Ce que devient un envoi qui a trop attendu ; les vrais interblocages sont joués par `tests/fiabilite/test_c_verrous.py`."""

import pytest
from django.db import OperationalError

from reseau.lib.erreurs import RegleEnfreinte
from reseau.lib.verrous import rejouer


def echouant(texte):
    def geste():
        raise OperationalError(texte)

    return geste


def test_base_occupee_se_dit_en_clair():
    with pytest.raises(RegleEnfreinte, match="rien n’est enregistré"):
        rejouer(echouant("database is locked"))


def test_autre_panne_n_est_pas_masquee():
    with pytest.raises(OperationalError, match="disk I/O error"):
        rejouer(echouant("disk I/O error"))


def test_geste_qui_aboutit_se_joue_une_fois():
    joues = []
    assert rejouer(lambda: joues.append("une fois") or "fait") == "fait"
    assert joues == ["une fois"]
