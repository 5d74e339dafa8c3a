"""Le formulaire « mot de passe oublié »."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.forms import PasswordResetForm
from django.utils.timezone import now

from reseau import expedition
from reseau.enums import GenrePli


class MotDePasseOublieForm(PasswordResetForm):
    def send_mail(self, subject_template_name, email_template_name, context, from_email, to_email, html_email_template_name=None):
        """Le même courriel que Django, inscrit puis expédié ; la réponse reste la même que le compte existe ou non."""
        perime_le = now() + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
        adresse = {"adresses": [to_email], "perime_le": perime_le}
        expedition.ecrire(GenrePli.MOT_DE_PASSE, "registration/password_reset", context, **adresse)
