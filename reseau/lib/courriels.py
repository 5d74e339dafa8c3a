"""Remettre des courriels au serveur, l'un après l'autre, et dire ce que chacun devient. Seul `reseau.expedition` l'appelle."""

import logging
from contextlib import suppress
from enum import Enum
from smtplib import SMTPNotSupportedError, SMTPRecipientsRefused, SMTPResponseException, SMTPSenderRefused

from django.core.mail import EmailMessage, get_connection

journal = logging.getLogger(__name__)

MUET = "Le serveur de courriel ne répond pas."
REFUSE = "Le serveur de courriel a refusé cette adresse."
DIFFERE = "Le serveur de courriel demande d’attendre."
SANS_NOUVELLES = "L’envoi s’est interrompu : on ne sait pas s’il est parti."


class Issue(Enum):
    """Ce qu'est devenu un message : `MUETTE` et `DIFFEREE` se réessaient, `REFUSEE` non, `INCERTAINE` jamais d'office."""

    PARTIE = ""
    MUETTE = MUET
    DIFFEREE = DIFFERE
    REFUSEE = REFUSE
    INCERTAINE = SANS_NOUVELLES


class Guichet:
    """`with Guichet() as guichet: guichet.remettre(message)` : une seule liaison. Hors de toute transaction.

    `muet` : le serveur n'a pas répondu. N'y revenez pas : attendre encore, à chaque message, ferait croire la page en panne,
    et laisserait autant de courriels dont on ne sait s'ils sont partis.
    """

    def __init__(self):
        self.muet, self._liaison, self._ouverte = False, get_connection(), False

    def __enter__(self):
        return self

    def __exit__(self, *erreur):
        self._fermer()

    def remettre(self, message: EmailMessage) -> Issue:
        """L'`Issue` de ce message. Ne lève rien de ce que fait le serveur."""
        try:
            self._ouvrir()
        except OSError as erreur:  # toutes les erreurs de smtplib en descendent
            self._rompre()  # un chiffrement refusé laisse la liaison ouverte
            return self._constater_muet(erreur)
        try:
            self._liaison.send_messages([message])
        except (SMTPRecipientsRefused, SMTPResponseException, SMTPNotSupportedError, ValueError) as erreur:
            journal.warning("Courriel refusé : %s", type(erreur).__name__)
            return _issue_du_refus(erreur)
        except OSError as erreur:
            remis = getattr(getattr(self._liaison, "connection", None), "remis", False)
            self._rompre()
            issue = self._constater_muet(erreur)
            return Issue.INCERTAINE if remis else issue
        return Issue.PARTIE

    def _ouvrir(self):
        if not self._ouverte:
            self._liaison.open()
            self._ouverte = True

    def _fermer(self):
        if self._ouverte:
            self._ouverte = False
            with suppress(OSError):  # prendre congé d'un serveur parti n'est pas un échec
                self._liaison.close()

    def _rompre(self):
        """Sans prendre congé : un serveur muet le ferait attendre."""
        self._ouverte = False
        for nom in ("connection", "_partial_connection"):  # Django tient à part celle dont le chiffrement a échoué
            if connexion := getattr(self._liaison, nom, None):
                connexion.close()
                setattr(self._liaison, nom, None)

    def _constater_muet(self, erreur):
        journal.warning("Courriel non parti : %s", type(erreur).__name__)
        self.muet = True
        return Issue.MUETTE


def _issue_du_refus(erreur):
    """Une adresse fausse ne se réessaie pas ; un refus passager (4xx), ou de notre expéditeur, se réessaie."""
    if isinstance(erreur, SMTPSenderRefused):
        return Issue.DIFFEREE
    if isinstance(erreur, SMTPRecipientsRefused):
        codes = [code for code, _ in erreur.recipients.values()]
    else:
        codes = [getattr(erreur, "smtp_code", 550)]
    return Issue.DIFFEREE if any(400 <= code < 500 for code in codes) else Issue.REFUSEE
