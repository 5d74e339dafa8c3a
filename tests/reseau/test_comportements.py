"""static/js/site.js et static/css/site.css dans un vrai navigateur, sous la politique de sécurité du site.

Aucun serveur : les pages sont composées ici, les fichiers statiques servis par les « finders » de Django.
"""

import mimetypes
import shutil
from urllib.parse import parse_qs, urlparse

import pytest
from csp.utils import build_policy
from django.contrib.staticfiles import finders
from django.template import engines
from django.test import override_settings
from playwright.sync_api import sync_playwright

from reseau.enums import Role
from tests.navigateur.ecran import violations
from tests.reseau.vitrine import demande

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
<a class="fr-link fr-link--download" href="/lot.pdf?etat=oui" data-lot="visite">Télécharger <span>2 visites</span></a>
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
    """Répond à tout ce que la page demande ; retient ses envois et ce que la console en dit.

    `reponses` : arguments de `route.fulfill` pour les envois, dans l'ordre ; ensuite, la page elle-même.
    """

    def __init__(self, page, html, reponses):
        self.page, self.html, self.reponses = page, html, list(reponses)
        self.envois, self.console = [], []
        page.on("console", lambda message: self.console.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda erreur: self.console.append(str(erreur)))
        page.route("**/*", self.repondre)
        page.goto("http://reseau.exemple/drac/")
        page.wait_for_selector("#fr-theme-modal[data-fr-js-modal]", state="attached")

    def repondre(self, route):
        """Fichier statique, réponse préparée à un envoi, ou la page elle-même."""
        chemin = urlparse(route.request.url).path
        if chemin.startswith("/static/"):
            fichier = finders.find(chemin.removeprefix("/static/"))
            return route.fulfill(path=fichier, content_type=mimetypes.guess_type(fichier)[0])
        if route.request.method == "POST":
            self.envois.append((chemin, parse_qs(route.request.post_data or "")))
            if self.reponses:
                return route.fulfill(**self.reponses.pop(0))
        entetes = {"Content-Security-Policy": build_policy(), "Content-Type": "text/html; charset=utf-8"}
        return route.fulfill(headers=entetes, body=self.html)

    def deborde(self):
        return self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")

    def fautes(self):
        return violations(self.page)


@pytest.fixture
def ouvrir(navigateur):
    contextes = []

    def ouvrir(source, largeur=1280, reponses=()):
        with override_settings(ROOT_URLCONF="tests.reseau.vitrine"):
            contexte = {"noms": ["Fonderies du Drac", "Papeteries réunies de la Bourne et du Royans"]}
            html = engines["django"].from_string(source).render(contexte, demande(role=Role.ANIMATEUR))
        ecran = {"width": largeur, "height": 900}
        contextes.append(navigateur.new_context(viewport=ecran, locale="fr-FR", reduced_motion="reduce"))
        page = contextes[-1].new_page()
        page.set_default_timeout(5000)
        return Site(page, html, reponses)

    yield ouvrir
    for contexte in contextes:
        contexte.close()


@pytest.mark.parametrize("largeur", [390, 768, 1280])
def test_liste_tient_dans_l_ecran_sans_faute_ni_erreur(ouvrir, largeur):
    site = ouvrir(LISTE, largeur)
    assert (site.deborde(), site.fautes(), site.console) == (False, [], [])


@pytest.mark.parametrize("largeur", [390, 768])
def test_menu_s_ouvre_au_telephone_et_a_la_tablette(ouvrir, largeur):
    site = ouvrir(LISTE, largeur)
    site.page.click("#bouton-menu")
    site.page.click(".fr-nav__btn:text('Entreprises')")
    site.page.wait_for_selector(".fr-nav__link:text('Cibles')", state="visible")
    assert (site.deborde(), site.fautes(), site.console) == (False, [], [])


def test_ligne_devient_fiche_au_telephone(ouvrir):
    cellule = ouvrir(LISTE, 390).page.locator("td[data-label=Commune]").first
    assert cellule.evaluate("e => [getComputedStyle(e).display, getComputedStyle(e, '::before').content]") == [
        "grid",
        '"Commune"',
    ]


def test_tout_cocher_compte_et_ouvre_le_bouton(ouvrir):
    page = ouvrir(LISTE).page
    etats = [(page.inner_text("[data-compteur]"), page.is_disabled("[data-si-coche]"))]
    for case in ("#visite-1", "#tout-visite"):
        page.check(case, force=True)
        etats.append((page.inner_text("[data-compteur]"), page.is_disabled("[data-si-coche]")))
    assert etats == [("Rien n’est coché", True), ("1 sur 2", False), ("2 sur 2", False)]


def test_lien_vers_un_lot_suit_ce_qui_est_coche_puis_y_renonce(ouvrir):
    page = ouvrir(LISTE).page
    lien, etats = page.locator("a[data-lot]"), []
    for geste in (None, page.check, page.uncheck):
        if geste:
            geste("#visite-2", force=True)
        etats.append((lien.inner_text().strip(), lien.get_attribute("href").partition("?")[2]))
    tout = ("Télécharger 2 visites", "etat=oui")
    assert etats == [tout, ("Télécharger la sélection (1)", "visite=2"), tout]


def test_double_clic_n_envoie_qu_une_fois_avec_la_valeur_du_bouton(ouvrir):
    site = ouvrir(LISTE, reponses=[{"status": 204}, {"status": 204}])
    site.page.check("#visite-2", force=True)
    site.page.click("[data-si-coche]")
    site.page.wait_for_selector("[data-si-coche]:disabled")
    site.page.dblclick("[data-si-coche]", force=True)
    [(chemin, valeurs)] = site.envois
    assert (chemin, valeurs["geste"], valeurs["visite"]) == ("/fait/", ["lettres"], ["2"])


def test_confirmation_refusee_n_envoie_rien(ouvrir):
    site = ouvrir(LISTE)
    site.page.click("a[data-confirmer]")
    site.page.wait_for_selector("#dialogue-confirmation-texte:text('Annuler cette visite ?')", state="visible")
    assert site.fautes() == []
    site.page.keyboard.press("Escape")
    site.page.wait_for_selector("#dialogue-confirmation-texte", state="hidden")
    assert (site.envois, site.page.evaluate("document.activeElement.textContent")) == ([], "Annuler")


def test_confirmation_acceptee_envoie_avec_un_jeton_neuf(ouvrir):
    site = ouvrir(LISTE)
    ancien = site.page.input_value("form[action='/fait/'] [name=jeton]")
    site.page.click("a[data-confirmer]")
    with site.page.expect_navigation():
        site.page.click("#dialogue-confirmation button[type=submit]")
    [(chemin, valeurs)] = site.envois
    assert (chemin, sorted(valeurs), valeurs["jeton"] == [ancien]) == (
        "/annuler/",
        ["csrfmiddlewaretoken", "jeton"],
        False,
    )


def test_progression_va_jusqu_a_la_suite(ouvrir):
    etapes = [{"fait": n, "total": 2, "texte": f"{n} sur 2", "fini": n == 2, "suite": "/drac/suite/"} for n in (1, 2)]
    site = ouvrir(PROGRESSION, reponses=[{"json": etape} for etape in etapes])
    site.page.wait_for_url("**/drac/suite/")
    assert [chemin for chemin, _ in site.envois[:2]] == ["/avance/", "/avance/"]


def test_progression_interrompue_propose_de_reprendre(ouvrir):
    site = ouvrir(PROGRESSION)
    site.page.wait_for_selector("[data-progression-reprise]", state="visible")
    assert site.page.evaluate("document.activeElement.textContent") == "Reprendre"
