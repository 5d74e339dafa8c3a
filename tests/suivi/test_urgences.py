"""Une urgence alerte aussitôt l'animateur, sans dire de qui il s'agit."""

import pytest
from django.core import mail
from django.urls import reverse

from suivi.accueil import a_faire
from tests.factories import CompteRenduFactory, DeportFactory, VisiteFactory
from tests.suivi.test_views_comptes_rendus import adresse, envoi


@pytest.fixture
def visite(reseau, direct):
    return VisiteFactory(reseau=reseau, programmee=True, developpeur=direct)


@pytest.fixture
def terminer(visite, clients, django_capture_on_commit_callbacks):
    """Termine le compte rendu par le développeur ; rend les courriels partis."""

    def jouer(profil="direct", **champs):
        with django_capture_on_commit_callbacks(execute=True):
            clients[profil].post(adresse("compte-rendu-terminer", visite), envoi(**{"urgent": "on", **champs}))
        return mail.outbox

    return jouer


def test_urgence_part_aussitot_a_l_animateur_et_ne_nomme_personne(terminer, visite, membres):
    (courriel,) = terminer()
    assert courriel.to == [membres["animateur"].utilisateur.email]
    assert reverse("suivi:visites-urgentes", args=[visite.reseau.slug]) in courriel.body
    secrets = (str(visite.entreprise), "sature", str(visite.developpeur), visite.entreprise.siret)
    assert [mot for mot in secrets if mot in courriel.subject + courriel.body] == []


def test_urgence_est_en_tete_de_ce_que_l_animateur_a_a_faire(terminer, membres, visite):
    terminer()
    visite.refresh_from_db()
    assert a_faire(membres["animateur"], visite.realisee_le)[0].quoi == "visite urgente à traiter"


def test_sans_urgence_rien_ne_part(terminer):
    assert terminer(urgent="") == []


def test_urgence_deja_dite_ne_se_redit_pas(terminer, visite):
    rendu = CompteRenduFactory(visite=visite, termine=True, urgent=True)
    assert terminer(version=str(rendu.version)) == []


def test_qui_se_deporte_n_est_pas_prevenu_le_secretariat_l_est(terminer, visite, membres):
    DeportFactory(entreprise=visite.entreprise, membre=membres["animateur"])
    (courriel,) = terminer()
    assert courriel.to == [membres["secretariat"].utilisateur.email]


def test_animateur_qui_la_signale_ne_s_ecrit_pas(terminer):
    assert terminer(profil="animateur") == []
