"""Convoquer par courriel : l'agenda, le report, l'annulation, le serveur muet ; répondre d'un clic sans compte."""

from datetime import date, time, timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate, now

from reseau import expedition
from reseau.enums import EtatPli
from reseau.lib.courriels import MUET
from reseau.models import Convocation, Pli, Presence, Reunion
from suivi import convocations, operations
from tests.factories import CompteRenduFactory, MembreFactory, PointFactory, ReunionFactory, VisiteFactory
from tests.lib.lecteur_ics import horaire, relire

JOUR = localdate()
RACINE = "https://reseau.exemple.fr"


@pytest.fixture
def reunion(reseau, membres, animateur):
    """Une réunion de janvier 2028, à 14 h, tous inscrits."""
    reunion = Reunion(le=date(2028, 1, 20), heure=time(14), lieu="Mairie de Gray")
    return operations.preparer(reunion, par=animateur)


def envoyer(reunion, par):
    lignes = convocations.inscrire(reunion, par=par, racine=RACINE, maintenant=now())
    expedition.expedier([ligne.pli_id for ligne in lignes])
    return lignes


def agenda(courriel):
    """(méthode, évènement) du .ics joint à ce courriel."""
    (_, octets, _) = courriel.attachments[0]
    calendrier, (evenement,) = relire(octets if isinstance(octets, bytes) else octets.encode())
    return calendrier.method.value, evenement


def lien(presence):
    return convocations.chemin_de_reponse(presence)


@pytest.fixture
def presence(reunion, direct):
    return reunion.presences.get(membre=direct)


def test_convocation_part_a_chacun_avec_son_lien_et_son_agenda(reunion, membres, animateur, presence):
    envoyer(reunion, animateur)
    attendus = {membre.utilisateur.email for profil, membre in membres.items() if profil != "observateur"}
    assert ({courriel.to[0] for courriel in mail.outbox}, len(mail.outbox)) == (attendus, len(attendus))
    (le_sien,) = [courriel for courriel in mail.outbox if courriel.to == [presence.membre.utilisateur.email]]
    assert f"{RACINE}{lien(presence)}?r=represente" in le_sien.body
    methode, evenement = agenda(le_sien)
    assert (methode, evenement.uid.value[:8], evenement.location.value) == ("REQUEST", "reunion-", "Mairie de Gray")
    assert horaire(evenement)[0].isoformat() == "2028-01-20T13:00:00+00:00"
    assert [a.value for a in evenement.attendee_list] == [f"mailto:{presence.membre.utilisateur.email}"]


def test_convocation_ne_nomme_aucune_entreprise_mais_compte_et_dit_les_points(reunion, animateur, reseau):
    visite = CompteRenduFactory(visite=VisiteFactory(reseau=reseau, realisee=True), termine=True).visite
    PointFactory(reunion=reunion, titre="Le salon")
    envoyer(reunion, animateur)
    corps = mail.outbox[0].body
    assert [mot in corps for mot in ("Restitution de 1 visite", "Le salon", str(visite.entreprise))] == [True, True, False]


def test_convocation_suit_l_ordre_que_l_animateur_a_mis(reunion, animateur):
    point = PointFactory(reunion=reunion, titre="Le salon")
    for _ in range(2):
        operations.deplacer(reunion, point.code, "haut", par=animateur)
    operations.retirer(reunion, "expose", par=animateur)
    assert convocations.annonce_de_l_ordre_du_jour(reunion) == ["Le salon", "Choix des prochaines entreprises"]


def test_convocation_ne_part_pas_deux_fois(reunion, animateur):
    assert (len(envoyer(reunion, animateur)) > 0, envoyer(reunion, animateur)) == (True, [])


def test_qui_entre_ensuite_dans_le_reseau_est_convoque_a_son_tour(reunion, animateur, reseau):
    envoyer(reunion, animateur)
    nouveau = MembreFactory(reseau=reseau)
    assert [ligne.membre for ligne in envoyer(reunion, animateur)] == [nouveau]
    assert reunion.presences.filter(membre=nouveau).count() == 1


def test_report_se_dit_a_tous_sous_le_meme_numero_et_redemande_la_reponse(reunion, animateur, presence):
    envoyer(reunion, animateur)
    Presence.objects.filter(pk=presence.pk).update(reponse="present")
    avant = agenda(mail.outbox[0])[1]
    reunion.le = date(2028, 1, 27)
    operations.preparer(reunion, par=animateur)
    envoyer(reunion, animateur)
    methode, apres = agenda(mail.outbox[-1])
    assert (methode, apres.uid.value) == ("REQUEST", avant.uid.value)
    assert int(apres.sequence.value) > int(avant.sequence.value)
    assert (horaire(apres)[0].date(), mail.outbox[-1].subject[:16]) == (date(2028, 1, 27), "Réunion déplacée")
    presence.refresh_from_db()
    assert presence.reponse == ""


def test_annulation_retire_de_l_agenda_de_qui_etait_convoque(
    reunion, clients, animateur, presence, django_capture_on_commit_callbacks
):
    envoyer(reunion, animateur)
    reunion.convocations.filter(membre=presence.membre).delete()
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        clients["animateur"].post(reverse("suivi:reunion-annuler", args=[reunion.reseau.slug, reunion.pk]))
    assert presence.membre.utilisateur.email not in [courriel.to[0] for courriel in mail.outbox]
    assert {agenda(courriel)[0] for courriel in mail.outbox} == {"CANCEL"}


