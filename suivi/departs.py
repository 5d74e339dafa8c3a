"""Ce que laisse un membre qui part, et à qui chaque chose pourrait revenir, avec la raison. Sans HTTP.

Borné à ce que voit le lecteur. Ce qui est fait (visites réalisées, actions closes, journaux) n'est pas là : il reste à son nom.
"""

from dataclasses import dataclass, field
from itertools import cycle

from django.db.models import Exists, OuterRef

from entreprises.models import Deport
from reseau.enums import Qualite
from reseau.models import FicheCompetence, Membre
from suivi.gestes import SANS_ACTION
from suivi.models import Action, Projet
from visites.models import Visite

VISITE, ACCOMPAGNEMENT, ACTION, PROJET, FICHE = "visite", "accompagnement", "action", "projet", "fiche"
LIGNES_MAX = 200  # au-delà, le reste vient une fois celles-ci redistribuées
TITRES = {
    VISITE: "Visites à faire",
    ACCOMPAGNEMENT: "Visites en accompagnement",
    ACTION: "Actions ouvertes",
    PROJET: "Projets suivis auprès du chef d’entreprise",
    FICHE: "Fiches de compétence",
}


@dataclass
class Legs:
    """Une chose à redistribuer : `nom` de son champ (« action-12 »), qui peut la recevoir, qui est proposé et pourquoi."""

    genre: str
    objet: object
    intitule: str
    precision: str = ""
    entreprise: int | None = None
    permis: list = field(default_factory=list)
    propose: Membre | None = None
    raison: str = ""

    @property
    def nom(self):
        return f"{self.genre}-{self.objet.pk}"


def visites_de(membre):
    return Visite.objects.confiees().filter(developpeur=membre)


def accompagnements_de(membre):
    return Visite.objects.confiees().filter(accompagnant=membre)


def actions_de(membre):
    return Action.objects.ouvertes().du_responsable(membre)


def projets_de(membre):
    """Ceux qui vivent encore : une action ouverte au moins ; les autres appartiennent à l'histoire."""
    ouvertes = Action.objects.ouvertes().filter(projet=OuterRef("pk"))
    return Projet.objects.filter(Exists(ouvertes), interlocuteur=membre)


def fiches_de(membre):
    return FicheCompetence.objects.filter(membre=membre, retiree_le=None)


def legs(membre, lecteur, le):
    """[`Legs`] de ce membre que voit ce lecteur, `LIGNES_MAX` au plus ; le nombre de requêtes est constant."""
    restants = list(Membre.objects.visibles_par(lecteur).actifs(le).exclude(pk=membre.pk).exclude(role__in=SANS_ACTION))
    laisses = [*_fiches(membre), *_visites(membre, lecteur), *_actions(membre, lecteur), *_projets(membre, lecteur)][:LIGNES_MAX]
    cles = {leg.entreprise for leg in laisses if leg.entreprise}
    deports = set(Deport.objects.filter(entreprise__in=cles).values_list("membre", "entreprise"))
    collegues = cycle(
        [m for m in restants if m.institution_id == membre.institution_id and m.qualite == Qualite.DIRECT] or [None]
    )
    for leg in laisses:
        leg.permis = [autre for autre in restants if _peut(leg, autre, deports)]
        _proposer(leg, membre, collegues)
    return laisses


def _visites(membre, lecteur):
    visibles = Visite.objects.visibles_par(lecteur).avec_noms()
    for genre, siennes in ((VISITE, visites_de(membre)), (ACCOMPAGNEMENT, accompagnements_de(membre))):
        for visite in visibles.filter(pk__in=siennes.values("pk")).order_by("entreprise__raison_sociale", "pk"):
            yield Legs(genre, visite, str(visite.entreprise), visite.get_etat_display(), visite.entreprise_id)


def _actions(membre, lecteur):
    visibles = Action.objects.visibles_par(lecteur).avec_noms()
    for action in visibles.filter(pk__in=actions_de(membre).values("pk")).order_by("numero"):
        entreprise = action.projet.visite.entreprise
        yield Legs(ACTION, action, f"n° {action.numero}, {action.libelle}", str(entreprise), entreprise.pk)


def _projets(membre, lecteur):
    visibles = Projet.objects.visibles_par(Visite.objects.visibles_par(lecteur)).avec_noms()
    for projet in visibles.filter(pk__in=projets_de(membre).values("pk")):
        entreprise = projet.visite.entreprise
        yield Legs(PROJET, projet, projet.titre, str(entreprise), entreprise.pk)


def _fiches(membre):
    for fiche in fiches_de(membre):
        yield Legs(FICHE, fiche, fiche.get_domaine_display(), fiche.apport)


def _peut(leg, autre, deports):
    direct = leg.genre not in (VISITE, PROJET) or autre.qualite == Qualite.DIRECT
    visite = leg.genre != ACCOMPAGNEMENT or (autre.qualite != Qualite.AUCUN and autre.pk != leg.objet.developpeur_id)
    return direct and visite and (autre.pk, leg.entreprise) not in deports


def _proposer(leg, membre, collegues):
    """L'interlocuteur d'une action si ce n'est pas lui, le visiteur d'un projet, sinon un collègue de son institution."""
    connait = {ACTION: lambda: leg.objet.projet.interlocuteur, PROJET: lambda: leg.objet.visite.developpeur}.get(leg.genre)
    connu = connait() if connait else None
    if connu and connu in leg.permis:
        leg.propose, leg.raison = connu, "connaît déjà le dossier"
    elif (collegue := next(collegues)) and collegue in leg.permis:
        leg.propose, leg.raison = collegue, f"même institution, {membre.institution}"
