"""Le calendrier d'un mois : rendez-vous, visites faites et prévues, fériés, absences ; composé pour son lecteur."""

import io
from datetime import UTC, date, datetime

import pdfplumber
import pytest

from tests.factories import AbsenceFactory, CampagneFactory, DeportFactory, MembreFactory, VisiteFactory
from visites.mois import calendrier

pytestmark = pytest.mark.django_db
MAI = date(2026, 5, 1)
LE = date(2026, 5, 12)


@pytest.fixture
def mai(animateur):
    return lambda lecteur=animateur, **choix: calendrier(lecteur, MAI, LE, **choix)


@pytest.fixture
def rendez_vous(reseau, direct):
    quand = datetime(2026, 5, 12, 7, 30, tzinfo=UTC)
    return VisiteFactory(reseau=reseau, developpeur=direct, rendez_vous=True, rendez_vous_le=quand)


def jour(compose, numero):
    return next(case for semaine in compose.semaines for case in semaine if case.du_mois and case.le.day == numero)


def test_mois_tient_en_semaines_du_lundi_au_dimanche(mai):
    semaines = mai().semaines
    assert {len(semaine) for semaine in semaines} == {7}
    assert (semaines[0][0].le, semaines[0][0].du_mois, semaines[-1][-1].le) == (date(2026, 4, 27), False, date(2026, 5, 31))


def test_mois_range_chaque_visite_a_son_jour(mai, reseau, direct, rendez_vous):
    faite = VisiteFactory(reseau=reseau, realisee=True, realisee_le=date(2026, 5, 4))
    prevue = VisiteFactory(reseau=reseau, programmee=True, prevue_le=MAI)
    for autre in ({"programmee": True, "prevue_le": date(2026, 6, 1)}, {"annulee": True}, {}):
        VisiteFactory(reseau=reseau, **autre)
    compose = mai()
    assert (jour(compose, 12).visites, jour(compose, 4).visites, compose.sans_date) == ([rendez_vous], [faite], [prevue])
    assert sum(len(case.visites) for semaine in compose.semaines for case in semaine) == 2


def test_mois_montre_les_feries_et_les_absences_des_jours_ouvres(mai, direct):
    AbsenceFactory(membre=direct, debut_le=date(2026, 5, 7), fin_le=date(2026, 5, 11))
    compose = mai()
    assert [jour(compose, numero).ferie for numero in (1, 2, 8)] == ["Fête du Travail", "", "Fête de la Victoire"]
    assert [numero for numero in range(1, 32) if jour(compose, numero).absents] == [7, 11]


def test_mois_d_un_developpeur_montre_aussi_ce_qu_il_accompagne(mai, reseau, membres, rendez_vous):
    rendez_vous.accompagnant = membres["associe"]
    rendez_vous.save()
    VisiteFactory(reseau=reseau, realisee=True, realisee_le=MAI)
    AbsenceFactory(membre=MembreFactory(reseau=reseau), debut_le=LE, fin_le=LE)
    compose = mai(developpeur=membres["associe"])
    assert [case.le.day for semaine in compose.semaines for case in semaine if case.visites or case.absents] == [12]


def test_mois_cache_au_deporte(mai, membres, rendez_vous):
    DeportFactory(entreprise=rendez_vous.entreprise, membre=membres["animateur"])
    assert mai().vide


def test_mois_de_l_associe_n_a_que_les_siennes(mai, membres, reseau, rendez_vous):
    sienne = VisiteFactory(reseau=reseau, accompagnant=membres["associe"], realisee=True, realisee_le=MAI)
    assert [case.visites for semaine in mai(membres["associe"]).semaines for case in semaine if case.visites] == [[sienne]]


def test_mois_en_trois_requetes(mai, reseau, rendez_vous, requetes):
    for _ in range(5):
        VisiteFactory(reseau=reseau, programmee=True, prevue_le=MAI)
    assert requetes(mai) == 3


# L'écran et le papier


@pytest.mark.parametrize(("role", "statut"), [("direct", 200), ("associe", 200), ("prefecture", 200), ("observateur", 403)])
def test_calendrier_selon_le_role(clients, adresse, role, statut):
    pages = [adresse("visites:calendrier"), adresse("visites:calendrier-pdf")]
    assert [clients[role].get(page).status_code for page in pages] == [statut, statut]


@pytest.mark.parametrize(("mois", "montre"), [("2026-05", MAI), ("0001-01", None), ("2026-13", None), ("", None)])
def test_calendrier_va_au_mois_demande_sinon_au_courant(clients, adresse, mois, montre):
    contexte = clients["animateur"].get(adresse("visites:calendrier"), {"mois": mois}).context
    assert contexte["calendrier"].premier == (montre or contexte["courant"])


def test_calendrier_est_un_tableau_avec_entetes_et_liens(clients, adresse, rendez_vous):
    page = clients["animateur"].get(adresse("visites:calendrier"), {"mois": "2026-05"}).content.decode()
    assert page.count('<th scope="col">') == 7
    assert adresse("visites:visite", rendez_vous.pk) in page
    assert "09:30" in page  # à l'heure du département
    assert [f"?mois=2026-{mois}" in page for mois in ("04", "06")] == [True, True]


def test_calendrier_filtre_par_developpeur(clients, adresse, reseau, rendez_vous):
    autre = MembreFactory(reseau=reseau)
    page = adresse("visites:calendrier")
    choix = {"mois": "2026-05"}
    trouves = [clients["direct"].get(page, choix | {"developpeur": qui.pk}) for qui in (rendez_vous.developpeur, autre)]
    assert [page.context["calendrier"].vide for page in trouves] == [False, True]


def test_calendrier_imprime_en_paysage(clients, adresse, reseau, rendez_vous):
    VisiteFactory(reseau=reseau, programmee=True, prevue_le=MAI, entreprise__raison_sociale="Tuilerie")
    octets = clients["animateur"].get(adresse("visites:calendrier-pdf"), {"mois": "2026-05"}).content
    with pdfplumber.open(io.BytesIO(octets)) as pdf:
        texte = "\n".join(page.extract_text() for page in pdf.pages)
        assert pdf.pages[0].width > pdf.pages[0].height
    assert [mot in texte for mot in ("mai 2026", "09:30", "Tuilerie", "Fête du Travail")] == [True] * 4


def test_calendrier_requetes_constantes(clients, adresse, reseau, direct, constantes):
    campagne = CampagneFactory(reseau=reseau)

    def ajouter():
        VisiteFactory(reseau=reseau, campagne=campagne, realisee=True, realisee_le=MAI, accompagnant=direct)
        VisiteFactory(reseau=reseau, campagne=campagne, programmee=True, prevue_le=MAI)

    page = adresse("visites:calendrier")
    assert constantes(lambda: clients["animateur"].get(page, {"mois": "2026-05"}), ajouter, (1, 2, 50)) <= 10
