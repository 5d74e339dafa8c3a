"""Toute adresse que l'on peut lire, par chaque rôle, aux trois largeurs, dans un vrai Chromium."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from reseau.acces import ReseauMiddleware
from tests.adresses import routes, routes_hors_reseau, routes_publiques
from tests.fiabilite.verification import verification
from tests.navigateur.conftest import membre_de_demonstration
from tests.navigateur.ecran import LARGEURS, defauts
from tests.navigateur.exemples import lisibles

# La marque « django_db » fait créer la base d'essai ; la démonstration, elle, vit le temps du fichier.
pytestmark = [pytest.mark.django_db, pytest.mark.navigateur]

PROFILS = ["animateur", "secretariat", "direct", "associe", "prefecture", "observateur"]
# Qui lit presque tout, et qui lit sur un téléphone : à chaque fois. Les autres n'ont de propre que des gestes en moins.
TOUJOURS, PARFOIS = ["animateur", "direct"], ["secretariat", "associe", "prefecture", "observateur"]
# À chaque fois, on regarde à l'étroit, où tout est le plus serré ; à toutes les largeurs en passage de fiabilité.
ETROIT = {"largeurs": (390,), "axe": (390,)}
PARTOUT = {"largeurs": LARGEURS, "axe": (1280, 390)}
# Ce qui se lit sans être une page de la démonstration.
SANS_PAGE = {
    "reseau:institution-logo": "une image ; aucune institution n’en a déposé",
    "reseau:logo": "une image ; sans logo déposé, celle de l’État",
    "reseau:institution-convention-signee": "un fichier ; aucun exemplaire signé n’est déposé",
    "visites:vue": "mène à la liste, avec ses filtres",
}


# Ce qui change d'un affichage à l'autre sans rien changer à la page.
JETONS = re.compile(r'name="(csrfmiddlewaretoken|jeton)" value="[^"]*"')
VUS = set()


def deja_vu(html):
    """Vrai si ce contenu, hors en-tête et menu, a déjà été regardé pour un autre rôle."""
    contenu = JETONS.sub("", html.partition("<main")[2])
    nouveau = contenu not in VUS
    VUS.add(contenu)
    return not nouveau


def est_une_page(response):
    """Ni un fichier, ni un refus (la matrice des accès les vérifie), ni ce qui mène à une autre page."""
    if response is None or response.status != 200 or response.request.redirected_from:
        return False
    return response.headers["content-type"].startswith("text/html")


def repond(client, adresse):
    response = client.get(adresse)
    if response.streaming:
        response.getvalue()  # un fichier lu jusqu'au bout se ferme
    return response.status_code == 200


def test_chaque_adresse_a_un_exemple_dans_la_demonstration(site):
    """Sans quoi l'essai des pages la passerait sans rien dire : chacune répond, à l'un des rôles au moins."""
    servies = set()
    for profil in PROFILS:
        membre, client = membre_de_demonstration(profil), Client()
        client.force_login(membre.utilisateur)
        servies |= {nom for nom, adresse in lisibles(membre) if nom not in servies and repond(client, adresse)}
    assert {route.nom for route in routes() if "GET" in route.vue.methodes} - servies == set(SANS_PAGE)


def une_page_qui_appelle_au_dehors(monkeypatch):
    """Un script en ligne et une image d'ailleurs dans toute page : la politique de contenu doit s'en plaindre."""
    servir = ReseauMiddleware.__call__

    def servir_piege(intergiciel, request):
        response = servir(intergiciel, request)
        if not response.streaming and response.headers.get("Content-Type", "").startswith("text/html"):
            response.content += b'<script>1</script><img src="http://127.0.0.1:9/ailleurs.png" alt="">'
        return response

    monkeypatch.setattr(ReseauMiddleware, "__call__", servir_piege)


@verification(
    "H3", "chaque page de chaque rôle, à trois largeurs, dans Chromium", casser=une_page_qui_appelle_au_dehors, rapide=True
)
@pytest.mark.parametrize("profil", [*TOUJOURS, *(pytest.param(profil, marks=pytest.mark.entiere) for profil in PARFOIS)])
def test_pages_tiennent_a_toute_largeur(bilan, site, new_context, profil):
    contexte = new_context()
    contexte.add_cookies([site.sessions[profil] | {"url": site.url}])
    page = contexte.new_page()
    rien_a_voir = lambda response: not est_une_page(response) or (deja_vu(response.text()) and bilan.essayes)  # noqa: E731
    for _, adresse in lisibles(membre_de_demonstration(profil)):
        tailles = bilan.taille(bref=ETROIT, entier=PARTOUT)
        trouves = defauts(page, site.url + adresse, **tailles, cadre=not bilan.essayes, sauf=rien_a_voir)
        if trouves is not None:
            bilan.noter_lot(1, trouves)


@pytest.mark.parametrize("connecte", [False, True])
def test_pages_publiques_d_un_reseau_tiennent_a_toute_largeur(site, new_context, connecte):
    """La présentation et la demande de visite, pour un inconnu et pour un membre ; le lien périmé, à part, répond 410."""
    adresses = [route.adresse("haute-saone", {}) for route in routes_publiques() if not route.arguments]
    visitees, trouves = visiter(site, new_context, adresses, connecte)
    assert visitees == 4
    assert trouves == []


@pytest.mark.parametrize("connecte", [False, True])
def test_pages_hors_reseau_tiennent_a_toute_largeur(site, new_context, connecte):
    """Connexion, mot de passe, aide, choix du réseau : ce que voit un visiteur, puis une personne connectée."""
    adresses = [reverse(route.nom) for route in routes_hors_reseau() if not route.arguments]
    visitees, trouves = visiter(site, new_context, adresses, connecte)
    assert visitees > 5
    assert trouves == []


def visiter(site, new_context, adresses, connecte):
    """Combien de ces adresses sont des pages, et leurs défauts."""
    contexte = new_context()
    if connecte:
        contexte.add_cookies([site.sessions["animateur"] | {"url": site.url}])
    page = contexte.new_page()
    vues = [defauts(page, site.url + adresse, sauf=lambda response: not est_une_page(response)) for adresse in adresses]
    return len(vues) - vues.count(None), [defaut for trouves in vues for defaut in trouves or []]
