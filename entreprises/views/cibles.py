"""Les cibles : les préparer en voyant qui elles visent, les décider, relire la liste figée."""

from django.contrib import messages
from django.db.models import F
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate

from entreprises import operations
from entreprises.apercu import apercevoir
from entreprises.carte import dessiner
from entreprises.criteres import decrire
from entreprises.exports import GENRES
from entreprises.forms import CibleForm, DecisionForm, EcartForm
from entreprises.models import Cible, Entreprise, LigneDeCible
from reseau.acces import formulaire, page
from reseau.droits import autorise
from reseau.lib.erreurs import tenter
from reseau.lib.listes import page_de
from reseau.lib.saisie import lire_cle


@page("cibles.voir")
def liste(request):
    """Celles qu'on prépare d'abord, puis les décidées, de la plus récente à la plus ancienne."""
    cibles = Cible.objects.visibles_par(request.membre).select_related("reunion").avec_nombre()
    cibles = cibles.order_by(F("decidee_le").desc(nulls_first=True), "-pk")
    page_obj = page_de(request, cibles)
    return render(request, "entreprises/cible_liste.html", {"page_obj": page_obj})


@formulaire("cibles.gerer")
def creer(request):
    return _preparer(request, Cible(reseau=request.reseau), operations.creer_cible)


@formulaire("cibles.gerer")
def modifier(request, pk):
    cible = _cible(request, pk)
    if refus := _refus(cible):
        messages.error(request, refus)
        return redirect(cible)
    return _preparer(request, cible, operations.modifier_cible)


@page("cibles.voir")
def voir(request, pk):
    """La liste figée d'une cible décidée ; sinon ce qu'elle viserait aujourd'hui, et le vote s'il y en a un."""
    cible = _cible(request, pk)
    contexte = {"cible": cible, "criteres": decrire(cible.criteres), "scrutin": operations.scrutin(cible, request.membre)}
    contexte |= {"suivante": cible.suivantes.select_related("reseau").first(), "peut_voter": _peut_voter(request, cible)}
    contexte |= _liste_figee(request, cible) if cible.decidee else _apercu(request, cible)
    return render(request, "entreprises/cible_fiche.html", contexte)


@formulaire("cibles.gerer")
def decider(request, pk):
    cible, le = _cible(request, pk), localdate()
    if refus := _refus(cible):
        messages.error(request, refus)
        return redirect(cible)
    form = DecisionForm(request.POST or None, par=request.membre, le=le, reunion=lire_cle(request.GET.get("reunion")))
    if form.is_valid():
        nombre = tenter(form, operations.decider_cible, cible, **form.cleaned_data, par=request.membre, le=le)
        if nombre:
            messages.success(request, f"La cible est décidée, sa liste est figée ({nombre}).")
            if avertissement := operations.avertir_de_la_taille(nombre, request.reseau):
                messages.warning(request, avertissement)
            return redirect(cible)
    contexte = {"form": form, "cible": cible, "criteres": decrire(cible.criteres)}
    contexte |= {"scrutin": operations.scrutin(cible, request.membre), **_apercu(request, cible)}
    return render(request, "entreprises/cible_decision.html", contexte)


def _preparer(request, cible, operation):
    form = CibleForm(request.POST or None, instance=cible, membre=request.membre)
    essai = "apercu" in request.POST
    efface = cible.vote_clos
    if form.is_valid() and not essai and tenter(form, operation, cible, par=request.membre):
        messages.success(request, f"{cible} est enregistrée. Relisez-la, puis décidez-la en réunion.")
        if efface and not cible.vote_clos:
            messages.warning(request, "Les critères ont changé : le résultat du vote est effacé, vous pouvez en ouvrir un autre.")
        return redirect(cible)
    contexte = {"form": form, "cible": cible, **_apercu(request, Cible(reseau=cible.reseau, criteres=form.criteres))}
    return render(request, "entreprises/cible_form.html", contexte)


def _apercu(request, cible):
    apercu = apercevoir(cible, request.membre, localdate())
    carte = dessiner(cible.reseau.departement, apercu.communes, titre="Où sont ces entreprises")
    return {"apercu": apercu, "carte": carte}


def _liste_figee(request, cible):
    visibles = Entreprise.objects.visibles_par(request.membre)
    lignes = LigneDeCible.objects.visibles_par(request.membre, visibles).filter(cible=cible)
    ecartees = request.GET.get("voir") == "ecartees"
    lignes = lignes.ecartees() if ecartees else lignes.retenues()
    lignes = lignes.select_related("entreprise__commune__zone_emploi", "entreprise__naf").order_by("entreprise__recherche", "pk")
    return {
        "page_obj": page_de(request, lignes),
        "ecartees": ecartees,
        "nombre": cible.lignes.retenues().count(),
        "nombre_ecartees": cible.lignes.ecartees().count(),
        "ecart": EcartForm(auto_id="lot-%s"),
        "genres": GENRES,
        "peut_exporter": autorise(request.membre, "entreprises.exporter"),
    }


def _refus(cible):
    """Pourquoi cette cible ne se retouche ni ne se décide, "" sinon."""
    if cible.decidee:
        return operations.FIGEE
    return operations.VOTE_OUVERT if cible.vote_en_cours else ""


def _peut_voter(request, cible):
    return cible.vote_en_cours and autorise(request.membre, "cibles.voter")


def _cible(request, pk):
    cibles = Cible.objects.visibles_par(request.membre).select_related("reseau", "reunion", "precedente__reseau")
    return get_object_or_404(cibles, pk=pk)
