"""Répondre à sa convocation depuis le courriel, sans compte : le lien signé dit qui et où."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate, override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reseau import operations
from reseau.enums import EtatPresence
from reseau.lib.erreurs import tenter
from reseau.lib.limite import depasse
from reseau.lib.reponses import muette
from suivi.convocations import est_attendu, trouver
from suivi.forms import ReponseALaConvocationForm

REPONSES_PAR_HEURE = 60
HEURE = 3600
TROP = "Trop d’essais : réessayez dans une heure."


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def repondre(request, jeton):
    """GET montre la réunion et la réponse choisie dans le courriel (les messageries ouvrent les liens) ; POST l'enregistre.

    404 si le lien est inventé, 410 si l'on n'a plus à répondre, 429 si l'on insiste.
    """
    presence = trouver(jeton)
    if presence is None:
        return muette(render(request, "suivi/convocation_perimee.html", {"reunion": None}, status=404))
    with override(presence.reunion.reseau.fuseau):
        le = localdate()
        if not presence.reunion.ouverte or presence.membre.est_parti(le) or not est_attendu(presence.membre, presence.reunion):
            return muette(render(request, "suivi/convocation_perimee.html", {"reunion": presence.reunion}, status=410))
        if depasse(f"reponse:{presence.pk}", REPONSES_PAR_HEURE, HEURE):
            return muette(HttpResponse(TROP, status=429, content_type="text/plain; charset=utf-8"))
        return muette(_repondre(request, presence))


def _repondre(request, presence):
    choisie = request.GET.get("r") if request.GET.get("r") in EtatPresence.values else presence.reponse
    montree = f"{presence.reunion.le} {presence.reunion.heure:%H:%M}"
    form = ReponseALaConvocationForm(request.POST or None, initial={"reponse": choisie, "remplacant": presence.remplacant})
    change = request.method == "POST" and request.POST.get("montree") != montree
    if not change and form.is_valid() and tenter(form, _enregistrer, presence, form.cleaned_data):
        return redirect(f"{request.path}?fait=oui")
    contexte = {"presence": presence, "reunion": presence.reunion, "form": form, "montree": montree, "change": change}
    contexte["fait"] = "fait" in request.GET and bool(presence.reponse)
    return render(request, "suivi/convocation.html", contexte)


def _enregistrer(presence, reponse):
    operations.repondre(presence.reunion, **reponse, par=presence.membre)
