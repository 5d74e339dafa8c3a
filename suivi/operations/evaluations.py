"""Demander son avis au chef d'entreprise, par un lien sans compte ou pendant un entretien ; le transmettre à qui l'a aidé."""

from hashlib import sha256
from secrets import token_urlsafe

from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils.timezone import localdate

from entreprises.models import Deport
from reseau import expedition
from reseau.enums import GenrePli
from reseau.lib.erreurs import exiger
from reseau.models import Membre
from reseau.operations import ajouter, enregistrer
from suivi.enums import VoieDEvaluation
from suivi.models import Evaluation
from suivi.models.evaluation import VALIDITE
from visites.models import Visite

DEJA_DEMANDE = "L’avis de ce chef d’entreprise est déjà recueilli."
FERME = "Ce questionnaire a déjà servi, ou n’est plus ouvert."
SANS_TEMOIGNAGE = "Ce retour n’a pas de témoignage : il n’y a rien à publier."
PAS_PROPOSE = "Ce réseau ne propose pas de questionnaire : l’animateur peut l’ouvrir dans les paramètres."


@transaction.atomic
def proposer_l_evaluation(visite, courriel, *, par, instant):
    """Ouvre le questionnaire de cette visite et rend (évaluation, jeton du lien) ; un lien neuf remplace le précédent."""
    exiger(par.reseau.evaluation, PAS_PROPOSE)
    exiger(courriel.strip(), "Donnez l’adresse du chef d’entreprise.")
    evaluation = _verrouiller(visite)
    jeton = token_urlsafe(32)
    evaluation.voie, evaluation.courriel, evaluation.empreinte = VoieDEvaluation.LIEN, courriel.strip(), _empreinte(jeton)
    evaluation.proposee_le, evaluation.proposee_par, evaluation.expire_le = instant, par, instant + VALIDITE
    return _ecrire(evaluation, par), jeton


def envoyer_le_questionnaire(evaluation, jeton, *, par, racine):
    """Inscrit le courriel qui dit au chef d'entreprise où répondre. Rien de la visite n'y figure."""
    reseau, lien = evaluation.visite.reseau, racine.rstrip("/") + reverse("evaluation", args=[jeton])
    donnees = {"reseau": reseau, "jours": VALIDITE.days, "lien": lien}
    envoi = {"adresses": [evaluation.courriel], "reseau": reseau, "par": par, "page": evaluation.visite.get_absolute_url()}
    return expedition.ecrire(GenrePli.QUESTIONNAIRE, "suivi/courriels/questionnaire", donnees, **envoi)


@transaction.atomic
def saisir_l_entretien(visite, reponses, *, par, instant):
    """Garde ce que le chef d'entreprise a dit pendant un entretien ; un lien ouvert se ferme. `reponses` : les champs."""
    evaluation = _verrouiller(visite)
    evaluation.voie, evaluation.empreinte, evaluation.expire_le = VoieDEvaluation.ENTRETIEN, "", None
    if not evaluation.pk:
        evaluation.proposee_le, evaluation.proposee_par = instant, par
    _remplir(evaluation, reponses, instant)
    return _ecrire(evaluation, par)


def trouver_l_evaluation(jeton, instant):
    """L'évaluation qu'ouvre ce lien ; None s'il a servi, s'il est périmé ou s'il est inventé."""
    ouvertes = Evaluation.objects.ouvertes(instant).filter(empreinte=_empreinte(jeton))
    return ouvertes.select_related("visite__reseau", "visite__entreprise", "visite__developpeur").first()


@transaction.atomic
def repondre(evaluation, reponses, *, instant):
    """Garde la réponse et ferme le lien : de deux envois simultanés, un seul compte (`RegleEnfreinte` pour l'autre)."""
    ouverte = Evaluation.objects.select_for_update(of=("self",)).ouvertes(instant).filter(pk=evaluation.pk).first()
    exiger(ouverte, FERME)
    _remplir(ouverte, reponses, instant)
    ouverte.empreinte, ouverte.version = "", F("version") + 1
    ouverte.save()
    return ouverte


