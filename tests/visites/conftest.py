"""Adresses du réseau d'essai."""

import pytest
from django.urls import reverse


@pytest.fixture
def adresse(reseau):
    """`adresse("visites:visite", 3)` : l'adresse de cette page dans le réseau d'essai."""
    return lambda nom, *arguments: reverse(nom, args=[reseau.slug, *arguments])


@pytest.fixture
def prefecture(membres):
    return membres["prefecture"]


def dits(response):
    """Les messages que la page suivante montrera."""
    return [str(message) for message in response.wsgi_request._messages]


@pytest.fixture
def constantes(requetes):
    """`constantes(appel, ajouter, (1, 2, 197))` : le nombre de requêtes, le même à 1, 3 et 200 lignes."""

    def compter(appel, ajouter, ajouts):
        appel()
        comptes = []
        for combien in ajouts:
            for _ in range(combien):
                ajouter()
            comptes.append(requetes(appel))
        assert len(set(comptes)) == 1, comptes
        return comptes[0]

    return compter
