"""Redistribuer, d'un écran, ce que laisse un membre qui part. Ce qu'il a fait reste à son nom."""

from dataclasses import dataclass, field

from django.db import transaction

from entreprises.models import Entreprise
from reseau.lib.dates import plus_mois
from reseau.lib.erreurs import exiger
from reseau.models import FicheCompetence, Membre
from reseau.models.competence import MOIS_DE_CONFIANCE
from reseau.operations import ajouter, enregistrer, modifier_membre
from suivi.departs import (
    ACCOMPAGNEMENT,
    ACTION,
    FICHE,
    PROJET,
    VISITE,
    accompagnements_de,
    actions_de,
    fiches_de,
    projets_de,
    visites_de,
)
from suivi.operations.actions import endormir, transmettre
from suivi.operations.projets import modifier_projet
from visites.operations import affecter

SOURCES = {
    VISITE: lambda membre: visites_de(membre).select_related("reseau", "entreprise", "developpeur", "accompagnant"),
    ACCOMPAGNEMENT: lambda membre: accompagnements_de(membre).select_related(
        "reseau", "entreprise", "developpeur", "accompagnant"
    ),
    ACTION: lambda membre: actions_de(membre).avec_noms(),
    PROJET: lambda membre: projets_de(membre).select_related("reseau", "visite__entreprise", "interlocuteur"),
    FICHE: fiches_de,
}


@dataclass(frozen=True)
class Redistribution:
    """Ce qui a changé de mains : `faits`, le nombre par genre ; `deja` : ce qui n'était plus au partant ; `actions` confiées."""

    faits: dict = field(default_factory=dict)
    deja: int = 0
    actions: list = field(default_factory=list)


@transaction.atomic
def redistribuer(membre, choix, *, par, le, parti_le=None, malgre_concurrence=""):
    """Confie chaque chose à qui la reçoit, tout ou rien ; `choix` : [(genre, clé, Membre)]. Rend la `Redistribution`.

    Rejouée, elle ne trouve plus rien au partant et ne change rien ; deux assistants du même départ se suivent. Une action
    reçue reste à accepter, une fiche reçue à confirmer. `parti_le` : date du départ, s'il n'est pas encore noté.
    """
    if parti_le and membre.parti_le != parti_le:
        membre.parti_le = parti_le
        modifier_membre(membre, par=par, le=le)  # d'abord : il verrouille le réseau avant le membre
    partant = Membre.objects.select_for_update(no_key=True).get(pk=membre.pk)
    recus = {(genre, cle): receveur for genre, cle, receveur in choix}
    exiger(all(receveur != partant for receveur in recus.values()), "On ne redonne pas ses dossiers à qui part.")
    faits, actions = {}, []
    for genre, objet in _verrouiller(partant, recus):
        recu = JOUER[genre](objet, recus[genre, objet.pk], partant, par, le, malgre_concurrence)
        faits[genre] = faits.get(genre, 0) + 1
        actions += [recu] if genre == ACTION else []
    return Redistribution(faits, len(recus) - sum(faits.values()), actions)


def _verrouiller(partant, recus):
    """[(genre, objet)] encore à lui parmi ceux-là ; les entreprises d'abord, dans l'ordre des clés, comme partout ailleurs."""
    cles = {genre: [cle for nom, cle in recus if nom == genre] for genre in SOURCES}
    siens = [(genre, objet) for genre, source in SOURCES.items() for objet in source(partant).filter(pk__in=cles[genre])]
    entreprises = {_entreprise(genre, objet) for genre, objet in siens} - {None}
    list(Entreprise.objects.filter(pk__in=entreprises).select_for_update(no_key=True).order_by("pk"))
    verrouilles = []
    for genre, source in SOURCES.items():
        lignes = source(partant).filter(pk__in=cles[genre]).select_for_update(of=("self",), no_key=True).order_by("pk")
        verrouilles += [(genre, objet) for objet in lignes]
    return verrouilles


def _entreprise(genre, objet):
    if genre == FICHE:
        return None
    visite = {ACTION: lambda: objet.projet.visite, PROJET: lambda: objet.visite}.get(genre, lambda: objet)()
    return visite.entreprise_id


def _visite(visite, receveur, partant, par, le, motif):
    accompagnant = None if visite.accompagnant == receveur else visite.accompagnant
    equipe = {"accompagnant": accompagnant, "prevue_le": visite.prevue_le}
    return affecter(visite, receveur, par=par, le=le, malgre_concurrence=motif, **equipe)


def _accompagnement(visite, receveur, partant, par, le, motif):
    visite.refresh_from_db()  # la même visite vient peut-être de changer de titulaire
    equipe = {"accompagnant": receveur, "prevue_le": visite.prevue_le}
    return affecter(visite, visite.developpeur, par=par, le=le, malgre_concurrence=motif, **equipe)


def _action(action, receveur, partant, par, le, motif):
    """Transmise ; en réserve, elle y reste, chez qui la reçoit."""
    reserve = action.endormie and {"reveil_le": action.reveil_le, "reveil_motif": action.reveil_motif}
    transmettre(action, receveur, par=par, motif=f"Départ de {partant}.", malgre_concurrence=motif)
    if reserve and (reserve["reveil_motif"] or reserve["reveil_le"] > le):
        reserve["reveil_le"] = reserve["reveil_le"] if reserve["reveil_le"] and reserve["reveil_le"] > le else None
        endormir(action, par=par, texte="Toujours en réserve.", **reserve)
    return action


def _projet(projet, receveur, partant, par, le, motif):
    projet.interlocuteur, projet.malgre_concurrence = receveur, motif
    return modifier_projet(projet, par=par)


def _fiche(fiche, receveur, partant, par, le, motif):
    """Retirée, elle reste au nom du partant ; qui la reprend en a une nouvelle, à confirmer, sauf s'il en tenait déjà une."""
    fiche.retiree_le = le
    enregistrer(fiche, par=par)
    if fiches_de(receveur).filter(domaine=fiche.domaine).exists():
        return fiche
    a_confirmer = plus_mois(le, -MOIS_DE_CONFIANCE)
    reprise = FicheCompetence(membre=receveur, domaine=fiche.domaine, apport=fiche.apport, territoires=fiche.territoires)
    reprise.confirmee_le, reprise.reprise_de = a_confirmer, fiche
    ajouter(reprise, par=par)
    reprise.dispositifs.set(fiche.dispositifs.all())
    return reprise


JOUER = {VISITE: _visite, ACCOMPAGNEMENT: _accompagnement, ACTION: _action, PROJET: _projet, FICHE: _fiche}
