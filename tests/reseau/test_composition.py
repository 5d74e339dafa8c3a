"""Ce que la taille et les absents d'un réseau appellent, et les périodes qui se chevauchent."""

from datetime import date

import pytest

from reseau.composition import chevauchements, signalements
from reseau.enums import Pole, Qualite, Role
from reseau.models import Institution, Membre, Reseau, Signataire

RESEAU = Reseau(nom="Réseau d’essai", taille_minimum=3, taille_maximum=4)
PREFECTURE = Institution(sigle="PREF", nom="Préfecture du Drac", pole=Pole.COORDINATION)
CCI = Institution(sigle="CCI", nom="Chambre de commerce", pole=Pole.ECONOMIQUE)
EMPLOI = Institution(sigle="FT", nom="France Travail", pole=Pole.EMPLOI)


def membre(institution, role=Role.DEVELOPPEUR):
    return Membre(institution=institution, role=role, qualite=Qualite.AUCUN)


def signataire(debut, fin=None):
    return Signataire(nom=str(debut), debut_le=debut, fin_le=fin)


def test_reseau_complet_n_appelle_rien():
    assert signalements(RESEAU, [membre(PREFECTURE), membre(CCI), membre(EMPLOI)]) == []


def test_reseau_vide_dit_sa_taille_et_chaque_absent():
    assert signalements(RESEAU, []) == [
        "Le réseau compte 0 participant ; la taille conseillée va de 3 à 4.",
        "Personne ne représente la préfecture.",
        "Personne ne représente les services économiques.",
        "Personne ne représente les services de l’emploi.",
    ]


@pytest.mark.parametrize(("nombre", "dit"), [(2, True), (3, False), (4, False), (5, True)])
def test_taille_se_signale_hors_de_la_fourchette(nombre, dit):
    trouves = signalements(RESEAU, [membre(CCI)] * nombre)
    assert (f"Le réseau compte {nombre} participants ; la taille conseillée va de 3 à 4." in trouves) is dit


def test_secretariat_et_observateurs_ne_sont_pas_des_participants():
    autour = [membre(CCI, Role.SECRETARIAT), membre(CCI, Role.OBSERVATEUR)]
    trouves = signalements(RESEAU, [membre(PREFECTURE), membre(CCI), membre(EMPLOI), *autour, *autour])
    assert trouves == []


def test_prefecture_se_reconnait_a_son_role_ou_a_son_institution():
    par_role = signalements(RESEAU, [membre(CCI, Role.PREFECTURE), membre(CCI), membre(EMPLOI)])
    par_nom = signalements(RESEAU, [membre(PREFECTURE, Role.ANIMATEUR), membre(CCI), membre(EMPLOI)])
    assert (par_role, par_nom) == ([], [])


def test_periodes_qui_se_suivent_ne_se_chevauchent_pas():
    premiere = signataire(date(2024, 1, 1), date(2024, 6, 30))
    assert chevauchements([signataire(date(2024, 7, 1)), premiere]) == []


def test_un_jour_commun_est_un_chevauchement():
    premiere, seconde = signataire(date(2024, 1, 1), date(2024, 6, 30)), signataire(date(2024, 6, 30))
    assert chevauchements([seconde, premiere]) == [(seconde, premiere)]


def test_deux_fins_oubliees_se_chevauchent():
    premiere, seconde = signataire(date(2020, 1, 1)), signataire(date(2024, 1, 1))
    assert chevauchements([seconde, premiere]) == [(seconde, premiere)]
