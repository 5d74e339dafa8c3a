"""Chacun lit qui a ouvert ses comptes rendus et ses dossiers."""

from django.shortcuts import render

from reseau.acces import page
from reseau.lib.listes import page_de
from suivi.lecteurs import avec_visites, lectures


@page("journal.mes_lecteurs")
def mes_lecteurs(request):
    """Qui, quand, quelle visite ; jamais ce qui y est écrit."""
    page_obj = page_de(request, lectures(request.membre))
    contexte = {"page_obj": page_obj, "nombre": page_obj.paginator.count, "lectures": avec_visites(list(page_obj))}
    return render(request, "suivi/mes_lecteurs.html", contexte)
