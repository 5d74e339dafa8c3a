"""D6 : le serveur de courriel est en panne."""

import smtplib
import socket
import threading
import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from reseau import expedition
from reseau.enums import EtatPli, GenrePli
from reseau.lib import smtp
from reseau.models import Pli
from tests.factories import MembreFactory
from tests.fiabilite.verification import verification
from tests.lib.faux_smtp import serveur_de_courriel

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def serveur(settings, monkeypatch, base_sur_disque):
    monkeypatch.setattr(smtp, "REMISE", 1)
    settings.EXPEDITION_A_PART = True
    with serveur_de_courriel(settings) as serveur:
        yield serveur


def attendre_les_envois():
    for fil in threading.enumerate():
        if fil.name == "expedition":
            fil.join(30)


def courriels_dans_la_page(monkeypatch):
    """La page attend le serveur de courriel."""
    monkeypatch.setattr("django.conf.settings.EXPEDITION_A_PART", False)


@contextmanager
def panne(serveur, settings, quoi, valeur):
    """Ce réglage-ci du faux serveur, ou du nôtre (`EMAIL_PORT`), le temps du bloc."""
    objet = settings if quoi == "EMAIL_PORT" else serveur
    avant = getattr(objet, quoi)
    setattr(objet, quoi, valeur)
    yield
    setattr(objet, quoi, avant)


def port_ferme():
    """Un port où personne n'écoute : la liaison y est refusée."""
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        return prise.getsockname()[1]


@verification(
    "D6",
    "serveur fermé, muet, lent ou en refus : la page rend la main, rien ne se perd ni ne se double",
    casser=courriels_dans_la_page,
)
def test_panne_de_courriel_ne_retient_ni_ne_perd_rien(bilan, serveur, settings):
    membre = MembreFactory()
    Client().get(reverse("password_reset"))  # la première page d'un processus charge les adresses et les gabarits
    refuse = {membre.utilisateur.email: 451}
    pannes = [("muet", "accueil"), ("muet", "rcpt"), ("goutte", 0.03), ("refus", refuse), ("EMAIL_PORT", port_ferme())]
    for rang, (quoi, valeur) in enumerate(pannes, start=1):
        with panne(serveur, settings, quoi, valeur):
            depart = time.monotonic()
            Client().post(reverse("password_reset"), {"email": membre.utilisateur.email})
            bilan.noter(time.monotonic() - depart < 1, f"{quoi} : la page a pris {time.monotonic() - depart:.1f} s")
            attendre_les_envois()
        for heures in range(1, 4):
            expedition.expedier(maintenant=now() + timedelta(hours=heures))
        etats = list(Pli.objects.values_list("etat", flat=True))
        bilan.noter(len(etats) == rang and set(etats) == {EtatPli.PARTI}, f"{quoi} : {etats}")
        bilan.noter(len(serveur.recus) == rang, f"{quoi} : {len(serveur.recus)} reçus pour {rang}")


def chiffrement_facultatif(monkeypatch):
    """STARTTLS échoue, et l'on écrit quand même."""
    monkeypatch.setattr(smtplib.SMTP, "starttls", lambda liaison, **mots: (220, b"essai"))


@verification("D6", "le chiffrement refusé, rien ne part en clair", casser=chiffrement_facultatif)
def test_rien_ne_part_en_clair(bilan, serveur, settings):
    settings.EMAIL_USE_TLS = True
    for rang in range(5):
        pli = expedition.inscrire(GenrePli.RESUME, destinataire=f"a{rang}@exemple.fr", objet="Objet", corps="Corps")
        expedition.expedier()
        pli.refresh_from_db()
        bilan.noter(not serveur.recus, f"{len(serveur.recus)} courriels en clair")
        bilan.noter(pli.etat in (EtatPli.ATTEND, EtatPli.PARTI), f"le courriel est {pli.etat}")
