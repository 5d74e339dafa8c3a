"""Se déporter soi-même : effet immédiat, journal, et l'animateur qui voit et lève."""

import pytest
from django.urls import reverse

from entreprises.models import Deport
from reseau.models import Journal
from tests.factories import DeportFactory, EntrepriseFactory, VisiteFactory


@pytest.fixture
def entreprise(reseau):
    return EntrepriseFactory(reseau=reseau, raison_sociale="Forges fictives")


def declarer(client, entreprise):
    adresse = reverse("entreprises:deport-declarer", args=[entreprise.reseau.slug, entreprise.pk])
    return client.post(adresse, {"motif": "Un proche y travaille"})


@pytest.mark.parametrize("profil", ["animateur", "secretariat", "direct", "prefecture"])
def test_declarer_son_deport_ferme_aussitot_la_fiche(clients, entreprise, membres, profil):
    assert declarer(clients[profil], entreprise).status_code == 302
    assert (clients[profil].get(entreprise.get_absolute_url()).status_code, Deport.objects.get().membre) == (404, membres[profil])
    assert Journal.objects.filter(objet="entreprises.deport", geste="ajout", membre=membres[profil]).count() == 1


def test_declarer_deux_fois_est_impossible(clients, entreprise):
    declarer(clients["direct"], entreprise)
    assert (declarer(clients["direct"], entreprise).status_code, Deport.objects.count()) == (404, 1)


def test_animateur_voit_tous_les_deports_sauf_les_siens(clients, reseau, membres, entreprise):
    deport = DeportFactory(entreprise=entreprise, membre=membres["direct"])
    DeportFactory(entreprise=EntrepriseFactory(reseau=reseau), membre=membres["animateur"])
    page = clients["animateur"].get(reverse("entreprises:deports", args=[reseau.slug]))
    assert list(page.context["page_obj"]) == [deport]


def test_lever_un_deport_se_note(clients, reseau, membres, entreprise):
    deport = DeportFactory(entreprise=entreprise, membre=membres["direct"])
    clients["animateur"].post(reverse("entreprises:deport-retirer", args=[reseau.slug, deport.pk]))
    assert (Deport.objects.count(), Journal.objects.filter(precision="déport retiré").count()) == (0, 1)


def test_visite_confiee_a_qui_s_en_deporte_se_dit_a_l_animateur(clients, reseau, membres, entreprise):
    VisiteFactory(reseau=reseau, entreprise=entreprise, programmee=True, developpeur=membres["direct"])
    declarer(clients["direct"], entreprise)
    assert "visite confiée à qui s’en déporte" in clients["animateur"].get(reseau.get_absolute_url()).text
