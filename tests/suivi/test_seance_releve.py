"""Le compte rendu de réunion : composé pour un lecteur, sans ressaisie, et figé sur ce que la séance a décidé."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils.timezone import localdate, now

from reseau.enums import EtatPresence
from suivi import operations
from suivi.enums import TypeAction
from suivi.lectures import pour_la_diffusion, pour_un_membre
from suivi.models import Action, Projet
from suivi.ordre_du_jour import actions_a_debloquer, ordre_du_jour
from suivi.seance import releve
from tests.factories import (
    ActionFactory,
    CibleFactory,
    CompteRenduFactory,
    DeportFactory,
    EntrepriseFactory,
    ExposeFactory,
    InstitutionFactory,
    MembreFactory,
    PresenceFactory,
    ProjetFactory,
    ReunionFactory,
    VisiteFactory,
)
from visites.enums import EtatVisite

JOUR = date(2026, 3, 2)


@pytest.fixture
def reunion(reseau, animateur, direct):
    reunion = ReunionFactory(reseau=reseau, le=JOUR, releve="On en reparle au printemps.")
    for membre in (animateur, direct):
        PresenceFactory(reunion=reunion, membre=membre)
    ExposeFactory(reunion=reunion)
    reunion.refresh_from_db()
    return reunion


def restituee(reunion, **champs):
    """Une visite restituée à cette réunion, un projet, une action."""
    champs = {"reseau": reunion.reseau, "restituee": True, "restituee_en": reunion, **champs}
    visite = CompteRenduFactory(visite=VisiteFactory(**champs), termine=True).visite
    projet = ProjetFactory(visite=visite, interlocuteur_confirme_en=reunion)
    ActionFactory(projet=projet, acceptee=True)
    return visite


def test_releve_dit_tout_a_un_membre_direct(reunion, animateur, direct):
    visite = restituee(reunion, developpeur=direct)
    VisiteFactory(reseau=reunion.reseau, choisie_en=reunion, derogation="Elle rappelle")
    compose = releve(reunion, pour_un_membre(direct))
    (restitution,) = compose.restitutions
    assert (compose.titre, compose.animee_par, restitution.entreprise) == (
        "Compte rendu de la réunion",
        str(animateur),
        str(visite.entreprise),
    )
    assert (restitution.phrase, restitution.interlocuteur) == (visite.compte_rendu.phrase, str(direct))
    assert [action.responsable for action in restitution.projets[0].actions] == [str(direct)]
    assert [(d.interlocuteur, d.remarque) for d in compose.designations] == [(str(direct), "Agrandir l’atelier")]
    assert [(p.developpeur, p.remarque) for p in compose.prochaines] == [("à désigner", "Malgré le délai : Elle rappelle")]
    assert [point.texte for point in compose.points] == ["On en reparle au printemps."]
    assert [expose.titre for expose in compose.exposes] == ["La médiation du crédit"]


def test_releve_de_la_prefecture_nomme_les_entreprises_sans_restitution_ni_discussion(reunion, membres):
    visite = restituee(reunion)
    compose = releve(reunion, pour_un_membre(membres["prefecture"]))
    assert (compose.titre, compose.restitutions, compose.suivies, compose.points) == ("Relevé de décisions", [], [], [])
    assert [(ligne.entreprise, ligne.remarque) for ligne in compose.designations] == [(str(visite.entreprise), "")]


def test_releve_de_diffusion_ne_nomme_aucune_entreprise(reunion):
    restituee(reunion)
    VisiteFactory(reseau=reunion.reseau, choisie_en=reunion)
    compose = releve(reunion, pour_la_diffusion())
    assert (compose.restitutions, compose.suivies, compose.designations, compose.prochaines, compose.points) == ([],) * 5
    assert compose.decisions == ["1 visite restituée.", "1 entreprise à visiter choisie."]


def test_releve_sans_les_entreprises_dont_le_lecteur_se_deporte(reunion, direct):
    visite = restituee(reunion)
    choisie = VisiteFactory(reseau=reunion.reseau, choisie_en=reunion)
    for entreprise in (visite.entreprise, choisie.entreprise):
        DeportFactory(entreprise=entreprise, membre=direct)
    compose = releve(reunion, pour_un_membre(direct))
    assert (compose.restitutions, compose.designations, compose.prochaines) == ([], [], [])


def test_releve_d_un_associe_ne_montre_que_ses_dossiers(reunion, membres):
    restituee(reunion)
    sienne = restituee(reunion, accompagnant=membres["associe"])
    VisiteFactory(reseau=reunion.reseau, choisie_en=reunion)
    compose = releve(reunion, pour_un_membre(membres["associe"]))
    assert [restitution.entreprise for restitution in compose.restitutions] == [str(sienne.entreprise)]
    assert (compose.points, compose.prochaines, compose.titre) == ([], [], "Relevé de décisions")


def test_releve_ne_bouge_plus_quand_l_action_change_de_mains(reunion, animateur, direct, reseau):
    visite = restituee(reunion, developpeur=direct)
    action = visite.projets.get().actions.get()
    operations.designer(action, direct, par=animateur, reunion=reunion)
    reunion.etat, reunion.close_le = "tenue", now()
    reunion.save()
    operations.transmettre(action, MembreFactory(reseau=reseau), par=animateur)
    assert releve(reunion, pour_un_membre(animateur)).restitutions[0].projets[0].actions[0].responsable == str(direct)


def test_releve_nomme_les_actions_anciennes_confiees_en_seance(reunion, animateur, direct, reseau):
    action = ActionFactory(projet=ProjetFactory(visite=VisiteFactory(reseau=reseau, restituee=True)), responsable=None)
    operations.designer(action, direct, par=animateur, reunion=reunion)
    societe = action.projet.visite.entreprise
    (suivie,) = releve(reunion, pour_un_membre(animateur)).suivies
    assert (suivie.numero, suivie.entreprise, suivie.action.responsable) == (action.numero, str(societe), str(direct))
    assert releve(reunion, pour_la_diffusion()).decisions == ["1 action confiée."]


@pytest.fixture
def debattue(reunion, direct):
    """Une visite que la séance restitue, un projet, aucune action encore."""
    visite = restituee(reunion, developpeur=direct)
    visite.projets.get().actions.all().delete()
    return visite


def agir(reunion, visite, animateur, responsable=None):
    """Une action de plus pour un projet de cette visite, née de la discussion."""
    action = Action(type=TypeAction.AIDE, libelle="Monter le dossier")
    qui = {"projet": visite.projets.get(), "responsable": responsable, "reunion": reunion, "par": animateur, "racine": ""}
    return operations.agir_en_seance(action, **qui)


def dits(reunion, lecteur):
    """Les titres des projets et les libellés des actions de la seule restitution."""
    (restitution,) = releve(reunion, pour_un_membre(lecteur)).restitutions
    return {projet.titre for projet in restitution.projets} | {a.quoi for projet in restitution.projets for a in projet.actions}


@pytest.mark.parametrize("confiee", [True, False])
def test_seance_saisie_apres_son_jour_garde_ce_qui_y_est_ne(reunion, debattue, animateur, direct, confiee):
    """La réunion est du 2 mars, sa saisie d'aujourd'hui."""
    agir(reunion, debattue, animateur, direct if confiee else None)
    operations.ouvrir_projet(Projet(titre="Recruter", nature="formation"), visite=debattue, par=animateur)
    ouverte = dits(reunion, animateur)
    reunion.etat, reunion.close_le = "tenue", now()
    reunion.save()
    assert ouverte == dits(reunion, animateur) == {"Agrandir l’atelier", "Monter le dossier", "Recruter"}


def test_releve_tait_ce_qui_nait_apres_la_cloture(reunion, debattue, animateur):
    reunion.etat, reunion.close_le = "tenue", now()
    reunion.save()
    operations.proposer(Action(type=TypeAction.AIDE, libelle="Venue ensuite"), projet=debattue.projets.get(), par=animateur)
    ProjetFactory(visite=debattue, cree_le=localdate() + timedelta(days=1), titre="Venu ensuite")
    assert dits(reunion, animateur) == {"Agrandir l’atelier"}


def test_action_nee_en_seance_reste_si_l_on_defait_la_restitution(reunion, debattue, animateur):
    action = agir(reunion, debattue, animateur)
    operations.defaire_la_restitution(debattue, reunion=reunion, par=animateur)
    assert [suivie.numero for suivie in releve(reunion, pour_un_membre(animateur)).suivies] == [action.numero]


def test_releve_groupe_les_presences_par_institution(reunion, reseau):
    institution = InstitutionFactory(reseau=reseau, sigle="AAA")
    for etat in EtatPresence:
        PresenceFactory(reunion=reunion, membre=MembreFactory(reseau=reseau, institution=institution, nom=etat), etat=etat)
    PresenceFactory(reunion=reunion, membre=MembreFactory(reseau=reseau, institution=institution), etat="")
    ligne = releve(reunion, pour_un_membre(MembreFactory(reseau=reseau))).presences[0]
    assert (ligne.institution, ligne.presents, ligne.excuses, ligne.representes, ligne.absents) == (
        "AAA",
        ["Camille present"],
        ["Camille excuse"],
        ["Camille represente"],
        ["Camille absent"],
    )


def test_releve_dit_l_heure_de_fin_d_une_seance_close_le_jour_meme(reunion, animateur):
    reunion.close_le = datetime(2026, 3, 2, 15, 40, tzinfo=UTC)
    assert f"{releve(reunion, pour_un_membre(animateur)).fin:%H:%M}" == "16:40"
    reunion.close_le = datetime(2026, 3, 3, 8, tzinfo=UTC)
    assert releve(reunion, pour_un_membre(animateur)).fin is None


def test_releve_annonce_la_prochaine_reunion_et_la_cible_decidee(reunion, animateur, reseau):
    ReunionFactory(reseau=reseau, le=date(2026, 4, 1), heure="09:30", lieu="Mairie de Gray")
    CibleFactory(reseau=reseau, decidee=True, reunion=reunion, nom="Métallurgie")
    compose = releve(reunion, pour_un_membre(animateur))
    assert (compose.prochaine_reunion, compose.decisions) == (
        "1er avril 2026 à 09 h 30, Mairie de Gray.",
        ["Cible décidée : Métallurgie (0 entreprise)."],
    )


def test_releve_en_un_nombre_constant_de_requetes(reunion, animateur, requetes):
    restituee(reunion)
    releve(reunion, pour_un_membre(animateur))  # ce que l'on sait du lecteur se lit une fois
    un = requetes(lambda: releve(reunion, pour_un_membre(animateur)))
    for _ in range(20):
        restituee(reunion)
    assert requetes(lambda: releve(reunion, pour_un_membre(animateur))) == un


# L'ordre du jour


def test_ordre_du_jour_suit_l_ordre_type(reunion, animateur, reseau, direct):
    attendue = CompteRenduFactory(visite=VisiteFactory(reseau=reseau, realisee=True, developpeur=direct), termine=True).visite
    VisiteFactory(reseau=reseau, realisee=True)  # sans compte rendu : elle n'est pas à restituer
    ActionFactory(projet=ProjetFactory(visite=VisiteFactory(reseau=reseau, restituee=True)), responsable=None)
    sujets = ordre_du_jour(reunion, animateur, JOUR)
    assert [sujet.code for sujet in sujets] == [
        "ouverture",
        f"visite-{attendue.pk}",
        "actions",
        "prochaines",
        "expose",
        "releve",
        "cloture",
    ]
    assert [sujet.fait for sujet in sujets] == [True, False, False, False, False, True, False]
    assert sujets[1].visite == attendue.pk


def test_ordre_du_jour_garde_la_visite_que_la_seance_a_restituee(reunion, animateur):
    visite = restituee(reunion)
    sujet = ordre_du_jour(reunion, animateur, JOUR)[1]
    assert (sujet.visite, sujet.fait) == (visite.pk, True)


def test_ordre_du_jour_sans_les_deports_du_lecteur(reunion, animateur):
    DeportFactory(entreprise=restituee(reunion).entreprise, membre=animateur)
    assert [sujet for sujet in ordre_du_jour(reunion, animateur, JOUR) if sujet.visite] == []


def test_actions_a_debloquer_sont_sans_responsable_ou_echues_de_plus_de_trente_jours(reunion, animateur, reseau):
    projet = ProjetFactory(visite=VisiteFactory(reseau=reseau, restituee=True))
    orpheline = ActionFactory(projet=projet, responsable=None)
    vieille = ActionFactory(projet=projet, acceptee=True, fin_prevue=date(2026, 1, 30))
    ActionFactory(projet=projet, acceptee=True, fin_prevue=date(2026, 1, 31))
    assert list(actions_a_debloquer(reunion, animateur, JOUR)) == [orpheline, vieille]


def test_action_debloquee_reste_a_l_ecran_comme_faite(reunion, animateur, direct, reseau):
    action = ActionFactory(projet=ProjetFactory(visite=VisiteFactory(reseau=reseau, restituee=True)), responsable=None)
    operations.designer(action, direct, par=animateur, reunion=reunion)
    (sujet,) = [sujet for sujet in ordre_du_jour(reunion, animateur, JOUR) if sujet.code == "actions"]
    assert sujet.fait is True


def test_ordre_du_jour_compte_les_entreprises_choisies_sans_les_retirees(reunion, animateur, reseau):
    for etat in (EtatVisite.A_PROGRAMMER, EtatVisite.ANNULEE):
        dates = {"annulee_le": JOUR} if etat == EtatVisite.ANNULEE else {}
        VisiteFactory(entreprise=EntrepriseFactory(reseau=reseau), reseau=reseau, choisie_en=reunion, etat=etat, **dates)
    (sujet,) = [sujet for sujet in ordre_du_jour(reunion, animateur, JOUR) if sujet.code == "prochaines"]
    assert (sujet.precision, sujet.fait) == ("1 choisie", True)
    assert Projet.objects.count() == 0
