"""Ce que la page suivante dit d'une action que l'on vient de confier : le courriel muet, l'absence de qui la reçoit."""

from django.contrib import messages

from reseau.models import Absence


def dire_muet(request):
    """Fonction d'un membre : le dire à l'écran ; l'action, elle, l'attend sur son accueil."""

    def dire(membre):
        messages.warning(request, f"Le courriel à {membre} n’a pas pu partir : l’action l’attend sur son accueil.")

    return dire


def dire_l_absence(request, responsable, le):
    """Prévient que le responsable n'est pas là, et de qui le supplée ; rien n'est empêché."""
    absences = Absence.objects.filter(membre=responsable).entre(le, le).select_related("membre", "suppleant")
    for absence in absences if responsable else ():
        suite = f" Suppléance : {absence.suppleant}." if absence.suppleant else ""
        messages.warning(request, f"{absence.phrase}.{suite}")
