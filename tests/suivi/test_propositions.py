"""Le responsable proposé d'après l'annuaire : toujours avec sa raison, jamais quelqu'un qui se déporte."""

import pytest
from django.utils.timezone import localdate

from reseau.enums import Domaine
from suivi.forms import Choix
from suivi.propositions import propositions
from tests.factories import (
    ConcurrenceFactory,
    DeportFactory,
    DispositifFactory,
    InstitutionFactory,
    MembreFactory,
    VisiteFactory,
)


@pytest.fixture
def visite(reseau, direct):
    return VisiteFactory(reseau=reseau, programmee=True, developpeur=direct)


@pytest.fixture
def proposer(visite, direct):
    return lambda: propositions(Choix(direct, visite.entreprise, localdate(), direct, "Proposé : vous."))


@pytest.fixture
def energie(reseau):
    institution = InstitutionFactory(reseau=reseau, sigle="DREAL")
    return MembreFactory(reseau=reseau, institution=institution, prenom="Elsa", nom="Fictive")


def test_qui_dit_pouvoir_l_apporter_est_propose(proposer, energie):
    energie.competence = "Économies d’énergie et de matière"
    energie.save()
    raison = "qui dit pouvoir apporter « Économies d’énergie et de matière »"
    assert proposer()["sujets"]["info_autres"] == [
        energie.pk,
        f"Proposé d’après l’annuaire : Elsa Fictive (DREAL), {raison}.",
    ]


def test_a_defaut_l_institution_du_dispositif(proposer, reseau, energie):
    DispositifFactory(reseau=reseau, nom="Visite énergie", organisme="Dreal", domaine=Domaine.ENVIRONNEMENT)
    membre, raison = proposer()["sujets"]["info_icpe"]
    assert (membre, "dont l’institution instruit « Visite énergie »" in raison) == (energie.pk, True)


def test_annuaire_muet_s_en_tient_au_visiteur(proposer, direct):
    assert (proposer()["sujets"], proposer()["visiteur"]) == ({}, [direct.pk, "Proposé : vous."])


def test_organisme_mis_en_contact_propose_l_un_des_siens(proposer, energie):
    assert proposer()["organismes"][str(energie.institution_id)][0] == energie.pk


def test_qui_se_deporte_n_est_pas_propose(proposer, visite, energie):
    DeportFactory(entreprise=visite.entreprise, membre=energie)
    assert str(energie.institution_id) not in proposer()["organismes"]


def test_devant_une_concurrente_personne_n_est_propose(proposer, visite, energie):
    ConcurrenceFactory(entreprise=visite.entreprise)
    assert (proposer()["sujets"], proposer()["organismes"]) == ({}, {})
