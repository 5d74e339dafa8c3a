"""Les demandes de visite reçues par le réseau : la liste, la page de chacune, ce qu'on en fait."""

from django.contrib import messages
from django.db.models import Case, When
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate

from reseau.acces import formulaire, geste, page
from reseau.enums import Geste
from reseau.lib.erreurs import tenter
from reseau.operations import noter
from reseau.presentation import presentation_de
from visites import demandes as operations
from visites.enums import EtatDemande
from visites.filters import DemandeFilter
from visites.forms import AcceptationForm, DeclinForm
from visites.listes import paginer
from visites.models import DemandeDeVisite

TRIS = {"entreprise": ["raison_sociale"], "recue": ["confirmee_le"]}
A_TRAITER_D_ABORD = [Case(When(etat=EtatDemande.A_TRAITER, then=0), default=1), "-confirmee_le"]
TEXTE_MAX = 100


@page("demandes.traiter")
def liste(request):
    """Les demandes confirmées, celles qui attendent en tête."""
    visibles = DemandeDeVisite.objects.visibles_par(request.membre).avec_noms()
    filtre = DemandeFilter(request.GET, queryset=visibles, request=request)
    page_obj = paginer(request, filtre.qs, TRIS, A_TRAITER_D_ABORD)
    contexte = {
        "filter": filtre,
        "page_obj": page_obj,
        "nombre": page_obj.paginator.count,
        "ouverte": presentation_de(request.reseau).ouverte,
    }
    return render(request, "visites/demande_liste.html", contexte)


@page("demandes.traiter")
def demande(request, pk):
    """Une demande : qui, quoi, et où elle en est."""
    demande = _trouver(request, pk)
    noter(request.membre, Geste.LECTURE, demande)
    return render(request, "visites/demande_fiche.html", {"demande": demande})


@formulaire("demandes.traiter", lit=DemandeDeVisite)
def accepter(request, pk):
    """La rattacher à une entreprise du réseau, ou créer sa fiche, et l'inscrire à visiter."""
    demande, texte = _trouver(request, pk), request.GET.get("q", "").strip()[:TEXTE_MAX]
    candidates = operations.candidates(demande, request.membre, texte)
    form = AcceptationForm(request.POST or None, candidates=candidates, demande=demande)
    le = {"par": request.membre, "le": localdate()}
    if form.is_valid() and (visite := tenter(form, operations.accepter, demande, **form.cleaned_data, **le)):
        messages.success(request, "La demande est acceptée : il reste à confier la visite.")
        return redirect(visite)
    return render(request, "visites/demande_accepter.html", {"form": form, "demande": demande, "q": texte})


@formulaire("demandes.traiter", lit=DemandeDeVisite)
def decliner(request, pk):
    """Ne pas y donner suite, avec un motif."""
    demande = _trouver(request, pk)
    form = DeclinForm(request.POST or None)
    le = {"par": request.membre, "le": localdate()}
    if form.is_valid() and tenter(form, operations.decliner, demande, **form.cleaned_data, **le):
        messages.success(request, "La demande est déclinée.")
        return redirect("visites:demandes", request.reseau.slug)
    return render(request, "visites/demande_decliner.html", {"form": form, "demande": demande})


@geste("demandes.traiter")
def doubler(request, pk):
    """La ranger : la même est déjà arrivée."""
    operations.reconnaitre_un_double(_trouver(request, pk), par=request.membre, le=localdate())
    messages.success(request, "La demande est rangée : elle en double une autre.")
    return redirect("visites:demandes", request.reseau.slug)


def _trouver(request, pk):
    return get_object_or_404(DemandeDeVisite.objects.visibles_par(request.membre).avec_noms(), pk=pk)
