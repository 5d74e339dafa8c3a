"""Le journal de lecture : tout pour l'animateur, le sien pour un développeur ; des numéros, jamais de contenu."""

from django.shortcuts import render

from reseau.acces import page
from reseau.droits import TOUT, portee
from reseau.filters import JournalFilter
from reseau.lib.listes import page_de
from reseau.models import Journal, Membre


@page("journal.voir")
def journal(request):
    """Les lignes du journal que ce membre peut lire, filtrées et paginées."""
    tout = portee(request.membre, "journal.voir") is TOUT
    personnes = Membre.objects.visibles_par(request.membre) if tout else None
    lignes = Journal.objects.visibles_par(request.membre, tout).avec_noms()
    filtre = JournalFilter(request.GET, lignes, personnes=personnes)
    page_obj = page_de(request, filtre.qs)
    contexte = {"filter": filtre, "page_obj": page_obj, "nombre": page_obj.paginator.count, "tout": tout}
    return render(request, "reseau/journal_liste.html", contexte)
