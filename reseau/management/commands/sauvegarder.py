"""`manage.py sauvegarder` : chaque nuit. Une archive datée et vérifiable de toute la base."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import now

from reseau.lib.avancement import Avancement
from reseau.lib.erreurs import RegleEnfreinte
from reseau.sauvegarde import copies


class Command(BaseCommand):
    help = "Écrit une archive datée de toute la base, avec l'empreinte de chaque table. À jouer chaque nuit, service ouvert."

    def add_arguments(self, parser):
        parser.add_argument("--dossier", type=Path, default=Path(settings.SAUVEGARDES), help="où l'écrire (%(default)s)")
        parser.add_argument("--garder", type=int, default=30, metavar="N", help="archives gardées, 0 : toutes (%(default)s)")

    def handle(self, *args, dossier, garder, **options):
        if garder < 0:
            raise CommandError("--garder est un nombre d’archives, 0 pour toutes.", returncode=2)
        try:
            bilan = copies.sauvegarder(dossier, maintenant=now(), garder=garder, avancer=Avancement(self.stdout.write))
        except RegleEnfreinte as erreur:
            raise CommandError(str(erreur)) from erreur
        for avis in bilan.avis:
            self.stdout.write(avis)
        taille = bilan.archive.stat().st_size / 1e6
        self.stdout.write(
            f"Sauvegarde : {bilan.archive} ({taille:.1f} Mo), {bilan.tables} tables, {bilan.lignes} lignes, "
            f"{bilan.secondes:.1f} s."
        )
