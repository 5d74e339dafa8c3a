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
# À chaque fois, on regarde à l'étroit, où tout est le plus serré ; en passage de fiabilité, à toutes les largeurs, et
# l'accessibilité à celle que la suite ordinaire ne lit pas.
ETROIT = {"largeurs": (390,), "axe": (390,)}
PARTOUT = {"largeurs": LARGEURS, "axe": (1280,)}
# Ce qui se lit sans être une page de la démonstration.
SANS_PAGE = {
    "reseau:institution-logo": "une image ; aucune institution n’en a déposé",
    "reseau:logo": "une image ; sans logo déposé, celle de l’État",
    "reseau:institution-convention-signee": "un fichier ; aucun exemplaire signé n’est déposé",
    "visites:vue": "mène à la liste, avec ses filtres",
}


# Ce qui change d'un affichage à l'autre sans rien changer à la page.
JETONS = re.compile(r'name="(csrfmiddlewaretoken|jeton)" value="[^"]*"')
VUS, FICHIERS = set(), set()


def pages_lues(page, site, membre):
    """(adresse, texte) des pages que sert le site à ce membre ; un fichier, qui l'est pour tous, ne se demande qu'une fois.

    Le navigateur les demandera de nouveau : lui passer cette réponse le priverait de son cache, et coûterait davantage.
    """
    for nom, adresse in lisibles(membre):
        # Une page qui n'est pas la sienne (la matrice des accès le vérifie), ou qui mène à une autre : rien à voir.
        reponse = None if nom in FICHIERS else page.request.get(site.url + adresse, max_redirects=0)
        if reponse and est_une_page(reponse):
            yield site.url + adresse, reponse.text()
        elif reponse and reponse.status == 200:
            FICHIERS.add(nom)


def deja_vu(html):
    """Vrai si ce contenu, hors en-tête et menu, a déjà été regardé pour un autre rôle."""
    contenu = JETONS.sub("", html.partition("<main")[2])
    nouveau = contenu not in VUS
    VUS.add(contenu)
    return not nouveau


def est_une_page(reponse):
    return reponse.status == 200 and reponse.headers["content-type"].startswith("text/html")


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
    for adresse, texte in pages_lues(page, site, membre_de_demonstration(profil)):
        if not (bilan.essayes and deja_vu(texte)):
            bilan.noter_lot(1, defauts(page, adresse, **bilan.taille(bref=ETROIT, entier=PARTOUT)))


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
        if adresse and est_une_page(page.request.get(adresse)):
            visitees += 1
            trouves += defauts(page, adresse)
    assert visitees > 5
    assert trouves == []
