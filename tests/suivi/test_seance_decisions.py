"""Ce que la séance décide au fil de l'eau : clore, dater, ajouter une action, voter, écrire à un point ; même à deux."""

import io
from datetime import timedelta

import docx
import pytest
from django.core import mail
from django.urls import reverse
from django.utils.timezone import localdate

from entreprises.enums import Voix
from entreprises.operations import votes
from suivi.models import Action
from tests.factories import (
    ActionFactory,
    CibleFactory,
    CompteRenduFactory,
    MembreFactory,
    PointFactory,
    PresenceFactory,
    ProjetFactory,
    ReunionFactory,
    VisiteFactory,
)
from tests.lib.papier import textes

JOUR = localdate()
FIN = JOUR + timedelta(days=20)


@pytest.fixture
def reunion(reseau, direct):
    reunion = ReunionFactory(reseau=reseau, le=JOUR)
    PresenceFactory(reunion=reunion, membre=direct)
    return reunion


@pytest.fixture
def poster(reunion, clients):
    """`poster("animateur", "clore", action=…)`."""

    def envoyer(profil, geste, **champs):
        return clients[profil].post(reverse(f"suivi:seance-{geste}", args=[reunion.reseau.slug, reunion.pk]), champs)

    return envoyer


@pytest.fixture
def visite(reseau, direct):
    return CompteRenduFactory(visite=VisiteFactory(reseau=reseau, realisee=True, developpeur=direct), termine=True).visite


@pytest.fixture
def action(visite, direct):
    projet = ProjetFactory(visite=visite)
    return ActionFactory(projet=projet, responsable=direct, en_cours=True, fin_prevue=JOUR - timedelta(days=60))


def test_clore_une_action_laisse_la_seance_a_son_journal(poster, action, reunion):
    poster("animateur", "clore", action=action.pk, issue="aide", texte="Le dossier est déposé.")
    action.refresh_from_db()
    mouvement = action.mouvements.last()
    assert (action.etat, mouvement.reunion, mouvement.texte) == ("close", reunion, "Le dossier est déposé.")


def reporter(action):
    """Ce que poste le formulaire quand on change la fin prévue de cette action."""
    return {f"echeance-{action.pk}": FIN, f"avant-echeance-{action.pk}": action.fin_prevue}


def test_ce_qui_se_note_en_seance_se_lit_sur_l_action_la_reunion_et_le_compte_rendu(poster, action, visite, reunion, clients):
    poster("animateur", "designer", visite=visite.pk, **reporter(action))
    poster("animateur", "clore", action=action.pk, issue="aide", texte="Le dossier est déposé.")
    lire = clients["direct"].get
    fiche = lire(action.get_absolute_url()).content.decode()
    assert [mot in fiche for mot in ("Le dossier est déposé.", f"Fin prévue : {FIN:%d/%m/%Y}", str(reunion))] == [True] * 3
    poster("animateur", "restituer", visite=visite.pk)
    clients["animateur"].post(reverse("suivi:reunion-clore", args=[reunion.reseau.slug, reunion.pk]))
    assert "close : aide obtenue. Le dossier est déposé." in lire(reunion.get_absolute_url()).content.decode()
    for genre in ("pdf", "docx"):
        octets = lire(reverse(f"suivi:reunion-{genre}", args=[reunion.reseau.slug, reunion.pk])).content
        lu = " ".join(textes(octets)) if genre == "pdf" else "".join(c.text for c in _cases(octets))
        assert "Le dossier est déposé." in " ".join(lu.split())


def _cases(octets):
    return [case for tableau in docx.Document(io.BytesIO(octets)).tables for ligne in tableau.rows for case in ligne.cells]


def test_designation_ne_repete_pas_la_reunion_sur_la_fiche(poster, action, visite, reunion, reseau, clients):
    autre, avant = MembreFactory(reseau=reseau), f"avant-responsable-{action.pk}"
    poster("animateur", "designer", visite=visite.pk, **{f"responsable-{action.pk}": autre.pk, avant: action.responsable_id})
    assert [ligne.texte for ligne in action.mouvements.all()] == [str(reunion)]
    assert clients["animateur"].get(action.get_absolute_url()).content.decode().count(str(reunion)) == 1


@pytest.mark.parametrize("champs", [{"issue": "roi"}, {"issue": "aide", "action": "x"}, {"issue": "aide", "action": "999999"}])
def test_clore_forge_est_refuse(poster, action, champs):
    poster("animateur", "clore", **{"action": action.pk, **champs})
    action.refresh_from_db()
    assert action.ouverte


def test_echeance_se_change_sans_toucher_au_responsable_ni_a_l_etat(poster, action, visite, direct):
    champs = {f"responsable-{action.pk}": direct.pk, f"avant-responsable-{action.pk}": direct.pk}
    poster("animateur", "designer", visite=visite.pk, **champs, **reporter(action))
    action.refresh_from_db()
    assert (action.fin_prevue, action.responsable, action.etat) == (FIN, direct, "en_cours")


