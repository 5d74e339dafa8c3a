"""Un serveur de courriel qui refuse les adresses d'entreprise."""

from smtplib import SMTPRecipientsRefused

from django.core.mail.backends import locmem


class EmailBackend(locmem.EmailBackend):
    def send_messages(self, messages):
        refuses = {adresse: (550, b"inconnu") for message in messages for adresse in message.to if "@scierie" in adresse}
        if refuses:
            raise SMTPRecipientsRefused(refuses)
        return super().send_messages(messages)
