"""Faire partir des courriels : dire lesquels sont partis, ou en écrire un par son gabarit."""

import logging
from collections.abc import Mapping, Sequence
from smtplib import SMTPRecipientsRefused, SMTPResponseException

from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string

journal = logging.getLogger(__name__)

MUET = "Le serveur de courriel ne répond pas."
REFUSE = "Le serveur de courriel a refusé cette adresse."


def envoyer(nom: str, donnees: Mapping, destinataires: Sequence[str]) -> bool:
    """Écrit aux destinataires selon `<nom>_objet.txt` et `<nom>_corps.txt` ; False si le courriel n'a pas pu partir.

    L'objet tient toujours sur une ligne.
    """
    objet = " ".join(render_to_string(f"{nom}_objet.txt", donnees).split())
    message = EmailMessage(objet, render_to_string(f"{nom}_corps.txt", donnees), None, destinataires)
    return expedier([message]) == [""]


def expedier(messages: Sequence[EmailMessage]) -> list[str]:
    """Pour chaque message, vide s'il est parti, sinon pourquoi, en une phrase. Ne lève rien.

    Une adresse refusée n'arrête pas les autres ; un serveur muet les arrête toutes : attendre cinq secondes par message
    ferait croire la page en panne. Hors de toute transaction : l'attente y tiendrait la base.
    """
    connexion, raisons = get_connection(), []
    try:
        for message in messages:
            raisons.append(MUET if MUET in raisons else _expedier(connexion, message))
    finally:
        connexion.close()
    return raisons


def _expedier(connexion, message):
    try:
        connexion.send_messages([message])
    except (SMTPRecipientsRefused, SMTPResponseException, ValueError) as erreur:
        journal.warning("Courriel refusé : %s", type(erreur).__name__)
        return REFUSE
    except OSError as erreur:  # toutes les autres erreurs de smtplib en descendent
        journal.warning("Courriel non parti : %s", type(erreur).__name__)
        return MUET
    return ""
