"""Ce qu'un inconnu a tapé, et d'où il l'a tapé."""

import unicodedata
from datetime import date

import pytest
from django.test import RequestFactory

from reseau.lib.saisie import ORDINAIRE, lire_cle, lire_cles, lire_mois, plusieurs_lignes, une_ligne
from reseau.lib.visiteur import adresse_ip, empreinte


@pytest.mark.parametrize(
    ("tape", "garde"),
    [
        ("Zoé\r\nBcc: tous@exemple.fr", "Zoé Bcc: tous@exemple.fr"),
        ("\u202ezoé\u202c\u200b\x07", "zoé"),
        ("e" + "\u0301" * 50, "é\u0301\u0301"),
        ("  Zoé \t d’Œuvre\u00a0", "Zoé d’Œuvre"),
        ("<b>Zoé</b>", "<b>Zoé</b>"),
    ],
)
def test_une_ligne_reste_une_ligne(tape, garde):
    assert une_ligne(tape) == garde


def test_plusieurs_lignes_gardent_leurs_alineas():
    assert plusieurs_lignes("\n\nUn\r\n\r\n\r\n\r\nDeux\rTrois\x00\n") == "Un\n\nDeux\nTrois"


def test_caractere_ordinaire_n_est_d_aucune_regle():
    """Ni commande, ni signe combinant, ni écriture à réduire : ce qui se reconnaît d'un coup peut se rendre tel quel."""
    for caractere in filter(ORDINAIRE.fullmatch, map(chr, range(0x3000))):
        assert unicodedata.category(caractere)[0] not in "CM"
        assert unicodedata.normalize("NFC", f"a{caractere}a") == f"a{caractere}a"


def adresse(settings, mandataire, vue="203.0.113.7", **entetes):
    settings.DERRIERE_UN_MANDATAIRE = mandataire
    return adresse_ip(RequestFactory().get("/", REMOTE_ADDR=vue, **entetes))


def test_adresse_forgee_ne_compte_pas(settings):
    assert adresse(settings, False, headers={"X-Forwarded-For": "1.2.3.4"}) == "203.0.113.7"


def test_derriere_un_mandataire_seule_la_derniere_adresse_compte(settings):
    assert adresse(settings, True, headers={"X-Forwarded-For": "1.2.3.4, 198.51.100.9"}) == "198.51.100.9"
    assert adresse(settings, True, headers={"X-Forwarded-For": "1.2.3.4, n'importe quoi"}) == ""


@pytest.mark.parametrize("vue", ["", "127.0.0.1", "::1"])
def test_mandataire_non_declare_ne_fait_pas_de_tous_un_seul_visiteur(settings, vue):
    assert adresse(settings, False, vue) == ""


def test_adresse_ipv6_est_celle_de_son_abonne(settings):
    tete = {"X-Forwarded-For": "2001:db8:1:2:aaaa:bbbb:cccc:dddd"}
    assert adresse(settings, True, headers=tete) == "2001:db8:1:2::/64"


def test_empreinte_ne_dit_pas_l_adresse(settings):
    premiere = empreinte("203.0.113.7")
    settings.SECRET_KEY = "une autre installation"
    assert len(premiere) == 64
    assert premiere != empreinte("203.0.113.7")


@pytest.mark.parametrize(
    ("texte", "cle"), [("12", 12), (None, None), ("", None), ("-1", None), ("douze", None), ("9" * 5000, None)]
)
def test_cle_se_lit_ou_ne_se_lit_pas(texte, cle):
    assert lire_cle(texte) == cle


def test_cles_illisibles_ne_comptent_pas():
    assert lire_cles(["3", "x", "1", "9" * 19]) == [3, 1]


@pytest.mark.parametrize(
    ("texte", "premier"),
    [("2026-03", date(2026, 3, 1)), (None, None), ("2026-13", None), ("9999-12", None), ("0001-01", None), ("mars", None)],
)
def test_mois_se_lit_ou_ne_se_lit_pas(texte, premier):
    assert lire_mois(texte) == premier
