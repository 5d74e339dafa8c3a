"""Les gestes de la formation : inscrire, pointer les présents, former et clore un binôme."""

from django.db import transaction
from django.utils.timezone import localdate

from reseau.enums import Geste
from reseau.lib.erreurs import RegleEnfreinte
from reseau.models import Binome, Participation
from reseau.operations import ajouter, enregistrer, noter


@transaction.atomic
def tenir_la_formation(formation, *, inscrits, par):
    """Crée la formation ou enregistre ses changements, et ses inscrits ; qui reste inscrit garde son pointage."""
    if formation.pk:
        enregistrer(formation, par=par)
    else:
        formation.reseau = par.reseau
        ajouter(formation, par=par)
    formation.participations.exclude(membre__in=inscrits).delete()
    nouvelles = [Participation(formation=formation, membre=membre) for membre in inscrits]
    Participation.objects.bulk_create(nouvelles, ignore_conflicts=True)
    return formation


@transaction.atomic
def pointer_les_presents(formation, presents, *, par):
    """Pointe les présents parmi les inscrits ; les autres ne le sont pas. `RegleEnfreinte` avant le premier jour."""
    if formation.le > localdate():
        raise RegleEnfreinte("Cette formation n’a pas encore eu lieu.")
    formation.participations.update(present=False)
    formation.participations.filter(membre__in=presents).update(present=True)
    noter(par, Geste.MODIFICATION, formation, precision="présents pointés")


@transaction.atomic
def clore_le_binome(binome, *, par, le):
    """Le nouveau visite désormais seul."""
    if Binome.objects.filter(pk=binome.pk, fin_le=None).update(fin_le=max(le, binome.debut_le)) != 1:
        raise RegleEnfreinte("Ce binôme est déjà clos.")
    noter(par, Geste.MODIFICATION, binome, precision="clos")
