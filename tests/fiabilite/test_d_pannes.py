"""D5, D6 : disque plein, serveur de courriel en panne."""

import smtplib
import threading
import time
from contextlib import nullcontext
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from reseau import expedition
from reseau.enums import EtatPli, GenrePli
from reseau.lib import smtp
from reseau.models import Pli
from tests.factories import EntrepriseFactory, MembreFactory, ReseauFactory
from tests.fiabilite.verification import sans_rien_abimer, verification
from tests.lib.faux_smtp import serveur_de_courriel

pytestmark = pytest.mark.django_db(transaction=True)


# D5


@verification("D5", "la base n’a plus de place au milieu d’un lot", casser=sans_rien_abimer, moteurs=("sqlite",))
def test_disque_plein_n_ecrit_rien_a_moitie(bilan, base_sur_disque):
    """Le fichier de la base ne peut plus grossir : le lot échoue en entier, et reprend dès qu'il y a de la place."""
    reseau = ReseauFactory()
    tout_ou_rien = nullcontext if bilan.casse else transaction.atomic
    with connection.cursor() as curseur:
        pages = curseur.execute("PRAGMA page_count").fetchone()[0]
        curseur.execute(f"PRAGMA max_page_count = {pages + 20}")
        for _ in range(bilan.taille(bref=2, entier=10)):
            avant = reseau.entreprises.count()
            try:
                with tout_ou_rien():
                    for _ in range(1_000):
                        EntrepriseFactory(reseau=reseau)
            except DatabaseError as erreur:
                bilan.noter("full" in str(erreur), f"une autre panne : {erreur}")
            else:
                bilan.noter(False, "mille fiches ont tenu : le disque n’était pas plein")
            bilan.noter(
                reseau.entreprises.count() == avant, f"{reseau.entreprises.count() - avant} fiches d’un lot à moitié écrit"
            )
            sain = curseur.execute("PRAGMA integrity_check").fetchone()[0]
            bilan.noter(sain == "ok", f"base abîmée : {sain}")
        curseur.execute("PRAGMA max_page_count = 1073741823")
    EntrepriseFactory.create_batch(1_000, reseau=reseau)
    bilan.noter(reseau.entreprises.count() >= 1_000, "la place revenue, rien ne s’écrit")


# D6


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


@verification("D6", "serveur muet, lent ou en refus : la page rend la main, rien ne se perd", casser=courriels_dans_la_page)
def test_panne_de_courriel_ne_retient_ni_ne_perd_rien(bilan, serveur):
    membre = MembreFactory()
    Client().get(reverse("password_reset"))  # la première page d'un processus charge les adresses et les gabarits
    pannes = ({"muet": "accueil"}, {"muet": "rcpt"}, {"goutte": 0.03}, {"refus": {membre.utilisateur.email: 451}})
    for recus, panne in enumerate(pannes, start=1):
        for nom, valeur in panne.items():
            setattr(serveur, nom, valeur)
        depart = time.monotonic()
        Client().post(reverse("password_reset"), {"email": membre.utilisateur.email})
        bilan.noter(time.monotonic() - depart < 1, f"{panne} : la page a pris {time.monotonic() - depart:.1f} s")
        attendre_les_envois()
        serveur.muet, serveur.goutte, serveur.refus = "", 0, {}
        for heures in range(1, 4):
            expedition.expedier(maintenant=now() + timedelta(hours=heures))
        etats = list(Pli.objects.values_list("etat", flat=True))
        bilan.noter(set(etats) <= {EtatPli.PARTI}, f"{panne} : {etats}")
        bilan.noter(len(serveur.recus) == recus, f"{panne} : {len(serveur.recus)} reçus pour {recus}")


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
