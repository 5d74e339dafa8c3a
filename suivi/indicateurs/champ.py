"""Le champ d'un tableau : les visites que ses chiffres comptent, et l'adresse des fiches que chacun d'eux compte."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from entreprises.enums import Section
from entreprises.models import ZoneEmploi
from reseau.droits import TOUT, portee
from reseau.lib.dates import plus_mois
from reseau.lib.tableau import ADRESSES
from reseau.models import Membre, Reseau
from suivi.indicateurs.perimetre import periode_en_mots, visites_comptees
from suivi.models import Action, Projet
from visites.models import Campagne

# Genre de fiches → droit qu'il faut, pour tout le réseau, pour que le chiffre s'ouvre sur elles.
OUVERTURES = {
    "visites": "visites.voir",
    "actions": "actions.voir",
    "projets": "comptes_rendus.lire",
    "cible": "cibles.voir",
    "reunions": "reunions.voir",
    "membres": "annuaire.voir",
}


@dataclass(frozen=True)
class Champ:
    """`du`, `au` : bornes comprises de la date des visites ; `secteur` : une section de la NAF rév. 2 (« C »).

    `sauf` : les clés des entreprises que l'on ne compte pas.
    """

    reseau: Reseau
    lecteur: Membre | None = None
    du: date | None = None
    au: date | None = None
    zone: ZoneEmploi | None = None
    secteur: str | None = None
    campagne: Campagne | None = None
    sauf: Collection[int] = ()

    @property
    def filtre(self):
        """Vrai dès qu'un choix est fait : les déports du lecteur sortent alors des comptes."""
        return any((self.du, self.au, self.zone, self.secteur, self.campagne))

    @property
    def periode(self):
        return periode_en_mots(self.du, self.au)

    @property
    def choix(self):
        """[(libellé, choix)] à rappeler sur le papier."""
        secteur = Section(self.secteur).label if self.secteur else None
        nommes = [("Zone d’emploi", self.zone), ("Secteur (NAF rév. 2)", secteur), ("Campagne", self.campagne)]
        return [(libelle, str(choix)) for libelle, choix in nommes if choix]

    def visites(self):
        """Celles que l'on compte, sans égard à leur état ni à la période."""
        return self.de_la_campagne(self.situer(visites_comptees(self.reseau, self.lecteur, filtre=self.filtre)))

    def situer(self, fiches):
        """Parmi ces visites ou ces lignes de cible, celles d'une entreprise du lieu et du secteur, et qu'on ne tait pas."""
        if self.sauf:
            fiches = fiches.exclude(entreprise__in=self.sauf)
        if self.zone:
            fiches = fiches.filter(entreprise__commune__zone_emploi=self.zone)
        return fiches.filter(entreprise__naf__division__section=self.secteur) if self.secteur else fiches

    def de_la_campagne(self, visites):
        return visites.filter(campagne=self.campagne) if self.campagne else visites

    def realisees(self):
        return self.visites().realisees(self.du, self.au)

    def refusees(self):
        return self.visites().refusees(self.du, self.au)

    def injoignables(self):
        return self.visites().injoignables(self.du, self.au)

    def sorties(self):
        """Réalisées ou refusées dans la période."""
        return self.visites().touchees(self.du, self.au)

    def actions(self):
        """Nées de ces visites, et proposées au plus tard à la fin de la période."""
        return Action.objects.filter(self._nees("projet__visite", "proposee_le"))

    def projets(self):
        return Projet.objects.filter(self._nees("visite", "cree_le"))

    def _nees(self, chemin, date_de_naissance):
        visites = self.realisees().order_by()
        nees = Q(**{f"{chemin}__in": visites})
        return nees & Q(**{f"{date_de_naissance}__lte": self.au}) if self.au else nees

    def adresse(self, genre, **criteres):
        """L'adresse des fiches de ce genre que ces critères choisissent ; vide si le lecteur ne les lit pas toutes."""
        du_champ = {"du": self.du, "au": self.au, "zone": self.zone, "secteur": self.secteur, "campagne": self.campagne}
        return adresse_des_lignes(self.reseau, self.lecteur, genre, **du_champ | criteres)

    def precedent(self):
        """Le `Champ` de la période de même longueur, juste avant ; en mois entiers si celle-ci en est faite."""
        du, au = periode_precedente(self.du, self.au)
        return replace(self, du=du, au=au)


def adresse_des_lignes(reseau, lecteur, genre, **criteres):
    """« /reseau/tableaux/lignes/visites/?etat=realisees&du=2026-01-01 » ; vide si le lecteur ne lit pas toutes ces fiches."""
    if lecteur is None or portee(lecteur, OUVERTURES[genre]) is not TOUT:
        return ""
    valeurs = {nom: getattr(valeur, "pk", valeur) for nom, valeur in criteres.items() if valeur not in (None, "")}
    return f"{reverse(f'suivi:lignes-{genre}', args=[reseau.slug])}?{urlencode(valeurs)}"


def ouvrir(ligne, **adresses):
    """La ligne d'un tableau, et l'adresse des fiches que comptent ses cases : {clé de colonne: adresse}, vide si aucune."""
    adresses = {cle: adresse for cle, adresse in adresses.items() if adresse}
    return ligne | {ADRESSES: adresses} if adresses else ligne


def periode_precedente(du, au):
    """Deux jours : la période qui s'achève la veille de `du` et dure autant ; en mois si celle-ci est faite de mois entiers."""
    veille, lendemain = du - timedelta(days=1), au + timedelta(days=1)
    if du.day == lendemain.day:
        mois = (lendemain.year - du.year) * 12 + lendemain.month - du.month
        return plus_mois(du, -mois), veille
    return veille - (au - du), veille
