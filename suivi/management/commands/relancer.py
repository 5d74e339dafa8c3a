"""`manage.py relancer` : chaque jour. Résumés des relances, comptes rendus avant une réunion, courriels en attente, purge."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import now

from reseau import expedition
from suivi import operations

ERREUR = 1


class Command(BaseCommand):
    help = (
        "Écrit à chacun ce qui l'attend, une fois par semaine au plus, et les nouveaux comptes rendus avant une réunion. "
        "À jouer chaque jour ; jouée deux fois ou en retard, elle n'écrit rien deux fois."
    )

    def handle(self, *args, **options):
        if not settings.ADRESSE_DU_SERVICE:
            raise CommandError("Donnez ADRESSE_DU_SERVICE : les courriels y mènent.")
        maintenant = now()
        bilan = operations.relancer_tous(maintenant)
        partis = operations.faire_partir(maintenant=now())
        effaces, oublies = expedition.purger(maintenant)
        self.stdout.write(
            f"Résumés : {bilan['resumes']}. Avant réunion : {bilan['restitutions']}. Courriels : {dire(partis)}. "
            f"Contenus effacés : {effaces}. Traces effacées : {oublies}."
        )
        if bilan["erreurs"]:
            raise CommandError(f"Résumés manqués : {bilan['erreurs']}. Ils se reprendront demain.", returncode=ERREUR)


def dire(bilan):
    """« parti 3, attend 1 », ou « aucun »."""
    return ", ".join(f"{etat} {combien}" for etat, combien in sorted(bilan.items()) if combien) or "aucun"
