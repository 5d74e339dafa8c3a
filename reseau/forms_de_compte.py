"""Les formulaires des portes : mot de passe, code, lien, mot de passe oublié. Chacun compte ses essais."""

from datetime import timedelta

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, PasswordResetForm
from django.core.exceptions import ValidationError
from django.utils.timezone import now

from reseau import expedition, seconds_facteurs
from reseau.enums import GenrePli
from reseau.essais import TROP, Porte, compter, essai
from reseau.lib.formulaires import Formulaire

MAUVAIS_MOT_DE_PASSE = "Ce n’est pas votre mot de passe."
MAUVAIS_CODE = "Ce code n’est pas le bon, ou il a déjà servi."


def statut(form):
    """429 si la borne des essais est atteinte, 200 sinon : ce que répond la page qui montre ce formulaire."""
    lie = form.is_bound and any(form.has_error(champ, TROP) for champ in form.errors)
    return 429 if lie else 200


class ConnexionForm(AuthenticationForm):
    """Courriel et mot de passe ; le même message que le compte existe ou non."""

    error_messages = {
        "invalid_login": "Courriel ou mot de passe inexact. Le mot de passe distingue majuscules et minuscules.",
        "inactive": "Courriel ou mot de passe inexact. Le mot de passe distingue majuscules et minuscules.",
    }

    def clean(self):
        compte = self.cleaned_data.get("username")
        if not compte or not self.cleaned_data.get("password"):
            return self.cleaned_data
        with essai(Porte.MOT_DE_PASSE, self.request, compte):
            return super().clean()


class MotDePasseForm(Formulaire):
    """Le mot de passe redemandé avant de changer ce qui protège le compte."""

    mot_de_passe = forms.CharField(
        label="Votre mot de passe",
        help_text="Redemandé pour que personne ne le fasse à votre place, devant un poste laissé ouvert.",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args, request, **kwargs):
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_mot_de_passe(self):
        saisi, utilisateur = self.cleaned_data["mot_de_passe"], self.request.user
        with essai(Porte.MOT_DE_PASSE, self.request, utilisateur.email):
            if not utilisateur.check_password(saisi):
                raise ValidationError(MAUVAIS_MOT_DE_PASSE)
        return saisi


class ChangementForm(PasswordChangeForm):
    """Le mot de passe actuel, dont les essais se comptent aussi, et le nouveau."""

    def __init__(self, user, *args, request, **kwargs):
        super().__init__(user, *args, **kwargs)
        self.request = request

    def clean_old_password(self):
        with essai(Porte.MOT_DE_PASSE, self.request, self.user.email):
            return super().clean_old_password()


class CodeForm(Formulaire):
    """Le code que montre l'application."""

    code = forms.CharField(
        label="Code à six chiffres",
        help_text="Celui que montre votre application en ce moment.",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
    )

    def __init__(self, *args, request, utilisateur, **kwargs):
        super().__init__(*args, **kwargs)
        self.request, self.utilisateur, self.appareil = request, utilisateur, None

    def clean_code(self):
        saisi = self.cleaned_data["code"]
        with essai(Porte.CODE, self.request, str(self.utilisateur.pk)):
            if not self.reconnaitre(saisi):
                raise ValidationError(MAUVAIS_CODE)
        return saisi

    def reconnaitre(self, saisi):
        self.appareil = seconds_facteurs.verifier(self.utilisateur, saisi)
        return self.appareil


class CodeDeSecoursForm(CodeForm):
    """L'un des codes de secours, à la place."""

    code = forms.CharField(
        label="Code de secours",
        help_text="Douze signes, par exemple k7mf-2qzx-9abd. Il ne sert qu’une fois.",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "autofocus": True}),
    )


class PremierCodeForm(CodeForm):
    """Le premier code d'une application qui s'enregistre ; `secours` : les codes de secours tirés alors."""

    def __init__(self, *args, appareil, **kwargs):
        super().__init__(*args, utilisateur=appareil.user, **kwargs)
        self.en_preparation, self.secours = appareil, None

    def reconnaitre(self, saisi):
        self.secours = seconds_facteurs.activer(self.en_preparation, saisi)
        return self.secours


class LienForm(Formulaire):
    """Le courriel où envoyer un lien pour entrer ; rien n'y dit s'il est connu."""

    email = forms.EmailField(label="Courriel", widget=forms.EmailInput(attrs={"autocomplete": "email"}))

    def __init__(self, *args, request, **kwargs):
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_email(self):
        compter(Porte.LIEN, self.request, self.cleaned_data["email"])
        return self.cleaned_data["email"]


class MotDePasseOublieForm(PasswordResetForm):
    def __init__(self, *args, request=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_email(self):
        compter(Porte.OUBLI, self.request, self.cleaned_data["email"])
        return self.cleaned_data["email"]

    def send_mail(self, subject_template_name, email_template_name, context, from_email, to_email, html_email_template_name=None):
        """Le même courriel que Django, inscrit puis expédié ; la réponse reste la même que le compte existe ou non."""
        perime_le = now() + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
        adresse = {"adresses": [to_email], "perime_le": perime_le}
        expedition.ecrire(GenrePli.MOT_DE_PASSE, "registration/password_reset", context, **adresse)
