"""D7 : l'heure change, l'année aussi ; une ligne reste de son jour, une lettre de son année, un rendez-vous à son heure.

Les relances d'un an, changements d'heure compris : `tests/suivi/test_relances_au_fil_des_jours.py`.
"""

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from unittest import mock
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from reseau.enums import Geste, Qualite, Role
from reseau.lib.fuseaux import fuseau_du
from reseau.models import Journal
from tests.conftest import connecter
from tests.factories import CourrierFactory, MembreFactory, ReseauFactory, SignataireFactory, VisiteFactory
from tests.fiabilite.verification import verification
from visites.models import Courrier

pytestmark = pytest.mark.django_db
PARIS = ZoneInfo("Europe/Paris")
SINGULIERS = [date(2026, 3, 29), date(2026, 10, 25), date(2026, 12, 31), date(2027, 1, 1), date(2028, 2, 29)]
DEMI_HEURE = timedelta(minutes=30)


def jours_de(annee):
    premier = date(annee, 1, 1)
    return [premier + timedelta(days=rang) for rang in range((date(annee + 1, 1, 1) - premier).days)]


@pytest.fixture
def a_l_instant(monkeypatch):
    """Met l'horloge du service à cet instant, jusqu'à la fin de l'essai."""

    def regler(instant):
        for horloge in ("django.utils.timezone.now", "reseau.sessions.now"):
            monkeypatch.setattr(horloge, lambda: instant)

    return regler


@pytest.fixture
def sans_epreuve(monkeypatch):
    """Une lettre se signe sans s'être mise en page : qu'elle tienne sur la sienne ne dit rien de son année."""
    monkeypatch.setattr("visites.courriers.trop_haute", lambda lettres: None)


def journee_de_londres(monkeypatch):
    """Le journal compte ses jours sur l'horloge du serveur."""
    monkeypatch.setattr("reseau.models.registre.minuit", lambda jour: datetime.combine(jour, time(), UTC))


@verification(
    "D7", "le journal range chaque demi-heure de deux années dans son jour", casser=journee_de_londres, rapide=["sqlite"]
)
def test_chaque_demi_heure_est_de_son_jour(bilan):
    """2026, et 2028 qui est bissextile ; la suite ordinaire, les jours où l'heure, le mois ou l'année changent."""
    reseau, attendues = ReseauFactory(), defaultdict(int)
    for le in bilan.taille(SINGULIERS, jours_de(2026) + jours_de(2028)):
        instants = [datetime.combine(le, time(), UTC) + rang * DEMI_HEURE for rang in range(48)]
        for instant in instants:
            attendues[instant.astimezone(PARIS).date()] += 1
        with mock.patch("django.utils.timezone.now", side_effect=instants):
            Journal.objects.bulk_create(Journal(reseau=reseau, geste=Geste.LECTURE, objet="essai") for _ in instants)
    for le, voulues in attendues.items():
        comptees = Journal.objects.filter(reseau=reseau).depuis(le).jusqu_au(le).count()
        bilan.noter(comptees == voulues, f"{le} : {comptees} lignes pour {voulues}")


def lettres_de_londres(monkeypatch):
    """Une lettre se date sur l'horloge du serveur."""
    monkeypatch.setattr("visites.views.lots.localdate", lambda: timezone.now().date())


def lettres_de_paris(monkeypatch):
    """Toutes se datent à l'heure de Paris, même outre-mer."""
    monkeypatch.setattr("reseau.models.reseau.Reseau.fuseau", PARIS)


