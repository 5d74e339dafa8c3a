"""Ce qui doit rester vrai de n'importe quel fichier : rien ne se perd en silence, rien ne plante."""

import pytest
from django.core.validators import validate_email
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from entreprises.lecture import (
    LONGUEURS,
    FichierRefuse,
    LigneEntreprise,
    Rejet,
    analyser,
    ouvrir,
    referentiel_embarque,
)
from entreprises.lecture.coordonnees import COURRIEL_COURT, COURRIEL_SIMPLE
from entreprises.lecture.nettoyage import nettoyer
from tests.donnees import fabrique

ENTETES = ["SIRET", "Raison sociale", "Enseigne", "NAF", "Effectif", "Adresse", "CP", "Ville", "Tél", "Courriel", "Site"]
SANS_NUL = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
CELLULE = st.one_of(
    st.just(""),
    st.integers(1, 6).map(fabrique.siret),
    st.sampled_from(["57000", "Metz", "10.71C", "12", "=1+1", '="3"', "[ND]", "3,56E+13", "a@b.example", "b.example"]),
    st.text(SANS_NUL, max_size=30),
    st.text("\"';,\n\t| a", max_size=12),
)
PLAUSIBLE = st.tuples(st.integers(1, 9).map(fabrique.siret), st.text(SANS_NUL, min_size=1, max_size=300))
RANGEE = st.one_of(
    st.lists(CELLULE, max_size=len(ENTETES) + 1),
    st.builds(lambda debut, suite: [*debut, *suite], PLAUSIBLE, st.lists(CELLULE, max_size=len(ENTETES) - 2)),
)


def compter(rangees: list[list[str]], contenu: bytes) -> None:
    try:
        feuille = ouvrir(contenu, "essai")
    except FichierRefuse as refus:
        event(f"refusé : {str(refus)[:25]}")
        return
    resultats = list(analyser(feuille, referentiel_embarque()))
    acceptees = [resultat for resultat in resultats if isinstance(resultat, LigneEntreprise)]
    rejetees = [resultat for resultat in resultats if isinstance(resultat, Rejet)]
    event(f"{bool(acceptees)} acceptée, {bool(rejetees)} rejetée")
    assert len(acceptees) + len(rejetees) == sum(any(map(nettoyer, rangee)) for rangee in rangees)
    assert len({entreprise.siret for entreprise in acceptees}) == len(acceptees)
    assert all(rejet.raison for rejet in rejetees)
    for entreprise in acceptees:
        verifier(entreprise)


def verifier(entreprise: LigneEntreprise) -> None:
    """Ce qu'exige la base : longueurs, caractères écrivables en UTF-8, ni contrôle ni octet nul."""
    for champ, longueur in LONGUEURS.items():
        valeur = getattr(entreprise, champ)
        assert len(valeur) <= longueur
        assert valeur == valeur.encode().decode().strip()
        assert not any(ord(caractere) < 32 for caractere in valeur)


@settings(max_examples=300, deadline=None)
@given(rangees=st.lists(RANGEE, min_size=1, max_size=8), separateur=st.sampled_from(";,\t|"))
def test_texte_lignes_lues_egalent_acceptees_plus_rejetees(rangees, separateur):
    compter(rangees, fabrique.texte([ENTETES, *rangees], separateur))


@settings(max_examples=20, deadline=None)
@given(rangees=st.lists(RANGEE, min_size=1, max_size=8))
def test_classeur_lignes_lues_egalent_acceptees_plus_rejetees(rangees):
    compter(rangees, fabrique.xlsx(("Liste", [ENTETES, *rangees])))


@settings(max_examples=300, deadline=None)
@given(contenu=st.one_of(st.binary(max_size=300), st.text(max_size=100).map(lambda t: t.encode("utf-16", "surrogatepass"))))
def test_octets_quelconques_sont_lus_ou_refuses(contenu):
    with pytest.raises(FichierRefuse):
        ouvrir(b"x" + contenu, "essai")


@settings(max_examples=25, deadline=None)
@given(position=st.integers(0, 10_000), octet=st.integers(0, 255), genre=st.sampled_from(["xlsx", "ods", "xls"]))
def test_classeur_abime_est_lu_ou_refuse(position, octet, genre):
    liste = [ENTETES[:2], [fabrique.siret(1), "Un"]]
    sain = {"xlsx": lambda: fabrique.xlsx(("A", liste)), "ods": lambda: fabrique.ods(liste), "xls": lambda: fabrique.xls(liste)}
    contenu = bytearray(sain[genre]())
    contenu[position % len(contenu)] = octet
    try:
        resultats = list(analyser(ouvrir(bytes(contenu), "essai"), referentiel_embarque()))
    except FichierRefuse as refus:
        event(str(refus)[:30])
    else:
        assert len(resultats) >= 1


@settings(max_examples=300)
@given(st.text(st.characters()))
def test_nettoyer_deux_fois_ne_change_rien(texte):
    assert nettoyer(nettoyer(texte)) == nettoyer(texte)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.from_regex(COURRIEL_SIMPLE, fullmatch=True).filter(lambda adresse: len(adresse) <= COURRIEL_COURT))
def test_courriel_simple_est_toujours_valide(adresse):
    validate_email(adresse)
