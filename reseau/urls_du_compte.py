"""Entrer, et ce qui protège un compte : hors de tout réseau."""

from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_not_required
from django.urls import path

from reseau.views import connexion, fournisseur, lien, second_facteur, sessions

urlpatterns = [
    path("connexion/", connexion.Connexion.as_view(), name="connexion"),
    path("connexion/code/", second_facteur.code, name="code"),
    path("connexion/lien/", lien.demander, name="lien"),
    path("connexion/lien/envoye/", lien.envoye, name="lien-envoye"),
    path("connexion/lien/<str:jeton>/", lien.ouvrir, name="lien-ouvrir"),
    path("connexion/fournisseur/", fournisseur.partir, name="fournisseur"),
    path("connexion/fournisseur/retour/", fournisseur.Retour.as_view(), name="oidc_authentication_callback"),
    path("deconnexion/", connexion.Deconnexion.as_view(), name="deconnexion"),
    path("compte/securite/", second_facteur.securite, name="securite"),
    path("compte/second-facteur/exige/", second_facteur.exige, name="second-facteur-exige"),
    path("compte/second-facteur/activer/", second_facteur.activer, name="second-facteur-activer"),
    path("compte/second-facteur/confirmer/", second_facteur.confirmer, name="second-facteur-confirmer"),
    path("compte/second-facteur/codes/", second_facteur.renouveler, name="second-facteur-codes"),
    path("compte/second-facteur/retirer/", second_facteur.retirer, name="second-facteur-retirer"),
    path("compte/sessions/", sessions.mes_sessions, name="sessions"),
    path("compte/sessions/fermer-les-autres/", sessions.fermer_les_autres, name="sessions-fermer"),
    path("compte/sessions/<slug:reference>/fermer/", sessions.fermer, name="session-fermer"),
    path("mot-de-passe/changer/", connexion.MotDePasseChange.as_view(), name="password_change"),
    path("mot-de-passe/change/", auth.PasswordChangeDoneView.as_view(), name="password_change_done"),
    path("mot-de-passe/oublie/", connexion.MotDePasseOublie.as_view(), name="password_reset"),
    path("mot-de-passe/envoye/", login_not_required(auth.PasswordResetDoneView.as_view()), name="password_reset_done"),
    path("mot-de-passe/<uidb64>/<token>/", connexion.MotDePasseChoisi.as_view(), name="password_reset_confirm"),
    path("mot-de-passe/fait/", login_not_required(auth.PasswordResetCompleteView.as_view()), name="password_reset_complete"),
]
