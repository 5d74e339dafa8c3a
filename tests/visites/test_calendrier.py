"""Prévenir avant : jour férié, dimanche, absence du titulaire ou de l'accompagnant."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils.timezone import localdate

from reseau.lib.dates import plus_mois, premier_du_mois
from tests.factories import AbsenceFactory, CampagneFactory, EntrepriseFactory, MembreFactory, ReseauFactory, VisiteFactory
from visites.calendrier import pour_un_mois, pour_un_rendez_vous, prochaines
from visites.models import Visite

pytestmark = pytest.mark.django_db


def instant(annee, mois, jour, heure=14):
    return datetime(annee, mois, jour, heure, tzinfo=ZoneInfo("Europe/Paris"))


@pytest.mark.parametrize(
    ("jour", "phrases"),
    [
        ((2026, 11, 11), ["Le 11 novembre 2026 est un jour férié : Armistice."]),
        ((2026, 11, 1), ["Le 1er novembre 2026 est un jour férié : Toussaint."]),
        ((2026, 11, 22), ["Le 22 novembre 2026 est un dimanche."]),
        ((2026, 11, 21), []),
        ((2028, 2, 29), []),
    ],
)
def test_rendez_vous_un_jour_de_repos(reseau, jour, phrases):
    assert pour_un_rendez_vous(instant(*jour), [], reseau) == phrases


@pytest.mark.parametrize("jour", [(2026, 4, 3), (2028, 12, 26)])
def test_rendez_vous_un_jour_ferie_d_alsace(jour):
    dits = [len(pour_un_rendez_vous(instant(*jour), [], ReseauFactory(departement=code))) for code in ("68", "70")]
    assert dits == [1, 0]


def test_rendez_vous_se_lit_a_l_heure_du_reseau():
    """Le dimanche soir de Paris est déjà lundi à La Réunion."""
    dimanche = datetime(2026, 11, 22, 21, 30, tzinfo=ZoneInfo("UTC"))
    assert pour_un_rendez_vous(dimanche, [], ReseauFactory(departement="70"))
    assert not pour_un_rendez_vous(dimanche, [], ReseauFactory(departement="974"))


@pytest.mark.parametrize(("jour", "nombre"), [(8, 0), (9, 1), (13, 1), (14, 0)])
def test_rendez_vous_pendant_une_absence_bornes_comprises(direct, jour, nombre):
    absence = AbsenceFactory(membre=direct, debut_le=date(2026, 6, 9), fin_le=date(2026, 6, 13))
    phrases = [phrase for phrase in pour_un_rendez_vous(instant(2026, 6, jour), [direct], direct.reseau) if "absente" in phrase]
    assert phrases == [f"{absence.phrase}."] * nombre


def test_mois_dit_ce_qu_il_reste_de_jours_ouvres(direct):
    direct.prenom, direct.nom = "Camille", "Fictif"
    direct.save()
    AbsenceFactory(membre=direct, debut_le=date(2026, 7, 27), fin_le=date(2026, 8, 14))
    phrases = pour_un_mois(date(2026, 8, 1), [direct], direct.reseau, date(2026, 3, 2))
    assert phrases == [
        "Camille Fictif est absente du 27 juillet au 14 août 2026 : il lui reste 11\u00a0jours ouvrés en août 2026."
    ]


def test_mois_commence_ne_compte_plus_les_jours_passes(direct):
    AbsenceFactory(membre=direct, debut_le=date(2026, 8, 27), fin_le=date(2026, 8, 31))
    phrases = pour_un_mois(date(2026, 8, 1), [direct], direct.reseau, date(2026, 8, 26))
    assert phrases[0].endswith("il lui reste 1\u00a0jour ouvré en août 2026.")


def test_mois_entier_d_absence(direct):
    AbsenceFactory(membre=direct, debut_le=date(2028, 2, 1), fin_le=date(2028, 2, 29))
    phrases = pour_un_mois(date(2028, 2, 1), [direct], direct.reseau, date(2028, 1, 3))
    assert phrases[0].endswith("aucun jour ouvré ne lui reste en février 2028.")


def test_sans_mois_vise_seule_l_absence_du_jour_previent(direct):
    AbsenceFactory(membre=direct, debut_le=date(2026, 3, 9), fin_le=date(2026, 3, 13))
    dits = [len(pour_un_mois(None, [direct], direct.reseau, date(2026, 3, jour))) for jour in (8, 9)]
    assert dits == [0, 1]


def test_prochaines_absences_de_deux_mois(direct):
    AbsenceFactory(membre=direct, debut_le=date(2026, 5, 4), fin_le=date(2026, 5, 5))
    attendue = {direct.pk: "absente du 4 au 5 mai 2026"}
    assert [prochaines([direct], jour) for jour in (date(2026, 3, 3), date(2026, 3, 4))] == [{}, attendue]


# Aux endroits où l'on confie et où l'on prend rendez-vous


@pytest.fixture
def absent(direct):
    """Le développeur, absent tout le mois prochain et aujourd'hui."""
    mois = plus_mois(premier_du_mois(localdate()), 1)
    AbsenceFactory(membre=direct, debut_le=mois, fin_le=mois.replace(day=28))
    return direct, mois.isoformat()


