"""Le débit et la mémoire d'un import, ou de l'insertion brute des mêmes fiches ; un processus et une base neuve par mesure.

Joué par `script/banc import` dans `manage.py shell` : `principal("import" ou "brut", lignes)`. Voir `relais`.
"""

import json
import re
import sys
import time
from pathlib import Path

from django.core.management import call_command
from django.db import transaction
from stdnum import luhn

from entreprises.lecture import analyser, ouvrir, referentiel_embarque
from entreprises.models import Entreprise
from entreprises.operations import importer
from entreprises.operations.lots import rapprocher
from reseau.models import Reseau

LOT = 2_000
ENTETES = "SIRET;Raison sociale;NAF;Effectif;Adresse;Code postal;Ville;Téléphone;Courriel;Nom du dirigeant;Prénom"
METIERS = ("Tôlerie", "Scierie", "Fonderie", "Laiterie", "Menuiserie", "Imprimerie")
PLACES = (("70000", "Vesoul"), ("70300", "Luxeuil-les-Bains"), ("70200", "Lure"), ("70100", "Gray"))


def siret(rang):
    siren = f"9{rang:07d}"
    siren += luhn.calc_check_digit(siren)
    return siren + "0001" + luhn.calc_check_digit(siren + "0001")


def fichier(nombre, *, dirigeants):
    """Un CSV de sociétés inventées, octets UTF-8."""
    lignes = [ENTETES]
    for rang in range(nombre):
        code_postal, ville = PLACES[rang % len(PLACES)]
        personne = f"Nom{rang % 5000};Camille" if dirigeants else ";"
        lignes.append(
            f"{siret(rang)};{METIERS[rang % len(METIERS)]} {rang % 9000} fictive;25.50B;{rang % 300};{rang % 90} rue des Essais;"
            f"{code_postal};{ville};0384{rang % 1_000_000:06d};c{rang}@exemple.fr;{personne}"
        )
    return "\r\n".join(lignes).encode()


def preparer():
    """Une base à jour, ses références, et un réseau vide."""
    call_command("migrate", verbosity=0)
    call_command("charger_references", verbosity=0)
    referentiel_embarque()  # un serveur l'a déjà en mémoire
    reseau, _ = Reseau.objects.get_or_create(
        slug="banc", nom="Banc", territoire="Banc", de_territoire="du Banc", departement="70", prefecture="Préfet", lieu="Vesoul"
    )
    return reseau


class Relais:
    """Un chronomètre qui s'arrête après chaque lot, le temps que l'autre coureur joue le sien."""

    def __init__(self):
        self.secondes = 0
        self.attendre("prêt")

    def attendre(self, mot):
        print(mot, flush=True)
        sys.stdin.readline()
        self.depart = time.perf_counter()

    def arreter(self):
        self.secondes += time.perf_counter() - self.depart

    def passer(self, *_):
        self.arreter()
        self.attendre("lot")


def importer_tout(contenu, reseau):
    relais = Relais()
    importer(contenu, "banc.csv", reseau, avancer=relais.passer)
    relais.arreter()
    return relais.secondes


def inserer_tout(contenu, reseau):
    """Le fichier est déjà lu et ses fiches déjà faites : seul `bulk_create` est compté."""
    lignes = list(analyser(ouvrir(contenu, "banc.csv"), referentiel_embarque()))
    fiches = rapprocher(lignes, reseau, set(), verrouiller=False).a_creer
    relais = Relais()
    with transaction.atomic():
        for debut in range(0, len(fiches), LOT):
            Entreprise.objects.bulk_create(fiches[debut : debut + LOT])
            relais.passer()
    relais.arreter()
    return relais.secondes


def principal(geste, nombre):
    reseau = preparer()
    contenu = fichier(nombre, dirigeants=False)
    avant = memoire(oublier=True)
    secondes = {"import": importer_tout, "brut": inserer_tout}[geste](contenu, reseau)
    print(json.dumps({"secondes": secondes, "avant": avant, "apres": memoire()}))


def memoire(*, oublier=False):
    """Le plus que ce processus ait occupé, en Mo ; `oublier` : la préparation n'y compte plus."""
    if oublier:
        Path("/proc/self/clear_refs").write_text("5")
    return int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) // 1024
