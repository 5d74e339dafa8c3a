"""Importe le stock SIRENE de l'Insee dans un réseau, filtré et en flux : à blanc par défaut, pour de bon avec --ecrire.

Code de sortie : 0 si tout est repris, 1 si des lignes sont rejetées, 2 si un fichier est refusé ou le réseau inconnu.
"""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from entreprises.enums import GenreChangement, Tranche
from entreprises.lecture import FichierRefuse
from entreprises.management.commands.importer_entreprises import DES_REJETS, REFUSE, en_texte, trouver_reseau
from entreprises.models import Division, Entreprise
from entreprises.operations.imports import en_listes, essayer_feuille, importer_feuille
from entreprises.reference import lire_csv
from entreprises.sirene import Criteres, lire_stock
from entreprises.sirene.criteres import ETATS
from reseau.lib.erreurs import RegleEnfreinte


class Command(BaseCommand):
    help = (
        "Importe dans un réseau le stock SIRENE de l’Insee (StockEtablissement et StockUniteLegale ; CSV, .gz, .zip ou "
        "Parquet), filtré : essai à blanc, sauf --ecrire. Les établissements déjà dans le réseau sont mis à jour même hors "
        "des filtres ; ceux que le fichier ne porte pas ne sont pas réputés fermés."
    )

    def add_arguments(self, parser):
        parser.add_argument("--reseau", required=True, metavar="R", help="adresse du réseau, par exemple haute-saone")
        parser.add_argument("--etablissements", required=True, type=Path, metavar="F", help="le fichier StockEtablissement")
        parser.add_argument("--unites-legales", type=Path, metavar="F", help="le fichier StockUniteLegale, qui donne les noms")
        parser.add_argument("--departement", default="", metavar="D", help="par exemple 70, 2A ou 974 ; sans lui, tous")
        parser.add_argument("--tranches", default="", metavar="T", help="codes Insee d’effectif, par exemple 11,12,21")
        parser.add_argument("--divisions", default="", metavar="N", help="divisions de la NAF, par exemple 10,11,25")
        parser.add_argument("--etat", choices=list(ETATS), default="actifs", help="état des établissements à ajouter")
        parser.add_argument("--ecrire", action="store_true", help="enregistrer ; sans cela, rien ne l’est")
        parser.add_argument("--bilan", choices=["texte", "json"], default="texte", help="forme du bilan")

    def handle(self, *args, **options):
        criteres = lire_criteres(options)
        try:
            bilan, stock = executer(options, criteres, Avancement(self.stderr))
        except (RegleEnfreinte, FichierRefuse) as refus:
            self.stderr.write(str(refus))
            raise SystemExit(REFUSE) from None
        rendre = en_json if options["bilan"] == "json" else dire
        self.stdout.write(rendre(bilan, stock, ecrit=options["ecrire"]))
        if bilan.rejets:
            raise SystemExit(DES_REJETS)


class Avancement:
    """Une ligne réécrite sur l'erreur standard, si quelqu'un la regarde."""

    def __init__(self, erreurs):
        self.erreurs = erreurs
        self.montre = erreurs.isatty()

    def lecture(self, fichier, lus, retenus):
        self._dire(f"{fichier} : {lus:,} lignes lues, {retenus:,} retenues".replace(",", "\u202f"))

    def ecriture(self, fait, total):
        self._dire(f"établissements traités : {fait} sur {total}")

    def finir(self):
        if self.montre:
            self.erreurs.write("")

    def _dire(self, phrase):
        if self.montre:
            self.erreurs.write(f"\r\x1b[K{phrase}", ending="")
            self.erreurs.flush()


def lire_criteres(options):
    """Les `Criteres` de la ligne de commande ; lève `CommandError` si un code n'existe pas."""
    tranches, divisions = (frozenset(filter(None, options[nom].replace(" ", "").split(","))) for nom in ("tranches", "divisions"))
    if inconnues := sorted(tranches - set(Tranche.values)):
        raise CommandError(f"Tranche d’effectif inconnue : {', '.join(inconnues)}. Codes : {', '.join(Tranche.values)}.")
    departement = options["departement"].upper()
    if departement and departement not in {ligne["code"] for ligne in lire_csv("departements")}:
        raise CommandError(f"Département inconnu : « {departement} » (par exemple 70, 2A ou 974).")
    if inconnues := sorted(divisions - set(Division.objects.values_list("code", flat=True))):
        raise CommandError(f"Division de la NAF inconnue : {', '.join(inconnues)}.")
    return Criteres(departement, tranches, divisions, options["etat"])


def executer(options, criteres, avancement):
    """(`Bilan`, `Stock`) ; lève `RegleEnfreinte` ou `FichierRefuse` avec la phrase à montrer."""
    reseau = trouver_reseau(options["reseau"])
    connus = dict(Entreprise.objects.filter(reseau=reseau).values_list("siret", "raison_sociale"))
    fichiers = options["etablissements"], options["unites_legales"]
    with lire_stock(*fichiers, criteres, connus, avancement.lecture) as stock:
        suivi = {"avancer": avancement.ecriture if avancement.montre else None}
        if options["ecrire"]:
            bilan = importer_feuille(stock.feuille, reseau, **suivi)
        else:
            bilan = essayer_feuille(stock.feuille, reseau, **suivi).bilan
        avancement.finir()
        return bilan, stock


def en_json(bilan, stock, *, ecrit):
    stocks = {"etablissements": stock.lus, "retenus": stock.retenus, "absents": stock.absents}
    nombres = {**stocks, **bilan.nombres(), "changements": dict(bilan.changements), "rejetes": en_listes(bilan.rejets)}
    return json.dumps(nombres, ensure_ascii=False)


def dire(bilan, stock, *, ecrit):
    """Le bilan en quelques lignes : le stock, les changements appris, les absents, puis chaque rejet."""
    titre, *reste = en_texte(bilan, ecrit=ecrit).splitlines()
    appris = [f"{GenreChangement(genre).label} : {nombre}" for genre, nombre in sorted(bilan.changements.items())]
    lignes = [titre, f"Établissements du fichier : {stock.lus} ; retenus : {stock.retenus}.", *reste[:1]]
    if appris:
        lignes.append(f"Entreprises déjà dans le réseau : {', '.join(appris)}.")
    if stock.absents:
        lignes.append(f"Établissements du réseau absents du fichier, donc laissés tels quels : {stock.absents}.")
    return "\n".join(lignes + reste[1:])
