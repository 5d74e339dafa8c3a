"""Les tableaux figés : à une réunion, à la demande, pour un rapport. Les octets d'un jour, servis tels quels."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate

from reseau.acces import formulaire, geste, page
from reseau.enums import Geste
from reseau.lib.erreurs import RegleEnfreinte
from reseau.lib.listes import page_de
from reseau.lib.reponses import fichier
from reseau.operations import noter
from suivi import operations
from suivi.figes import RAPPORT, pieces_du_choix
from suivi.forms.figes import FigesFilter, RapportForm
from suivi.models import TableauFige
from suivi.views.choix_de_tableau import choix_de_tableau

ENVOYES = {RAPPORT, "institution"}  # ce qui a des destinataires


@page("tableaux.voir")
def figes(request):
    """Ce que ce lecteur peut relire, le plus récent d'abord."""
    lisibles = TableauFige.objects.visibles_par(request.membre).defer("contenu")
    filtre = FigesFilter(request.GET, queryset=lisibles.avec_noms(), membre=request.membre)
    page_obj = page_de(request, filtre.qs)
    return render(request, "suivi/fige_liste.html", {"filter": filtre, "page_obj": page_obj, "nombre": page_obj.paginator.count})


@page("tableaux.voir")
def fige(request, pk):
    """Ses chiffres de ce jour-là, ses fichiers et leur empreinte."""
    tableau = _fige(request, pk)
    noter(request.membre, Geste.LECTURE, tableau)
    envoyable = tableau.code in ENVOYES
    contexte = {"fige": tableau, "fichiers": tableau.fichiers.defer("octets"), "envoyable": envoyable}
    contexte["destinataires"] = operations.destinataires(tableau) if envoyable else []
    return render(request, "suivi/fige_fiche.html", contexte)


@page("tableaux.exporter")
def fige_pdf(request, pk):
    return _octets(request, pk, "pdf", Geste.IMPRESSION)


@page("tableaux.exporter")
def fige_xlsx(request, pk):
    return _octets(request, pk, "xlsx", Geste.EXPORT)


@page("tableaux.exporter")
def fige_ods(request, pk):
    return _octets(request, pk, "ods", Geste.EXPORT)


@geste("tableaux.figer")
def figer(request, code):
    """Fige le tableau tel qu'il est choisi à l'écran."""
    choix = choix_de_tableau(request, code)
    if choix.is_bound and not choix.is_valid():
        raise RegleEnfreinte("Ce choix n’est pas possible : rien n’est figé.")
    _figer_apres(request, lambda: operations.figer(request.reseau, pieces_du_choix(choix, code), par=request.membre))
    return redirect("suivi:figes", request.reseau.slug)


@formulaire("rapports.envoyer")
def rapport(request):
    """Établit le rapport d'une période et le relevé de chaque institution ; ils se relisent avant de partir."""
    form = RapportForm(request.POST or None, le=localdate())
    if form.is_valid():
        _figer_apres(request, lambda: operations.etablir_le_rapport(request.reseau, **form.cleaned_data, par=request.membre))
        return redirect("suivi:figes", request.reseau.slug)
    return render(request, "suivi/rapport_form.html", {"form": form})


@geste("rapports.envoyer")
def fige_envoyer(request, pk):
    """Le rapport part au préfet et aux chefs de service, le relevé à son chef de service."""
    tableau = _fige(request, pk)
    try:
        adresses = operations.envoyer_le_fige(tableau, par=request.membre)
    except RegleEnfreinte as erreur:
        messages.error(request, str(erreur))
    else:
        messages.success(request, f"Le courriel part à {', '.join(adresses)}.")
    return redirect(tableau)


def figer_la_reunion(request, reunion):
    """Les tableaux du soir, une fois la séance close."""
    _figer_apres(request, lambda: operations.figer_a_la_reunion(reunion, par=request.membre))


def _figer_apres(request, composer):
    """Après la transaction : des pages à composer ne tiennent pas la base. Un échec se dit, et ne défait rien d'autre."""

    def figer_puis_dire():
        try:
            figes = composer()
        except RegleEnfreinte as erreur:
            messages.error(request, f"Rien n’a pu être figé. {erreur}")
            return
        messages.success(request, "Le tableau est figé." if len(figes) == 1 else f"{len(figes)} tableaux sont figés.")

    transaction.on_commit(figer_puis_dire)


def _octets(request, pk, genre, geste_note):
    tableau = _fige(request, pk)
    octets = operations.octets_figes(tableau, genre)
    noter(request.membre, geste_note, tableau, precision=f"fichier .{genre}")
    return fichier(octets, tableau.nom_de_fichier, genre)


def _fige(request, pk):
    return get_object_or_404(TableauFige.objects.visibles_par(request.membre).avec_noms(), pk=pk)
