"""Le flux d'agenda personnel : ce qu'on y lit, à qui il s'ouvre, quand il se ferme."""

import logging
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils.timezone import localdate, now

from reseau.lib import limite
from reseau.models import Journal, Membre
from tests.conftest import connecter
from tests.factories import (
    JOUR,
    CompteRenduFactory,
    ContactFactory,
    DeportFactory,
    FluxAgendaFactory,
    ReunionFactory,
    VisiteFactory,
)
from tests.lib.lecteur_ics import horaire, relire
from tests.visites.conftest import dits
from visites.models import FluxAgenda, Visite
from visites.views.agenda import LECTURES_PAR_HEURE

pytestmark = pytest.mark.django_db
DEMAIN = timedelta(days=1)


@pytest.fixture(autouse=True)
def _cache_vide():
    cache.clear()


@pytest.fixture
def flux(direct):
    return FluxAgendaFactory(membre=direct)


@pytest.fixture
def rendez_vous(reseau, direct):
    """Un rendez-vous du direct demain, chez un dirigeant nommé."""
    visite = VisiteFactory(reseau=reseau, rendez_vous=True, rendez_vous_le=now() + DEMAIN, developpeur=direct)
    ContactFactory(entreprise=visite.entreprise, nom="Zébulon", telephone="03 84 00 00 01", courriel="z@scierie.test")
    return visite


def lire(flux, **entetes):
    return Client().get(flux.chemin, headers=entetes)


def lus(flux):
    """{titre: statut} des évènements du flux."""
    return {evenement.summary.value: evenement.status.value for evenement in relire(lire(flux).content)[1]}


# Ce qu'on y lit


def test_flux_rend_les_rendez_vous_et_les_reunions(flux, rendez_vous, reseau):
    ReunionFactory(reseau=reseau, le=localdate() + DEMAIN)
    attendus = {f"Visite – {rendez_vous.entreprise}": "CONFIRMED", f"Réunion – {reseau}": "CONFIRMED"}
    assert lus(flux) == attendus


def test_flux_relu_a_la_bonne_heure(flux, rendez_vous, reseau):
    reunion = ReunionFactory(reseau=reseau, le=date(2028, 2, 29), heure=time(14))
    ete, hiver = (ReunionFactory(reseau=reseau, le=date(2027, mois, jour), heure=time(9)) for mois, jour in ((3, 28), (10, 31)))
    calendrier, evenements = relire(lire(flux).content)
    horaires = {evenement.uid.value.split("@")[0]: horaire(evenement) for evenement in evenements}
    assert calendrier.method.value == "PUBLISH"
    for seance in (reunion, ete, hiver):
        debut = datetime.combine(seance.le, seance.heure, ZoneInfo("Europe/Paris"))
        assert horaires[f"reunion-{seance.pk}"] == (debut, debut + timedelta(hours=2))
    visite = next(moment for numero, moment in horaires.items() if numero.startswith("visite-"))
    assert abs(visite[0] - rendez_vous.rendez_vous_le) < timedelta(seconds=1)


def test_flux_porte_les_accompagnements(membres, rendez_vous):
    Visite.objects.update(accompagnant=membres["associe"])
    assert lus(FluxAgendaFactory(membre=membres["associe"])) == {f"Visite – {rendez_vous.entreprise}": "CONFIRMED"}


def test_flux_ignore_les_rendez_vous_des_autres(membres, rendez_vous):
    assert lus(FluxAgendaFactory(membre=membres["animateur"])) == {}


def test_flux_tait_l_entreprise_dont_on_se_deporte(flux, rendez_vous, direct):
    DeportFactory(entreprise=rendez_vous.entreprise, membre=direct)
    assert str(rendez_vous.entreprise) not in lire(flux).content.decode()


