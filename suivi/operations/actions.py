"""La vie d'une action : proposée, acceptée, menée, close. Chaque pas laisse une ligne à son journal."""

from django.db import transaction
from django.utils.timezone import localdate

from entreprises.enums import OrigineAcces
from entreprises.models import Acces
from reseau.enums import EtatPresence
from reseau.operations import ajouter, enregistrer, prochains_numeros
from suivi.enums import EtatAction, Mouvement
from suivi.models import Action, MouvementDAction
from suivi.operations.regles import exiger, verifier_acces

SERIE = "action"
CLOSE = "Cette action est close."


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


def modifier_action(action, *, par):
    """Corrige ce qu'il y a à faire, sa classification ou sa fin prévue."""
    exiger(action.ouverte, CLOSE)
    return enregistrer(action, par=par)


def accepter(action, *, par):
    """Le responsable accepte l'action."""
    _attendre(action, EtatAction.PROPOSEE)
    exiger(action.responsable_id, "Cette action n’a pas encore de responsable.")
    action.etat, action.acceptee_le = EtatAction.ACCEPTEE, localdate()
    return _changer(action, Mouvement.ACCEPTATION, par)


def refuser(action, *, motif, par):
    """Le responsable refuse : l'action revient, proposée, chez l'animateur."""
    _attendre(action, EtatAction.PROPOSEE, EtatAction.ACCEPTEE)
    exiger(action.responsable_id, "Cette action n’a pas encore de responsable.")
    exiger(motif.strip(), "Dites en quelques mots pourquoi vous la refusez.")
    avant, action.responsable = action.responsable, None
    action.etat, action.acceptee_le = EtatAction.PROPOSEE, None
    return _changer(action, Mouvement.REFUS, par, motif, avant=avant)


def transmettre(action, responsable, *, par, motif="", mouvement=Mouvement.TRANSMISSION):
    """Propose l'action à un autre responsable ; le journal garde qui l'avait."""
    exiger(action.ouverte, CLOSE)
    exiger(responsable != action.responsable, f"{responsable} en est déjà responsable.")
    _verifier_responsable(action, responsable)
    avant, action.responsable = action.responsable, responsable
    action.etat, action.acceptee_le, action.reveil_le = EtatAction.PROPOSEE, None, None
    if responsable == par:
        action.etat, action.acceptee_le = EtatAction.ACCEPTEE, localdate()
    return _changer(action, mouvement, par, motif, avant=avant)


def designer(action, responsable, *, par, reunion):
    """Désignation en séance : un responsable pointé présent l'accepte devant tous ; un absent la reçoit à accepter."""
    exiger(action.ouverte, CLOSE)
    _verifier_responsable(action, responsable)
    present = reunion.presences.filter(membre=responsable, etat=EtatPresence.PRESENT).exists()
    avant, action.responsable, action.reveil_le = action.responsable, responsable, None
    action.etat = EtatAction.ACCEPTEE if present else EtatAction.PROPOSEE
    action.acceptee_le = reunion.le if present else None
    return _changer(action, Mouvement.DESIGNATION, par, str(reunion), reunion=reunion, avant=avant)


def noter_la_suite(action, *, texte, par, fin_prevue=None):
    """Une phrase sur ce qui a été fait ; l'action est en cours."""
    _attendre(action, EtatAction.ACCEPTEE, EtatAction.EN_COURS)
    exiger(texte.strip(), "Dites en une phrase ce qui a été fait.")
    action.etat, action.fin_prevue = EtatAction.EN_COURS, fin_prevue or action.fin_prevue
    return _changer(action, Mouvement.SUITE, par, texte)


def endormir(action, *, reveil_le, par, texte=""):
    """Met l'action en sommeil jusqu'à une date ; elle n'est plus relancée d'ici là."""
    exiger(action.ouverte, CLOSE)
    exiger(reveil_le > localdate(), "La date de réveil est à venir.")
    action.etat, action.reveil_le = EtatAction.ENDORMIE, reveil_le
    return _changer(action, Mouvement.SOMMEIL, par, texte)


def reveiller(action, *, par):
    """La reprend là où elle en était : en cours si elle avait été acceptée, proposée sinon."""
    _attendre(action, EtatAction.ENDORMIE)
    action.etat = EtatAction.EN_COURS if action.acceptee_le else EtatAction.PROPOSEE
    action.reveil_le = None
    return _changer(action, Mouvement.REVEIL, par)


def clore(action, *, issue, par, texte="", fin_reelle=None):
    """Fin réelle et issue : un clic et une phrase."""
    exiger(action.ouverte, "Cette action est déjà close.")
    fin = fin_reelle or localdate()
    exiger(fin <= localdate(), "La fin réelle est dans l’avenir.")
    exiger(fin >= action.proposee_le, "La fin réelle précède la proposition de l’action.")
    action.etat, action.issue, action.fin_reelle = EtatAction.CLOSE, issue, fin
    action.reveil_le = None
    return _changer(action, Mouvement.CLOTURE, par, texte)


@transaction.atomic
def _changer(action, mouvement, par, texte="", reunion=None, avant=None):
    """Enregistre, écrit au journal ; `avant` : qui n'est plus responsable, et ne voit plus ce qu'il voyait à ce titre."""
    enregistrer(action, par=par)
    if avant and avant != action.responsable:
        _fermer(action, avant)
    return _mouvement(action, mouvement, par, texte, reunion)


def _mouvement(action, mouvement, par, texte="", reunion=None):
    if action.responsable:
        entreprise = action.projet.visite.entreprise
        Acces.objects.get_or_create(entreprise=entreprise, membre=action.responsable, origine=OrigineAcces.ACTION)
    MouvementDAction.objects.create(
        action=action, membre=par, mouvement=mouvement, responsable=action.responsable, texte=texte[:300], reunion=reunion
    )
    return action


def _fermer(action, membre):
    """Qui ne porte plus aucune action de l'entreprise n'a plus de raison de la voir."""
    entreprise = action.projet.visite.entreprise
    if not Action.objects.filter(responsable=membre, projet__visite__entreprise=entreprise).exists():
        Acces.objects.filter(entreprise=entreprise, membre=membre, origine=OrigineAcces.ACTION).delete()


def _verifier_responsable(action, responsable):
    if responsable:
        verifier_acces(responsable, action.projet.visite.entreprise)


def _attendre(action, *etats):
    exiger(
        action.etat in etats,
        f"Cette action est « {action.get_etat_display().lower()} » : ce geste ne s’y applique pas.",
    )
