"""L'annuaire : liste et fiches des membres, invitation, départ, et la fiche que chacun tient soi-même."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate, now

from reseau import operations, seconds_facteurs
from reseau.acces import formulaire, geste, page
from reseau.composition import signalements
from reseau.droits import autorise
from reseau.enums import GenrePli
from reseau.expedition import REPARTIRA, est_parti
from reseau.filters import MembreFilter
from reseau.forms import DepartForm, MaFicheForm, MembreForm
from reseau.lib.erreurs import RegleEnfreinte, tenter
from reseau.lib.listes import page_de
from reseau.models import Absence, FicheCompetence, Membre, Pli

ABSENCES_MONTREES = 3
# Jamais par un chiffre : une liste de personnes ne se classe pas.
TRIS = {
    "nom": lambda membre: membre.rang_alphabetique,
    "institution": lambda membre: (membre.institution.sigle, membre.rang_alphabetique),
    "role": lambda membre: (membre.role_dit, membre.rang_alphabetique),
}


@page("annuaire.voir")
def membres(request):
    """L'annuaire : les actifs d'abord, et ce que la composition du réseau appelle."""
    le = localdate()
    filtre = MembreFilter(request.GET, _visibles(request), membre=request.membre, le=le)
    page_obj = page_de(request, _tries(request, filtre.qs))
    contexte = {
        "filter": filtre,
        "page_obj": page_obj,
        "nombre": page_obj.paginator.count,
        "signalements": signalements(request.reseau, Membre.objects.visibles_par(request.membre).actifs(le)),
        "le": le,
    }
    return render(request, "reseau/membre_liste.html", contexte)


@page("annuaire.voir")
def membre(request, pk):
    """La fiche d'un membre, avec les gestes permis à qui la lit."""
    fiche = get_object_or_404(_visibles(request), pk=pk)
    gerable = autorise(request.membre, "membres.gerer") and request.membre.peut_gerer(fiche)
    contexte = {
        "fiche": fiche,
        "le": localdate(),
        "gerable": gerable,
        "invitable": gerable and _invitable(fiche),
        "invitation": _derniere_invitation(fiche) if gerable and _invitable(fiche) else None,
        "maintenant": now(),
        "reinitialisable": autorise(request.membre, "acces.reinitialiser") and fiche != request.membre,
        "la_mienne": fiche == request.membre,
        "absences": _absences(request, fiche),
        "fiches": FicheCompetence.objects.visibles_par(request.membre).filter(membre=fiche).en_service(localdate()),
        "tient_les_absences": autorise(request.membre, "absences.tenir", fiche) and not fiche.est_parti(localdate()),
    }
    return render(request, "reseau/membre_fiche.html", contexte)


@formulaire("membres.gerer")
def creer(request):
    """Ajoute un membre et l'invite par courriel."""
    nouveau = Membre(reseau=request.reseau)
    form = MembreForm(request.POST or None, instance=nouveau, par=request.membre, initial={"entre_le": localdate()})
    if form.is_valid() and tenter(
        form, operations.inviter, form.instance, email=form.cleaned_data["courriel"], par=request.membre
    ):
        messages.success(request, f"{form.instance} est membre du réseau.")
        _inviter_apres(request, form.instance)
        return redirect("reseau:membre", request.reseau.slug, form.instance.pk)
    return render(request, "reseau/membre_form.html", {"form": form, "fiche": None})


@formulaire("membres.gerer")
def modifier(request, pk):
    """La fiche complète, et le courriel tant que la personne ne s'est pas connectée."""
    fiche = _gerable(request, pk)
    form = MembreForm(request.POST or None, instance=fiche, par=request.membre)
    if form.is_valid() and tenter(
        form,
        operations.modifier_membre,
        form.instance,
        par=request.membre,
        le=localdate(),
        email=form.cleaned_data.get("courriel", ""),
    ):
        messages.success(request, f"La fiche de {fiche} est à jour.")
        return redirect("reseau:membre", request.reseau.slug, fiche.pk)
    return render(request, "reseau/membre_form.html", {"form": form, "fiche": fiche})


@geste("membres.gerer")
def inviter(request, pk):
    """Renvoie l'invitation à qui ne s'est jamais connecté."""
    fiche = _gerable(request, pk)
    if not _invitable(fiche):
        raise RegleEnfreinte("Cette personne s’est déjà connectée ou a quitté le réseau : rien ne lui est envoyé.")
    _inviter_apres(request, fiche)
    return redirect("reseau:membre", request.reseau.slug, fiche.pk)