def test_ce_que_l_autre_poste_a_decide_reste_et_le_reste_de_l_envoi_aussi(poster, visite, direct, reseau):
    """L'animateur confie deux actions ; la première, l'autre poste vient de la confier ailleurs."""
    autre, projet = MembreFactory(reseau=reseau), ProjetFactory(visite=visite)
    prise, libre = (ActionFactory(projet=projet, responsable=None) for _ in range(2))
    Action.objects.filter(pk=prise.pk).update(responsable=autre)
    champs = {f"responsable-{action.pk}": direct.pk for action in (prise, libre)}
    poster("animateur", "designer", visite=visite.pk, **champs)
    prise.refresh_from_db()
    libre.refresh_from_db()
    assert (prise.responsable, libre.responsable) == (autre, direct)


def test_action_nee_de_la_discussion_est_confiee_et_datee(poster, visite, direct, reunion):
    projet = ProjetFactory(visite=visite)
    champs = {"type": "information", "libelle": "Envoyer le calendrier", "responsable": direct.pk, "fin_prevue": FIN}
    poster("animateur", "agir", visite=visite.pk, projet=projet.pk, **champs)
    action = projet.actions.get()
    assert (action.libelle, action.responsable, action.fin_prevue, action.etat) == (
        "Envoyer le calendrier",
        direct,
        FIN,
        "acceptee",
    )
    assert action.mouvements.last().reunion == reunion


@pytest.mark.parametrize("present", [False, True])
@pytest.mark.parametrize("geste", ["restituer", "designer", "agir"])
def test_absent_a_qui_la_seance_confie_recoit_un_seul_courriel(
    poster, visite, reunion, reseau, geste, present, django_capture_on_commit_callbacks
):
    """Un présent accepte devant tous : on ne lui écrit pas."""
    autre, projet = MembreFactory(reseau=reseau), ProjetFactory(visite=visite)
    if present:
        PresenceFactory(reunion=reunion, membre=autre)
    champs = {"projet": projet.pk, "type": "aide", "libelle": "Monter le dossier", "responsable": autre.pk, "fin_prevue": FIN}
    if geste != "agir":
        champs = {f"responsable-{ActionFactory(projet=projet, responsable=None).pk}": autre.pk for _ in range(2)}
    with django_capture_on_commit_callbacks(execute=True):
        poster("animateur", geste, visite=visite.pk, **champs)
    assert {action.responsable for action in projet.actions.all()} == {autre}
    assert [courriel.to for courriel in mail.outbox] == ([] if present else [[autre.utilisateur.email]])


@pytest.mark.parametrize("faute", [{"libelle": ""}, {"fin_prevue": ""}, {"type": "roi"}, {"projet": 999999}])
def test_action_incomplete_n_est_pas_ajoutee(poster, visite, faute):
    champs = {"projet": ProjetFactory(visite=visite).pk, "type": "information", "libelle": "Quoi", "fin_prevue": FIN}
    poster("animateur", "agir", visite=visite.pk, **{**champs, **faute})
    assert Action.objects.count() == 0


@pytest.mark.parametrize("geste", ["clore", "agir"])
@pytest.mark.parametrize("profil", ["secretariat", "direct", "associe", "prefecture"])
def test_decider_est_a_l_animateur(poster, profil, geste):
    assert poster(profil, geste).status_code == 403


def test_vote_s_ouvre_se_donne_et_se_clot_sans_quitter_la_seance(poster, reseau, animateur):
    cible = CibleFactory(reseau=reseau)
    poster("animateur", "voter", cible=cible.pk, ouvrir="oui")
    poster("animateur", "voter", cible=cible.pk, voix="pour")
    response = poster("secretariat", "voter", cible=cible.pk, clore="oui", sujet="prochaines")
    cible.refresh_from_db()
    assert response.url.endswith("?sujet=prochaines")
    assert votes.scrutin(cible, animateur).totaux[0] == (Voix.POUR.label, 1)


def test_voter_sur_une_cible_d_ailleurs_est_refuse(poster):
    cible = CibleFactory()
    poster("animateur", "voter", cible=cible.pk, ouvrir="oui")
    cible.refresh_from_db()
    assert cible.vote_ouvert_le is None


def test_texte_d_un_point_s_ecrit_a_deux_sans_s_ecraser(poster, reunion):
    point = PointFactory(reunion=reunion, texte="Le premier")
    response = poster("secretariat", "relever", point=point.pk, avant="périmé", releve="Le second")
    point.refresh_from_db()
    assert (point.texte, response.context["form"]["releve"].value()) == ("Le premier", "Le second")
    poster("secretariat", "relever", point=point.pk, avant=response.context["form"]["avant"].value(), releve="Les deux")
    point.refresh_from_db()
    assert point.texte == "Les deux"


def test_point_d_une_autre_reunion_est_refuse(poster, reseau):
    ailleurs = PointFactory(reunion=ReunionFactory(reseau=reseau))
    poster("secretariat", "relever", point=ailleurs.pk, avant="", releve="Ici")
    ailleurs.refresh_from_db()
    assert ailleurs.texte == ""


def test_feuille_d_emargement_porte_chaque_inscrit(reunion, clients, direct, membres):
    PresenceFactory(reunion=reunion, membre=membres["associe"], etat="", reponse="represente", remplacant="Zoé Petit")
    response = clients["secretariat"].get(reverse("suivi:reunion-emargement-pdf", args=[reunion.reseau.slug, reunion.pk]))
    (page,) = textes(response.content)
    assert [mot in page for mot in (direct.nom_alphabetique, "Associe Camille", "remplacée par Zoé Petit")] == [True] * 3
    assert clients["direct"].get(response.wsgi_request.path).status_code == 403
