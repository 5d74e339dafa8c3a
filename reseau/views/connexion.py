"""Les vues d'identification de Django, là où l'outil en demande plus : essais bornés, second facteur, sessions fermées."""

from functools import partial

from django.contrib.auth import views
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.utils.decorators import method_decorator

from reseau import entrees, fournisseur, seconds_facteurs, sessions
from reseau.essais import Porte, TropDEssais, compter, exiger_ouverte, oublier
from reseau.forms_de_compte import ChangementForm, ConnexionForm, MotDePasseOublieForm, statut
from reseau.lib.apres import RedirectionPuis


class Connexion(views.LoginView):
    """Courriel et mot de passe ; les autres portes s'ouvrent d'ici."""

    redirect_authenticated_user = True
    form_class = ConnexionForm

    def form_valid(self, form):
        return entrees.entrer(self.request, form.get_user(), self.get_redirect_url())

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=statut(form))

    def get_context_data(self, **mots):
        return super().get_context_data(**mots) | {"fournisseur": fournisseur.nom()}


class Deconnexion(views.LogoutView):
    """Ferme la session ici et, si l'on est entré par lui, chez le fournisseur d'identité."""

    def post(self, request, *arguments, **mots):
        dehors = fournisseur.adresse_de_sortie(request)
        response = super().post(request, *arguments, **mots)
        if dehors:
            response["Location"] = dehors
        return response


class MotDePasseChange(views.PasswordChangeView):
    """Le changer ferme les autres sessions, et s'écrit à la personne."""

    form_class = ChangementForm

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"request": self.request}

    def form_valid(self, form):
        response = super().form_valid(form)
        sessions.fermer(self.request.user, sauf=self.request.session.session_key)
        fait = "Le mot de passe de votre compte a été changé"
        seconds_facteurs.prevenir(self.request.user, fait, racine=self.request.build_absolute_uri("/"))
        return response

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=statut(form))


class MotDePasseOublie(views.PasswordResetView):
    """La réponse part avant que l'on ait cherché le compte : sa durée n'en dit rien."""

    form_class = MotDePasseOublieForm

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"request": self.request}

    def form_valid(self, form):
        options = {"use_https": self.request.is_secure(), "request": self.request}
        return RedirectionPuis(self.get_success_url(), partial(form.save, **options))

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=statut(form))


@method_decorator(login_not_required, name="dispatch")
class MotDePasseChoisi(views.PasswordResetConfirmView):
    """Choisir son mot de passe, invité ou oublieux : un lien faux compte comme un essai, un mot de passe neuf ferme tout."""

    def dispatch(self, *arguments, **mots):
        try:
            exiger_ouverte(Porte.INVITATION, self.request, mots["uidb64"])
            response = super().dispatch(*arguments, **mots)
            if not self.validlink and response.status_code != 302:
                compter(Porte.INVITATION, self.request, mots["uidb64"])
        except TropDEssais as erreur:
            return trop(self.request, erreur)
        return response

    def form_valid(self, form):
        sessions.fermer(self.user)
        oublier(Porte.MOT_DE_PASSE, self.user.email)
        return super().form_valid(form)

    def get_context_data(self, **mots):
        invite = self.user if self.validlink and self.user.last_login is None else None
        return super().get_context_data(**mots) | {"invite": invite}


def trop(request, erreur):
    """La page de qui a trop essayé (429)."""
    return render(request, "registration/trop.html", {"raison": erreur.message}, status=429)
