"""G3 : des jetons dans chaque saisie, chaque adresse, chaque panne ; ni journal ni courriel d'erreur n'en porte aucun."""

import io
import logging
import re
from smtplib import SMTPRecipientsRefused

import pytest
from django.core import mail
from django.core.mail.backends import locmem
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils.log import AdminEmailHandler
from django.views.debug import ExceptionReporter

from reseau import expedition
from reseau.enums import GenrePli
from reseau.lib import journaux
from tests.conftest import connecter
from tests.fiabilite.formulaires import jamais_atteintes, tous
from tests.fiabilite.test_b_entrees import postee
from tests.fiabilite.verification import verification

pytestmark = pytest.mark.django_db
LIGNE = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} (DEBUG|INFO|WARNING|ERROR|CRITICAL) [\w.]+ .*$")
SUITE = re.compile(r"^(  \S+:\d+ \S+|[\w.]+ \(son texte est tu\))$")
TEXTES = {"text", "search", "textarea", "email", "tel", "url", "password"}
CHEMINS = ("%0d%0a2026-01-01 ERROR faux {}", "%1b[31m{}", "%0a{}", "{}@exemple.fr", "%e2%80%a8{}")


class Jetons:
    """Un jeton neuf par saisie ; `places` dit où chacun fut posé."""

    def __init__(self):
        self.places = {}

    def __call__(self, place):
        jeton = f"qzjnl{len(self.places):04d}x"
        self.places[jeton] = place
        return jeton


@pytest.fixture
def journal(settings, monkeypatch):
    """Ce que le service écrirait sur sa sortie d'erreur, du plus bavard au plus grave ; les courriels d'erreur partent aussi."""
    settings.ADMINS = [("Exploitation", "exploitation@exemple.fr")]
    tampon, racine = io.StringIO(), logging.getLogger()
    (console,) = [g for g in racine.handlers if isinstance(g.formatter, journaux.Sobre)]
    monkeypatch.setattr(console, "stream", tampon)
    avant = racine.level
    racine.setLevel(logging.DEBUG)
    yield tampon
    racine.setLevel(avant)


def sans_discretion(monkeypatch):
    """Les messages passent tels quels."""
    monkeypatch.setattr(journaux.Discret, "filter", lambda discret, record: True)


def exception_entiere(monkeypatch):
    """Le texte de l'exception se journalise."""
    monkeypatch.setattr(journaux.Sobre, "formatException", logging.Formatter.formatException)


def rapport_de_django(monkeypatch):
    """Le courriel d'erreur est celui de Django : saisie, témoins, variables."""
    (gestionnaire,) = [g for g in logging.getLogger("django").handlers if isinstance(g, AdminEmailHandler)]
    monkeypatch.setattr(gestionnaire, "reporter_class", ExceptionReporter)


@verification("G3", "jetons dans les journaux", casser=(sans_discretion, exception_entiere, rapport_de_django))
def test_journaux_ne_disent_personne_et_ne_se_forgent_pas(bilan, terrain, sans_papier, journal, monkeypatch):
    jetons, membre = Jetons(), terrain.membres["animateur"]
    client = connecter(membre)
    client.raise_request_exception = False
    if not bilan.casse:  # une contre-épreuve n'a pas besoin de toutes les pages
        _saisir_partout(bilan, terrain, jetons)
    _egarer(client, membre, jetons)
    _entrer(jetons)
    _tomber(client, membre, jetons)
    _refuser_un_courriel(membre, jetons)
    ecrit = journal.getvalue()
    courriels = "\n".join(
        f"{message.subject}\n{message.body}" for message in mail.outbox if "exploitation@exemple.fr" in message.to
    )
    bilan.noter(
        courriels.count("IntegrityError") >= 1 and "IntegrityError" in ecrit, "aucune panne annoncée : rien n’est éprouvé"
    )
    bilan.noter_lot(2 * len(jetons.places), [f"journal : {place}" for jeton, place in jetons.places.items() if jeton in ecrit])
    bilan.noter_lot(0, [f"courriel d’erreur : {place}" for jeton, place in jetons.places.items() if jeton in courriels])
    forgees = [ligne for ligne in ecrit.split("\n")[:-1] if not (LIGNE.match(ligne) or SUITE.match(ligne))]
    bilan.noter_lot(ecrit.count("\n"), [f"ligne forgée : {ligne[:80]!r}" for ligne in forgees])
    bilan.noter("\x1b" not in ecrit, "un signe d’échappement passe")


