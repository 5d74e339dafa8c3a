"""A7 : chaque fichier que le produit sert, à qui n'y a pas droit, sous des noms hostiles, par un lien périmé."""

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client
from django.urls import reverse

from entreprises.models import Document
from reseau.droits import NON, portee
from tests.adresses import routes
from tests.conftest import connecter
from tests.factories import DocumentFactory
from tests.fiabilite.verification import verification
from tests.terrain import PROFILS
from tests.test_acces import droits_oublies

pytestmark = pytest.mark.django_db

NOMS = [
    "../../etc/passwd",
    "..\\..\\win.ini",
    "a\r\nX-Ajoute: oui.pdf",
    'b".pdf',
    "é à ü.pdf",
    "x" * 300 + ".pdf",
    "\x00.pdf",
    ".",
]
NOMS += ["con.pdf", "<script>.pdf", "\u202efdp.exe", "%2e%2e%2f.pdf", ";.pdf", "  .pdf", "a/b.pdf"]
PAGES = ("text/html", "application/json", "text/css")


def fichiers(client, terrain):
    """(route, adresse, réponse) de ce qui se sert sans être une page, à qui a tous les droits."""
    for route in routes():
        if "GET" in route.vue.methodes:
            adresse = route.adresse(terrain.reseau.slug, terrain.a_eux)
            with transaction.atomic():
                response = client.get(adresse)
                transaction.set_rollback(True)
            if response.status_code == 200 and not response.headers["Content-Type"].startswith(PAGES):
                response.getvalue()
                yield route, adresse, response


@verification("A7", "chaque fichier, demandé par qui n’y a pas droit", casser=droits_oublies)
def test_aucun_fichier_ne_se_sert_sans_droit(bilan, terrain, voisin):
    clients = {nom: connecter(membre) for nom, membre in terrain.membres.items()}
    dehors = [Client(), connecter(voisin.membres["animateur"])]
    for route, adresse, response in fichiers(clients["animateur"], terrain):
        genre = response.headers["Content-Type"]
        # Un papier que le produit compose peut s'ouvrir dans l'onglet ; ce que quelqu'un a déposé, jamais.
        compose = genre.startswith(("image/", "text/calendar", "application/pdf")) and "document" not in route.nom
        dispose = response.headers.get("Content-Disposition", "")
        bilan.noter(compose or dispose.startswith("attachment"), f"{route.nom} : {genre}, « {dispose} »")
        bilan.noter(response.headers.get("X-Content-Type-Options") == "nosniff", f"{route.nom} : sans nosniff")
        for client in dehors:
            bilan.noter(client.get(adresse).status_code in (302, 404), f"{route.nom} : servi du dehors")
        for nom in PROFILS:
            if portee(terrain.membres[nom], route.vue.droit) is NON:
                bilan.noter(clients[nom].get(adresse).status_code == 403, f"{route.nom} : servi à {nom}")


def nom_tel_quel(monkeypatch):
    """L'en-tête porte le nom comme il est venu."""
    monkeypatch.setattr(
        "reseau.lib.reponses.content_disposition_header", lambda attache, nom: f'inline; filename="{nom}"'.replace("\r\n", " ")
    )


@verification("A7", "quinze noms de fichiers hostiles", casser=nom_tel_quel)
def test_nom_hostile_ne_sort_pas_de_sa_place(bilan, terrain):
    client = connecter(terrain.membres["animateur"])
    depot = reverse("entreprises:document-deposer", args=[terrain.reseau.slug, terrain.a_eux["entreprise"]])
    for nom in NOMS:
        with transaction.atomic():
            fichier = ContentFile(b"%PDF-1.4 essai", nom)  # celui des essais de Django refuserait le nom avant nous
            client.post(depot, {"fichier": fichier})
            garde = Document.objects.filter(entreprise=terrain.a_eux["entreprise"]).order_by("-pk").first()
            document = DocumentFactory(
                entreprise_id=terrain.a_eux["entreprise"], membre=terrain.membres["direct"], nom=f"{nom[:90]}.pdf"
            )
            response = client.get(reverse("entreprises:document", args=[terrain.reseau.slug, document.pk]))
            transaction.set_rollback(True)
        bilan.noter(not set(garde.nom) & set("/\\\r\n\x00"), f"déposé {nom[:40]!r}, gardé {garde.nom[:40]!r}")
        dispose = response.headers["Content-Disposition"]
        bilan.noter(dispose.startswith("attachment") and "X-Ajoute" not in response.headers, f"{nom[:40]!r} : {dispose[:80]!r}")
