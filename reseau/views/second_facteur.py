"""Le second facteur : le donner pour entrer, l'activer, renouveler ses codes de secours, le retirer."""

import django_otp
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.utils.timezone import localtime, now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from reseau import entrees, sessions
from reseau import seconds_facteurs as facteurs
from reseau.forms_de_compte import CodeDeSecoursForm, CodeForm, MotDePasseForm, PremierCodeForm, statut
from reseau.lib import qr
from reseau.models import Membre

PREPARE = "second_facteur_prepare"
PEU = 3  # codes de secours en dessous desquels on rappelle d'en tirer d'autres
formulaire = require_http_methods(["GET", "HEAD", "POST"])


@login_not_required
@never_cache
@formulaire
def code(request):
    """Le code demandé à qui vient de prouver qui il est ; juste, la session s'ouvre."""
    attendu = entrees.attendu(request)
    if attendu is None:
        messages.info(request, "Trop de temps a passé, ou rien n’était commencé : identifiez-vous d’abord.")
        return redirect("connexion")
    (utilisateur, suite), secours = attendu, "secours" in request.GET
    form = (CodeDeSecoursForm if secours else CodeForm)(request.POST or None, request=request, utilisateur=utilisateur)
    if form.is_valid():
        entrees.ouvrir(request, utilisateur, form.appareil)
        _rappeler(request, utilisateur)
        return redirect(suite)
    return render(request, "registration/code.html", {"form": form, "secours": secours}, status=statut(form))


@require_safe
def securite(request):
    """Comment j'entre : mot de passe, second facteur, sessions."""
    contexte = {
        "application": facteurs.actif(request.user),
        "secours": facteurs.secours_restants(request.user),
        "sessions": len(sessions.ouvertes(request.user, courante=request.session.session_key, instant=now())),
        "exige": _exige(request.user),
    }
    return render(request, "reseau/securite.html", contexte)


@never_cache
@formulaire
def activer(request):
    """Le mot de passe, puis une clé neuve à enregistrer dans l'application."""
    contexte = {"application": facteurs.actif(request.user), "exige": _exige(request.user)}
    return _apres_mot_de_passe(request, _preparer, "reseau/second_facteur_activer.html", contexte)


@never_cache
@formulaire
def confirmer(request):
    """Le code QR et le premier code ; juste, les codes de secours se montrent, une fois, et les autres sessions se ferment."""
    appareil = facteurs.en_preparation(request.user, now())
    if appareil is None or appareil.pk != request.session.get(PREPARE):
        messages.info(request, "Cette page ne sert qu’une fois, un quart d’heure : recommencez pour obtenir un autre code QR.")
        return redirect("second-facteur-activer")
    form = PremierCodeForm(request.POST or None, request=request, appareil=appareil)
    if form.is_valid():
        _activer(request, appareil)
        return _montrer(request, form.secours)
    contexte = {"form": form, "image": qr.image(appareil.config_url), "cle": facteurs.cle_a_taper(appareil)}
    return render(request, "reseau/second_facteur_confirmer.html", contexte, status=statut(form))


@never_cache
@formulaire
def renouveler(request):
    """Dix codes de secours neufs ; les anciens ne valent plus rien."""
    if not facteurs.actif(request.user):
        return redirect("second-facteur-activer")
    contexte = {"restants": facteurs.secours_restants(request.user)}
    return _apres_mot_de_passe(request, _renouveler, "reseau/second_facteur_codes.html", contexte)


@never_cache
@formulaire
def retirer(request):
    """Retire l'application et les codes de secours ; un réseau qui l'exige le redemandera aussitôt."""
    if not facteurs.actif(request.user):
        return redirect("securite")
    contexte = {"exige": _exige(request.user)}
    return _apres_mot_de_passe(request, _retirer, "reseau/second_facteur_retirer.html", contexte)


@require_safe
def exige(request):
    """Là où mène un réseau qui exige un second facteur : le donner si on l'a, sinon l'activer."""
    if facteurs.actif(request.user) and not request.user.is_verified():
        return entrees.entrer(request, request.user)
    messages.warning(request, "Votre réseau demande un second facteur : activez-le pour continuer. Deux minutes suffisent.")
    return redirect("second-facteur-activer")


def _apres_mot_de_passe(request, geste, gabarit, contexte):
    """Redemande le mot de passe ; juste, joue le geste et rend sa réponse."""
    form = MotDePasseForm(request.POST or None, request=request)
    if form.is_valid():
        return geste(request)
    return render(request, gabarit, {"form": form, **contexte}, status=statut(form))


def _preparer(request):
    request.session[PREPARE] = facteurs.preparer(request.user).pk
    return redirect("second-facteur-confirmer")


def _renouveler(request):
    return _montrer(request, facteurs.renouveler_les_secours(request.user))


def _retirer(request):
    facteurs.retirer(request.user)
    _prevenir(request, "Le second facteur de votre compte a été retiré")
    messages.success(request, "Le second facteur est retiré : votre mot de passe suffit pour entrer.")
    return redirect("securite")


def _activer(request, appareil):
    del request.session[PREPARE]
    request.session.cycle_key()
    django_otp.login(request, appareil)
    sessions.fermer(request.user, sauf=request.session.session_key)
    _prevenir(request, "Un second facteur protège maintenant votre compte")


def _montrer(request, codes):
    """La seule page où ces codes se lisent : elle répond à l'envoi lui-même, et ne se garde nulle part."""
    contexte = {"codes": codes, "le": localtime()}
    return render(request, "reseau/second_facteur_secours.html", contexte)


def _exige(utilisateur):
    """Les réseaux de ce compte qui exigent de lui un second facteur."""
    membres = Membre.objects.filter(utilisateur=utilisateur).restants(localtime().date()).select_related("reseau")
    return [membre.reseau for membre in membres.defer("reseau__logo") if membre.doit_un_second_facteur]


def _prevenir(request, fait):
    facteurs.prevenir(request.user, fait, racine=request.build_absolute_uri("/"))


def _rappeler(request, utilisateur):
    restants = facteurs.secours_restants(utilisateur)
    if restants <= PEU:
        reste = {0: "plus aucun code", 1: "plus qu’un code"}.get(restants, f"plus que {restants} codes")
        messages.warning(request, f"Il ne vous reste {reste} de secours : tirez-en d’autres sur « Entrer et sécurité ».")
