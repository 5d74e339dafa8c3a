"""Met les références de l'Insee en base ; ne dit rien s'il n'y avait rien à faire.

Code de sortie : 0 si la base est à jour, 2 si le dossier donné est refusé (rien n'est alors écrit).
"""

from pathlib import Path

from django.core.management.base import BaseCommand
from django.db import transaction

from entreprises import referentiels
from reseau.lib.erreurs import RegleEnfreinte

REFUSE = 2


class Command(BaseCommand):
    help = "Charge (ou met à jour) communes, arrondissements, EPCI, zones d’emploi et nomenclatures d’activités. Rejouable."

    def add_arguments(self, parser):
        parser.add_argument(
            "--dossier",
            type=Path,
            metavar="D",
            help="des CSV plus récents, de mêmes noms et colonnes que ceux du dépôt ; contrôlés avant d’écrire",
        )

    def handle(self, *args, dossier, **options):
        noms = []
        try:
            with transaction.atomic():
                if dossier:
                    noms, ecrites = referentiels.mettre_a_jour(dossier)
                else:
                    ecrites = referentiels.charger()
        except RegleEnfreinte as refus:
            self.stderr.write(str(refus))
            raise SystemExit(REFUSE) from None
        if options["verbosity"]:
            self._dire(ecrites, noms)

    def _dire(self, ecrites, noms):
        if ecrites:
            s = "s" if ecrites > 1 else ""
            self.stdout.write(f"Références de l’Insee : {ecrites} ligne{s} mise{s} à jour.")
        if noms:
            self.stdout.write(f"Lus dans le dossier : {', '.join(noms)}. Gardez-le, et donnez-le à REFERENCES_DIR.")
