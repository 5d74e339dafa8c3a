"""La vie d'une action : proposée, acceptée, menée, close. Chaque pas laisse une ligne à son journal."""

from django.db import transaction
from django.utils.timezone import localdate

from entreprises.enums import OrigineAcces
from entreprises.models import Acces
from entreprises.reunies import tenir
from reseau.enums import EtatPresence
from reseau.lib.dates import plus_mois
from reseau.lib.erreurs import exiger
from reseau.operations import ajouter, enregistrer, prochains_numeros
from suivi.enums import EtatAction, Mouvement
from suivi.models import Action, MouvementDAction
from suivi.operations.regles import verifier_acces, verifier_concurrence

SERIE = "action"
CLOSE = "Cette action est close."
RESERVE_MOIS = 6  # ce qu'attend une action en réserve sans date, avant qu'on redemande à son responsable où elle en est


@transaction.atomic
def proposer(action, *, projet, par, reunion=None):
    """Une action du projet, numérotée dans le réseau ; celui qui se la confie l'accepte du même coup.

    `reunion` : la séance où elle est née.
    """
    tenir(projet.visite.entreprise, par=par)
    action.reseau, action.projet, action.proposee_le = projet.reseau, projet, localdate()
    action.numero = prochains_numeros(projet.reseau, SERIE, 0)[0]
    _confier(action, action.responsable, par, action.malgre_concurrence)
    if action.responsable == par:
        action.etat, action.acceptee_le = EtatAction.ACCEPTEE, localdate()
    ajouter(action, par=par)
    if action.nee_de:
        _mouvement(action.nee_de, Mouvement.NAISSANCE, par, f"n° {action.numero}, {action.libelle}")
    texte = f"Née de l’action n° {action.nee_de.numero}." if action.nee_de else ""
    return _mouvement(action, Mouvement.PROPOSITION, par, texte, reunion)


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
    avant, action.responsable, action.malgre_concurrence = action.responsable, None, ""
    action.etat, action.acceptee_le = EtatAction.PROPOSEE, None
    return _changer(action, Mouvement.REFUS, par, motif, avant=avant)


def transmettre(action, responsable, *, par, motif="", malgre_concurrence="", mouvement=Mouvement.TRANSMISSION):
    """Propose l'action à un autre responsable ; le journal garde qui l'avait. Suit-il une concurrente, il faut dire pourquoi."""
    exiger(action.ouverte, CLOSE)
    exiger(responsable != action.responsable, f"{responsable} en est déjà responsable.")
    avant = _confier(action, responsable, par, malgre_concurrence)
    action.etat, action.acceptee_le = EtatAction.PROPOSEE, None
    _sortir_de_la_reserve(action)
    if responsable == par:
        action.etat, action.acceptee_le = EtatAction.ACCEPTEE, localdate()
    return _changer(action, mouvement, par, motif, avant=avant)


def designer(action, responsable, *, par, reunion, malgre_concurrence=""):
    """Désignation en séance : un responsable pointé présent l'accepte devant tous ; un absent la reçoit à accepter."""
    exiger(action.ouverte, CLOSE)
    present = reunion.presences.filter(membre=responsable, etat=EtatPresence.PRESENT).exists()
    avant = _confier(action, responsable, par, malgre_concurrence)
    _sortir_de_la_reserve(action)
    action.etat = EtatAction.ACCEPTEE if present else EtatAction.PROPOSEE
    action.acceptee_le = max(reunion.le, action.proposee_le) if present else None  # la séance se saisit parfois le lendemain
    return _changer(action, Mouvement.DESIGNATION, par, str(reunion), reunion=reunion, avant=avant)


def noter_la_suite(action, *, texte, par, fin_prevue=None):
    """Une phrase sur ce qui a été fait ; l'action est en cours."""
    _attendre(action, EtatAction.ACCEPTEE, EtatAction.EN_COURS)
    exiger(texte.strip(), "Dites en une phrase ce qui a été fait.")
    action.etat, action.fin_prevue = EtatAction.EN_COURS, fin_prevue or action.fin_prevue
    return _changer(action, Mouvement.SUITE, par, texte)


