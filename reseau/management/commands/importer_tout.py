"""`manage.py importer_tout ARCHIVE` : reprend un export complet dans une base neuve."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from reseau.lib.avancement import Avancement
from reseau.lib.erreurs import RegleEnfreinte
from reseau.sauvegarde import echange


class Command(BaseCommand):
    help = "Reprend un export complet dans une base neuve (migrate joué, rien d'autre) ; tout ou rien, vérifié table à table."

    def add_arguments(self, parser):
        parser.add_argument("archive", type=Path)

    def handle(self, *args, archive, **options):
        try:
            bilan = echange.importer(archive, avancer=Avancement(self.stdout.write))
        except RegleEnfreinte as erreur:
            raise CommandError(str(erreur)) from erreur
        self.stdout.write(f"Repris : {bilan.tables} tables, {bilan.lignes} lignes, toutes égales à l’export. {bilan.avis[0]}.")
