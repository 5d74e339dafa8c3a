"""La coquille que garde le navigateur : vide, la même pour tous, complète, et qui change quand elle change."""

import json
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from reseau.views.hors_reseau import COQUILLE, TRAVAILLEUR
from tests.conftest import connecter


def reglage(client):
    premiere = client.get(reverse("service-worker")).content.decode().splitlines()[0]
    return json.loads(premiere.removeprefix("self.REGLAGE = ").removesuffix(";"))


def test_coquille_ne_depend_pas_de_qui_la_demande(animateur):
    anonyme, connecte = Client().get(reverse("hors-reseau")), connecter(animateur).get(reverse("hors-reseau"))
    assert anonyme.content == connecte.content
    assert [mot for mot in ("csrf", str(animateur), "Se déconnecter") if mot in connecte.content.decode()] == []


@pytest.mark.django_db
def test_travailleur_se_relit_a_chaque_fois_depuis_la_racine():
    response = Client().get(reverse("service-worker"))
    assert (response.headers["Content-Type"], response.headers["Cache-Control"]) == ("text/javascript; charset=utf-8", "no-cache")
    assert response.request["PATH_INFO"].count("/") == 1
    assert f"/static/{TRAVAILLEUR}" in response.content.decode()


@pytest.mark.django_db
def test_coquille_ne_liste_que_la_page_vide_et_des_statiques():
    page, *statiques = reglage(Client())["coquille"]
    assert page == reverse("hors-reseau")
    assert all(adresse.startswith("/static/") for adresse in statiques)


def test_coquille_est_complete():
    """Chaque fichier existe, et un module n'en appelle aucun qui n'y soit pas."""
    for chemin in COQUILLE:
        source = Path(finders.find(chemin)).read_text(errors="replace")
        appeles = re.findall(r'(?:from|import\()\s*"\./([\w-]+\.js)"', source) if chemin.startswith("js/") else []
        assert {f"js/{nom}" for nom in appeles} <= set(COQUILLE), chemin


def test_page_sans_reseau_ne_demande_rien_hors_de_la_coquille():
    html = Client().get(reverse("hors-reseau")).content.decode()
    demandes = re.findall(r'(?:<script[^>]*src|rel="stylesheet"\s+href)="/static/([^"]+)"', html)
    assert set(demandes) - set(COQUILLE) <= {"dsfr/dist/dsfr/dsfr.nomodule.min.js"}
    assert "js/coquille.js" in demandes
