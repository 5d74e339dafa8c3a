"""B2 : des adresses que personne n'écrirait, dans chaque page."""

from itertools import cycle

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.db import transaction
from django.http import QueryDict

from reseau.droits import NON, portee
from tests.adresses import routes
from tests.conftest import connecter
from tests.fiabilite.greffon import moteur
from tests.fiabilite.verification import verification

pytestmark = pytest.mark.django_db

# Ce que les deux moteurs ne refusent pas de même : se joue sur l'un et sur l'autre.
SELON_LE_MOTEUR = ["%00", "%ff", "%ED%A0%80", "9" * 30, "1e400", str(2**63), str(2**31), "0001-01-01", "9999-12-31", "NaN"]
SELON_LE_MOTEUR += ["Infinity", "%F0%9F%98%80", "%27%20OR%201=1--", "%25%5F%5C"]
# Ce que lit Python avant la base : sur SQLite seulement.
AVANT_LA_BASE = ["a%0d%0aSet-Cookie:x=1", "-1", "1.5", "0", "2026-02-31", "2026-13", "[]", "{}", "a,b", "1,2,3,", "None"]
# Une page lue : chaque valeur, sous tous les noms qu'elle lit à la fois, puis quelques-unes sous chacun d'eux seul.
ETRANGES = [*SELON_LE_MOTEUR, *(AVANT_LA_BASE if moteur() == "sqlite" else ())]

LONGUE = "a" * 60_000  # sous un nom à la fois : une page répète dans ses liens ce qu'on lui demande
NOMS_CONNUS = {"q", "page", "tri", "texte", "zone", "responsable", "tranche"}  # que des pages lisent, à coup sûr
CHEMINS = ["%00", "%ff", "..%2f..", "a" * 3_000, f"visites/{2**63}/", f"visites/{10**30}/", "visites/-1/", "visites/%0d%0a/"]


def pages_sans_garde(monkeypatch):
    """Une liste prend le numéro de page tel quel."""
    monkeypatch.setattr("django.core.paginator.Paginator.get_page", lambda liste, numero: liste.page(numero or 1))


class Espion(QueryDict):
    """Une adresse qui retient sous quels noms la page l'a lue, formulaire de filtres, liste et vue comprises."""

    lus = set()

    def __getitem__(self, nom):
        self.lus.add(nom)
        return super().__getitem__(nom)

    def getlist(self, nom, *defaut):
        self.lus.add(nom)
        return super().getlist(nom, *defaut)

    def __contains__(self, nom):
        self.lus.add(nom)
        return super().__contains__(nom)


def parametres_lus(client, adresse):
    """Les noms que cette page lit dans son adresse ; un premier en fait parfois lire d'autres."""
    Espion.lus = set()
    with pytest.MonkeyPatch.context() as ecoute:
        ecoute.setattr(WSGIRequest, "GET", property(lambda request: Espion(request.META.get("QUERY_STRING", ""))))
        statut_lu(client, adresse)
        statut_lu(client, f"{adresse}?{'&'.join(f'{nom}=1' for nom in Espion.lus)}")
    return sorted(Espion.lus)


def statut_lu(client, adresse):
    with transaction.atomic():
        statut = client.get(adresse).status_code
        transaction.set_rollback(True)
    return statut


@verification("B2", "chaque page, des valeurs étranges sous chacun des noms qu’elle lit", casser=pages_sans_garde)
def test_aucune_adresse_ne_fait_tomber_une_page(bilan, terrain, sans_papier):
    membre, noms_lus, suivantes = terrain.membres["animateur"], set(), cycle(ETRANGES)
    client = connecter(membre)
    client.raise_request_exception = False
    for route in routes():
        if "GET" not in route.vue.methodes or portee(membre, route.vue.droit) is NON:
            continue
        adresse = route.adresse(membre.reseau.slug, terrain.a_eux)
        noms = parametres_lus(client, adresse)
        noms_lus |= set(noms)
        ensemble = [[(nom, valeur) for nom in noms] for valeur in ETRANGES[:: bilan.taille(bref=5, entier=1)] if noms]
        seuls = [[(nom, next(suivantes))] for nom in noms for _ in range(bilan.taille(bref=1, entier=2))]
        for paires in [*ensemble, *seuls, [(noms[0], LONGUE)]] if noms else ():
            statut = statut_lu(client, f"{adresse}?{'&'.join(f'{nom}={valeur}' for nom, valeur in paires)}")
            bilan.noter(statut < 500, f"{route.nom} ?{paires[0][0]}={paires[0][1][:40]} ({len(paires)} noms) : {statut}")
    bilan.mesurer("noms lus dans les adresses", ", ".join(sorted(noms_lus)))
    bilan.noter(noms_lus >= NOMS_CONNUS, f"non lus : {sorted(NOMS_CONNUS - noms_lus)}")


def numeros_sans_garde(monkeypatch):
    """Une page tient pour acquis que le numéro de son adresse désigne une ligne."""
    monkeypatch.setattr("visites.views.visites.get_object_or_404", lambda lignes, **cles: lignes.get(**cles))


@verification("B2", "des chemins que personne ne suivrait", casser=numeros_sans_garde)
def test_aucun_chemin_ne_fait_tomber_le_service(bilan, terrain):
    client = connecter(terrain.membres["animateur"])
    client.raise_request_exception = False
    slug = terrain.reseau.slug
    for reste in CHEMINS:
        for adresse in (f"/{slug}/{reste}", f"/{reste}", f"/{reste}/visites/"):
            statut = client.get(adresse).status_code
            bilan.noter(statut < 500, f"{adresse[:60]} : {statut}")