def _saisir_partout(bilan, terrain, jetons):
    """Chaque envoi du réseau, un jeton dans chaque champ où l'on écrit."""
    atteintes = set()
    for formulaire in tous(terrain):
        atteintes.add(formulaire.envoi)
        ecrits = [nom for nom, champ in formulaire.champs.items() if champ.genre in TEXTES]
        saisie = {nom: _valeur(formulaire.champs[nom], jetons(f"{formulaire.envoi}, {nom}")) for nom in ecrits}
        lien = "&" if "?" in formulaire.action else "?"
        adresse = f"{formulaire.action}{lien}q={jetons(f'{formulaire.envoi}, adresse')}"
        postee(formulaire.client, adresse, formulaire.saisie(**saisie))
    bilan.noter(not jamais_atteintes(atteintes), f"jamais atteintes : {jamais_atteintes(atteintes)}")


def _valeur(champ, jeton):
    return f"{jeton}@exemple.fr" if champ.genre == "email" else f"Mme {jeton} Fictive"


def _egarer(client, membre, jetons):
    """Des adresses qui ne mènent nulle part, ou qui mentent."""
    for chemin in CHEMINS:
        client.get(f"/{membre.reseau.slug}/" + chemin.format(jetons(chemin)) + "?courriel=" + jetons(f"{chemin}, paramètre"))
    strict = Client(enforce_csrf_checks=True, headers={"referer": f"https://ailleurs.test/?q={jetons('provenance')}"})
    strict.post(reverse("connexion"), {"username": f"{jetons('sans jeton de formulaire')}@exemple.fr"})
    client.get(f"/{membre.reseau.slug}/", headers={"host": f"{jetons('hôte')}@exemple.fr\r\nfaux"})


def _entrer(jetons):
    """Se tromper de mot de passe, l'oublier, suivre un lien périmé."""
    dehors = Client()
    essai = {"username": f"{jetons('connexion')}@exemple.fr", "password": jetons("mot de passe")}
    dehors.post(reverse("connexion"), essai)
    dehors.post(reverse("password_reset"), {"email": f"{jetons('oubli')}@exemple.fr"})
    dehors.get(f"/evaluation/{jetons('lien')}-abcdefghij0123456789abcdefghij/")


def _tomber(client, membre, jetons):
    """Une panne dont le texte, la saisie, les témoins et les variables portent chacun un jeton."""

    def panne(*arguments, **mots):
        secret = jetons("variable")
        raise IntegrityError(f"Key (courriel)=({jetons('texte de la panne')}) {len(secret)}")

    client.cookies["essai"] = jetons("témoin")
    adresse = reverse("suivi:droits", args=[membre.reseau.slug])
    with pytest.MonkeyPatch.context() as casse:
        casse.setattr("suivi.views.vie_privee.ouvrir_une_demande", panne)
        qui = {"nom": jetons("nom de la panne"), "courriel": f"{jetons('courriel de la panne')}@exemple.fr"}
        response = client.post(
            f"{adresse}?q={jetons('adresse de la panne')}", {"droit": "acces", "recue_le": "2026-03-02", **qui}
        )
    assert response.status_code == 500
    assert "Une panne de notre côté" in response.content.decode()


def _refuser_un_courriel(membre, jetons):
    """Le serveur de courriel refuse, et cite l'adresse."""
    adresse = f"{jetons('destinataire')}@exemple.fr"
    refus = SMTPRecipientsRefused({adresse: (550, jetons("réponse du serveur").encode())})

    def refuser(*arguments):
        raise refus

    expedition.inscrire(GenrePli.RESUME, destinataire=adresse, objet=jetons("objet"), corps=jetons("corps"), reseau=membre.reseau)
    with pytest.MonkeyPatch.context() as casse:
        casse.setattr(locmem.EmailBackend, "send_messages", refuser)
        expedition.expedier()
