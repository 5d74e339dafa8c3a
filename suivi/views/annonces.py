"""Ce que la page suivante dit d'une action que l'on vient de confier : l'absence de qui la reçoit."""

from django.contrib import messages

from reseau.models import Absence


def dire_l_absence(request, responsable, le):
    """Prévient que le responsable n'est pas là, et de qui le supplée ; rien n'est empêché."""
    absences = Absence.objects.filter(membre=responsable).entre(le, le).select_related("membre", "suppleant")
    for absence in absences if responsable else ():
        suite = f" Suppléance : {absence.suppleant}." if absence.suppleant else ""
        messages.warning(request, f"{absence.phrase}.{suite}")
