"""A7 : chaque fichier que le produit sert, à qui n'y a pas droit, sous des noms hostiles, par un lien périmé ou inventé."""

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client
from django.urls import reverse

from entreprises.models import Document
from reseau.droits import NON, portee
from reseau.lib.pdf import image_admise
from reseau.models import LogoDInstitution, Membre, Reseau, Utilisateur
from tests.adresses import routes
from tests.conftest import connecter
from tests.factories import DocumentFactory, FluxAgendaFactory, MembreFactory
from tests.fiabilite.verification import verification
from tests.lib.papier import dessin
from tests.terrain import PROFILS
from tests.test_acces import droits_oublies
from visites import flux
from visites.models import FluxAgenda

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
# Ce que le produit compose, et les logos, qu'il a réencodés : montrés dans l'onglet ou la page. Le reste se télécharge.
EN_LIGNE = {
    "reseau:logo",
    "reseau:institution-logo",
    "reseau:plaquette-pdf",
    "reseau:ma-carte-pdf",
    "reseau:mes-cartes-pdf",
    "reseau:membre-carte-pdf",
    "reseau:membre-cartes-pdf",
    "reseau:lettre-apercu",
    "suivi:suites-pdf",
    "visites:courrier-pdf",
}
JPEG = b"\xff\xd8\xff"


def fichiers(client, terrain):
    """(route, adresse, réponse, octets) de ce qui se sert sans être une page, à qui a tous les droits ; logos compris."""
    image = image_admise(dessin())
    Reseau.objects.filter(pk=terrain.reseau.pk).update(logo=image)
    LogoDInstitution.objects.create(institution_id=terrain.a_eux["institution"], image=image)
    for route in routes():
        if "GET" in route.vue.methodes:
            adresse = route.adresse(terrain.reseau.slug, terrain.a_eux)
            with transaction.atomic():
                response = client.get(adresse)
                transaction.set_rollback(True)
            if response.status_code == 200 and not response.headers["Content-Type"].startswith(PAGES):
                yield route, adresse, response, response.getvalue()


@verification("A7", "chaque fichier, demandé par qui n’y a pas droit", casser=droits_oublies)
def test_aucun_fichier_ne_se_sert_sans_droit(bilan, terrain, voisin):
    clients = {nom: connecter(membre) for nom, membre in terrain.membres.items()}
    dehors = [Client(), connecter(voisin.membres["animateur"])]
    for route, adresse, response, octets in fichiers(clients["animateur"], terrain):
        genre, dispose = response.headers["Content-Type"], response.headers.get("Content-Disposition", "")
        a_sa_place = dispose.startswith("attachment") or route.nom in EN_LIGNE
        bilan.noter(a_sa_place, f"{route.nom} : {genre}, « {dispose} »")
        if genre.startswith("image/"):
            bilan.noter(octets.startswith(JPEG), f"{route.nom} : {genre}, et ce n’en est pas une")
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


def lien_ferme_encore_ouvert(monkeypatch):
    monkeypatch.setattr(FluxAgenda, "ferme", lambda flux, le: False)


def jeton_sans_importance(monkeypatch):
    monkeypatch.setattr(FluxAgenda, "reconnait", lambda flux, jeton: True)


def liens_perimes(reseau):
    """(pourquoi, adresse) : des liens d'agenda qui ont servi, et que quelque chose a fermés depuis."""
    ouverts = {raison: FluxAgendaFactory(membre=MembreFactory(reseau=reseau)) for raison in PERIMES}
    adresses = {raison: ouvert.chemin for raison, ouvert in ouverts.items()}
    assert {Client().get(adresse).status_code for adresse in adresses.values()} == {200}
    for raison, perimer in PERIMES.items():
        perimer(ouverts[raison].membre)
    return adresses.items()


PERIMES = {
    "révoqué": flux.revoquer,
    "renouvelé": flux.renouveler,
    "membre parti": lambda membre: Membre.objects.filter(pk=membre.pk).update(parti_le="2021-01-01"),
    "compte fermé": lambda membre: Utilisateur.objects.filter(pk=membre.utilisateur_id).update(is_active=False),
}


def liens_inventes(terrain, voisin):
    """(quoi, adresse) : un jeton d'un autre, tronqué ou au hasard ; un numéro d'ailleurs ou de nulle part ; un nom de fichier."""
    sien, autre = (FluxAgendaFactory(membre=terrain.membres[profil]) for profil in ("direct", "associe"))
    for jeton in (autre.jeton, sien.jeton[:-1], f"{sien.jeton}0", "0"):
        yield "jeton", reverse("flux-agenda", args=[sien.pk, jeton])
    for route in routes():
        genres = {*map(route.objet, route.arguments)} - {"code"}
        if "GET" in route.vue.methodes and genres and "." in route.adresse(terrain.reseau.slug, terrain.a_eux):
            yield route.nom, route.adresse(terrain.reseau.slug, terrain.a_eux | dict.fromkeys(genres, 10**9))
            yield route.nom, route.adresse(terrain.reseau.slug, terrain.a_eux | {genre: voisin.a_eux[genre] for genre in genres})
    for nom in ("plan.pdf", "../../db.sqlite3", "%2e%2e/db.sqlite3"):
        yield "nom", f"/{terrain.reseau.slug}/entreprises/documents/{nom}"
        yield "nom", f"/media/{nom}"
        yield "nom", f"/static/{nom}"


@verification("A7", "par un lien périmé ou inventé, aucun fichier", casser=(lien_ferme_encore_ouvert, jeton_sans_importance))
def test_lien_perime_ou_invente_n_ouvre_aucun_fichier(bilan, terrain, voisin):
    for raison, adresse in liens_perimes(terrain.reseau):
        statut = Client().get(adresse).status_code
        bilan.noter(statut in (404, 410), f"{raison} : {statut}")
    client = connecter(terrain.membres["animateur"])
    for quoi, adresse in liens_inventes(terrain, voisin):
        statut = client.get(adresse).status_code
        bilan.noter(statut == 404, f"{quoi} {adresse} : {statut}")
