"""Crée des réseaux d'exemple dans une base vide, ou redit leurs comptes."""

from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import localdate

from reseau.lib.erreurs import RegleEnfreinte
from reseau.lib.saisie import lire_jour
from suivi.demonstration import MOT_DE_PASSE, RESEAUX_MAX, comptes, creer


class Command(BaseCommand):
    help = "Crée des réseaux d’exemple (base vide seulement), ou redit leurs comptes avec --comptes."

    def add_arguments(self, parser):
        parser.add_argument("--reseaux", type=int, default=2, metavar="N", help=f"nombre de réseaux, de 1 à {RESEAUX_MAX}")
        parser.add_argument("--graine", default="1996", metavar="S", help="même graine, même jour : mêmes données")
        parser.add_argument("--le", type=lire_jour, metavar="AAAA-MM-JJ", help="jour de référence (aujourd’hui)")
        parser.add_argument("--comptes", action="store_true", help="redit les comptes d’exemple, sans rien créer")

    def handle(self, *args, reseaux, graine, le, verbosity, **options):
        if not options["comptes"]:
            self._creer(reseaux, graine, le or localdate())
        if verbosity:
            self._dire_les_comptes()

    def _creer(self, nombre, graine, le):
        try:
            creer(nombre, graine=graine, le=le)
        except RegleEnfreinte as erreur:
            raise CommandError(str(erreur), returncode=2) from erreur

    def _dire_les_comptes(self):
        connus = comptes()
        dernier = None
        for reseau, role, courriel, membre in connus:
            if reseau != dernier:
                self.stdout.write(f"{reseau.nom}  /{reseau.slug}/")
                dernier = reseau
            self.stdout.write(f"  {role:<12} {courriel:<34} {membre}, {membre.institution.sigle}")
        if connus:
            self.stdout.write(f"Mot de passe de tous ces comptes : {MOT_DE_PASSE}")
