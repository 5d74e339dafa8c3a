"""Ce qu'un membre peut faire d'une action, selon ses droits et l'état où elle est : vues et gabarits lisent ceci."""

from dataclasses import dataclass

from reseau.droits import autorise
from reseau.enums import Role

SANS_ACTION = [Role.PREFECTURE, Role.OBSERVATEUR]  # ils n’en mènent pas


@dataclass(frozen=True)
class Gestes:
    """Les gestes permis ; tous faux si l'action est close ou ne regarde pas ce membre."""

    accepter: bool = False
    refuser: bool = False
    transmettre: bool = False
    noter_la_suite: bool = False
    endormir: bool = False
    reveiller: bool = False
    clore: bool = False
    modifier: bool = False

    def __bool__(self):
        return any(vars(self).values())


def conduit(membre, action):
    """Vrai pour le responsable, pour l'interlocuteur qui suit les actions du projet (dossier, II.5), et pour qui conduit
    toutes les actions.
    """
    return autorise(membre, "actions.conduire", action.responsable, action.projet.interlocuteur)


def gestes_permis(membre, action):
    """`Gestes` de ce membre sur cette action, sans requête si l'action porte ses noms (`avec_noms`)."""
    if not action.ouverte or not conduit(membre, action):
        return Gestes()
    repond = autorise(membre, "actions.conduire", action.responsable)
    return Gestes(
        accepter=repond and action.a_accepter,
        refuser=repond and action.responsable_id is not None and action.etat in ("proposee", "acceptee"),
        transmettre=True,
        noter_la_suite=action.en_route,
        endormir=not action.endormie,
        reveiller=action.endormie,
        clore=True,
        modifier=True,
    )
