"""Qui entre où : le réseau porté par l'adresse, la politique déclarée de chaque vue, le double envoi.

Toute vue d'un réseau est décorée par `@page`, `@geste` ou `@formulaire` ; sans politique, elle ne répond pas. Celles de sa
page publique le sont par `@publique` : sans compte, et seulement si l'animateur l'a ouverte.
"""

from functools import partial, wraps
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ImproperlyConfigured, PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import activate, deactivate, localdate
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reseau import barriere
from reseau.droits import NON, TABLE, attend_la_charte, autorise, droits_de, portee
from reseau.enums import Geste
from reseau.journal import noter
from reseau.lib.erreurs import RegleEnfreinte
from reseau.lib.verrous import rejouer
from reseau.models import Charte, JetonUtilise, Membre, Presentation
from reseau.relecture import avertir
from reseau.vigilance import TropDeLectures

CHARTE_D_ABORD = "La charte de déontologie du réseau est à accepter avant d’aller plus loin."
NI_A_NOUS = ("csrfmiddlewaretoken", "charte", "suite", "rejouer")  # champs de la page de la charte, pas de l'envoi qu'elle garde


class CharteAAccepter(PermissionDenied):
    """Ce droit s'ouvrira quand le membre aura accepté la charte du réseau."""


class ReseauMiddleware:
    """Résout `/<reseau>/…` : pose `request.reseau` et `request.membre`, ou répond 404."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.reseau = request.membre = None
        try:
            with barriere.demande():
                response = self.get_response(request)
        finally:
            deactivate()  # le fil servira une autre demande, peut-être d'un autre fuseau
        if getattr(request, "user", None) and request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store, private")
        return response

    def process_view(self, request, view, arguments, mots):
        """Retire `reseau` des arguments : aucune vue ne le reçoit, toutes lisent `request.membre`."""
        if "reseau" not in mots:
            barriere.entrer_sans_reseau(request.resolver_match.view_name)
            return None
        if hasattr(view, "publique"):
            _entrer_sans_compte(request, mots.pop("reseau"))
            return None
        if not hasattr(view, "droit"):
            raise ImproperlyConfigured(f"La vue {view.__module__}.{view.__name__} n'a pas de politique.")
        _entrer(request, mots.pop("reseau"))
        return _d_abord(request, view.droit)

    def process_exception(self, request, erreur):
        """Un refus au milieu d'une vue : noté, ce que la vue écrivait étant défait ; une lecture en masse, arrêtée."""
        if isinstance(erreur, CharteAAccepter):
            return conduire_a_la_charte(request)
        if isinstance(erreur, TropDeLectures):
            _noter_le_refus(request, "lecture en masse")
            response = render(request, "429.html", {"jour": erreur.minutes > 60}, status=429)
            response.headers["Retry-After"] = str(erreur.minutes * 60)
            return response
        if isinstance(erreur, PermissionDenied) and request.membre:
            _noter_le_refus(request, getattr(request.resolver_match.func, "droit", ""))
        return None


def _entrer(request, slug):
    """Pose le membre et son réseau, et ouvre celui-ci dans la base ; `Http404` si l'on n'en est pas."""
    with barriere.tous_les_reseaux():
        membre = Membre.objects.actifs(localdate()).pour(request.user, slug)
    if membre is None:
        raise Http404("Réseau inconnu")
    barriere.entrer(membre.reseau, membre)
    request.membre, request.reseau = membre, membre.reseau
    activate(membre.reseau.fuseau)


def _entrer_sans_compte(request, slug):
    with barriere.tous_les_reseaux():
        request.reseau = _reseau_public(request, slug)
    barriere.entrer(request.reseau)


def _d_abord(request, droit):
    """Où mener d'abord : au second facteur que le réseau exige, à la charte ; None si la voie est libre. Lève le refus."""
    if request.membre.doit_un_second_facteur and not request.user.is_verified():
        return redirect("second-facteur-exige")
    if attend_la_charte(request.membre, droit):
        return conduire_a_la_charte(request)
    if portee(request.membre, droit) is NON:
        _noter_le_refus(request, droit)
        raise PermissionDenied
    return None


