"""Les onglets d'une entreprise que le suivi sert : projets et actions, chronologie ; et sa fiche de préparation."""

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404, render
from django.utils.timezone import localdate

from entreprises.models import Entreprise
from reseau.acces import page
from reseau.droits import autorise
from reseau.enums import Geste
from reseau.lib.listes import page_de
from reseau.lib.reponses import fichier
from reseau.operations import noter
from suivi.chronologie import chronologie as raconter
from suivi.chronologie import genres_lisibles
from suivi.forms import ChronologieForm
from suivi.gestes import gestes_permis
from suivi.models import Action, Projet, dossiers
from suivi.preparation import imprimer_la_preparation, preparer


@page("actions.voir")
def entreprise(request, pk):
    """Les projets des visites que le membre lit, et leurs actions. La lecture est notée."""
    membre, le = request.membre, localdate()
    entreprise = _trouver(request, pk)
    noter(membre, Geste.LECTURE, entreprise, precision="projets et actions")
    actions = Action.objects.visibles_par(membre).avec_noms().order_by("numero")
    projets = Projet.objects.avec_noms().prefetch_related(Prefetch("actions", actions))
    visites = dossiers(membre).filter(entreprise=entreprise, projets__isnull=False).distinct()
    visites = visites.avec_noms().select_related("compte_rendu").prefetch_related(Prefetch("projets", projets))
    contexte = {
        "entreprise": entreprise,
        "visites": [_preparer(visite, membre, le) for visite in visites.order_by("-realisee_le", "-pk")],
        "peut_proposer": autorise(membre, "actions.proposer"),
    }
    return render(request, "suivi/entreprise_projets.html", contexte)


@page("entreprises.voir")
def chronologie(request, pk):
    """Tout ce que le réseau a fait avec l'entreprise, pour ce lecteur. La lecture est notée."""
    entreprise = _trouver(request, pk)
    form = ChronologieForm(request.GET, genres=genres_lisibles(request.membre))
    evenements = raconter(entreprise, request.membre, form.genres)
    noter(request.membre, Geste.LECTURE, entreprise, precision="chronologie")
    contexte = {
        "entreprise": entreprise,
        "page_obj": page_de(request, evenements),
        "nombre": len(evenements),
        "filter": {"form": form},
        "filtree": form.genres is not None,
    }
    return render(request, "suivi/entreprise_chronologie.html", contexte)


@page("preparations.lire")
def preparation_lire(request, pk):
    """La même fiche, au téléphone. La lecture est notée."""
    entreprise = _trouver(request, pk)
    noter(request.membre, Geste.LECTURE, entreprise, precision="fiche de préparation")
    contexte = {"entreprise": entreprise, "fiche": preparer(entreprise, request.membre, localdate())}
    return render(request, "suivi/preparation.html", contexte)


@page("preparations.lire")
def preparation(request, pk):
    """La fiche de préparation d'une visite, sur une page, pour ce lecteur. L'impression est notée."""
    entreprise = _trouver(request, pk)
    octets = imprimer_la_preparation(entreprise, request.membre, localdate())
    noter(request.membre, Geste.IMPRESSION, entreprise, precision="fiche de préparation")
    return fichier(octets, f"preparation-{entreprise.siret}", "pdf")


def _trouver(request, pk):
    visibles = Entreprise.objects.visibles_par(request.membre).avec_references()
    return get_object_or_404(visibles.select_related("reseau", "commune__zone_emploi", "naf"), pk=pk)


def _preparer(visite, membre, le):
    """Pose sur la visite, ses projets et ses actions ce que le gabarit montre."""
    visite.peut_rediger = autorise(membre, "comptes_rendus.rediger", visite.developpeur, visite.accompagnant)
    visite.projets_suivis = list(visite.projets.all())
    for projet in visite.projets_suivis:
        projet.liste = list(projet.actions.all())
        projet.peut_modifier = visite.peut_rediger or autorise(membre, "comptes_rendus.rediger", projet.interlocuteur)
        for action in projet.liste:
            action.gestes, action.echue = gestes_permis(membre, action), action.est_echue(le)
    return visite
