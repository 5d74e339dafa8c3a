"""`manage.py exporter_tout` : tout, en fichiers lisibles, pour partir ailleurs ou changer de moteur."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import now

from reseau.enums import Geste
from reseau.lib.avancement import Avancement
from reseau.lib.erreurs import RegleEnfreinte
from reseau.models import Journal, Reseau
from reseau.sauvegarde import echange


class Command(BaseCommand):
    help = (
        "Exporte toute l'installation, ou un réseau, en JSON et fichiers ; « importer_tout » le reprend, quel que soit le moteur."
    )

    def add_arguments(self, parser):
        parser.add_argument("--reseau", metavar="R", help="adresse du réseau ; sans elle, toute l'installation")
        parser.add_argument("--dossier", type=Path, default=Path(settings.SAUVEGARDES), help="où l'écrire (%(default)s)")

    def handle(self, *args, reseau, dossier, **options):
        try:
            concerne = Reseau.objects.get(slug=reseau) if reseau else None
        except Reseau.DoesNotExist as erreur:
            raise CommandError(f"Aucun réseau « {reseau} ».", returncode=2) from erreur
        # Noté d'abord : un export commencé est déjà une lecture.
        for lu in [concerne] if concerne else Reseau.objects.all():
            Journal.objects.create(
                reseau=lu, geste=Geste.EXPORT, objet="reseau.reseau", objet_id=lu.pk, precision="export complet"
            )
        try:
            bilan = echange.exporter(dossier, maintenant=now(), reseau=concerne, avancer=Avancement(self.stdout.write))
        except RegleEnfreinte as erreur:
            raise CommandError(str(erreur)) from erreur
        self.stdout.write(f"Export : {bilan.archive}, {bilan.tables} tables, {bilan.lignes} lignes.")
