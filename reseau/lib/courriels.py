"""Envoyer un courriel écrit par un gabarit : `<nom>_objet.txt` et `<nom>_corps.txt`."""

import logging

from django.core.mail import send_mail
from django.template.loader import render_to_string

journal = logging.getLogger(__name__)


def envoyer(nom, donnees, destinataires):
    """Écrit aux destinataires ; rend False si le courriel n'a pas pu partir. L'objet tient toujours sur une ligne."""
    objet = " ".join(render_to_string(f"{nom}_objet.txt", donnees).split())
    try:
        send_mail(objet, render_to_string(f"{nom}_corps.txt", donnees), None, destinataires)
    except OSError:  # toutes les erreurs de smtplib en descendent
        journal.exception("Courriel « %s » non envoyé", nom)
        return False
    return True
