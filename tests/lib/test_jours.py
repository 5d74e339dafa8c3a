"""Jours fériés selon le département, jours ouvrés, raisons de ne pas visiter."""

from datetime import date

import pytest

from reseau.lib.jours import est_ouvre, jours_feries, jours_ouvres, raison_de_repos


def test_jours_feries_de_metropole():
    assert list(jours_feries(2026, "70").values()) == [
        "Jour de l’an",
        "Lundi de Pâques",
        "Fête du Travail",
        "Fête de la Victoire",
        "Ascension",
        "Lundi de Pentecôte",
        "Fête nationale",
        "Assomption",
        "Toussaint",
        "Armistice",
        "Noël",
    ]


@pytest.mark.parametrize("departement", ["57", "67", "68"])
def test_alsace_et_moselle_ont_deux_jours_de_plus(departement):
    propres = jours_feries(2026, departement).keys() - jours_feries(2026, "70").keys()
    assert propres == {date(2026, 4, 3), date(2026, 12, 26)}


@pytest.mark.parametrize(
    ("departement", "jour"),
    [
        ("971", date(2026, 5, 27)),
        ("972", date(2026, 5, 22)),
        ("973", date(2026, 6, 10)),
        ("974", date(2026, 12, 20)),
        ("976", date(2026, 4, 27)),
        ("977", date(2026, 10, 9)),
        ("978", date(2026, 5, 28)),
        ("986", date(2026, 7, 29)),
        ("987", date(2026, 11, 20)),
        ("988", date(2026, 9, 24)),
    ],
)
def test_outre_mer_a_ses_jours(departement, jour):
    assert jour in jours_feries(2026, departement)
    assert jour not in jours_feries(2026, "70")


@pytest.mark.parametrize("departement", ["2A", "975"])
def test_departement_sans_jour_propre_a_ceux_de_tous(departement):
    assert jours_feries(2026, departement) == jours_feries(2026, "70")


def test_deux_fetes_le_meme_jour_se_disent_ensemble():
    assert jours_feries(2008, "70")[date(2008, 5, 1)] == "Ascension et Fête du Travail"


def test_ce_que_l_on_recoit_se_modifie_sans_toucher_a_la_suite():
    jours_feries(2026, "70").clear()
    assert date(2026, 12, 25) in jours_feries(2026, "70")


@pytest.mark.parametrize(
    ("jour", "ouvre"),
    [
        (date(2026, 12, 24), True),
        (date(2026, 12, 25), False),
        (date(2026, 12, 26), False),  # un samedi
        (date(2026, 12, 27), False),
        (date(2028, 2, 29), True),
    ],
)
def test_est_ouvre(jour, ouvre):
    assert est_ouvre(jour, "70") is ouvre


def test_26_decembre_en_semaine_n_est_ferie_qu_en_alsace_moselle():
    lendemain = date(2028, 12, 26)
    assert [est_ouvre(lendemain, departement) for departement in ("70", "67")] == [True, False]


def test_jours_ouvres_d_une_semaine_de_mai():
    assert jours_ouvres(date(2026, 5, 4), date(2026, 5, 10), "70") == [date(2026, 5, jour) for jour in (4, 5, 6, 7)]


def test_jours_ouvres_comprennent_le_29_fevrier():
    assert len(jours_ouvres(date(2028, 2, 1), date(2028, 2, 29), "70")) == 21


@pytest.mark.parametrize(
    ("jour", "raison"),
    [
        (date(2026, 11, 11), "jour férié : Armistice"),
        (date(2026, 11, 1), "jour férié : Toussaint"),
        (date(2026, 11, 22), "un dimanche"),
        (date(2026, 11, 21), ""),
        (date(2026, 11, 20), ""),
    ],
)
def test_raison_de_repos(jour, raison):
    assert raison_de_repos(jour, "70") == raison
