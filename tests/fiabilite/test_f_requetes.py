"""F5 : aucune requête lente, aucune liste sans fin, aucune grande table parcourue en entier sans raison."""

import json
import re
import time
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from django.core.paginator import Paginator
from django.db import connection
from django.utils.timezone import localdate, now

from reseau.enums import Profil
from reseau.models import Reseau
from tests.adresses import routes
from tests.conftest import connecter
from tests.fiabilite.lieu_de_charge import gonfler, lieu
from tests.fiabilite.verification import verification
from tests.navigateur.exemples import lisibles
from tests.test_requetes import RENDEZ_VOUS_DANS, peupler

LENTE = 0.2  # seconde
FICHES = 120_000  # deux cents fois un vrai réseau
GRANDE = 100_000  # lignes
QUELQUES = 40  # pages, pour une contre-épreuve
REPRISES = 3  # une requête n'est lente que si elle l'est chaque fois : la machine a aussi d'autres choses à faire
DES_PAPIERS = re.compile(r"pdf|xlsx|ods|docx|odt|zip|export|figer")  # ce qui s'emporte est de F4 et de B5
# Une page qui lit toutes les fiches d'un réseau, et pourquoi c'est bien : ce réseau-ci les a toutes, aucun index n'en écarterait.
PARCOURS_JUGES = {
    "entreprises:cible": "compte les fiches par zone, par commune, par taille",
    "entreprises:cible-creer": "de même, avant d’arrêter les critères",
    "entreprises:cible-decider": "de même, avant de décider",
    "entreprises:cible-modifier": "de même",
    "entreprises:etiquette-supprimer": "compte les fiches qu’elle marque",
    "entreprises:etiquettes": "compte les fiches de chaque étiquette",
    "suivi:conservation": "compte ce qui arrive à son terme",
    "suivi:doublons": "rapproche chaque fiche de toutes les autres",
    "suivi:droit": "cherche un nom dans chaque texte : la loi veut tout ce qui nomme la personne",
    "suivi:droit-effacer": "de même",
    "visites:a-revoir": "compte les fiches par dernière visite",
    "visites:carte": "compte les fiches par commune",
    "visites:entreprises": "dit combien de fiches la liste compte",
}
# Une page dont la longueur suit les données, et pourquoi c'est bien : nom → raison.
SANS_FIN_JUGEES = {
    "reseau:formations": "les binômes en cours et le programme à venir ; ce qui est passé a ses pages",
    "suivi:action": "le fil et les pièces d’une seule action",
    "suivi:besoin": "les projets rapprochés d’un même besoin, qui se lisent ensemble",
    "suivi:compte-rendu": "les questions d’un guide",
    "suivi:depart": "tout ce que suit un membre, à confier en une fois",
    "suivi:reunion": "les membres à pointer et l’ordre du jour d’une séance",
    "suivi:seance": "de même",
    "suivi:tableau": "une ligne par membre",
    "visites:calendrier": "les visites d’un mois",
    "visites:campagne": "une ligne par membre, et un choix de chacun",
    "visites:guide": "les questions d’un guide",
    "visites:guide-modifier": "de même",
    "visites:guides": "les guides que tient un réseau",
    "visites:modeles": "ses modèles de lettre",
    "visites:plan": "une ligne par membre, et un choix de chacun",
    "visites:programmer": "une ligne par membre, et un choix de chacun",
    "visites:vues": "les vues que l’on s’est gardées",
}
ELEMENT = re.compile(rb"<(?:tr|li|article|fieldset)\b|class=\"[^\"]*fr-(?:card|tile)[ \"]")
PEU, PLUS = 30, 60  # lignes de chaque genre : l'une et l'autre au-delà d'une page
JEU = 6  # éléments : la pagination elle-même s'allonge


@dataclass
class Veille:
    """Les requêtes d'une page : [(secondes, SQL, valeurs)]."""

    jouees: list = field(default_factory=list)

    def __call__(self, jouer, sql, valeurs, plusieurs, contexte):
        depart = time.perf_counter()
        try:
            return jouer(sql, valeurs, plusieurs, contexte)
        finally:
            self.jouees.append((time.perf_counter() - depart, sql, valeurs))


@contextmanager
def veiller():
    veille = Veille()
    with connection.execute_wrapper(veille):
        yield veille


def comptes_lents(monkeypatch):
    """Compter une liste prend son temps."""
    compter = Paginator.count.func

    def lentement(pages):
        with connection.cursor() as curseur:
            curseur.execute("SELECT pg_sleep(0.3)")
        return compter(pages)

    monkeypatch.setattr(Paginator, "count", property(lentement))


def recherche_sans_index(monkeypatch):
    """Chaque page lit aussi toutes les fiches."""
    compter = Paginator.count.func

    def en_lisant_tout(pages):
        with connection.cursor() as curseur:
            curseur.execute("SELECT count(*) FROM entreprises_entreprise WHERE adresse LIKE %s", ["%introuvable%"])
        return compter(pages)

    monkeypatch.setattr(Paginator, "count", property(en_lisant_tout))


