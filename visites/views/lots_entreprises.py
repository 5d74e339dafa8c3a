"""Un geste sur plusieurs entreprises : la page qui le demande, et ce qui le défait."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate

from entreprises import operations
from entreprises.models import Entreprise
from reseau.acces import exiger, formulaire, geste
from reseau.lib.erreurs import RegleEnfreinte, tenter
from reseau.templatetags.affichage import nombre_fr, pluriel_fr
from visites.forms import AbriForm, ChoixDeCampagneForm, EtiquetageForm, ExportForm, RetraitForm
from visites.lots import GESTES, PROGRAMMABLES_MAX, defaire, retenir, retour, selection
from visites.views.entreprises import exporter_selection, trier

MONTREES = 5


@formulaire("entreprises.modifier")
def lot(request):
    """Le geste, la sélection et les filtres sont dans l'adresse ; l'envoi porte ce que le geste demande."""
    nom = request.GET.get("geste", "")
    if nom not in GESTES:
        raise RegleEnfreinte("Choisissez ce qu’il faut faire de la sélection.")
    libelle, droit = GESTES[nom]
    exiger(request.membre, droit)
    choisies = selection(request)
    formulaire_du_geste, jouer = JEUX[nom]
    form = formulaire_du_geste(request.POST or None, membre=request.membre, le=localdate())
    if form.is_valid() and (response := tenter(form, jouer, request, choisies, form.cleaned_data)):
        return response
    premieres = Entreprise.objects.filter(pk__in=choisies.cles[:MONTREES])
    contexte = {
        "form": form,
        "titre": libelle.rstrip("…"),
        "geste": nom,
        "nombre": len(choisies.cles),
        "premieres": premieres,
        "choix": choisies.choix if choisies.filtre else [],
        "retour": retour(request),
    }
    return render(request, "visites/entreprise_lot.html", contexte)


@geste("entreprises.modifier")
def annuler(request):
    """Défait le dernier lot de cette session."""
    nombre = defaire(request)
    messages.success(request, f"Annulé : {pluriel_fr(nombre, 'entreprise revenue,entreprises revenues')} comme avant.")
    return _vers_la_liste(request)


def _etiqueter(request, choisies, donnees):
    etiquette, neuves = operations.etiqueter(choisies.cles, donnees["nom"], par=request.membre)
    deja = len(choisies.cles) - len(neuves)
    bilan = f"« {etiquette} » posée sur {pluriel_fr(len(neuves), 'entreprise,entreprises')}"
    suite = f" ; {pluriel_fr(deja, 'la portait,la portaient')} déjà" if deja else ""
    return _dire(request, f"{bilan}{suite}.", "etiqueter", neuves, etiquette=etiquette.pk)


def _retirer(request, choisies, donnees):
    etiquette = donnees["etiquette"]
    portaient = operations.retirer_etiquette(choisies.cles, etiquette, par=request.membre)
    bilan = f"« {etiquette} » retirée de {pluriel_fr(len(portaient), 'entreprise,entreprises')}"
    sans = len(choisies.cles) - len(portaient)
    suite = f" ; {pluriel_fr(sans, 'ne la portait,ne la portaient')} pas" if sans else ""
    return _dire(request, f"{bilan}{suite}.", "retirer", portaient, etiquette=etiquette.pk)


def _proteger(request, choisies, donnees):
    avant = operations.proteger_lot(choisies.cles, **donnees, par=request.membre, le=localdate())
    jusqu_au = donnees["jusqu_au"]
    bilan = f"{pluriel_fr(len(choisies.cles), 'entreprise,entreprises')} : ne plus solliciter jusqu’au {jusqu_au:%d/%m/%Y}."
    return _dire(request, bilan, "proteger", choisies.cles, avant=avant, jusqu_au=jusqu_au.isoformat())


def _programmer(request, choisies, donnees):
    """Mène à la programmation de la campagne, bornée à ces entreprises : elle dit ce qui en empêche certaines."""
    if len(choisies.cles) > PROGRAMMABLES_MAX:
        raise RegleEnfreinte(f"{nombre_fr(PROGRAMMABLES_MAX)} entreprises au plus se programment à la fois : ajoutez un filtre.")
    adresse = reverse("visites:programmer", args=[request.reseau.slug, donnees["campagne"].pk])
    return redirect(f"{adresse}?parmi={','.join(map(str, choisies.cles))}")


def _exporter(request, choisies, donnees):
    lignes = Entreprise.objects.visibles_par(request.membre).filter(pk__in=choisies.cles)
    return exporter_selection(request, trier(request, lignes), choisies.choix, donnees["genre"])


JEUX = {
    "etiqueter": (EtiquetageForm, _etiqueter),
    "retirer": (RetraitForm, _retirer),
    "proteger": (AbriForm, _proteger),
    "programmer": (ChoixDeCampagneForm, _programmer),
    "exporter": (ExportForm, _exporter),
}


def _dire(request, bilan, nom, cles, **suite):
    """Le bilan en une phrase ; s'il a changé quelque chose, de quoi l'annuler."""
    if cles:
        retenir(request, bilan, nom, cles, **suite)
        messages.success(request, bilan)
    else:
        messages.info(request, f"Rien à changer : {bilan}")
    return _vers_la_liste(request)


def _vers_la_liste(request):
    filtres = retour(request)
    return redirect(reverse("visites:entreprises", args=[request.reseau.slug]) + (f"?{filtres}" if filtres else ""))
