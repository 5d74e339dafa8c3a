"""Qui invite-t-on, que disent les courriels, que gardent les agendas d'un report ou d'une annulation."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.utils.timezone import localdate, now

from reseau.lib.courriels import MUET, REFUSE
from reseau.lib.erreurs import RegleEnfreinte
from tests.factories import JOUR, ContactFactory, DeportFactory, MembreFactory, VisiteFactory
from tests.lib.lecteur_ics import horaire, relire
from visites import agenda, invitations, operations
from visites.invitations import Suite
from visites.models import Invitation, Visite

pytestmark = pytest.mark.django_db
CONFIDENTIEL = ("emploi", "embauche", "aide", "subvention", "compte rendu", "projet")


@pytest.fixture
def visite(reseau, membres):
    """Un rendez-vous dans neuf jours, à 9 h 30, du direct accompagné de l'associé, chez un dirigeant qui a un courriel."""
    quand = (now() + timedelta(days=9)).replace(hour=9, minute=30, second=0, microsecond=0)
    equipe = {"developpeur": membres["direct"], "accompagnant": membres["associe"]}
    visite = VisiteFactory(reseau=reseau, rendez_vous=True, rendez_vous_le=quand, **equipe)
    ContactFactory(entreprise=visite.entreprise, courriel="achille@scierie.test")
    return visite


def relue(visite):
    return Visite.objects.select_related("reseau", "entreprise", "developpeur", "accompagnant").get(pk=visite.pk)


def tour(visite):
    return invitations.tour(relue(visite), maintenant=now())


def suites(visite):
    return {d.nom: d.suite for d in tour(visite).destinataires}


def expedier(visite, par, *courriels):
    """Envoie à ces adresses, ou à toutes celles cochées d'office ; rend les lignes."""
    choisis = courriels or [d.courriel for d in tour(visite).destinataires if d.coche]
    cles = invitations.inscrire(visite, choisis, par=par, maintenant=now())
    return invitations.envoyer(cles, maintenant=now())


def recu(message):
    """(calendrier, évènement) du corps « text/calendar » d'un courriel, tel qu'il voyage."""
    (corps,) = [part for part in message.message().walk() if part.get_content_type() == "text/calendar"]
    octets = corps.get_payload(decode=True).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    calendrier, (evenement,) = relire(octets)
    assert corps.get_param("method") == calendrier.method.value
    return calendrier, evenement


def reporter(visite, par, **champs):
    relu = relue(visite)
    operations.prendre_rendez_vous(relu, quand=visite.rendez_vous_le + timedelta(days=1), par=par, **champs)


# À qui


def test_tour_coche_le_dirigeant_et_le_binome(visite, membres):
    ContactFactory(entreprise=visite.entreprise, dirigeant=False, nom="Comptable", courriel="compta@scierie.test")
    trouves = {d.courriel: d.coche for d in tour(visite).destinataires}
    equipe = [membres[nom].utilisateur.email for nom in ("direct", "associe")]
    assert trouves == {"achille@scierie.test": True, "compta@scierie.test": False, equipe[0]: True, equipe[1]: True}


def test_tour_sans_courriel_le_dit(visite):
    visite.entreprise.contacts.update(courriel="")
    trouve = tour(visite)
    assert (trouve.remarques, len(trouve.destinataires)) == ([invitations.SANS_COURRIEL], 2)


def test_tour_prend_le_courriel_de_l_entreprise_a_defaut(visite):
    visite.entreprise.contacts.update(courriel="")
    type(visite.entreprise).objects.update(courriel="contact@scierie.test")
    assert tour(visite).destinataires[0].courriel == "contact@scierie.test"


@pytest.mark.parametrize(
    ("champs", "remarque"),
    [({"diffusible": False}, invitations.NON_DIFFUSIBLE), ({"ne_plus_solliciter_jusqu_au": "2999-01-01"}, invitations.A_L_ABRI)],
)
def test_tour_n_invite_pas_l_entreprise_qu_on_ne_sollicite_pas(visite, champs, remarque):
    type(visite.entreprise).objects.update(**champs)
    trouve = tour(visite)
    assert (trouve.remarques, [d.role for d in trouve.destinataires]) == ([remarque], ["developpeur", "accompagnant"])


def test_tour_previent_encore_l_entreprise_devenue_non_diffusible(visite, direct):
    expedier(visite, direct)
    type(visite.entreprise).objects.update(diffusible=False)
    reporter(visite, direct)
    assert suites(visite)["M. Achille Fictif"] is Suite.PREVENIR


def test_tour_d_un_rendez_vous_passe_n_invite_personne(visite):
    Visite.objects.update(rendez_vous_le=now() - timedelta(hours=2))
    assert (tour(visite).remarques, tour(visite).destinataires) == ([invitations.PASSE], [])


def test_tour_d_un_rendez_vous_en_cours_invite_encore(visite):
    Visite.objects.update(rendez_vous_le=now() - timedelta(minutes=80))
    assert tour(visite).pressant


