"""Les modèles de lettre : leur liste, leur écriture avec aperçu, leur retrait."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate

from reseau.acces import formulaire, geste, page
from reseau.exemple import composer_exemple, imprimer_exemple
from reseau.lib.erreurs import tenter
from reseau.lib.lettre import VARIABLES, ModeleDeLettre, en_paragraphes
from reseau.lib.reponses import fichier
from visites import modeles as operations
from visites.enums import GenreCourrier
from visites.forms import ModeleForm
from visites.models import ModeleDeCourrier
from visites.models.modele import FOURNIS


@page("courriers.modeles")
def modeles(request):
    """Par genre : le modèle que suivent les prochaines lettres, fourni ou du réseau, et les autres."""
    lignes = ModeleDeCourrier.objects.visibles_par(request.membre).en_service()
    genres = [(genre, [modele for modele in lignes if modele.genre == genre]) for genre in GenreCourrier]
    return render(request, "visites/modele_liste.html", {"genres": genres})


@formulaire("courriers.modeles")
def creer(request):
    """Part du texte fourni pour ce genre (`?genre=`), à récrire."""
    genre = request.GET.get("genre") if request.GET.get("genre") in GenreCourrier else GenreCourrier.ANNONCE
    fourni = FOURNIS[genre]
    corps = "\n\n".join(fourni.paragraphes)
    depart = {"genre": genre, "objet": fourni.objet, "corps": corps, "politesse": fourni.politesse, "par_defaut": True}
    return _ecrire(request, ModeleDeCourrier(reseau=request.reseau, **depart))


@formulaire("courriers.modeles")
def modifier(request, pk):
    return _ecrire(request, _trouver(request, pk))


@geste("courriers.modeles")
def retirer(request, pk):
    modele = operations.retirer_modele(_trouver(request, pk), par=request.membre, le=localdate())
    messages.success(request, f"Le modèle « {modele} » est retiré. Les lettres déjà signées n’en sont pas changées.")
    return redirect("visites:modeles", request.reseau.slug)


def _ecrire(request, modele):
    """Trois envois possibles : l'aperçu au fil de la frappe, l'aperçu en PDF, l'enregistrement."""
    nom = modele.nom
    form = ModeleForm(request.POST or None, instance=modele)
    essai = request.POST.keys() & {"apercu", "pdf"}
    if form.is_valid():
        exemple = {"le": localdate(), "modele": modele.texte}
        if "pdf" in request.POST and (octets := tenter(form, imprimer_exemple, modele.reseau, **exemple)):
            return fichier(octets, "lettre-exemple", "pdf", en_ligne=True)
        if not essai and tenter(form, operations.enregistrer_modele, modele, par=request.membre, le=localdate()):
            messages.success(request, "Le modèle est enregistré : les lettres pas encore signées qui le suivent en changent.")
            return redirect("visites:modeles", request.reseau.slug)
    contexte = {"form": form, "modele": modele, "nom": nom, "variables": VARIABLES.items(), **_apercu(request, form)}
    return render(request, "visites/modele_form.html", contexte)


def _apercu(request, form):
    """La lettre d'exemple dans ce texte, ou ce qui empêche de la composer."""
    textes = {nom: form[nom].value() or "" for nom in ("objet", "corps", "politesse")}
    modele = ModeleDeLettre(textes["objet"], en_paragraphes(textes["corps"]), textes["politesse"])
    try:
        return {"lettre": composer_exemple(request.reseau, le=localdate(), modele=modele)}
    except ValueError as erreur:
        return {"obstacle": str(erreur)}


def _trouver(request, pk):
    modeles = ModeleDeCourrier.objects.visibles_par(request.membre).en_service()
    return get_object_or_404(modeles.select_related("reseau"), pk=pk)
