"""Les suites des visites : celles qu'on attend, celles d'une visite, leur papier."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate, now

from reseau.acces import exiger, formulaire, page
from reseau.droits import SIENS, portee
from reseau.enums import Geste
from reseau.expedition import REPARTIRA
from reseau.lib.erreurs import tenter
from reseau.lib.listes import page_de
from reseau.lib.pdf import ImpressionImpossible
from reseau.lib.reponses import fichier
from reseau.operations import noter
from suivi import operations
from suivi.enums import Voie
from suivi.forms import SuitesForm
from suivi.models import LettreDeSuites
from suivi.papier_des_suites import imprimer_les_suites
from suivi.suites import DELAI_JOURS, OBJET, adresse_proposee, attendues, en_retard, texte_propose
from visites.models import Visite

DONNEES_DITES = {Voie.POSTE: "Les suites sont notées parties par la poste.", Voie.VIVE_VOIX: "Les suites sont notées données."}


@page("comptes_rendus.rediger")
def liste(request):
    """Les entreprises qui attendent leurs suites ; un développeur direct, les siennes. `?retard=oui` : depuis trop longtemps."""
    visites, le = _visites(request.membre), localdate()
    retard = request.GET.get("retard") == "oui"
    lignes = en_retard(visites, le) if retard else attendues(visites)
    page_obj = page_de(request, lignes.avec_noms())
    ecrites = LettreDeSuites.objects.defer("texte").in_bulk([visite.pk for visite in page_obj], field_name="visite_id")
    contexte = {
        "page_obj": page_obj,
        "lignes": [(visite, ecrites.get(visite.pk)) for visite in page_obj],
        "retard": retard,
        "delai": DELAI_JOURS,
        "en_tout": attendues(visites).count(),
        "en_retard": en_retard(visites, le).count(),
    }
    return render(request, "suivi/suites_liste.html", contexte)


@formulaire("comptes_rendus.rediger", lit=Visite)
def suites(request, pk):
    """Le texte proposé, à relire ; il part par courriel, s'imprime, ou se note donné autrement."""
    suites = _suites(request, pk)
    if suites.donnee_le:
        return render(request, "suivi/suites_donnees.html", {"suites": suites, "visite": suites.visite})
    form = SuitesForm(request.POST or None, instance=suites)
    if form.is_valid() and tenter(form, _donner, request, form, request.POST.get("geste", "")):
        return redirect("suivi:suites", request.reseau.slug, pk)
    contexte = {
        "form": form,
        "suites": suites,
        "visite": suites.visite,
        "parti": suites.visite.developpeur.est_parti(localdate()),
    }
    return render(request, "suivi/suites_form.html", contexte)


@page("comptes_rendus.rediger")
def suites_pdf(request, pk):
    """La lettre, pour enveloppe à fenêtre."""
    suites = _suites(request, pk)
    try:
        octets = imprimer_les_suites(suites, par=request.membre, le=suites.donnee_le or localdate())
    except ImpressionImpossible as erreur:
        messages.error(request, str(erreur))
        return redirect("suivi:suites", request.reseau.slug, pk)
    noter(request.membre, Geste.IMPRESSION, suites.visite, precision="lettre de suites")
    return fichier(octets, f"suites-{suites.visite_id}", "pdf", en_ligne=True)


def _visites(membre):
    visites = Visite.objects.visibles_par(membre)
    return visites.du_developpeur(membre) if portee(membre, "comptes_rendus.rediger") is SIENS else visites


def _suites(request, pk):
    """Celles de cette visite, déjà écrites ou proposées ; 404 tant que son compte rendu n'est pas terminé."""
    rendues = Visite.objects.visibles_par(request.membre).filter(compte_rendu__termine_le__isnull=False)
    equipe = ("compte_rendu__vu", "developpeur__utilisateur")
    visite = get_object_or_404(rendues.avec_noms().select_related(*equipe), pk=pk)
    exiger(request.membre, "comptes_rendus.rediger", visite.developpeur, visite.accompagnant)
    suites = LettreDeSuites.objects.select_related("donnee_par", "pli").filter(visite=visite).first()
    if suites is None:
        suites = LettreDeSuites(objet=OBJET, texte=texte_propose(visite, le=localdate()), courriel=adresse_proposee(visite))
    suites.visite = visite
    return suites


def _donner(request, form, geste):
    suites, par = form.save(commit=False), request.membre
    if geste in (Voie.POSTE, Voie.VIVE_VOIX):
        operations.donner_les_suites(suites, voie=geste, le=form.cleaned_data["le"], par=par)
        messages.success(request, DONNEES_DITES[geste])
    elif geste == Voie.COURRIEL:
        maintenant = now()
        operations.inscrire_l_envoi(suites, par=par, maintenant=maintenant)
        transaction.on_commit(lambda: _envoyer(request, suites, maintenant))
    else:
        operations.garder_les_suites(suites, par=par)
        messages.success(request, "Le texte des suites est enregistré.")
    return True


def _envoyer(request, suites, maintenant):
    raison = operations.envoyer_les_suites(suites, maintenant=maintenant)
    if raison and suites.pli.en_attente:
        messages.warning(request, f"Le courriel n’est pas encore parti. {raison} {REPARTIRA}")
    elif raison:
        messages.error(request, f"Le courriel n’est pas parti. {raison} Le texte est gardé : réessayez.")
    else:
        messages.success(request, f"Les suites sont parties par courriel à {suites.courriel}.")
