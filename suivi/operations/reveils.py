"""Le réveil des actions mises en réserve jusqu'à une date : chaque jour, sans personne devant l'écran."""

from reseau.lib.erreurs import RegleEnfreinte
from suivi.enums import Mouvement
from suivi.models import Action, MouvementDAction
from suivi.operations.actions import reveiller


def reveiller_a_date(le):
    """Réveille celles dont la date est venue ; rend leurs `Action`. Jouée deux fois, ou en retard, elle ne double rien.

    Le journal le met au compte de qui les avait mises en réserve : c'est sa date. Leur responsable les trouve à reprendre
    sur son accueil, et dans son prochain résumé (`suivi.echelle`).
    """
    dormeurs = Action.objects.a_reveiller(le).avec_noms().order_by("pk")
    return [action for action in dormeurs if _reveiller(action)]


def _reveiller(action):
    sommeil = MouvementDAction.objects.filter(action=action, mouvement=Mouvement.SOMMEIL).select_related("membre__reseau")
    dernier = sommeil.order_by("-pk").first()
    par = dernier.membre if dernier else action.responsable or action.projet.interlocuteur
    attendu = f" On attendait ceci : {action.reveil_motif}." if action.reveil_motif else ""
    try:
        return reveiller(action, par=par, texte=f"À la date prévue.{attendu}")
    except RegleEnfreinte:  # quelqu'un vient de la reprendre
        return None
