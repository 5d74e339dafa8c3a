"""Ce qui se dit autour des actions : quelques fils, des réserves qu'un évènement réveillera, des besoins communs."""

from collections import defaultdict
from datetime import timedelta
from random import Random

from suivi.demonstration.calendrier import instant
from suivi.enums import EtatAction
from suivi.models import Action, BesoinCommun, BesoinRepere, MessageDAction, Projet

FIL = (
    "Le dirigeant rappelle la semaine prochaine, après son bilan. Pouvez-vous lui préparer les deux hypothèses ?",
    "C’est prêt. Je passe par le comptable, il a les chiffres de l’an passé.",
    "Vu hier : il préfère la seconde. Je vous laisse la suite.",
)
MOTIFS = ("le permis de construire est accordé", "le bilan de l’année est clos", "le repreneur a signé")
FILS, RESERVES, BESOINS, ENTREPRISES_MIN = 12, 3, 3, 3
SUITES = ("Un exposé est prévu à la prochaine réunion.", "", "La CCI réunit les entreprises concernées à l’automne.")


def poser(chantier):
    """Un tirage à part : le reste de l'exemple n'en dépend pas."""
    hasard = Random(f"échanges {chantier.reseau.slug}")
    actions = Action.objects.filter(reseau=chantier.reseau).select_related("responsable", "projet__interlocuteur")
    _fils(chantier, hasard, actions)
    _reserves(actions)
    _besoins(chantier)


def _fils(chantier, hasard, actions):
    """Entre le responsable et l'interlocuteur, quand ce ne sont pas les mêmes."""
    en_cours = [a for a in actions.filter(etat=EtatAction.EN_COURS) if a.responsable_id != a.projet.interlocuteur_id]
    mots = []
    for action in en_cours[-FILS:]:
        deux = (action.projet.interlocuteur, action.responsable)
        for rang, texte in enumerate(FIL[: hasard.randint(1, 3)]):
            mots.append((MessageDAction(action=action, membre=deux[rang % 2], texte=texte), action.acceptee_le, rang))
    MessageDAction.objects.bulk_create(mot for mot, _, _ in mots)
    for mot, jour, rang in mots:
        mot.le = instant(min(jour + timedelta(days=3 + 2 * rang), chantier.le), 10 + rang)
    MessageDAction.objects.bulk_update([mot for mot, _, _ in mots], ["le"])


def _reserves(actions):
    """Quelques-unes attendent un évènement, avec leur date au plus tard."""
    endormies = list(actions.filter(etat=EtatAction.ENDORMIE).order_by("pk")[:RESERVES])
    for action, motif in zip(endormies, MOTIFS, strict=False):
        action.reveil_motif = motif
    Action.objects.bulk_update(endormies, ["reveil_motif"])


def _besoins(chantier):
    """Les titres de projet qui reviennent dans plusieurs entreprises."""
    projets = Projet.objects.filter(reseau=chantier.reseau).select_related("visite").order_by("pk")
    par_titre = defaultdict(list)
    for projet in projets:
        par_titre[projet.nature, projet.titre].append(projet)
    frequents = sorted(par_titre.items(), key=lambda paire: (-len({p.visite.entreprise_id for p in paire[1]}), paire[0]))
    frequents = [(cle, siens) for cle, siens in frequents if len({p.visite.entreprise_id for p in siens}) >= ENTREPRISES_MIN]
    for (cle, siens), suite in zip(frequents[:BESOINS], SUITES, strict=False):
        _besoin(chantier, *cle, siens[:6], suite)


def _besoin(chantier, nature, titre, projets, suite):
    animateur = chantier.comptes["animateur"]
    besoin = BesoinCommun.objects.create(
        reseau=chantier.reseau, titre=titre, nature=nature, suite=suite, ouvert_par=animateur, ouvert_le=chantier.il_y_a(40)
    )
    BesoinRepere.objects.bulk_create(
        BesoinRepere(besoin=besoin, projet=projet, par=animateur, le=chantier.il_y_a(40)) for projet in projets
    )
