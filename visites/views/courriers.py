"""Les lettres du préfet : leur liste (le parapheur de la préfecture), la page et le papier de chacune."""

from django.contrib import messages
from django.db.models import Case, Count, F, When
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate

from reseau.acces import exiger, formulaire, geste, page
from reseau.droits import TOUT, autorise, portee
from reseau.enums import Geste
from reseau.lib.erreurs import RegleEnfreinte, tenter
from reseau.lib.lettre_modifiable import FORMATS
from reseau.lib.pdf import ImpressionImpossible
from reseau.lib.reponses import fichier
from reseau.operations import noter
from visites import courriers as operations
from visites.composition import a_relire, apercu, avec_dirigeant, valeurs
from visites.enums import EtatCourrier
from visites.envois import REMPLACE
from visites.filters import CourrierFilter
from visites.forms import ChoixDeModeleForm, CorrectionForm, RejetForm, RetourForm
from visites.listes import paginer
from visites.models import Courrier, PdfFige, Visite
from visites.papier_des_lettres import papier

TRIS = {
    "reference": ["annee", "numero"],
    "entreprise": ["visite__entreprise__raison_sociale"],
    "developpeur": ["visite__developpeur__nom", "visite__developpeur__prenom"],
    "preparee": ["prepare_le"],
}
# D'abord ce qui attend quelqu'un : à signer, à soumettre, à envoyer ; puis ce qui est parti, le plus récent en tête.
AU_PARAPHEUR = [
    Case(
        When(etat=EtatCourrier.A_SIGNER, then=0),
        When(etat=EtatCourrier.BROUILLON, then=1),
        When(etat=EtatCourrier.SIGNEE, then=2),
        default=3,
    ),
    F("annee").desc(nulls_last=True),
    F("numero").desc(nulls_last=True),
    "visite__entreprise__raison_sociale",
]
NON_SIGNEES = [EtatCourrier.BROUILLON, EtatCourrier.A_SIGNER]


@page("courriers.voir")
def courriers(request):
    """Les lettres que ce membre voit, celles qui attendent une signature en tête."""
    visibles = Courrier.objects.visibles_par(request.membre)
    filtre = CourrierFilter(request.GET, queryset=visibles, request=request)
    page_obj = paginer(request, avec_dirigeant(filtre.qs), TRIS, AU_PARAPHEUR)
    contexte = {
        "filter": filtre,
        "page_obj": page_obj,
        "nombre": page_obj.paginator.count,
        "lettres": [(lettre, operations.retenue(lettre) if not lettre.signee else "") for lettre in page_obj],
        "etats": _par_etat(visibles),
        "gestes": _gestes_du_lot(request.membre, {lettre.etat for lettre in page_obj}),
        "a_signer": list(filtre.qs.a_signer().order_by("pk").values_list("pk", flat=True)),
    }
    return render(request, "visites/courrier_liste.html", contexte)


@page("courriers.voir", lit=Courrier)
def courrier(request, pk):
    """Une lettre : où elle en est, son texte tel qu'il est ou sera signé, ce qu'on peut en faire."""
    courrier = _trouver(request, pk)
    membre, etat = request.membre, courrier.etat
    contexte = {
        "courrier": courrier,
        "visite": courrier.visite,
        "lettre": apercu(courrier, le=localdate()),
        "obstacle": "" if courrier.signee else operations.empechement(courrier),
        "a_relire": "" if courrier.signee else a_relire(courrier),
        "peut_soumettre": etat == EtatCourrier.BROUILLON and autorise(membre, "courriers.imprimer"),
        "peut_signer": etat == EtatCourrier.A_SIGNER and autorise(membre, "courriers.signer"),
        "peut_imprimer": courrier.signee and autorise(membre, "courriers.imprimer"),
        "peut_corriger": not courrier.signee and autorise(membre, "courriers.preparer", courrier.visite.developpeur),
        "peut_noter_un_retour": etat == EtatCourrier.ENVOYEE
        and not courrier.retour_le
        and autorise(membre, "courriers.imprimer"),
        "envois": courrier.envois.exclude(echec=REMPLACE).select_related("pli"),
        "peut_envoyer": etat == EtatCourrier.SIGNEE and autorise(membre, "courriers.imprimer"),
        "fige": PdfFige.objects.filter(courrier=courrier).exclude(detruit_le=None).defer("pdf").first(),
    }
    return render(request, "visites/courrier_fiche.html", contexte)


@geste("courriers.preparer")
def preparer(request, pk):
    """Ouvre le brouillon de la lettre de cette visite, et le montre."""
    visites = Visite.objects.visibles_par(request.membre).select_related("reseau", "entreprise", "developpeur")
    visite = get_object_or_404(visites, pk=pk)
    exiger(request.membre, "courriers.preparer", visite.developpeur)
    lettre = operations.preparer(visite, par=request.membre, le=localdate())
    messages.success(request, "La lettre est en brouillon : relisez-la.")
    return redirect("visites:courrier", request.reseau.slug, lettre.pk)


@geste("courriers.preparer")
def relancer(request, pk):
    """Ouvre le brouillon d'une lettre de relance, et le montre."""
    visite = get_object_or_404(Visite.objects.visibles_par(request.membre).select_related("developpeur"), pk=pk)
    exiger(request.membre, "courriers.preparer", visite.developpeur)
    lettre = operations.relancer(visite, par=request.membre, le=localdate())
    messages.success(request, "La lettre de relance est en brouillon : relisez-la.")
    return redirect("visites:courrier", request.reseau.slug, lettre.pk)


