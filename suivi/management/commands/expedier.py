"""`manage.py expedier` : toutes les cinq minutes. Fait partir les courriels qui attendent."""

from django.core.management.base import BaseCommand

from suivi import operations
from suivi.management.commands.relancer import dire


class Command(BaseCommand):
    help = "Fait partir les courriels dont l'heure est venue. À jouer toutes les cinq minutes ; deux à la fois se les partagent."

    def handle(self, *args, **options):
        self.stdout.write(f"Courriels : {dire(operations.faire_partir())}.")
