"""Établit et envoie les rapports périodiques dont l'heure est venue ; à jouer chaque jour, sans risque de le refaire."""

from django.core.management.base import BaseCommand
from django.utils.timezone import localdate, override

from reseau.lib.dates import plus_mois, premier_du_mois
from reseau.lib.erreurs import RegleEnfreinte
from reseau.models import Reseau
from suivi.figes import RAPPORT
from suivi.models import TableauFige
from suivi.operations import destinataires, envoyer_le_fige, etablir_le_rapport


class Command(BaseCommand):
    help = "Établit le rapport de chaque période achevée, une fois ; l’envoie ; reprend les envois qui ont échoué."

    def handle(self, *args, **options):
        for reseau in Reseau.objects.filter(rapport_mois__gt=0):
            with override(reseau.fuseau):
                etablis, partis = _etablir(reseau, localdate()), _envoyer(reseau)
            self.stdout.write(f"{reseau.slug} : {etablis} document(s) figé(s), {partis} courriel(s) parti(s).")


def periode_achevee(le, mois):
    """(premier jour, dernier jour) de la dernière période de `mois` mois entiers achevée avant `le`, comptée depuis janvier."""
    premier = premier_du_mois(le)
    fin = plus_mois(premier, -((premier.month - 1) % mois))
    return plus_mois(fin, -mois), fin.fromordinal(fin.toordinal() - 1)


def _etablir(reseau, le):
    du, au = periode_achevee(le, reseau.rapport_mois)
    try:
        return len(etablir_le_rapport(reseau, du=du, au=au))
    except RegleEnfreinte:  # déjà fait : la commande se rejoue chaque jour
        return 0


def _envoyer(reseau):
    """Les documents de la dernière période de l'horloge qui ne sont pas allés à tous ; les anciens ne repartent pas."""
    dernier = TableauFige.objects.filter(reseau=reseau, code=RAPPORT, fige_par=None).order_by("-fige_le").first()
    if dernier is None:
        return 0
    lot = TableauFige.objects.filter(lot=dernier.lot).select_related("reseau", "institution")
    return sum(len(_partis(document)) for document in lot)


def _partis(document):
    if set(destinataires(document)) <= set(document.envoye_a):
        return []
    try:
        return envoyer_le_fige(document)
    except RegleEnfreinte:  # une autre horloge l'envoie au même instant
        return []
