"""Nombres, dates, états et requêtes tels qu'ils se lisent à l'écran."""

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from uuid import UUID

import pytest
from django.core.paginator import Paginator
from django.template import engines
from django.test import RequestFactory

from reseau.models import Membre
from reseau.templatetags import affichage


def rendre(source, adresse="/", **contexte):
    gabarit = engines["django"].from_string("{% load affichage %}" + source)
    return gabarit.render({**contexte, "reseau": SimpleNamespace(slug="drac")}, RequestFactory().get(adresse)).strip()


@pytest.mark.parametrize(
    ("valeur", "decimales", "attendu"),
    [
        (0, 0, "0"),
        (1234567, 0, "1\u202f234\u202f567"),
        (Decimal("12345.5"), 1, "12\u202f345,5"),
        (-1234, 0, "-1\u202f234"),
        (None, 0, "–"),
        ("", 0, "–"),
    ],
)
def test_nombre_fr(valeur, decimales, attendu):
    assert affichage.nombre_fr(valeur, decimales) == attendu


@pytest.mark.parametrize(
    ("nombre", "attendu"),
    [(0, "0\u00a0visite"), (1, "1\u00a0visite"), (1.5, "2\u00a0visite"), (2, "2\u00a0visites"), (None, "–\u00a0visite")],
)
def test_pluriel_fr(nombre, attendu):
    assert affichage.pluriel_fr(nombre, "visite,visites") == attendu


@pytest.mark.parametrize(("civilite", "attendu"), [("M.", "excusé"), ("Mme", "excusée")])
def test_accorde(civilite, attendu):
    assert affichage.accorde("excusé", Membre(civilite=civilite)) == attendu


@pytest.mark.parametrize(
    ("numero", "attendu"),
    [("12345678900012", "123 456 789 00012"), ("123456789", "123 456 789"), (None, ""), ("", "")],
)
def test_siret_lisible(numero, attendu):
    assert affichage.siret_lisible(numero) == attendu.replace(" ", "\u00a0")


@pytest.mark.parametrize(
    ("forme", "attendu"),
    [
        ("long", "1er mars 2026"),
        ("jour", "dimanche 1er mars 2026"),
        ("court", "01/03/2026"),
        ("mois", "mars 2026"),
    ],
)
def test_date_fr(forme, attendu):
    assert affichage.date_fr(date(2026, 3, 1), forme) == attendu


def test_date_fr_ordinaire_reste_cardinale():
    assert affichage.date_fr(date(2026, 3, 31)) == "31 mars 2026"


def test_date_fr_absente():
    assert affichage.date_fr(None) == "–"


def test_instant_s_ecrit_a_l_heure_de_paris():
    assert affichage.date_fr(datetime(2026, 7, 31, 22, 5, tzinfo=UTC), "heure") == "1er août 2026 à 0\u00a0h\u00a005"


def test_jeton_envoi_est_neuf_a_chaque_rendu():
    jetons = {UUID(rendre("{% jeton_envoi %}").split('value="')[1].split('"')[0]) for _ in range(2)}
    assert len(jetons) == 2


@pytest.mark.parametrize(
    ("source", "attendu"),
    [
        ("{% parametre page=3 %}", "?etat=close&amp;etat=refusee&amp;page=3"),
        ("{% parametre etat=None %}", "?page=2"),
        ("{% parametre etat='close' page=None %}", "?etat=close"),
    ],
)
def test_parametre_modifie_la_requete(source, attendu):
    assert rendre(source, "/?etat=close&etat=refusee&page=2") == attendu


def test_etat_lit_l_objet():
    visite = SimpleNamespace(etat="realisee", get_etat_display=lambda: "Réalisée")
    attendu = '<span class="fr-badge fr-badge--sm fr-badge--green-emeraude fr-badge--no-icon">Réalisée</span>'
    assert rendre("{% etat visite %}", visite=visite) == attendu


def test_etat_inconnu_reste_lisible_et_echappe():
    attendu = '<span class="fr-badge fr-badge--sm fr-badge--no-icon">&lt;b&gt;</span>'
    assert rendre("{% etat 'inedit' '<b>' %}") == attendu.replace("&lt;", "<").replace("&gt;", ">")
    assert rendre("{% etat code libelle %}", code="inedit", libelle="<b>") == attendu


@pytest.mark.parametrize(
    ("adresse", "sens", "suite"),
    [
        ("/", "", "?tri=nom"),
        ("/?tri=nom&page=4", ' aria-sort="ascending"', "?tri=-nom"),
        ("/?tri=-nom", ' aria-sort="descending"', "?tri=nom"),
    ],
)
def test_entete_tri_renverse_l_ordre(adresse, sens, suite):
    html = rendre("{% entete_tri 'nom' 'Société' %}", adresse)
    assert (html.startswith(f'<th scope="col"{sens}>'), html.split('href="')[1].split('"')[0]) == (True, suite)


def test_pages_abrege_les_longues_listes():
    page = Paginator(range(120), 10).page(6)
    assert [str(numero) for numero in affichage.pages(page)] == ["1", "…", "5", "6", "7", "…", "12"]


def test_graphique_mesure_ses_barres_et_les_repete_en_tableau():
    parts = affichage.graphique_barres("Visites", [("mars", 10), ("avril", 5)], "visite,visites", repere=(8, "rythme"))
    assert [(barre["largeur"], barre["valeur"]) for barre in parts["barres"]] == [
        ("100.0", "10\u00a0visites"),
        ("50.0", "5\u00a0visites"),
    ]
    assert (parts["repere"]["x"], parts["hauteur"]) == ("80.0", 80)
    assert parts["description"] == "mars\u00a0: 10\u00a0visites ; avril\u00a0: 5\u00a0visites"


def test_graphique_n_arrondit_pas_ce_que_le_tableau_detaille():
    parts = affichage.graphique_barres("Délais", [("lettre", 8.5), ("rendu", 12.0), ("taux", 2.374)], "jour,jours")
    assert [barre["valeur"].replace("\u00a0", " ") for barre in parts["barres"]] == ["8,5 jours", "12 jours", "2,37 jours"]


def test_graphique_de_zeros_ne_divise_pas_par_zero():
    parts = affichage.graphique_barres("Visites", [("mars", 0)])
    assert [barre["largeur"] for barre in parts["barres"]] == ["0"]


def test_graphique_vide_se_rend():
    assert rendre("{% graphique_barres 'Visites' donnees %}", donnees=[]).count("<rect") == 0


def test_chiffre_imprime_definition_et_denominateur():
    html = rendre("{% chiffre 62 'Couverture' unite='%' sur='124 sur 200' definition='Visitées ou refus.' %}")
    assert [ligne.strip() for ligne in html.splitlines() if ligne.strip().startswith("<p")] == [
        '<p class="chiffre__libelle">Couverture</p>',
        '<p class="chiffre__valeur">62\u00a0%</p>',
        '<p class="chiffre__sur">124 sur 200</p>',
        '<p class="chiffre__definition">Visitées ou refus.</p>',
    ]