@formulaire("courriers.preparer", lit=Courrier)
def corriger(request, pk):
    """Le texte de cette lettre seule ; « Revenir au modèle » efface la correction."""
    courrier = _a_preparer(request, pk)
    lettre = apercu(courrier, le=localdate())
    form = CorrectionForm(request.POST or None, instance=courrier, lettre=lettre, faits=valeurs(courrier))
    au_modele = "modele" in request.POST
    if au_modele or form.is_valid():
        correction = None if au_modele else form.correction
        if tenter(form, operations.corriger, courrier, modele=courrier.modele, correction=correction, par=request.membre):
            dit = "La lettre suit de nouveau son modèle." if au_modele else "Le texte de la lettre est corrigé."
            messages.success(request, dit)
            return redirect("visites:courrier", request.reseau.slug, pk)
    return render(request, "visites/courrier_corriger.html", {"form": form, "courrier": courrier, "a_relire": a_relire(courrier)})


@formulaire("courriers.preparer", lit=Courrier)
def changer_de_modele(request, pk):
    courrier = _a_preparer(request, pk)
    form = ChoixDeModeleForm(request.POST or None, instance=courrier)
    if form.is_valid():
        modele = form.cleaned_data["modele"]
        if tenter(form, operations.corriger, courrier, modele=modele, correction=None, par=request.membre):
            messages.success(request, f"La lettre suit le modèle « {modele or 'du réseau'} ».")
            return redirect("visites:courrier", request.reseau.slug, pk)
    return render(request, "visites/courrier_modele.html", {"form": form, "courrier": courrier})


@formulaire("courriers.imprimer", lit=Courrier)
def retour(request, pk):
    """La lettre est revenue à l'expéditeur."""
    courrier = _trouver(request, pk)
    form = RetourForm(request.POST or None, par_courriel=bool(courrier.courriel))
    if form.is_valid() and tenter(form, operations.noter_un_retour, courrier, par=request.membre, **form.cleaned_data):
        messages.success(request, "Le retour est noté. Corrigez l’adresse, puis préparez une nouvelle lettre.")
        return redirect("visites:courrier", request.reseau.slug, pk)
    return render(request, "visites/courrier_retour.html", {"form": form, "courrier": courrier})


@formulaire("courriers.signer", lit=Courrier)
def rejeter(request, pk):
    courrier = _trouver(request, pk)
    if courrier.etat != EtatCourrier.A_SIGNER:
        messages.error(request, "Seule une lettre à la signature se rejette.")
        return redirect("visites:courrier", request.reseau.slug, pk)
    form = RejetForm(request.POST or None)
    if form.is_valid() and tenter(form, operations.rejeter, courrier, par=request.membre, **form.cleaned_data):
        messages.success(request, "La lettre repart en brouillon, avec votre motif.")
        return redirect("visites:courriers", request.reseau.slug)
    return render(request, "visites/courrier_rejeter.html", {"form": form, "courrier": courrier})


@page("courriers.voir")
def courrier_pdf(request, pk):
    """Le PDF d'une lettre : un brouillon filigrané, ou le papier signé pour qui l'imprime."""
    courrier = _trouver(request, pk)
    if courrier.signee:
        exiger(request.membre, "courriers.imprimer")
    try:
        octets = papier(courrier, le=localdate())
    except ImpressionImpossible as erreur:
        messages.error(request, str(erreur))
        return redirect("visites:courrier", request.reseau.slug, pk)
    noter(request.membre, Geste.IMPRESSION, courrier)
    return fichier(octets, _nom_du_fichier(courrier), "pdf", en_ligne=True)


@page("courriers.voir")
def courrier_modifiable(request, pk, genre):
    """La lettre pour un traitement de texte (`genre` : docx ou odt), à qui pourrait l'imprimer en PDF."""
    courrier = _trouver(request, pk)
    if courrier.signee:
        exiger(request.membre, "courriers.imprimer")
    lettre = apercu(courrier, le=localdate())
    octets = FORMATS[genre]([lettre], titre=lettre.titre)
    noter(request.membre, Geste.IMPRESSION, courrier, precision=f"fichier .{genre}")
    return fichier(octets, _nom_du_fichier(courrier), genre)


def _nom_du_fichier(courrier):
    return f"lettre-{courrier.reference}" if courrier.signee else f"lettre-brouillon-{courrier.pk}"


def _a_preparer(request, pk):
    """La lettre que ce membre prépare, tant qu'elle n'est pas signée."""
    courrier = _trouver(request, pk)
    exiger(request.membre, "courriers.preparer", courrier.visite.developpeur)
    if courrier.signee:
        raise RegleEnfreinte("Une lettre signée ne change plus.")
    return courrier


def _trouver(request, pk):
    return get_object_or_404(Courrier.objects.visibles_par(request.membre).avec_noms(), pk=pk)


def _par_etat(courriers):
    comptes = dict(courriers.order_by().values_list("etat").annotate(Count("pk")))
    return [(etat, comptes.get(etat.value, 0)) for etat in EtatCourrier]


def _gestes_du_lot(membre, presents):
    """Les gestes par lot permis à ce membre et utiles aux lettres de la page."""
    if portee(membre, "courriers.imprimer") is not TOUT:
        return set()
    gestes = {"soumettre"} if EtatCourrier.BROUILLON in presents else set()
    gestes |= {"imprimer"} if presents - set(NON_SIGNEES) else set()
    gestes |= {"envoyer"} if EtatCourrier.SIGNEE in presents else set()
    signe = EtatCourrier.A_SIGNER in presents and autorise(membre, "courriers.signer")
    return gestes | ({"signer"} if signe else set())