def endormir(action, *, par, reveil_le=None, reveil_motif="", texte=""):
    """Met l'action en réserve jusqu'à une date, ou jusqu'à ce que quelque chose arrive ; elle n'est plus relancée d'ici là.

    Sans date, elle se réveille d'elle-même au bout de `RESERVE_MOIS` : rien ne s'y oublie.
    """
    exiger(action.ouverte, CLOSE)
    exiger(reveil_le or reveil_motif.strip(), "Dites quand la réveiller : une date, ou ce qui doit arriver.")
    exiger(reveil_le is None or reveil_le > localdate(), "La date de réveil est à venir.")
    action.etat, action.reveil_motif = EtatAction.ENDORMIE, reveil_motif.strip()
    action.reveil_le = reveil_le or plus_mois(localdate(), RESERVE_MOIS)
    return _changer(action, Mouvement.SOMMEIL, par, f"Jusqu’à ceci : {reveil_motif.strip()}. {texte}" if reveil_motif else texte)


def reveiller(action, *, par, texte=""):
    """La reprend là où elle en était : en cours si elle avait été acceptée, proposée sinon."""
    _attendre(action, EtatAction.ENDORMIE)
    action.etat = EtatAction.EN_COURS if action.acceptee_le else EtatAction.PROPOSEE
    _sortir_de_la_reserve(action)
    return _changer(action, Mouvement.REVEIL, par, texte)


def redater(action, fin_prevue, *, par, reunion):
    """Nouvelle fin prévue, décidée en séance : le responsable et l'état ne changent pas."""
    exiger(action.ouverte, CLOSE)
    action.fin_prevue = fin_prevue
    return _changer(action, Mouvement.SUITE, par, f"Fin prévue : {fin_prevue:%d/%m/%Y}", reunion=reunion)


def clore(action, *, issue, par, texte="", fin_reelle=None, reunion=None):
    """Fin réelle et issue : un clic et une phrase ; `reunion`, si la séance l'a décidé."""
    exiger(action.ouverte, "Cette action est déjà close.")
    fin = fin_reelle or localdate()
    exiger(fin <= localdate(), "La fin réelle est dans l’avenir.")
    exiger(fin >= action.proposee_le, "La fin réelle précède la proposition de l’action.")
    action.etat, action.issue, action.fin_reelle = EtatAction.CLOSE, issue, fin
    _sortir_de_la_reserve(action)
    return _changer(action, Mouvement.CLOTURE, par, texte, reunion=reunion)


@transaction.atomic
def _changer(action, mouvement, par, texte="", reunion=None, avant=None):
    """Enregistre, écrit au journal ; `avant` : qui n'est plus responsable, et ne voit plus ce qu'il voyait à ce titre."""
    enregistrer(action, par=par)
    if avant and avant != action.responsable:
        _tenir_l_acces(action, avant)
    return _mouvement(action, mouvement, par, texte, reunion)


def _mouvement(action, mouvement, par, texte="", reunion=None):
    if action.responsable:
        _tenir_l_acces(action, action.responsable)
    MouvementDAction.objects.create(
        action=action, membre=par, mouvement=mouvement, responsable=action.responsable, texte=texte[:300], reunion=reunion
    )
    return action


def _tenir_l_acces(action, membre):
    """Il voit l'entreprise tant qu'il y porte une action, même close (elle reste sienne) ; plus aucune, il ne la voit plus."""
    entreprise = action.projet.visite.entreprise
    acces = {"entreprise": entreprise, "membre": membre, "origine": OrigineAcces.ACTION}
    siennes = Action.objects.du_responsable(membre).filter(projet__visite__entreprise=entreprise)
    fins = list(siennes.values_list("fin_reelle", flat=True))
    if not fins:
        Acces.objects.filter(**acces).delete()
    else:
        Acces.objects.update_or_create(**acces, defaults={"clos_le": None if None in fins else max(fins)})


def _confier(action, responsable, par, motif):
    """Pose le responsable, s'il le peut, et le motif s'il en fallait un ; rend celui d'avant."""
    visite, avant = action.projet.visite, action.responsable
    if responsable:
        verifier_acces(responsable, visite.entreprise)
    action.malgre_concurrence = verifier_concurrence(visite, responsable, par=par, motif=motif, confiee="cette action")
    action.responsable = responsable
    return avant


def _sortir_de_la_reserve(action):
    action.reveil_le, action.reveil_motif = None, ""


def _attendre(action, *etats):
    exiger(
        action.etat in etats,
        f"Cette action est « {action.get_etat_display().lower()} » : ce geste ne s’y applique pas.",
    )
