"""Les tableaux de bord (annexes 2.4, 2.5 et 2.7) : sommaire, page, papier, classeur."""

from django.http import Http404

from reseau.acces import page


@page("tableaux.voir")
def tableaux(request):
    """Les tableaux permis à ce lecteur, et leurs chiffres-clés."""
    raise Http404


@page("tableaux.voir")
def tableau(request, code):
    raise Http404


@page("tableaux.exporter")
def tableau_pdf(request, code):
    raise Http404


@page("tableaux.exporter")
def tableau_xlsx(request, code):
    raise Http404
