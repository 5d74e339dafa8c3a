"""La liste des lettres sans rendez-vous : à qui parler, et la relance qui va."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from entreprises.models import Entreprise
from suivi.relances import relances
from tests.factories import ContactFactory, CourrierFactory, DeportFactory, VisiteFactory
from visites.enums import GenreCourrier
from visites.models import Visite

pytestmark = pytest.mark.django_db


@pytest.fixture
def annoncee(reseau):
    """Une visite annoncée il y a un mois, dont le dirigeant a un téléphone."""
    visite = VisiteFactory(reseau=reseau, annoncee=True, annoncee_le=localdate() - timedelta(days=30))
    ContactFactory(entreprise=visite.entreprise, telephone="03 00 00 00 01", courriel="ada@exemple.test")
    return visite


def page(clients, reseau, role="animateur"):
    return clients[role].get(reverse("suivi:visites-sans-rendez-vous", args=[reseau.slug]))


def test_liste_dit_qui_appeler_et_propose_la_lettre(clients, reseau, annoncee):
    response = page(clients, reseau)
    (relance,) = response.context["relances"]
    assert (relance.telephone, relance.courriel, relance.lettre) == ("03 00 00 00 01", "ada@exemple.test", None)
    lu = response.content.decode()
    attendus = ["tel:0300000001", "mailto:ada@exemple.test", "Relancer par lettre", "Noter le rendez-vous", "Noter un appel"]
    assert [attendu for attendu in attendus if attendu not in lu] == []


def test_liste_mene_a_la_relance_deja_ouverte(clients, reseau, annoncee):
    lettre = CourrierFactory(visite=annoncee, genre=GenreCourrier.RELANCE)
    response = page(clients, reseau)
    assert response.context["relances"][0].lettre == lettre
    assert "Relancer par lettre" not in response.content.decode()


def test_entreprise_a_l_abri_ne_se_relance_pas(clients, reseau, annoncee):
    Entreprise.objects.filter(pk=annoncee.entreprise_id).update(ne_plus_solliciter_jusqu_au=localdate() + timedelta(days=9))
    lu = page(clients, reseau).content.decode()
    assert [mot for mot in ("tel:0300000001", "mailto:", "Relancer par lettre") if mot in lu] == []


def test_un_direct_voit_les_siennes_et_l_animateur_toutes(clients, reseau, membres, annoncee):
    sienne = VisiteFactory(reseau=reseau, annoncee=True, annoncee_le=annoncee.annoncee_le, developpeur=membres["direct"])
    accompagnee = {"accompagnant": membres["direct"], "developpeur": annoncee.developpeur}
    VisiteFactory(reseau=reseau, annoncee=True, annoncee_le=annoncee.annoncee_le, **accompagnee)
    assert [relance.visite for relance in page(clients, reseau, "direct").context["relances"]] == [sienne]
    assert len(page(clients, reseau, "animateur").context["relances"]) == 3


def test_un_direct_ne_voit_plus_celle_dont_il_se_deporte(clients, reseau, membres, annoncee):
    Visite.objects.update(developpeur=membres["direct"])
    DeportFactory(entreprise=annoncee.entreprise, membre=membres["direct"])
    assert page(clients, reseau, "direct").context["relances"] == []


@pytest.mark.parametrize("role", ["associe", "prefecture", "observateur"])
def test_liste_est_fermee_a_qui_ne_conduit_pas_de_visite(clients, reseau, role):
    assert page(clients, reseau, role).status_code == 403


def test_relances_en_un_nombre_de_requetes_constant(reseau, membres, annoncee, requetes):
    def compter():
        return requetes(lambda: relances(list(Visite.objects.avec_noms()), membres["animateur"], le=localdate()))

    avant = compter()
    for _ in range(3):
        VisiteFactory(reseau=reseau, annoncee=True)
    assert compter() == avant
