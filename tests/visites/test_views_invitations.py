"""Inviter depuis la page d'une visite : proposé après la saisie, joué d'un envoi, jamais perdu."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.utils.timezone import localtime, now

from tests.conftest import connecter
from tests.factories import ContactFactory, InvitationFactory, VisiteFactory
from tests.lib.lecteur_ics import horaire, relire
from tests.visites.conftest import dits
from visites.invitations import SANS_COURRIEL
from visites.models import Invitation, Visite

pytestmark = pytest.mark.django_db


@pytest.fixture
def visite(reseau, direct):
    """Un rendez-vous du direct dans neuf jours."""
    quand = (now() + timedelta(days=9)).replace(minute=0, second=0, microsecond=0)
    visite = VisiteFactory(reseau=reseau, rendez_vous=True, rendez_vous_le=quand, developpeur=direct)
    ContactFactory(entreprise=visite.entreprise, courriel="achille@scierie.test")
    return visite


@pytest.fixture
def invitee(visite):
    """La même, l'entreprise ayant reçu l'invitation."""
    InvitationFactory(visite=visite)
    return visite


@pytest.fixture
def poster(clients, adresse, django_capture_on_commit_callbacks):
    """Envoie le formulaire d'un geste ; les courriels partent comme après un vrai enregistrement."""

    def envoyer(nom, visite, role="direct", **saisie):
        with django_capture_on_commit_callbacks(execute=True):
            return clients[role].post(adresse(nom, visite.pk), {"version": visite.version, **saisie})

    return envoyer


def test_noter_un_rendez_vous_propose_d_inviter(poster, adresse, visite):
    quand = f"{localtime(visite.rendez_vous_le) + timedelta(days=1):%Y-%m-%dT%H:%M}"
    response = poster("visites:rendez-vous", visite, quand=quand, lieu="Entrepôt", adresse="3 quai Neuf", minutes="60")
    assert response.url == adresse("visites:invitation", visite.pk)
    relue = Visite.objects.get(pk=visite.pk)
    assert (relue.rendez_vous_adresse, relue.rendez_vous_minutes) == ("3 quai Neuf", 60)


def test_page_coche_d_office_et_montre_le_courriel(clients, adresse, visite, direct):
    contexte = clients["direct"].get(adresse("visites:invitation", visite.pk)).context
    assert contexte["form"].initial["courriel"] == ["achille@scierie.test", direct.utilisateur.email]
    ((_, objet, corps),) = contexte["apercus"]
    assert objet.startswith("Rendez-vous le ")
    assert str(direct) in corps


def test_apercu_est_ce_qui_part(clients, adresse, poster, visite):
    apercus = clients["direct"].get(adresse("visites:invitation", visite.pk)).context["apercus"]
    poster("visites:invitation", visite, courriel="achille@scierie.test")
    assert [(message.subject, message.body) for message in mail.outbox] == [tuple(reste) for _, *reste in apercus]


def test_envoyer_dit_a_qui_c_est_parti(poster, visite, direct):
    response = poster("visites:invitation", visite, courriel="achille@scierie.test")
    assert response.url == visite.get_absolute_url()
    assert dits(response) == ["Courriel d’agenda parti à M. Achille Fictif."]
    ligne = Invitation.objects.get()
    assert (ligne.courriel, ligne.demandee_par, ligne.sequence) == ("achille@scierie.test", direct, 0)


def test_envoyer_a_une_adresse_inventee_est_refuse(poster, visite):
    response = poster("visites:invitation", visite, courriel="intrus@exemple.fr")
    assert list(response.context["form"].errors) == ["courriel"]
    assert mail.outbox == []


def test_envoyer_sur_une_visite_changee_se_redemande(poster, visite):
    visite.version = 7
    assert poster("visites:invitation", visite, courriel="achille@scierie.test").context["form"].non_field_errors()
    assert mail.outbox == []


def test_envoyer_deux_fois_n_ecrit_qu_une(poster, visite):
    saisie = {"courriel": "achille@scierie.test", "jeton": "0b6b5d6e-3c1f-4e5e-9a59-5f0a5b0f0c12"}
    poster("visites:invitation", visite, **saisie)
    poster("visites:invitation", visite, **saisie)
    assert len(mail.outbox) == 1


def test_serveur_muet_se_dit_et_se_renvoie(clients, poster, visite, settings):
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = (
        "django.core.mail.backends.smtp.EmailBackend",
        "127.0.0.1",
        1,
    )
    response = poster("visites:invitation", visite, courriel="achille@scierie.test")
    attendu = "Rien n’est parti à M. Achille Fictif : le serveur de courriel ne répond pas. L’outil réessaiera de lui-même."
    assert dits(response) == [attendu]
    suivi = clients["direct"].get(visite.get_absolute_url()).context["dans_les_agendas"]
    assert ([ligne.nom for ligne in suivi.echouees], suivi.libelle) == (["M. Achille Fictif"], "Envoyer l’invitation")


