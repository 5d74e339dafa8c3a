"""Contacts et déports : permis, refusés, ailleurs."""

import pytest
from django.urls import reverse

from entreprises.models import Contact, Deport
from tests.factories import ContactFactory, DeportFactory, EntrepriseFactory, MembreFactory

pytestmark = pytest.mark.django_db


def adresse(nom, reseau, pk):
    return reverse(f"entreprises:{nom}", args=[reseau.slug, pk])


@pytest.fixture
def fiche(reseau):
    return EntrepriseFactory(reseau=reseau)


@pytest.fixture
def contact(fiche):
    return ContactFactory(entreprise=fiche)


def test_contact_s_ajoute_et_mene_a_la_fiche(clients, reseau, fiche):
    response = clients["direct"].post(adresse("contact-ajouter", reseau, fiche.pk), {"nom": "Fictive", "prenom": "Léa"})
    assert (response.url, str(Contact.objects.get())) == (fiche.get_absolute_url(), "Léa Fictive")


def test_premier_contact_est_propose_comme_dirigeant(clients, reseau, fiche):
    adresse_d_ajout = adresse("contact-ajouter", reseau, fiche.pk)
    premier = clients["direct"].get(adresse_d_ajout).context["form"]["dirigeant"].value()
    ContactFactory(entreprise=fiche)
    assert (premier, clients["direct"].get(adresse_d_ajout).context["form"]["dirigeant"].value()) == (True, False)


def test_second_dirigeant_remplace_le_premier(clients, reseau, contact):
    clients["direct"].post(adresse("contact-ajouter", reseau, contact.entreprise_id), {"nom": "Neuf", "dirigeant": "on"})
    assert list(Contact.objects.filter(dirigeant=True).values_list("nom", flat=True)) == ["Neuf"]


def test_contact_sans_nom_est_refuse(clients, reseau, fiche):
    response = clients["direct"].post(adresse("contact-ajouter", reseau, fiche.pk), {"prenom": "Léa"})
    assert (list(response.context["form"].errors), Contact.objects.count()) == (["nom"], 0)


def test_contact_forge_ne_change_pas_d_entreprise(clients, reseau, contact):
    ailleurs = EntrepriseFactory()
    forge = {"nom": "Neuf", "entreprise": ailleurs.pk, "version": contact.version}
    clients["direct"].post(adresse("contact-modifier", reseau, contact.pk), forge)
    contact.refresh_from_db()
    assert (contact.nom, contact.entreprise.reseau) == ("Neuf", reseau)


def test_contact_se_retire(clients, reseau, contact):
    clients["direct"].post(adresse("contact-supprimer", reseau, contact.pk))
    assert Contact.objects.count() == 0


@pytest.mark.parametrize("nom", ["contact-modifier", "contact-supprimer"])
def test_contact_refuse_aux_lecteurs_et_introuvable_ailleurs(clients, reseau, contact, nom):
    ailleurs = ContactFactory()
    statuts = [
        clients["prefecture"].post(adresse(nom, reseau, contact.pk)).status_code,
        clients["associe"].post(adresse(nom, reseau, contact.pk)).status_code,
        clients["animateur"].post(adresse(nom, reseau, ailleurs.pk)).status_code,
    ]
    assert (statuts, Contact.objects.count()) == ([403, 403, 404], 2)


def test_contact_d_une_entreprise_deportee_est_introuvable(clients, reseau, contact, direct):
    DeportFactory(entreprise=contact.entreprise, membre=direct)
    assert clients["direct"].get(adresse("contact-modifier", reseau, contact.pk)).status_code == 404


def deport(membre):
    return {"membre": membre.pk, "motif": "Lien de famille", "le": "2026-03-02"}


def test_deport_s_enregistre_et_cache_la_fiche(clients, reseau, fiche, direct):
    clients["animateur"].post(adresse("deport-ajouter", reseau, fiche.pk), deport(direct))
    assert clients["direct"].get(fiche.get_absolute_url()).status_code == 404


def test_animateur_qui_se_deporte_retourne_a_la_liste(clients, reseau, fiche, animateur):
    response = clients["animateur"].post(adresse("deport-ajouter", reseau, fiche.pk), deport(animateur))
    assert response.url == reverse("visites:entreprises", args=[reseau.slug])


def test_deport_d_un_membre_d_ailleurs_est_refuse(clients, reseau, fiche):
    etranger = MembreFactory()
    response = clients["animateur"].post(adresse("deport-ajouter", reseau, fiche.pk), deport(etranger))
    assert (list(response.context["form"].errors), Deport.objects.count()) == (["membre"], 0)


def test_deport_en_double_se_dit(clients, reseau, fiche, direct):
    DeportFactory(entreprise=fiche, membre=direct)
    response = clients["animateur"].post(adresse("deport-ajouter", reseau, fiche.pk), deport(direct))
    assert response.context["form"].non_field_errors() == ["Ce déport est déjà enregistré."]


def test_deport_se_retire(clients, reseau, fiche, direct):
    enregistre = DeportFactory(entreprise=fiche, membre=direct)
    clients["animateur"].post(adresse("deport-retirer", reseau, enregistre.pk))
    assert clients["direct"].get(fiche.get_absolute_url()).status_code == 200


def test_animateur_ne_leve_pas_son_propre_deport(clients, reseau, fiche, animateur):
    sien = DeportFactory(entreprise=fiche, membre=animateur)
    assert clients["animateur"].post(adresse("deport-retirer", reseau, sien.pk)).status_code == 404


@pytest.mark.parametrize("profil", ["secretariat", "direct", "associe", "prefecture"])
def test_deport_n_appartient_qu_a_l_animateur(clients, reseau, fiche, membres, profil):
    assert clients[profil].post(adresse("deport-ajouter", reseau, fiche.pk), deport(membres["direct"])).status_code == 403
