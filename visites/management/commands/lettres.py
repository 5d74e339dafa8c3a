"""`manage.py lettres` : les lettres signées d'une campagne, en un PDF. Ne signe ni ne numérote rien."""

import os
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q
from django.utils.timezone import localdate

from reseau.enums import Geste
from reseau.lib.erreurs import RegleEnfreinte
from reseau.lib.saisie import lire_cle
from reseau.models import Journal, Reseau
from visites.models import Campagne, Courrier
from visites.papier_des_lettres import figer, imprimer, imprimer_brouillons, manquantes

ERREUR = 2  # celui d'argparse : la demande est mauvaise, rien n'a été écrit
INCOMPLET = 1  # le fichier est écrit, et dit ce qui y manque


class Command(BaseCommand):
    help = "Imprime les lettres signées d'une campagne, une page chacune, dans l'ordre des numéros."

    def add_arguments(self, parser):
        parser.add_argument("--reseau", required=True, help="adresse du réseau, par exemple haute-saone")
        parser.add_argument("--campagne", required=True, help="nom ou identifiant de la campagne")
        parser.add_argument("--sortie", required=True, type=Path, help="fichier PDF à écrire")
        parser.add_argument("--brouillon", action="store_true", help="les lettres pas encore signées, filigranées")

    def handle(self, *, reseau, campagne, sortie, brouillon, **options):
        try:
            campagne = trouver_campagne(reseau, campagne)
            courriers = Courrier.objects.filter(visite__campagne=campagne)
            octets, nombre = composer(courriers, brouillon)
            ecrire(sortie, octets)
        except (RegleEnfreinte, OSError) as erreur:
            raise CommandError(str(erreur), returncode=ERREUR) from erreur
        quoi = "lettres en brouillon" if brouillon else "lettres signées"
        Journal.objects.create(reseau=campagne.reseau, geste=Geste.IMPRESSION, objet=quoi, nombre=nombre)
        self.stdout.write(f"{sortie} : {nombre} {quoi}, campagne « {campagne} ».")
        if not brouillon:
            dire_les_manquantes(courriers)


def trouver_campagne(slug, nom):
    """La campagne de ce réseau qui porte ce nom, sinon cet identifiant ; `RegleEnfreinte` en disant lesquelles existent."""
    reseau = Reseau.objects.filter(slug=slug).first()
    if reseau is None:
        connus = ", ".join(Reseau.objects.values_list("slug", flat=True)) or "aucun"
        raise RegleEnfreinte(f"Réseau inconnu : {slug}. Réseaux de cette installation : {connus}.")
    cle = lire_cle(nom)
    campagnes = Campagne.objects.filter(reseau=reseau).select_related("reseau")
    trouvees = sorted(campagnes.filter(Q(nom__iexact=nom) | Q(pk=cle)), key=lambda campagne: campagne.pk == cle)
    if not trouvees:
        connues = ", ".join(f"« {campagne} » ({campagne.pk})" for campagne in campagnes) or "aucune"
        raise RegleEnfreinte(f"Campagne inconnue : {nom}. Campagnes de ce réseau : {connues}.")
    return trouvees[0]


def composer(courriers, brouillon):
    """Les octets du PDF et le nombre de lettres ; `RegleEnfreinte` s'il n'y en a aucune."""
    if brouillon:
        with imprimer_brouillons(courriers, le=localdate()) as lot:
            return lot.read(), courriers.filter(numero=None).count()
    figer(courriers)
    with imprimer(courriers) as lot:
        return lot.read(), courriers.figes().count()


def dire_les_manquantes(courriers):
    absentes = [f"n° {lettre.reference} ({lettre.visite.entreprise})" for lettre in manquantes(courriers)]
    if absentes:
        que_faire = "Relancez la commande ; sinon, ouvrez la lettre dans l’outil et téléchargez son fichier Word."
        raise CommandError(f"Manquent au PDF : {', '.join(absentes)}. {que_faire}", returncode=INCOMPLET)


def ecrire(sortie, octets):
    """Écrit à côté puis renomme : le fichier demandé est entier, ou n'a pas changé. Lève `OSError`."""
    partiel = sortie.with_name(f".{sortie.name}.{os.getpid()}")
    try:
        with partiel.open("wb") as fichier:
            fichier.write(octets)
            fichier.flush()
            os.fsync(fichier.fileno())
        partiel.replace(sortie)
    finally:
        partiel.unlink(missing_ok=True)
