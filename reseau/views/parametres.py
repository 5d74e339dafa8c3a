"""Les paramètres du réseau, réservés à l'animateur : réglages, lettre, signataires, logo."""

from base64 import b64encode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.templatetags.static import static
from django.utils.timezone import localdate

from reseau import operations
from reseau.acces import formulaire, page
from reseau.composition import chevauchements
from reseau.exemple import imprimer_exemple
from reseau.forms import LettreForm, ReglagesForm, SignataireForm
from reseau.lib.erreurs import tenter
from reseau.lib.lettre import VARIABLES
from reseau.lib.reponses import fichier
from reseau.models import Reseau, Signataire


@formulaire("parametres.gerer")
def reglages(request):
    """L'identité du réseau, son logo et ses valeurs réglables."""
    form = ReglagesForm(request.POST or None, request.FILES or None, instance=_reseau(request))
    if form.is_valid() and tenter(form, operations.enregistrer, form.save(commit=False), par=request.membre):
        messages.success(request, "Les réglages sont enregistrés.")
        return redirect("reseau:parametres", request.reseau.slug)
    return render(request, "reseau/reseau_reglages.html", {"form": form})


@formulaire("parametres.gerer")
def lettre(request):
    """L'en-tête et le texte de la lettre du préfet."""
    form = LettreForm(request.POST or None, instance=_reseau(request))
    if form.is_valid() and tenter(form, operations.regler_la_lettre, form.save(commit=False), par=request.membre, le=localdate()):
        messages.success(request, "La lettre est enregistrée : les prochaines suivront ce texte.")
        return redirect("reseau:parametres-lettre", request.reseau.slug)
    return _page_de_lettre(request, form)


@formulaire("parametres.gerer")
def apercu(request):
    """La lettre en PDF, sur une entreprise inventée : GET, telle qu'enregistrée ; POST, telle qu'elle vient d'être tapée."""
    form = LettreForm(request.POST or None, instance=_reseau(request))
    if not form.is_bound:
        pdf = imprimer_exemple(form.instance, le=localdate())
    else:
        pdf = form.is_valid() and tenter(form, imprimer_exemple, form.save(commit=False), le=localdate())
    return fichier(pdf, "lettre-exemple", "pdf", en_ligne=True) if pdf else _page_de_lettre(request, form)


@page("accueil.voir")
def logo(request):
    """Le logo du réseau ; sans logo, l'emblème de l'onglet du navigateur."""
    if not request.reseau.logo:
        return redirect(static("dsfr/dist/favicon/favicon.svg"))
    return HttpResponse(bytes(request.reseau.logo), content_type="image/jpeg")


@page("parametres.gerer")
def signataires(request):
    """Qui signe, qui a signé, et les périodes qui se chevauchent."""
    lignes = Signataire.objects.visibles_par(request.membre)
    contexte = {
        "signataires": list(lignes),
        "signe": lignes.en_fonction(localdate()).first(),
        "chevauchements": chevauchements(lignes),
    }
    return render(request, "reseau/signataire_liste.html", contexte)


@formulaire("parametres.gerer")
def signataire_creer(request):
    """Ajoute un signataire et l'image de sa signature."""
    return _signataire(request, Signataire(reseau=request.reseau), operations.ajouter)


@formulaire("parametres.gerer")
def signataire_modifier(request, pk):
    """Modifie un signataire ; les lettres déjà signées ne changent pas."""
    signataire = get_object_or_404(Signataire.objects.visibles_par(request.membre), pk=pk)
    return _signataire(request, signataire, operations.enregistrer)


def _signataire(request, signataire, operation):
    signature = _en_ligne(signataire.signature)
    form = SignataireForm(request.POST or None, request.FILES or None, instance=signataire)
    if form.is_valid() and tenter(form, operation, form.save(commit=False), par=request.membre):
        messages.success(request, f"{form.instance.nom} : signature enregistrée.")
        return redirect("reseau:signataires", request.reseau.slug)
    contexte = {"form": form, "signature": signature, "existe": bool(signataire.pk)}
    return render(request, "reseau/signataire_form.html", contexte)


def _page_de_lettre(request, form):
    return render(request, "reseau/reseau_lettre.html", {"form": form, "variables": VARIABLES.items()})


def _reseau(request):
    # Une autre instance que `request.reseau` : un nom refusé ne doit pas s'écrire en tête de la page.
    return Reseau.objects.get(pk=request.reseau.pk)


def _en_ligne(octets):
    """Image pour `src`, sans adresse à elle : une signature ne se sert pas d'un lien."""
    return f"data:image/jpeg;base64,{b64encode(bytes(octets)).decode()}" if octets else ""
