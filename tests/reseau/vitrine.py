"""Une vitrine pour les essais de gabarits : toutes les adresses du menu, et une demande sans rien en base."""

from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import include, path

from reseau.enums import Qualite
from reseau.models import Membre, Reseau, Utilisateur
from reseau.templatetags.navigation import MENU


def vue(request, **mots):
    return HttpResponse()


def application(nom):
    """Toutes les adresses du menu pour cette application, `/<réseau>/<nom>/`, l'accueil à la racine."""
    noms = {adresse.split(":")[1] for _, pages in MENU for _, adresse, _ in pages if adresse.startswith(f"{nom}:")}
    chemins = [path("" if page == "accueil" else f"{nom}/{page}/", vue, name=page) for page in sorted(noms)]
    if nom == "entreprises":
        chemins.append(path("entreprises/liste/<int:pk>/", vue, name="fiche"))
    return path("<slug:reseau>/", include((chemins, nom)))


urlpatterns = [
    *[application(nom) for nom in ("suivi", "visites", "entreprises", "reseau")],
    path("connexion/", vue, name="connexion"),
    path("deconnexion/", vue, name="deconnexion"),
    path("compte/securite/", vue, name="securite"),
    path("oublie/", vue, name="password_reset"),
    path("nouveau/<uidb64>/<token>/", vue, name="password_reset_confirm"),
]


def demande(adresse="/drac/", role=None, qualite=Qualite.AUCUN):
    """Requête d'un membre du réseau « drac », ou d'une personne sans compte si `role` est vide ; rien en base."""
    request = RequestFactory().get(adresse)
    request.user, request.membre = AnonymousUser(), None
    if role:
        request.user = Utilisateur(email="camille.aubrac@exemple.fr")
        reseau = Reseau(slug="drac", nom="Réseau du Drac", territoire="Drac", prefecture="Préfet du Drac")
        request.membre = Membre(reseau=reseau, prenom="Camille", nom="Aubrac", role=role, qualite=qualite)
    return request
