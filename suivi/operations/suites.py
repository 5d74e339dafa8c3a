"""Donner les suites d'une visite au chef d'entreprise : garder le texte, l'envoyer, ou dire par où elles sont passées."""

from datetime import timedelta

from django.core.mail import EmailMessage
from django.db import transaction
from django.utils.timezone import localdate

from reseau.enums import Geste
from reseau.lib.courriels import expedier
from reseau.operations import ajouter, enregistrer, noter
from suivi.enums import Voie
from suivi.models import LettreDeSuites
from suivi.operations.regles import exiger
from visites.enums import EnCopie
from visites.envois import equipe
from visites.models import Visite

DEJA_DONNEES = "Les suites de cette visite sont déjà données."
EN_ROUTE = "Un courriel est en train de partir pour ces suites."
ABANDON = timedelta(minutes=10)  # au-delà, un envoi resté sans réponse ne partira plus


@transaction.atomic
def garder_les_suites(suites, *, par):
    """Enregistre le texte ; `RegleEnfreinte` s'il est déjà parti, ou si quelqu'un l'a changé depuis."""
    _verrouiller(suites.visite)
    exiger(not LettreDeSuites.objects.donnees().filter(visite=suites.visite).exists(), DEJA_DONNEES)
    return enregistrer(suites, par=par) if suites.pk else ajouter(suites, par=par)


@transaction.atomic
def donner_les_suites(suites, *, voie, le, par):
    """Le chef d'entreprise les a reçues, par la poste ou de vive voix, le jour `le`."""
    visite = suites.visite
    exiger(visite.realisee_le <= le <= localdate(), "Les suites se donnent entre la visite et aujourd’hui.")
    suites.voie, suites.donnee_le, suites.donnee_par, suites.echec = voie, le, par, ""
    return garder_les_suites(suites, par=par)


@transaction.atomic
def inscrire_l_envoi(suites, *, par, maintenant):
    """Retient le courriel à faire partir ; de deux envois simultanés, le second lit que le premier est en route."""
    _verrouiller(suites.visite)
    en_route = LettreDeSuites.objects.filter(visite=suites.visite, part_le__gt=maintenant - ABANDON)
    exiger(not en_route.exists(), EN_ROUTE)
    exiger(suites.visite.entreprise.diffusible, "Entreprise non diffusible au répertoire SIRENE : aucun courriel ne part.")
    exiger(suites.courriel, "Donnez l’adresse du chef d’entreprise.")
    suites.part_le, suites.echec = maintenant, ""
    return garder_les_suites(suites, par=par)


def envoyer_les_suites(suites, *, par, maintenant):
    """Fait partir le courriel inscrit, hors de toute transaction ; rend la raison de l'échec, vide s'il est parti.

    Copie au développeur, qui recevra la réponse, et à qui l'envoie.
    """
    le = localdate(maintenant)
    developpeur = [copie.courriel for copie in equipe(suites.visite, le=le) if copie.role == EnCopie.DEVELOPPEUR]
    copies = list(dict.fromkeys([*developpeur, par.utilisateur.email]))
    message = EmailMessage(suites.objet, suites.texte, None, [suites.courriel], cc=copies, reply_to=copies[:1])
    (raison,) = expedier([message])
    partie = {"voie": Voie.COURRIEL, "donnee_le": le, "donnee_par": par}
    LettreDeSuites.objects.filter(pk=suites.pk, donnee_le=None).update(part_le=None, echec=raison, **({} if raison else partie))
    if not raison:
        noter(par, Geste.MODIFICATION, suites, precision="données par courriel")
    return raison


def _verrouiller(visite):
    Visite.objects.select_for_update(of=("self",)).get(pk=visite.pk)
