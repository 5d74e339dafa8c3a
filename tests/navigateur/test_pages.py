"""Toute adresse que l'on peut lire, par chaque rôle, aux trois largeurs, dans un vrai Chromium."""

import pytest
from django.urls import reverse

from reseau.droits import NON, portee
from tests.adresses import routes, routes_hors_reseau, routes_publiques
from tests.navigateur.conftest import membre_de_demonstration
from tests.navigateur.ecran import defauts
from tests.navigateur.exemples import exemples

# La marque « django_db » fait créer la base d'essai ; la démonstration, elle, vit le temps du fichier.
pytestmark = [pytest.mark.django_db, pytest.mark.navigateur, pytest.mark.xdist_group("pages")]

FICHIERS = ("pdf", "xlsx", "export", "rejets", "logo", "apercu", "preparation")
PROFILS = ["animateur", "secretariat", "direct", "associe", "prefecture", "observateur"]


def lisibles(membre):
    """Les routes de pages (pas de fichiers) que la table des droits ouvre à ce membre."""
    for route in routes():
        ouverte = "GET" in route.vue.methodes and portee(membre, route.vue.droit) is not NON
        if ouverte and not any(mot in route.nom for mot in FICHIERS):
            yield route


@pytest.mark.parametrize("profil", PROFILS)
def test_pages_tiennent_a_toute_largeur(site, new_context, profil):
    membre = membre_de_demonstration(profil)
    contexte = new_context()
    contexte.add_cookies([site.sessions[profil] | {"url": site.url}])
    page, objets = contexte.new_page(), exemples(membre)
    trouves, visitees = [], 0
    for route in lisibles(membre):
        if not objets.keys() >= set(map(route.objet, route.arguments)):  # la démonstration n'en a aucun exemple
            continue
        adresse = site.url + route.adresse(membre.reseau.slug, objets)
        reponse = page.request.get(adresse)
        # Pas la sienne (la matrice des accès le vérifie), ou un fichier que son nom ne dit pas.
        if reponse.status in (403, 404) or not reponse.headers["content-type"].startswith("text/html"):
            continue
        visitees += 1
        trouves += defauts(page, adresse)
    assert visitees > 0
    assert trouves == []


@pytest.mark.parametrize("connecte", [False, True])
def test_pages_publiques_d_un_reseau_tiennent_a_toute_largeur(site, new_context, connecte):
    """La présentation et la demande de visite, pour un inconnu et pour un membre ; le lien périmé, à part, répond 410."""
    contexte = new_context()
    if connecte:
        contexte.add_cookies([site.sessions["animateur"] | {"url": site.url}])
    page, trouves, visitees = contexte.new_page(), [], 0
    for route in routes_publiques():
        adresse = site.url + route.adresse("haute-saone", {}) if not route.arguments else None
        reponse = page.request.get(adresse) if adresse else None
        if reponse and reponse.status == 200 and reponse.headers["content-type"].startswith("text/html"):
            visitees += 1
            trouves += defauts(page, adresse)
    assert visitees == 4
    assert trouves == []


@pytest.mark.parametrize("connecte", [False, True])
def test_pages_hors_reseau_tiennent_a_toute_largeur(site, new_context, connecte):
    """Connexion, mot de passe, aide, choix du réseau : ce que voit un visiteur, puis une personne connectée."""
    contexte = new_context()
    if connecte:
        contexte.add_cookies([site.sessions["animateur"] | {"url": site.url}])
    page, trouves, visitees = contexte.new_page(), [], 0
    for route in routes_hors_reseau():
        adresse = site.url + reverse(route.nom) if not route.arguments else None
        if adresse and page.request.get(adresse).status == 200:
            visitees += 1
            trouves += defauts(page, adresse)
    assert visitees > 5
    assert trouves == []
