"""La vie d'une action : chaque geste, son journal, et les états où il est refusé."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from entreprises.models import Acces, Entreprise
from reseau.enums import EtatPresence
from reseau.lib.erreurs import RegleEnfreinte
from suivi import operations
from suivi.enums import EtatAction, Issue, Mouvement, TypeAction
from suivi.models import Action
from tests.factories import (
    ActionFactory,
    DeportFactory,
    MembreFactory,
    PresenceFactory,
    ProjetFactory,
    ReunionFactory,
    VisiteFactory,
)


@pytest.fixture
def projet(reseau, direct):
    return ProjetFactory(visite=VisiteFactory(reseau=reseau, realisee=True, developpeur=direct))


def action_de(projet, **champs):
    return ActionFactory(projet=projet, **champs)


def mouvements(action):
    return list(action.mouvements.values_list("mouvement", "responsable"))


def test_proposer_numerote_dans_le_reseau(projet, direct, animateur):
    actions = [Action(type=TypeAction.AIDE, libelle="Étudier", responsable=animateur) for _ in range(2)]
    for action in actions:
        operations.proposer(action, projet=projet, par=direct)
    assert [(action.numero, action.etat) for action in actions] == [(1, EtatAction.PROPOSEE), (2, EtatAction.PROPOSEE)]
    assert mouvements(actions[0]) == [(Mouvement.PROPOSITION, animateur.pk)]


def test_proposer_a_soi_meme_vaut_acceptation(projet, direct):
    action = Action(type=TypeAction.AIDE, libelle="Étudier", responsable=direct)
    operations.proposer(action, projet=projet, par=direct)
    assert (action.etat, action.acceptee_le) == (EtatAction.ACCEPTEE, localdate())


@pytest.mark.parametrize("obstacle", ["deport", "depart", "autre_reseau"])
def test_proposer_a_qui_ne_peut_pas_est_refuse(projet, direct, obstacle):
    responsable = MembreFactory(reseau=projet.reseau)
    if obstacle == "deport":
        DeportFactory(entreprise=projet.visite.entreprise, membre=responsable)
    elif obstacle == "depart":
        responsable = MembreFactory(reseau=projet.reseau, parti_le=localdate())
    else:
        responsable = MembreFactory()
    with pytest.raises(RegleEnfreinte):
        operations.proposer(Action(type="aide", libelle="X", responsable=responsable), projet=projet, par=direct)


def test_accepter_date_et_ouvre_l_entreprise_au_responsable(projet, membres):
    action = action_de(projet, responsable=membres["associe"])
    operations.accepter(action, par=membres["associe"])
    assert (action.etat, action.acceptee_le) == (EtatAction.ACCEPTEE, localdate())
    assert Acces.objects.filter(entreprise=projet.visite.entreprise, membre=membres["associe"]).count() == 1


def test_action_close_reste_a_son_responsable_avec_l_entreprise(projet, membres, animateur):
    associe, entreprise = membres["associe"], projet.visite.entreprise
    acces = Acces.objects.filter(entreprise=entreprise, membre=associe, origine="action")
    closes = [action_de(projet, responsable=associe, acceptee=True) for _ in range(2)]
    operations.clore(closes[0], issue=Issue.AIDE, par=associe)
    assert acces.get().clos_le is None
    operations.clore(closes[1], issue=Issue.AIDE, par=associe)
    assert (acces.get().clos_le, entreprise in Entreprise.objects.visibles_par(associe)) == (localdate(), True)
    rouverte = action_de(projet, responsable=animateur, acceptee=True)
    operations.transmettre(rouverte, associe, par=animateur)
    assert acces.get().clos_le is None


def test_action_transmise_ferme_l_entreprise_a_qui_l_avait(projet, membres, animateur):
    action = action_de(projet, responsable=animateur, acceptee=True)
    operations.transmettre(action, membres["associe"], par=animateur)
    operations.transmettre(action, animateur, par=animateur)
    assert projet.visite.entreprise not in Entreprise.objects.visibles_par(membres["associe"])


def test_accepter_sans_responsable_est_refuse(projet, animateur):
    with pytest.raises(RegleEnfreinte, match="pas encore de responsable"):
        operations.accepter(action_de(projet, responsable=None), par=animateur)


def test_refuser_renvoie_a_l_animateur_avec_le_motif(projet, direct):
    action = action_de(projet, responsable=direct, acceptee=True)
    operations.refuser(action, motif="Pas de mon ressort", par=direct)
    dernier = action.mouvements.last()
    assert (action.etat, action.responsable, action.acceptee_le) == (EtatAction.PROPOSEE, None, None)
    assert (dernier.mouvement, dernier.texte) == (Mouvement.REFUS, "Pas de mon ressort")


def test_refuser_sans_motif_est_refuse(projet, direct):
    with pytest.raises(RegleEnfreinte, match="pourquoi"):
        operations.refuser(action_de(projet, responsable=direct), motif="  ", par=direct)


def test_transmettre_propose_a_un_autre_et_garde_le_journal(projet, direct):
    autre = MembreFactory(reseau=projet.reseau)
    action = action_de(projet, responsable=direct, acceptee=True)
    operations.transmettre(action, autre, par=direct, motif="Elle connaît le dossier")
    assert (action.etat, action.responsable, action.acceptee_le) == (EtatAction.PROPOSEE, autre, None)
    assert mouvements(action) == [(Mouvement.TRANSMISSION, autre.pk)]


def test_transmettre_a_celui_qui_l_a_deja_est_refuse(projet, direct):
    with pytest.raises(RegleEnfreinte, match="déjà responsable"):
        operations.transmettre(action_de(projet, responsable=direct), direct, par=direct)


def test_associe_qui_transmet_sa_derniere_action_ne_voit_plus_l_entreprise(projet, membres, direct):
    associe, entreprise = membres["associe"], projet.visite.entreprise
    premiere, seconde = (operations.transmettre(action_de(projet, responsable=direct), associe, par=direct) for _ in "12")
    operations.transmettre(premiere, direct, par=associe)
    assert Acces.objects.filter(entreprise=entreprise, membre=associe).count() == 1
    operations.refuser(seconde, motif="Hors de ma compétence", par=associe)
    assert Acces.objects.filter(entreprise=entreprise, membre=associe).count() == 0


def test_designer_un_present_vaut_acceptation_devant_tous(projet, animateur, direct):
    reunion = ReunionFactory(reseau=projet.reseau)
    PresenceFactory(reunion=reunion, membre=direct, etat=EtatPresence.PRESENT)
    action = operations.designer(action_de(projet, responsable=None), direct, par=animateur, reunion=reunion)
    assert (action.etat, action.acceptee_le, action.mouvements.get().reunion) == (EtatAction.ACCEPTEE, reunion.le, reunion)


def test_designer_un_absent_attend_qu_il_accepte(projet, animateur, direct):
    reunion = ReunionFactory(reseau=projet.reseau)
    PresenceFactory(reunion=reunion, membre=direct, etat=EtatPresence.EXCUSE)
    action = operations.designer(action_de(projet, responsable=None), direct, par=animateur, reunion=reunion)
    assert (action.etat, action.acceptee_le) == (EtatAction.PROPOSEE, None)


def test_noter_la_suite_met_en_cours_et_peut_repousser(projet, direct):
    action = action_de(projet, responsable=direct, acceptee=True)
    fin = localdate() + timedelta(days=20)
    operations.noter_la_suite(action, texte="Pièces envoyées", par=direct, fin_prevue=fin)
    assert (action.etat, action.fin_prevue) == (EtatAction.EN_COURS, fin)


@pytest.mark.parametrize("etat", [{}, {"close": True}, {"endormie": True}])
def test_noter_la_suite_demande_une_action_acceptee_et_eveillee(projet, direct, etat):
    with pytest.raises(RegleEnfreinte, match="ne s’y applique pas"):
        operations.noter_la_suite(action_de(projet, responsable=direct, **etat), texte="Fait", par=direct)


def test_endormir_puis_reveiller_reprend_ou_elle_en_etait(projet, direct):
    acceptee, proposee = action_de(projet, acceptee=True), action_de(projet)
    for action in (acceptee, proposee):
        operations.endormir(action, reveil_le=localdate() + timedelta(days=30), par=direct)
        operations.reveiller(action, par=direct)
    assert (acceptee.etat, proposee.etat, acceptee.reveil_le) == (EtatAction.EN_COURS, EtatAction.PROPOSEE, None)


def test_endormir_jusqu_a_hier_est_refuse(projet, direct):
    with pytest.raises(RegleEnfreinte, match="à venir"):
        operations.endormir(action_de(projet), reveil_le=localdate(), par=direct)


def test_clore_date_et_dit_l_issue(projet, direct):
    action = action_de(projet, acceptee=True)
    operations.clore(action, issue=Issue.CONTACT, par=direct, texte="Ils se sont vus")
    assert (action.etat, action.issue, action.fin_reelle) == (EtatAction.CLOSE, Issue.CONTACT, localdate())


@pytest.mark.parametrize("jours", [1, -4000])
def test_clore_hors_de_la_vie_de_l_action_est_refuse(projet, direct, jours):
    with pytest.raises(RegleEnfreinte):
        operations.clore(action_de(projet), issue=Issue.AIDE, par=direct, fin_reelle=localdate() + timedelta(days=jours))


def test_clore_deux_fois_est_refuse(projet, direct):
    with pytest.raises(RegleEnfreinte, match="déjà close"):
        operations.clore(action_de(projet, close=True), issue=Issue.AIDE, par=direct)


def test_modifier_une_action_close_est_refuse(projet, direct):
    with pytest.raises(RegleEnfreinte, match="close"):
        operations.modifier_action(action_de(projet, close=True), par=direct)
