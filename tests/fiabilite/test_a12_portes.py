"""A12 : à chaque porte, dix essais au plus par compte, par adresse, par réseau IPv6 ; et aucune ne dit quels comptes existent."""

from itertools import count
from time import process_time

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished
from django.db import close_old_connections
from django.http import HttpResponseRedirect
from django.template.backends.django import Template
from django.test import Client, RequestFactory
from django.urls import reverse

from reseau import essais, seconds_facteurs
from reseau.essais import ESSAIS, Porte, TropDEssais, essai
from reseau.lib import visiteur
from reseau.models import Essai, Utilisateur
from reseau.views import lien
from tests.factories import UtilisateurFactory
from tests.fiabilite.mesures import mann_whitney
from tests.fiabilite.verification import verification
from tests.lib.codes import code_de
from tests.lib.simultane import ensemble

COURRIEL = "camille.essai@exemple.fr"
MESURES = 50
SEUIL = 0.01
rangs = count(1)


class Argon2Leger(Argon2PasswordHasher):
    """Celui du produit, dix fois moins gourmand : hacher pèse encore bien plus que le reste de la réponse."""

    memory_cost = 10_240


def sans_borne(monkeypatch):
    monkeypatch.setattr(essais, "_borner", lambda *_, **__: None)


def premiere_adresse(monkeypatch):
    """Croire le début de X-Forwarded-For, que chacun écrit à sa guise."""
    monkeypatch.setattr(essais, "adresse_ip", lambda request: request.headers.get("X-Forwarded-For", "").split(",")[0].strip())


def ipv6_une_a_une(monkeypatch):
    monkeypatch.setattr(visiteur, "ip_network", lambda reseau, strict: reseau[0])


def sans_hachage_de_l_inconnu(monkeypatch):
    """Ne rien hacher quand le compte n'existe pas : le refus revient plus vite."""
    monkeypatch.setattr(Utilisateur, "set_password", lambda self, brut: None)


def reponse_apres_le_travail(monkeypatch):
    """Chercher le compte et écrire le courriel avant de répondre."""

    def tout_de_suite(adresse, suite):
        suite()
        return HttpResponseRedirect(adresse)

    monkeypatch.setattr(lien, "RedirectionPuis", tout_de_suite)


def recompter_avant_d_ecrire(monkeypatch):
    """Juger d'abord, inscrire ensuite : les envois simultanés ne se voient pas."""
    borner = essais._borner
    monkeypatch.setattr(essais, "_borner", lambda cles, depuis, dont_celui_ci=0: dont_celui_ci or borner(cles, depuis))


# À chaque porte : l'adresse, et ce qu'on y envoie pour viser ce compte. Le lien et l'invitation se devinent en lisant.


def au_mot_de_passe(client, compte, **mots):
    return client.post("/connexion/", {"username": compte, "password": "faux"}, **mots)


def au_lien_demande(client, compte, **mots):
    return client.post(reverse("lien"), {"email": compte}, **mots)


def a_l_oubli(client, compte, **mots):
    return client.post(reverse("password_reset"), {"email": compte}, **mots)


def au_lien_devine(client, compte, **mots):
    return client.get(reverse("lien-ouvrir", args=[f"faux-{next(rangs)}"]), **mots)


def a_l_invitation_devinee(client, compte, **mots):
    numero = compte.partition("@")[0].replace(".", "")
    return client.get(reverse("password_reset_confirm", args=[numero, f"faux-{next(rangs)}"]), **mots)


PORTES = [au_mot_de_passe, au_lien_demande, a_l_oubli, au_lien_devine, a_l_invitation_devinee]


def un_compte(rang):
    return COURRIEL, f"203.0.{rang // 250}.{rang % 250 + 1}"


def une_adresse(rang):
    return f"personne{rang}@exemple.fr", "203.0.113.7"


def un_reseau_ipv6(rang):
    return f"personne{rang}@exemple.fr", f"2001:db8:1:2:{rang:x}::{rang:x}"


def un_debut_forge(rang):
    return f"personne{rang}@exemple.fr", f"198.51.{rang // 250}.{rang % 250}, 203.0.113.7"


SUJETS = [un_compte, une_adresse, un_reseau_ipv6, un_debut_forge]


@pytest.fixture
def muet(monkeypatch):
    """Ces essais ne lisent que des statuts."""
    monkeypatch.setattr(Template, "render", lambda self, *_: "")


@verification(
    "A12",
    "dix essais au plus, de mille à chaque porte et de chaque façon au mot de passe, de cent d’une autre façon ailleurs",
    casser=(sans_borne, premiere_adresse, ipv6_une_a_une),
)
def test_essais_sont_bornes(bilan, db, settings, muet):
    settings.DERRIERE_UN_MANDATAIRE = True
    UtilisateurFactory(email=COURRIEL)
    client = Client()
    for porte in PORTES:
        # Un lien deviné ne vise personne : il n'y a que son adresse à borner.
        sujets = SUJETS if porte is not au_lien_devine else SUJETS[1:]
        for sujet in sujets:
            Essai.objects.all().delete()
            combien = bilan.taille(30, 1000 if porte is au_mot_de_passe or sujet is sujets[0] else 100)
            envois = (sujet(rang) for rang in range(combien))
            admis = sum(porte(client, compte, headers={"x-forwarded-for": ip}).status_code != 429 for compte, ip in envois)
            bilan.noter_lot(combien, [f"{porte.__name__}, {sujet.__name__} : {admis} essais admis"] if admis > ESSAIS else [])


