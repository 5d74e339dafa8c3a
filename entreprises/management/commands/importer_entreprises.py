"""Importe un fichier d'entreprises : à blanc par défaut, pour de bon avec --ecrire.

L'import écrit figure parmi ceux du réseau, où il s'annule.
Code de sortie : 0 si tout est repris, 1 si des lignes sont rejetées, 2 si le fichier est refusé ou le réseau inconnu.
"""

import json
from pathlib import Path

from django.core.management.base import BaseCommand

from entreprises.lecture.refus import MEBI, TAILLE_MAX
from entreprises.operations import analyser_import, importer
from entreprises.operations.imports import en_listes
from reseau.lib.erreurs import RegleEnfreinte
from reseau.models import Reseau

DES_REJETS, REFUSE = 1, 2
ILLISIBLES = {
    FileNotFoundError: "Fichier introuvable",
    IsADirectoryError: "C’est un dossier, pas un fichier",
    PermissionError: "Lecture interdite",
}


class Command(BaseCommand):
    help = "Importe un fichier d’entreprises (CSV, XLSX, XLS, ODS) dans un réseau : essai à blanc, sauf --ecrire."

    def add_arguments(self, parser):
        parser.add_argument("fichier", metavar="FICHIER", help="le fichier à importer")
        parser.add_argument("--reseau", required=True, metavar="R", help="adresse du réseau, par exemple haute-saone")
        parser.add_argument("--ecrire", action="store_true", help="enregistrer ; sans cela, rien ne l’est")
        parser.add_argument("--bilan", choices=["texte", "json"], default="texte", help="forme du bilan")

    def handle(self, *args, **options):
        try:
            bilan = executer(Path(options["fichier"]), options["reseau"], ecrire=options["ecrire"])
        except RegleEnfreinte as refus:
            self.stderr.write(str(refus))
            raise SystemExit(REFUSE) from None
        rendre = en_json if options["bilan"] == "json" else en_texte
        self.stdout.write(rendre(bilan, ecrit=options["ecrire"]))
        if bilan.rejets:
            raise SystemExit(DES_REJETS)


def executer(chemin, slug, *, ecrire):
    """Le `Bilan` de l'import, ou de son essai ; lève `RegleEnfreinte` avec la phrase à montrer."""
    reseau = trouver_reseau(slug)
    try:
        with chemin.open("rb") as flux:
            contenu = flux.read(TAILLE_MAX + MEBI)  # de quoi voir qu'il est trop gros, sans le lire en entier
    except OSError as erreur:
        raise RegleEnfreinte(f"{ILLISIBLES.get(type(erreur), 'Fichier illisible')} : « {chemin} ».") from erreur
    return importer(contenu, chemin.name, reseau) if ecrire else analyser_import(contenu, chemin.name, reseau).bilan


def trouver_reseau(slug):
    """Le réseau de cette adresse ; lève `RegleEnfreinte` en nommant les autres."""
    reseau = Reseau.objects.filter(slug=slug).first()
    if reseau is None:
        connus = ", ".join(Reseau.objects.values_list("slug", flat=True)) or "aucun"
        raise RegleEnfreinte(f"Réseau inconnu : « {slug} ». Réseaux de cette installation : {connus}.")
    return reseau


def en_json(bilan, *, ecrit):
    return json.dumps({**bilan.nombres(), "rejetes": en_listes(bilan.rejets)}, ensure_ascii=False)


def en_texte(bilan, *, ecrit):
    """Le bilan en quelques lignes, puis chaque rejet."""
    titre = "Import enregistré." if ecrit else "Essai à blanc : rien n’est enregistré (ajoutez --ecrire)."
    sorts = {"créée": bilan.crees, "modifiée": bilan.modifies, "inchangée": bilan.inchanges, "rejetée": len(bilan.rejets)}
    comptes = ", ".join(f"{nombre} {sort}{_s(nombre)}" for sort, nombre in sorts.items())
    nombres = f"{bilan.lus} ligne{_s(bilan.lus)} lue{_s(bilan.lus)} : {comptes}."
    nombre = bilan.avertissements
    avertis = [f"{nombre} valeur{_s(nombre)} écartée{_s(nombre)} ou raccourcie{_s(nombre)}."] if nombre else []
    rejets = [f"  ligne {ligne} : {raison}" for ligne, raison in bilan.rejets]
    return "\n".join([titre, nombres, *avertis, *rejets])


def _s(nombre):
    return "s" if nombre > 1 else ""
