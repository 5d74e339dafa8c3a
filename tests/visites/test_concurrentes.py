"""Concurrence : qui suit l'une est averti avant d'aller chez l'autre ; le lien ne se voit que si l'on voit les deux."""

import pytest

from entreprises.models import Concurrence
from entreprises.operations import concurrences as liens
from reseau.lib.dates import plus_mois
from reseau.lib.erreurs import RegleEnfreinte
from tests.factories import JOUR, AccesFactory, ConcurrenceFactory, DeportFactory, EntrepriseFactory, VisiteFactory
from visites import operations
from visites.concurrences import concurrentes_de, conflits

pytestmark = pytest.mark.django_db


@pytest.fixture
def paire(reseau):
    lien = ConcurrenceFactory(entreprise__reseau=reseau, concurrente__raison_sociale="Fonderie rivale")
    return lien.entreprise, lien.concurrente


def test_lien_se_lit_des_deux_cotes(paire, animateur):
    une, autre = paire
    assert (concurrentes_de(une, animateur), concurrentes_de(autre, animateur)) == ([autre], [une])


def test_lien_se_tait_pour_qui_ne_voit_pas_les_deux(paire, animateur):
    une, autre = paire
    DeportFactory(entreprise=autre, membre=animateur)
    assert concurrentes_de(une, animateur) == []


@pytest.mark.parametrize("sens", [1, -1])
def test_lier_range_la_paire_et_refuse_le_double(reseau, animateur, sens):
    une, autre = [EntrepriseFactory(reseau=reseau) for _ in range(2)][::sens]
    liens.lier(une, autre, par=animateur)
    with pytest.raises(RegleEnfreinte, match="déjà enregistré"):
        liens.lier(autre, une, par=animateur)
    with pytest.raises(RegleEnfreinte, match="sa propre concurrente"):
        liens.lier(une, une, par=animateur)
    assert Concurrence.objects.count() == 1


def test_delier_depuis_la_fiche(paire, clients, adresse):
    lien = Concurrence.objects.get()
    reponse = clients["direct"].post(adresse("entreprises:concurrence-retirer", lien.pk), {"fiche": paire[1].pk})
    assert reponse.url == adresse("entreprises:fiche", paire[1].pk)
    assert not Concurrence.objects.exists()


def test_noter_une_concurrente_la_cherche_puis_la_lie(reseau, clients, adresse):
    une, autre = EntrepriseFactory(reseau=reseau), EntrepriseFactory(reseau=reseau, recherche="fonderie rivale")
    url = adresse("entreprises:concurrence-ajouter", une.pk)
    trouvees = clients["direct"].get(url, {"q": "rivale"}).context["trouvees"]
    assert trouvees == [autre]
    clients["direct"].post(url, {"concurrente": autre.pk, "q": "rivale", "motif": "Même client"})
    assert Concurrence.objects.get().motif == "Même client"


def visitee(entreprise, membre, **champs):
    return VisiteFactory(reseau=entreprise.reseau, entreprise=entreprise, developpeur=membre, **champs)


@pytest.mark.parametrize("suivie", ["confiee", "realisee", "action"])
def test_qui_suit_l_une_ne_recoit_pas_l_autre_sans_motif(paire, animateur, direct, suivie):
    une, autre = paire
    if suivie == "action":
        AccesFactory(entreprise=autre, membre=direct, origine="action")
    else:
        visitee(autre, direct, **({"programmee": True} if suivie == "confiee" else {"realisee": True}))
    with pytest.raises(RegleEnfreinte, match="suit Fonderie rivale, une concurrente"):
        operations.programmer(une, developpeur=direct, par=animateur, le=JOUR)
    visite = operations.programmer(une, developpeur=direct, par=animateur, le=JOUR, malgre_concurrence="Seul spécialiste")
    assert visite.malgre_concurrence == "Seul spécialiste"


@pytest.mark.parametrize(("close_le", "oppose"), [(None, True), (JOUR, True), (plus_mois(JOUR, -24), False)])
def test_action_close_depuis_longtemps_ne_s_oppose_plus(paire, animateur, direct, close_le, oppose):
    AccesFactory(entreprise=paire[1], membre=direct, origine="action", clos_le=close_le)
    assert bool(conflits(paire[0], [direct], par=animateur, le=JOUR)) is oppose


def test_qui_suit_l_une_n_accompagne_pas_chez_l_autre_sans_motif(paire, animateur, direct, membres):
    une, autre = paire
    visitee(autre, direct, realisee=True, accompagnant=membres["associe"])
    choix = {"developpeur": VisiteFactory(reseau=une.reseau, programmee=True).developpeur, "par": animateur, "le": JOUR}
    with pytest.raises(RegleEnfreinte, match="une concurrente"):
        operations.programmer(une, accompagnant=membres["associe"], **choix)


def test_visite_ancienne_d_une_concurrente_ne_s_oppose_plus(paire, animateur, direct):
    visitee(paire[1], direct, realisee=True, realisee_le=plus_mois(JOUR, -24))
    assert operations.programmer(paire[0], developpeur=direct, par=animateur, le=JOUR).malgre_concurrence == ""


def test_avertissement_ne_trahit_pas_une_concurrente_invisible(paire, animateur, direct):
    visitee(paire[1], direct, realisee=True)
    DeportFactory(entreprise=paire[1], membre=animateur)
    assert operations.programmer(paire[0], developpeur=direct, par=animateur, le=JOUR).developpeur == direct


def test_rappel_sur_la_visite_pour_qui_voit_les_deux(paire, clients, direct):
    visite = visitee(paire[0], direct, programmee=True)
    rappel = "Concurrente de «&nbsp;Fonderie rivale&nbsp;» : ne rien en dire là-bas."
    assert rappel in clients["direct"].get(visite.get_absolute_url()).content.decode()
    DeportFactory(entreprise=paire[1], membre=direct)
    assert "Fonderie rivale" not in clients["direct"].get(visite.get_absolute_url()).content.decode()
