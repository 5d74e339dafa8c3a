"""Concurrence après la visite : une action, un projet ne se confient pas à qui suit la concurrente sans un motif."""

import pytest
from django.urls import reverse

from entreprises.models import Concurrence
from reseau.lib.erreurs import RegleEnfreinte
from suivi import operations
from suivi.models import Action, Projet
from suivi.operations import Saisie
from tests.factories import (
    ActionFactory,
    CompteRenduFactory,
    ConcurrenceFactory,
    DeportFactory,
    MembreFactory,
    ProjetFactory,
    ReunionFactory,
    VisiteFactory,
)

MOTIF = "Seule à connaître ce procédé"


@pytest.fixture
def projet(reseau, direct):
    lien = ConcurrenceFactory(entreprise__reseau=reseau, concurrente__raison_sociale="Fonderie rivale")
    return ProjetFactory(visite=VisiteFactory(reseau=reseau, entreprise=lien.entreprise, realisee=True, developpeur=direct))


@pytest.fixture
def rivale(projet):
    """Elle visite la concurrente."""
    concurrente = Concurrence.objects.get().concurrente
    return VisiteFactory(reseau=projet.reseau, entreprise=concurrente, programmee=True).developpeur


def confier(projet, membre, par, geste, **motif):
    reunion = {"reunion": ReunionFactory(reseau=projet.reseau), "par": par}
    nouvelle = {"type": "aide", "libelle": "Chiffrer", "responsable": membre, **motif}
    gestes = {
        "proposer": lambda: operations.proposer(Action(**nouvelle), projet=projet, par=par),
        "transmettre": lambda: operations.transmettre(ActionFactory(projet=projet), membre, par=par, **motif),
        "designer": lambda: operations.designer(ActionFactory(projet=projet), membre, **reunion, **motif),
        "interlocuteur": lambda: operations.designer_interlocuteur(projet, membre, **reunion, **motif),
        "ouvrir": lambda: operations.ouvrir_projet(
            Projet(titre="Agrandir", nature="production", interlocuteur=membre, **motif), visite=projet.visite, par=par
        ),
    }
    return gestes[geste]()


@pytest.mark.parametrize("geste", ["proposer", "transmettre", "designer", "interlocuteur", "ouvrir"])
def test_qui_suit_la_concurrente_ne_recoit_rien_sans_motif(projet, rivale, animateur, geste):
    with pytest.raises(RegleEnfreinte, match="suit Fonderie rivale, une concurrente"):
        confier(projet, rivale, animateur, geste)
    assert confier(projet, rivale, animateur, geste, malgre_concurrence=MOTIF).malgre_concurrence == MOTIF


@pytest.mark.parametrize("geste", ["proposer", "transmettre", "designer", "interlocuteur"])
def test_motif_inutile_n_est_pas_garde(projet, animateur, geste):
    autre = MembreFactory(reseau=projet.reseau)
    assert confier(projet, autre, animateur, geste, malgre_concurrence=MOTIF).malgre_concurrence == ""


def test_qui_a_fait_la_visite_a_deja_repondu(projet, rivale, animateur):
    projet.visite.accompagnant = rivale
    assert confier(projet, rivale, animateur, "transmettre").malgre_concurrence == ""


def test_concurrente_invisible_ne_s_oppose_a_rien(projet, rivale, animateur):
    DeportFactory(entreprise=Concurrence.objects.get().concurrente, membre=animateur)
    assert confier(projet, rivale, animateur, "transmettre").malgre_concurrence == ""


def test_page_d_une_action_demande_le_motif_et_le_garde(clients, reseau, projet, rivale):
    action = ActionFactory(projet=projet, responsable=projet.visite.developpeur, acceptee=True)
    adresse = reverse("suivi:action-transmettre", args=[reseau.slug, action.pk])
    envoi = {"responsable": rivale.pk, "motif": "", "version": action.version}
    refus = clients["animateur"].post(adresse, envoi)
    assert "suit Fonderie rivale, une concurrente" in str(refus.context["form"].non_field_errors())
    clients["animateur"].post(adresse, envoi | {"malgre_concurrence": MOTIF})
    action.refresh_from_db()
    assert (action.responsable, action.malgre_concurrence) == (rivale, MOTIF)


def test_page_d_un_projet_sans_concurrente_ne_demande_rien(clients, reseau, direct):
    projet = ProjetFactory(visite=VisiteFactory(reseau=reseau, realisee=True, developpeur=direct))
    form = clients["animateur"].get(reverse("suivi:action-ajouter", args=[reseau.slug, projet.pk])).context["form"]
    assert "malgre_concurrence" not in form.fields


def test_page_d_une_action_nouvelle_demande_le_motif_et_le_garde(clients, reseau, projet, rivale):
    adresse = reverse("suivi:action-ajouter", args=[reseau.slug, projet.pk])
    envoi = {"type": "aide", "libelle": "Chiffrer", "responsable": rivale.pk, "echeance": "1_mois"}
    assert clients["direct"].post(adresse, envoi).status_code == 200
    clients["direct"].post(adresse, envoi | {"malgre_concurrence": MOTIF})
    assert Action.objects.get().malgre_concurrence == MOTIF


@pytest.mark.parametrize("sujet", ["visite", "actions"])
def test_seance_designe_qui_suit_la_concurrente_avec_un_motif(clients, reseau, projet, rivale, sujet):
    reunion, action = ReunionFactory(reseau=reseau), ActionFactory(projet=projet, responsable=None)
    envoi = {f"responsable-{action.pk}": rivale.pk, f"avant-responsable-{action.pk}": ""}
    if sujet == "visite":
        envoi["visite"] = CompteRenduFactory(visite=projet.visite, termine=True).visite_id
    adresse = reverse("suivi:seance-designer", args=[reseau.slug, reunion.pk])
    for motif, attendu in (("", (None, "")), (MOTIF, (rivale, MOTIF))):
        clients["animateur"].post(adresse, envoi | {"malgre_concurrence": motif})
        action.refresh_from_db()
        assert (action.responsable, action.malgre_concurrence) == attendu


def test_motif_du_compte_rendu_vaut_pour_tout_ce_qu_il_confie(projet, rivale, direct):
    action = Action(type="aide", libelle="Chiffrer", responsable=rivale, malgre_concurrence=MOTIF)
    neuf = Projet(titre="Agrandir", nature="production", malgre_concurrence=MOTIF)
    visite = VisiteFactory(reseau=projet.reseau, entreprise=projet.visite.entreprise, programmee=True, developpeur=direct)
    operations.conclure(visite, Saisie(version=0, champs={"phrase": "Elle embauche"}, projets=[(neuf, [action])]), par=direct)
    assert (neuf.malgre_concurrence, action.malgre_concurrence) == ("", MOTIF)
