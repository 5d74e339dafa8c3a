"""H2 : toute réponse porte ses en-têtes : pages, fichiers, statiques, redirections, erreurs, refus, pannes."""

import pytest
from csp.middleware import CSPMiddleware
from django.db import transaction
from django.test import Client
from django.urls import reverse

from reseau.acces import ReseauMiddleware
from reseau.essais import ESSAIS
from reseau.lib.entetes import PERMISSIONS, PermissionsMiddleware
from tests.adresses import routes, routes_hors_reseau, routes_publiques
from tests.conftest import connecter
from tests.factories import MembreFactory
from tests.fiabilite.verification import verification

UN_AN = 31_536_000
EXACTS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": PERMISSIONS,
}
FERMEES = {"default-src": "'none'", "object-src": "'none'", "base-uri": "'none'", "frame-ancestors": "'none'"}
METHODES = ["GET", "POST", "PUT"]
# Sans rien de personnel : le même script pour tous, et la réponse à qui vient de sortir.
SANS_PERSONNE = {"service-worker", "deconnexion"}


def sans_politique_de_contenu(monkeypatch):
    monkeypatch.setattr(CSPMiddleware, "process_response", lambda self, request, response: response)


def sans_permissions(monkeypatch):
    monkeypatch.setattr(PermissionsMiddleware, "__call__", lambda self, request: self.get_response(request))


def gardable(monkeypatch):
    """Ne plus dire au navigateur d'oublier les pages d'une personne connectée."""
    monkeypatch.setattr(ReseauMiddleware, "__call__", _sans_no_store)


def _sans_no_store(self, request):
    request.reseau = request.membre = None
    return self.get_response(request)


@pytest.fixture
def https(settings):
    """Comme en production : HSTS, et rien qu'en https."""
    settings.SECURE_HSTS_SECONDS, settings.SECURE_SSL_REDIRECT = UN_AN, True
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True


def manques(response, connecte):
    """Ce que cette réponse devrait porter, et ne porte pas."""
    yield from (nom for nom, valeur in EXACTS.items() if response.headers.get(nom) != valeur)
    politique = response.headers.get("Content-Security-Policy", "")
    directives = dict(directive.partition(" ")[::2] for directive in politique.split("; "))
    yield from (f"CSP {nom}" for nom, valeur in FERMEES.items() if directives.get(nom) != valeur)
    if "unsafe" in politique:
        yield "CSP unsafe"
    duree = response.headers.get("Strict-Transport-Security", "").partition(";")[0].removeprefix("max-age=")
    if not duree.isdigit() or int(duree) < UN_AN:
        yield "HSTS"
    if connecte and "no-store" not in response.headers.get("Cache-Control", ""):
        yield "no-store"


def demander(client, methode, adresse):
    with transaction.atomic():
        response = client.generic(methode, adresse, secure=True)
        transaction.set_rollback(True)
    if response.streaming:
        response.getvalue()
    return response


def noter(bilan, quoi, response, connecte, statuts):
    statuts.add(response.status_code)
    manquent = list(manques(response, connecte))
    bilan.noter(not manquent, f"{quoi} ({response.status_code}) : {', '.join(manquent)}")


@verification("H2", "toutes les adresses, toutes les méthodes", casser=(sans_politique_de_contenu, sans_permissions, gardable))
def test_toute_adresse_porte_ses_entetes(bilan, terrain, https):
    """Par l'animateur, l'observateur (les refus), un inconnu (les redirections) et un membre parti (les absences)."""
    parti, statuts = MembreFactory(reseau=terrain.reseau, parti_le="2021-01-01"), set()
    lecteurs = {nom: connecter(membre) for nom, membre in [*terrain.membres.items(), ("parti", parti)]}
    choisis = ["animateur"] if bilan.casse else ["animateur", "observateur", "parti"]
    lecteurs = {nom: lecteurs[nom] for nom in choisis} | {"inconnu": Client()}
    adresses = [(route.nom, route.adresse(terrain.reseau.slug, terrain.a_eux)) for route in routes()]
    # Sortir fermerait la session de qui lit : c'est pour la fin.
    dehors = sorted(routes_hors_reseau(), key=lambda route: route.nom == "deconnexion")
    adresses += [(r.nom, r.adresse(terrain.reseau.slug, {})) for r in routes_publiques() if not r.arguments]
    adresses += [(route.nom, reverse(route.nom)) for route in dehors if not route.arguments]
    for lecteur, client in lecteurs.items():
        client.raise_request_exception = False
        for nom, adresse in adresses[:: 10 if bilan.casse else 1]:
            for methode in METHODES if lecteur == "animateur" else METHODES[:1]:
                connecte = lecteur != "inconnu" and nom not in SANS_PERSONNE
                noter(bilan, f"{lecteur} {methode} {nom}", demander(client, methode, adresse), connecte, statuts)
    assert bilan.casse or statuts >= {200, 302, 403, 404, 405}, statuts


@pytest.mark.urls("tests.vues_d_essai")
@verification("H2", "pannes, refus, bornes, statiques", casser=sans_politique_de_contenu)
def test_toute_erreur_porte_ses_entetes(bilan, animateur, reseau, https):
    statuts, client, inconnu = set(), connecter(animateur), Client(REMOTE_ADDR="203.0.113.7")
    client.raise_request_exception = inconnu.raise_request_exception = False
    for nom in ("essai", "essai-geste", "essai-panne", "essai-regle", "essai-nue"):
        noter(bilan, nom, demander(client, "GET", reverse(nom, args=[reseau.slug])), True, statuts)
    for adresse in ("/static/js/site.js", "/static/dsfr/dist/dsfr.min.css", "/rien.php", "/connexion", "/a/../b", "/%00"):
        noter(bilan, adresse, demander(inconnu, "GET", adresse), False, statuts)
    for rang in range(ESSAIS + 1):
        noter(bilan, "lien faux", inconnu.get(f"/connexion/lien/faux-{rang}/", secure=True), False, statuts)
    noter(bilan, "hôte forgé", inconnu.get("/connexion/", headers={"host": "n'importe où"}, secure=True), False, statuts)
    forge = Client(enforce_csrf_checks=True)
    noter(bilan, "sans jeton CSRF", forge.post("/connexion/", {}, secure=True), False, statuts)
    assert statuts >= {200, 302, 400, 403, 404, 405, 410, 429, 500}, statuts
