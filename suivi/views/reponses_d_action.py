"""Répondre à une proposition d'action par le lien reçu : accepter, refuser, transmettre, sans se connecter."""

from django.db import transaction
from django.shortcuts import redirect, render
from django.utils.timezone import activate, localdate

from reseau.acces import par_lien
from reseau.lib.erreurs import tenter
from suivi import operations
from suivi.forms import Choix, ReponseAUneActionForm
from suivi.liens import VALIDITE, lire

JOUER = {
    ReponseAUneActionForm.ACCEPTER: operations.accepter,
    ReponseAUneActionForm.REFUSER: operations.refuser,
    ReponseAUneActionForm.TRANSMETTRE: operations.transmettre,
}


@par_lien("GET", "HEAD", "POST")
def repondre(request, jeton):
    """GET montre la proposition ; POST répond, une fois. Un lien qui a servi, ou périmé, le dit."""
    proposition = lire(jeton, localdate())
    if proposition is None:
        return render(request, "suivi/action_reponse_perimee.html", {"jours": VALIDITE.days}, status=410)
    action, membre = proposition
    activate(membre.reseau.fuseau)
    choix = Choix(membre, action.projet.visite.entreprise, localdate())
    form = ReponseAUneActionForm(request.POST or None, action=action, choix=choix)
    if form.is_valid() and tenter(form, _jouer, form, action, membre, request):
        return redirect("action-repondue")
    return render(request, "suivi/action_reponse.html", {"form": form, "action": action, "qui": membre})


@par_lien("GET", "HEAD")
def repondu(request):
    return render(request, "suivi/action_repondue.html")


@transaction.atomic
def _jouer(form, action, membre, request):
    JOUER[form.cleaned_data["reponse"]](action, par=membre, **form.arguments)
    operations.prevenir([action], par=membre, racine=request.build_absolute_uri("/"))
    return True
