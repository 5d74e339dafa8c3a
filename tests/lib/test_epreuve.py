"""L'épreuve d'un lot dit vrai : elle ne nomme que ce qui ne tient pas, et ne laisse rien passer."""

import random
from dataclasses import replace

import pytest

from reseau.lib import epreuve
from reseau.lib.lettre import imprimer_lettres
from tests.lib.lettres import LETTRE
from tests.lib.papier import QUAND

PHRASE = "nous vous entreprise développement à rencontre « projet », qu’il territoire industriel WWW l’avenir iii 2026 :"
MOTS = PHRASE.split()


def au_hasard(hasard):
    """Une lettre des abords de la page pleine : des pavés, ou des alinéas d'un mot."""
    longs = [" ".join(hasard.choices(MOTS, k=hasard.randint(60, 130))) for _ in range(hasard.randint(2, 6))]
    courts = [hasard.choice(MOTS) for _ in range(hasard.randint(0, 22))]
    return replace(LETTRE, paragraphes=[*longs, *courts])


def tient(lettre):
    return imprimer_lettres([(lettre, QUAND)]) != [None]


@pytest.mark.parametrize("graine", range(4))
def test_lot_eprouve_comme_si_chaque_lettre_se_composait(graine):
    hasard = random.Random(graine)
    lot = [au_hasard(hasard) for _ in range(10)]
    tiennent = [lettre for lettre in lot if tient(lettre)]
    trop_hautes = [lettre for lettre in lot if lettre not in tiennent]
    assert 0 < len(tiennent) < len(lot)
    assert epreuve.trop_haute(tiennent) is None
    assert [epreuve.trop_haute([*tiennent, lettre]) for lettre in trop_hautes] == trop_hautes


def test_lettres_semblables_s_eprouvent_d_un_seul_temoin(monkeypatch):
    composees = []
    monkeypatch.setattr(epreuve, "tient", lambda lettre: not composees.append(lettre))
    assert epreuve.trop_haute(replace(LETTRE, paragraphes=[f"L’entreprise n° {rang} grandit."]) for rang in range(50)) is None
    assert len(composees) == 1


def test_caractere_d_une_autre_police_ne_se_mesure_pas_et_se_compose(monkeypatch):
    composees = []
    monkeypatch.setattr(epreuve, "tient", lambda lettre: not composees.append(lettre))
    assert epreuve.trop_haute([LETTRE, replace(LETTRE, paragraphes=["漢字"])]) is None
    assert [lettre.paragraphes for lettre in composees][-1] == ["漢字"]