def test_flux_ne_dit_rien_de_confidentiel(flux, rendez_vous, reseau):
    ReunionFactory(reseau=reseau, le=localdate() + DEMAIN, message=f"Restitution {rendez_vous.entreprise} SECRET")
    CompteRenduFactory(visite=rendez_vous, phrase="SECRET", entendu="SECRET")
    Visite.objects.update(precision="SECRET", derogation="SECRET", malgre_contact="SECRET")
    contenu = lire(flux).content.decode()
    assert [mot for mot in ("SECRET", "Zébulon", "03 84", "scierie.test") if mot in contenu] == []


@pytest.mark.parametrize("sortie", ["refusee", "injoignable", "annulee"])
def test_flux_annule_ce_qui_est_tombe_puis_l_oublie(flux, direct, reseau, sortie):
    tombee = {"reseau": reseau, "developpeur": direct, "rendez_vous_le": now() + DEMAIN, sortie: True}
    visite = VisiteFactory(**tombee, **{f"{sortie}_le": localdate()})
    assert lus(flux) == {f"Visite – {visite.entreprise}": "CANCELLED"}
    Visite.objects.update(**{f"{sortie}_le": localdate() - timedelta(days=70)})
    assert lus(flux) == {}


def test_flux_annule_une_reunion_annulee(flux, reseau):
    ReunionFactory(reseau=reseau, le=localdate() + DEMAIN, annulee=True, annulee_le=now())
    assert lus(flux) == {f"Réunion – {reseau}": "CANCELLED"}


def test_flux_oublie_le_trop_ancien(flux, direct, reseau):
    VisiteFactory(reseau=reseau, developpeur=direct, realisee=True, rendez_vous_le=now() - timedelta(days=120))
    assert lus(flux) == {}


def test_flux_suit_un_report(flux, rendez_vous):
    avant = relire(lire(flux).content)[1][0]
    Visite.objects.update(rendez_vous_le=rendez_vous.rendez_vous_le + DEMAIN, version=2)
    apres = relire(lire(flux).content)[1][0]
    assert (avant.uid.value, apres.sequence.value) == (apres.uid.value, "1")
    assert horaire(apres)[0] - horaire(avant)[0] == DEMAIN


def test_flux_a_le_meme_nombre_de_requetes(flux, reseau, direct, constantes):
    def ajouter():
        VisiteFactory(reseau=reseau, rendez_vous=True, rendez_vous_le=now() + DEMAIN, developpeur=direct)
        ReunionFactory(reseau=reseau, le=localdate() + DEMAIN)

    lire(flux)

    def relu():
        FluxAgenda.objects.update(empreinte="")
        lire(flux)

    assert constantes(relu, ajouter, (1, 3, 20)) <= 8


# En-têtes


def test_flux_se_garde_pour_soi(flux):
    response = lire(flux)
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert response.headers["Cache-Control"] == "private, no-cache"
    assert not response.cookies


def test_flux_inchange_repond_304(flux, rendez_vous):
    premiere = lire(flux)
    assert lire(flux, if_none_match=premiere.headers["ETag"]).status_code == 304
    assert lire(flux, if_modified_since=premiere.headers["Last-Modified"]).status_code == 304
    assert lire(flux).content == premiere.content
    Visite.objects.update(rendez_vous_lieu="À l’accueil")
    assert lire(flux, if_none_match=premiere.headers["ETag"]).status_code == 200


# Le secret


@pytest.mark.parametrize("jeton", ["0" * 64, "a", "inconnu"])
def test_flux_ne_s_ouvre_pas_sans_son_jeton(flux, jeton):
    assert Client().get(f"/agenda/{flux.pk}/{jeton}.ics").status_code == 404
    assert Client().get(f"/agenda/{flux.pk + 1}/{flux.jeton}.ics").status_code == 404


def test_jeton_est_long_et_ne_se_garde_pas(flux):
    assert len(bytes.fromhex(flux.jeton)) * 8 == 256
    assert flux.jeton not in str(FluxAgenda.objects.filter(pk=flux.pk).values().get())


