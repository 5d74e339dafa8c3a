"""La fiche de préparation : les questions du guide, les dispositifs possibles, une page quoi qu'il arrive."""

import io
from datetime import timedelta

import pdfplumber
import pytest
from django.urls import reverse

from reseau.enums import Domaine
from reseau.models import Journal
from suivi import preparation
from suivi.enums import Nature
from suivi.preparation import HAUTEUR, imprimer_la_preparation, preparer
from tests.factories import JOUR, DispositifFactory, EntrepriseFactory, ProjetFactory, VisiteFactory
from visites import guides

pytestmark = pytest.mark.django_db


@pytest.fixture
def entreprise(reseau, direct):
    entreprise = EntrepriseFactory(reseau=reseau)
    ProjetFactory(visite=VisiteFactory(reseau=reseau, entreprise=entreprise, realisee=True, developpeur=direct))
    return entreprise


def bloc(entreprise, membre, debut):
    """Les lignes du bloc dont le titre commence ainsi ; None s'il n'y est pas."""
    blocs = preparer(entreprise, membre, JOUR).blocs
    return next((bloc.lignes for bloc in blocs if bloc.titre.startswith(debut)), None)


def test_sans_guide_en_service_pas_de_questions(entreprise, animateur):
    guides.installer("court", par=animateur)
    assert bloc(entreprise, animateur, "Questions") is None


def test_questions_du_guide_par_theme(entreprise, animateur):
    guides.mettre_en_service(guides.installer("court", par=animateur), par=animateur)
    lignes = bloc(entreprise, animateur, "Questions")
    assert (len(lignes), lignes[0][0]) == (7, "L’entreprise et son histoire")
    assert "Que faites-vous, et pour qui" in lignes[0][1]


@pytest.mark.parametrize("charge", [False, True])
def test_la_fiche_tient_sur_une_page_avec_le_guide_complet(entreprise, reseau, direct, animateur, charge):
    guides.mettre_en_service(guides.installer("complet", par=animateur), par=animateur)
    for rang in range(12 if charge else 0):
        visite = VisiteFactory(reseau=reseau, entreprise=entreprise, realisee=True, developpeur=direct)
        ProjetFactory(visite=visite, titre=("Un projet " * 16)[:160])
        DispositifFactory(reseau=reseau, nom=f"{'Dispositif ' * 10}{rang}")
    with pdfplumber.open(io.BytesIO(imprimer_la_preparation(entreprise, animateur, JOUR))) as pdf:
        assert len(pdf.pages) == 1
        texte = pdf.pages[0].extract_text()
    assert ["Questions du guide" in texte, "Notes" in texte] == [True, True]


def test_estimation_evite_les_mises_en_page_inutiles(entreprise, animateur, monkeypatch):
    guides.mettre_en_service(guides.installer("complet", par=animateur), par=animateur)
    essais, composer = [], preparation._imprimer
    monkeypatch.setattr(preparation, "_imprimer", lambda fiche, *suite: essais.append(fiche) or composer(fiche, *suite))
    imprimer_la_preparation(entreprise, animateur, JOUR)
    assert len(essais) == 1
    assert preparation.hauteur_estimee(essais[0]) <= HAUTEUR


def test_dispositifs_possibles_touchent_aux_projets_et_valent_ce_jour(entreprise, reseau, animateur):
    assert entreprise.visites.get().projets.get().nature == Nature.PRODUCTION
    utile = {"reseau": reseau, "domaine": Domaine.PRODUCTION}
    DispositifFactory(**utile, nom="Le bon", organisme="CCI")
    DispositifFactory(reseau=reseau, nom="Hors sujet", domaine=Domaine.FORMATION)
    DispositifFactory(**utile, nom="Fermé", fin_le=JOUR - timedelta(days=1))
    DispositifFactory(**utile, nom="À venir", debut_le=JOUR + timedelta(days=1))
    DispositifFactory(nom="D’un autre réseau", domaine=Domaine.PRODUCTION)
    assert bloc(entreprise, animateur, "Dispositifs") == [("Le bon", "CCI, production")]


def test_sans_projet_pas_de_dispositif(reseau, animateur):
    DispositifFactory(reseau=reseau)
    assert bloc(EntrepriseFactory(reseau=reseau), animateur, "Dispositifs") is None


def test_qui_ne_voit_pas_les_projets_n_en_devine_pas_par_les_dispositifs(entreprise, reseau, membres):
    DispositifFactory(reseau=reseau)
    assert bloc(entreprise, membres["prefecture"], "Dispositifs") is None


def test_fiche_au_telephone_est_notee_et_compose_un_numero(entreprise, clients):
    type(entreprise).objects.filter(pk=entreprise.pk).update(telephone="03 84 00 00 00")
    page = clients["direct"].get(reverse("suivi:preparation-lire", args=[entreprise.reseau.slug, entreprise.pk])).content.decode()
    assert ['href="tel:0384000000"' in page, "Agrandir l’atelier" in page] == [True, True]
    assert Journal.objects.get().precision == "fiche de préparation"
