"""Ce que les QuerySets et les fiches savent dire d'eux-mêmes."""

from datetime import date

import pytest
from django.db import IntegrityError

from entreprises.enums import Etat, Tranche
from entreprises.models import Cible, Entreprise, LigneDeCible
from tests.factories import (
    AccesFactory,
    CibleFactory,
    ContactFactory,
    DeportFactory,
    EntrepriseFactory,
    EtiquetteFactory,
    LigneDeCibleFactory,
)

pytestmark = pytest.mark.django_db
LE = date(2026, 3, 2)


def noms(entreprises):
    return sorted(entreprise.raison_sociale for entreprise in entreprises)


def test_deporte_ne_voit_plus_l_entreprise(reseau, direct):
    DeportFactory(entreprise__reseau=reseau, membre=direct)
    reste = EntrepriseFactory(reseau=reseau)
    assert list(Entreprise.objects.visibles_par(direct)) == [reste]


def test_associe_ne_voit_que_celles_qui_lui_sont_ouvertes(reseau, membres):
    EntrepriseFactory(reseau=reseau)
    ouverte = AccesFactory(entreprise__reseau=reseau, membre=membres["associe"]).entreprise
    assert list(Entreprise.objects.visibles_par(membres["associe"])) == [ouverte]


def test_autre_reseau_reste_invisible(animateur):
    EntrepriseFactory()
    assert list(Entreprise.objects.visibles_par(animateur)) == []


@pytest.mark.parametrize(
    ("champs", "attendu"),
    [
        ({}, True),
        ({"etat": Etat.FERME}, False),
        ({"ne_plus_solliciter_jusqu_au": date(2026, 3, 2)}, False),
        ({"ne_plus_solliciter_jusqu_au": date(2026, 3, 1)}, True),
    ],
)
def test_sollicitable_dit_la_meme_chose_que_le_queryset(champs, attendu):
    entreprise = EntrepriseFactory(**champs)
    assert (entreprise.sollicitable(LE), Entreprise.objects.sollicitables(LE).exists()) == (attendu, attendu)


@pytest.mark.parametrize("texte", ["OEUVRE", "œuvre vésoul", "70550", "scierie de l'oeuvre"])
def test_recherche_ignore_accents_casse_et_ponctuation(texte):
    entreprise = EntrepriseFactory.build(raison_sociale="Scierie de l'Œuvre 70550", ville="Vesoul", commune_id=None)
    entreprise.reseau.save()
    entreprise.recherche = entreprise.composer_recherche()
    entreprise.save()
    assert list(Entreprise.objects.cherche(texte)) == [entreprise]


def test_recherche_veut_tous_les_mots():
    EntrepriseFactory(recherche="scierie vesoul")
    assert list(Entreprise.objects.cherche("scierie luxeuil")) == []


@pytest.mark.parametrize(
    ("criteres", "attendues"),
    [
        ({}, ["Bois", "Laiterie", "Luxeuil"]),
        ({"zones_emploi": []}, ["Bois", "Laiterie", "Luxeuil"]),
        ({"zones_emploi": ["2711"]}, []),
        ({"divisions": ["16"]}, ["Bois", "Luxeuil"]),
        ({"divisions": ["16", "10"], "tranches": ["12"]}, ["Bois"]),
        ({"divisions": ["10"], "tranches": ["12"]}, []),
    ],
)
def test_criteres_se_combinent(reseau, criteres, attendues):
    EntrepriseFactory(reseau=reseau, raison_sociale="Bois")
    EntrepriseFactory(reseau=reseau, raison_sociale="Luxeuil", tranche_effectif="21")
    EntrepriseFactory(reseau=reseau, raison_sociale="Laiterie", naf_id="10.51A", tranche_effectif="")
    assert noms(Entreprise.objects.selon(criteres)) == attendues


def test_zone_d_emploi_est_celle_de_la_commune():
    vesoul, ailleurs = EntrepriseFactory(), EntrepriseFactory(commune_id="21231")
    zone = vesoul.commune.zone_emploi_id
    assert list(Entreprise.objects.des_zones([zone])) == [vesoul]
    assert ailleurs.commune.zone_emploi_id != zone


def test_naf_2025_parle_quand_la_rev_2_se_tait():
    seule = EntrepriseFactory(naf_id=None, naf_2025_id="16.11Y")
    EntrepriseFactory(naf_id="10.51A", naf_2025_id="16.11Y")
    assert list(Entreprise.objects.des_divisions(["16"])) == [seule]


def test_effectif_connu_fait_foi_avant_la_tranche():
    connu = EntrepriseFactory(effectif=25, tranche_effectif="")
    EntrepriseFactory(effectif=5, tranche_effectif=Tranche.DE_20_A_49)
    tranche = EntrepriseFactory(effectif=None, tranche_effectif=Tranche.DE_20_A_49)
    assert set(Entreprise.objects.des_tranches([Tranche.DE_20_A_49, "inconnue"])) == {connu, tranche}


@pytest.mark.parametrize(("decroissant", "attendus"), [(False, [3, 20, 25, 10000, None]), (True, [10000, 25, 20, 3, None])])
def test_taille_se_trie_par_nombre_ou_tranche_inconnues_en_fin(decroissant, attendus):
    tailles = {25: (25, ""), 20: (None, "12"), None: (None, ""), 3: (3, "53"), 10000: (None, "53")}
    for nom, (effectif, tranche) in tailles.items():
        EntrepriseFactory(raison_sociale=str(nom), effectif=effectif, tranche_effectif=tranche)
    triees = Entreprise.objects.par_taille(decroissant=decroissant)
    assert [entreprise.raison_sociale for entreprise in triees] == list(map(str, attendus))


@pytest.mark.parametrize(
    ("effectif", "tranche", "dit"),
    [
        (1, "12", "1\u00a0salarié"),
        (25, "", "25\u00a0salariés"),
        (None, "12", "20 à 49 salariés"),
        (None, "", "effectif inconnu"),
    ],
)
def test_effectif_se_dit_par_le_nombre_sinon_la_tranche(effectif, tranche, dit):
    assert Entreprise(effectif=effectif, tranche_effectif=tranche).effectif_dit == dit


def test_un_siret_une_fois_par_reseau(reseau):
    EntrepriseFactory(reseau=reseau, siret="00000001800010")
    EntrepriseFactory(siret="00000001800010")
    with pytest.raises(IntegrityError):
        EntrepriseFactory(reseau=reseau, siret="00000001800010")


def test_un_seul_dirigeant_par_entreprise():
    contact = ContactFactory()
    with pytest.raises(IntegrityError):
        ContactFactory(entreprise=contact.entreprise)


@pytest.mark.parametrize("nom", ["Bois, meubles", "Bois;meubles", "Bois|meubles"])
def test_etiquette_se_passe_de_ce_qui_separe_les_etiquettes(reseau, nom):
    with pytest.raises(IntegrityError, match="etiquette_sans_separateur"):
        EtiquetteFactory(reseau=reseau, nom=nom)


def test_cible_compte_ses_lignes_sans_les_ecartees():
    cible = CibleFactory(decidee=True)
    retenue = LigneDeCibleFactory(cible=cible)
    ecartee = LigneDeCibleFactory(cible=cible, motif_d_ecart="Double")
    assert Cible.objects.avec_nombre().get().nombre == 1
    assert (list(LigneDeCible.objects.retenues()), list(LigneDeCible.objects.ecartees())) == ([retenue], [ecartee])
    assert list(Entreprise.objects.de_la_cible(cible)) == [retenue.entreprise]
