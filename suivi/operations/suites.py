"""Donner les suites d'une visite au chef d'entreprise : garder le texte, l'envoyer, ou dire par où elles sont passées."""

from django.db import transaction
from django.db.models import F
from django.utils.timezone import localdate, now

from reseau import expedition
from reseau.enums import EtatPli, GenrePli, Geste
from reseau.lib.erreurs import exiger
from reseau.models import Pli
from reseau.operations import ajouter, enregistrer, noter
from suivi.enums import Voie
from suivi.models import LettreDeSuites
from visites.enums import EnCopie
from visites.envois import equipe
from visites.models import Visite

DEJA_DONNEES = "Les suites de cette visite sont déjà données."
EN_ROUTE = "Un courriel est en train de partir pour ces suites."
EN_ATTENTE = "Un courriel attend de partir avec le texte d’avant : renvoyez-le, ou notez les suites données autrement."
NON_DIFFUSIBLE = "Entreprise non diffusible au répertoire SIRENE : aucun courriel ne part."
AUTREMENT = "Remplacé par un autre envoi."


@transaction.atomic
def garder_les_suites(suites, *, par):
    """Enregistre le texte ; `RegleEnfreinte` s'il est déjà parti, s'il attend de partir, ou si quelqu'un l'a changé depuis."""
    _verrouiller(suites.visite)
    exiger(not (suites.pli and suites.pli.en_attente), EN_ATTENTE)
    return _garder(suites, par)


@transaction.atomic
def donner_les_suites(suites, *, voie, le, par):
    """Le chef d'entreprise les a reçues, par la poste ou de vive voix, le jour `le`."""
    visite = suites.visite
    exiger(visite.realisee_le <= le <= localdate(), "Les suites se donnent entre la visite et aujourd’hui.")
    _verrouiller(visite)
    _remplacer_le_pli(suites, now())
    suites.voie, suites.donnee_le, suites.donnee_par, suites.echec = voie, le, par, ""
    return _garder(suites, par)


@transaction.atomic
def inscrire_l_envoi(suites, *, par, maintenant):
    """Inscrit le courriel à faire partir ; de deux envois simultanés, le second lit que le premier est en route."""
    _verrouiller(suites.visite)
    exiger(suites.visite.entreprise.diffusible, NON_DIFFUSIBLE)
    exiger(suites.courriel, "Donnez l’adresse du chef d’entreprise.")
    _remplacer_le_pli(suites, maintenant)
    copies = _copies(suites.visite, par, localdate(maintenant))
    suites.pli = expedition.inscrire(
        GenrePli.SUITES,
        destinataire=suites.courriel,
        copies=copies,
        repondre_a=copies[0],
        objet=suites.objet,
        corps=suites.texte,
        reseau=suites.visite.reseau,
        par=par,
        page=suites.visite.get_absolute_url(),
        inscrit_le=maintenant,
    )
    suites.echec = ""
    return _garder(suites, par)


def envoyer_les_suites(suites, *, maintenant):
    """Fait partir le courriel inscrit, hors de toute transaction ; rend la raison de l'échec, vide s'il est parti."""
    expedition.expedier([suites.pli_id], maintenant=maintenant)
    constater_les_suites()
    suites.refresh_from_db()
    return suites.echec


@transaction.atomic
def constater_les_suites():
    """Reporte sur les suites ce que leurs courriels sont devenus."""
    attendues = LettreDeSuites.objects.filter(donnee_le=None, pli__isnull=False).select_for_update(of=("self",))
    for suites in attendues.filter(pli__etat=EtatPli.PARTI).select_related("pli__par__reseau"):
        suites.voie, suites.donnee_le, suites.donnee_par = Voie.COURRIEL, localdate(suites.pli.parti_le), suites.pli.par
        suites.echec = ""
        suites.save()
        noter(suites.pli.par, Geste.MODIFICATION, suites, precision="données par courriel")
    for suites in attendues.exclude(pli__etat=EtatPli.PARTI).exclude(pli__echec=F("echec")).select_related("pli"):
        suites.echec = suites.pli.echec
        suites.save(update_fields=["echec"])


def retirer_les_suites_empechees(maintenant):
    """Ce qui a changé depuis l'inscription compte : une entreprise devenue non diffusible ne reçoit rien."""
    empechees = LettreDeSuites.objects.filter(donnee_le=None, visite__entreprise__diffusible=False)
    plis = Pli.objects.en_attente().filter(pk__in=empechees.values("pli"))
    expedition.retirer(plis, raison=NON_DIFFUSIBLE, maintenant=maintenant)


def _copies(visite, par, le):
    """Le développeur d'abord, s'il n'est ni parti ni déporté : la réponse lui revient ; puis qui envoie."""
    developpeur = [copie.courriel for copie in equipe(visite, le=le) if copie.role == EnCopie.DEVELOPPEUR]
    return list(dict.fromkeys([*developpeur, par.utilisateur.email]))


def _garder(suites, par):
    exiger(not LettreDeSuites.objects.donnees().filter(visite=suites.visite).exists(), DEJA_DONNEES)
    return enregistrer(suites, par=par) if suites.pk else ajouter(suites, par=par)


def _remplacer_le_pli(suites, maintenant):
    """Celui qui attend encore, ou qui a échoué, ne partira plus ; `RegleEnfreinte` s'il est en train de partir."""
    pli = Pli.objects.filter(pk__in=LettreDeSuites.objects.filter(visite=suites.visite).values("pli"))
    exiger(not any(ancien.en_route(maintenant) for ancien in pli), EN_ROUTE)
    exiger(expedition.retirer(pli, raison=AUTREMENT, maintenant=maintenant), EN_ROUTE)
    suites.pli = None


def _verrouiller(visite):
    Visite.objects.select_for_update(of=("self",)).get(pk=visite.pk)
