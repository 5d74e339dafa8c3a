"""Les gestes du suivi : rendre compte, ouvrir un projet, proposer une action, la mener à sa fin."""

from django.db import transaction
from django.utils.timezone import localdate, now

from entreprises.enums import OrigineAcces
from entreprises.models import Acces, Deport
from reseau.droits import autorise
from reseau.lib.erreurs import RegleEnfreinte
from reseau.operations import ajouter, enregistrer, prochains_numeros
from suivi.enums import EtatAction, Mouvement
from suivi.models import MouvementDAction
from visites.models import CompteRendu, PartieReservee
from visites.operations import realiser

SERIE = "action"


@transaction.atomic
def ouvrir_compte_rendu(visite, *, par, realisee_le=None):
    """Le compte rendu de cette visite, ouvert au besoin ; la visite encore confiée devient réalisée."""
    if visite.confiee:
        jour = localdate()
        prevu = visite.rendez_vous_le and localdate(visite.rendez_vous_le)
        realiser(visite, realisee_le=realisee_le or min(prevu or jour, jour), par=par, le=jour)
    if not visite.faite:
        raise RegleEnfreinte("On rend compte d’une visite confiée à un développeur ou déjà réalisée.")
    existant = CompteRendu.objects.filter(visite=visite).first()
    return existant or ajouter(CompteRendu(visite=visite, auteur=visite.developpeur, saisi_par=par), par=par)


@transaction.atomic
def rendre_compte(compte_rendu, *, par, reserve=None):
    """Enregistre le compte rendu ; `reserve` n'est écrit que par qui peut le lire."""
    if reserve is not None and peut_lire_la_reserve(par, compte_rendu):
        PartieReservee.objects.update_or_create(compte_rendu=compte_rendu, defaults={"texte": reserve})
    return enregistrer(compte_rendu, par=par)


@transaction.atomic
def terminer(compte_rendu, *, par, reserve=None):
    """« Terminer » : une phrase au moins. Saisi par un autre que son auteur, il attend que celui-ci le valide."""
    if not compte_rendu.phrase.strip():
        raise RegleEnfreinte("Une phrase suffit, mais il en faut une.")
    compte_rendu.termine_le = compte_rendu.termine_le or now()
    if par == compte_rendu.auteur:
        compte_rendu.valide_le = compte_rendu.valide_le or now()
    return rendre_compte(compte_rendu, par=par, reserve=reserve)


def valider(compte_rendu, *, par):
    """L'auteur valide d'un clic ce que le secrétariat a saisi pour lui."""
    if par != compte_rendu.auteur:
        raise RegleEnfreinte("Seul l’auteur du compte rendu le valide.")
    compte_rendu.valide_le = now()
    return enregistrer(compte_rendu, par=par)


def peut_lire_la_reserve(membre, compte_rendu):
    """L'animateur, l'auteur et les interlocuteurs ; jamais une institution régalienne, sauf l'auteur pour la sienne."""
    if membre == compte_rendu.auteur:
        return True
    if membre.institution.regalienne:
        return False
    interlocuteurs = [projet.interlocuteur for projet in compte_rendu.visite.projets.select_related("interlocuteur")]
    return autorise(membre, "comptes_rendus.lire_la_reserve", *interlocuteurs)


@transaction.atomic
def ouvrir_projet(projet, *, visite, par):
    """Un projet né de cette visite ; l'interlocuteur est le visiteur, sauf autre choix."""
    projet.reseau, projet.visite, projet.cree_le = visite.reseau, visite, localdate()
    projet.interlocuteur = projet.interlocuteur if projet.interlocuteur_id else visite.developpeur
    return ajouter(projet, par=par)


@transaction.atomic
def proposer(action, *, projet, par):
    """Une action du projet, numérotée dans le réseau ; celui qui se la confie l'accepte du même coup."""
    action.reseau, action.projet, action.proposee_le = projet.reseau, projet, localdate()
    action.numero = prochains_numeros(projet.reseau, SERIE, 0)[0]
    _verifier_responsable(action, action.responsable)
    if action.responsable == par:
        action.etat, action.acceptee_le = EtatAction.ACCEPTEE, localdate()
    ajouter(action, par=par)
    return _mouvement(action, Mouvement.PROPOSITION, par)


def accepter(action, *, par):
    _attendre(action, EtatAction.PROPOSEE)
    _exiger(action.responsable_id, "Cette action n’a pas encore de responsable.")
    action.etat, action.acceptee_le = EtatAction.ACCEPTEE, localdate()
    return _changer(action, Mouvement.ACCEPTATION, par)


