"""Pages, ordres et recherche : ce que l'adresse demande, borné."""

import pytest
from django.test import RequestFactory

from reseau.lib.listes import ordre, page_de
from reseau.lib.recherche import cle_de_recherche

TRIS = {"nom": ["nom", "pk"], "pole": ["pole", "nom", "pk"]}


def demande(**parametres):
    return RequestFactory().get("/", parametres)


@pytest.mark.parametrize(
    ("tri", "champs"),
    [
        ("pole", ["pole", "nom", "pk"]),
        ("-pole", ["-pole", "-nom", "-pk"]),
        ("mot_de_passe", ["nom", "pk"]),
        ("", ["nom", "pk"]),
        ("--nom", ["nom", "pk"]),
    ],
)
def test_ordre_ne_sort_pas_des_tris_admis(tri, champs):
    assert ordre(demande(tri=tri), TRIS, "nom") == champs


def test_ordre_par_defaut():
    assert ordre(demande(), TRIS, "pole") == ["pole", "nom", "pk"]


@pytest.mark.parametrize(("page", "numero"), [("2", 2), ("99", 3), ("0", 3), ("abc", 1), ("", 1)])
def test_page_demandee_existe_toujours(page, numero):
    assert page_de(demande(page=page), range(60)).number == numero


@pytest.mark.parametrize(
    ("texte", "cle"),
    [("Élise D’Œuvre", "elise d oeuvre"), ("  CCI-70 (Vesoul) ", "cci 70 vesoul"), ("%_*", ""), ("ﬁlière", "filiere")],
)
def test_cle_de_recherche_oublie_accents_casse_et_ponctuation(texte, cle):
    assert cle_de_recherche(texte) == cle
