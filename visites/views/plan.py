"""Le plan de visites : qui a quoi et quand, à droite ce qu'il reste à placer. La page d'une campagne est son plan."""

from urllib.parse import urlencode

from django.db.models import Count
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.timezone import localdate

from reseau.acces import page
from reseau.droits import autorise
from reseau.lib.dates import plus_mois, premier_du_mois
from reseau.lib.saisie import lire_cle, lire_mois
from reseau.lib.tableau import mois_long
from reseau.models import Membre
from visites import binomes, panneau
from visites.charge import MOIS_MONTRES, plan
from visites.couverture import couverture
from visites.enums import EtatVisite
from visites.filters import PlanFilter
from visites.forms import ProgrammationForm
from visites.listes import paginer
from visites.models import Campagne, Visite
from visites.views.chiffres import chiffres_de_couverture
from visites.views.repartition import dernier_depot

TRIS = {
    "entreprise": ["raison_sociale"],
    "commune": ["commune__nom", "raison_sociale"],
    "taille": ["tranche_effectif", "raison_sociale"],
}
PAR_PAGE = 12  # la liste se lit à côté du tableau, sans le pousser hors de l'écran
QUINZE = 15  # passé le 15, ce que l'on place vise plutôt le mois suivant
# Le filtre du plan et celui de la carte ne nomment pas tout pareil.
VERS_LA_CARTE = {"q": "q", "zone": "zone", "division": "division", "taille": "tranche"}


@page("campagnes.voir")
def courant(request):
    """Le plan de la campagne en cours ; sinon de la dernière ; sinon rien, et par où commencer."""
    campagnes = Campagne.objects.visibles_par(request.membre).select_related("reseau", "cible")
    campagne = campagnes.en_cours(localdate()).first() or campagnes.first()
    contexte = composer(request, campagne) if campagne else {"peut_gerer": autorise(request.membre, "campagnes.gerer")}
    return render(request, "visites/plan.html" if campagne else "visites/plan_vide.html", contexte)


@page("campagnes.voir")
def campagne(request, pk):
    campagne = get_object_or_404(Campagne.objects.visibles_par(request.membre).select_related("reseau", "cible"), pk=pk)
    return render(request, "visites/plan.html", composer(request, campagne))


def formulaire_du_lot(request, campagne):
    """Le formulaire des entreprises cochées ; celui d'une page qui ne fait que lire est vide."""
    le, envoye = localdate(), request.POST if request.method == "POST" else None
    candidates = panneau.candidates(campagne, request.membre, le)
    return ProgrammationForm(envoye, membre=request.membre, le=le, campagne=campagne, entreprises=candidates)


def composer(request, campagne, form=None):
    """Tout ce que montre le plan ; `form` : celui du lot, s'il revient avec ses erreurs."""
    le, membre = localdate(), request.membre
    visites = Visite.objects.visibles_par(membre).filter(campagne=campagne)
    mois, lignes = plan(campagne, _developpeurs(membre, visites, le), visites, le, depart=lire_mois(request.GET.get("depuis")))
    programme = autorise(membre, "visites.programmer")
    return {
        "campagne": campagne,
        "etats": _par_etat(visites),
        "couverture": chiffres_de_couverture(couverture(campagne.cible, le)) if campagne.cible else None,
        "mois": mois,
        "developpeurs": lignes,
        "voisins": _voisins(campagne, mois),
        "debut_en_mots": binomes.DEFINITION if any(ligne.debute for ligne in lignes) else "",
        "a_annoncer": visites.a_annoncer().count(),
        "peut_programmer": programme,
        "peut_prendre": autorise(membre, "visites.prendre"),
        "peut_gerer": autorise(membre, "campagnes.gerer"),
        "peut_preparer": autorise(membre, "courriers.preparer"),
        "depot": dernier_depot(request, campagne) if programme else None,
        **_a_droite(request, campagne, visites, le, (mois, lignes), form),
    }


def _a_droite(request, campagne, visites, le, montres, form):
    """La case que l'adresse ouvre, sinon les entreprises à placer, filtrées et paginées."""
    cle = {nom: lire_cle(request.GET.get(nom)) for nom in ("developpeur", "accompagnant")}
    ouverte = panneau.ouverte(visites, request.membre, **cle, mois=lire_mois(request.GET.get("mois")))
    if ouverte and form is None:
        return {"ouverte": ouverte, "cartes": panneau.cartes(ouverte.visites, request.membre, le)}
    candidates = panneau.candidates(campagne, request.membre, le)
    filtre = PlanFilter(request.GET, queryset=candidates.avec_references(), request=request)
    page_obj = paginer(request, filtre.qs, TRIS, ["raison_sociale"], par_page=PAR_PAGE)
    programme, (mois, developpeurs) = autorise(request.membre, "visites.programmer"), montres
    form = form or (formulaire_du_lot(request, campagne) if programme else None)
    affectables = [ligne.membre for ligne in developpeurs if ligne.affectable]
    return {
        "form": form,
        "filter": filtre,
        "page_obj": page_obj,
        "lignes": panneau.lignes(page_obj, request.membre, le, campagne, affectables, form.cochees if form else ()),
        "nombre": page_obj.paginator.count,
        "mois_propose": _mois_propose(mois, le),
        "vers_la_carte": _vers_la_carte(request, campagne),
    }


def _developpeurs(membre, visites, le):
    """Ceux à qui l'on peut confier une visite, et ceux qui en ont ici, par ordre alphabétique."""
    du_reseau = Membre.objects.visibles_par(membre)
    avec_visite = du_reseau.filter(pk__in=visites.filter(developpeur__isnull=False).order_by().values("developpeur"))
    return (du_reseau.affectables(le) | avec_visite).distinct().order_by("nom", "prenom", "pk")


def _par_etat(visites):
    comptes = dict(visites.order_by().values_list("etat").annotate(Count("pk")))
    return [(etat, comptes.get(etat.value, 0)) for etat in EtatVisite]


def _voisins(campagne, mois):
    """Les mois à montrer avant et après ceux-ci, s'il en reste dans la campagne : (sens, valeur, libellé)."""
    avant, apres = plus_mois(mois[0], -MOIS_MONTRES), plus_mois(mois[-1], 1)
    voisins = []
    if mois[0] > premier_du_mois(campagne.debut_le):
        voisins.append(("left", f"{max(avant, premier_du_mois(campagne.debut_le)):%Y-%m}", "Mois précédents"))
    if apres <= campagne.fin_le:
        voisins.append(("right", f"{apres:%Y-%m}", "Mois suivants"))
    return voisins


def _mois_propose(mois, le):
    """Le mois où vont les propositions : celui-ci, ou le suivant passé le quinze, s'il est montré."""
    vise = plus_mois(premier_du_mois(le), 1 if le.day > QUINZE else 0)
    montres = [premier for premier in mois if premier >= premier_du_mois(le)]
    propose = vise if vise in montres or not montres else montres[0]
    return {"valeur": propose.isoformat(), "libelle": mois_long(propose)}


def _vers_la_carte(request, campagne):
    """L'adresse de la carte, de la même cible et sous les mêmes filtres."""
    choix = {"cible": campagne.cible_id} if campagne.cible_id else {}
    choix |= {autre: request.GET[nom] for nom, autre in VERS_LA_CARTE.items() if request.GET.get(nom)}
    return f"{reverse('visites:carte', args=[request.reseau.slug])}?{urlencode(choix)}"
