"""Les absences : chacun tient les siennes, l'animateur celles de tous. Ici, parce qu'elles préviennent des rendez-vous."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate

from reseau.acces import formulaire, page
from reseau.droits import TOUT, portee
from reseau.lib.erreurs import tenter
from reseau.lib.jours import jours_ouvres
from reseau.lib.listes import page_de
from reseau.models import Absence
from reseau.operations import noter_une_absence, supprimer_une_absence
from visites.forms import AbsenceForm


@page("absences.voir")
def liste(request):
    """Celles à venir d'abord ; les passées, repliées."""
    le, absences = localdate(), Absence.objects.visibles_par(request.membre).select_related("membre__institution", "suppleant")
    a_venir = page_de(request, absences.a_venir(le))
    passees = page_de(request, absences.passees(le).order_by("-debut_le", "-pk"), "passees")
    contexte = {
        "a_venir": a_venir,
        "passees": passees,
        "lignes_a_venir": _lignes(request, a_venir),
        "lignes_passees": _lignes(request, passees),
        "deplier": "passees" in request.GET,
        "de_tous": portee(request.membre, "absences.tenir") is TOUT,
    }
    return render(request, "visites/absence_liste.html", contexte)


@formulaire("absences.tenir")
def noter(request):
    """La sienne, ou celle de qui désigne `?membre=` si l'on tient celles de tous."""
    initial = {"membre": request.GET.get("membre", request.membre.pk), "debut_le": request.GET.get("le", "")}
    form = AbsenceForm(request.POST or None, par=request.membre, le=localdate(), initial=initial)
    if form.is_valid() and tenter(form, noter_une_absence, form.instance, par=request.membre):
        messages.success(request, f"C’est noté : {form.instance.phrase}.")
        return redirect("visites:absences", request.reseau.slug)
    return render(request, "visites/absence_form.html", {"form": form})


@formulaire("absences.tenir")
def supprimer(request, pk):
    absences = Absence.objects.gerables_par(request.membre).select_related("membre")
    absence = get_object_or_404(absences, pk=pk)
    if request.method != "POST":
        return render(request, "visites/absence_suppression.html", {"absence": absence})
    phrase = f"L’absence de {absence.membre} {absence.en_mots} est supprimée."
    supprimer_une_absence(absence, par=request.membre)
    messages.success(request, phrase)
    return redirect("visites:absences", request.reseau.slug)


def _lignes(request, absences):
    """Chaque absence, ses jours ouvrés, et ce que ce lecteur peut en lire et en faire."""
    membre, departement = request.membre, request.reseau.departement
    tenues = portee(membre, "absences.tenir") is TOUT
    return [
        {
            "absence": absence,
            "jours": len(jours_ouvres(absence.debut_le, absence.fin_le, departement)),
            "motif": absence.motif_pour(membre),
            "gerable": tenues or absence.membre_id == membre.pk,
        }
        for absence in absences
    ]
