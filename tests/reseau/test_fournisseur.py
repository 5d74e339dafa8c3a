"""Entrer par un fournisseur d'identité, de bout en bout, contre un faux qui signe vraiment ses jetons."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from reseau.models import IdentiteAttestee, Utilisateur
from reseau.seconds_facteurs import activer, preparer
from tests.factories import UtilisateurFactory
from tests.lib.codes import code_de
from tests.lib.faux_fournisseur import AUTRE_CLE, CLIENT, CODE, FauxFournisseur, reglages

PARTIR, RETOUR = "/connexion/fournisseur/", "/connexion/fournisseur/retour/"


@pytest.fixture
def faux(animateur, settings):
    with FauxFournisseur() as faux:
        for nom, valeur in reglages(faux).items():
            setattr(settings, nom, valeur)
        settings.OIDC_TIMEOUT = 1
        faux.identite["email"] = animateur.utilisateur.email
        yield faux


def aller(faux, client=None, suite=""):
    """Part chez le fournisseur, qui approuve ; rend (client, réponse au retour)."""
    client = client or Client()
    demande = demander(client, suite)
    faux.nonce = faux.nonce or demande["nonce"][0]
    return client, client.get(RETOUR, {"code": CODE, "state": demande["state"][0]})


def demander(client, suite=""):
    """Ce que l'outil demande au fournisseur."""
    response = client.get(PARTIR, {"next": suite} if suite else {})
    return parse_qs(urlsplit(response.url).query)


def est_entre(client):
    return "_auth_user_id" in client.session


