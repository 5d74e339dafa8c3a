"""Ce qu'un lecteur compte : tout le réseau, ou tout moins ses déports dès qu'il choisit une période (conception, section 4)."""

from django.db.models import Exists, OuterRef

from entreprises.models import Deport
from reseau.droits import TOUT, portee
from reseau.lib.recherche import cle_de_recherche
from reseau.lib.tableau import date_longue
from visites.models import Visite


def etendue(lecteur, droit):
    """`Portee` du droit pour ce lecteur ; TOUT pour l'exploitant (None)."""
    return TOUT if lecteur is None else portee(lecteur, droit)


def visites_comptees(reseau, lecteur, *, filtre):
    """QuerySet des visites que les chiffres comptent.

    Sans filtre, les totaux sont les mêmes pour tous ; avec, les entreprises dont le lecteur se déporte n'y sont plus.
    """
    visites = Visite.objects.filter(reseau=reseau)
    if lecteur is None or not filtre:
        return visites
    return visites.exclude(Exists(Deport.objects.filter(entreprise=OuterRef("entreprise"), membre=lecteur)))


def alphabetique(membres):
    """Les membres par nom puis prénom, sans égard aux accents : le même ordre quelle que soit la base."""
    return sorted(membres, key=lambda membre: (cle_de_recherche(membre.nom_alphabetique), membre.pk))


def periode_en_mots(du, au):
    """« du 3 mars 2024 au 2 juin 2026 », « jusqu’au … », « depuis l’origine »."""
    if du and au:
        return f"du {date_longue(du)} au {date_longue(au)}"
    if au:
        return f"jusqu’au {date_longue(au)}"
    return f"depuis le {date_longue(du)}" if du else "depuis l’origine"


def fraction(partie, tout):
    """Part entre 0 et 1, ou None si le dénominateur est nul."""
    return partie / tout if tout else None
