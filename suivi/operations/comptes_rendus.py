"""Rendre compte : un brouillon qui se garde tout seul, puis « Terminer », d'une seule transaction."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate, now

from entreprises.models import Contact
from entreprises.reunies import tenir
from reseau.lib.erreurs import exiger
from reseau.operations import CONFLIT, ajouter, enregistrer
from suivi.models import Brouillon
from suivi.operations.actions import proposer
from suivi.operations.avis import prevenir
from suivi.operations.projets import ouvrir_projet
from suivi.operations.urgences import alerter
from suivi.reserve import ecrire_la_reserve, peut_lire_la_reserve
from visites.enums import EtatVisite
from visites.guides import repondre
from visites.models import CompteRendu, Visite
from visites.operations import realiser


@dataclass
class Saisie:
    """Ce que « Terminer » reçoit. `version` : celle du compte rendu à l'ouverture de la page, 0 s'il n'existait pas.

    `champs` : valeurs du compte rendu ; `reserve` : None si l'on n'y touche pas ; `contact` : une personne vue à ajouter ;
    `projets` : [(Projet, [Action, …]), …], pas encore enregistrés ; `reponses` : (guide, {clé de question: valeur}), ou None.
    """

    version: int
    champs: dict[str, Any]
    realisee_le: date | None = None
    reserve: str | None = None
    contact: Contact | None = None
    projets: list[tuple] = field(default_factory=list)
    reponses: tuple | None = None


@transaction.atomic
def conclure(visite, saisie, *, par, racine=""):
    """« Terminer » : le compte rendu, ses projets et leurs actions s'enregistrent ensemble, ou rien.

    Une urgence nouvelle alerte l'animateur, et chacun apprend ce qu'on lui propose ; `racine` : l'adresse du site, vide pour
    n'écrire à personne. Lève `RegleEnfreinte` si quelqu'un a enregistré ce compte rendu depuis l'ouverture de la page.
    """
    tenir(visite.entreprise, par=par)
    visite = Visite.objects.select_for_update(of=("self",)).select_related("reseau", "entreprise").get(pk=visite.pk)
    existant = CompteRendu.objects.filter(visite=visite).first()
    exiger((existant.version if existant else 0) == saisie.version, CONFLIT)
    if racine and saisie.champs.get("urgent") and not (existant and existant.termine and existant.urgent):
        alerter(visite, par=par, racine=racine)
    compte_rendu = ouvrir_compte_rendu(visite, par=par, realisee_le=saisie.realisee_le)
    if saisie.contact:
        saisie.contact.entreprise = visite.entreprise
        saisie.champs["vu"] = ajouter(saisie.contact, par=par)
    for nom, valeur in saisie.champs.items():
        setattr(compte_rendu, nom, valeur)
    terminer(compte_rendu, par=par, reserve=saisie.reserve)
    if saisie.reponses:
        repondre(compte_rendu, *saisie.reponses)
    for projet, actions in saisie.projets:
        ouvrir_projet(projet, visite=visite, par=par)
        for action in actions:
            proposer(action, projet=projet, par=par)
    prevenir([action for _, actions in saisie.projets for action in actions], par=par, racine=racine)
    Brouillon.objects.filter(visite=visite, membre=par).delete()
    return compte_rendu


@transaction.atomic
def ouvrir_compte_rendu(visite, *, par, realisee_le=None):
    """Le compte rendu de cette visite, ouvert au besoin ; la visite encore confiée devient réalisée."""
    if visite.confiee:
        jour = localdate()
        prevu = visite.rendez_vous_le and localdate(visite.rendez_vous_le)
        realiser(visite, realisee_le=realisee_le or min(prevu or jour, jour), par=par, le=jour)
    exiger(visite.faite, "On rend compte d’une visite confiée à un développeur ou déjà réalisée.")
    _redater(visite, realisee_le, par)
    existant = CompteRendu.objects.filter(visite=visite).first()
    return existant or ajouter(CompteRendu(visite=visite, auteur=visite.developpeur, saisi_par=par), par=par)


def _redater(visite, realisee_le, par):
    """Corrige le jour de la visite, tant qu'elle n'est pas restituée."""
    if visite.etat == EtatVisite.REALISEE and realisee_le and realisee_le != visite.realisee_le:
        exiger(realisee_le <= localdate(), "La date de la visite est dans l’avenir.")
        visite.realisee_le = realisee_le
        enregistrer(visite, par=par)


@transaction.atomic
def rendre_compte(compte_rendu, *, par, reserve=None):
    """Enregistre le compte rendu ; `reserve` n'est écrit que par qui peut le lire."""
    if reserve is not None and peut_lire_la_reserve(par, compte_rendu):
        ecrire_la_reserve(compte_rendu, reserve)
    return enregistrer(compte_rendu, par=par)


@transaction.atomic
def terminer(compte_rendu, *, par, reserve=None):
    """« Terminer » : une phrase au moins. Saisi par un autre que son auteur, il attend que celui-ci le valide."""
    exiger(compte_rendu.phrase.strip(), "Une phrase suffit, mais il en faut une.")
    compte_rendu.termine_le = compte_rendu.termine_le or now()
    if par == compte_rendu.auteur:
        compte_rendu.valide_le = compte_rendu.valide_le or now()
    return rendre_compte(compte_rendu, par=par, reserve=reserve)


def valider(compte_rendu, *, par):
    """L'auteur valide d'un clic ce que le secrétariat a saisi pour lui."""
    exiger(par == compte_rendu.auteur, "Seul l’auteur du compte rendu le valide.")
    exiger(compte_rendu.termine, "Ce compte rendu n’est pas terminé.")
    compte_rendu.valide_le = now()
    return enregistrer(compte_rendu, par=par)
