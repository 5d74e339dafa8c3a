"""Le fil d'une action et ses pièces jointes."""

from django.db import transaction

from entreprises.operations import joindre_document
from reseau.enums import Geste
from reseau.lib.erreurs import exiger
from reseau.operations import noter
from suivi.models import MessageDAction, PieceDAction


@transaction.atomic
def ecrire_un_message(action, *, texte, par):
    """Ajoute un message au fil ; il ne se retire plus."""
    exiger(texte.strip(), "Écrivez un message.")
    noter(par, Geste.AJOUT, action, precision="message")
    return MessageDAction.objects.create(action=action, membre=par, texte=texte.strip())


@transaction.atomic
def joindre_a_l_action(action, *, nom, octets, par):
    """Joint un fichier : c'est un document de l'entreprise (mêmes contrôles), que l'action montre aussi."""
    document = joindre_document(action.projet.visite.entreprise, nom=nom, octets=octets, par=par)
    return PieceDAction.objects.create(action=action, document=document)
