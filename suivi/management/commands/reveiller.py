"""Réveille les actions en réserve dont la date est venue."""

from django.core.management.base import BaseCommand
from django.utils.timezone import localdate

from suivi.operations import reveiller_a_date


class Command(BaseCommand):
    help = "Réveille les actions mises en réserve jusqu’à une date venue. À jouer chaque jour ; deux fois ne change rien."

    def handle(self, *args, **options):
        self.stdout.write(f"Actions réveillées : {len(reveiller_a_date(localdate()))}")
