"""Ce qui attendait le serveur repart de lui-même s'il dit encore vrai, et l'objet qu'il portait l'apprend."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils.timezone import now

from reseau.lib.erreurs import RegleEnfreinte
from suivi import operations
from suivi.enums import Voie
from suivi.operations.suites import EN_ATTENTE
from tests.factories import CompteRenduFactory, ContactFactory, VisiteFactory
from tests.suivi.test_suites import suites_de
from visites import invitations
from visites.models import Invitation, Visite

pytestmark = pytest.mark.django_db


@pytest.fixture
def muet(settings):
    """Un serveur qui ne répond pas ; `muet()` le guérit, et fait partir ce qui attendait."""
    bon, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, "tests.suivi.test_suites.Muet"

    def guerir():
        settings.EMAIL_BACKEND = bon
        operations.faire_partir(maintenant=now() + timedelta(minutes=6))
        return mail.outbox

    return guerir


@pytest.fixture
def invitee(reseau, direct, muet):
    """Une visite dont l'invitation attend le serveur."""
    quand = now() + timedelta(days=9)
    visite = VisiteFactory(reseau=reseau, rendez_vous=True, developpeur=direct, rendez_vous_le=quand)
    ContactFactory(entreprise=visite.entreprise, courriel="achille@scierie.test")
    cles = invitations.inscrire(visite, ["achille@scierie.test"], par=direct, maintenant=now())
    invitations.envoyer(cles, maintenant=now())
    return visite


@pytest.fixture
def suites(reseau, direct, muet):
    """Des suites dont le courriel attend le serveur."""
    visite = VisiteFactory(reseau=reseau, realisee=True, developpeur=direct)
    CompteRenduFactory(visite=visite, termine=True)
    suites = operations.inscrire_l_envoi(suites_de(visite), par=direct, maintenant=now())
    operations.envoyer_les_suites(suites, maintenant=now())
    return suites


def test_invitation_repart_et_se_date(invitee, muet):
    assert [message.to for message in muet()] == [["achille@scierie.test"]]
    ligne = Invitation.objects.get()
    assert (ligne.echec, ligne.envoyee_le is not None) == ("", True)


def test_invitation_a_un_rendez_vous_deplace_ne_part_pas(invitee, muet):
    Visite.objects.filter(pk=invitee.pk).update(rendez_vous_le=now() + timedelta(days=12))
    assert muet() == []
    assert Invitation.objects.get().echec == invitations.DEPASSEE


def test_invitation_renvoyee_remplace_celle_qui_attendait(invitee, direct, muet):
    invitations.inscrire(invitee, ["achille@scierie.test"], par=direct, maintenant=now())
    assert len(muet()) == 1
    assert [ligne.echec for ligne in Invitation.objects.order_by("pk")] == [invitations.REMPLACEE, ""]


def test_suites_repartent_et_sont_donnees_par_qui_les_a_envoyees(suites, direct, muet):
    muet()
    suites.refresh_from_db()
    assert (suites.voie, suites.donnee_par, suites.echec) == (Voie.COURRIEL, direct, "")


def test_suites_en_attente_ne_changent_pas_de_texte(suites, direct):
    with pytest.raises(RegleEnfreinte, match=EN_ATTENTE):
        operations.garder_les_suites(suites, par=direct)


def test_suites_donnees_autrement_retirent_le_courriel(suites, direct, muet):
    operations.donner_les_suites(suites, voie=Voie.POSTE, le=suites.visite.realisee_le, par=direct)
    assert muet() == []


def test_suites_d_une_entreprise_devenue_non_diffusible_ne_partent_pas(suites, muet):
    entreprise = suites.visite.entreprise
    entreprise.diffusible = False
    entreprise.save()
    assert muet() == []
