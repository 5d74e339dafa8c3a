"""L'assistant de départ : en un écran, ce que laisse un membre, et à qui on le confie."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate

from reseau.acces import formulaire
from reseau.lib.erreurs import tenter
from reseau.models import Membre
from reseau.templatetags.affichage import pluriel_fr
from suivi import operations
from suivi.departs import ACCOMPAGNEMENT, ACTION, FICHE, PROJET, VISITE, legs
from suivi.forms.departs import DepartForm

MOTS = {
    VISITE: "visite,visites",
    ACCOMPAGNEMENT: "accompagnement,accompagnements",
    ACTION: "action,actions",
    PROJET: "projet,projets",
    FICHE: "fiche,fiches",
}


@formulaire("membres.gerer")
def redistribuer(request, pk):
    """Montre ce qu'il laisse, chaque chose avec quelqu'un de proposé ; joue tout d'un coup."""
    fiche, le = _fiche(request, pk), localdate()
    parti_le = fiche.parti_le
    form = DepartForm(request.POST or None, laisses=legs(fiche, request.membre, le), partant=fiche)
    if form.is_valid() and (faite := tenter(form, _jouer, form, fiche, request, le)):
        if fiche.parti_le != parti_le:
            messages.success(request, f"Le départ de {fiche} est noté.")
        _dire(request, fiche, faite)
        if fiche == request.membre and fiche.est_parti(le):
            return redirect("reseau:choix")
        return redirect("suivi:depart", request.reseau.slug, fiche.pk)
    return render(request, "suivi/depart.html", {"form": form, "fiche": fiche, "le": le})


def _jouer(form, fiche, request, le):
    donnees, par = form.cleaned_data, request.membre
    mots = {"parti_le": donnees["parti_le"], "malgre_concurrence": donnees["malgre_concurrence"]}
    faite = operations.redistribuer(fiche, form.choix, par=par, le=le, **mots)
    operations.prevenir(faite.actions, par=par, racine=request.build_absolute_uri("/"))
    return faite


def _dire(request, fiche, faite):
    dits = [pluriel_fr(nombre, MOTS[genre]) for genre, nombre in faite.faits.items()]
    if dits:
        messages.success(request, f"Redistribué : {', '.join(dits)}. Ce que {fiche} a fait reste à son nom.")
    if faite.deja:
        messages.info(request, f"{pluriel_fr(faite.deja, 'chose,choses')} déjà en d’autres mains : rien n’y a changé.")
    if not dits and not faite.deja:
        messages.info(request, "Rien n’a changé de mains.")


def _fiche(request, pk):
    """La fiche, si elle est du réseau (404) et si ce membre peut y toucher (403)."""
    membres = Membre.objects.visibles_par(request.membre).select_related("utilisateur", "reseau")
    fiche = get_object_or_404(membres, pk=pk)
    if not request.membre.peut_gerer(fiche):
        raise PermissionDenied
    return fiche
