"""Purge ce qui est arrivé à son terme (`reseau/conservation.py`). À blanc par défaut."""

from django.core.management.base import BaseCommand
from django.utils.timezone import now, override

from reseau.lib.cache import balayer_les_caches
from reseau.models import Reseau
from suivi.operations import purges
from suivi.purge import PURGEURS


class Command(BaseCommand):
    help = "Compte ce qui est arrivé au terme de sa conservation ; --ecrire le purge. À jouer chaque jour."

    def add_arguments(self, parser):
        parser.add_argument("--ecrire", action="store_true", help="purge pour de bon ; sans elle, compte seulement")
        parser.add_argument("--reseau", help="un seul réseau, par son adresse ; tous par défaut, et ce qui leur est commun")

    def handle(self, *args, ecrire, reseau, **options):
        reseaux = Reseau.objects.filter(slug=reseau) if reseau else Reseau.objects.order_by("pk")
        total = 0 if reseau else self._purger(None, [purgeur for purgeur in PURGEURS if purgeur.commun], ecrire)
        if ecrire and not reseau and (balayees := balayer_les_caches()):
            self.stdout.write(f"commun : réponses périmées du cache : {balayees}")
        for chacun in reseaux.defer("logo"):
            with override(chacun.fuseau):
                total += self._purger(chacun, [purgeur for purgeur in PURGEURS if not purgeur.commun], ecrire)
        self.stdout.write(f"{'Purgé' if ecrire else 'À purger (rien n’a été écrit)'} : {total}.")

    def _purger(self, reseau, purgeurs, ecrire):
        instant = now()
        if ecrire:
            nombres = purges.purger(purgeurs, reseau, instant=instant)
        else:
            nombres = {e.purgeur.cle: e.nombre for e in purges.compter(purgeurs, reseau, instant) if e.nombre}
        for cle, nombre in nombres.items():
            self.stdout.write(f"{reseau.slug if reseau else 'commun'} : {cle} : {nombre}")
        return sum(nombres.values())
