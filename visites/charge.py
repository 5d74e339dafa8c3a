"""La charge de chaque développeur, face au rythme convenu : un repère, jamais un classement (conception, section 2)."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q
from django.db.models.functions import TruncMonth

from reseau.lib.dates import plus_mois, premier_du_mois
from reseau.lib.tableau import nombre_francais
from visites.enums import CONFIEES, FAITES

MOIS_MONTRES = 6


@dataclass(frozen=True)
class Charge:
    """Les visites d'une personne, en nombre : faites, en cours."""

    faites: int = 0
    en_cours: int = 0

    @property
    def total(self):
        return self.faites + self.en_cours

    @property
    def en_mots(self):
        """« 3 faites, 2 en cours », ou « aucune visite »."""
        faites = f"{self.faites} faite{'s' if self.faites > 1 else ''}" if self.faites else ""
        en_cours = f"{self.en_cours} en cours" if self.en_cours else ""
        return ", ".join(part for part in (faites, en_cours) if part) or "aucune visite"


@dataclass(frozen=True)
class LigneDePlan:
    """Un développeur au plan : sa charge, son repère (visites sur la période) et ses visites de chaque mois montré."""

    membre: object
    charge: Charge
    repere: Decimal
    echelle: Decimal
    mois: list

    @property
    def largeur(self):
        """Longueur de la barre, en pour cent de la plus longue du plan : un attribut SVG, avec un point."""
        return f"{100 * self.charge.total / self.echelle:.1f}"

    @property
    def place_du_repere(self):
        return f"{100 * self.repere / self.echelle:.1f}"

    @property
    def en_mots(self):
        return f"{self.charge.en_mots} ; repère : {nombre_francais(self.repere, 1).removesuffix(',0')}"


def charges(visites):
    """Dictionnaire clé de développeur → `Charge`, en une requête."""
    lignes = visites.au_plan().order_by().values("developpeur")
    lignes = lignes.annotate(faites=Count("pk", filter=Q(etat__in=FAITES)), en_cours=Count("pk", filter=Q(etat__in=CONFIEES)))
    return {ligne["developpeur"]: Charge(ligne["faites"], ligne["en_cours"]) for ligne in lignes}


def plan(campagne, membres, visites, le):
    """Les mois montrés et une `LigneDePlan` par membre, dans l'ordre reçu (alphabétique) ; deux requêtes."""
    mois = mois_montres(campagne, le)
    portees, par_mois = charges(visites), _par_mois(visites, mois)
    reperes = {membre.pk: repere(campagne, membre) for membre in membres}
    echelle = max([*reperes.values(), *(charge.total for charge in portees.values()), Decimal(1)])
    lignes = [
        LigneDePlan(
            membre,
            portees.get(membre.pk, Charge()),
            reperes[membre.pk],
            echelle,
            [(premier, par_mois.get((membre.pk, premier), 0)) for premier in mois],
        )
        for membre in membres
    ]
    return mois, lignes


def repere(campagne, membre):
    """Visites convenues sur la campagne : son objectif, sinon le rythme du membre (ou du réseau) fois ses mois."""
    if campagne.objectif is not None:
        return Decimal(campagne.objectif)
    return (membre.rythme or campagne.reseau.rythme) * _nombre_de_mois(campagne)


def mois_montres(campagne, le):
    """Six mois au plus de la campagne, à partir du mois courant s'il en est."""
    fin = premier_du_mois(campagne.fin_le)
    debut = premier_du_mois(campagne.debut_le)
    depart = max(debut, min(premier_du_mois(le), plus_mois(fin, 1 - MOIS_MONTRES)))
    return [mois for rang in range(MOIS_MONTRES) if (mois := plus_mois(depart, rang)) <= fin]


def _nombre_de_mois(campagne):
    debut, fin = campagne.debut_le, campagne.fin_le
    return (fin.year - debut.year) * 12 + fin.month - debut.month + 1


def _par_mois(visites, mois):
    lignes = visites.au_plan().avec_repere().filter(repere_le__gte=mois[0])
    lignes = lignes.order_by().annotate(mois=TruncMonth("repere_le")).values("developpeur", "mois").annotate(combien=Count("pk"))
    return {(ligne["developpeur"], ligne["mois"]): ligne["combien"] for ligne in lignes}
