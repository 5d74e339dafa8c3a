"""Ce que coûte la seconde barrière : les mêmes pages, avec et sans elle, tour à tour, sur une base PostgreSQL de `nombre` fiches.

DATABASE_URL=postgres://… manage.py shell --no-imports -c "from tests.bancs.barriere import mesurer; mesurer(10_000)"
"""

import time
from statistics import median

from django.conf import settings
from django.test import Client
from django.urls import reverse

from reseau import barriere
from tests.bancs.pages import GESTES, _valeurs, preparer

ROLE = "reseau_application"
LUS = (
    "liste",
    "dernière page",
    "recherche d’un nom",
    "recherche d’un métier",
    "zone et division",
    "tri par dernière visite",
    "carte",
)
LUS += ("visites", "doublons, même nom")
TOURS = 9


def mesurer(nombre):
    """Écrit, par page, la médiane en millisecondes sans la barrière, puis avec, et leur rapport."""
    settings.ALLOWED_HOSTS = ["*"]
    lieu = preparer(nombre)
    barriere.activer(ROLE)
    client, valeurs = Client(), _valeurs(lieu, nombre)
    client.force_login(lieu.animateur.utilisateur)
    for titre in LUS:
        nom, choix = GESTES[titre]
        adresse = reverse(nom, args=["banc"])
        choix = {cle: valeur.format(**valeurs) for cle, valeur in choix.items()}
        durees = {"": [], ROLE: []}
        for _ in range(TOURS):
            for role, siennes in durees.items():
                settings.BARRIERE_SQL = role
                depart = time.perf_counter()
                assert client.get(adresse, choix).status_code == 200, titre
                siennes.append((time.perf_counter() - depart) * 1000)
        sans, avec = median(durees[""]), median(durees[ROLE])
        print(f"{titre:<28} {sans:7.1f} ms  {avec:7.1f} ms  × {avec / sans:.2f}")
    barriere.retirer()
