"""Ce qu'un lecteur, ou une classe de lecteurs, lit d'une réunion : le compte rendu se compose pour lui, jamais filtré après."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from reseau.droits import NON, TOUT, portee
from suivi.models import Action, dossiers
from visites.models import Visite


@dataclass(frozen=True)
class Lecture:
    """`visites` : celles que l'on peut nommer ; `dossiers` : celles dont on lit la restitution ; `actions` : celles qu'on lit.

    `complet` : avec ce qui précise chaque décision. `integral` : avec la discussion, que seul lit qui lit tout.
    """

    visites: QuerySet
    dossiers: QuerySet
    actions: QuerySet
    complet: bool
    integral: bool


def pour_un_membre(membre):
    """Selon son rôle, sans les entreprises dont il se déporte."""
    etendue = portee(membre, "reunions.voir_les_restitutions")
    lus = dossiers(membre) if etendue is not NON else Visite.objects.none()
    return Lecture(
        visites=Visite.objects.visibles_par(membre),
        dossiers=lus,
        actions=Action.objects.visibles_par(membre),
        complet=etendue is not NON,
        integral=etendue is TOUT,
    )


def pour_les_membres(reunion, *, sans=()):
    """La classe des membres directs, moins les entreprises `sans` (clés), dont l'un d'eux au moins se déporte."""
    visites = Visite.objects.filter(reseau=reunion.reseau_id).exclude(entreprise__in=sans)
    actions = Action.objects.filter(reseau=reunion.reseau_id).exclude(projet__visite__entreprise__in=sans)
    return Lecture(visites, visites, actions, complet=True, integral=True)


def pour_la_diffusion():
    """Ce que tous peuvent lire, associés et déportés compris : aucune entreprise, aucun texte libre."""
    rien = Visite.objects.none()
    return Lecture(rien, rien, Action.objects.none(), complet=False, integral=False)


def entreprises_nommees(reunion):
    """Clés des entreprises que nomme le compte rendu des membres ; elles suivent une fusion de fiches."""
    nommees = Q(restituee_en=reunion) | Q(choisie_en=reunion) | Q(projets__interlocuteur_confirme_en=reunion)
    nommees |= Q(projets__actions__mouvements__reunion=reunion)
    return Visite.objects.filter(nommees).order_by().values("entreprise")
