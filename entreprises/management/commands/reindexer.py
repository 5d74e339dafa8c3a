"""Refaire l'index de recherche des entreprises."""

from django.core.management.base import BaseCommand

from entreprises.recherche import reindexer


class Command(BaseCommand):
    help = "Recompose le texte de recherche de chaque entreprise, l'index plein texte et le vocabulaire."

    def handle(self, *arguments, **options):
        self.stdout.write(f"Entreprises indexées : {reindexer()}.")