def test_reporter_propose_de_prevenir(poster, adresse, invitee):
    quand = f"{localtime(invitee.rendez_vous_le) + timedelta(days=1):%Y-%m-%dT%H:%M}"
    response = poster("visites:rendez-vous", invitee, quand=quand)
    assert response.url == adresse("visites:invitation", invitee.pk)


SORTIES = {
    "rendre": {"motif": "Trop loin"},
    "refuser": {"motif": "temps"},
    "injoignable": {"precision": "Trois appels"},
}


@pytest.mark.parametrize("geste", SORTIES)
def test_sortir_previent_du_meme_geste(poster, invitee, geste):
    response = poster(f"visites:{geste}", invitee, prevenir="on", **SORTIES[geste])
    assert dits(response)[-1] == "Courriel d’agenda parti à M. Achille Fictif."
    (message,) = mail.outbox
    assert (message.to, message.attachments[0][0]) == (["achille@scierie.test"], "annulation.ics")
    assert b"METHOD:CANCEL" in message.attachments[0][1]


def test_annuler_sans_prevenir_le_rappelle_sur_la_fiche(clients, poster, invitee):
    poster("visites:annuler", invitee, "animateur", precision="Déménage")
    assert mail.outbox == []
    suivi = clients["animateur"].get(invitee.get_absolute_url()).context["dans_les_agendas"]
    assert suivi.libelle == "Prévenir du changement"


def test_sortir_sans_invite_ne_demande_rien(clients, adresse, visite):
    assert "prevenir" not in clients["direct"].get(adresse("visites:refuser", visite.pk)).context["form"].fields


def test_changer_de_developpeur_propose_de_prevenir(poster, adresse, invitee, membres, reseau):
    ContactFactory(entreprise=invitee.entreprise, dirigeant=False)
    choix = {"developpeur": membres["direct"].pk, "accompagnant": membres["associe"].pk}
    assert poster("visites:affecter", invitee, "animateur", **choix).url == adresse("visites:invitation", invitee.pk)


def test_page_sans_personne_ramene_a_la_visite(clients, adresse, reseau, direct):
    visite = VisiteFactory(reseau=reseau, programmee=True, developpeur=direct)
    response = clients["direct"].get(adresse("visites:invitation", visite.pk))
    assert (response.url, dits(response)) == (
        visite.get_absolute_url(),
        ["Personne n’attend d’invitation pour cette visite."],
    )


def test_page_dit_qu_aucun_courriel_n_est_connu(clients, adresse, visite):
    visite.entreprise.contacts.update(courriel="")
    assert SANS_COURRIEL in clients["direct"].get(adresse("visites:invitation", visite.pk)).content.decode()


def test_fiche_ne_montre_les_adresses_qu_a_qui_conduit(clients, invitee):
    lecteurs = ("animateur", "direct", "prefecture")
    vues = {nom: clients[nom].get(invitee.get_absolute_url()).context.get("dans_les_agendas") for nom in lecteurs}
    assert {nom: bool(suivi) for nom, suivi in vues.items()} == {"animateur": True, "direct": True, "prefecture": False}


def test_telecharger_rend_le_rendez_vous(clients, adresse, visite):
    response = clients["direct"].get(adresse("visites:invitation-ics", visite.pk))
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert horaire(relire(response.content)[1][0])[0] == visite.rendez_vous_le


def test_telecharger_sans_rendez_vous_se_dit(clients, adresse, reseau, direct):
    visite = VisiteFactory(reseau=reseau, programmee=True, developpeur=direct)
    assert dits(clients["direct"].get(adresse("visites:invitation-ics", visite.pk))) == ["Cette visite n’a pas de rendez-vous."]


def test_rendez_vous_saisi_a_l_heure_du_territoire(membres, adresse, visite, reseau):
    """À La Réunion, 9 h est 9 h de La Réunion : la page, la base et l'agenda le disent tous trois."""
    type(reseau).objects.update(departement="974")
    client = connecter(membres["direct"])
    client.post(adresse("visites:rendez-vous", visite.pk), {"version": visite.version, "quand": "2028-02-29T09:00"})
    assert Visite.objects.get(pk=visite.pk).rendez_vous_le == datetime(2028, 2, 29, 5, tzinfo=UTC)
    assert "29 février 2028 à 9" in client.get(visite.get_absolute_url()).content.decode()
    assert b"DTSTART;TZID=Indian/Reunion:20280229T090000" in client.get(adresse("visites:invitation-ics", visite.pk)).content
