"""Rendre compte d'une visite : écrire sur un écran, terminer, valider, lire."""

from django.contrib import messages
from django.db.models import Prefetch
from django.http import JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate, localtime

from reseau.acces import exiger, formulaire, geste, page
from reseau.droits import autorise
from reseau.enums import Geste
from reseau.lib.erreurs import RegleEnfreinte, tenter
from reseau.models import Reunion
from reseau.operations import noter
from reseau.templatetags.affichage import date_fr
from suivi import operations
from suivi.forms import SaisieDeCompteRendu
from suivi.forms.projets import ECHEANCE_D_OFFICE
from suivi.models import Action, Brouillon, LettreDeSuites, Projet, dossiers
from suivi.reserve import lire_la_reserve
from suivi.texte_a_coller import texte_a_coller
from visites.concurrences import concurrentes_de
from visites.models import CompteRendu, Reponse, Visite

HORS_BROUILLON = ("csrfmiddlewaretoken", "jeton", "geste", "marque", "compte")
A_COLLER = "Un texte prêt à coller dans l’outil de votre institution vous attend au bas de cette page."
UN_AUTRE_COMPTE = "Un autre compte s’est connecté dans ce navigateur."
TERMINE = "#termine"  # js/session.js y apprend que l'envoi est arrivé


@formulaire("comptes_rendus.rediger")
def compte_rendu(request, pk):
    """L'écran, son brouillon repris ; sans JavaScript, ses boutons gardent le brouillon et l'allongent."""
    visite, le = _visite_a_rendre(request, pk), localdate()
    if request.method == "GET":
        return _montrer(request, visite, _reprendre(visite, request.membre, le))
    if request.POST.get("geste") == "effacer":
        Brouillon.objects.filter(visite=visite, membre=request.membre).delete()
        messages.success(request, "Le brouillon est effacé.")
        return redirect("suivi:compte-rendu", request.reseau.slug, visite.pk)
    donnees, ancre = _allonger(request.POST, visite)
    saisie = SaisieDeCompteRendu.brouillon(visite, request.membre, le, donnees)
    if tenter(saisie.form, _garder, visite, donnees, request.membre):
        return redirect(reverse("suivi:compte-rendu", args=[request.reseau.slug, visite.pk]) + ancre)
    return _montrer(request, visite, saisie)


@geste("comptes_rendus.rediger")
def compte_rendu_brouillon(request, pk):
    """L'enregistrement tout seul : ce qui est tapé, tel quel. Rend {"garde": bool, "texte": str, …} : voir `_en_json`."""
    visite, envoi = _visite_a_rendre(request, pk), request.POST
    if envoi.get("compte", str(request.user.pk)) != str(request.user.pk):
        return JsonResponse({"garde": False, "texte": UN_AUTRE_COMPTE})
    version, marque = _entier(envoi.get("version")), envoi.get("marque", "")
    contenu = _contenu(envoi)
    try:
        brouillon = operations.synchroniser_le_brouillon(visite, contenu, version=version, marque=marque, par=request.membre)
    except operations.EcritAilleurs as erreur:
        return JsonResponse({"garde": False, "texte": str(erreur), "autre": _en_json(erreur.autre)})
    texte = f"Enregistré à {_heure(brouillon.enregistre_le)}"
    return JsonResponse({"garde": True, "texte": texte, "marque": brouillon.marque})


@geste("comptes_rendus.rediger")
def compte_rendu_terminer(request, pk):
    """« Terminer » : tout s'enregistre ensemble ; en cas de conflit, le texte tapé reste sur la page."""
    visite, membre, le = _visite_a_rendre(request, pk), request.membre, localdate()
    saisie = SaisieDeCompteRendu(visite, membre, le, request.POST)
    racine = request.build_absolute_uri("/")
    if saisie.is_valid() and tenter(saisie.form, operations.conclure, visite, saisie.saisie(), par=membre, racine=racine):
        suite = A_COLLER if membre == visite.developpeur else f"{visite.developpeur} le valide d’un clic."
        messages.success(request, f"Le compte rendu est terminé. {suite}")
        return redirect(reverse("suivi:compte-rendu-lire", args=[request.reseau.slug, visite.pk]) + TERMINE)
    saisie.marque = _marque(visite, membre)
    return _montrer(request, visite, saisie)


@geste("comptes_rendus.rediger")
def compte_rendu_valider(request, pk):
    """L'auteur valide ce qu'un autre a saisi pour lui."""
    visite = _visite_a_rendre(request, pk)
    operations.valider(get_object_or_404(CompteRendu, visite=visite), par=request.membre)
    messages.success(request, "Vous avez validé ce compte rendu.")
    return redirect("suivi:compte-rendu-lire", request.reseau.slug, visite.pk)


@page("comptes_rendus.lire")
def compte_rendu_lire(request, pk):
    """Le compte rendu terminé ; sa partie réservée seulement pour qui la lit. La lecture est notée."""
    visite = get_object_or_404(dossiers(request.membre).avec_noms(), pk=pk)
    rendu = CompteRendu.objects.termines().filter(visite=visite).select_related("auteur__institution", "saisi_par", "vu").first()
    noter(request.membre, Geste.LECTURE, rendu or visite)
    reserve = lire_la_reserve(rendu, request.membre)
    projets = _avec_echeances(_projets(visite, request.membre), localdate())
    contexte = {
        "visite": visite,
        "compte_rendu": rendu,
        "suites": LettreDeSuites.objects.donnees().filter(visite=visite).first(),
        "reserve": reserve,
        "concurrentes": concurrentes_de(visite.entreprise, request.membre),
        "projets": projets,
        "reponses": Reponse.objects.visibles_par(request.membre, [visite]).dans_l_ordre() if rendu else [],
        "peut_rediger": _peut_rediger(request.membre, visite),
        "visiteur": bool(rendu) and request.membre in (visite.developpeur, visite.accompagnant, rendu.auteur),
        "peut_valider": bool(rendu) and rendu.auteur == request.membre and not rendu.valide_le,
    }
    if contexte["visiteur"]:
        contexte["a_coller"] = texte_a_coller(visite, rendu, projets, request.membre.institution)
    return render(request, "suivi/compte_rendu_lire.html", contexte)


