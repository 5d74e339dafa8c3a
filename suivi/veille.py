"""Ce qui se rappelle à un membre sur son accueil sans qu'il le cherche : réponses, messages, fiches à confirmer. Sans HTTP."""

from datetime import timedelta

from django.utils.timezone import now

from reseau.droits import NON, portee
from reseau.models import FicheCompetence
from suivi.models import Action, MessageDAction

RECENTS, MESSAGES_MAX = timedelta(days=7), 5


def fiches_a_confirmer(membre, le):
    """Ses fiches de compétence que rien n'a confirmées depuis un an ; aucune pour qui n'en tient pas."""
    if portee(membre, "competences.tenir") is NON:
        return []
    return list(FicheCompetence.objects.filter(membre=membre).a_confirmer(le))


def autour_de_ses_actions(membre):
    """{"refusees", "sans_reponse"} : combien de celles qu'il a confiées ; {"messages"} : ceux de la semaine, qu'on lui laisse."""
    confiees = Action.objects.visibles_par(membre).suivies_par(membre)
    messages = MessageDAction.objects.adresses_a(membre).depuis(now() - RECENTS).order_by("-pk")
    return {
        "refusees": confiees.refusees().count(),
        "sans_reponse": confiees.a_accepter().count(),
        "messages": list(messages.avec_noms()[:MESSAGES_MAX]),
    }
