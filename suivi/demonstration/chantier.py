"""Le chantier d'un réseau d'exemple : ce qu'on a déjà posé, ce qu'on tire au sort, et les questions qu'on lui pose."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from reseau.enums import Qualite
from reseau.lib.dates import plus_mois
from reseau.models import Institution, Membre, Reseau, Reunion
from suivi.demonstration.calendrier import repartir
from suivi.demonstration.plans import Plan


@dataclass
class Chantier:
    """`hasard` : un tirage propre au réseau, le même pour une même graine. `le` : le jour de référence.

    `comptes` : rôle → membre qui porte le compte d'exemple ; `presents` : {(réunion, membre)} en clés ; `deports` :
    {(membre, entreprise)} en clés.
    """

    plan: Plan
    hasard: Random
    le: date
    mot_de_passe: str
    reseau: Reseau | None = None
    institutions: dict[str, Institution] = field(default_factory=dict)
    directs: list[Membre] = field(default_factory=list)
    associes: list[Membre] = field(default_factory=list)
    comptes: dict[str, Membre] = field(default_factory=dict)
    membres: list[Membre] = field(default_factory=list)
    reunions: list[Reunion] = field(default_factory=list)
    presents: set[tuple[int, int]] = field(default_factory=set)
    deports: set[tuple[int, int]] = field(default_factory=set)
    cible: Any = None
    campagnes: list = field(default_factory=list)
    entreprises: list = field(default_factory=list)
    profils: dict[int, Any] = field(default_factory=dict)
    visites: list = field(default_factory=list)

    @property
    def debut(self):
        """Fondation du réseau : le premier jour de son histoire."""
        return plus_mois(self.le, -self.plan.mois)

    @property
    def tenues(self):
        """Réunions tenues, de la plus ancienne à la plus récente."""
        return [reunion for reunion in self.reunions if reunion.close_le]

    def il_y_a(self, jours):
        return self.le - timedelta(days=jours)

    def actif(self, membre, du, au=None):
        """Membre du réseau à ce jour (ou d'un jour à l'autre)."""
        return membre.entre_le <= du and not membre.est_parti(au or du)

    def peut(self, membre, entreprise):
        """Il ne se déporte pas de cette entreprise."""
        return (membre.pk, entreprise.pk) not in self.deports

    def visiteurs(self, entreprise, du, au=None):
        """Les directs actifs qui ne se déportent pas de cette entreprise."""
        return [m for m in self.directs if self.actif(m, du, au) and self.peut(m, entreprise)]

    def accompagnants(self, developpeur, entreprise, jour):
        """Directs et associés qui pouvaient accompagner ce développeur ce jour-là."""
        membres = [m for m in [*self.directs, *self.associes] if m.pk != developpeur.pk and m.qualite != Qualite.AUCUN]
        return [m for m in membres if self.actif(m, jour) and self.peut(m, entreprise)]

    def reunion_avant(self, jour):
        """La dernière réunion tenue ce jour-là au plus tard ; la première du réseau à défaut."""
        avant = [reunion for reunion in self.tenues if reunion.le <= jour]
        return avant[-1] if avant else self.tenues[0]

    def reunion_apres(self, jour):
        """La première réunion tenue ce jour-là au plus tôt, ou None."""
        return next((reunion for reunion in self.tenues if reunion.le >= jour), None)

    def choisir(self, elements, combien):
        """`combien` éléments tirés au sort, dans leur ordre."""
        rangs = sorted(self.hasard.sample(range(len(elements)), combien))
        return [elements[rang] for rang in rangs]

    def etaler(self, du, au, combien):
        """`combien` jours répartis d'un jour à l'autre."""
        jours = [du + timedelta(days=rang) for rang in range((au - du).days + 1)]
        return repartir(jours, combien) if combien else []
