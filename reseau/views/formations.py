"""Se former : le programme des exposés, formations et immersions, qui y était, et les binômes."""

from django.contrib import messages
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate

from reseau import formations as operations
from reseau.acces import formulaire, geste, page
from reseau.enums import EtatPresence, EtatReunion
from reseau.forms_de_formation import BinomeForm, FormationForm, PresentsForm
from reseau.lib.erreurs import RegleEnfreinte, tenter
from reseau.lib.listes import page_de
from reseau.lib.saisie import lire_cle
from reseau.models import Binome, Expose, Formation
from reseau.operations import ajouter


@page("formations.voir")
def formations(request):
    """À venir, binômes en cours, puis ce qui a eu lieu et combien y étaient."""
    le, membre = localdate(), request.membre
    exposes = Expose.objects.filter(reunion__reseau=request.reseau).select_related("reunion__reseau")
    presents = Count("reunion__presences", filter=Q(reunion__presences__etat=EtatPresence.PRESENT))
    toutes = Formation.objects.visibles_par(membre).select_related("reseau")
    toutes = toutes.annotate(
        nb_inscrits=Count("participations"), nb_presents=Count("participations", filter=Q(participations__present=True))
    )
    tenus = exposes.filter(reunion__etat=EtatReunion.TENUE).annotate(nb_presents=presents).order_by("-reunion__le", "pk")
    contexte = {
        "prevus": exposes.filter(reunion__etat=EtatReunion.PREVUE, reunion__le__gte=le).order_by("reunion__le", "pk"),
        "a_venir": toutes.a_venir(le),
        "passees": page_de(request, toutes.passees(le), "passees"),
        "binomes": Binome.objects.visibles_par(membre).avec_noms().filter(Q(fin_le=None) | Q(fin_le__gte=le)),
        "page_obj": page_de(request, tenus),
        "form": BinomeForm(par=membre),
    }
    return render(request, "reseau/formation_liste.html", contexte)


@formulaire("formations.gerer")
def creer(request):
    return _tenir(request, Formation())


@formulaire("formations.gerer")
def modifier(request, pk):
    return _tenir(request, _trouver(request, pk))


@page("formations.voir")
def formation(request, pk):
    """Son programme, ses inscrits, ses présents."""
    formation = _trouver(request, pk)
    participations = formation.participations.select_related("membre__institution")
    contexte = {"formation": formation, "participations": participations, "passee": formation.le <= localdate()}
    contexte["form"] = PresentsForm(formation=formation)
    return render(request, "reseau/formation_fiche.html", contexte)


@geste("formations.gerer")
def pointer(request, pk):
    """Les présents, cochés parmi les inscrits."""
    formation = _trouver(request, pk)
    form = PresentsForm(request.POST, formation=formation)
    if not form.is_valid():
        raise RegleEnfreinte("Cochez les présents parmi les inscrits.")
    operations.pointer_les_presents(formation, form.cleaned_data["presents"], par=request.membre)
    messages.success(request, "Les présents sont pointés.")
    return redirect(formation)


@geste("formations.gerer")
def jumeler(request):
    """Forme un binôme ; `clore` le défait."""
    if "clore" in request.POST:
        binome = get_object_or_404(Binome.objects.visibles_par(request.membre), pk=lire_cle(request.POST["clore"]))
        operations.clore_le_binome(binome, par=request.membre, le=localdate())
        messages.success(request, f"Le binôme {binome} est clos.")
        return redirect("reseau:formations", request.reseau.slug)
    form = BinomeForm(request.POST, par=request.membre)
    if not form.is_valid():
        raise RegleEnfreinte(" ".join(erreur for erreurs in form.errors.values() for erreur in erreurs))
    binome = ajouter(form.instance, par=request.membre)
    messages.success(request, f"{binome} font équipe.")
    return redirect("reseau:formations", request.reseau.slug)


def _tenir(request, formation):
    form = FormationForm(request.POST or None, instance=formation, par=request.membre)
    if form.is_valid() and tenter(form, _enregistrer, form, request.membre):
        messages.success(request, f"« {form.instance} » est enregistrée.")
        return redirect(form.instance)
    return render(request, "reseau/formation_form.html", {"form": form, "formation": formation})


def _enregistrer(form, par):
    return operations.tenir_la_formation(form.instance, inscrits=form.cleaned_data["inscrits"], par=par)


def _trouver(request, pk):
    return get_object_or_404(Formation.objects.visibles_par(request.membre).select_related("reseau"), pk=pk)
