"""Les planches d'étiquettes, mesurées sur le PDF."""

import io

import pdfplumber
import pytest

from reseau.lib.etiquettes import MARGE_INTERIEURE, PLANCHES, imprimer_etiquettes

MM = 72 / 25.4
ADRESSE = ["ATELIERS DU MOULIN", "MME ODILE TISSOT", "12 RUE DES ESSAIS", "70000 VESOUL"]
LONGUE = ["M" * 38] * 6
COINS = {"e21": (7.2, 15.15, 66, 38.1), "e14": (4.65, 15.15, 101.6, 38.1), "e24": (0, 0.5, 70, 37)}


def mots(octets):
    """[[(mot, gauche, haut, droite, bas)] par page], en millimètres."""
    with pdfplumber.open(io.BytesIO(octets)) as pdf:
        return [
            [(m["text"], *(m[cote] / MM for cote in ("x0", "top", "x1", "bottom"))) for m in page.extract_words()]
            for page in pdf.pages
        ]


@pytest.mark.parametrize("cle", PLANCHES)
def test_chaque_adresse_tombe_dans_son_etiquette(cle):
    planche = PLANCHES[cle]
    adresses = [[f"SOCIETE{rang}", *ADRESSE[1:]] for rang in range(planche.nombre)]
    (page,) = mots(imprimer_etiquettes(adresses, planche))
    gauche, haut, pas, hauteur = COINS[cle]
    for rang in range(planche.nombre):
        mot, x0, y0, _, _ = next(trouve for trouve in page if trouve[0] == f"SOCIETE{rang}")
        attendu = gauche + rang % planche.colonnes * pas + MARGE_INTERIEURE, haut + rang // planche.colonnes * hauteur
        assert (x0, mot) == (pytest.approx(attendu[0], abs=0.4), f"SOCIETE{rang}")
        assert 3 < y0 - attendu[1] < 8


@pytest.mark.parametrize("cle", PLANCHES)
def test_adresse_la_plus_large_ne_deborde_pas(cle):
    planche = PLANCHES[cle]
    (page,) = mots(imprimer_etiquettes([LONGUE] * planche.nombre, planche))
    gauche, haut, pas, hauteur = COINS[cle]
    droite = gauche + planche.largeur - MARGE_INTERIEURE
    premiers = [mot for mot in page if mot[1] < gauche + pas / 2 and mot[2] < haut + hauteur]
    assert len(premiers) == 6
    assert all(mot[3] <= droite + 0.1 and mot[4] <= haut + hauteur for mot in premiers)


def test_feuille_entamee_reprend_a_la_premiere_case_libre():
    pages = mots(imprimer_etiquettes([ADRESSE, ["SECONDE"]], PLANCHES["e21"], premiere=21))
    assert [[mot[0] for mot in page if mot[0] in ("ATELIERS", "SECONDE")] for page in pages] == [["ATELIERS"], ["SECONDE"]]
    assert pages[0][0][1] == pytest.approx(7.2 + 2 * 66 + MARGE_INTERIEURE, abs=0.4)
