"""La réunion : préparer, pointer, décider, choisir les prochaines entreprises ; rien ne bouge une fois close."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from reseau.enums import EtatPresence
from reseau.lib.erreurs import RegleEnfreinte
from reseau.models import Expose, Reunion
from suivi import operations
from suivi.enums import EtatAction
from tests.factories import (
    ActionFactory,
    CompteRenduFactory,
    EntrepriseFactory,
    MembreFactory,
    PresenceFactory,
    ProjetFactory,
    ReunionFactory,
    VisiteFactory,
)
from visites.enums import EtatVisite, OrigineVisite

JOUR = localdate()


@pytest.fixture
def reunion(reseau):
    return ReunionFactory(reseau=reseau, le=JOUR)


@pytest.fixture
def entreprise(reseau):
    return EntrepriseFactory(reseau=reseau)


def retenir(entreprise, reunion, par, **champs):
    return operations.retenir(entreprise, reunion=reunion, par=par, le=JOUR, **champs)


def test_preparer_convoque_tous_les_membres_et_pose_l_expose(animateur, membres):
    reunion = Reunion(le=JOUR + timedelta(days=9), heure="14:00", lieu="Mairie")
    operations.preparer(reunion, expose=Expose(titre="La médiation"), par=animateur)
    assert (reunion.presences.count(), reunion.exposes.get().titre) == (len(membres), "La médiation")


def test_preparer_de_nouveau_remplace_l_expose_et_invite_les_nouveaux(animateur, membres):
    reunion = operations.preparer(Reunion(le=JOUR, heure="14:00", lieu="Mairie"), expose=Expose(titre="Un"), par=animateur)
    MembreFactory(reseau=animateur.reseau)
    operations.preparer(reunion, expose=Expose(titre="Deux"), par=animateur)
    assert (reunion.presences.count(), [e.titre for e in reunion.exposes.all()]) == (len(membres) + 1, ["Deux"])
    operations.preparer(reunion, par=animateur)
    assert reunion.exposes.count() == 0


def test_preparer_une_reunion_close_est_refuse(animateur, reseau):
    with pytest.raises(RegleEnfreinte, match="close"):
        operations.preparer(ReunionFactory(reseau=reseau, tenue=True), par=animateur)


def test_retenir_choisit_dans_la_seance(entreprise, reunion, animateur):
    visite = retenir(entreprise, reunion, animateur)
    assert (visite.etat, visite.choisie_en, visite.origine) == (EtatVisite.A_PROGRAMMER, reunion, OrigineVisite.SIGNALEMENT)


def test_retenir_et_nommer_programme(entreprise, reunion, animateur, direct):
    visite = retenir(entreprise, reunion, animateur, developpeur=direct)
    assert (visite.etat, visite.developpeur) == (EtatVisite.PROGRAMMEE, direct)


def test_retenir_reprend_la_visite_qui_attendait(entreprise, reunion, animateur, direct, reseau):
    attente = VisiteFactory(reseau=reseau, entreprise=entreprise)
    visite = retenir(entreprise, reunion, animateur, developpeur=direct)
    assert (visite.pk, visite.choisie_en, visite.etat) == (attente.pk, reunion, EtatVisite.PROGRAMMEE)


def test_retenir_une_entreprise_visitee_depuis_peu_demande_un_motif(entreprise, reunion, animateur, reseau):
    VisiteFactory(reseau=reseau, entreprise=entreprise, realisee=True, realisee_le=JOUR - timedelta(days=90))
    with pytest.raises(RegleEnfreinte, match="passer outre"):
        retenir(entreprise, reunion, animateur)
    assert retenir(entreprise, reunion, animateur, derogation="Elle rappelle").derogation == "Elle rappelle"


def test_retenir_dans_une_seance_close_est_refuse(entreprise, animateur, reseau):
    with pytest.raises(RegleEnfreinte, match="close"):
        retenir(entreprise, ReunionFactory(reseau=reseau, tenue=True), animateur)


def test_renoncer_annule_le_choix(entreprise, reunion, animateur):
    visite = operations.renoncer(retenir(entreprise, reunion, animateur), reunion=reunion, par=animateur, le=JOUR)
    assert visite.etat == EtatVisite.ANNULEE


@pytest.mark.parametrize("attente", [{"origine": OrigineVisite.DEMANDE}, {"creee_le": JOUR - timedelta(days=3)}])
@pytest.mark.parametrize("nomme", [True, False])
def test_renoncer_rend_a_son_attente_la_visite_qui_attendait(entreprise, reunion, animateur, direct, reseau, attente, nomme):
    visite = VisiteFactory(reseau=reseau, entreprise=entreprise, **{"creee_le": JOUR} | attente)
    retenue = retenir(entreprise, reunion, animateur, developpeur=direct if nomme else None)
    operations.renoncer(retenue, reunion=reunion, par=animateur, le=JOUR)
    visite.refresh_from_db()
    assert (visite.etat, visite.developpeur, visite.choisie_en) == (EtatVisite.A_PROGRAMMER, None, None)


def test_renoncer_au_choix_d_une_autre_seance_est_refuse(entreprise, reunion, animateur, reseau):
    visite = retenir(entreprise, ReunionFactory(reseau=reseau), animateur)
    with pytest.raises(RegleEnfreinte, match="pas été choisie"):
        operations.renoncer(visite, reunion=reunion, par=animateur, le=JOUR)


def test_pointer_plusieurs_d_un_coup(reunion, membres, direct, animateur):
    etats = {direct: EtatPresence.PRESENT, membres["associe"]: EtatPresence.EXCUSE}
    operations.pointer_les_presences(reunion, etats, par=animateur)
    assert dict(reunion.presences.values_list("membre", "etat")) == {membre.pk: etat for membre, etat in etats.items()}


def test_decider_confirme_l_interlocuteur_et_designe_le_responsable(reunion, reseau, animateur, direct):
    PresenceFactory(reunion=reunion, membre=direct)
    projet = ProjetFactory(visite=VisiteFactory(reseau=reseau, realisee=True))
    action = ActionFactory(projet=projet, responsable=None)
    operations.decider(reunion, interlocuteurs=[(projet, direct)], responsables=[(action, direct)], par=animateur, racine="")
    assert (projet.interlocuteur, projet.interlocuteur_confirme_en) == (direct, reunion)
    assert (action.responsable, action.etat) == (direct, EtatAction.ACCEPTEE)


def test_restituer_en_seance_coche_la_visite_puis_se_defait(reunion, reseau, animateur):
    visite = CompteRenduFactory(visite=VisiteFactory(reseau=reseau, realisee=True), termine=True).visite
    operations.restituer_en_seance(visite, reunion=reunion, par=animateur, racine="")
    assert (visite.etat, visite.restituee_en, visite.restituee_le) == (EtatVisite.RESTITUEE, reunion, reunion.le)
    operations.defaire_la_restitution(visite, reunion=reunion, par=animateur)
    assert (visite.etat, visite.restituee_en) == (EtatVisite.REALISEE, None)


@pytest.mark.parametrize("etat", ["tenue", "annulee"])
def test_seance_close_ne_decide_ne_restitue_ni_n_expose_plus(reseau, animateur, etat):
    close = ReunionFactory(reseau=reseau, **{etat: True})
    visite = VisiteFactory(reseau=reseau, restituee=True, restituee_en=close)
    gestes = [
        lambda: operations.decider(close, par=animateur, racine=""),
        lambda: operations.restituer_en_seance(
            VisiteFactory(reseau=reseau, realisee=True), reunion=close, par=animateur, racine=""
        ),
        lambda: operations.defaire_la_restitution(visite, reunion=close, par=animateur),
        lambda: operations.exposer(Expose(titre="Trop tard"), reunion=close, par=animateur),
        lambda: operations.proposer_un_point(close, "Trop tard", par=animateur),
    ]
    for geste in gestes:
        with pytest.raises(RegleEnfreinte):
            geste()


def test_releve_se_complete_apres_la_seance_jamais_apres_l_annulation(reseau, animateur):
    tenue, annulee = ReunionFactory(reseau=reseau, tenue=True), ReunionFactory(reseau=reseau, annulee=True)
    tenue.releve = annulee.releve = "Ajout"
    operations.rediger_le_releve(tenue, par=animateur)
    with pytest.raises(RegleEnfreinte, match="annulée"):
        operations.rediger_le_releve(annulee, par=animateur)


def test_proposer_un_point_l_ajoute_avec_son_nom(reunion, direct):
    point = operations.proposer_un_point(reunion, " Le salon de printemps ", par=direct)
    assert (point.titre, point.demande_par) == ("Le salon de printemps", direct)
