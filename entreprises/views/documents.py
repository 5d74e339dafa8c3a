"""L'onglet « Documents » d'une entreprise : joindre, télécharger, supprimer. Les octets ne sont jamais interprétés."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render

from entreprises import operations
from entreprises.forms import DocumentForm
from entreprises.models import Document, Entreprise
from entreprises.reunies import trouver
from reseau.acces import formulaire, geste, page
from reseau.enums import Geste
from reseau.lib.erreurs import tenter
from reseau.lib.listes import page_de
from reseau.lib.reponses import fichier
from reseau.operations import noter


@page("documents.voir")
def liste(request, pk):
    entreprise = _entreprise(request, pk)
    noter(request.membre, Geste.LECTURE, entreprise, precision="documents")
    return _montrer(request, entreprise, DocumentForm())


@formulaire("documents.deposer", lit=Entreprise)
def deposer(request, pk):
    entreprise = _entreprise(request, pk)
    form = DocumentForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        recu = form.cleaned_data["fichier"]
        if tenter(form, operations.joindre_document, entreprise, nom=recu.name, octets=recu.read(), par=request.membre):
            messages.success(request, "Le document est joint.")
            return redirect("entreprises:documents", request.reseau.slug, entreprise.pk)
    return _montrer(request, entreprise, form)


@page("documents.voir")
def telecharger(request, pk):
    """Toujours en pièce jointe : un navigateur ne doit rien exécuter de ce qu'un membre a déposé. La lecture est notée."""
    document = _document(request, pk)
    noter(request.membre, Geste.LECTURE, document)
    nom, _, genre = document.nom.rpartition(".")
    return fichier(bytes(document.contenu), nom, genre)


@geste("documents.deposer")
def supprimer(request, pk):
    document = _document(request, pk)
    operations.supprimer_document(document, par=request.membre)
    messages.success(request, f"{document} est supprimé.")
    return redirect("entreprises:documents", request.reseau.slug, document.entreprise_id)


def _montrer(request, entreprise, form):
    visibles = Entreprise.objects.visibles_par(request.membre).values("pk")
    documents = Document.objects.visibles_par(request.membre, visibles).filter(entreprise=entreprise)
    page_obj = page_de(request, documents.select_related("membre__institution"))
    for document in page_obj:
        document.supprimable = operations.peut_supprimer_document(request.membre, document)
    contexte = {"entreprise": entreprise, "form": form, "page_obj": page_obj}
    return render(request, "entreprises/document_liste.html", contexte)


def _entreprise(request, pk):
    visibles = Entreprise.objects.visibles_par(request.membre).avec_references()
    return trouver(visibles.select_related("reseau", "commune__zone_emploi", "naf"), pk)


def _document(request, pk):
    visibles = Entreprise.objects.visibles_par(request.membre).values("pk")
    documents = Document.objects.visibles_par(request.membre, visibles)
    return get_object_or_404(documents.select_related("entreprise__reseau"), pk=pk)