def _visite_a_rendre(request, pk):
    """La visite, si le membre la voit (404) et peut en rendre compte (403) ; `RegleEnfreinte` si elle n'est à personne."""
    visite = get_object_or_404(Visite.objects.visibles_par(request.membre).avec_noms(), pk=pk)
    exiger(request.membre, "comptes_rendus.rediger", visite.developpeur, visite.accompagnant)
    if not (visite.confiee or visite.faite):
        raise RegleEnfreinte("On rend compte d’une visite confiée à un développeur ou déjà réalisée.")
    return visite


def _peut_rediger(membre, visite):
    return autorise(membre, "comptes_rendus.rediger", visite.developpeur, visite.accompagnant)


def _projets(visite, membre):
    actions = Action.objects.visibles_par(membre).select_related("reseau", "responsable__institution", "organisme")
    projets = Projet.objects.filter(visite=visite).select_related("interlocuteur__institution")
    return projets.prefetch_related(Prefetch("actions", actions))


def _avec_echeances(projets, le):
    """Les projets, chacun portant en `liste` ses actions, qui savent si elles sont échues."""
    for projet in projets:
        projet.liste = list(projet.actions.all())
        for action in projet.liste:
            action.echue = action.est_echue(le)
    return projets


def _reprendre(visite, membre, le):
    """L'écran neuf, ou garni du brouillon de ce membre."""
    brouillon = Brouillon.objects.filter(visite=visite, membre=membre).first()
    if brouillon is None:
        return SaisieDeCompteRendu(visite, membre, le)
    saisie = SaisieDeCompteRendu.brouillon(visite, membre, le, QueryDict(brouillon.contenu))
    saisie.enregistre_le, saisie.marque = brouillon.enregistre_le, brouillon.marque
    return saisie


def _marque(visite, membre):
    brouillon = Brouillon.objects.filter(visite=visite, membre=membre).first()
    return brouillon.marque if brouillon else ""


def _garder(visite, donnees, membre):
    version = _entier(donnees.get("version"))
    return operations.garder_le_brouillon(visite, _contenu(donnees), version=version, par=membre)


def _contenu(envoi):
    """L'envoi, sans ce qui ne vaut que pour lui."""
    contenu = envoi.copy()
    for nom in HORS_BROUILLON:
        contenu.pop(nom, None)
    return contenu.urlencode()


def _en_json(autre):
    """L'enregistrement fait ailleurs, pour que la page montre les deux : {"qui", "quand", "contenu", "version", "marque"}."""
    quand = date_fr(autre.le, "heure") if autre.le else ""
    return {"qui": autre.qui, "quand": quand, "contenu": autre.contenu, "version": autre.version, "marque": autre.marque}


def _heure(instant):
    heure = localtime(instant)
    return f"{heure:%H} h {heure:%M}"


def _allonger(envoi, visite):
    """L'envoi avec un projet ou une action de plus si le bouton le demande, et l'ancre où revenir."""
    donnees, (genre, _, projet) = envoi.copy(), envoi.get("geste", "").partition(":")
    serie = {"projet": "projets", "action": f"{projet}-actions"}.get(genre)
    if serie is None or f"{serie}-TOTAL_FORMS" not in donnees:
        return donnees, ""
    rang = _entier(donnees[f"{serie}-TOTAL_FORMS"])
    donnees[f"{serie}-TOTAL_FORMS"] = str(rang + 1)
    actions = f"{serie}-{rang}-actions" if serie == "projets" else serie
    premiere = 0 if serie == "projets" else rang
    donnees.setdefault(f"{actions}-TOTAL_FORMS", "1")
    donnees.setdefault(f"{actions}-INITIAL_FORMS", "0")
    donnees.setdefault(f"{actions}-{premiere}-echeance", ECHEANCE_D_OFFICE)
    donnees.setdefault(f"{actions}-{premiere}-responsable", str(visite.developpeur_id))
    return donnees, f"#{serie}-{rang}"


def _entier(texte):
    return int(texte) if texte and texte.isdecimal() and len(texte) < 10 else 0


def _montrer(request, visite, saisie):
    existant = saisie.form.instance if saisie.form.instance.pk else None
    autre = saisie.signaler_un_conflit()
    if autre or (existant and request.method == "GET"):
        noter(request.membre, Geste.LECTURE, autre or existant, precision="pour l’écrire")
    contexte = {
        "visite": visite,
        "saisie": saisie,
        "form": saisie.form,
        "existant": existant,
        "autre": autre,
        "concurrentes": saisie.form.choix.concurrentes,
        "projets_ouverts": _projets(visite, request.membre) if existant else [],
        "prochaine": Reunion.objects.visibles_par(request.membre).a_venir(localdate()).first(),
        "pour_un_autre": request.membre != visite.developpeur,
    }
    return render(request, "suivi/compte_rendu_ecrire.html", contexte)
