"""La convention d'adhésion d'une institution : l'imprimé, la signature, l'exemplaire signé."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate

from reseau import conventions
from reseau.acces import formulaire, page
from reseau.enums import Geste
from reseau.forms_de_deontologie import ConventionForm
from reseau.journal import noter
from reseau.lib.erreurs import tenter
from reseau.lib.reponses import fichier
from reseau.models import ConventionSignee, Institution


@formulaire("conventions.tenir")
def convention(request, pk):
    """Compléter l'imprimé, puis dire quand il a été signé et en garder l'exemplaire."""
    institution = _institution(request, pk)
    convention = conventions.convention_de(institution)
    form = ConventionForm(request.POST or None, request.FILES or None, instance=convention, institution=institution)
    if form.is_valid() and tenter(form, conventions.tenir, form.save(commit=False), **_signature(form), par=request.membre):
        messages.success(request, f"La convention de {institution} est enregistrée.")
        return redirect("reseau:institution-convention", request.reseau.slug, institution.pk)
    deposee = ConventionSignee.objects.filter(institution=institution).defer("contenu").select_related("membre").first()
    return render(request, "reseau/convention.html", {"form": form, "institution": institution, "deposee": deposee})


@page("conventions.voir")
def papier(request, pk):
    """L'imprimé pré-rempli, à faire signer."""
    institution = _institution(request, pk)
    octets = conventions.imprimer(conventions.convention_de(institution), le=localdate())
    noter(request.membre, Geste.IMPRESSION, institution, precision="convention d’adhésion")
    return fichier(octets, f"convention-institution-{institution.pk}", "pdf")


@page("conventions.voir")
def exemplaire(request, pk):
    """L'exemplaire signé, toujours en pièce jointe. La lecture est notée."""
    deposees = ConventionSignee.objects.filter(institution__in=Institution.objects.visibles_par(request.membre))
    signee = get_object_or_404(deposees, institution=pk)
    noter(request.membre, Geste.LECTURE, signee)
    nom, _, genre = signee.nom.rpartition(".")
    return fichier(bytes(signee.contenu), nom, genre)


def _institution(request, pk):
    return get_object_or_404(Institution.objects.visibles_par(request.membre).select_related("reseau"), pk=pk)


def _signature(form):
    recu = form.cleaned_data["exemplaire"]
    depose = {"nom": recu.name, "octets": recu.read()} if recu else {}
    return {"signee_le": form.cleaned_data["signee_le"], **depose}
