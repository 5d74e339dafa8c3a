"""La charte de déontologie : la lire, l'accepter ; pour l'animateur, la préparer, l'adopter, voir qui l'a acceptée."""

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate

from reseau import charte as tenue
from reseau.acces import dans_le_reseau, formulaire, geste, page
from reseau.droits import autorise
from reseau.forms_de_deontologie import AdoptionForm, CharteForm
from reseau.lib.erreurs import tenter
from reseau.lib.listes import page_de
from reseau.lib.pdf import rendre_pdf
from reseau.lib.reponses import fichier
from reseau.lib.saisie import lire_cle
from reseau.models import Charte


@page("charte.voir")
def charte(request):
    """La charte en vigueur, et où j'en suis ; `?suite=` : la page où l'on allait."""
    suite = dans_le_reseau(request, request.GET.get("suite", ""))
    return render(request, "reseau/charte.html", {"charte": tenue.en_vigueur(request.membre), "suite": suite})


@geste("charte.accepter")
def accepter(request):
    """D'un clic. Un envoi que la charte avait arrêté repart alors, entier, vers sa page."""
    tenue.accepter(lire_cle(request.POST.get("charte")), par=request.membre)
    messages.success(request, "Vous avez accepté la charte. Merci.")
    suite = dans_le_reseau(request, request.POST.get("suite", ""))
    if suite and request.POST.get("rejouer"):
        return HttpResponseRedirect(suite, preserve_request=True)  # 307 : le navigateur renvoie ce qui était tapé
    return redirect(suite or request.reseau)


@page("charte.voir")
def papier(request, pk):
    """Une version de la charte, à imprimer ; un brouillon, seulement par qui la tient."""
    charte = get_object_or_404(_chartes(request), pk=pk)
    octets = rendre_pdf("pdf/charte.html", {"nom_reseau": request.reseau.nom, "charte": charte}, titre="Charte de déontologie")
    return fichier(octets, f"charte-version-{charte.numero}", "pdf")


@page("charte.tenir")
def versions(request):
    """Les versions de la charte, et qui reste à l'accepter, par ordre alphabétique."""
    lignes = tenue.acceptations(request.membre, localdate())
    contexte = {
        "courante": tenue.en_vigueur(request.membre),
        "brouillon": Charte.objects.visibles_par(request.membre).brouillons().first(),
        "anciennes": Charte.objects.visibles_par(request.membre).adoptees().select_related("reunion")[1:],
        "page_obj": page_de(request, lignes),
        "restent": sum(ligne.a_accepter for ligne in lignes),
        "nombre": len(lignes),
    }
    return render(request, "reseau/charte_versions.html", contexte)


@formulaire("charte.tenir")
def preparer(request):
    """Le texte de la prochaine version : celui qui est fourni, ou celui en vigueur, à reprendre."""
    form = CharteForm(request.POST or None, instance=tenue.brouillon(request.membre))
    if form.is_valid() and tenter(form, tenue.enregistrer_le_brouillon, form.save(commit=False), par=request.membre):
        messages.success(request, "La version est gardée. Elle ne vaudra qu’une fois adoptée.")
        return redirect("reseau:charte-adopter", request.reseau.slug)
    return render(request, "reseau/charte_form.html", {"form": form})


@formulaire("charte.tenir")
def adopter(request):
    """Adopter la version en préparation, ou le texte fourni tel quel : chacun l'acceptera avant de lire un compte rendu."""
    charte, le = tenue.brouillon(request.membre), localdate()
    form = AdoptionForm(request.POST or None, par=request.membre, le=le)
    if form.is_valid() and tenter(form, tenue.adopter, charte, **form.cleaned_data, par=request.membre):
        messages.success(request, "La charte est adoptée : chacun l’accepte avant de lire un compte rendu, vous aussi.")
        return redirect("reseau:charte", request.reseau.slug)
    return render(request, "reseau/charte_adopter.html", {"form": form, "charte": charte})


def _chartes(request):
    chartes = Charte.objects.visibles_par(request.membre).select_related("reunion")
    return chartes if autorise(request.membre, "charte.tenir") else chartes.adoptees()
