"""static/js/site.js et static/css/site.css dans un vrai navigateur, sous la politique de sécurité du site.

Aucun serveur : les pages sont composées ici, les fichiers statiques servis par les « finders » de Django.
"""

import json
import mimetypes
import re
import shutil
from urllib.parse import parse_qs, urlparse

import pytest
from axe_playwright_python.sync_playwright import Axe
from csp.utils import build_policy
from django.contrib.staticfiles import finders
from django.template import engines
from django.test import RequestFactory, override_settings
from playwright.sync_api import sync_playwright

from reseau.enums import Role
from tests.reseau import test_gabarits
from tests.reseau.test_gabarits import demande

pytestmark = [pytest.mark.navigateur, pytest.mark.skipif(not shutil.which("chromium"), reason="Chromium est absent")]

LISTE = """{% extends "base.html" %}{% load affichage %}{% block titre %}Visites{% endblock %}{% block contenu %}
<form method="post" action="/fait/">{% csrf_token %}{% jeton_envoi %}
{% tableau "Visites" %}<thead><tr>{% tout_cocher "visite" %}{% entete_tri "nom" "Société" %}<th scope="col">Commune</th>
<th scope="col">Développeur</th><th scope="col">État</th><th scope="col" class="nombre">Effectif</th></tr></thead><tbody>
{% for nom in noms %}<tr>{% case_a_cocher "visite" forloop.counter nom %}<th scope="row">{{ nom }}</th>
<td data-label="Commune">Saint-Martin-des-Essais-sur-la-Bourne</td><td data-label="Développeur">Camille Aubrac</td>
<td data-label="État">{% etat "rendez_vous_pris" "Rendez-vous pris" %}</td><td data-label="Effectif" class="nombre">1 200</td>
</tr>{% endfor %}</tbody>{% endtableau %}
<button class="fr-btn" name="geste" value="lettres" data-si-coche="visite">Préparer les lettres</button>
<p data-compteur="visite" aria-live="polite"></p></form>
<a class="fr-btn" href="/annuler/" data-confirmer="Annuler cette visite ?" data-confirmer-titre="Annuler">Annuler</a>
{% endblock %}"""

PROGRESSION = """{% extends "base.html" %}{% block titre %}Impression{% endblock %}{% block contenu %}
{% include "_progression.html" with adresse="/avance/" titre="Trois lettres" %}{% endblock %}"""


@pytest.fixture(scope="module")
def navigateur():
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield chromium
        chromium.close()


class Site:
    """Répond aux requêtes de la page, retient ses envois et ce que la console en dit."""

    def __init__(self, page, html):
        self.page, self.html, self.envois, self.console, self.reponses = page, html, [], [], []
        page.on("console", lambda message: self.console.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda erreur: self.console.append(str(erreur)))
        page.route("**/*", self.repondre)
        page.goto("http://reseau.exemple/drac/")
        page.wait_for_load_state("networkidle")

    def repondre(self, route):
        chemin = urlparse(route.request.url).path
        if chemin.startswith("/static/"):
            fichier = finders.find(chemin.removeprefix("/static/"))
            return route.fulfill(path=fichier, content_type=mimetypes.guess_type(fichier)[0])
        if route.request.method == "POST":
            self.envois.append((chemin, parse_qs(route.request.post_data or "")))
            if self.reponses:
                return route.fulfill(content_type="application/json", body=json.dumps(self.reponses.pop(0)))
        entetes = {"Content-Security-Policy": build_policy(), "Content-Type": "text/html; charset=utf-8"}
        return route.fulfill(headers=entetes, body=self.html)


@pytest.fixture
def ouvrir(navigateur):
    contextes = []

    def ouvrir(source, largeur=1280, reponses=(), **contexte):
        contextes.append(navigateur.new_context(viewport={"width": largeur, "height": 900}, locale="fr-FR"))
        with override_settings(ROOT_URLCONF=test_gabarits):
            request = demande(role=Role.ANIMATEUR)
            html = engines["django"].from_string(source).render(
                {"noms": ["Fonderies du Drac", "Papeteries réunies de la Bourne et du Royans"], **contexte}, request
            )
        site = Site.__new__(Site)
        page = contextes[-1].new_page()
        page.set_default_timeout(5000)
        Site.__init__(site, page, html)
        return site

    yield ouvrir
    for contexte in contextes:
        contexte.close()