def test_tour_laisse_de_cote_le_deporte_et_le_parti(visite, membres):
    DeportFactory(entreprise=visite.entreprise, membre=membres["associe"])
    assert list(suites(visite)) == ["M. Achille Fictif", str(membres["direct"])]
    type(membres["direct"]).objects.filter(pk=membres["direct"].pk).update(parti_le=JOUR)
    assert (tour(visite).destinataires, tour(visite).remarques) == ([], [invitations.SANS_VISITEUR])


# Ce qui part


def test_inviter_ecrit_a_chacun_et_garde_la_trace(visite, direct):
    lignes = expedier(visite, direct)
    assert [message.to for message in mail.outbox] == [[ligne.courriel] for ligne in lignes]
    assert {(ligne.demandee_par, bool(ligne.envoyee_le), ligne.echec) for ligne in lignes} == {(direct, True, "")}
    assert [d.suite for d in tour(visite).destinataires] == [Suite.RENVOYER] * 3


def test_invitation_relue_par_une_autre_bibliotheque(visite, membres, reseau):
    expedier(visite, membres["direct"])
    calendrier, evenement = recu(mail.outbox[0])
    assert (calendrier.method.value, evenement.status.value, evenement.sequence.value) == ("REQUEST", "CONFIRMED", "0")
    assert horaire(evenement) == (visite.rendez_vous_le, visite.rendez_vous_le + timedelta(minutes=90))
    assert evenement.location.value == "12 rue des Essais, 70000 Vesoul"
    assert evenement.organizer.params["CN"] == [reseau.nom]
    adresses = {personne.value.removeprefix("mailto:"): personne.params["RSVP"] for personne in evenement.attendee_list}
    equipe = [membres[nom].utilisateur.email for nom in ("direct", "associe")]
    assert adresses == {"achille@scierie.test": ["TRUE"], equipe[0]: ["FALSE"], equipe[1]: ["FALSE"]}


def test_invitation_porte_le_fichier_et_repond_au_developpeur(visite, direct):
    expedier(visite, direct)
    nom, contenu, genre = mail.outbox[0].attachments[0]
    assert (nom, genre, contenu[:15]) == ("invitation.ics", "application/ics", b"BEGIN:VCALENDAR")
    assert mail.outbox[0].reply_to == [direct.utilisateur.email]


def test_invitation_ne_dit_rien_de_confidentiel(visite, membres):
    """Même quand l'institution ou la fonction du développeur parlent d'emploi : l'entreprise lit qui, quand, où."""
    type(membres["direct"].institution).objects.update(nom="Direction de l’emploi", sigle="EMPLOI")
    type(membres["direct"]).objects.update(fonction="conseillère emploi et aides")
    Visite.objects.update(precision="Projet d’embauche", derogation="aide urgente", malgre_contact="subvention")
    expedier(visite, membres["direct"])
    message = mail.outbox[0]
    lu = f"{message.subject} {message.body} {recu(message)[1].serialize()}".lower()
    assert [mot for mot in CONFIDENTIEL if mot in lu] == []


def test_reporter_previent_avec_une_sequence_plus_grande(visite, direct):
    expedier(visite, direct)
    reporter(visite, direct, lieu="À l’accueil", adresse="3 quai Neuf, 70000 Vesoul", minutes=60)
    assert set(suites(visite).values()) == {Suite.PREVENIR}
    avant = recu(mail.outbox[0])[1]
    mail.outbox.clear()
    expedier(visite, direct)
    calendrier, apres = recu(mail.outbox[0])
    assert (calendrier.method.value, apres.uid.value, apres.sequence.value) == ("REQUEST", avant.uid.value, "1")
    debut, fin = horaire(apres)
    assert (debut - horaire(avant)[0], fin - debut) == (timedelta(days=1), timedelta(hours=1))
    assert apres.location.value == "À l’accueil, 3 quai Neuf, 70000 Vesoul"
    assert mail.outbox[0].subject.startswith("Changement : rendez-vous le ")


@pytest.mark.parametrize("geste", ["rendre", "refuser", "declarer_injoignable", "annuler"])
def test_sortir_retire_des_agendas(visite, direct, geste):
    expedier(visite, direct)
    saisies = {
        "rendre": {"motif": "Trop loin"},
        "refuser": {"motif": "temps", "le": JOUR},
        "declarer_injoignable": {"le": JOUR},
        "annuler": {"precision": "Déménage", "le": JOUR},
    }
    getattr(operations, geste)(relue(visite), par=direct, **saisies[geste])
    assert set(suites(visite).values()) == {Suite.RETIRER}
    mail.outbox.clear()
    expedier(visite, direct)
    calendrier, evenement = recu(mail.outbox[0])
    assert (calendrier.method.value, evenement.status.value, evenement.sequence.value) == ("CANCEL", "CANCELLED", "1")
    assert horaire(evenement)[0] == visite.rendez_vous_le
    assert tour(visite).destinataires == []


