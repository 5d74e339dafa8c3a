"""B5 : un fichier d'un million de lignes entre, un million de fiches sort, et les autres ne s'en aperçoivent pas.

À l'écran, un fichier déposé est borné en octets (vingt mébioctets reçus, cent décompressés) : le volume entre par la commande
`importer_sirene`, qui lit le stock en flux et n'en retient que ce que l'on demande, ici un établissement sur vingt ; c'est plus
que n'en a un département. Il sort par `exporter_tout`. Un million de fiches *créées* n'est pas éprouvé : cent mille,
dix-sept index tenus à jour, prennent déjà dix-neuf secondes, et un réseau en a quelques centaines.
"""

import csv
import subprocess
import sys
import time

import pytest

from reseau.models import Reseau
from tests.bancs.importation import siret
from tests.entreprises.donnees_sirene import DEFAUTS, ETABLISSEMENT
from tests.fiabilite.lieu_de_charge import gonfler, lieu
from tests.fiabilite.verification import sans_rien_abimer, verification
from tests.lib.occupation import plus_haut
from tests.lib.personnes import foule
from tests.lib.service import RACINE, reglages, servir

pytestmark = pytest.mark.base
DUREE_MAX, MEMOIRE_MAX, AUTRES_MAX = 120, 300, 1.0  # secondes, Mio, secondes (quantile 95 des autres pages)
ABANDON = 900  # secondes
GENS, RECHAUFFE = 5, 10
UN_SUR = 20
IMPORTER = "call_command('importer_sirene', reseau={!r}, etablissements=Path({!r}), departement={!r}, ecrire=True)"
EXPORTER = "call_command('exporter_tout', dossier=Path({!r}))"
OUVRIR = "from pathlib import Path; from django.core.management import call_command; "
# Tout à la fois : le fichier en un seul lot ; la table en une seule liste.
EN_UN_LOT = "from entreprises.operations import imports; imports.LOT = 10**9; "
EN_UNE_LISTE = "from django.db.models import QuerySet; QuerySet.iterator = lambda lignes, **mots: iter(list(lignes)); "


@verification(
    "B5",
    "un stock d’un million de lignes, un million de fiches exportées",
    casser=sans_rien_abimer,
    longue=True,
    seule=True,
    moteurs=("postgresql",),
)
def test_un_million_de_lignes_entre_et_sort(bilan, tmp_path, django_db_blocker):
    nombre = bilan.taille(150_000, 1_000_000)
    stock = tmp_path / "StockEtablissement_utf8.csv"
    _ecrire_un_stock(stock, nombre)
    with django_db_blocker.unblock(), lieu(tmp_path, reseaux=1, fiches=0) as garni:
        reseau = Reseau.objects.get()
        avant = reseau.entreprises.count()
        departement = "" if bilan.casse else reseau.departement
        geste = OUVRIR + (EN_UN_LOT if bilan.casse else "") + IMPORTER.format(reseau.slug, str(stock), departement)
        _peser(bilan, garni, tmp_path, f"{nombre} lignes importées", geste)
        if not bilan.casse:
            bilan.noter(reseau.entreprises.count() - avant == nombre // UN_SUR, f"{reseau.entreprises.count() - avant} fiches")
            gonfler(reseau, nombre - reseau.entreprises.count())
        geste = OUVRIR + (EN_UNE_LISTE if bilan.casse else "") + EXPORTER.format(str(tmp_path / "exports"))
        (tmp_path / "exports").mkdir()
        _peser(bilan, garni, tmp_path, f"{reseau.entreprises.count()} fiches exportées", geste)
        bilan.noter(len(list((tmp_path / "exports").iterdir())) == 1, "pas d’archive")
    stock.unlink()


def _peser(bilan, garni, dossier, quoi, geste):
    """Joue ce geste à part, cinq personnes au travail à côté ; note sa durée, sa mémoire, et leurs pages.

    Les pages passent devant, comme le veut docs/exploitation.md.
    """
    with servir(dossier) as service, foule(service, garni.personnes(GENS, 1), rechauffe=RECHAUFFE) as gens:
        mesures, depart = gens.mesurer(), time.monotonic()
        commande = ["nice", sys.executable, "manage.py", "shell", "--no-imports", "-c", geste]
        enfant = subprocess.Popen(commande, cwd=RACINE, env=reglages(dossier), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            memoire = 0
            while enfant.poll() is None and time.monotonic() - depart < ABANDON:
                memoire = max(memoire, plus_haut(enfant.pid))
                time.sleep(0.1)
        finally:
            enfant.kill()
        secondes, dit = time.monotonic() - depart, enfant.communicate()[0].decode()
    bilan.mesurer(quoi, f"{secondes:.0f} s, {memoire:.0f} Mio ; les autres : {mesures.en_clair()}")
    bilan.noter(enfant.returncode == 0, f"{quoi} : {dit[-500:]}")
    bilan.noter(secondes <= DUREE_MAX, f"{quoi} : {secondes:.0f} s")
    bilan.noter(0 < memoire <= MEMOIRE_MAX, f"{quoi} : {memoire:.0f} Mio")
    bilan.noter_lot(mesures.nombre, mesures.erreurs)
    bilan.noter(0 < mesures.quantile(95) < AUTRES_MAX, f"{quoi} : les autres attendent {mesures.quantile(95):.1f} s")


def _ecrire_un_stock(chemin, nombre):
    """Un établissement sur vingt du département du premier réseau, les autres d'ailleurs."""
    colonnes = list(ETABLISSEMENT)
    ailleurs = {"codePostalEtablissement": "29000", "libelleCommuneEtablissement": "QUIMPER", "codeCommuneEtablissement": "29232"}
    with chemin.open("w", encoding="utf-8", newline="") as fichier:
        ecriture = csv.writer(fichier)
        ecriture.writerow(colonnes)
        for rang in range(nombre):
            numero = siret(rang)
            valeurs = DEFAUTS | {
                "siren": numero[:9],
                "siret": numero,
                "denominationUsuelleEtablissement": f"SOCIETE FICTIVE {rang}",
            }
            valeurs |= {} if rang % UN_SUR == 0 else ailleurs
            ecriture.writerow(valeurs.get(colonne, "") for colonne in colonnes)