def contexte(request):
    """Ce que tout gabarit peut lire : `reseau`, `membre` et `droits`."""
    membre = getattr(request, "membre", None)
    return {
        "reseau": membre.reseau if membre else None,
        "membre": membre,
        "droits": droits_de(membre) if membre else {},
    }


def page(droit, *, lit=None):
    """Vue qui lit : GET seulement. `lit` : le modèle de l'objet qu'elle fait lire, quand son ouverture se note au journal."""
    return _politique(droit, ["GET", "HEAD"], lit)


def geste(droit):
    """Vue qui change : POST seulement, une seule fois par envoi."""
    return _politique(droit, ["POST"])


def formulaire(droit, *, lit=None):
    """Vue qui montre un formulaire et le reçoit : GET et POST, une seule fois par envoi. `lit` : comme pour `page`."""
    return _politique(droit, ["GET", "HEAD", "POST"], lit)


def publique(*methodes):
    """Vue d'un réseau lue sans compte. Page publique fermée : 404, sauf à l'animateur, qui la relit avant de l'ouvrir.

    `request.membre` y reste à None : rien de ce qu'elle montre ne dépend de qui la lit.
    """

    def decorer(vue):
        vue_bornee = login_not_required(require_http_methods([*methodes])(vue))
        vue_bornee.publique, vue_bornee.methodes = True, [*methodes]
        return vue_bornee

    return decorer


def par_lien(*methodes):
    """Vue ouverte par un lien signé, reçu par courriel : sans session, c'est le jeton qui dit qui agit, et pour combien de fois.

    Le GET montre et ne change rien (les messageries ouvrent les liens avant leur lecteur) ; le POST agit. Rien ne se garde.
    """

    def decorer(vue):
        vue_bornee = login_not_required(never_cache(require_http_methods([*methodes])(vue)))
        vue_bornee.par_lien, vue_bornee.methodes = True, [*methodes]
        return vue_bornee

    return decorer


def exiger(membre, droit, *concernes):
    """Lève `PermissionDenied` (403) si le membre n'a pas ce droit, ou n'est pas de ceux que cela concerne."""
    if attend_la_charte(membre, droit):
        raise CharteAAccepter
    if not autorise(membre, droit, *concernes):
        raise PermissionDenied


def conduire_a_la_charte(request):
    """La page de la charte, d'où l'on revient où l'on allait. Un envoi y attend, entier, et repart une fois elle acceptée."""
    if request.method in ("GET", "HEAD"):
        return redirect(reverse("reseau:charte", args=[request.reseau.slug], query={"suite": request.get_full_path()}))
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        return JsonResponse({"garde": False, "texte": CHARTE_D_ABORD})  # un script garde son texte et réessaie
    gardes = [(nom, valeur) for nom in request.POST if nom not in NI_A_NOUS for valeur in request.POST.getlist(nom)]
    charte = Charte.objects.visibles_par(request.membre).en_vigueur().get()
    contexte = {"charte": charte, "suite": request.get_full_path(), "gardes": gardes}
    return render(request, "reseau/charte.html", contexte, status=403)


def dans_le_reseau(request, adresse):
    """Cette adresse si elle mène à une page de ce réseau, vide sinon."""
    sure = url_has_allowed_host_and_scheme(adresse, {request.get_host()}, require_https=request.is_secure())
    return adresse if sure and urlsplit(adresse).path.startswith(request.reseau.get_absolute_url()) else ""


def _noter_le_refus(request, droit):
    """Qui a demandé quoi qui lui est fermé : le droit, et le numéro de l'objet s'il y en a un."""
    noter(request.membre, Geste.REFUS, "page refusée", numero=request.resolver_match.kwargs.get("pk"), precision=droit)


def _reseau_public(request, slug):
    """Le réseau dont la page publique est ouverte, ou que ce lecteur règle ; `Http404` sinon."""
    presentation = Presentation.objects.ouvertes().select_related("reseau").filter(reseau__slug=slug).first()
    if presentation:
        return presentation.reseau
    membre = Membre.objects.actifs(localdate()).pour(request.user, slug) if request.user.is_authenticated else None
    if membre is None or request.method not in ("GET", "HEAD") or not autorise(membre, "parametres.gerer"):
        raise Http404("Réseau inconnu")
    return membre.reseau