@formulaire("acces.reinitialiser")
def reinitialiser(request, pk):
    """L'appareil est perdu : la personne entrera avec son seul mot de passe, et en est prévenue."""
    fiche = _gerable(request, pk)
    if fiche == request.membre:
        raise RegleEnfreinte("Pour vous-même, passez par « Entrer et sécurité », ou par un autre animateur.")
    if request.method == "POST":
        seconds_facteurs.reinitialiser(fiche, par=request.membre, racine=request.build_absolute_uri("/"))
        messages.success(request, f"L’accès de {fiche} est réinitialisé ; un courriel le lui dit.")
        return redirect("reseau:membre", request.reseau.slug, fiche.pk)
    contexte = {"fiche": fiche, "actif": seconds_facteurs.actif(fiche.utilisateur)}
    return render(request, "reseau/membre_reinitialiser.html", contexte)


@formulaire("membres.gerer")
def partir(request, pk):
    """Le départ d'un membre ; sur qui est déjà parti, la date se corrige ou s'efface."""
    fiche, le = _gerable(request, pk), localdate()
    deja_parti = fiche.parti_le
    form = DepartForm(request.POST or None, instance=fiche, le=le)
    if form.is_valid() and tenter(form, operations.modifier_membre, form.instance, par=request.membre, le=le):
        messages.success(request, f"Le départ de {fiche} est noté." if fiche.parti_le else f"{fiche} reste dans le réseau.")
        parti_soi_meme = fiche == request.membre and fiche.est_parti(le)
        return redirect("reseau:choix") if parti_soi_meme else redirect("reseau:membre", request.reseau.slug, fiche.pk)
    return render(request, "reseau/membre_depart.html", {"form": form, "fiche": fiche, "deja_parti": deja_parti})


@formulaire("fiche.modifier")
def ma_fiche(request):
    """Le téléphone et la fonction, que chacun tient soi-même."""
    fiche = Membre.objects.select_related("institution", "utilisateur", "reseau").get(pk=request.membre.pk)
    form = MaFicheForm(request.POST or None, instance=fiche)
    if form.is_valid() and tenter(form, operations.modifier_membre, form.instance, par=request.membre, le=localdate()):
        messages.success(request, "Votre fiche est à jour.")
        return redirect("reseau:ma-fiche", request.reseau.slug)
    contexte = {"form": form, "fiche": fiche, "absences": _absences(request, fiche)}
    return render(request, "reseau/membre_ma_fiche.html", contexte)


def _visibles(request):
    membres = Membre.objects.visibles_par(request.membre).select_related("institution", "utilisateur", "reseau")
    return membres.defer("reseau__logo")


def _absences(request, fiche):
    """Celles à venir de ce membre, sans leur motif : la page des absences le montre à qui peut le lire."""
    a_venir = Absence.objects.visibles_par(request.membre).filter(membre=fiche).a_venir(localdate())
    return list(a_venir[:ABSENCES_MONTREES])


def _tries(request, membres):
    cle = request.GET.get("tri", "nom")
    return sorted(membres, key=TRIS.get(cle.removeprefix("-"), TRIS["nom"]), reverse=cle.startswith("-"))


def _gerable(request, pk):
    """La fiche, si elle est du réseau (404) et si ce membre peut y toucher (403)."""
    fiche = get_object_or_404(_visibles(request), pk=pk)
    if not request.membre.peut_gerer(fiche):
        raise PermissionDenied
    return fiche


def _invitable(fiche):
    return fiche.jamais_connecte and not fiche.est_parti(localdate())


def _derniere_invitation(fiche):
    return Pli.objects.filter(membre=fiche, genre=GenrePli.ACCES).first()


def _inviter_apres(request, fiche):
    """Le courriel part une fois la fiche vraiment enregistrée, et la page suivante dit s'il est parti."""
    pli = operations.envoyer_invitation(fiche, racine=request.build_absolute_uri("/"))

    def dire():
        if est_parti(pli):
            messages.success(request, f"Une invitation est partie à {fiche.utilisateur.email}.")
        else:
            messages.warning(request, f"L’invitation n’est pas encore partie. {pli.echec} {REPARTIRA}".replace("  ", " "))

    transaction.on_commit(dire)
