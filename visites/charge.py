"""La charge de chaque développeur, face au rythme convenu : un repère, jamais un classement (conception, section 2)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q
from django.db.models.functions import TruncMonth

from reseau.enums import Qualite
from reseau.lib.dates import dernier_du_mois, jour_en_mots, plus_mois, premier_du_mois
from reseau.lib.tableau import nombre_francais
from reseau.models import Absence
from visites.binomes import debutants
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
class Case:
    """Un développeur, un mois : ses visites, celles faites à deux, ses absences ; `ouverte` : on peut lui en confier."""

    premier: date
    nombre: int = 0
    a_deux: int = 0
    absences: str = ""
    ouverte: bool = False


@dataclass(frozen=True)
class LigneDePlan:
    """Un développeur au plan : sa charge, son repère (visites sur la période) et une `Case` par mois montré.

    `accompagnees` : les visites où il accompagne un autre, qui ne comptent pas dans sa charge ; `debute` : voir `binomes`.
    """

    membre: object
    charge: Charge
    repere: Decimal
    echelle: Decimal
    mois: list
    accompagnees: int = 0
    debute: bool = False
    affectable: bool = False

    @property
    def largeur(self):
        """Longueur de la barre, en pour cent de la plus longue du plan : un attribut SVG, avec un point."""
        return f"{100 * self.charge.total / self.echelle:.1f}"

    @property
    def place_du_repere(self):
        return f"{100 * self.repere / self.echelle:.1f}"

    @property
    def en_mots(self):
        return f"{self.charge.en_mots} ; repère\u00a0:\u00a0{nombre_francais(self.repere, 1).removesuffix(',0')}"


def charges(visites):
    """Dictionnaire clé de développeur → `Charge`, en une requête."""
    lignes = visites.au_plan().order_by().values("developpeur")
    lignes = lignes.annotate(faites=Count("pk", filter=Q(etat__in=FAITES)), en_cours=Count("pk", filter=Q(etat__in=CONFIEES)))
    return {ligne["developpeur"]: Charge(ligne["faites"], ligne["en_cours"]) for ligne in lignes}


def plan(campagne, membres, visites, le, depart=None):
    """Les mois montrés et une `LigneDePlan` par membre, dans l'ordre reçu (alphabétique) ; cinq requêtes.

    `depart` : le premier mois à montrer, le mois courant d'office.
    """
    mois, membres = mois_montres(campagne, depart or le), list(membres)
    portees, par_mois = charges(visites), _par_mois(visites, mois)
    accompagnees, absences, nouveaux = _accompagnees(visites), _absences(membres, mois), debutants(membres, le)
    reperes = {membre.pk: repere(campagne, membre) for membre in membres}
    echelle = max([*reperes.values(), *(charge.total for charge in portees.values()), Decimal(1)])
    lignes = [
        LigneDePlan(
            membre,
            portees.get(membre.pk, Charge()),
            reperes[membre.pk],
            echelle,
            [
                Case(
                    premier,
                    *par_mois.get((membre.pk, premier), (0, 0)),
                    absences=_absences_du_mois(absences.get(membre.pk, []), premier),
                    ouverte=premier >= premier_du_mois(le) and affectable(membre, le),
                )
                for premier in mois
            ],
            accompagnees.get(membre.pk, 0),
            membre.pk in nouveaux,
            affectable(membre, le),
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
    """{(développeur, premier du mois): (visites, dont à deux)}."""
    lignes = visites.au_plan().avec_repere().filter(repere_le__gte=mois[0], repere_le__lt=plus_mois(mois[-1], 1))
    lignes = lignes.order_by().annotate(mois=TruncMonth("repere_le")).values_list("developpeur", "mois")
    a_deux = Count("pk", filter=Q(accompagnant__isnull=False))
    return {(cle, premier): (nombre, deux) for cle, premier, nombre, deux in lignes.annotate(Count("pk"), a_deux=a_deux)}


def _accompagnees(visites):
    return dict(visites.au_plan().exclude(accompagnant=None).order_by().values_list("accompagnant").annotate(Count("pk")))


def _absences(membres, mois):
    """{membre: [Absence]} de la période montrée."""
    trouvees = {}
    for absence in Absence.objects.filter(membre__in=membres).entre(mois[0], dernier_du_mois(mois[-1])):
        trouvees.setdefault(absence.membre_id, []).append(absence)
    return trouvees


def _absences_du_mois(absences, premier):
    """« du 1er au 9, le 27 » : les jours d'absence de ce mois, en mots courts."""
    dernier, phrases = dernier_du_mois(premier), []
    for absence in absences:
        du, au = max(absence.debut_le, premier), min(absence.fin_le, dernier)
        if du <= au:
            debut = jour_en_mots(du, "j")
            phrases.append(f"le\u00a0{debut}" if du == au else f"du\u00a0{debut} au\u00a0{au.day}")
    return ", ".join(phrases)


def affectable(membre, le):
    """Comme `Membre.objects.affectables`, pour un membre déjà lu."""
    return membre.qualite == Qualite.DIRECT and membre.entre_le <= le and not membre.est_parti(le)
