"""Le fil d'une action et ses pièces jointes : un mot, un fichier."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render

from entreprises.forms import DocumentForm
from reseau.acces import formulaire
from reseau.lib.erreurs import tenter
from suivi import operations
from suivi.forms import MessageForm
from suivi.models import Action

FIL = "#fil"


@formulaire("actions.discuter", lit=Action)
def message(request, pk):
    """Ajoute un message au fil."""
    action = _action(request, pk)
    form = MessageForm(request.POST or None)
    if form.is_valid() and tenter(form, operations.ecrire_un_message, action, par=request.membre, **form.cleaned_data):
        return redirect(action.get_absolute_url() + FIL)
    return _montrer(request, form, action, "Écrire au fil de l’action")


@formulaire("actions.discuter", lit=Action)
def piece(request, pk):
    """Joint un document, qui est aussi celui de l'entreprise."""
    action = _action(request, pk)
    form = DocumentForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        recu = form.cleaned_data["fichier"]
        if tenter(form, operations.joindre_a_l_action, action, nom=recu.name, octets=recu.read(), par=request.membre):
            messages.success(request, "La pièce est jointe ; elle se lit aussi parmi les documents de l’entreprise.")
            return redirect(action)
    return _montrer(request, form, action, "Joindre une pièce")


def _montrer(request, form, action, intitule):
    contexte = {"form": form, "action": action, "intitule": intitule, "retour": ""}
    return render(request, "suivi/action_geste.html", contexte)


def _action(request, pk):
    return get_object_or_404(Action.objects.visibles_par(request.membre).avec_noms(), pk=pk)