def _politique(droit, methodes, lit=None):
    if droit not in TABLE:
        raise ImproperlyConfigured(f"Le droit « {droit} » n’est pas dans la table des droits.")

    def decorer(vue):
        notee = _en_notant_la_lecture(vue, lit) if lit else vue
        une_fois = _une_seule_fois(notee, droit) if "POST" in methodes else notee
        vue_bornee = require_http_methods(methodes)(_selon_les_regles(une_fois))
        vue_bornee.droit, vue_bornee.methodes = droit, methodes
        return vue_bornee

    return decorer


def _en_notant_la_lecture(vue, lit):
    """La page ne s'ouvre qu'une fois sa lecture au journal ; un envoi refusé, qui la remontre, n'en est pas une autre."""

    @wraps(vue)
    def enveloppe(request, pk, **mots):
        response = vue(request, pk=pk, **mots)
        if request.method == "GET" and response.status_code == 200:
            noter(request.membre, Geste.LECTURE, lit._meta.label_lower, numero=pk)
        return response

    return enveloppe


def _selon_les_regles(vue):
    """Une règle enfreinte ramène à la page d'avant, avec sa raison ; l'envoi qui l'enfreint n'a rien écrit."""

    @wraps(vue)
    def enveloppe(request, *arguments, **mots):
        try:
            return vue(request, *arguments, **mots)
        except RegleEnfreinte as erreur:
            messages.error(request, str(erreur))
            return HttpResponseRedirect(erreur.adresse or _page_d_avant(request))

    return enveloppe


def _une_seule_fois(vue, droit):
    """Un envoi s'écrit tout entier ou pas du tout ; renvoyé (double clic, retour, reprise), il ramène où il a mené."""

    @wraps(vue)
    def enveloppe(request, *arguments, **mots):
        # Lire n'ouvre pas de transaction : sur SQLite elle attendrait son tour derrière qui écrit.
        if request.method != "POST":
            return vue(request, *arguments, **mots)
        ecrire = partial(_ecrire_une_fois, vue, droit, request, arguments, mots)
        return rejouer(ecrire, avant=lambda: _rembobiner(request))

    return enveloppe


def _ecrire_une_fois(vue, droit, request, arguments, mots):
    with transaction.atomic():
        jeton, nouveau = _consommer(request)
        if not nouveau:
            messages.info(request, "C’était déjà enregistré : rien n’a été fait deux fois.")
            return HttpResponseRedirect(jeton.suite)
        response = vue(request, *arguments, **mots)
        _retenir(jeton, response)
        if response.status_code == 302:
            avertir(request, droit)
        return response


def _rembobiner(request):
    """Un fichier déposé que l'essai d'avant a lu se relit du début."""
    for fichiers in request.FILES.values():
        fichiers.seek(0)


def _consommer(request):
    """Le `JetonUtilise` de cet envoi (None s'il n'en porte pas), et s'il est reçu pour la première fois."""
    valeur = request.POST.get("jeton")
    if not valeur:
        return None, True
    try:
        return JetonUtilise.objects.get_or_create(valeur=valeur, utilisateur=request.user)
    except (ValueError, ValidationError) as erreur:
        raise PermissionDenied("Jeton d’envoi illisible") from erreur


def _retenir(jeton, response):
    """Garde la page où l'envoi mène ; celui qui n'a mené nulle part se corrige et repart avec le même jeton."""
    if jeton is None:
        return
    if response.status_code != 302:
        jeton.delete()
        return
    # Coupée, une adresse qui énumère un lot en désignerait un autre : on n'en garde alors que la page.
    entiere = len(response.url) <= JetonUtilise._meta.get_field("suite").max_length
    jeton.suite = response.url if entiere else urlsplit(response.url).path
    jeton.save(update_fields=["suite"])


def _page_d_avant(request):
    """La page de ce réseau d'où l'on vient, sinon son accueil.

    Jamais hors du réseau : la page de connexion renverrait ici. En lecture, jamais la page même : elle refuserait sans fin.
    """
    adresse = dans_le_reseau(request, request.META.get("HTTP_REFERER", ""))
    en_rond = request.method != "POST" and urlsplit(adresse).path == request.path
    return adresse if adresse and not en_rond else request.reseau.get_absolute_url()