def dit(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_identite_attestee_ouvre_le_compte_de_ce_courriel(faux, animateur):
    suite = f"/{animateur.reseau.slug}/membres/"
    client, response = aller(faux, suite=suite)
    assert (response.status_code, response.url) == (302, suite)
    assert client.session["_auth_user_id"] == str(animateur.utilisateur.pk)
    assert client.get(suite).status_code == 200


def test_demande_ne_porte_rien_de_plus_que_ce_qui_est_admis(faux, animateur):
    """Un paramètre de trop, et ProConnect refuse (Y000400) ; `state` et `nonce` font au moins 32 signes."""
    demande = demander(Client())
    assert set(demande) == {"response_type", "scope", "client_id", "redirect_uri", "state", "nonce"}
    assert demande["client_id"] == [CLIENT]
    assert [len(demande[nom][0]) for nom in ("state", "nonce")] == [32, 32]


def test_secret_se_donne_dans_le_corps(faux, animateur):
    aller(faux)
    assert faux.recus[0]["client_secret"] == ["secret-d-essai"]


def test_numero_garde_le_compte_quand_le_courriel_change(faux, animateur):
    aller(faux)
    faux.identite["email"], faux.nonce = "autre.courriel@exemple.fr", ""
    client, _ = aller(faux)
    assert client.session["_auth_user_id"] == str(animateur.utilisateur.pk)


def test_courriel_inconnu_lit_a_qui_s_adresser_et_ne_cree_rien(faux):
    faux.identite["email"] = "inconnu@exemple.fr"
    comptes = Utilisateur.objects.count()
    client, response = aller(faux)
    assert not est_entre(client)
    assert "Aucun compte ne porte le courriel inconnu@exemple.fr" in dit(response)[0]
    assert (Utilisateur.objects.count(), IdentiteAttestee.objects.count()) == (comptes, 0)


def test_courriel_non_verifie_n_ouvre_rien(faux):
    faux.identite["email_verified"] = False
    client, response = aller(faux)
    assert not est_entre(client)
    assert "n’a pas vérifié" in dit(response)[0]


def test_courriel_sans_mention_n_ouvre_que_si_l_on_s_y_fie(faux, settings):
    faux.identite["email_verified"] = None
    client, _ = aller(faux)
    assert not est_entre(client)
    settings.OIDC_COURRIEL_SUR, faux.nonce = True, ""
    client, _ = aller(faux)
    assert est_entre(client)


def test_courriel_repris_par_une_autre_personne_n_ouvre_pas_l_ancien_compte(faux):
    aller(faux)
    faux.identite["sub"], faux.nonce = "agent-2", ""
    client, response = aller(faux)
    assert not est_entre(client)
    assert "déjà lié à une autre identité" in dit(response)[0]


def test_compte_ferme_n_entre_pas(faux, animateur):
    Utilisateur.objects.filter(pk=animateur.utilisateur.pk).update(is_active=False)
    client, response = aller(faux)
    assert (est_entre(client), dit(response)) == (False, ["Ce compte est fermé."])


@pytest.mark.parametrize(
    "mensonge",
    [
        {"cle": AUTRE_CLE},
        {"nonce": "un-autre-nonce-de-trente-deux-car"},
        {"jeton": {"exp": 1_600_000_000}},
        {"jeton": {"exp": None}},
        {"jeton": {"aud": "un-autre-service"}},
        {"jeton": {"iss": "https://ailleurs.exemple"}},
        {"jeton": {"sub": "quelqu-un-d-autre"}},
        {"refus": {"jeton": 500}},
        {"refus": {"jeton": 400}},
        {"refus": {"identite": 401}},
        {"refus": {"cles": 503}},
    ],
    ids=lambda mensonge: " ".join(map(str, next(iter(mensonge.items()))))[:20],
)
def test_reponse_que_l_on_ne_peut_croire_n_ouvre_rien(faux, mensonge):
    client = Client()
    demande = demander(client)
    faux.nonce = demande["nonce"][0]
    for nom, valeur in mensonge.items():
        setattr(faux, nom, valeur)
    response = client.get(RETOUR, {"code": CODE, "state": demande["state"][0]})
    assert (response.status_code, response.url, est_entre(client)) == (302, "/connexion/", False)
    assert len(dit(response)) == 1


def test_etat_forge_n_ouvre_rien(faux):
    client = Client()
    demander(client)
    response = client.get(RETOUR, {"code": CODE, "state": "x" * 32})
    assert (response.url, est_entre(client), faux.recus) == ("/connexion/", False, [])


def test_refus_de_la_personne_ramene_a_la_connexion(faux):
    response = Client().get(RETOUR, {"error": "access_denied", "state": "x" * 32})
    assert (response.status_code, response.url) == (302, "/connexion/")


def test_retour_ne_sert_qu_une_fois(faux):
    client = Client()
    demande = demander(client)
    faux.nonce, retour = demande["nonce"][0], {"code": CODE, "state": demande["state"][0]}
    client.get(RETOUR, retour)
    client.logout()
    client.get(RETOUR, retour)
    assert not est_entre(client)


def test_fournisseur_muet_ramene_au_mot_de_passe(faux, animateur):
    """À l'aller comme au retour ; le mot de passe, lui, ouvre toujours."""
    client = Client()
    demande = demander(client)
    faux.taire()
    aller_, retour = client.get(PARTIR), client.get(RETOUR, {"code": CODE, "state": demande["state"][0]})
    assert {aller_.url, retour.url} == {"/connexion/"}
    page = client.get("/connexion/").text
    assert "ne répond pas. Entrez avec votre mot de passe" in page
    client.post("/connexion/", {"username": animateur.utilisateur.email, "password": "une phrase de passe"})
    assert est_entre(client)


def test_second_facteur_se_demande_aussi(faux, animateur):
    appareil = preparer(animateur.utilisateur)
    activer(appareil, code_de(appareil))
    client, response = aller(faux)
    assert (response.url, est_entre(client)) == ("/connexion/code/", False)


def test_sortie_passe_par_le_fournisseur(faux):
    """Le jeton d'identité lui est rendu, et l'adresse où revenir ; la session d'ici est fermée d'abord."""
    client, _ = aller(faux)
    response = client.post("/deconnexion/")
    sortie = parse_qs(urlsplit(response.url).query)
    assert response.url.startswith(f"{faux.adresse}/sortie?")
    assert (set(sortie), est_entre(client)) == ({"id_token_hint", "state", "post_logout_redirect_uri"}, False)


def test_sortie_ordinaire_reste_ici(faux, animateur):
    client = Client()
    client.force_login(animateur.utilisateur)
    assert client.post("/deconnexion/").url == "/connexion/"


def test_sans_fournisseur_ses_adresses_n_existent_pas(animateur):
    assert [Client().get(adresse).status_code for adresse in (PARTIR, RETOUR)] == [404, 404]
    assert "S’identifier avec" not in Client().get(reverse("connexion")).text


def test_bouton_porte_le_nom_du_fournisseur(faux):
    assert "S’identifier avec ProConnect" in Client().get(reverse("connexion")).text


def test_identite_d_un_compte_sans_reseau_entre_quand_meme(faux):
    """Il lira qu'aucun réseau ne l'a invité : c'est la page du choix qui le dit."""
    seul = UtilisateurFactory()
    faux.identite["email"] = seul.email
    client, response = aller(faux)
    assert (response.url, client.get("/").context["appartenances"]) == ("/", [])
