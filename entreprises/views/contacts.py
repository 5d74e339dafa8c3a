"""Ce qui s'accroche à une fiche : ses contacts, et les déports."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate

from entreprises import operations
from entreprises.forms import ContactForm, DeportForm
from entreprises.models import Contact, Deport, Entreprise
from entreprises.reunies import trouver
from reseau.acces import formulaire, geste
from reseau.lib.erreurs import tenter


@formulaire("entreprises.modifier", lit=Entreprise)
def ajouter(request, pk):
    entreprise = trouver(Entreprise.objects.visibles_par(request.membre), pk)
    premier = not entreprise.contacts.filter(dirigeant=True).exists()
    form = ContactForm(request.POST or None, instance=Contact(entreprise=entreprise, dirigeant=premier))
    return _traiter(request, form)


@formulaire("entreprises.modifier", lit=Contact)
def modifier(request, pk):
    form = ContactForm(request.POST or None, instance=get_object_or_404(_contacts(request), pk=pk))
    return _traiter(request, form)


@geste("entreprises.modifier")
def supprimer(request, pk):
    contact = get_object_or_404(_contacts(request), pk=pk)
    operations.supprimer_contact(contact, par=request.membre)
    messages.success(request, f"{contact} n’est plus parmi les contacts.")
    return redirect(contact.entreprise)


@formulaire("deports.gerer", lit=Entreprise)
def deport_ajouter(request, pk):
    entreprise = get_object_or_404(Entreprise.objects.visibles_par(request.membre), pk=pk)
    form = DeportForm(request.POST or None, instance=Deport(entreprise=entreprise), par=request.membre, le=localdate())
    if form.is_valid() and tenter(form, operations.deporter, form.instance, par=request.membre):
        messages.success(request, f"{form.instance.membre} ne voit plus cette entreprise.")
        if form.instance.membre == request.membre:  # il n'a plus de fiche à voir
            return redirect("visites:entreprises", request.reseau.slug)
        return redirect(entreprise)
    return render(request, "entreprises/deport_form.html", {"form": form, "entreprise": entreprise})


@geste("deports.gerer")
def deport_retirer(request, pk):
    visibles = Entreprise.objects.visibles_par(request.membre)
    deports = Deport.objects.filter(entreprise__in=visibles).select_related("entreprise__reseau", "membre")
    deport = get_object_or_404(deports, pk=pk)
    operations.retirer_deport(deport, par=request.membre)
    messages.success(request, f"{deport.membre} voit de nouveau cette entreprise.")
    return redirect(deport.entreprise)


def _contacts(request):
    visibles = Entreprise.objects.visibles_par(request.membre)
    return Contact.objects.filter(entreprise__in=visibles).select_related("entreprise__reseau")


def _traiter(request, form):
    contact, entreprise = form.instance, form.instance.entreprise
    if form.is_valid() and tenter(form, operations.enregistrer_contact, contact, par=request.membre):
        messages.success(request, f"{contact} est enregistré.")
        return redirect(entreprise)
    return render(request, "entreprises/contact_form.html", {"form": form, "contact": contact, "entreprise": entreprise})
