"""Retire le second facteur d'un compte et ferme ses sessions : pour un animateur seul, qui a perdu son téléphone."""

from django.core.management.base import BaseCommand, CommandError

from reseau import seconds_facteurs
from reseau.models import Utilisateur


class Command(BaseCommand):
    help = "Retire le second facteur d’un compte, délie son identité attestée et ferme ses sessions ; le mot de passe reste."

    def add_arguments(self, parser):
        parser.add_argument("courriel")

    def handle(self, *args, courriel, **options):
        utilisateur = Utilisateur.objects.filter(email=courriel.strip().lower()).first()
        if utilisateur is None:
            raise CommandError("Aucun compte ne porte ce courriel.")
        seconds_facteurs.delier(utilisateur)
        self.stdout.write("Accès réinitialisé : la personne entrera avec son mot de passe, puis réactivera un second facteur.")