@verification(
    "D7",
    "lettres signées de part et d’autre du nouvel an de chaque réseau : l’année du numéro est celle de la lettre",
    casser=(lettres_de_londres, lettres_de_paris),
    rapide=["sqlite"],
)
def test_numero_est_de_l_annee_de_la_lettre(bilan, a_l_instant, sans_epreuve):
    """L'horloge avance puis recule de deux heures : chaque année garde ses numéros, de 1 en 1, sans trou ni double."""
    for departement in ("70", "974", "987", "988"):  # Paris, La Réunion, Tahiti, Nouméa
        reseau, fuseau = ReseauFactory(departement=departement), fuseau_du(departement)
        SignataireFactory(reseau=reseau)
        signataire = MembreFactory(reseau=reseau, role=Role.PREFECTURE, qualite=Qualite.AUCUN)
        minuit, numeros = datetime(2028, 1, 1, tzinfo=fuseau).astimezone(UTC), {2027: [], 2028: []}
        for minutes in 2 * [*range(-60, 61, bilan.taille(30, 10))]:
            a_l_instant(minuit + timedelta(minutes=minutes))
            lettre = _signer_une_lettre(signataire)
            le = timezone.now().astimezone(fuseau).date()
            lues = (lettre.annee, lettre.signe_le, lettre.contenu["datee_du"])
            bilan.noter(lues == (le.year, le, le.isoformat()), f"{minutes} min de minuit, {fuseau} : {lues}")
            numeros[le.year].append(lettre.numero)
        for annee, siens in numeros.items():
            bilan.noter(siens == list(range(1, len(siens) + 1)), f"numéros de {annee}, {fuseau} : {siens}")


def _signer_une_lettre(signataire):
    reseau = signataire.reseau
    lettre = CourrierFactory(visite=VisiteFactory(reseau=reseau, programmee=True), a_signer=True)
    connecter(signataire).post(reverse("visites:courriers-signer", args=[reseau.slug]), {"courrier": lettre.pk})
    return Courrier.objects.get(pk=lettre.pk)


def heure_devinee(monkeypatch):
    """Une heure qui n'existe pas, ou qui existe deux fois, se prend pour l'une des deux sans rien en dire."""
    monkeypatch.setattr("django.forms.fields.from_current_timezone", timezone.make_aware)


@verification(
    "D7",
    "rendez-vous de chaque demi-heure des jours où l’heure change : noté tel quel, ou refusé en français s’il n’existe pas",
    casser=heure_devinee,
    rapide=["sqlite"],
)
@pytest.mark.parametrize("jour", [date(2026, 3, 29), date(2026, 10, 25)])
def test_rendez_vous_d_un_jour_ou_l_heure_change(bilan, jour, a_l_instant):
    a_l_instant(datetime(2026, 3, 20, tzinfo=UTC))
    visite = VisiteFactory(programmee=True)
    client, adresse = connecter(visite.developpeur), reverse("visites:rendez-vous", args=[visite.reseau.slug, visite.pk])
    for rang in range(48):
        voulu = datetime.combine(jour, time()) + rang * DEMI_HEURE
        visite.refresh_from_db()
        envoi = {"quand": voulu.isoformat(timespec="minutes"), "version": visite.version}
        response, avant = _envoyer(client, adresse, envoi), visite.rendez_vous_le
        visite.refresh_from_db()
        if _est_une_heure(voulu):
            note = visite.rendez_vous_le and visite.rendez_vous_le.astimezone(PARIS).replace(tzinfo=None)
            bilan.noter((response.status_code, note) == (302, voulu), f"{voulu} : {response.status_code}, {note}")
        else:
            dit = _refus(response)
            refuse = visite.rendez_vous_le == avant and "n’a pas pu être interprétée" in dit and envoi["quand"] in dit
            bilan.noter(refuse, f"{voulu} : {response.status_code}, {visite.rendez_vous_le}")


def _envoyer(client, adresse, envoi):
    """L'heure change un dimanche : la page s'en étonne, on confirme."""
    response = client.post(adresse, envoi)
    if response.status_code == 200 and "quand_meme" in (champs := response.context["form"].fields):
        response = client.post(adresse, envoi | {"quand_meme": champs["quand_meme"].widget.attrs["value"]})
    return response


def _est_une_heure(voulu):
    """Une seule fois ce jour-là, à Paris."""
    instants = {voulu.replace(tzinfo=PARIS, fold=fois).astimezone(UTC) for fois in (0, 1)}
    return len(instants) == 1


def _refus(response):
    """La page qui refuse : son message, et l'heure tapée, encore dans son champ."""
    return response.content.decode() if response.status_code == 200 else ""
