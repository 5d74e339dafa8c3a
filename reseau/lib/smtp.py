"""Le serveur de courriel, tenu à des délais, et l'instant où un message lui est vraiment remis.

Deux choses manquent à celui de Django. Son délai vaut pour chaque octet attendu : un serveur qui en rend un toutes les
quatre secondes tiendrait des heures. Et, la liaison rompue, il ne dit pas si le message était déjà remis : le renvoyer alors
le ferait recevoir deux fois.
"""

import smtplib
from socket import SHUT_RDWR
from threading import Timer

from django.core.mail.backends import smtp

REPONSE = 10  # secondes laissées à une réponse, quel que soit son débit
REMISE = 20  # celles laissées au serveur pour accepter un message reçu tout entier : il peut l'analyser avant


class _Borne:
    remis = False  # le contenu du message en cours a commencé de partir
    _premier = True
    _delai = REPONSE

    def mail(self, *arguments, **mots):
        self.remis, self._premier = False, True
        return super().mail(*arguments, **mots)

    def rcpt(self, recip, options=()):
        """Le premier destinataire refusé, rien ne part : ses copies ne le remplacent pas."""
        code, reponse = super().rcpt(recip, options)
        premier, self._premier = self._premier, False
        if premier and code >= 400:
            self.rset()
            raise smtplib.SMTPRecipientsRefused({recip: (code, reponse)})
        return code, reponse

    def data(self, msg):
        self.remis, self._delai, ordinaire = True, REMISE, self.sock.gettimeout()
        self.sock.settimeout(REMISE)
        try:
            return super().data(msg)
        finally:
            self._delai = REPONSE
            if self.sock:
                self.sock.settimeout(ordinaire)

    def getreply(self):
        """Une réponse, ou `SMTPServerDisconnected` une fois le délai passé."""
        garde = Timer(self._delai, self._couper)
        garde.daemon = True
        garde.start()
        try:
            return super().getreply()
        finally:
            garde.cancel()

    def _couper(self):
        if self.sock:
            self.sock.shutdown(SHUT_RDWR)


class _SMTP(_Borne, smtplib.SMTP):
    pass


class _SMTPSSL(_Borne, smtplib.SMTP_SSL):
    pass


class EmailBackend(smtp.EmailBackend):
    """Celui de Django, ainsi borné ; `connection.remis` dit si le dernier message a commencé de partir."""

    @property
    def connection_class(self):
        return _SMTPSSL if self.use_ssl else _SMTP
