"""H4 : témoins fermés, session neuve à chaque entrée, et aucun envoi forgé accepté."""

from django.middleware.csrf import CsrfViewMiddleware
from django.test import Client
from django.urls import reverse

from reseau import entrees
from reseau.lib.messages import Temoin
from tests.adresses import routes, routes_hors_reseau, routes_publiques
from tests.fiabilite.production import reglages
from tests.fiabilite.verification import sans_rien_abimer, verification

REGLAGES = ["SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE"]
REGLAGES += ["SESSION_COOKIE_DOMAIN", "SESSION_COOKIE_PATH", "CSRF_COOKIE_NAME", "CSRF_COOKIE_SECURE", "CSRF_COOKIE_SAMESITE"]
REGLAGES += ["CSRF_COOKIE_DOMAIN", "CSRF_COOKIE_PATH", "MESSAGES_COOKIE_NAME"]
# Le jeton CSRF se lit d'un script : une page ouverte avant une reconnexion enregistre encore.
LISIBLES = {"__Host-csrftoken"}
AILLEURS = {"origin": "https://ailleurs.exemple"}


def sans_csrf(monkeypatch):
    monkeypatch.setattr(CsrfViewMiddleware, "process_view", lambda self, request, *_: None)


def origine_ignoree(monkeypatch):
    """Croire tout site d'où vient l'envoi."""
    monkeypatch.setattr(CsrfViewMiddleware, "_origin_verified", lambda self, request: True)


def session_gardee(monkeypatch):
    """Entrer sans changer de clé : celle qu'un tiers aurait posée d'avance resterait bonne."""
    monkeypatch.setattr("reseau.sessions.SessionStore.cycle_key", lambda self: None)


@verification("H4", "témoins de production", casser=sans_rien_abimer)
def test_temoins_sont_fermes(bilan, animateur, settings, monkeypatch):
    """Les réglages que lit la production, appliqués ici : tout témoin posé d'un bout à l'autre d'une session."""
    lus = reglages(*REGLAGES, **({"HTTPS": "False"} if bilan.casse else {}))
    for nom, valeur in lus.items():
        setattr(settings, nom, valeur)
    monkeypatch.setattr(Temoin, "cookie_name", lus["MESSAGES_COOKIE_NAME"])
    client = Client()
    client.get("/connexion/", secure=True)
    client.post("/connexion/", {"username": animateur.utilisateur.email, "password": "une phrase de passe"}, secure=True)
    client.post(reverse("sessions-fermer"), secure=True)
    assert len(client.cookies) == 3, "la session, le jeton CSRF et les messages"
    for nom, temoin in client.cookies.items():
        ferme = temoin["secure"] and temoin["samesite"] == "Lax" and temoin["path"] == "/" and not temoin["domain"]
        bilan.noter(ferme and nom.startswith("__Host-"), f"{nom} : {temoin.OutputString()}")
        bilan.noter(bool(temoin["httponly"]) is (nom not in LISIBLES), f"{nom} : HttpOnly")


@verification("H4", "session neuve à l’entrée, morte à la sortie", rapide=True, casser=session_gardee)
def test_session_change_de_cle(bilan, animateur):
    client = Client()
    client.session.save()
    fixee = client.cookies["sessionid"].value
    client.post("/connexion/", {"username": animateur.utilisateur.email, "password": "une phrase de passe"})
    ouverte = client.cookies["sessionid"].value
    bilan.noter(ouverte != fixee, "la clé posée d'avance est devenue celle de la session")
    client.post("/deconnexion/")
    rejoue = Client()
    rejoue.cookies["sessionid"] = ouverte
    bilan.noter("_auth_user_id" not in rejoue.session, "la session fermée s'ouvre encore")


@verification("H4", "envois forgés", casser=(sans_csrf, origine_ignoree))
def test_envoi_forge_est_refuse(bilan, terrain):
    """Toute adresse qui change quelque chose : sans jeton, avec un faux, ou depuis un autre site."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(terrain.membres["animateur"].utilisateur)
    client.raise_request_exception = False
    jeton = client.get(reverse("password_change")).cookies["csrftoken"].value
    envois = [({}, {}), ({"csrfmiddlewaretoken": "x" * 64}, {}), ({"csrfmiddlewaretoken": jeton}, AILLEURS)]
    for nom, adresse in adresses_qui_changent(terrain):
        for champs, entetes in envois:
            statut = client.post(adresse, champs, headers=entetes).status_code
            bilan.noter(statut == 403, f"{nom}, {entetes or champs or 'sans jeton'} : {statut}")


def adresses_qui_changent(terrain):
    """(nom, adresse) de toutes celles qui reçoivent un envoi, sous un réseau, publiques, ou hors de tout réseau."""
    slug = terrain.reseau.slug
    gestes = [route for route in routes() if "POST" in route.vue.methodes]
    publiques = [route for route in routes_publiques() if "POST" in route.vue.methodes and not route.arguments]
    yield from ((route.nom, route.adresse(slug, terrain.a_eux)) for route in gestes)
    yield from ((route.nom, route.adresse(slug, {})) for route in publiques)
    yield from ((route.nom, reverse(route.nom)) for route in routes_hors_reseau() if not route.arguments)
    # Un lien secret, même faux : l'envoi se juge avant le lien.
    for route in [*routes_hors_reseau(), *routes_publiques()]:
        if route.arguments:
            mots = {argument: 1 if argument == "pk" else "faux" for argument in route.arguments}
            yield route.nom, reverse(route.nom, kwargs=mots | ({"reseau": slug} if route.publique else {}))
    yield "lien-ouvrir", reverse("lien-ouvrir", args=[entrees.jeton_de_lien(terrain.membres["direct"].utilisateur)])
