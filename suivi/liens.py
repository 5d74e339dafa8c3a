"""Le lien d'une proposition d'action, reçu par courriel : il dit qui répond, à quoi, et ne sert qu'une fois.

Rien n'est gardé en base : le jeton est signé de la clé du service, daté, et nomme la ligne du journal qui proposait. Une
réponse, une autre proposition, un départ ou un déport le périment ; changer la clé les périme tous.
"""

from datetime import timedelta

from django.core import signing
from django.urls import reverse

from reseau.models import Membre
from suivi.enums import Mouvement
from suivi.models import Action, MouvementDAction

SEL = "suivi.reponse-a-une-action"
VALIDITE = timedelta(days=30)
PROPOSENT = [Mouvement.PROPOSITION, Mouvement.TRANSMISSION, Mouvement.DESIGNATION]


def adresse_de_reponse(action, *, racine):
    """L'adresse entière où son responsable répond ; `racine` : celle du site."""
    jeton = signing.dumps([action.pk, action.responsable_id, _proposition(action)], salt=SEL)
    return racine.rstrip("/") + reverse("action-repondre", args=[jeton])


def lire(jeton, le):
    """(action, membre) que ce jeton désigne encore, ou None : forgé, périmé, ou qui a déjà servi."""
    try:
        action, membre, proposition = signing.loads(jeton, salt=SEL, max_age=VALIDITE)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    membres = Membre.objects.actifs(le).filter(utilisateur__is_active=True).select_related("reseau", "institution")
    membre = membres.defer("reseau__logo").filter(pk=membre).first()
    if membre is None:
        return None
    actions = Action.objects.visibles_par(membre).avec_noms().a_accepter()
    action = actions.filter(pk=action, responsable=membre).first()
    return (action, membre) if action and _proposition(action) == proposition else None


def _proposition(action):
    """La ligne du journal qui propose l'action à son responsable d'aujourd'hui."""
    lignes = MouvementDAction.objects.filter(action=action, mouvement__in=PROPOSENT)
    return lignes.order_by("-pk").values_list("pk", flat=True).first()
