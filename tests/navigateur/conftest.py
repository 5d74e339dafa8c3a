"""Un vrai Chromium, et un site de démonstration servi pour tout un fichier d'essais."""

import os

import pytest
from django.core.management import call_command
from django.db import connections
from playwright.sync_api import sync_playwright
from pytest_django.live_server_helper import LiveServer

from reseau.enums import Profil
from reseau.models import Membre
from tests.navigateur.ecran import ouvrir_une_session

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # le navigateur tourne dans une boucle ; la base n'y est pour rien
GRAINE = 1996


@pytest.fixture(scope="module")
def chromium():
    """Le Chromium de Debian ; sans bac à sable quand l'essai tourne sous root."""
    discret = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
    sous_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=[*discret, *sous_root, "--disable-quic"])
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
        call_command("charger_references", verbosity=0)


def membre_de_demonstration(profil, slug="haute-saone"):
    """Un membre actif de ce profil dans le réseau de démonstration."""
    membres = Membre.objects.filter(reseau__slug=slug, parti_le=None).select_related("utilisateur", "institution", "reseau")
    return next(membre for membre in membres if membre.profil == profil)
