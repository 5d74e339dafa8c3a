"""Le formulaire « mot de passe oublié »."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.forms import PasswordResetForm
from django.utils.timezone import now

from reseau import expedition
from reseau.enums import GenrePli


class MotDePasseOublieForm(PasswordResetForm):
    def send_mail(self, objet, corps, contexte, expediteur, destinataire, html=None):
        """Le même courriel que Django, inscrit puis expédié ; la réponse reste la même que le compte existe ou non."""
        perime_le = now() + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
        adresse = {"adresses": [destinataire], "perime_le": perime_le}
        expedition.ecrire(GenrePli.MOT_DE_PASSE, "registration/password_reset", contexte, **adresse)
