"""Ce que le tableau 2.5 compte, tiré de la base en un nombre constant de requêtes."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from entreprises.models import Cible
from reseau.enums import EtatPresence, Qualite
from reseau.lib.recherche import cle_de_recherche
from reseau.models import Institution, Membre, Presence, Reunion
from suivi.indicateurs.perimetre import alphabetique
from visites.couverture import Couverture


@dataclass(frozen=True)
class Releve:
    """`reunions` : clé → jour des réunions tenues ; `presents` : clé de membre → clés des réunions où il était."""

    au: date
    membres: list[Membre]
    institutions: list[Institution]
    realisees: Counter
    programmees: Counter
    refus: int
    reunions: dict[int, date]
    presents: dict[int, set[int]]
    cible: Cible | None
    couverture: Couverture | None

    def tenues_pour(self, membre):
        """Clés des réunions tenues pendant que ce membre était actif (entré, pas encore parti)."""
        return {cle for cle, jour in self.reunions.items() if membre.entre_le <= jour and not membre.est_parti(jour)}

    def suivies_par(self, membre):
        return self.presents.get(membre.pk, set()) & self.tenues_pour(membre)


def relever(reseau, visites, *, cible, couverture, depuis, reunions, au):
    """`Releve` au soir du jour `au`. `cible` : celle en vigueur ; `visites` : celles que compte le lecteur.

    `reunions` : premier et dernier jours de celles que l'on compte.
    """
    reunions = Reunion.objects.filter(reseau=reseau).tenues(*reunions)
    membres = Membre.objects.filter(reseau=reseau, entre_le__lte=au)
    return Releve(
        au=au,
        membres=alphabetique(membres),
        institutions=sorted(Institution.objects.filter(reseau=reseau), key=lambda i: cle_de_recherche(i.sigle)),
        realisees=_par_developpeur(visites.realisees(depuis, au)),
        programmees=_par_developpeur(visites.confiees_au(au)),
        refus=visites.refusees(depuis, au).count(),
        reunions=dict(reunions.order_by().values_list("pk", "le")),
        presents=_presents(reunions),
        cible=cible,
        couverture=couverture,
    )


def developpeurs(releve, depuis):
    """Les directs membres à un moment de la période, et quiconque y a des visites : la somme des lignes fait le pied."""
    comptes = set(releve.realisees) | set(releve.programmees)
    return [
        membre
        for membre in releve.membres
        if membre.pk in comptes or (membre.qualite == Qualite.DIRECT and not (depuis and membre.est_parti(depuis)))
    ]


def _par_developpeur(visites):
    return Counter(dict(visites.order_by().values_list("developpeur").annotate(nombre=Count("pk"))))


def _presents(reunions):
    """{membre: réunions où il était}."""
    presents = {}
    lignes = Presence.objects.filter(reunion__in=reunions.order_by(), etat=EtatPresence.PRESENT)
    for membre, reunion in lignes.order_by().values_list("membre", "reunion"):
        presents.setdefault(membre, set()).add(reunion)
    return presents