def test_renouveler_ferme_l_ancienne_adresse(clients, adresse, flux):
    clients["direct"].post(adresse("visites:agenda-renouveler"))
    assert lire(flux).status_code == 404
    assert lire(FluxAgenda.objects.get()).status_code == 200


def test_revoquer_dit_que_l_adresse_a_disparu(clients, adresse, flux):
    response = clients["direct"].post(adresse("visites:agenda-revoquer"))
    assert dits(response) == ["L’adresse est révoquée : plus aucun agenda ne lit vos rendez-vous."]
    assert lire(flux).status_code == 410
    clients["direct"].post(adresse("visites:agenda-renouveler"))
    assert [lire(flux).status_code, lire(FluxAgenda.objects.get()).status_code] == [404, 200]


@pytest.mark.parametrize("champs", [{"parti_le": JOUR}, {"entre_le": date(2999, 1, 1)}])
def test_flux_se_ferme_a_qui_n_est_plus_du_reseau(flux, direct, champs):
    Membre.objects.filter(pk=direct.pk).update(**champs)
    assert lire(flux).status_code == 410


def test_flux_se_ferme_avec_le_compte(flux, direct):
    type(direct.utilisateur).objects.filter(pk=direct.utilisateur_id).update(is_active=False)
    assert lire(flux).status_code == 410


def test_flux_est_borne(flux, monkeypatch):
    monkeypatch.setattr(limite, "time", lambda: 7_200)
    reponses = [lire(flux).status_code for _ in range(LECTURES_PAR_HEURE + 1)]
    assert (set(reponses[:-1]), reponses[-1]) == ({200}, 429)
    assert lire(flux).headers["Retry-After"] == "3600"


def test_flux_ne_laisse_son_jeton_dans_aucun_journal(flux, caplog):
    with caplog.at_level(logging.DEBUG, logger="django"):
        lire(flux)
        Client().get(f"/agenda/{flux.pk + 1}/{flux.jeton}.ics")
        FluxAgenda.objects.update(revoque_le=now())
        lire(flux)
    messages = [trace.getMessage() for trace in caplog.records if not trace.name.startswith("django.db")]
    assert [message for message in messages if flux.jeton in message] == []


def test_flux_lu_se_journalise_une_fois_par_jour(flux, direct):
    for _ in range(3):
        lire(flux)
    (ligne,) = Journal.objects.filter(membre=direct)
    assert (ligne.geste, ligne.objet, ligne.objet_id) == ("lecture", "visites.fluxagenda", flux.pk)


def test_flux_relu_n_ecrit_pas(flux, requetes):
    lire(flux)
    assert requetes(lambda: lire(flux)) == 3


# La page


def test_mon_agenda_propose_de_creer(clients, adresse):
    response = clients["associe"].get(adresse("visites:agenda"))
    assert response.context["flux"] is None
    assert "Créer mon adresse d’agenda" in response.content.decode()


def test_mon_agenda_montre_les_deux_adresses(clients, adresse, flux):
    html = clients["direct"].get(adresse("visites:agenda"), secure=True).content.decode()
    assert f'value="https://testserver{flux.chemin}"' in html
    assert f'href="webcal://testserver{flux.chemin}"' in html


def test_mon_agenda_est_a_soi(clients, adresse, flux):
    assert flux.jeton not in clients["animateur"].get(adresse("visites:agenda")).content.decode()


def test_mon_agenda_n_est_pas_pour_l_observateur(clients, adresse):
    assert clients["observateur"].get(adresse("visites:agenda")).status_code == 403


def test_deux_reseaux_deux_agendas(flux, rendez_vous, direct):
    """Une même personne dans deux réseaux : rien ne passe de l'un à l'autre."""
    ailleurs = FluxAgendaFactory(membre__utilisateur=direct.utilisateur)
    assert (len(lus(flux)), lus(ailleurs)) == (1, {})
    assert flux.jeton != ailleurs.jeton
    assert connecter(ailleurs.membre).get(f"/{flux.membre.reseau.slug}/mon-agenda/").context["flux"] == flux
