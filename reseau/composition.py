"""De qui le réseau est fait : ce que sa taille et ses absents appellent (dossier, I.2 q. 4 et II.3)."""

from itertools import combinations

from reseau.enums import Pole, Role
from reseau.lib.recherche import cle_de_recherche


def signalements(reseau, membres):
    """Phrases à lire en tête de l'annuaire ; `membres` : les actifs, avec leur institution. Vide si tout va bien.

    Le secrétariat et les observateurs ne comptent pas parmi les participants.
    """
    membres = list(membres)
    participants = [m for m in membres if m.role not in (Role.SECRETARIAT, Role.OBSERVATEUR)]
    absences = [f"Personne ne représente {service}." for service in _absents(membres)]
    return [phrase for phrase in (_taille(reseau, len(participants)), *absences) if phrase]


def chevauchements(signataires):
    """Paires de signataires dont les périodes ont un jour en commun : un intérim, ou une fin oubliée."""
    return [(un, autre) for un, autre in combinations(signataires, 2) if un.chevauche(autre)]


def _taille(reseau, nombre):
    minimum, maximum = reseau.taille_minimum, reseau.taille_maximum
    if minimum <= nombre <= maximum:
        return ""
    participants = f"{nombre} participant{'s' if nombre > 1 else ''}"
    return f"Le réseau compte {participants} ; la taille conseillée va de {minimum} à {maximum}."


def _absents(membres):
    poles = {membre.institution.pole for membre in membres}
    presents = {
        "la préfecture": any(_de_la_prefecture(membre) for membre in membres),
        "les services économiques": Pole.ECONOMIQUE in poles,
        "les services de l’emploi": Pole.EMPLOI in poles,
    }
    return [service for service, present in presents.items() if not present]


def _de_la_prefecture(membre):
    """Par son rôle ou, si elle anime ou visite, par le nom de son institution."""
    institution = cle_de_recherche(f"{membre.institution.sigle} {membre.institution.nom}")
    return membre.role == Role.PREFECTURE or "prefecture" in institution
