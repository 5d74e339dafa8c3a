"""`manage.py barriere --activer` : écrit, retire ou contrôle la seconde barrière de PostgreSQL (`reseau/barriere.py`)."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import Error, connection

from reseau import barriere

ROLE = "reseau_application"


class Command(BaseCommand):
    help = "La seconde barrière (Row-Level Security) : à activer une fois, puis à rejouer après chaque migration."

    def add_arguments(self, parser):
        gestes = parser.add_mutually_exclusive_group(required=True)
        gestes.add_argument("--activer", action="store_true", help="écrit les politiques ; rejouable")
        gestes.add_argument("--retirer", action="store_true", help="ôte les politiques")
        gestes.add_argument("--etat", action="store_true", help="dit ce qui manque ; sort en erreur s'il manque quelque chose")
        parser.add_argument("--role", default=settings.BARRIERE_SQL or ROLE, help="rôle que prend le service (%(default)s)")

    def handle(self, *args, activer, retirer, etat, role, **options):
        if connection.vendor != "postgresql":
            raise CommandError("Cette barrière est propre à PostgreSQL.", returncode=2)
        try:
            self.stdout.write(_retirer() if retirer else _activer(role) if activer else _etat(role))
        except Error as erreur:
            raise CommandError(f"PostgreSQL refuse : {str(erreur).strip()}. Jouez la commande sous le propriétaire.") from erreur


def _activer(role):
    suite = "" if role == settings.BARRIERE_SQL else f" Reste à lancer le service avec BARRIERE_SQL={role}."
    return f"Barrière posée sur {barriere.activer(role)} tables pour le rôle {role}.{suite}"


def _retirer():
    return f"Barrière retirée de {barriere.retirer()} tables. Relancez le service sans BARRIERE_SQL."


def _etat(role):
    if manques := barriere.manques(role):
        raise CommandError("Barrière incomplète : " + " ; ".join(manques) + ".")
    demandee = "demandée par le service" if settings.BARRIERE_SQL else "pas demandée : BARRIERE_SQL est vide"
    return f"Barrière entière sur {len(barriere.politiques())} tables, {demandee}."
