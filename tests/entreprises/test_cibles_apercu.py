"""L'aperçu d'une cible : par zone et par taille, borné là où il nomme."""

import pytest

from entreprises.apercu import apercevoir, repartir
from entreprises.criteres import decrire
from entreprises.models import Cible, Entreprise
from tests.factories import JOUR, CibleFactory, DeportFactory, EntrepriseFactory

pytestmark = pytest.mark.django_db


def test_repartition_compte_chaque_entreprise_une_fois(reseau):
    tailles = [
        {"effectif": 4},
        {"effectif": None, "tranche_effectif": "12"},
        {"effectif": 60, "tranche_effectif": "12"},
        {"effectif": 300},
        {"effectif": None, "tranche_effectif": ""},
    ]
    for taille in tailles:
        EntrepriseFactory(reseau=reseau, **taille)
    EntrepriseFactory(reseau=reseau, commune_id=None, effectif=4)
    repartition = repartir(Entreprise.objects.filter(reseau=reseau))
    entetes = ["Moins de 10", "10 à 49", "50 à 249", "250 et plus", "Inconnu"]
    assert repartition.lignes == [
        ("Vesoul", list(zip(entetes, [1, 1, 1, 1, 1], strict=True)), 5),
        ("Zone inconnue", list(zip(entetes, [1, 0, 0, 0, 0], strict=True)), 1),
    ]
    assert (repartition.nombre, [nombre for _, nombre in repartition.totaux]) == (6, [2, 1, 1, 1, 1])


def test_repartition_d_aucune_entreprise_est_vide(reseau):
    repartition = repartir(Entreprise.objects.filter(reseau=reseau))
    assert (repartition.nombre, repartition.lignes, {nombre for _, nombre in repartition.totaux}) == (0, [], {0})


def test_carte_et_noms_taisent_les_deports_le_total_reste(reseau, animateur):
    vue, tue = EntrepriseFactory.create_batch(2, reseau=reseau)
    DeportFactory(entreprise=tue, membre=animateur)
    apercu = apercevoir(CibleFactory(reseau=reseau), animateur, JOUR)
    assert (apercu.nombre, apercu.echantillon, apercu.communes) == (2, [vue], {"70550": 1})


def test_apercu_coute_autant_pour_une_que_pour_trente(reseau, animateur, requetes):
    nombres = []
    for combien in (1, 29):
        EntrepriseFactory.create_batch(combien, reseau=reseau)
        nombres.append(requetes(lambda: apercevoir(Cible(reseau=reseau), animateur, JOUR)))
    assert nombres == [3, 3]


@pytest.mark.parametrize(
    ("critere", "retenues"),
    [
        ({}, ["A", "B"]),
        ({"filieres": ["bois"]}, ["A"]),
        ({"arrondissements": ["702"]}, ["A", "B"]),
        ({"arrondissements": ["701"]}, []),
        ({"filieres": ["bois"], "tranches": ["53"]}, []),
    ],
)
def test_criteres_se_combinent(reseau, critere, retenues):
    EntrepriseFactory(reseau=reseau, raison_sociale="A", filiere="bois")
    EntrepriseFactory(reseau=reseau, raison_sociale="B")
    trouvees = Entreprise.objects.filter(reseau=reseau).selon(critere).order_by("raison_sociale")
    assert [str(entreprise) for entreprise in trouvees] == retenues


def test_deux_etiquettes_ne_doublent_pas_l_entreprise(reseau):
    entreprise = EntrepriseFactory(reseau=reseau)
    cles = [entreprise.etiquettes.create(reseau=reseau, nom=nom).pk for nom in ("Export", "Bois")]
    assert Entreprise.objects.selon({"etiquettes": cles}).count() == 1


def test_critere_supprime_se_dit():
    assert ("Étiquettes", ["(supprimée depuis)"]) in decrire({"etiquettes": [0]})
