"""Écrit un tableau de bord en JSON, PDF ou classeur, pour l'exploitant."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import localdate

from reseau.lib.pdf import tableau_en_pdf
from reseau.lib.saisie import lire_jour
from reseau.lib.tableur import tableau_en_ods, tableau_en_xlsx
from reseau.models import Membre, Reseau
from suivi.indicateurs import (
    tableau_2_4,
    tableau_2_5,
    tableau_2_7,
    tableau_de_la_valeur_ajoutee,
    tableau_des_delais,
    tableau_des_entretiens,
    tableau_des_evaluations,
    tableau_des_refus,
    tableau_des_suites,
    tableau_des_territoires,
)

# Option → nom de l'argument de la fonction : ce que chaque tableau sait recevoir.
COMPOSER = {
    "2.4": (tableau_2_4, ["responsable", "au"]),
    "2.5": (tableau_2_5, ["visites_depuis", "participation_du", "au"]),
    "2.7": (tableau_2_7, ["du", "au"]),
    "suites": (tableau_des_suites, ["du", "au"]),
    "delais": (tableau_des_delais, ["du", "au"]),
    "refus": (tableau_des_refus, ["du", "au"]),
    "territoires": (tableau_des_territoires, ["du", "au"]),
    "valeur": (tableau_de_la_valeur_ajoutee, ["du", "au"]),
    "entretiens": (tableau_des_entretiens, ["annee"]),
    "evaluations": (tableau_des_evaluations, ["annee"]),
}
CHOIX = ["responsable", "visites_depuis", "participation_du", "du", "au", "annee"]
A_CE_JOUR = ("2.4", "2.5")  # sans date, ils s’arrêtent aujourd’hui


class Command(BaseCommand):
    help = "Écrit un tableau d’un réseau : 2.4 (actions), 2.5 (présences et visites), 2.7 (projets et actions), ou un autre."

    def add_arguments(self, parser):
        parser.add_argument("code", choices=COMPOSER, help="numéro du tableau dans le dossier, ou son nom")
        parser.add_argument("--reseau", required=True, help="adresse du réseau, par exemple haute-saone")
        parser.add_argument("--format", choices=["json", "pdf", "xlsx", "ods"], default="json")
        parser.add_argument("--sortie", type=Path, help="fichier à écrire ; sans lui, la sortie standard")
        parser.add_argument("--au", type=lire_jour, help="dernier jour compté (AAAA-MM-JJ) ; par défaut aujourd’hui")
        parser.add_argument("--visites-depuis", type=lire_jour, help="2.5 : premier jour des visites")
        parser.add_argument("--participation-du", type=lire_jour, help="2.5 : premier jour des réunions")
        parser.add_argument(
            "--du", type=lire_jour, help="premier jour des visites (2.7, suites, délais, refus, territoires, valeur)"
        )
        parser.add_argument("--annee", type=int, help="entretiens, evaluations : une année ; sans elle, toutes")
        parser.add_argument("--responsable", help="2.4 : courriel d’un membre ; sans lui, tous les responsables")

    def handle(self, *args, code, reseau, format, sortie, **options):
        tableau = _composer(code, _reseau(reseau), {nom: options[nom] for nom in CHOIX if options[nom]})
        if format == "json":
            octets = (json.dumps(tableau.en_json(), ensure_ascii=False, indent=2) + "\n").encode()
        else:
            octets = {"pdf": tableau_en_pdf, "xlsx": tableau_en_xlsx, "ods": tableau_en_ods}[format](tableau)
        self._ecrire(octets, format, sortie)

    def _ecrire(self, octets, format, sortie):
        if sortie:
            _ecrire_le_fichier(sortie, octets)
        elif format == "json":
            self.stdout.write(octets.decode(), ending="")
        elif self.stdout.isatty():
            raise CommandError("Un fichier ne s’affiche pas dans un terminal : donnez --sortie.", returncode=2)
        else:
            self.stdout.buffer.write(octets)


def _reseau(slug):
    reseau = Reseau.objects.filter(slug=slug).first()
    if reseau is None:
        connus = ", ".join(Reseau.objects.order_by("slug").values_list("slug", flat=True)) or "aucun"
        raise CommandError(f"Aucun réseau « {slug} ». Réseaux connus : {connus}.", returncode=2)
    return reseau


def _composer(code, reseau, choix):
    fonction, admis = COMPOSER[code]
    if etrangers := [nom for nom in choix if nom not in admis]:
        options = ", ".join("--" + nom.replace("_", "-") for nom in etrangers)
        raise CommandError(f"Le tableau {code} n’a pas l’option {options}.", returncode=2)
    if "responsable" in choix:
        choix["responsable"] = _membre(reseau, choix["responsable"])
    if code in A_CE_JOUR:
        choix.setdefault("au", localdate())
    debuts = [choix[nom] for nom in ("visites_depuis", "participation_du", "du") if nom in choix]
    if any(debut > choix.get("au", debut) for debut in debuts):
        raise CommandError("Le début de la période vient avant sa fin.", returncode=2)
    return fonction(reseau, **choix)


def _membre(reseau, courriel):
    membre = Membre.objects.filter(reseau=reseau, utilisateur__email=courriel.lower()).order_by("-entre_le").first()
    if membre is None:
        raise CommandError(f"Aucun membre de ce réseau n’a le courriel « {courriel} ».", returncode=2)
    return membre


def _ecrire_le_fichier(sortie, octets):
    try:
        sortie.write_bytes(octets)
    except OSError as erreur:
        raise CommandError(f"Impossible d’écrire {sortie} : {erreur.strerror}.", returncode=2) from erreur
