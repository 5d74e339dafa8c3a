"""Le vote facultatif sur une cible en préparation : un membre, une voix ; des totaux, jamais qui a voté quoi.

Il éclaire la décision du réseau sans la prendre : rien n'est figé par son résultat.
"""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count
from django.utils.timezone import localdate, now

from entreprises.enums import EtatCible, Voix
from entreprises.models import Cible, Vote
from reseau.droits import NON, TABLE, profil
from reseau.enums import Profil
from reseau.lib.erreurs import RegleEnfreinte
from reseau.models import Membre
from reseau.operations import enregistrer

DROIT = "cibles.voter"


@dataclass(frozen=True)
class Scrutin:
    """Un vote vu par un membre : `totaux` [(voix, nombre)] vide tant qu'il n'est pas clos, `la_mienne` une `Voix` ou ""."""

    votants: int
    membres: int
    la_mienne: str
    totaux: list[tuple[str, int]]

    @property
    def participation(self):
        """« 12 voix exprimées sur 18 membres » : abstentions comprises, sur les membres qui peuvent voter."""
        accord = "s" if self.votants > 1 else ""
        return f"{self.votants} voix exprimée{accord} sur {self.membres} membre{'s' if self.membres > 1 else ''}"

    @property
    def resultat(self):
        """« 9 pour, 2 contre, 1 abstention », ou "" avant la clôture."""
        return ", ".join(f"{nombre} {_accorder(libelle, nombre)}" for libelle, nombre in self.totaux)


def scrutin(cible, membre):
    """Le `Scrutin` de la cible pour ce membre, None si aucun vote n'a été ouvert ; trois requêtes."""
    if cible.vote_ouvert_le is None:
        return None
    comptes = dict(cible.votes.order_by().values_list("voix").annotate(Count("pk")))
    return Scrutin(
        votants=sum(comptes.values()),
        membres=_electeurs(cible),
        la_mienne=cible.votes.filter(membre=membre).values_list("voix", flat=True).first() or "",
        totaux=[(voix.label, comptes.get(voix.value, 0)) for voix in Voix] if cible.vote_clos else [],
    )


@transaction.atomic
def ouvrir_le_vote(cible, *, par):
    """Ouvre le vote sur une cible en préparation ; `RegleEnfreinte` si elle est décidée, ou si un vote a eu lieu."""
    cible = _verrouiller(cible)
    if cible.etat != EtatCible.BROUILLON:
        raise RegleEnfreinte("Cette cible est décidée : on ne vote plus.")
    if cible.vote_ouvert_le:
        raise RegleEnfreinte("Un vote a déjà été ouvert sur cette cible.")
    cible.vote_ouvert_le = now()
    return enregistrer(cible, par=par)


@transaction.atomic
def voter(cible, voix, *, par):
    """Enregistre la voix du membre, ou la change ; `RegleEnfreinte` si le vote n'est pas ouvert ou la voix inconnue.

    La cible est verrouillée : une voix n'arrive pas après la clôture, et deux envois du même membre n'en font qu'une.
    Rien au journal : il dirait qui a changé d'avis, et quand.
    """
    if voix not in Voix.values:
        raise RegleEnfreinte("Votez pour, contre, ou abstenez-vous.")
    cible = _verrouiller(cible)
    if not cible.vote_en_cours:
        raise RegleEnfreinte("Le vote n’est pas ouvert.")
    vote, _ = Vote.objects.update_or_create(cible=cible, membre=par, defaults={"voix": voix})
    return vote


@transaction.atomic
def clore_le_vote(cible, *, par):
    """Clôt le vote : les totaux se montrent. `RegleEnfreinte` s'il n'est pas ouvert."""
    cible = _verrouiller(cible)
    if not cible.vote_en_cours:
        raise RegleEnfreinte("Aucun vote n’est ouvert sur cette cible.")
    cible.vote_clos_le = now()
    return enregistrer(cible, par=par)


def _verrouiller(cible):
    return Cible.objects.select_for_update(of=("self",)).select_related("reseau").get(pk=cible.pk)


def _electeurs(cible):
    """Combien de membres peuvent voter : ceux de la clôture si elle est passée, sinon ceux d'aujourd'hui."""
    le = localdate(cible.vote_clos_le) if cible.vote_clos_le else localdate()
    roles = Membre.objects.filter(reseau=cible.reseau_id).actifs(le).values_list("role", "qualite")
    permis = {colonne for colonne, portee in zip(Profil, TABLE[DROIT], strict=True) if portee is not NON}
    return sum(1 for role, qualite in roles if profil(role, qualite) in permis)


def _accorder(libelle, nombre):
    mot = libelle.lower()
    return f"{mot}s" if nombre > 1 and mot == Voix.ABSTENTION.label.lower() else mot
