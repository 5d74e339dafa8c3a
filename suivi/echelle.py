"""L'échelle des relances : ce qui attend quelqu'un, depuis quand, et jusqu'où l'on est monté. Sans HTTP, sans courriel.

La date de départ se tire de l'objet lui-même ; passé le dernier palier, l'affaire va à l'ordre du jour de la prochaine
réunion (conception, section 6).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import or_

from django.db.models import Max, Q
from django.db.models.functions import Coalesce, TruncDate
from django.utils.timezone import localdate

from reseau.droits import NON, portee
from suivi.enums import MotifRelance, Mouvement
from suivi.models import Action, Relance
from suivi.suites import DELAI_JOURS, attendues, en_retard
from visites.enums import EtatVisite
from visites.models import Visite

CONFIEE = [Mouvement.PROPOSITION, Mouvement.TRANSMISSION, Mouvement.DESIGNATION]
REPONDRE_JOURS = 7  # le temps d'une semaine pour accepter ou refuser une action, avant qu'on le rappelle


@dataclass(frozen=True)
class Echeance:
    """Une affaire qui attend ; `palier` : le rang du dernier atteint, 1 pour le premier."""

    motif: MotifRelance
    objet: Action | Visite
    depuis: date
    palier: int

    @property
    def cle(self):
        return self.motif.value, self.objet.pk, self.depuis


def paliers(motif, reseau):
    """Les jours, comptés de la date de l'objet, où l'échelle monte d'un cran."""
    compte_rendu, lettre = reseau.compte_rendu_relance_jours, reseau.lettre_relance_jours
    return {
        MotifRelance.ECHUE: (1, 15, 30),
        MotifRelance.SANS_REPONSE: (REPONDRE_JOURS, 15, 30),
        MotifRelance.A_REPRENDRE: (0, 15, 30),
        MotifRelance.SANS_COMPTE_RENDU: (compte_rendu, compte_rendu + 8),
        MotifRelance.SANS_RENDEZ_VOUS: (lettre + 1, lettre + 15, lettre + 30),
        MotifRelance.SUITES: (DELAI_JOURS + 1, DELAI_JOURS + 15, DELAI_JOURS + 30),
    }[motif]


def echeances(membre, le):
    """Les `Echeance` de ce membre ce jour-là, la plus ancienne d'abord ; rien de ce dont il se déporte. Sept requêtes."""
    trouvees = [*_actions(membre, le), *_visites(membre, le)]
    montees = (_echeance(*trouvee, membre.reseau, le) for trouvee in trouvees)
    return sorted((montee for montee in montees if montee.palier), key=lambda e: (e.depuis, e.motif, e.objet.pk))


def a_relancer(membre, siennes):
    """Parmi ses `Echeance`, celles dont le palier atteint ne lui a pas encore été dit."""
    dites = _deja_dites(membre, siennes)
    return [echeance for echeance in siennes if echeance.palier > dites.get(echeance.cle, 0)]


def epuisees(lecteur, le):
    """(actions, visites) que l'échelle n'a pas fait avancer : deux QuerySets, ceux de l'ordre du jour."""
    reseau, actions, visites = lecteur.reseau, Action.objects.visibles_par(lecteur), Visite.objects.visibles_par(lecteur)
    dernier = {motif: paliers(motif, reseau)[-1] for motif in MotifRelance}
    avant = {motif: le - timedelta(days=jours) for motif, jours in dernier.items()}
    reprises = actions.a_reprendre()
    autres = actions.exclude(_parmi(reprises))
    bloquees = _parmi(
        reprises.filter(reveillee_le__lt=avant[MotifRelance.A_REPRENDRE]),
        autres.echues(avant[MotifRelance.ECHUE]),
        avec_confiee_le(autres.a_accepter()).filter(confiee_le__lt=avant[MotifRelance.SANS_REPONSE]),
    )
    en_souffrance = _parmi(
        visites.sans_compte_rendu(le, dernier[MotifRelance.SANS_COMPTE_RENDU] + 1),
        visites.annoncees_sans_rendez_vous(le, dernier[MotifRelance.SANS_RENDEZ_VOUS]),
        attendues(visites).filter(realisee_le__lt=avant[MotifRelance.SUITES]),
    )
    return actions.filter(bloquees), visites.filter(en_souffrance)


def _parmi(*lots):
    """La condition d'être de l'un de ces QuerySets."""
    return reduce(or_, (Q(pk__in=lot.order_by().values("pk")) for lot in lots))


def avec_confiee_le(actions):
    """Annote `confiee_le` : le jour où son responsable l'a reçue."""
    recue = Max("mouvements__le", filter=Q(mouvements__mouvement__in=CONFIEE))
    return actions.annotate(confiee_le=Coalesce(TruncDate(recue), "proposee_le"))


def _actions(membre, le):
    """[(motif, action, depuis)] ; le réveil d'une action en réserve remet ses autres échéances à plus tard."""
    if portee(membre, "actions.conduire") is NON:
        return []
    siennes = Action.objects.visibles_par(membre).du_responsable(membre).select_related("projet__visite__entreprise")
    reprises = list(siennes.a_reprendre())
    siennes = siennes.exclude(pk__in=[action.pk for action in reprises])
    acceptees = siennes.echues(le).filter(acceptee_le__isnull=False)
    return [
        *((MotifRelance.A_REPRENDRE, action, action.reveillee_le) for action in reprises),
        *((MotifRelance.ECHUE, action, action.fin_prevue) for action in acceptees),
        *((MotifRelance.SANS_REPONSE, action, action.confiee_le) for action in avec_confiee_le(siennes.a_accepter())),
    ]


def _visites(membre, le):
    """[(motif, visite, depuis)]"""
    if portee(membre, "comptes_rendus.rediger") is NON:
        return []
    siennes = Visite.objects.visibles_par(membre).du_developpeur(membre).select_related("entreprise")
    return [
        *((MotifRelance.SANS_COMPTE_RENDU, visite, _passee_le(visite)) for visite in siennes.sans_compte_rendu(le)),
        *(
            (MotifRelance.SANS_RENDEZ_VOUS, visite, visite.annoncee_le)
            for visite in siennes.annoncees_sans_rendez_vous(le, membre.reseau.lettre_relance_jours)
        ),
        *((MotifRelance.SUITES, visite, visite.realisee_le) for visite in en_retard(siennes, le)),
    ]


def _passee_le(visite):
    return visite.realisee_le if visite.etat == EtatVisite.REALISEE else localdate(visite.rendez_vous_le)


def _echeance(motif, objet, depuis, reseau, le):
    jours = (le - depuis).days
    return Echeance(motif, objet, depuis, sum(jours >= seuil for seuil in paliers(motif, reseau)))


def _deja_dites(membre, siennes):
    """{clé d'échéance: le palier le plus haut déjà dit}"""
    objets = {"action": set(), "visite": set()}
    for echeance in siennes:
        objets[champ_de(echeance)].add(echeance.objet.pk)
    dites = {}
    sur_elles = Q(action__in=objets["action"]) | Q(visite__in=objets["visite"])
    for relance in Relance.objects.filter(sur_elles, membre=membre).order_by("palier"):
        dites[relance.motif, relance.action_id or relance.visite_id, relance.depuis] = relance.palier
    return dites


def champ_de(echeance):
    """« action » ou « visite » : le champ de `Relance` qui porte l'objet."""
    return "action" if isinstance(echeance.objet, Action) else "visite"
