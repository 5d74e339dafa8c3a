"""Le calendrier d'un mois : rendez-vous, visites faites ou prévues, jours fériés et absences, pour l'écran et le papier."""

from calendar import Calendar
from dataclasses import dataclass
from datetime import date

from reseau.lib.dates import dernier_du_mois, plus_mois
from reseau.lib.jours import jours_feries
from reseau.lib.tableau import mois_long
from reseau.models import Absence
from visites.models import Visite

JOURS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
SAMEDI = 5


@dataclass(frozen=True)
class Jour:
    """Une case : ses visites dans l'ordre des heures, et qui n'est pas là. Hors du mois, elle reste vide."""

    le: date
    du_mois: bool
    visites: list
    absents: list
    ferie: str = ""
    aujourd_hui: bool = False

    @property
    def repos(self):
        return bool(self.ferie) or self.le.weekday() >= SAMEDI

    @property
    def nom(self):
        return JOURS[self.le.weekday()]

    @property
    def dit_quelque_chose(self):
        """Au téléphone, où le mois est une liste, les autres jours ne se montrent pas."""
        return self.du_mois and bool(self.visites or self.absents or self.ferie or self.aujourd_hui)


@dataclass(frozen=True)
class Calendrier:
    """`semaines` : [[`Jour` × 7]], du lundi au dimanche ; `sans_date` : les visites prévues ce mois, sans rendez-vous."""

    premier: date
    semaines: list
    sans_date: list

    @property
    def titre(self):
        return mois_long(self.premier).capitalize()

    @property
    def precedent(self):
        return plus_mois(self.premier, -1)

    @property
    def suivant(self):
        return plus_mois(self.premier, 1)

    @property
    def vide(self):
        return not self.sans_date and not any(jour.visites for semaine in self.semaines for jour in semaine)


def calendrier(lecteur, premier, le, *, developpeur=None):
    """Le `Calendrier` du mois commençant le `premier`, composé pour ce lecteur ; trois requêtes.

    `developpeur` : les visites où ce membre est titulaire ou accompagnant, et ses absences.
    """
    visites = Visite.objects.visibles_par(lecteur).avec_noms()
    absences = Absence.objects.visibles_par(lecteur).select_related("membre")
    if developpeur:
        visites = visites.de_l_equipe(developpeur)
        absences = absences.filter(membre=developpeur)
    dernier = dernier_du_mois(premier)
    par_jour, du_mois = {}, list(absences.entre(premier, dernier))
    for visite in visites.au_calendrier(premier, dernier):
        par_jour.setdefault(visite.jour_le, []).append(visite)
    feries = jours_feries(premier.year, lecteur.reseau.departement)
    semaines = [
        [_jour(jour, premier, le, par_jour, du_mois, feries) for jour in semaine]
        for semaine in Calendar().monthdatescalendar(premier.year, premier.month)
    ]
    sans_date = visites.prevues_sans_date(premier).order_by("developpeur__nom", "developpeur__prenom", "pk")
    return Calendrier(premier, semaines, list(sans_date))


def _jour(jour, premier, le, par_jour, absences, feries):
    du_mois = jour.month == premier.month
    absents = sorted({absence.membre for absence in absences if absence.comprend(jour)}, key=lambda m: m.rang_alphabetique)
    return Jour(
        jour,
        du_mois,
        par_jour.get(jour, []) if du_mois else [],
        absents if du_mois and jour.weekday() < SAMEDI and jour not in feries else [],
        feries.get(jour, "") if du_mois else "",
        jour == le,
    )
