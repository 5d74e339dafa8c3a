"""L'évènement d'une visite ou d'une réunion, tel que les agendas le lisent : jamais ce qui s'y est dit.

Ce qui part à l'entreprise ne parle ni d'emploi, ni d'aides, ni d'institution (dossier, I.2 q. 1) : qui vient, quand, où.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.timezone import make_aware

from reseau.droits import autorise
from reseau.enums import EtatReunion
from reseau.lib.agenda import (
    ANNULATION,
    ANNULE,
    CONFIRME,
    PUBLICATION,
    Evenement,
    Personne,
    apres,
    ecrire,
)
from reseau.models import Reunion
from visites.models import Visite

DOMAINE = "reseau-de-developpeurs"  # jamais résolu : il ne fait que distinguer nos numéros de ceux des autres outils
DUREE_D_UNE_REUNION = timedelta(hours=2)
# Ce que rend un flux : trois mois en arrière, tout ce qui vient, et ce qui est tombé depuis moins de deux mois.
PASSE, SORTIES = timedelta(days=92), timedelta(days=61)
LIGNES_MAX = 1_000


@dataclass(frozen=True)
class Details:
    """Ce qu'un invité doit savoir ; s'il en change un mot, on le prévient."""

    debut_le: datetime
    fin_le: datetime
    lieu: str
    visiteurs: str


def details(visite):
    """Les `Details` du rendez-vous de cette visite, qui en a un."""
    return Details(visite.rendez_vous_le, visite.rendez_vous_fin, visite.lieu_du_rendez_vous, visiteurs(visite))


def details_dits(invitation):
    """Les `Details` que cette `Invitation` a donnés."""
    return Details(invitation.debut_le, invitation.fin_le, invitation.lieu, invitation.visiteurs)


def visiteurs(visite):
    """« Camille Durand », ou « Camille Durand et Dominique Petit » ; le réseau si plus personne n'a la visite."""
    equipe = [str(membre) for membre in (visite.developpeur, visite.accompagnant) if membre]
    return " et ".join(equipe) or str(visite.reseau)


def uid(visite):
    """Le même toute la vie de la visite, et dans un seul réseau ; sa date le distingue d'une base d'essai."""
    return f"visite-{visite.pk}-{visite.creee_le:%Y%m%d}@{visite.reseau.slug}.{DOMAINE}"


def sequence(visite):
    """Croît à chaque geste sur la visite : reporter, changer de mains, annuler."""
    return visite.version - 1


def organisateur(reseau):
    """Le réseau, jamais une personne : l'organisateur d'un évènement ne change pas, le développeur peut changer."""
    return Personne(reseau.nom, reseau.courriel or expediteur())


def expediteur():
    """L'adresse d'où partent les courriels du service."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def evenement(visite, precisions, *, rang, statut=CONFIRME, participants=()):
    """L'`Evenement` à envoyer : `precisions` les `Details` tels qu'ils partent, `rang` sa SEQUENCE."""
    return Evenement(
        uid=uid(visite),
        sequence=rang,
        debut=precisions.debut_le,
        fin=precisions.fin_le,
        titre=f"Visite – {visite.entreprise} ({visite.reseau})",
        lieu=precisions.lieu,
        description=_description(visite, precisions.visiteurs),
        statut=statut,
        organisateur=organisateur(visite.reseau),
        envoye_par=expediteur(),
        participants=participants,
    )


def fichier(visite, *, le):
    """Le .ics à télécharger, sans invité : le rendez-vous, ou son annulation s'il est tombé."""
    tombe = not visite.rendez_vous_tenu
    statut, methode = (ANNULE, ANNULATION) if tombe else (CONFIRME, PUBLICATION)
    ecrit = evenement(visite, details(visite), rang=sequence(visite), statut=statut)
    return ecrire([ecrit], methode=methode, fuseau=visite.reseau.fuseau, le=le)


def du_membre(membre, *, maintenant, racine):
    """Les `Evenement` du flux de ce membre : ses rendez-vous et les réunions. `racine` : « https://reseau.exemple.fr »."""
    visites = Visite.objects.visibles_par(membre).avec_noms()
    siennes = visites.a_l_agenda(membre, depuis=maintenant - PASSE, sorties_depuis=(maintenant - SORTIES).date())
    trouves = [_rendez_vous(visite, racine) for visite in siennes[:LIGNES_MAX]]
    if not autorise(membre, "reunions.voir", membre):
        return trouves
    reunions = Reunion.objects.visibles_par(membre).filter(le__gte=(maintenant - PASSE).date())
    reunions = reunions.filter(Q(annulee_le=None) | Q(annulee_le__gte=maintenant - SORTIES))
    return trouves + [
        evenement_de_reunion(reunion, membre.reseau, racine) for reunion in reunions.order_by("le", "heure", "pk")[:LIGNES_MAX]
    ]


def _description(visite, equipe):
    phrases = [f"{equipe} vient vous rencontrer au nom de «\u00a0{visite.reseau}\u00a0»."]
    if " et " in equipe:
        phrases = [f"{equipe} viennent vous rencontrer au nom de «\u00a0{visite.reseau}\u00a0»."]
    developpeur = visite.developpeur
    if developpeur and developpeur.telephone:
        phrases.append(f"Un empêchement, une question\u00a0: {developpeur.telephone}.")
    return "\n".join(phrases)


def _rendez_vous(visite, racine):
    return Evenement(
        uid=uid(visite),
        sequence=sequence(visite),
        debut=visite.rendez_vous_le,
        fin=visite.rendez_vous_fin,
        titre=f"Visite – {visite.entreprise}",
        lieu=visite.lieu_du_rendez_vous,
        description=f"{visiteurs(visite)}, {visite.reseau}",
        lien=racine + visite.get_absolute_url(),
        statut=CONFIRME if visite.rendez_vous_tenu else ANNULE,
        prive=True,
    )


def evenement_de_reunion(reunion, reseau, racine, **champs):
    """La date et le lieu ; jamais l'ordre du jour, qui peut nommer des entreprises. Le même numéro au flux et en convocation.

    `champs` : ce qu'une convocation y ajoute (organisateur, participants).
    """
    debut = make_aware(datetime.combine(reunion.le, reunion.heure), reseau.fuseau)
    return Evenement(
        uid=f"reunion-{reunion.pk}@{reseau.slug}.{DOMAINE}",
        sequence=reunion.version - 1,
        debut=debut,
        fin=apres(debut, DUREE_D_UNE_REUNION),
        titre=f"Réunion – {reseau}",
        lieu=reunion.lieu,
        lien=racine + reverse("suivi:reunion", args=[reseau.slug, reunion.pk]),
        statut=ANNULE if reunion.etat == EtatReunion.ANNULEE else CONFIRME,
        prive=True,
        **champs,
    )
