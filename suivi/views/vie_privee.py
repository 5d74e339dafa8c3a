"""Données personnelles, chez l'animateur : les demandes des personnes, leur dossier, l'effacement ; les durées et la purge.

Le nom d'une personne ne passe jamais dans une adresse : il est dans la demande, que son numéro désigne.
"""

from datetime import timedelta

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate, now

from reseau.acces import formulaire, geste, page
from reseau.conservation import par_public
from reseau.enums import Geste
from reseau.lib.document_modifiable import document_en_docx
from reseau.lib.erreurs import tenter
from reseau.lib.listes import page_de
from reseau.lib.reponses import fichier
from reseau.operations import enregistrer, noter
from reseau.templatetags.affichage import pluriel_fr
from suivi.dossier_personnel import INCOMPLET, composer, en_zip
from suivi.enums import DroitExerce
from suivi.forms.droits import DemandeDeDroitForm, EffacementForm, PurgeForm
from suivi.models import DemandeDeDroit
from suivi.operations import purges
from suivi.operations.droits import clore_la_demande, effacer_la_personne, ouvrir_une_demande
from suivi.purge import PURGEURS

DROIT = "vie_privee.gerer"
HORIZON = timedelta(days=30)
OBJET = "droits des personnes"
DU_RESEAU = tuple(purgeur for purgeur in PURGEURS if not purgeur.commun)


@formulaire(DROIT)
def droits(request):
    """Les demandes reçues, et de quoi en ouvrir une ; chercher une personne, c'est en ouvrir une."""
    form = DemandeDeDroitForm(request.POST or None, initial={"recue_le": localdate(), "droit": DroitExerce.ACCES})
    if form.is_valid():
        return redirect(ouvrir_une_demande(form.save(commit=False), par=request.membre))
    demandes = DemandeDeDroit.objects.visibles_par(request.membre).select_related("reseau", "traitee_par")
    return render(request, "suivi/droit_liste.html", {"form": form, "page_obj": page_de(request, demandes)})


@page(DROIT)
def droit(request, pk):
    """Le dossier de la personne, tel que ce lecteur peut le lire ; la lecture se note."""
    demande = _demande(request, pk)
    contexte = {"demande": demande, "incomplet": INCOMPLET}
    if not demande.traitee:
        contexte["dossier"] = composer(demande.reseau, demande.identite, request.membre)
        noter(request.membre, Geste.LECTURE, demande)
    return render(request, "suivi/droit_fiche.html", contexte)


@formulaire(DROIT, lit=DemandeDeDroit)
def droit_modifier(request, pk):
    """Préciser qui l'on cherche : un prénom, une adresse de plus."""
    demande = _ouverte(request, pk)
    form = DemandeDeDroitForm(request.POST or None, instance=demande)
    if form.is_valid() and tenter(form, enregistrer, form.instance, par=request.membre):
        return redirect(demande)
    return render(request, "suivi/droit_form.html", {"form": form, "demande": demande})


@page(DROIT)
def droit_exporter(request, pk):
    """Le dossier à remettre : ce qui est sûrement d'elle, et rien d'un homonyme."""
    demande = _ouverte(request, pk)
    octets = en_zip(composer(demande.reseau, demande.identite, request.membre), lecteur=request.membre, instant=now())
    noter(request.membre, Geste.EXPORT, demande)
    return fichier(octets, f"dossier-{demande.pk}", "zip")


@page(DROIT)
def droit_reponse(request, pk):
    """La réponse type, à relire et à signer ; une fois la demande close, le nom se complète à la main."""
    demande = _demande(request, pk)
    contexte = {"demande": demande, "nom_reseau": demande.reseau.nom, "le": localdate()}
    octets = document_en_docx("bureautique/document/reponse_droit.xml", contexte, titre="Réponse", edite_le=now())
    noter(request.membre, Geste.IMPRESSION, demande)
    return fichier(octets, f"reponse-{demande.pk}", "docx")


@formulaire(DROIT, lit=DemandeDeDroit)
def droit_effacer(request, pk):
    """Ce qui va disparaître, ce qu'il faut trancher, puis la confirmation."""
    demande = _ouverte(request, pk)
    dossier = composer(demande.reseau, demande.identite, request.membre)
    textes = [passage for ligne in dossier.textes for passage in ligne.passages if passage.sure]
    form = EffacementForm(request.POST or None, a_trancher=dossier.a_trancher, textes=textes)
    if form.is_valid():
        bilan = tenter(form, effacer_la_personne, demande, par=request.membre, instant=now(), choix=form.choix)
        if bilan:
            messages.success(request, f"La personne est effacée : {_dire(bilan)}. Les chiffres n’ont pas bougé.")
            return redirect(demande)
    contexte = {"demande": demande, "dossier": dossier, "form": form, "incomplet": INCOMPLET}
    return render(request, "suivi/droit_effacer.html", contexte)


@geste(DROIT)
def droit_clore(request, pk):
    """La réponse est donnée : il ne reste que des dates et des nombres."""
    demande = clore_la_demande(_ouverte(request, pk), par=request.membre, le=localdate())
    messages.success(request, "La demande est close : le nom de la personne n’y est plus.")
    return redirect(demande)


@formulaire(DROIT)
def conservation(request):
    """Combien de temps on garde quoi, ce qui est arrivé à son terme, ce qui y arrive dans le mois ; et purger."""
    form = PurgeForm(request.POST or None)
    if form.is_valid():
        nombres = purges.purger(DU_RESEAU, request.reseau, instant=now(), par=request.membre)
        messages.success(request, f"Purge faite : {pluriel_fr(sum(nombres.values()), 'ligne,lignes')}.")
        return redirect("suivi:conservation", request.reseau.slug)
    instant = now()
    echeances = purges.compter(DU_RESEAU, request.reseau, instant, instant + HORIZON)
    contexte = {
        "form": form,
        "groupes": _par_public(echeances, request.reseau),
        "nombre": sum(echeance.nombre for echeance in echeances),
        "bientot": sum(echeance.bientot for echeance in echeances),
    }
    return render(request, "suivi/conservation.html", contexte)


def _par_public(echeances, reseau):
    """[(titre, [(durée, en mots, nombre ou None, bientôt)])], dans l'ordre de la table."""
    nombres = {}
    for echeance in echeances:
        avant = nombres.get(echeance.duree.cle, (0, 0))
        nombres[echeance.duree.cle] = (avant[0] + echeance.nombre, avant[1] + echeance.bientot)
    return [
        (titre, [(ligne, ligne.en_mots(reseau), *nombres.get(ligne.cle, (None, None))) for ligne in lignes])
        for titre, lignes in par_public()
    ]


def _dire(bilan):
    formes = {"fiches": "fiche,fiches", "textes": "texte,textes", "papiers": "papier,papiers"}
    return ", ".join(pluriel_fr(nombre, formes[mot]) for mot, nombre in bilan.items())


def _demande(request, pk):
    return get_object_or_404(DemandeDeDroit.objects.visibles_par(request.membre).select_related("reseau", "traitee_par"), pk=pk)


def _ouverte(request, pk):
    """Une demande répondue n'a plus rien à montrer, ni à effacer."""
    return get_object_or_404(DemandeDeDroit.objects.visibles_par(request.membre).a_traiter().select_related("reseau"), pk=pk)
