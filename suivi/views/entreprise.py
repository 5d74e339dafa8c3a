"""L'onglet « Projets et actions » d'une entreprise : ce que le réseau y suit, visite par visite."""

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404, render
from django.utils.timezone import localdate

from entreprises.models import Entreprise
from reseau.acces import page
from reseau.droits import autorise
from reseau.enums import Geste
from reseau.operations import noter
from suivi.gestes import gestes_permis
from suivi.models import Action, Projet, dossiers


@page("actions.voir")
def entreprise(request, pk):
    """Les projets des visites que le membre lit, et leurs actions. La lecture est notée."""
    membre, le = request.membre, localdate()
    entreprise = get_object_or_404(Entreprise.objects.visibles_par(membre).avec_references(), pk=pk)
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
