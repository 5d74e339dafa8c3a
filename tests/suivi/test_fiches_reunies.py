"""Une fiche réunie à une autre entre l'affichage et l'envoi : rien n'y naît, et l'on sait où recommencer."""

from functools import partial

import pytest
from django.urls import reverse

from entreprises.models import Contact, Sollicitation
from entreprises.operations import enregistrer_contact, joindre_document
from entreprises.operations.sollicitations import noter_sollicitation
from reseau.lib.erreurs import RegleEnfreinte
from suivi import operations
from suivi.models import Action, Projet
from tests.factories import JOUR, DeportFactory, EntrepriseFactory, ProjetFactory, VisiteFactory
from visites import operations as visites

PDF = b"%PDF-1.4\n%%EOF"


@pytest.fixture
def gardee(reseau):
    return EntrepriseFactory(reseau=reseau, raison_sociale="Tôlerie gardée")


@pytest.fixture
def absorbee(reseau):
    return EntrepriseFactory(reseau=reseau)


def gestes_sur(fiche, direct, animateur):
    """Nom → geste qui fait naître quelque chose sur cette fiche, tel qu'un écran ouvert avant la fusion le jouerait."""
    visite = VisiteFactory(reseau=fiche.reseau, entreprise=fiche, developpeur=direct, realisee=True)
    projet = ProjetFactory(visite=visite)
    contact = Sollicitation(reseau=fiche.reseau, entreprise=fiche, institution=direct.institution, le=JOUR)
    return {
        "choisir": partial(visites.choisir, fiche, par=animateur, le=JOUR),
        "programmer": partial(visites.programmer, fiche, developpeur=direct, par=animateur, le=JOUR),
        "document": partial(joindre_document, fiche, nom="plan.pdf", octets=PDF, par=direct),
        "sollicitation": partial(noter_sollicitation, contact, par=direct, le=JOUR),
        "contact": partial(enregistrer_contact, Contact(entreprise=fiche, nom="Fictive"), par=direct),
        "projet": partial(operations.ouvrir_projet, Projet(titre="Agrandir", nature="production"), visite=visite, par=direct),
        "action": partial(operations.proposer, Action(type="aide", libelle="Chiffrer"), projet=projet, par=direct),
    }


@pytest.mark.parametrize("geste", ["choisir", "programmer", "document", "sollicitation", "contact", "projet", "action"])
def test_rien_ne_nait_sur_une_fiche_reunie_a_une_autre(gardee, absorbee, animateur, direct, geste):
    jouer = gestes_sur(absorbee, direct, animateur)[geste]
    operations.fusionner(gardee, absorbee, par=animateur)
    with pytest.raises(RegleEnfreinte, match="vient d’être réunie à Tôlerie gardée"):
        jouer()


def test_fiche_gardee_ne_se_nomme_pas_a_qui_s_en_deporte(gardee, absorbee, animateur, direct):
    operations.fusionner(gardee, absorbee, par=animateur)
    DeportFactory(entreprise=gardee, membre=direct)
    with pytest.raises(RegleEnfreinte, match="réunie à une autre :"):
        joindre_document(absorbee, nom="plan.pdf", octets=PDF, par=direct)


@pytest.mark.parametrize(
    "route",
    ["visites:proposer", "entreprises:sollicitation-ajouter", "entreprises:document-deposer", "entreprises:contact-ajouter"],
)
def test_envoi_vers_une_fiche_reunie_mene_a_celle_qui_reste(clients, reseau, gardee, absorbee, animateur, route):
    operations.fusionner(gardee, absorbee, par=animateur)
    response = clients["animateur"].post(reverse(route, args=[reseau.slug, absorbee.pk]), follow=True)
    assert response.redirect_chain == [(gardee.get_absolute_url(), 302)]
    assert [str(message) for message in response.context["messages"]] == [
        "Cette fiche vient d’être réunie à Tôlerie gardée : recommencez depuis celle qui reste."
    ]


def test_fiche_d_un_autre_reseau_reste_introuvable(clients, reseau):
    ailleurs = EntrepriseFactory()
    assert clients["animateur"].post(reverse("visites:proposer", args=[reseau.slug, ailleurs.pk])).status_code == 404
