"""Met les références de l'Insee en base ; ne dit rien s'il n'y avait rien à faire."""

from django.core.management.base import BaseCommand
from django.db import transaction

from entreprises import referentiels


class Command(BaseCommand):
    help = "Charge (ou met à jour) communes, zones d’emploi et nomenclatures d’activités. Rejouable."

    def handle(self, *args, **options):
        with transaction.atomic():
            ecrites = referentiels.charger()
        if ecrites and options["verbosity"]:
            s = "s" if ecrites > 1 else ""
            self.stdout.write(f"Références de l’Insee : {ecrites} ligne{s} mise{s} à jour.")
