"""La carte des entreprises : l'état de chacune, le même compte que la liste, et rien que ce que voit le lecteur."""

from datetime import date

import pytest
from django.urls import reverse

from entreprises.models import Entreprise
from reseau.models import Journal
from tests.factories import AccesFactory, DeportFactory, EntrepriseFactory, VisiteFactory
from visites.carte import etats, repartir, tableau

pytestmark = pytest.mark.django_db
LE = date(2026, 3, 2)


def visiter(entreprise, **etat):
    return VisiteFactory(reseau=entreprise.reseau, entreprise=entreprise, **etat)


def compter(reseau, membre):
    return repartir(Entreprise.objects.visibles_par(membre), membre, LE)


def lire(client, reseau, nom="carte", **parametres):
    return client.get(reverse(f"visites:{nom}", args=[reseau.slug]), parametres)


@pytest.mark.parametrize(
    ("visites", "etat"),
    [
        ([], "jamais"),
        ([{"annulee": True}], "jamais"),
        ([{"injoignable": True}], "jamais"),
        ([{"programmee": True}], "en_cours"),
        ([{"realisee": True, "realisee_le": date(2025, 6, 1)}], "visitee"),
        ([{"restituee": True, "realisee_le": date(2024, 3, 2)}], "a_revoir"),
        ([{"refusee": True, "refusee_le": date(2025, 12, 1)}], "refus"),
        ([{"refusee": True, "refusee_le": date(2025, 3, 2)}], "jamais"),
        ([{"realisee": True, "realisee_le": date(2025, 6, 1)}, {"refusee": True, "refusee_le": date(2025, 5, 1)}], "visitee"),
        ([{"realisee": True, "realisee_le": date(2023, 6, 1)}, {"refusee": True, "refusee_le": date(2025, 9, 1)}], "refus"),
        ([{"realisee": True, "realisee_le": date(2023, 6, 1)}, {}], "en_cours"),
    ],
)
def test_entreprise_n_a_qu_un_etat(reseau, membres, visites, etat):
    entreprise = EntrepriseFactory(reseau=reseau)
    for visite in visites:
        visiter(entreprise, **visite)
    nombres = compter(reseau, membres["animateur"])["70550"]
    assert {cle: nombre for cle, nombre in nombres.items() if nombre} == {etat: 1}


def test_repartition_compte_par_commune_et_sans_commune(reseau, membres):
    EntrepriseFactory.create_batch(2, reseau=reseau)
    EntrepriseFactory(reseau=reseau, commune_id=None)
    visiter(EntrepriseFactory(reseau=reseau, commune_id="70285"), programmee=True)
    assert compter(reseau, membres["animateur"]) == {
        "70550": {"jamais": 2},
        "70285": {"jamais": 0, "en_cours": 1},
        None: {"jamais": 1},
    }


def test_repartition_tient_en_deux_requetes(reseau, membres, django_assert_num_queries):
    for _ in range(3):
        visiter(EntrepriseFactory(reseau=reseau), realisee=True)
    with django_assert_num_queries(2):
        compter(reseau, membres["animateur"])


def test_deporte_ne_voit_l_entreprise_ni_sur_la_carte_ni_au_total(reseau, membres, clients):
    EntrepriseFactory(reseau=reseau)
    DeportFactory(entreprise=EntrepriseFactory(reseau=reseau, commune_id="70285"), membre=membres["direct"])
    carte = lire(clients["direct"], reseau).context["carte"]
    assert ([groupe.code for groupe in carte.groupes], carte.total) == (["70550"], 1)
    assert lire(clients["animateur"], reseau).context["carte"].total == 2


def test_associe_ne_voit_que_les_siennes(reseau, membres, clients):
    EntrepriseFactory.create_batch(2, reseau=reseau)
    AccesFactory(entreprise=EntrepriseFactory(reseau=reseau, commune_id="70285"), membre=membres["associe"])
    assert lire(clients["associe"], reseau).context["nombre"] == 1


