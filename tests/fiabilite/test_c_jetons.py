"""C2 : chaque formulaire porte un jeton d'un seul envoi, et chaque envoi réel, renvoyé, n'écrit rien de plus."""

from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.db import transaction

from tests.fiabilite.cloisons import ecritures
from tests.fiabilite.formulaires import accepte, jamais_atteintes, tous
from tests.fiabilite.verification import verification

pytestmark = pytest.mark.django_db


def jetons_ignores(monkeypatch):
    monkeypatch.setattr("reseau.acces._consommer", lambda request: (None, True))


def formulaires_sans_jeton(monkeypatch):
    monkeypatch.setattr("reseau.templatetags.affichage.format_html", lambda *morceaux, **mots: "")


@verification(
    "C2",
    "chaque envoi du réseau, renvoyé avec son jeton",
    casser=(jetons_ignores, formulaires_sans_jeton),
    moteurs=("sqlite",),  # les deux envois se suivent ; ceux du même instant sont dans tests/fiabilite/test_c_meme_instant.py
)
def test_envoi_renvoye_n_ecrit_rien_de_plus(bilan, terrain, sans_papier):
    """Le jeton est dans chaque formulaire qu'une page montre ; le second envoi n'écrit rien, et mène où le premier a mené."""
    atteintes = set()
    for formulaire in tous(terrain):
        atteintes.add(formulaire.envoi)
        if formulaire.page:
            bilan.noter("jeton" in formulaire.champs, f"{formulaire.envoi}, sur {formulaire.page} : sans jeton")
        with transaction.atomic():
            saisie = formulaire.saisie(jeton=[str(uuid4())])
            premier = formulaire.client.post(formulaire.action, saisie)
            if premier.status_code == 302 and accepte(premier):
                with ecritures() as tables:
                    second = formulaire.client.post(formulaire.action, saisie)
                bilan.noter(tables <= {Session._meta.db_table}, f"{formulaire.envoi}, renvoyé, écrit {sorted(tables)}")
                bilan.noter(_page(second) == _page(premier), f"{formulaire.envoi}, renvoyé : {second}")
            transaction.set_rollback(True)
    bilan.noter(not jamais_atteintes(atteintes), f"jamais atteintes : {jamais_atteintes(atteintes)}")


def _page(response):
    """Où mène cette réponse ; trop longue, l'adresse gardée avec le jeton n'est que celle de la page."""
    return response.headers.get("Location", "").partition("?")[0]