@pytest.fixture(scope="module")
def gonfle(tmp_path_factory, django_db_blocker):
    """Un réseau de démonstration, et bien plus de fiches qu'aucun n'en aura."""
    with django_db_blocker.unblock(), lieu(tmp_path_factory.mktemp("lieu"), reseaux=1, fiches=0) as gonfle:
        gonfler(Reseau.objects.get(), FICHES)
        yield gonfle


@pytest.mark.base
@verification(
    "F5",
    "les requêtes de chaque page, à cent vingt mille fiches",
    casser=(comptes_lents, recherche_sans_index),
    longue=True,
    moteurs=("postgresql",),
)
def test_aucune_requete_n_est_lente(bilan, gonfle):
    parcours = {}
    for profil in [Profil.ANIMATEUR] if bilan.casse else Profil.values:
        membre = gonfle.membre(profil)
        client = connecter(membre)
        adresses = [(nom, adresse) for nom, adresse in lisibles(membre) if not DES_PAPIERS.search(nom)]
        for nom, adresse in adresses[:QUELQUES] if bilan.casse else adresses:
            _traverser(bilan, client, f"{nom}, {profil}", adresse, parcours)
    for sql, pages in parcours.items():
        inattendues = sorted(page for page in pages if page.partition(",")[0] not in PARCOURS_JUGES)
        bilan.noter(not inattendues, f"grande table lue en entier, de {inattendues[:3]} : {sql[:300]}")


def _traverser(bilan, client, nom, adresse, parcours):
    """Ouvre la page, jusqu'à trois fois si elle a une requête lente ; note chaque requête, et celles qui lisent tout."""
    for reste in reversed(range(REPRISES)):
        with veiller() as veille:
            statut = client.get(adresse).status_code
        lentes = [(secondes, sql) for secondes, sql, _ in veille.jouees if secondes > LENTE]
        if not lentes or not reste:
            break
    bilan.noter(statut < 500, f"{nom} : {statut}")  # ce que chacun peut ouvrir, A2 le dit
    bilan.noter_lot(len(veille.jouees), [f"{nom} : {1000 * secondes:.0f} ms, {sql[:400]}" for secondes, sql in lentes])
    for sql in _parcours_entiers(veille.jouees):
        parcours.setdefault(sql, set()).add(nom)


PLANS = {}


def _parcours_entiers(jouees):
    """Celles de ces requêtes dont le plan lit une grande table ligne à ligne, de bout en bout."""
    for _, sql, valeurs in jouees:
        if sql not in PLANS and sql.lstrip("( ").startswith("SELECT"):
            with connection.cursor() as curseur:
                curseur.execute(f"EXPLAIN (FORMAT JSON) {sql}", valeurs)
                (lu,) = curseur.fetchone()
            plan = json.loads(lu) if isinstance(lu, str) else lu
            PLANS[sql] = any(noeud.get("Node Type") == "Seq Scan" and _grande(noeud) for noeud in _noeuds(plan[0]["Plan"]))
    return {sql for _, sql, _ in jouees if PLANS.get(sql)}


def _noeuds(plan):
    yield plan
    for enfant in plan.get("Plans", ()):
        yield from _noeuds(enfant)


def _grande(noeud):
    with connection.cursor() as curseur:
        curseur.execute("SELECT reltuples FROM pg_class WHERE relname = %s", [noeud["Relation Name"]])
        return curseur.fetchone()[0] > GRANDE


# Les listes


def liste_entiere(monkeypatch):
    """La pagination rend tout d'un coup."""
    depuis = Paginator.__init__
    monkeypatch.setattr(Paginator, "__init__", lambda pages, lignes, _, **mots: depuis(pages, lignes, 10_000, **mots))


@verification("F5", "chaque page, à trente puis soixante lignes de chaque genre", casser=liste_entiere)
@pytest.mark.django_db
def test_aucune_liste_n_est_sans_fin(bilan):
    longues = set()
    for (nom, avant), (autre, apres) in zip(longueurs(PEU), longueurs(PLUS), strict=True):
        assert nom == autre
        longues |= {nom} if apres - avant > JEU else set()
        bilan.noter(nom not in longues or nom in SANS_FIN_JUGEES, f"{nom} : {avant} éléments, puis {apres}")
    for nom in SANS_FIN_JUGEES:
        bilan.noter(nom in longues, f"{nom} ne s’allonge plus : sa raison est à retirer")


def longueurs(nombre):
    """(route, nombre d'éléments de sa page), une à une, dans un réseau de `nombre` lignes de chaque genre."""
    lecteur, objets = peupler(nombre)
    client = connecter(lecteur)
    lues = [route for route in routes() if "GET" in route.vue.methodes and not DES_PAPIERS.search(route.nom)]
    suites = {"visites:calendrier": f"?mois={localdate(now() + RENDEZ_VOUS_DANS):%Y-%m}"}
    for route in lues:
        reponse = client.get(route.adresse(lecteur.reseau.slug, objets) + suites.get(route.nom, ""))
        if reponse.status_code == 200 and reponse["Content-Type"].startswith("text/html"):
            yield route.nom, len(ELEMENT.findall(reponse.content))
