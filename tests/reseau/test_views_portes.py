"""Choisir son réseau, son compte, et les pages publiques."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from tests.conftest import connecter
from tests.factories import MembreFactory, UtilisateurFactory


def test_adresses_du_reseau_et_hors_reseau_partagent_un_espace_de_noms():
    adresses = [reverse("reseau:choix"), reverse("reseau:membres", args=["drac"]), reverse("reseau:aide"), reverse("compte")]
    assert adresses == ["/", "/drac/membres/", "/aide/", "/compte/"]


def test_un_seul_reseau_s_ouvre_tout_seul(animateur):
    assert connecter(animateur).get("/").url == f"/{animateur.reseau.slug}/"


def test_plusieurs_reseaux_se_choisissent(animateur):
    ailleurs = MembreFactory(utilisateur=animateur.utilisateur, reseau__nom="Un autre réseau")
    response = connecter(animateur).get("/")
    assert [m.reseau for m in response.context["appartenances"]] == [animateur.reseau, ailleurs.reseau]
    assert f'href="/{ailleurs.reseau.slug}/"' in response.text


def test_reseau_quitte_ne_se_propose_plus(animateur):
    MembreFactory(utilisateur=animateur.utilisateur, parti_le=localdate())
    assert connecter(animateur).get("/").url == f"/{animateur.reseau.slug}/"


def test_sans_reseau_la_page_dit_quoi_faire(client, db):
    client.force_login(UtilisateurFactory(email="seul@exemple.fr"))
    response = client.get("/")
    assert response.context["appartenances"] == []
    assert "seul@exemple.fr" in response.text
    assert "creer_reseau" not in response.text


def test_administrateur_technique_apprend_la_commande(client, db):
    client.force_login(UtilisateurFactory(is_superuser=True))
    assert "creer_reseau" in client.get("/").text


def test_reseau_a_venir_dit_sa_date(client, db):
    demain = localdate() + timedelta(days=1)
    membre = MembreFactory(entre_le=demain)
    response = connecter(membre).get("/")
    assert (response.context["appartenances"], response.context["a_venir"]) == ([], [membre])


def test_compte_mene_a_la_fiche(animateur):
    assert connecter(animateur).get("/compte/").url == f"/{animateur.reseau.slug}/ma-fiche/"


def test_compte_de_plusieurs_reseaux_montre_chaque_fiche(animateur):
    ailleurs = MembreFactory(utilisateur=animateur.utilisateur)
    page = connecter(animateur).get("/compte/").text
    fiches = [f'href="/{membre.reseau.slug}/ma-fiche/"' in page for membre in (animateur, ailleurs)]
    assert fiches == [True, True]


@pytest.mark.parametrize("adresse", ["/", "/compte/"])
def test_portes_demandent_de_se_connecter(client, db, adresse):
    assert client.get(adresse).url == f"/connexion/?next={adresse}"


@pytest.mark.parametrize("nom", ["aide", "accessibilite", "confidentialite"])
def test_pages_publiques_se_lisent_sans_compte(client, db, nom):
    adresse = reverse(f"reseau:{nom}")
    assert [client.get(adresse).status_code, client.post(adresse).status_code] == [200, 405]
