"""Aller chez le fournisseur d'identité, et en revenir."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import SuspiciousOperation
from django.http import Http404
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from mozilla_django_oidc.views import OIDCAuthenticationCallbackView, OIDCAuthenticationRequestView

from reseau import entrees, fournisseur

ABANDON = "Vous n’êtes pas entré. Réessayez, ou entrez avec votre mot de passe."


@login_not_required
@never_cache
@require_safe
def partir(request):
    """Mène chez le fournisseur, s'il répond ; sinon, le dit sur la page de connexion."""
    if not fournisseur.nom():
        raise Http404("Aucun fournisseur d’identité")
    if not fournisseur.repond():
        return _refuser(request, str(fournisseur.FournisseurMuet()))
    return OIDCAuthenticationRequestView.as_view()(request)


@method_decorator(login_not_required, name="dispatch")
@method_decorator(never_cache, name="dispatch")
class Retour(OIDCAuthenticationCallbackView):
    """Le retour : l'identité attestée suit le même chemin qu'un mot de passe juste, second facteur compris."""

    def get(self, request):
        if not fournisseur.nom():
            raise Http404("Aucun fournisseur d’identité")
        try:
            return super().get(request)
        except fournisseur.IdentiteRefusee as refus:
            return _refuser(request, str(refus))
        except SuspiciousOperation:  # un état inconnu : page rouverte, témoin perdu, ou lien forgé
            return _refuser(request, ABANDON)

    def login_failure(self):
        return _refuser(self.request, ABANDON)

    def login_success(self):
        suite = self.request.session.pop("oidc_login_next", None) or ""
        return entrees.entrer(self.request, self.user, suite)


def _refuser(request, raison):
    messages.error(request, raison)
    return redirect("connexion")
