"""La couleur d'un réseau : contraste, survol, feuille de style."""

import pytest

from reseau.lib.couleurs import BLEU_FRANCE, contraste_avec_le_blanc, feuille_de_couleur, foncer


@pytest.mark.parametrize(("couleur", "attendu"), [("#ffffff", 1), ("#000000", 21), ("#777777", 4.48), (BLEU_FRANCE, 14.9)])
def test_contraste_suit_la_norme(couleur, attendu):
    assert contraste_avec_le_blanc(couleur) == pytest.approx(attendu, abs=0.05)


def test_survol_contraste_au_moins_autant():
    assert contraste_avec_le_blanc(foncer("#767676")) > contraste_avec_le_blanc("#767676")


def test_feuille_pose_les_variables():
    assert feuille_de_couleur("#0b5a4a") == ":root { --accent: #0b5a4a; --accent-survol: #084337 }\n"


@pytest.mark.parametrize("hostile", ["red", "#0b5a4", "#0B5A4A", "#000091\n", "#000091;}body{display:none", "url(//exemple.fr)"])
def test_feuille_refuse_ce_qui_n_est_pas_une_couleur(hostile):
    with pytest.raises(ValueError, match="couleur"):
        feuille_de_couleur(hostile)
