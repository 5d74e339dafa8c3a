"""Le plan des visites, la page d'une visite, et l'onglet « Visites » d'une entreprise."""

from typing import NamedTuple

from django.db.models import Case, F, When
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.timezone import localdate, now

from entreprises.models import Entreprise
from reseau.acces import page
from reseau.droits import NON, autorise, portee
from reseau.enums import Geste, Qualite
from reseau.operations import noter
from visites.concurrences import concurrentes_de
from visites.enums import EN_COURS, EtatVisite
from visites.espacement import empechements
from visites.etapes import gestes, historique, parcours
from visites.filters import A_REVOIR, VisiteFilter
from visites.filters import EN_COURS as EN_COURS_AU_FILTRE
from visites.invitations import suivi
from visites.listes import paginer
from visites.models import Courrier, Visite

TRIS = {
    "entreprise": ["entreprise__raison_sociale"],
    "commune": ["entreprise__commune__nom", "entreprise__raison_sociale"],
    "developpeur": ["developpeur__nom", "developpeur__prenom"],
    "date": ["repere_le"],
}
# Ce qui est à faire d'abord, le plus proche en tête ; puis ce qui est fait, le plus récent en tête.
AU_PLAN = [
    Case(When(etat__in=EN_COURS, then=0), default=1),
    Case(When(etat__in=EN_COURS, then=F("repere_le"))),
    F("repere_le").desc(),
]
PRECEDENTES = 3
LIEES = ("compte_rendu", "developpeur__utilisateur", "accompagnant__utilisateur")


class Raccourci(NamedTuple):
    libelle: str
    adresse: str


@page("visites.voir")
def liste(request):
    """Le plan : toutes les visites que ce membre voit, filtrées et rangées."""
    visibles = Visite.objects.visibles_par(request.membre).avec_noms().avec_repere()
    visibles = visibles.select_related("entreprise__commune__zone_emploi")
    filtre = VisiteFilter(request.GET, queryset=visibles, request=request)
    page_obj = paginer(request, filtre.qs, TRIS, AU_PLAN)
    programme = autorise(request.membre, "visites.programmer")
    contexte = {
        "filter": filtre,
        "page_obj": page_obj,
        "nombre": page_obj.paginator.count,
        "raccourcis": _raccourcis(request.membre, programme),
        "a_revoir": programme and filtre.form.cleaned_data.get("etat") == A_REVOIR,
    }
    return render(request, "visites/visite_liste.html", contexte)


@page("visites.voir")
def visite(request, pk):
    """Une visite sur un seul écran, du courrier au compte rendu."""
    visibles = Visite.objects.visibles_par(request.membre)
    visite = get_object_or_404(visibles.avec_noms().select_related(*LIEES), pk=pk)
    courrier, compte_rendu = Courrier.objects.courant(visite), getattr(visite, "compte_rendu", None)
    noter(request.membre, Geste.LECTURE, visite)
    precedentes = visibles.filter(entreprise=visite.entreprise).exclude(pk=pk).avec_noms().avec_repere()
    principal, *autres = gestes(visite, request.membre, courrier, compte_rendu) or [None]
    dirigeant = visite.entreprise.contacts.filter(dirigeant=True).first()
    contexte = {
        "visite": visite,
        "courrier": courrier if autorise(request.membre, "courriers.voir", visite.developpeur) else None,
        "dirigeant": dirigeant,
        "numero_a_appeler": _numero_a_appeler(visite, dirigeant, request.membre),
        "precision": visite.precision if _lit_les_paroles(visite, request.membre) else "",
        "parcours": parcours(visite, compte_rendu),
        "principal": principal,
        "autres": autres,
        "historique": historique(visite, courrier),
        "precedentes": precedentes.order_by("-repere_le", "-pk")[:PRECEDENTES],
        "concurrentes": concurrentes_de(visite.entreprise, request.membre),
        "dans_les_agendas": _dans_les_agendas(visite, request.membre),
    }
    return render(request, "visites/visite_fiche.html", contexte)


@page("visites.voir", lit=Entreprise)
def entreprise(request, pk):
    """L'onglet « Visites » de la fiche d'une entreprise : ce que les autres y ont déjà fait."""
    entreprise = get_object_or_404(Entreprise.objects.visibles_par(request.membre).avec_references(), pk=pk)
    visites = Visite.objects.visibles_par(request.membre).filter(entreprise=entreprise).avec_noms().avec_repere()
    empechement = empechements([entreprise], request.reseau, localdate()).get(entreprise.pk)
    libre = empechement is None or empechement.franchissable
    contexte = {
        "entreprise": entreprise,
        "visites": visites.order_by("-repere_le", "-pk"),
        "empechement": empechement,
        "peut_programmer": libre and autorise(request.membre, "visites.programmer"),
    }
    return render(request, "visites/visite_entreprise.html", contexte)


def _raccourcis(membre, programme):
    """Les filtres les plus demandés, selon ce que ce membre peut faire."""
    raccourcis = [Raccourci("En cours", f"?etat={EN_COURS_AU_FILTRE}")]
    if membre.qualite == Qualite.DIRECT:
        raccourcis.append(Raccourci("Les miennes", f"?etat={EN_COURS_AU_FILTRE}&developpeur={membre.pk}"))
    if programme or portee(membre, "visites.prendre") is not NON:
        raccourcis.append(Raccourci("À prendre", f"?etat={EtatVisite.A_PROGRAMMER}"))
    if programme:
        raccourcis.append(Raccourci("À revoir", reverse("visites:a-revoir", args=[membre.reseau.slug])))
    return raccourcis


def _numero_a_appeler(visite, dirigeant, membre):
    """Le téléphone à portée de pouce, tant que la visite reste à convenir, pour qui la conduit."""
    if not visite.confiee or not autorise(membre, "visites.conduire", visite.developpeur):
        return ""
    return (dirigeant.telephone if dirigeant else "") or visite.entreprise.telephone


def _dans_les_agendas(visite, membre):
    """Qui a été invité, prévenu, ou reste à l'être ; None à qui ne conduit pas la visite, ou s'il n'y a rien à dire."""
    return suivi(visite, maintenant=now()) if autorise(membre, "visites.conduire", visite.developpeur) else None


def _lit_les_paroles(visite, membre):
    """Ce qu'a dit l'entreprise en refusant se lit comme un compte rendu."""
    return autorise(membre, "comptes_rendus.lire", visite.developpeur, visite.accompagnant)
