"""Un vrai Chromium, et un site de démonstration servi pour tout un fichier d'essais."""

import os
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.db import connections
from django.urls import reverse
from playwright.sync_api import sync_playwright
from pytest_django.live_server_helper import LiveServer

from reseau.enums import Profil, Qualite, Role
from reseau.models import Membre
from tests.factories import (
    ContactFactory,
    EntrepriseFactory,
    InstitutionFactory,
    MembreFactory,
    ReseauFactory,
    SignataireFactory,
    VisiteFactory,
)
from tests.navigateur.ecran import ouvrir_une_session
from tests.navigateur.telephone import ENTREPRISE, entrer, nouvelle_page, ouvrir

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # le navigateur tourne dans une boucle ; la base n'y est pour rien
GRAINE = 1996


@pytest.fixture(scope="module")
def chromium(django_db_setup):
    """Le Chromium de Debian ; sans bac à sable quand l'essai tourne sous root.

    La base se crée avant lui : une connexion ouverte dans sa boucle ne se voit pas du dehors, où la base se détruit. Sans carte
    graphique, dessiner dans un processus à part ne coûterait que du temps : un sixième.
    """
    discret = [
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--disable-quic",
        "--in-process-gpu",
    ]
    sous_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=[*discret, *sous_root])
        yield chromium
        chromium.close()
        connections.close_all()  # celles qu'a ouvertes la boucle du navigateur : personne d'autre ne les voit


@pytest.fixture
def new_context(chromium):
    """Fabrique de profils de navigateur vierges, en français ; `new_context(viewport=…)`."""
    contextes = []

    def creer(**options):
        contextes.append(chromium.new_context(locale="fr-FR", **options))
        return contextes[-1]

    yield creer
    for contexte in contextes:
        contexte.close()


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker):
    """Le site servi sur la démonstration, le temps d'un fichier d'essais."""
    with django_db_blocker.unblock():
        call_command("demo", reseaux=2, graine=GRAINE, verbosity=0)
        serveur = LiveServer("127.0.0.1")
        serveur.sessions = {profil: ouvrir_une_session(membre_de_demonstration(profil)) for profil in Profil.values}
        yield serveur
        serveur.stop()
        call_command("flush", interactive=False, verbosity=0)


def membre_de_demonstration(profil, slug="haute-saone"):
    """Un membre actif de ce profil dans le réseau de démonstration."""
    membres = Membre.objects.filter(reseau__slug=slug, parti_le=None).select_related("utilisateur", "institution", "reseau")
    return next(membre for membre in membres if membre.profil == profil)


# Un compte rendu à écrire, sur un téléphone


@pytest.fixture
def lieu(transactional_db, live_server):
    """Un réseau servi : `url`, `reseau`, `direct`, `animateur`. Sans les références de l'Insee, longues à recharger."""
    reseau = ReseauFactory(slug="essai", nom="Réseau d’essai")
    SignataireFactory(reseau=reseau)
    institution = InstitutionFactory(reseau=reseau, sigle="CCI")
    direct = MembreFactory(reseau=reseau, institution=institution, prenom="Diane", nom="Essai")
    role = {"role": Role.ANIMATEUR, "qualite": Qualite.AUCUN}
    animateur = MembreFactory(reseau=reseau, institution=institution, prenom="Ariane", nom="Essai", **role)
    return SimpleNamespace(url=live_server.url, reseau=reseau, direct=direct, animateur=animateur)


@pytest.fixture
def visite(lieu):
    entreprise = EntrepriseFactory(reseau=lieu.reseau, raison_sociale=ENTREPRISE, naf_id=None, commune_id=None)
    ContactFactory(entreprise=entreprise, dirigeant=True)
    return VisiteFactory(reseau=lieu.reseau, programmee=True, developpeur=lieu.direct, entreprise=entreprise)


@pytest.fixture
def adresse(visite, lieu):
    return lieu.url + reverse("suivi:compte-rendu", args=["essai", visite.pk])


@pytest.fixture
def appareil(new_context, lieu):
    """Un téléphone où ce membre est connecté : `appareil(membre)` rend une page vide."""

    def ouvrir_un_appareil(membre):
        contexte = new_context(viewport={"width": 390, "height": 800}, permissions=["clipboard-read", "clipboard-write"])
        entrer(contexte, lieu, membre)
        return nouvelle_page(contexte)

    return ouvrir_un_appareil


@pytest.fixture
def page(appareil, lieu, adresse):
    """Le compte rendu ouvert sur le téléphone du développeur, l'enregistrement branché."""
    page = appareil(lieu.direct)
    ouvrir(page, adresse)
    return page
