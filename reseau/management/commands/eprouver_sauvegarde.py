"""`manage.py eprouver_sauvegarde` : chaque semaine. Une sauvegarde qu'on n'a jamais remise n'en est pas une."""

from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import now

from reseau.lib.avancement import Avancement
from reseau.lib.erreurs import RegleEnfreinte
from reseau.sauvegarde import copies

AGE_MAX = timedelta(days=2)


class Command(BaseCommand):
    help = "Remet la dernière archive dans une base jetable, compare table à table, et rend le verdict. À jouer chaque semaine."

    def add_arguments(self, parser):
        parser.add_argument("archive", type=Path, nargs="?", help="la dernière du dossier, si elle n'est pas donnée")
        parser.add_argument("--dossier", type=Path, default=Path(settings.SAUVEGARDES))

    def handle(self, *args, archive, dossier, **options):
        try:
            bilan = copies.eprouver(archive or copies.derniere(dossier), avancer=Avancement(self.stdout.write))
        except RegleEnfreinte as erreur:
            raise CommandError(f"ÉCHEC de l’exercice. {erreur}") from erreur
        self.stdout.write(
            f"{bilan.archive.name} se remet en {bilan.secondes / 60:.1f} min : "
            f"{bilan.tables} tables et {bilan.lignes} lignes, toutes égales."
        )
        if archive is None and now() - bilan.faite_le > AGE_MAX:
            raise CommandError(f"ÉCHEC de l’exercice. La dernière sauvegarde date du {bilan.faite_le:%d/%m/%Y}.")
