"""Efface les demandes de visite périmées ou traitées de longue date."""

from django.core.management.base import BaseCommand
from django.utils.timezone import now

from visites.demandes import purger


class Command(BaseCommand):
    help = "Efface les demandes de visite non confirmées sous trois jours, et celles traitées depuis un an. À jouer chaque jour."

    def handle(self, *args, **options):
        self.stdout.write(f"Demandes effacées : {purger(now())}")
