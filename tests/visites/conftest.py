"""Adresses du réseau d'essai, et de quoi fabriquer ses lettres."""

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from tests.factories import CampagneFactory, CourrierFactory, VisiteFactory
from visites import courriers
from visites.models import Courrier


@pytest.fixture
def adresse(reseau):
    """`adresse("visites:visite", 3)` : l'adresse de cette page dans le réseau d'essai."""
    return lambda nom, *arguments: reverse(nom, args=[reseau.slug, *arguments])


@pytest.fixture
def prefecture(membres):
    return membres["prefecture"]


@pytest.fixture
def campagne(reseau):
    return CampagneFactory(reseau=reseau)


@pytest.fixture
def lettre(reseau, campagne, direct):
    """Fabrique de lettres du développeur direct : `lettre()`, `lettre(a_signer=True)`."""

    def fabriquer(**etat):
        visite = VisiteFactory(reseau=reseau, campagne=campagne, developpeur=direct, programmee=True)
        return CourrierFactory(visite=visite, **etat)

    return fabriquer


@pytest.fixture
def signees(lettre, membres):
    """Signe autant de lettres ; rend leurs numéros."""

    def signer(combien):
        cles = [lettre(a_signer=True).pk for _ in range(combien)]
        return courriers.signer(Courrier.objects.filter(pk__in=cles), par=membres["prefecture"], le=localdate())

    return signer


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
