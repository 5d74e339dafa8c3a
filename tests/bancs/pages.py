"""Les pages d'entreprises que mesure `script/banc liste`, et le processus qui les sert sur une base.

Joué dans `manage.py shell` : `servir(fiches)` écrit ses gestes, puis joue chaque geste lu sur l'entrée.
"""

import json
import re
import sys
import time
from io import StringIO

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from entreprises.models import Commune, Entreprise
from reseau.lib.listes import PAR_PAGE
from tests.bancs.societes import terrain

LISTE = re.compile(r"IN \((%s(, )?)+\)")
PAGE = re.compile(r"LIMIT \d+( OFFSET \d+)?")

ENTREPRISES, CARTE = "visites:entreprises", "visites:carte"
GESTES = {
    "liste": (ENTREPRISES, {}),
    "page du milieu": (ENTREPRISES, {"page": "{milieu}"}),
    "dernière page": (ENTREPRISES, {"page": "{derniere}"}),
    "recherche d’un nom": (ENTREPRISES, {"q": "{nom}"}),
    "recherche fautive": (ENTREPRISES, {"q": "{faute}"}),
    "recherche d’un métier": (ENTREPRISES, {"q": "scierie"}),
    "recherche d’une commune": (ENTREPRISES, {"q": "vesoul"}),
    "zone d’emploi": (ENTREPRISES, {"zone": "{zone}"}),
    "arrondissement": (ENTREPRISES, {"arrondissement": "{arrondissement}"}),
    "intercommunalité": (ENTREPRISES, {"epci": "{epci}"}),
    "commune": (ENTREPRISES, {"commune": "{commune}"}),
    "section": (ENTREPRISES, {"section": "C"}),
    "division": (ENTREPRISES, {"division": "16"}),
    "tranche": (ENTREPRISES, {"tranche": "12"}),
    "état": (ENTREPRISES, {"etat": "actif"}),
    "zone et division": (ENTREPRISES, {"zone": "{zone}", "division": "16"}),
    "étiquette": (ENTREPRISES, {"etiquette": "{etiquette}"}),
    "cible": (ENTREPRISES, {"cible": "{cible}"}),
    "jamais visitée": (ENTREPRISES, {"derniere": "jamais"}),
    "visitée dans l’année": (ENTREPRISES, {"derniere": "moins_un_an"}),
    "développeur": (ENTREPRISES, {"developpeur": "{developpeur}"}),
    "refus": (ENTREPRISES, {"refus": "oui"}),
    "contact récent": (ENTREPRISES, {"contact": "oui"}),
    "tri par nom décroissant": (ENTREPRISES, {"tri": "-nom"}),
    "tri par effectif": (ENTREPRISES, {"tri": "-effectif"}),
    "tri par commune": (ENTREPRISES, {"tri": "commune"}),
    "tri par dernière visite": (ENTREPRISES, {"tri": "-derniere"}),
    "carte": (CARTE, {}),
    "carte d’une zone": (CARTE, {"zone": "{zone}"}),
    "carte d’un arrondissement": (CARTE, {"arrondissement": "{arrondissement}"}),
    "carte d’une recherche": (CARTE, {"q": "scierie"}),
    "carte, jamais visitée": (CARTE, {"derniere": "jamais"}),
    "visites": ("visites:liste", {}),
    "entreprises à programmer": ("visites:programmer", {}),
    "doublons, même SIREN": ("suivi:doublons", {}),
    "doublons, même nom": ("suivi:doublons", {"par": "nom"}),
}
D_ANIMATEUR = ("visites:programmer", "suivi:doublons")


def servir(nombre):
    """Garnit la base de `DATABASE_URL` si elle est vide, puis répond à chaque geste : [ms, requêtes, leurs durées en ms]."""
    terrain = preparer(nombre)
    clients = {membre: Client() for membre in (terrain.lecteur, terrain.animateur)}
    for membre, client in clients.items():
        client.force_login(membre.utilisateur)
    valeurs = _valeurs(terrain, nombre)
    _dire(list(GESTES))
    for ligne in sys.stdin:
        nom, choix = GESTES[ligne.strip()]
        client = clients[terrain.animateur if nom in D_ANIMATEUR else terrain.lecteur]
        adresse = reverse(nom, args=["banc", terrain.campagne.pk] if nom == "visites:programmer" else ["banc"])
        choix = {cle: valeur.format(**valeurs) for cle, valeur in choix.items()}
        ecoute, depart = Ecoute(), time.perf_counter()
        with connection.execute_wrapper(ecoute):
            reponse = client.get(adresse, choix)
        duree = (time.perf_counter() - depart) * 1000
        assert reponse.status_code == 200, (adresse, choix, reponse.status_code)
        _dire([duree, ecoute.textes, ecoute.durees])


def _dire(quoi):
    sys.stdout.write(json.dumps(quoi) + "\n")
    sys.stdout.flush()


def _valeurs(terrain, nombre):
    """Ce que nomment les filtres ; la commune et ses territoires sont les plus peuplés : le cas le plus lourd."""
    nom = Entreprise.objects.order_by("pk")[500].raison_sociale.split()[1]
    commune = Commune.objects.filter(departement="70").order_by("code")[0]
    return {
        "nom": nom,
        "faute": nom[:2] + nom[3:],
        "zone": commune.zone_emploi_id,
        "arrondissement": commune.arrondissement_id,
        "epci": commune.epci_id,
        "commune": commune.pk,
        "etiquette": terrain.etiquette.pk,
        "cible": terrain.cible.pk,
        "developpeur": terrain.lecteur.pk,
        "milieu": nombre // PAR_PAGE // 2,
        "derniere": nombre // PAR_PAGE,
    }


class Ecoute:
    """Les requêtes jouées, sans leurs valeurs : une page de 25 lignes et une de 24 jouent les mêmes."""

    def __init__(self):
        self.textes, self.durees = [], []

    def __call__(self, jouer, sql, params, many, contexte):
        depart = time.perf_counter()
        try:
            return jouer(sql, params, many, contexte)
        finally:
            self.textes.append(PAGE.sub("LIMIT …", LISTE.sub("IN (…)", sql)))
            self.durees.append((time.perf_counter() - depart) * 1000)


def preparer(nombre):
    """Le `Terrain` d'une base à jour de `nombre` fiches, garnie si elle était vide."""
    call_command("migrate", verbosity=0)
    call_command("charger_references", verbosity=0, stdout=StringIO())
    lieu = terrain(nombre)
    if connection.vendor == "postgresql":  # ce que fait d'elle-même une base en service ; SQLite, lui, ne compte rien
        with connection.cursor() as curseur:
            curseur.execute("VACUUM ANALYZE")
    return lieu
