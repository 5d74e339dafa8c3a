"""Imprime la table des durées de conservation, en Markdown : celle que porte `docs/registre.md`."""

from django.core.management.base import BaseCommand

from reseau.conservation import en_markdown


class Command(BaseCommand):
    help = "Imprime la table des durées de conservation, à recopier dans docs/registre.md."

    def handle(self, *args, **options):
        self.stdout.write(en_markdown())
