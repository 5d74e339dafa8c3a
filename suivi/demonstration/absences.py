"""Des absences plausibles : l'été dernier, et quelques-unes à venir ; jamais un jour où la personne visitait ou siégeait."""

from datetime import date, timedelta
from random import Random

from django.utils.timezone import localdate

from reseau.models import Absence, Presence
from suivi.demonstration.calendrier import ouvre_apres, ouvre_avant

MOTIFS = ("Congés", "Formation", "", "Salon professionnel", "Congés")
UNE_SUR = 3  # un membre sur trois a une absence à venir
ESSAIS = 8
SEMAINE = timedelta(days=7)


def poser(chantier):
    """Un tirage à part : le reste de l'exemple ne dépend pas des absences."""
    hasard = Random(f"absences {chantier.reseau.slug}")
    membres = [membre for membre in [*chantier.directs, *chantier.associes] if not membre.est_parti(chantier.le)]
    pris = _jours_pris(chantier)
    absences = []
    for rang, membre in enumerate(membres):
        siens = pris.get(membre.pk, set())
        if rang % UNE_SUR != 1:
            absences.append(_l_ete_dernier(chantier.le, membre, hasard, siens))
        if rang % UNE_SUR == 0 or membre == chantier.comptes["direct"]:
            absences.append(_a_venir(chantier.le, membre, hasard, siens))
    Absence.objects.bulk_create(absence for absence in absences if absence)


def _l_ete_dernier(le, membre, hasard, pris):
    annee = le.year if le > date(le.year, 8, 31) else le.year - 1
    debut = date(annee, 8, 1) + SEMAINE * hasard.randrange(2)
    return _si_libre(membre, debut, debut + timedelta(days=hasard.choice((6, 13))), "Congés", pris)


def _a_venir(le, membre, hasard, pris):
    """Le premier créneau libre, de semaine en semaine."""
    debut, duree = ouvre_apres(le + timedelta(days=hasard.randrange(3, 35))), timedelta(days=hasard.randrange(1, 11))
    motif = hasard.choice(MOTIFS)
    creneaux = ((debut + SEMAINE * rang, ouvre_avant(debut + SEMAINE * rang + duree)) for rang in range(ESSAIS))
    return next((une for du, au in creneaux if (une := _si_libre(membre, du, max(du, au), motif, pris))), None)


def _si_libre(membre, du, au, motif, pris):
    libre = membre.entre_le <= du and not any(du <= jour <= au for jour in pris)
    return Absence(membre=membre, debut_le=du, fin_le=au, motif=motif) if libre else None


def _jours_pris(chantier):
    """Clé de membre → les jours de ses visites, de ses rendez-vous, des réunions où on l'attend ou l'a vu."""
    pris = {}
    for visite in chantier.visites:
        jours = [visite.realisee_le, visite.rendez_vous_le and localdate(visite.rendez_vous_le)]
        for membre in filter(None, (visite.developpeur_id, visite.accompagnant_id)):
            pris.setdefault(membre, set()).update(filter(None, jours))
    for membre, jour in Presence.objects.filter(reunion__reseau=chantier.reseau).values_list("membre", "reunion__le"):
        pris.setdefault(membre, set()).add(jour)
    return pris
