"""Adresses : la connexion d'abord, puis `/<réseau>/…`, les quatre applications nommées par chaînes."""

from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path

RESEAU = [
    path("", include("suivi.urls")),
    path("", include("visites.urls")),
    path("", include("entreprises.urls")),
]

urlpatterns = [
    path("", include("reseau.urls_racine")),
    path("connexion/", auth.LoginView.as_view(redirect_authenticated_user=True), name="connexion"),
    path("deconnexion/", auth.LogoutView.as_view(), name="deconnexion"),
    path("mot-de-passe/changer/", auth.PasswordChangeView.as_view(), name="password_change"),
    path("mot-de-passe/change/", auth.PasswordChangeDoneView.as_view(), name="password_change_done"),
    path("mot-de-passe/oublie/", login_not_required(auth.PasswordResetView.as_view()), name="password_reset"),
    path("mot-de-passe/envoye/", login_not_required(auth.PasswordResetDoneView.as_view()), name="password_reset_done"),
    path(
        "mot-de-passe/<uidb64>/<token>/",
        login_not_required(auth.PasswordResetConfirmView.as_view()),
        name="password_reset_confirm",
    ),
    path(
        "mot-de-passe/fait/",
        login_not_required(auth.PasswordResetCompleteView.as_view()),
        name="password_reset_complete",
    ),
    path("", include("visites.urls_racine")),
    path("", include("suivi.urls_racine")),
    path("<slug:reseau>/", include(RESEAU)),
]