def prevenir_ceux_qui_ont_aide(evaluation, *, racine):
    """Inscrit pour chacun qu'un retour l'attend, sans dire lequel : ceux de la visite, interlocuteurs, responsables d'actions."""
    reseau, page = evaluation.visite.reseau, evaluation.get_absolute_url()
    donnees = {"reseau": reseau, "lien": racine.rstrip("/") + page}
    envoi = {"membres": ceux_qui_ont_aide(evaluation, localdate()), "reseau": reseau, "page": page}
    return expedition.ecrire(GenrePli.RETOUR, "suivi/courriels/retour_recu", donnees, **envoi)


def ceux_qui_ont_aide(evaluation, le):
    """Les membres d'aujourd'hui que ce retour concerne, sans ceux qui se sont déportés depuis."""
    visite = evaluation.visite
    concernes = (
        Q(pk__in=[cle for cle in (visite.developpeur_id, visite.accompagnant_id) if cle])
        | Q(projets_suivis__visite=visite)
        | Q(actions__projet__visite=visite)
    )
    membres = Membre.objects.filter(concernes, reseau=visite.reseau).actifs(le).distinct()
    deports = Deport.objects.filter(entreprise=visite.entreprise_id)
    return membres.exclude(pk__in=deports.values("membre")).select_related("utilisateur").order_by("nom", "prenom", "pk")


@transaction.atomic
def donner_l_accord(evaluation, *, signature, le, par):
    """Le chef d'entreprise permet, ce jour-là, de publier son témoignage ; d'un accord retiré puis redonné, le dernier vaut."""
    exiger(evaluation.temoignage, SANS_TEMOIGNAGE)
    exiger(not evaluation.publiable, "Ce témoignage est déjà publiable.")
    exiger(signature.strip(), "Dites le nom qui paraîtra sous le témoignage.")
    retire_le = evaluation.accord_retire_le
    exiger(retire_le is None or le >= retire_le, "Cette date précède le retrait du dernier accord.")
    evaluation.signature, evaluation.accord_retire_le = signature.strip(), None
    evaluation.accord_le = _date_de_l_accord(evaluation.visite, le)
    return enregistrer(evaluation, par=par)


@transaction.atomic
def retirer_l_accord(evaluation, *, par, le):
    """Le chef d'entreprise ne veut plus que son témoignage paraisse ; l'accord et son retrait restent datés."""
    exiger(evaluation.publiable, "Ce témoignage n’est pas publiable.")
    evaluation.accord_retire_le = le
    return enregistrer(evaluation, par=par)


def _verrouiller(visite):
    """L'évaluation de cette visite, ou une neuve ; refuse si l'avis est déjà recueilli."""
    Visite.objects.select_for_update(of=("self",)).get(pk=visite.pk)
    exiger(visite.faite, "Un avis se demande après la visite.")
    evaluation = Evaluation.objects.filter(visite=visite).first() or Evaluation(visite=visite)
    exiger(evaluation.repondue_le is None, DEJA_DEMANDE)
    return evaluation


def _date_de_l_accord(visite, le):
    """Le jour où il a été donné, non celui où on le saisit : ni à venir, ni avant la visite."""
    exiger(le <= localdate(), "La date de l’accord est dans l’avenir.")
    exiger(visite.realisee_le <= le, "La date de l’accord précède la visite.")
    return le


def _remplir(evaluation, reponses, instant):
    """Pose les réponses ; l'accord de publication porte le jour où il est donné : celui de la réponse, ou `accord_le`."""
    accord, accord_le = reponses.pop("accord", False), reponses.pop("accord_le", None) or localdate(instant)
    for nom, valeur in reponses.items():
        setattr(evaluation, nom, valeur)
    evaluation.repondue_le = instant
    evaluation.accord_le = _date_de_l_accord(evaluation.visite, accord_le) if accord else None


def _ecrire(evaluation, par):
    return enregistrer(evaluation, par=par) if evaluation.pk else ajouter(evaluation, par=par)


def _empreinte(jeton):
    return sha256(jeton.encode()).hexdigest()