def refuser(action, *, motif, par):
    """Le responsable refuse : l'action revient, proposée, chez l'animateur."""
    _attendre(action, EtatAction.PROPOSEE, EtatAction.ACCEPTEE)
    _exiger(motif.strip(), "Dites en quelques mots pourquoi vous la refusez.")
    action.etat, action.responsable, action.acceptee_le = EtatAction.PROPOSEE, None, None
    return _changer(action, Mouvement.REFUS, par, motif)


def transmettre(action, responsable, *, par, motif="", mouvement=Mouvement.TRANSMISSION):
    """Propose l'action à un autre responsable ; le journal garde qui l'avait."""
    _exiger(action.ouverte, "Cette action est close.")
    _verifier_responsable(action, responsable)
    action.responsable, action.etat, action.acceptee_le, action.reveil_le = responsable, EtatAction.PROPOSEE, None, None
    return _changer(action, mouvement, par, motif)


def designer(action, responsable, *, par, reunion):
    """Désignation en séance : le responsable présent l'accepte devant tous."""
    _verifier_responsable(action, responsable)
    _exiger(action.ouverte, "Cette action est close.")
    action.responsable, action.etat, action.acceptee_le = responsable, EtatAction.ACCEPTEE, reunion.le
    return _changer(action, Mouvement.DESIGNATION, par, f"Réunion du {reunion.le:%d/%m/%Y}")


def noter_la_suite(action, *, texte, par, fin_prevue=None):
    """Une phrase sur ce qui a été fait ; l'action est en cours."""
    _attendre(action, EtatAction.ACCEPTEE, EtatAction.EN_COURS)
    action.etat, action.fin_prevue = EtatAction.EN_COURS, fin_prevue or action.fin_prevue
    return _changer(action, Mouvement.SUITE, par, texte)


def endormir(action, *, reveil_le, par, texte=""):
    _exiger(action.ouverte, "Cette action est close.")
    _exiger(reveil_le > localdate(), "La date de réveil est à venir.")
    action.etat, action.reveil_le = EtatAction.ENDORMIE, reveil_le
    return _changer(action, Mouvement.SOMMEIL, par, texte)


def reveiller(action, *, par):
    _attendre(action, EtatAction.ENDORMIE)
    action.etat = EtatAction.EN_COURS if action.acceptee_le else EtatAction.PROPOSEE
    action.reveil_le = None
    return _changer(action, Mouvement.REVEIL, par)


def clore(action, *, issue, par, texte="", fin_reelle=None):
    """Fin réelle et issue : un clic et une phrase."""
    _exiger(action.ouverte, "Cette action est déjà close.")
    action.etat, action.issue, action.fin_reelle = EtatAction.CLOSE, issue, fin_reelle or localdate()
    action.reveil_le = None
    return _changer(action, Mouvement.CLOTURE, par, texte)


@transaction.atomic
def designer_interlocuteur(projet, membre, *, reunion, par):
    """Confirme en séance qui suit le chef d'entreprise pour ce projet."""
    _verifier_acces(membre, projet.visite.entreprise)
    projet.interlocuteur, projet.interlocuteur_confirme_en = membre, reunion
    return enregistrer(projet, par=par)


@transaction.atomic
def _changer(action, mouvement, par, texte=""):
    enregistrer(action, par=par)
    return _mouvement(action, mouvement, par, texte)


def _mouvement(action, mouvement, par, texte=""):
    if action.responsable:
        entreprise = action.projet.visite.entreprise
        Acces.objects.get_or_create(entreprise=entreprise, membre=action.responsable, origine=OrigineAcces.ACTION)
    MouvementDAction.objects.create(
        action=action, membre=par, mouvement=mouvement, responsable=action.responsable, texte=texte[:300]
    )
    return action


def _verifier_responsable(action, responsable):
    if responsable:
        _verifier_acces(responsable, action.projet.visite.entreprise)


def _verifier_acces(membre, entreprise):
    _exiger(not membre.est_parti(localdate()), f"{membre} a quitté le réseau.")
    deporte = Deport.objects.filter(entreprise=entreprise, membre=membre).exists()
    _exiger(not deporte, f"{membre} ne peut pas être désigné pour cette entreprise.")


def _attendre(action, *etats):
    _exiger(
        action.etat in etats,
        f"Cette action est « {action.get_etat_display().lower()} » : ce geste ne s’y applique pas.",
    )


def _exiger(condition, message):
    if not condition:
        raise RegleEnfreinte(message)