def test_changer_de_developpeur_retire_l_ancien_et_invite_le_nouveau(visite, membres, animateur):
    expedier(visite, membres["direct"])
    nouveau = MembreFactory(reseau=visite.reseau, nom="Nouveau")
    operations.affecter(relue(visite), nouveau, par=animateur, le=JOUR, accompagnant=membres["associe"])
    attendus = {
        "M. Achille Fictif": Suite.PREVENIR,
        str(nouveau): Suite.INVITER,
        str(membres["associe"]): Suite.PREVENIR,
        str(membres["direct"]): Suite.RETIRER,
    }
    assert suites(visite) == attendus
    mail.outbox.clear()
    expedier(visite, animateur)
    recus = {message.to[0]: recu(message) for message in mail.outbox}
    retire, invite = recus[membres["direct"].utilisateur.email], recus[nouveau.utilisateur.email]
    assert (retire[0].method.value, "status" in retire[1].contents) == ("CANCEL", False)
    assert (invite[0].method.value, invite[1].uid.value) == ("REQUEST", retire[1].uid.value)
    assert membres["direct"].utilisateur.email not in str(invite[1].contents["attendee"])


def test_revenir_apres_une_annulation_depasse_sa_sequence(visite, direct):
    expedier(visite, direct)
    operations.rendre(relue(visite), motif="Trop loin", par=direct)
    expedier(visite, direct)
    operations.prendre(relue(visite), par=direct, le=JOUR)
    operations.prendre_rendez_vous(relue(visite), quand=visite.rendez_vous_le, par=direct)
    mail.outbox.clear()
    expedier(visite, direct)
    assert int(recu(mail.outbox[0])[1].sequence.value) > 1


def test_membre_deporte_est_retire_sans_relire_le_nom(visite, membres, animateur):
    expedier(visite, membres["direct"])
    DeportFactory(entreprise=visite.entreprise, membre=membres["associe"])
    assert suites(visite)[str(membres["associe"])] is Suite.RETIRER
    mail.outbox.clear()
    expedier(visite, animateur, membres["associe"].utilisateur.email)
    (message,) = mail.outbox
    entier = f"{message.subject} {message.body} {recu(message)[1].serialize()}"
    assert (str(visite.entreprise) in entier, "rue des Essais" in entier) == (False, False)


def test_sequence_croit_meme_si_la_visite_n_a_pas_change(visite, direct):
    """L'entreprise déménage : son adresse change, pas la visite ; l'agenda doit pourtant croire au nouveau message."""
    expedier(visite, direct)
    type(visite.entreprise).objects.update(adresse="3 quai Neuf")
    mail.outbox.clear()
    expedier(visite, direct)
    evenement = recu(mail.outbox[0])[1]
    assert (evenement.location.value, evenement.sequence.value) == ("3 quai Neuf, 70000 Vesoul", "1")


def test_realiser_le_jour_dit_ne_retire_rien(visite, direct):
    expedier(visite, direct)
    Visite.objects.update(rendez_vous_le=now())
    operations.realiser(relue(visite), realisee_le=localdate(), par=direct, le=localdate())
    assert tour(visite).destinataires == []


def test_realiser_plus_tot_retire_le_rendez_vous(visite, direct):
    expedier(visite, direct)
    operations.realiser(relue(visite), realisee_le=JOUR, par=direct, le=JOUR)
    assert set(suites(visite).values()) == {Suite.RETIRER}


# Ce qui ne part pas


def test_serveur_muet_garde_tout_et_se_renvoie(visite, direct, settings):
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = (
        "django.core.mail.backends.smtp.EmailBackend",
        "127.0.0.1",
        1,
    )
    lignes = expedier(visite, direct)
    assert {ligne.echec for ligne in lignes} == {MUET}
    assert invitations.bilan(lignes)[0] is False
    assert [d.suite for d in tour(visite).destinataires] == [Suite.INVITER] * 3
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert all(ligne.envoyee_le for ligne in expedier(visite, direct))


def test_adresse_refusee_n_arrete_pas_les_autres(visite, direct, settings):
    settings.EMAIL_BACKEND = "tests.visites.courrier_difficile.EmailBackend"
    lignes = expedier(visite, direct)
    assert [ligne.echec for ligne in lignes] == [REFUSE, "", ""]
    assert invitations.bilan(lignes)[1].startswith("Courriel d’agenda parti à Camille Direct et Camille Associe.")


def test_inscrire_sans_personne_est_refuse(visite, direct):
    with pytest.raises(RegleEnfreinte, match="Cochez au moins une personne"):
        invitations.inscrire(visite, ["intrus@exemple.fr"], par=direct, maintenant=now())
    assert Invitation.objects.count() == 0


# Le fichier seul


def test_fichier_se_telecharge_sans_invite(visite):
    calendrier, (evenement,) = relire(agenda.fichier(relue(visite), le=now()))
    assert (calendrier.method.value, "attendee" in evenement.contents) == ("PUBLISH", False)
    assert "vient" in evenement.description.value or "viennent" in evenement.description.value


def test_reseau_d_outre_mer_ecrit_son_heure(visite):
    type(visite.reseau).objects.update(departement="974")
    Visite.objects.update(rendez_vous_le=datetime(2028, 2, 29, 5, 30, tzinfo=UTC))
    texte = agenda.fichier(relue(visite), le=now()).decode()
    assert "DTSTART;TZID=Indian/Reunion:20280229T093000\r\n" in texte