def test_qui_n_a_rien_pu_recevoir_est_a_prevenir_encore(reunion, animateur):
    lignes = envoyer(reunion, animateur)
    perdue = lignes[0]
    Pli.objects.filter(pk=perdue.pli_id).update(etat=EtatPli.ABANDONNE, parti_le=None, echec=MUET)
    assert [presence.membre for presence in convocations.a_prevenir(reunion)] == [perdue.membre]


def test_ce_qui_attend_de_partir_ne_se_reecrit_pas(reunion, animateur):
    convocations.inscrire(reunion, par=animateur, racine=RACINE, maintenant=now())
    assert envoyer(reunion, animateur) == []


def test_convoquer_depuis_la_page_envoie_si_on_le_demande(reseau, clients, membres, django_capture_on_commit_callbacks):
    champs = {"le": str(JOUR + timedelta(days=9)), "heure": "14:00", "lieu": "Mairie", "points": "Le salon\n\nLe budget"}
    for envoi, attendus in (({}, 0), ({"envoyer": "on"}, len(membres) - 1)):
        with django_capture_on_commit_callbacks(execute=True):
            clients["animateur"].post(reverse("suivi:reunion-creer", args=[reseau.slug]), champs | envoi)
        assert len(mail.outbox) == attendus
    assert list(Reunion.objects.first().points.values_list("titre", flat=True)) == ["Le salon", "Le budget"]


def test_modifier_previent_les_convoques_sans_qu_on_le_demande(reunion, animateur, clients, django_capture_on_commit_callbacks):
    page, annonce = reverse("suivi:reunion-modifier", args=[reunion.reseau.slug, reunion.pk]), "La convocation est déjà partie"
    assert annonce not in clients["animateur"].get(page).content.decode()
    envoyer(reunion, animateur)
    assert annonce in clients["animateur"].get(page).content.decode()
    mail.outbox.clear()
    champs = {"le": "2028-01-27", "heure": "14:00", "lieu": "Mairie de Gray", "version": reunion.version}
    with django_capture_on_commit_callbacks(execute=True):
        clients["animateur"].post(page, champs)
    assert len(mail.outbox) == Convocation.objects.filter(le=date(2028, 1, 27)).count() == reunion.presences.count() - 1


# Répondre


def reponse(presence):
    presence.refresh_from_db()
    return presence.reponse, presence.remplacant


def repondre(presence, **champs):
    reunion = presence.reunion
    return Client().post(lien(presence), {"montree": f"{reunion.le} {reunion.heure:%H:%M}", **champs})


def test_ouvrir_le_lien_ne_change_rien(presence):
    page = Client().get(lien(presence) + "?r=excuse")
    assert (page.status_code, page.context["form"]["reponse"].value(), reponse(presence)) == (200, "excuse", ("", ""))
    # « no-referrer » enverrait « Origin: null » avec la réponse, que la protection CSRF refuse.
    assert page.headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("champs", "attendue"),
    [
        ({"reponse": "present"}, ("present", "")),
        ({"reponse": "excuse", "remplacant": "Oublié"}, ("excuse", "")),
        ({"reponse": "represente", "remplacant": "Zoé Petit, CCI"}, ("represente", "Zoé Petit, CCI")),
    ],
)
def test_repondre_sans_compte(presence, champs, attendue):
    response = repondre(presence, **champs)
    assert (response.status_code, reponse(presence)) == (302, attendue)
    assert "C’est noté" in Client().get(response.url).content.decode()


def test_remplacant_sans_nom_est_refuse(presence):
    response = repondre(presence, reponse="represente")
    assert (response.status_code, "remplacant" in response.context["form"].errors, reponse(presence)) == (200, True, ("", ""))


def test_lien_invente_ou_d_un_autre_est_introuvable(presence, reunion):
    autre = reunion.presences.exclude(pk=presence.pk).first()
    jeton = convocations.SIGNATURE.sign(presence.pk).replace(str(presence.pk), str(autre.pk), 1)
    for forge in (jeton, "1:abc", "abc"):
        assert Client().get(reverse("reponse", args=[forge])).status_code == 404


@pytest.mark.parametrize("etat", ["tenue", "annulee"])
def test_lien_d_une_reunion_passee_ne_sert_plus(reseau, direct, etat):
    presence = Presence.objects.create(reunion=ReunionFactory(reseau=reseau, **{etat: True}), membre=direct)
    presence.refresh_from_db()
    assert (Client().get(lien(presence)).status_code, repondre(presence, reponse="present").status_code) == (410, 410)


def test_lien_d_un_membre_parti_ne_sert_plus(presence, direct):
    direct.parti_le = JOUR
    direct.save()
    assert (repondre(presence, reponse="present").status_code, reponse(presence)) == (410, ("", ""))


def test_repondre_a_une_date_qui_a_change_fait_relire(presence):
    Reunion.objects.filter(pk=presence.reunion_id).update(le=date(2028, 2, 3))
    response = repondre(presence, reponse="present")
    assert (response.context["change"], reponse(presence)) == (True, ("", ""))


def test_repondre_depuis_le_site_avec_un_remplacant(presence, clients):
    page = reverse("suivi:reunion-repondre", args=[presence.reunion.reseau.slug, presence.reunion_id])
    clients["direct"].post(page, {"reponse": "represente", "remplacant": "Zoé Petit"})
    assert reponse(presence) == ("represente", "Zoé Petit")
    assert "remplacée par Zoé Petit" in clients["animateur"].get(presence.reunion.get_absolute_url()).content.decode()
