"""Mes sessions : où l'on est entré, et fermer ce qui n'a pas à rester ouvert."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_POST, require_safe

from reseau import sessions
from reseau.lib.listes import page_de


@require_safe
def mes_sessions(request):
    """Une ligne par appareil, celui-ci d'abord."""
    lignes = sessions.ouvertes(request.user, courante=request.session.session_key, instant=now())
    return render(request, "reseau/sessions.html", {"page_obj": page_de(request, lignes), "autres": len(lignes) - 1})


@require_POST
def fermer(request, reference):
    """Ferme une autre session ; celle-ci se ferme par « Se déconnecter »."""
    if reference == sessions.reference(request.session.session_key):
        messages.info(request, "C’est la session d’ici : pour la fermer, déconnectez-vous.")
    elif sessions.fermer_celle(request.user, reference):
        messages.success(request, "Cette session est fermée : cet appareil devra s’identifier de nouveau.")
    else:
        messages.info(request, "Cette session était déjà fermée.")
    return redirect("sessions")


@require_POST
def fermer_les_autres(request):
    """Ne laisse ouverte que celle d'où l'on parle."""
    nombre = sessions.fermer(request.user, sauf=request.session.session_key)
    dit = {0: "Il n’y en avait pas d’autre", 1: "Une session est fermée"}.get(nombre, f"{nombre} sessions sont fermées")
    messages.success(request, f"{dit}. Celle-ci reste ouverte.")
    return redirect("sessions")
