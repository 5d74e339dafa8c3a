"""L'ordre du jour d'une réunion à venir : ce que chacun y lit et y inscrit ; les entreprises proposées et leurs notes."""

from django.contrib import messages
from django.db.models import Exists, OuterRef, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate

from entreprises.models import Entreprise
from reseau.acces import exiger, formulaire, geste
from reseau.lib.erreurs import RegleEnfreinte, tenter
from reseau.lib.listes import page_de
from reseau.models import Reunion
from suivi import operations
from suivi.forms import NoteForm, PointForm, RetraitForm
from suivi.models import Point, Proposition, dossiers
from suivi.ordre_du_jour import points_retires, sujets_a_ordonner, visites_retirees

TROUVEES = 8
TEXTE_MAX = 100


def a_venir(reunion, membre):
    """Ce que la page d'une réunion à venir montre à ce lecteur : l'ordre du jour, les restitutions parmi ses dossiers."""
    lisibles = set(dossiers(membre).a_restituer().values_list("pk", flat=True))
    sujets = sujets_a_ordonner(reunion, membre, localdate())
    return {
        "sujets": [sujet for sujet in sujets if sujet.visite is None or sujet.visite in lisibles],
        "retires": points_retires(reunion),
        "visites_retirees": visites_retirees(reunion, membre).filter(pk__in=lisibles),
        "propositions": _propositions(membre).count(),
        "point": PointForm(),
    }


@geste("reunions.repondre")
def proposer(request, pk):
    """Un membre demande un point à l'ordre du jour."""
    reunion, form = _reunion(request, pk), PointForm(request.POST)
    if not form.is_valid():
        raise RegleEnfreinte("Dites en une ligne de quoi vous voulez parler.")
    operations.proposer_un_point(reunion, form.cleaned_data["texte"], par=request.membre)
    messages.success(request, "Le point est à l’ordre du jour.")
    return redirect(reunion)


@geste("reunions.convoquer")
def deplacer(request, pk):
    """Monte ou descend un sujet."""
    reunion = _reunion(request, pk)
    operations.deplacer(reunion, request.POST.get("sujet", ""), request.POST.get("sens", ""), par=request.membre)
    return redirect(f"{reunion.get_absolute_url()}#ordre-du-jour")


@geste("reunions.repondre")
def retirer(request, pk):
    """Retire un sujet : l'animateur, ou qui a demandé le point. `remettre` le remet."""
    reunion, form = _reunion(request, pk), RetraitForm(request.POST)
    if not form.is_valid():
        raise RegleEnfreinte("Ce sujet n’est plus à l’ordre du jour.")
    sujet, motif = form.cleaned_data["sujet"], form.cleaned_data["motif"]
    if not _est_le_sien(request.membre, reunion, sujet):
        exiger(request.membre, "reunions.convoquer")
    if "remettre" in request.POST:
        operations.remettre(reunion, sujet, par=request.membre)
        messages.success(request, "Le sujet est remis à l’ordre du jour.")
    else:
        operations.retirer(reunion, sujet, motif=motif, par=request.membre)
        messages.success(request, "Le sujet est retiré de cette réunion.")
    return redirect(f"{reunion.get_absolute_url()}#ordre-du-jour")


@formulaire("reunions.repondre")
def entreprises(request):
    """Les entreprises proposées pour une prochaine visite : chacun en propose, et dit ce qu'il en sait."""
    form = NoteForm(request.POST or None, membre=request.membre)
    if form.is_valid() and tenter(form, _noter, form, request.membre):
        messages.success(request, f"{form.cleaned_data['entreprise']} : c’est noté pour la prochaine réunion.")
        return redirect("suivi:reunion-entreprises", request.reseau.slug)
    q = request.GET.get("q", "").strip()[:TEXTE_MAX]
    page_obj = page_de(request, _propositions(request.membre).avec_noms())
    for proposition in page_obj:
        proposition.la_mienne = next((n.texte for n in proposition.notes.all() if n.membre_id == request.membre.pk), "")
    contexte = {"form": form, "q": q, "trouvees": _trouvees(request.membre, q) if q else [], "page_obj": page_obj}
    return render(request, "suivi/proposition_liste.html", contexte)


def _noter(form, membre):
    return operations.proposer_une_entreprise(form.cleaned_data["entreprise"], texte=form.cleaned_data["texte"], par=membre)


def _propositions(membre):
    return Proposition.objects.visibles_par(Entreprise.objects.visibles_par(membre).values("pk")).en_attente()


def _trouvees(membre, q):
    deja = Proposition.objects.en_attente().filter(entreprise=OuterRef("pk"))
    return Entreprise.objects.visibles_par(membre).avec_references().exclude(Exists(deja)).cherche(q)[:TROUVEES]


def _est_le_sien(membre, reunion, code):
    """Un point qu'il a demandé, et que personne d'autre n'a retiré."""
    siens = Point.objects.filter(Q(retire_par=None) | Q(retire_par=membre), reunion=reunion, demande_par=membre)
    return code in [point.code for point in siens]


def _reunion(request, pk):
    return get_object_or_404(Reunion.objects.visibles_par(request.membre).select_related("reseau"), pk=pk)
