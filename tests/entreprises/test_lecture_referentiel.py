"""Les données de référence embarquées et ce qu'on en tire."""

import re

import pytest

from entreprises.lecture import referentiel_embarque
from entreprises.lecture.referentiel import indexer_par_departement, nom_comparable, prefixe_postal
from entreprises.reference import lire_csv

TAILLES = {
    "communes": 34_969,
    "communes_anciennes": 2_621,
    "zones_emploi": 306,
    "departements": 109,
    "arrondissements": 333,
    "epci": 1_255,
    "naf_rev2": 21 + 88 + 732,
    "naf_2025": 22 + 747,
    "tranches_effectifs": 16,
    "types_de_voie": 63,
}


def codes(nom: str, colonne: str = "code", **filtres: str) -> set[str]:
    return {ligne[colonne] for ligne in lire_csv(nom) if filtres.items() <= ligne.items()}


@pytest.mark.parametrize(("nom", "lignes"), TAILLES.items())
def test_fichier_de_reference_est_complet(nom, lignes):
    assert sum(1 for _ in lire_csv(nom)) == lignes


def test_fichier_de_reference_inconnu_leve():
    with pytest.raises(FileNotFoundError):
        list(lire_csv("inconnu"))


@pytest.mark.parametrize(
    ("nom", "colonne"), [("communes", "code_insee"), ("communes_anciennes", "code_insee"), ("epci", "siren")]
)
def test_codes_sont_uniques(nom, colonne):
    assert len(codes(nom, colonne)) == TAILLES[nom]


@pytest.mark.parametrize(
    ("colonne", "cible", "cle"),
    [
        ("departement", "departements", "code"),
        ("arrondissement", "arrondissements", "code"),
        ("epci", "epci", "siren"),
        ("zone_emploi", "zones_emploi", "code"),
    ],
)
def test_communes_ne_renvoient_qu_a_des_codes_connus(colonne, cible, cle):
    assert codes("communes", colonne) - {""} <= codes(cible, cle)


def test_toute_commune_de_metropole_a_une_zone_d_emploi():
    metropole = codes("departements", zone="metro") | codes("departements", zone="drom")
    sans_zone = [c["nom"] for c in lire_csv("communes") if c["departement"] in metropole and not c["zone_emploi"]]
    assert sans_zone == []


def test_communes_sans_code_postal_sont_connues():
    metropole = codes("departements", zone="metro")
    sans = [c["nom"] for c in lire_csv("communes") if c["departement"] in metropole and not c["codes_postaux"]]
    assert sans == ["Celles", "Chalinargues", "Chavagnac", "Sainte-Anastasie"]


def test_communes_anciennes_menent_a_une_commune_actuelle():
    assert codes("communes_anciennes", "commune_actuelle") <= codes("communes", "code_insee")


def test_les_deux_naf_n_ont_aucun_code_commun():
    naf_rev2, naf_2025 = codes("naf_rev2", niveau="sous-classe"), codes("naf_2025", niveau="sous-classe")
    assert all(re.fullmatch(r"\d\d\.\d\d[A-FZ]", code) for code in naf_rev2)
    assert all(re.fullmatch(r"\d\d\.\d\d[GHJKLY]", code) for code in naf_2025)


def test_naf_rev2_emboite_ses_niveaux():
    sections, divisions = codes("naf_rev2", niveau="section"), codes("naf_rev2", niveau="division")
    assert codes("naf_rev2", "parent", niveau="division") == sections
    assert codes("naf_rev2", "parent", niveau="sous-classe") == divisions
    assert codes("naf_2025", "parent", niveau="sous-classe") == codes("naf_2025", niveau="section")


@pytest.mark.parametrize(
    ("nom", "comparable"),
    [
        ("Saint-Dié-des-Vosges", "SAINT DIE DES VOSGES"),
        ("ST DIE DES VOSGES CEDEX 2", "SAINT DIE DES VOSGES"),
        ("L'Haÿ-les-Roses", "L HAY LES ROSES"),
        ("PARIS 16", "PARIS"),
        ("Marseille 9e arrondissement", "MARSEILLE"),
        ("Ste-Œuvre", "SAINTE OEUVRE"),
    ],
)
def test_nom_de_commune_devient_comparable(nom, comparable):
    assert nom_comparable(nom) == comparable


@pytest.mark.parametrize(("code_postal", "prefixe"), [("57000", "57"), ("97400", "974"), ("20090", "20")])
def test_prefixe_postal_suit_les_departements(code_postal, prefixe):
    assert prefixe_postal(code_postal) == prefixe


def test_homonymes_d_un_departement_ne_se_devinent_pas():
    communes = [{"departement": "57", "nom": "Saint-Fictif", "code_insee": code} for code in ("57998", "57999")]
    assert indexer_par_departement(communes, []) == {("57", "SAINT FICTIF"): None}


def test_nom_actuel_l_emporte_sur_un_nom_ancien():
    communes = [{"departement": "2A", "nom": "Fictif", "code_insee": "2A998"}]
    anciennes = [{"departement": "2A", "nom": "Fictif", "commune_actuelle": "2A999"}]
    assert indexer_par_departement(communes, anciennes) == {("20", "FICTIF"): "2A998"}


def test_code_postal_de_plusieurs_communes_sans_nom_reste_indecis():
    assert referentiel_embarque().commune_nommee("88100", "") is None
