"""Faire tenir un texte : les lignes mesurées, le corps réduit, la fin coupée."""

import pytest

from reseau.lib.ajustement import ajuster, imprimable, mettre_en_lignes
from reseau.lib.polices import largeur

ESSAIS = ((10, 1), (8, 2))
HOSTILES = [
    "M" * 300,
    "Zo\u0301e\u0301" + "\u0301" * 200,
    "\u202egro.elpmexe\u202c",
    "一二三 عربى \U0001f600 \U0001242b",
    "<b>Zoé</b>\r\nBcc: tous@exemple.fr",
    "",
    " \t\n ",
    "…" * 100,
]


@pytest.mark.parametrize("texte", HOSTILES)
def test_rien_ne_deborde(texte):
    bloc = ajuster(texte, 40, ESSAIS, gras=True)
    assert len(bloc.lignes) <= 2
    assert all(largeur(ligne, bloc.corps, gras=True) <= 40 for ligne in bloc.lignes)


def test_texte_court_garde_le_grand_corps():
    assert ajuster("Zoé Essai", 40, ESSAIS) == ajuster("  Zoé   Essai ", 40, ESSAIS)
    assert (ajuster("Zoé Essai", 40, ESSAIS).corps, ajuster("Zoé Essai", 40, ESSAIS).coupe) == (10, False)


def test_texte_trop_long_dit_qu_il_est_coupe():
    bloc = ajuster("Chargée de mission " * 20, 40, ESSAIS)
    assert bloc.coupe
    assert bloc.lignes[-1].endswith("…")


def test_prenom_compose_se_coupe_apres_le_trait_d_union():
    assert mettre_en_lignes("Marie-Bénédicte", 20, 10) == ["Marie-", "Bénédicte"]


def test_aucune_lettre_ne_se_perd_en_route():
    texte = "marie-benedicte.anne-charlotte@developpement-durable.haute-saone.gouv.fr"
    assert "".join(mettre_en_lignes(texte, 30, 8)) == texte


def test_imprimable_ne_garde_que_ce_que_la_police_dessine():
    assert imprimable("Łukasz d’Œuvre") == "Łukasz d’Œuvre"
    assert imprimable("Zoe\u0301\u0301\u0301 \u202eEssai\u0007") == "Zoé Essai"
    assert imprimable("Essai 😀") == "Essai"
