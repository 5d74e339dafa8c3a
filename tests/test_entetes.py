"""Ce que toute réponse porte pour que le navigateur se méfie, et ce que les réglages refusent en production."""

import pytest
from django.test import Client
from django.urls import reverse

from reseau.lib.entetes import PERMISSIONS
from reseau.lib.reponses import GENRES, fichier
from tests.conftest import connecter
from tests.fiabilite.production import PRODUCTION, lancer

SURS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": PERMISSIONS,
}
POLITIQUE = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
}


def politique(response):
    """La politique de contenu : {directive: sources}."""
    directives = response.headers["Content-Security-Policy"].split("; ")
    return dict(directive.split(" ", 1) for directive in directives)


def verifier(response, statut, *, connecte=True):
    assert response.status_code == statut
    assert {nom: response.headers.get(nom) for nom in SURS} == SURS
    assert politique(response) == POLITIQUE
    assert "no-store" in response.headers.get("Cache-Control", "") or not connecte


# Toute réponse, connectée ou non


@pytest.mark.urls("tests.vues_d_essai")
@pytest.mark.parametrize(
    ("nom", "methode", "donnees", "statut"),
    [
        ("essai", "get", {}, 200),
        ("essai", "post", {"reponse": "302"}, 302),
        ("essai", "post", {"reponse": "403"}, 403),
        ("essai", "post", {"reponse": "404"}, 404),
        ("essai-geste", "get", {}, 405),
        ("essai-panne", "get", {}, 500),
        ("essai-regle", "get", {}, 302),
    ],
)
def test_reponse_d_une_personne_connectee_est_protegee_et_ne_se_garde_pas(animateur, reseau, nom, methode, donnees, statut):
    client = connecter(animateur)
    client.raise_request_exception = False
    verifier(getattr(client, methode)(reverse(nom, args=[reseau.slug]), donnees), statut)


def test_reponse_d_un_inconnu_est_protegee(reseau):
    client = Client()
    verifier(client.get("/connexion/"), 200, connecte=False)
    verifier(client.get(f"/{reseau.slug}/"), 302, connecte=False)
    verifier(client.get("/rien/de/tel.php"), 404, connecte=False)
    verifier(client.get("/connexion"), 301, connecte=False)
    verifier(client.get("/connexion/", headers={"host": "n'importe où"}), 400, connecte=False)


def test_fichier_statique_est_protege():
    """Une image vectorielle ouverte seule est une page : elle n'exécute rien."""
    response = Client().get("/static/js/site.js")
    verifier(response, 200, connecte=False)
    assert b"".join(response.streaming_content).startswith(b"// Comportements du site")


def test_page_de_connexion_ne_se_garde_pas(db):
    assert "no-store" in Client().get("/connexion/").headers["Cache-Control"]


@pytest.mark.parametrize("genre", GENRES)
def test_fichier_ne_se_devine_pas(genre):
    response = fichier(b"%PDF-", "lettres-2026", genre)
    assert response.headers["Content-Type"] == GENRES[genre]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Disposition"] == f'attachment; filename="lettres-2026.{genre}"'


def test_logo_est_protege(animateur, reseau):
    verifier(connecter(animateur).get(reverse("reseau:logo", args=[reseau.slug])), 302)


# Les témoins et les envois forgés


def test_temoins_ne_se_lisent_ni_ne_s_envoient_ailleurs(animateur):
    """Aucun script ne lit la session ; le jeton CSRF, si : une page ouverte avant une reconnexion enregistre encore."""
    client = Client()
    client.get("/connexion/")
    client.post("/connexion/", {"username": animateur.utilisateur.email, "password": "une phrase de passe"})
    reglages = {nom: (temoin["httponly"], temoin["samesite"]) for nom, temoin in client.cookies.items()}
    assert reglages == {"csrftoken": ("", "Lax"), "sessionid": (True, "Lax")}


@pytest.mark.urls("tests.vues_d_essai")
def test_envoi_forge_est_refuse(animateur, reseau):
    """Sans jeton CSRF, ou depuis un autre site : rien ne part."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(animateur.utilisateur)
    adresse = reverse("essai", args=[reseau.slug])
    verifier(client.post(adresse, {"reponse": "302"}), 403)
    jeton = client.get("/mot-de-passe/changer/").cookies["csrftoken"].value
    envoi = {"reponse": "302", "csrfmiddlewaretoken": jeton}
    verifier(client.post(adresse, envoi, headers={"origin": "https://ailleurs.exemple"}), 403)
    verifier(client.post(adresse, envoi), 302)


@pytest.mark.parametrize("adresse", ["/connexion/", "/deconnexion/", "/mot-de-passe/oublie/", "/mot-de-passe/changer/"])
def test_pages_du_compte_exigent_le_jeton_csrf(animateur, adresse):
    client = Client(enforce_csrf_checks=True)
    client.force_login(animateur.utilisateur)
    verifier(client.post(adresse, {}), 403)


# La production


def test_production_ne_parle_qu_en_https():
    """Redirection vers https, HSTS d'un an, témoins « Secure »."""
    essai = """
from django.conf import settings
from django.test import Client
client = Client(headers={"host": "reseau.exemple.fr"})
print(client.get("/").url)
print(client.get("/", secure=True).headers["Strict-Transport-Security"])
print(settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE, settings.SESSION_COOKIE_HTTPONLY)
"""
    joue = lancer("shell", "--no-imports", "--command", essai, **PRODUCTION)
    attendu = ["https://reseau.exemple.fr/", "max-age=31536000; includeSubDomains; preload", "True True True"]
    assert joue.stdout.splitlines() == attendu, joue.stderr