@verification("A12", "dix codes au plus, d’application ou de secours", casser=sans_borne)
def test_codes_sont_bornes(bilan, animateur, muet):
    appareil = seconds_facteurs.preparer(animateur.utilisateur)
    seconds_facteurs.activer(appareil, code_de(appareil, -1))
    client, combien = Client(), bilan.taille(30, 1000)
    client.post("/connexion/", {"username": animateur.utilisateur.email, "password": "une phrase de passe"})
    codes = (f"{rang:06d}" if rang % 2 else f"aaaa-bbbb-{rang:04d}" for rang in range(combien))
    admis = sum(client.post("/connexion/code/", {"code": code}).status_code != 429 for code in codes)
    bilan.noter_lot(combien, [f"{admis} codes admis"] if admis > ESSAIS else [])


@verification("A12", "dix essais au plus, même tous au même instant", rapide=True, casser=(sans_borne, recompter_avant_d_ecrire))
def test_essais_simultanes_sont_bornes(bilan, base_sur_disque):
    demande, lots = RequestFactory().post("/", REMOTE_ADDR="203.0.113.7"), bilan.taille(3, 10)
    for lot in range(lots):

        def tenter(compte=f"compte{lot}@exemple.fr"):
            with essai(Porte.MOT_DE_PASSE, demande, compte):
                raise ZeroDivisionError

        Essai.objects.all().delete()
        rendus = ensemble(*[tenter] * 25)
        admis = sum(isinstance(rendu, ZeroDivisionError) for rendu in rendus)
        autres = [rendu for rendu in rendus if not isinstance(rendu, ZeroDivisionError | TropDEssais)]
        bilan.noter(admis <= ESSAIS and not autres, f"{admis} essais admis de 25 simultanés ; {autres[:2]}")


def duree(envoyer):
    """Secondes de travail jusqu'à la réponse, ce que le visiteur attend d'un serveur qui n'a rien d'autre à faire.

    Ce qui suit son départ ne compte pas, ni l'attente d'un processeur que d'autres occupent : elle cacherait l'écart.
    """
    Essai.objects.all().delete()
    debut = process_time()
    response = envoyer()
    ecoule = process_time() - debut
    request_finished.disconnect(close_old_connections)  # la suite se joue sur la connexion de l'essai, comme pour son client
    response.close()
    request_finished.connect(close_old_connections)
    return ecoule, response


def poster(adresse, champs):
    """L'envoi, par la porte même du serveur web : le client d'essai, lui, attend la suite de la réponse."""
    serveur = WSGIHandler()
    fabrique = RequestFactory()

    def envoyer():
        request = fabrique.post(adresse, champs)
        request._dont_enforce_csrf_checks = True
        return serveur.get_response(request)

    return envoyer


@verification(
    "A12", "un compte inconnu répond comme un autre, et aussi vite", casser=(sans_hachage_de_l_inconnu, reponse_apres_le_travail)
)
def test_reponse_ne_dit_pas_quels_comptes_existent(bilan, db, settings):
    settings.PASSWORD_HASHERS = [f"{__name__}.Argon2Leger"]
    connu = UtilisateurFactory(email=COURRIEL)
    connu.set_password("une phrase de passe")
    connu.save()
    portes = {
        "/connexion/": lambda courriel: {"username": courriel, "password": "faux"},
        reverse("lien"): lambda courriel: {"email": courriel},
        reverse("password_reset"): lambda courriel: {"email": courriel},
    }
    for adresse, champs in portes.items():
        envois = [poster(adresse, champs(courriel)) for courriel in (COURRIEL, "personne@exemple.fr")]
        reponses = [duree(envoyer)[1] for envoyer in envois]
        memes = {(reponse.status_code, reponse.headers.get("Location")) for reponse in reponses}
        bilan.noter(len(memes) == 1, f"{adresse} : {memes}")
        # Le hasard seul passe le seuil une fois sur cent : une seconde série le confirme, ou non.
        mesures = bilan.taille(20, MESURES)
        if (p := comparer(envois, mesures)) <= SEUIL:
            p = comparer(envois, mesures)
        bilan.noter(p > SEUIL, f"{adresse} : p = {p:.2g}")


def comparer(envois, mesures):
    """La probabilité que le hasard seul explique l'écart des durées ; les deux séries alternent."""
    connus, inconnus = zip(*([duree(envoyer)[0] for envoyer in envois] for _ in range(mesures)), strict=True)
    return mann_whitney(connus, inconnus)
