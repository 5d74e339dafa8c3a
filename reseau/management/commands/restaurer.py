"""`manage.py restaurer ARCHIVE` : remet toute la base, et vérifie table à table ce qu'elle a remis."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import localtime

from reseau.lib.avancement import Avancement
from reseau.lib.erreurs import RegleEnfreinte
from reseau.sauvegarde import copies


class Command(BaseCommand):
    help = "Remet la base d'une archive de « sauvegarder », service arrêté. Rien n'est écrit si l'archive n'est pas intacte."

    def add_arguments(self, parser):
        parser.add_argument("archive", type=Path)
        parser.add_argument("--remplacer", action="store_true", help="efface d'abord le contenu de la base")

    def handle(self, *args, archive, remplacer, **options):
        try:
            bilan = copies.restaurer(archive, remplacer=remplacer, avancer=Avancement(self.stdout.write))
        except RegleEnfreinte as erreur:
            raise CommandError(str(erreur)) from erreur
        self.stdout.write(
            f"Base remise telle qu’elle était le {localtime(bilan.faite_le):%d/%m/%Y à %H:%M} : {bilan.tables} tables, "
            f"{bilan.lignes} lignes, empreintes vérifiées table à table, {bilan.secondes:.1f} s."
        )
        for avis in bilan.avis:
            self.stdout.write(avis)
