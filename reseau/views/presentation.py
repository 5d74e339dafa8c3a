"""Ce que le réseau montre de lui : sa page publique et ses couleurs, le réglage de l'une et des autres."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate

from reseau import operations
from reseau.acces import formulaire, page, publique
from reseau.forms_de_presentation import PresentationForm
from reseau.lib.couleurs import feuille_de_couleur
from reseau.lib.erreurs import tenter
from reseau.lib.reponses import fichier
from reseau.models import Institution, LogoDInstitution, Presentation
from reseau.presentation import TEXTES, mots_a_eviter, presentation_de, texte, vitrine
from reseau.supports import imprimer_plaquette

UNE_HEURE = "public, max-age=3600"


@publique("GET", "HEAD")
def presentation(request):
    """La page publique : le réseau, ses institutions, ceux qui acceptent d'y paraître, et comment demander une visite."""
    presentation = presentation_de(request.reseau)
    contexte = {"reseau": request.reseau, "presentation": presentation, "vitrine": vitrine(presentation, localdate())}
    return render(request, "reseau/presentation.html", contexte)


@publique("GET", "HEAD")
def couleurs(request):
    """La feuille de style du réseau : sa couleur, en variables."""
    feuille = feuille_de_couleur(presentation_de(request.reseau).couleur)
    return HttpResponse(feuille, content_type="text/css; charset=utf-8")


@publique("GET", "HEAD")
def logo(request):
    """Le logo du réseau, sur sa page publique."""
    if not request.reseau.logo:
        raise Http404("Pas de logo")
    return _image(request.reseau.logo)


@publique("GET", "HEAD")
def logo_d_institution(request, pk):
    """Le logo d'une institution encore membre du réseau."""
    institutions = Institution.objects.filter(reseau=request.reseau).ouvertes(localdate())
    return _image(get_object_or_404(LogoDInstitution, institution__in=institutions, institution=pk).image)


@formulaire("parametres.gerer")
def reglages(request):
    """La couleur du réseau, ses textes, et l'ouverture de sa page publique."""
    le, presentation = localdate(), presentation_de(request.reseau)
    # Une autre instance que celle du formulaire : une saisie refusée ne s'écrit pas dans le reste de la page.
    form = PresentationForm(request.POST or None, instance=Presentation.objects.de(request.reseau), reseau=request.reseau)
    operation = operations.regler_la_presentation
    if form.is_valid() and tenter(form, operation, form.save(commit=False), par=request.membre, le=le):
        messages.success(request, "La présentation du réseau est enregistrée.")
        return redirect("reseau:parametres-presentation", request.reseau.slug)
    montre = vitrine(presentation, le)
    contexte = {
        "form": form,
        "presentation": presentation,
        "membres": montre.membres,
        "a_relire": mots_a_eviter(*(texte(presentation, nom) for nom in TEXTES), *(m.competence for m in montre.membres)),
    }
    return render(request, "reseau/reseau_presentation.html", contexte)


@page("annuaire.voir")
def plaquette(request):
    """La plaquette en trois volets, tirée de l'annuaire d'aujourd'hui."""
    presentation = presentation_de(request.reseau)
    chemin = reverse("reseau:presentation", args=[request.reseau.slug])
    adresse = request.build_absolute_uri(chemin) if presentation.ouverte else ""
    pdf = imprimer_plaquette(presentation, le=localdate(), adresse=adresse)
    return fichier(pdf, f"plaquette-{request.reseau.slug}", "pdf", en_ligne=True)


def _image(octets):
    response = HttpResponse(bytes(octets), content_type="image/jpeg")
    response.headers["Cache-Control"] = UNE_HEURE
    return response
