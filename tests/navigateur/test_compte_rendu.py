"""Le compte rendu sur un téléphone, dans un vrai Chromium : en peu de gestes, au clavier, sans réseau, à plusieurs."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from reseau.enums import Qualite, Role
from suivi.models import Brouillon
from tests.factories import (
    ContactFactory,
    InstitutionFactory,
    MembreFactory,
    ReseauFactory,
    SignataireFactory,
    VisiteFactory,
)
from tests.navigateur.ecran import ouvrir_une_session

pytestmark = pytest.mark.navigateur

PHRASE = "Le séchoir fictif sature dès mars."
SANS_RESEAU = re.compile("Sans réseau : gardé sur ce téléphone, chiffré")
ENREGISTRE = re.compile(r"Enregistré à \d\d h \d\d")


@pytest.fixture
def visite(transactional_db, references):
    reseau = ReseauFactory(slug="essai", nom="Réseau d’essai")
    SignataireFactory(reseau=reseau)
    institution = InstitutionFactory(reseau=reseau, sigle="CCI")
    direct = MembreFactory(reseau=reseau, institution=institution, prenom="Diane", nom="Essai")
    MembreFactory(
        reseau=reseau, institution=institution, role=Role.ANIMATEUR, qualite=Qualite.AUCUN, prenom="Ariane", nom="Essai"
    )
    visite = VisiteFactory(reseau=reseau, programmee=True, developpeur=direct, entreprise__raison_sociale="Atelier inventé")
    ContactFactory(entreprise=visite.entreprise, dirigeant=True)
    return visite


@pytest.fixture
def telephone(new_context, live_server):
    """Un téléphone connecté au compte d'un membre : `telephone(membre)` rend sa page."""

    def ouvrir(membre, contexte=None):
        contexte = contexte or new_context(viewport={"width": 390, "height": 800})
        contexte.add_cookies([ouvrir_une_session(membre) | {"url": live_server.url}])
        page = contexte.new_page()
        page.set_default_timeout(10_000)
        return page

    return ouvrir


@pytest.fixture
def adresse(visite, live_server):
    return live_server.url + reverse("suivi:compte-rendu", args=["essai", visite.pk])


@pytest.fixture
def page(telephone, visite, adresse):
    """Le compte rendu ouvert, enregistrement branché."""
    page = telephone(visite.developpeur)
    ouvrir(page, adresse)
    return page


def ouvrir(page, adresse):
    page.goto(adresse)
    page.wait_for_selector("#compte-rendu[data-pret]")


def phrase(page):
    return page.locator("[name=phrase]")


def etat(page):
    return page.locator("[data-etat]")


def couper(page):
    """Coupe le réseau une fois que la coquille est en cache."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    page.context.set_offline(True)


def test_sans_reseau_page_fermee_et_rouverte_rien_ne_se_perd(page, adresse, visite):
    couper(page)
    phrase(page).fill(PHRASE)
    expect(etat(page)).to_have_text(SANS_RESEAU)
    page.get_by_role("button", name="Ajouter un projet").click()
    page.locator("[name=projets-0-titre]").fill("Agrandir")
    page.wait_for_timeout(600)
    contexte = page.context
    page.close()
    page = contexte.new_page()
    ouvrir(page, adresse)
    assert (phrase(page).input_value(), page.locator("[name=projets-0-titre]").input_value()) == (PHRASE, "Agrandir")
    phrase(page).fill(f"{PHRASE} Suite.")
    page.wait_for_timeout(600)
    contexte.set_offline(False)
    expect(etat(page)).to_have_text(ENREGISTRE)
    assert "Suite." in Brouillon.objects.get().contenu
    assert visite.developpeur_id == Brouillon.objects.get().membre_id
