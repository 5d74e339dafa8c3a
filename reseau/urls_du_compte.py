"""Retrouver son mot de passe : l'adresse de Django, son courriel par notre boîte d'envoi."""

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import PasswordResetView
from django.urls import path

from reseau.forms_de_compte import MotDePasseOublieForm

urlpatterns = [
    path("", login_not_required(PasswordResetView.as_view(form_class=MotDePasseOublieForm)), name="password_reset"),
]