def confirmee(client, page, saisie):
    """Envoie une fois, lit ce dont on est prévenu, confirme ; rend (phrases lues, seconde réponse)."""
    form = client.post(page, saisie).context["form"]
    lues = form.fields["quand_meme"].widget.attrs["value"]
    return form.prevenances, client.post(page, saisie | {"quand_meme": lues})


def test_affecter_previent_de_l_absence_avant(clients, adresse, reseau, absent):
    visite = VisiteFactory(reseau=reseau)
    saisie = {"developpeur": absent[0].pk, "prevue_le": absent[1], "version": visite.version}
    phrases, response = confirmee(clients["animateur"], adresse("visites:affecter", visite.pk), saisie)
    visite.refresh_from_db()
    assert (len(phrases), response.status_code, visite.developpeur) == (1, 302, absent[0])


def test_affecter_previent_de_l_absence_de_l_accompagnant(clients, adresse, reseau, absent):
    visite, autre = VisiteFactory(reseau=reseau), MembreFactory(reseau=reseau)
    saisie = {"developpeur": autre.pk, "accompagnant": absent[0].pk, "prevue_le": absent[1], "version": visite.version}
    phrases, _ = confirmee(clients["animateur"], adresse("visites:affecter", visite.pk), saisie)
    assert str(absent[0]) in phrases[0]


def test_programmer_previent_et_garde_la_saisie(clients, adresse, reseau, absent):
    entreprise, campagne = EntrepriseFactory(reseau=reseau), CampagneFactory(reseau=reseau)
    saisie = {"entreprise": entreprise.pk, "developpeur": absent[0].pk, "prevue_le": absent[1]}
    page = adresse("visites:programmer", campagne.pk)
    response = clients["animateur"].post(page, saisie)
    assert [ligne["cochee"] for ligne in response.context["lignes"]] == [True]
    assert "Confier quand même" in response.content.decode()
    phrases, response = confirmee(clients["animateur"], page, saisie)
    assert (len(phrases), response.status_code, Visite.objects.count()) == (1, 302, 1)


def test_inscrire_a_la_liste_ne_previent_pas(clients, adresse, reseau, absent):
    entreprise, campagne = EntrepriseFactory(reseau=reseau), CampagneFactory(reseau=reseau)
    saisie = {"entreprise": entreprise.pk, "developpeur": absent[0].pk, "prevue_le": absent[1], "lister": "oui"}
    assert clients["animateur"].post(adresse("visites:programmer", campagne.pk), saisie).status_code == 302


def test_proposer_previent(clients, adresse, reseau, absent):
    entreprise = EntrepriseFactory(reseau=reseau)
    saisie = {"developpeur": absent[0].pk, "prevue_le": absent[1], "origine": "cible"}
    phrases, response = confirmee(clients["animateur"], adresse("visites:proposer", entreprise.pk), saisie)
    assert (len(phrases), response.status_code) == (1, 302)


def test_rendez_vous_pris_pendant_l_absence_previent(clients, adresse, reseau, absent):
    visite = VisiteFactory(reseau=reseau, developpeur=absent[0], programmee=True)
    saisie = {"quand": f"{absent[1]}T14:00", "version": visite.version}
    phrases, response = confirmee(clients["direct"], adresse("visites:rendez-vous", visite.pk), saisie)
    visite.refresh_from_db()
    assert f"{absent[0]} est absente" in phrases[-1]
    assert (response.status_code, visite.etat) == (302, "rendez_vous_pris")


def test_liste_des_developpeurs_dit_leur_prochaine_absence(clients, adresse, reseau, absent):
    page = clients["animateur"].get(adresse("visites:affecter", VisiteFactory(reseau=reseau).pk)).content.decode()
    assert f"{absent[0].institution}) : aucune visite ; absente du 1er au 28" in page
