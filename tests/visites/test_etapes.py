"""Ce que la page d'une visite offre : la prochaine étape d'abord, selon l'état et les droits."""

import pytest

from tests.factories import JOUR, CompteRenduFactory, CourrierFactory, VisiteFactory
from visites.etapes import gestes, historique, parcours

pytestmark = pytest.mark.django_db
SORTIES = ["Noter un refus", "Entreprise injoignable", "Annuler la visite"]


def offerts(visite, membre, courrier=None, compte_rendu=None):
    return [bouton.libelle for bouton in gestes(visite, membre, courrier, compte_rendu)]


@pytest.mark.parametrize(
    ("etat", "rang", "titre"),
    [
        ({}, 1, "À confier à un développeur"),
        ({"programmee": True}, 2, "Lettre du préfet"),
        ({"programmee": True, "entreprise__diffusible": False}, 3, "Rendez-vous à prendre"),
        ({"annoncee": True}, 3, "Rendez-vous à prendre"),
        ({"rendez_vous": True}, 4, "Visite"),
        ({"realisee": True}, 5, "Compte rendu"),
        ({"restituee": True}, 6, "Visite restituée"),
    ],
)
def test_parcours_suit_l_etat(etat, rang, titre):
    trouve = parcours(VisiteFactory(**etat), None)
    assert (trouve.rang, trouve.titre, trouve.total) == (rang, titre, 6)


def test_parcours_attend_la_restitution_une_fois_le_compte_rendu_termine():
    compte_rendu = CompteRenduFactory(termine=True)
    assert parcours(compte_rendu.visite, compte_rendu).rang == 6


@pytest.mark.parametrize("etat", ["refusee", "injoignable", "annulee"])
def test_parcours_d_une_visite_sortie_est_vide(etat):
    assert parcours(VisiteFactory(**{etat: True}), None) is None


def test_gestes_sur_la_liste(membres, reseau):
    visite = VisiteFactory(reseau=reseau)
    assert offerts(visite, membres["animateur"]) == ["Confier à un développeur", *SORTIES]
    assert offerts(visite, membres["direct"]) == ["Prendre cette entreprise"]
    assert offerts(visite, membres["prefecture"]) == []


def test_gestes_d_une_visite_programmee(membres, reseau):
    visite = VisiteFactory(reseau=reseau, programmee=True, developpeur=membres["direct"], accompagnant=membres["associe"])
    suite = ["Noter le rendez-vous", "Rendre compte", "La visite a eu lieu"]
    tous = ["Préparer la lettre", *suite, "Changer de développeur", "Rendre à la liste", *SORTIES]
    assert offerts(visite, membres["animateur"]) == tous
    assert offerts(visite, membres["direct"]) == ["Préparer la lettre", *suite, "Rendre à la liste", *SORTIES[:2]]
    assert offerts(visite, membres["associe"]) == []
    assert offerts(visite, membres["prefecture"]) == ["Préparer la lettre"]


def test_gestes_de_la_visite_d_un_autre(membres, reseau):
    assert offerts(VisiteFactory(reseau=reseau, programmee=True), membres["direct"]) == []


def test_gestes_suivent_la_lettre(membres, reseau):
    lettre = CourrierFactory(visite__reseau=reseau, visite__programmee=True, visite__developpeur=membres["direct"])
    assert offerts(lettre.visite, membres["animateur"], lettre)[0] == "Relire la lettre"
    assert offerts(lettre.visite, membres["direct"], lettre)[0] == "Noter le rendez-vous"
    lettre.etat = "a_signer"
    assert offerts(lettre.visite, membres["prefecture"], lettre) == ["Signer la lettre"]
    assert offerts(lettre.visite, membres["animateur"], lettre)[0] == "Noter le rendez-vous"


def test_gestes_d_un_rendez_vous_pris(membres, reseau):
    visite = VisiteFactory(reseau=reseau, rendez_vous=True, developpeur=membres["direct"])
    assert offerts(visite, membres["direct"])[:2] == ["Rendre compte", "Reporter le rendez-vous"]


def test_gestes_apres_la_visite(membres, reseau):
    visite = VisiteFactory(reseau=reseau, realisee=True, developpeur=membres["direct"], accompagnant=membres["associe"])
    assert offerts(visite, membres["direct"]) == ["Rendre compte"]
    compte_rendu = CompteRenduFactory(visite=visite, termine=True)
    lire, recueillir = "Lire le compte rendu", "Recueillir son avis"
    assert {nom: offerts(visite, membre, None, compte_rendu) for nom, membre in membres.items()} == {
        "animateur": [lire, recueillir],
        "secretariat": [lire, recueillir],
        "direct": [lire, recueillir],
        "associe": [lire],
        "prefecture": [],
        "observateur": [],
    }


def test_gestes_apres_un_refus(membres, reseau):
    visite = VisiteFactory(reseau=reseau, refusee=True)
    assert offerts(visite, membres["secretariat"]) == ["Programmer une nouvelle visite"]
    assert offerts(visite, membres["direct"]) == []


def test_historique_range_les_faits():
    visite = VisiteFactory(rendez_vous=True, etat="realisee", realisee_le=JOUR, origine="demande")
    lettre = CourrierFactory(visite=visite)
    assert [fait.phrase for fait in historique(visite, lettre)] == [
        "Inscrite dans la liste (demande de l’entreprise)",
        f"Confiée à {visite.developpeur}",
        "Lettre préparée",
        "Visite réalisée",
    ]