@pytest.mark.parametrize("filtre", [{}, {"commune": "70285"}, {"derniere": "jamais"}, {"q": "vesoul"}, {"zone": "fausse"}])
def test_total_est_celui_de_la_liste(reseau, clients, filtre):
    EntrepriseFactory.create_batch(2, reseau=reseau)
    EntrepriseFactory(reseau=reseau, commune_id="70285", recherche="autre")
    EntrepriseFactory(reseau=reseau, commune_id=None, recherche="perdue")
    visiter(EntrepriseFactory(reseau=reseau), realisee=True)
    liste = lire(clients["animateur"], reseau, "entreprises", **filtre)
    carte = lire(clients["animateur"], reseau, **filtre)
    assert carte.context["nombre"] == liste.context["nombre"]
    assert carte.context["pied"][-1][1] == liste.context["nombre"]


def test_cercle_mene_a_la_liste_filtree_et_garde_les_filtres(reseau, clients):
    EntrepriseFactory.create_batch(3, reseau=reseau)
    (groupe,) = lire(clients["animateur"], reseau, q="scierie", tri="-total", par="communes").context["carte"].groupes
    assert groupe.adresse == f"/{reseau.slug}/entreprises/?q=scierie&commune=70550"
    assert clients["animateur"].get(groupe.adresse).context["nombre"] == 3


def test_cercle_d_intercommunalite_mene_a_ses_entreprises(reseau, clients):
    EntrepriseFactory.create_batch(3, reseau=reseau)
    (groupe,) = lire(clients["animateur"], reseau, par="intercommunalites").context["carte"].groupes
    assert clients["animateur"].get(groupe.adresse).context["nombre"] == 3


def test_tableau_se_trie_par_une_colonne_et_par_nulle_autre(reseau, clients):
    EntrepriseFactory.create_batch(2, reseau=reseau)
    EntrepriseFactory(reseau=reseau, commune_id="70285")
    ordres = {
        tri: [cases[0][1] for cases, _ in lire(clients["animateur"], reseau, tri=tri).context["lignes"]]
        for tri in ("lieu", "-total", "total", "mot_de_passe")
    }
    assert ordres == {
        "lieu": ["Héricourt", "Vesoul"],
        "-total": ["Vesoul", "Héricourt"],
        "total": ["Héricourt", "Vesoul"],
        "mot_de_passe": ["Héricourt", "Vesoul"],
    }


def test_carte_vide_le_dit(reseau, clients):
    assert "Aucune entreprise à placer" in lire(clients["animateur"], reseau).text


@pytest.mark.parametrize("departement", ["57", "2A", "974", "975"])
def test_carte_sans_contours_repond(reseau, clients, departement):
    reseau.departement = departement
    reseau.save()
    EntrepriseFactory(reseau=reseau)
    reponse = lire(clients["animateur"], reseau)
    assert (reponse.status_code, reponse.context["nombre"]) == (200, 1)
    assert lire(clients["animateur"], reseau, "carte-pdf").content.startswith(b"%PDF")


def test_papier_et_classeur_se_rendent_et_se_notent(reseau, clients):
    EntrepriseFactory.create_batch(2, reseau=reseau)
    assert lire(clients["animateur"], reseau, "carte-pdf").content.startswith(b"%PDF")
    assert lire(clients["animateur"], reseau, "carte-xlsx").content.startswith(b"PK")
    notes = Journal.objects.filter(precision="carte").order_by("pk").values_list("geste", "nombre")
    assert list(notes) == [("impression", 2), ("export", 2)]


def test_tableau_dit_chaque_etat_et_son_total(reseau, membres):
    visiter(EntrepriseFactory(reseau=reseau), programmee=True)
    EntrepriseFactory(reseau=reseau, commune_id=None)
    repartition = compter(reseau, membres["animateur"])
    section = tableau(repartition, "communes", reseau, filtres=(), edite_le=LE).sections[0]
    assert [colonne.libelle for colonne in section.colonnes] == [
        "Commune",
        *(etat.libelle for etat in etats(reseau)),
        "Total",
    ]
    assert [(ligne["lieu"], ligne["total"]) for ligne in [*section.lignes, *section.pied]] == [
        ("Commune inconnue", 1),
        ("Vesoul", 1),
        ("Total", 2),
    ]
