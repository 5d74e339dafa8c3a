"""Dire à quelqu'un qu'une action lui est proposée : un courriel par personne et par geste, un lien par action."""

from functools import partial

from django.db import transaction

from reseau.lib import courriels
from suivi.liens import VALIDITE, adresse_de_reponse
from suivi.models import Action


def prevenir_apres(actions, *, par, racine, si_muet=None):
    """Écrit une fois la transaction du geste close ; `actions` : celles qu'il a confiées. Voir `prevenir`.

    `racine` : l'adresse du site, vide pour n'écrire à personne ; `si_muet(membre)` : appelée si rien n'a pu lui partir.
    """
    cles = [action.pk for action in actions]
    if racine and cles:
        transaction.on_commit(partial(_prevenir, cles, par, racine, si_muet))


def prevenir(cles, *, par, racine):
    """Écrit aux responsables, autres que `par`, dont la réponse est attendue ; rend ceux à qui rien n'est parti.

    Relit les actions : ce qu'un autre vient d'accepter ou de reprendre ne s'annonce plus.
    """
    attendues = Action.objects.filter(pk__in=cles).a_accepter().exclude(responsable=par).avec_noms()
    par_personne = {}
    for action in attendues.select_related("responsable__utilisateur"):
        par_personne.setdefault(action.responsable, []).append((action, adresse_de_reponse(action, racine=racine)))
    donnees = {"par": par, "reseau": par.reseau, "jours": VALIDITE.days}
    return [
        membre
        for membre, propositions in par_personne.items()
        if not courriels.envoyer(
            "suivi/courriels/proposition", donnees | {"membre": membre, "propositions": propositions}, [membre.utilisateur.email]
        )
    ]


def _prevenir(cles, par, racine, si_muet):
    muets = prevenir(cles, par=par, racine=racine)
    for membre in muets if si_muet else ():
        si_muet(membre)
