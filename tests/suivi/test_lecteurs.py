"""Qui a lu mes comptes rendus et mes dossiers."""

from django.urls import reverse

from reseau.enums import Geste
from reseau.journal import noter
from tests.factories import CompteRenduFactory, DeportFactory, MembreFactory, ReunionFactory, VisiteFactory


def page(client, reseau):
    return client.get(reverse("suivi:mes-lecteurs", args=[reseau.slug])).context["lectures"]


def un_rendu(reseau, membre, **champs):
    return CompteRenduFactory(visite=VisiteFactory(reseau=reseau, realisee=True, developpeur=membre, **champs), termine=True)


def test_chacun_lit_qui_a_ouvert_les_siens_et_eux_seuls(reseau, clients, direct, animateur):
    rendu, autre = un_rendu(reseau, direct), un_rendu(reseau, MembreFactory(reseau=reseau))
    mienne = noter(animateur, Geste.LECTURE, rendu)
    dossier = noter(animateur, Geste.LECTURE, rendu.visite)
    noter(animateur, Geste.LECTURE, autre)
    noter(direct, Geste.LECTURE, rendu)  # se relire n'est pas une nouvelle
    noter(animateur, Geste.MODIFICATION, rendu)
    assert {lecture.ligne for lecture in page(clients["direct"], reseau)} == {mienne, dossier}


def test_reunion_qui_restitue_sa_visite_compte(reseau, clients, direct, animateur):
    reunion = ReunionFactory(reseau=reseau, tenue=True)
    VisiteFactory(reseau=reseau, restituee=True, restituee_en=reunion, developpeur=direct)
    noter(animateur, Geste.LECTURE, reunion)
    assert [lecture.nom for lecture in page(clients["direct"], reseau)] == [reunion]


def test_entreprise_dont_il_se_deporte_n_y_est_pas(reseau, clients, direct, animateur):
    rendu = un_rendu(reseau, direct)
    noter(animateur, Geste.LECTURE, rendu)
    DeportFactory(entreprise=rendu.visite.entreprise, membre=direct)
    assert page(clients["direct"], reseau) == []
