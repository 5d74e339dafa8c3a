"""Les institutions du réseau : liste, création, modification."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.templatetags.static import static
from django.utils.timezone import localdate

from reseau import operations
from reseau.acces import formulaire, page
from reseau.filters import InstitutionFilter
from reseau.forms import InstitutionForm
from reseau.lib.erreurs import tenter
from reseau.lib.listes import ordre, page_de
from reseau.models import Institution, LogoDInstitution

TRIS = {"pole": ["pole", "sigle", "pk"], "sigle": ["sigle", "pk"], "cercle": ["cercle", "sigle", "pk"]}


@page("annuaire.voir")
def institutions(request):
    """Les institutions du réseau et leur nombre de membres actifs."""
    le = localdate()
    du_reseau = Institution.objects.visibles_par(request.membre).select_related("successeur")
    filtre = InstitutionFilter(request.GET, du_reseau.avec_nb_membres(le), le=le)
    page_obj = page_de(request, filtre.qs.order_by(*ordre(request, TRIS, "pole")))
    contexte = {"filter": filtre, "page_obj": page_obj, "nombre": page_obj.paginator.count}
    return render(request, "reseau/institution_liste.html", contexte)


@formulaire("annuaire.gerer")
def creer(request):
    """Ajoute une institution au réseau."""
    nouvelle = Institution(reseau=request.reseau)
    form = InstitutionForm(request.POST or None, request.FILES or None, instance=nouvelle, par=request.membre)
    if form.is_valid() and tenter(form, operations.ajouter_institution, form.instance, logo=form.logo, par=request.membre):
        messages.success(request, f"{form.instance} est dans le réseau.")
        return redirect("reseau:institutions", request.reseau.slug)
    return render(request, "reseau/institution_form.html", {"form": form, "titre": "Ajouter une institution"})


@formulaire("annuaire.gerer")
def modifier(request, pk):
    """Modifie une institution, ou note qu'elle quitte le réseau."""
    institution = get_object_or_404(Institution.objects.visibles_par(request.membre), pk=pk)
    titre = f"Modifier {institution}"
    form = InstitutionForm(request.POST or None, request.FILES or None, instance=institution, par=request.membre)
    if form.is_valid() and tenter(form, operations.modifier_institution, form.instance, logo=form.logo, par=request.membre):
        messages.success(request, f"{form.instance} est à jour.")
        return redirect("reseau:institutions", request.reseau.slug)
    return render(request, "reseau/institution_form.html", {"form": form, "titre": titre})


@page("annuaire.voir")
def logo(request, pk):
    """Le logo d'une institution ; sans logo, l'emblème de l'onglet du navigateur."""
    institution = get_object_or_404(Institution.objects.visibles_par(request.membre), pk=pk)
    logo = LogoDInstitution.objects.filter(institution=institution).first()
    if logo is None:
        return redirect(static("dsfr/dist/favicon/favicon.svg"))
    return HttpResponse(bytes(logo.image), content_type="image/jpeg")
