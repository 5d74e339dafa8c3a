"""Le journal des contacts d'une entreprise : le lire, y noter un contact ; « ne plus solliciter jusqu'au »."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate

from entreprises.forms import ProtectionForm, SollicitationForm
from entreprises.models import Entreprise, Sollicitation
from entreprises.operations import sollicitations as operations
from entreprises.reunies import trouver
from reseau.acces import exiger, formulaire, geste, page
from reseau.droits import TOUT, autorise, portee
from reseau.enums import Geste
from reseau.lib.erreurs import tenter
from reseau.lib.listes import page_de
from reseau.operations import noter

TROUVEES = 10


@page("sollicitations.voir")
def liste(request, pk):
    """L’onglet « Sollicitations » : qui a joint l'entreprise, quand, à quel sujet ; la saisie est en tête."""
    entreprise = _entreprise(request, pk)
    return _journal(request, entreprise, SollicitationForm(membre=request.membre, le=localdate()))


@formulaire("sollicitations.saisir")
def ajouter(request, pk):
    entreprise, le = _entreprise(request, pk), localdate()
    nouvelle = Sollicitation(reseau=request.reseau, entreprise=entreprise, membre=request.membre)
    form = SollicitationForm(request.POST or None, instance=nouvelle, membre=request.membre, le=le)
    if form.is_valid() and tenter(form, operations.noter_sollicitation, nouvelle, par=request.membre, le=le):
        messages.success(request, "Le contact est noté.")
        return redirect("entreprises:sollicitations", request.reseau.slug, entreprise.pk)
    return _journal(request, entreprise, form)


@formulaire("sollicitations.corriger", lit=Sollicitation)
def modifier(request, pk):
    sollicitation = _sollicitation(request, pk)
    form = SollicitationForm(request.POST or None, instance=sollicitation, membre=request.membre, le=localdate())
    operation = operations.noter_sollicitation
    if form.is_valid() and tenter(form, operation, sollicitation, par=request.membre, le=localdate()):
        messages.success(request, "Le contact est corrigé.")
        return redirect("entreprises:sollicitations", request.reseau.slug, sollicitation.entreprise_id)
    contexte = {"form": form, "sollicitation": sollicitation, "entreprise": sollicitation.entreprise}
    return render(request, "entreprises/sollicitation_form.html", contexte)


@geste("sollicitations.corriger")
def supprimer(request, pk):
    sollicitation = _sollicitation(request, pk)
    operations.effacer_sollicitation(sollicitation, par=request.membre)
    messages.success(request, "Le contact est effacé du journal.")
    return redirect("entreprises:sollicitations", request.reseau.slug, sollicitation.entreprise_id)


@page("sollicitations.saisir")
def chercher(request):
    """« Noter un contact » sans être sur une fiche : on cherche l'entreprise, sa saisie s'ouvre."""
    texte = request.GET.get("q", "").strip()[:100]
    visibles = Entreprise.objects.visibles_par(request.membre).avec_references()
    trouvees = list(visibles.cherche(texte)[: TROUVEES + 1]) if texte else []
    contexte = {"q": texte, "trouvees": trouvees[:TROUVEES], "davantage": len(trouvees) > TROUVEES}
    return render(request, "entreprises/sollicitation_chercher.html", contexte)


@formulaire("entreprises.modifier", lit=Entreprise)
def proteger(request, pk):
    """Met l'entreprise à l'abri jusqu'à une date, ou (`lever`) lève l'interdiction."""
    entreprise, le = _entreprise(request, pk), localdate()
    if "lever" in request.POST:
        operations.lever_la_protection(entreprise, par=request.membre)
        messages.success(request, "L’entreprise se laisse de nouveau solliciter.")
        return redirect(entreprise)
    initial = {"jusqu_au": entreprise.ne_plus_solliciter_jusqu_au, "motif": entreprise.ne_plus_solliciter_motif}
    form = ProtectionForm(request.POST or None, initial=initial, le=le)
    if form.is_valid() and tenter(form, operations.proteger, entreprise, **form.cleaned_data, par=request.membre, le=le):
        messages.success(request, "Aucune visite ne se programmera d’ici là.")
        return redirect(entreprise)
    return render(request, "entreprises/entreprise_proteger.html", {"form": form, "entreprise": entreprise})


def _entreprise(request, pk):
    return trouver(Entreprise.objects.visibles_par(request.membre).avec_references(), pk)


def _sollicitation(request, pk):
    """Une ligne du journal que ce membre peut corriger : la sienne, ou celle de son institution."""
    visibles = Sollicitation.objects.visibles_par(request.membre, Entreprise.objects.visibles_par(request.membre).values("pk"))
    sollicitation = get_object_or_404(visibles.select_related("entreprise__reseau", "institution", "membre"), pk=pk)
    exiger(request.membre, "sollicitations.corriger", *_auteurs(sollicitation, request.membre))
    return sollicitation


def _auteurs(sollicitation, membre):
    """Ceux à qui la ligne appartient : son auteur, et l'institution dont elle dit un contact."""
    de_la_maison = sollicitation.institution_id == membre.institution_id
    return [sollicitation.membre, *([membre] if de_la_maison else [])]


def _journal(request, entreprise, form):
    lignes = entreprise.sollicitations.select_related("institution", "membre__institution")
    page_obj = page_de(request, lignes)
    for ligne in page_obj:
        ligne.corrigeable = autorise(request.membre, "sollicitations.corriger", *_auteurs(ligne, request.membre))
    if request.method == "GET":
        noter(request.membre, Geste.LECTURE, entreprise, precision="journal des contacts")
    contexte = {
        "entreprise": entreprise,
        "form": form,
        "page_obj": page_obj,
        "peut_corriger": any(ligne.corrigeable for ligne in page_obj),
        "peut_proteger": portee(request.membre, "entreprises.modifier") is TOUT,
        "visible": (jour := entreprise.ne_plus_solliciter_jusqu_au) and jour >= localdate(),
    }
    return render(request, "entreprises/sollicitation_liste.html", contexte)
