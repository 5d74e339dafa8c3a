"""Poser une entreprise, ou une visite déjà confiée, sur une case du plan : ce qui s'y oppose, le geste, de quoi le défaire.

Les règles restent celles d'`operations` ; ici elles se disent avant, toutes ensemble, pour que le plan demande les motifs
d'une seule question.
"""

from dataclasses import dataclass, field
from datetime import date

from django.utils.timezone import localdate

from reseau.lib.dates import premier_du_mois
from reseau.lib.erreurs import RegleEnfreinte
from visites import calendrier, operations
from visites.concurrences import conflits
from visites.courriers import ce_qu_annonce
from visites.enums import EtatVisite
from visites.espacement import empechements
from visites.models import Visite
from visites.sollicitations import a_justifier, contacts_recents

CONFIRMER = "confirme"
# Ce qu'un geste du plan change dans une visite, et qui le défait.
CHAMPS = (
    "etat",
    "developpeur_id",
    "accompagnant_id",
    "prevue_le",
    "programmee_le",
    "campagne_id",
    "derogation",
    "malgre_contact",
    "malgre_concurrence",
)


@dataclass(frozen=True)
class Objection:
    """Ce qui s'oppose à un dépôt. `champ` : le motif qui la lève ; `CONFIRMER` s'il suffit de le vouloir, "" si rien n'y fait."""

    raison: str
    champ: str = ""


@dataclass(frozen=True)
class Depot:
    """Qui va où : `visite` (confiée, à déplacer) ou None (une entreprise à programmer) ; `mois` : son premier jour, ou None."""

    entreprise: object
    developpeur: object
    visite: Visite | None = None
    accompagnant: object = None
    mois: date | None = None
    motifs: dict = field(default_factory=dict)
    confirme: bool = False

    @property
    def equipe(self):
        return [membre for membre in (self.developpeur, self.accompagnant) if membre]

    def leve(self, objection):
        """Vrai si ce que porte le dépôt répond à l'objection."""
        if objection.champ == CONFIRMER:
            return self.confirme
        return bool(self.motifs.get(objection.champ, "").strip())


class DepotRetenu(RegleEnfreinte):
    """Le dépôt attend des motifs, ou ne peut pas se faire ; `objections` : celles qu'il ne lève pas."""

    def __init__(self, objections):
        super().__init__(" ".join(objection.raison for objection in objections))
        self.objections = objections

    @property
    def sans_remede(self):
        return any(not objection.champ for objection in self.objections)


def objections(depot, *, par, le):
    """[`Objection`] : tout ce qui s'oppose à ce dépôt, motifs donnés ou non."""
    trouvees = _a_deplacer(depot) if depot.visite else _a_programmer(depot, le)
    concurrences = conflits(depot.entreprise, depot.equipe, par=par, le=le)
    if concurrences and not _meme_equipe(depot):
        trouvees.append(Objection(" ".join(concurrences), "malgre_concurrence"))
    return [*trouvees, *_absences(depot, le)]


def poser(depot, *, campagne, par, le):
    """La visite posée par l'opération qui convient ; `DepotRetenu` si une objection reste, `RegleEnfreinte` d'une autre règle."""
    restent = [objection for objection in objections(depot, par=par, le=le) if not depot.leve(objection)]
    if restent:
        raise DepotRetenu(restent)
    choix = {"par": par, "le": le, "accompagnant": depot.accompagnant, "prevue_le": depot.mois}
    motifs = {nom: depot.motifs.get(nom, "") for nom in ("malgre_contact", "malgre_concurrence")}
    if depot.visite:
        return operations.affecter(depot.visite, depot.developpeur, **choix, **motifs)
    choix |= {"campagne": campagne, "derogation": depot.motifs.get("derogation", "")}
    return operations.programmer(depot.entreprise, developpeur=depot.developpeur, **choix, **motifs)


def photographies(entreprises):
    """{entreprise: ce qu'`operations.remettre` rendra à sa visite en cours} ; celles qui n'en ont pas n'y sont pas."""
    visites = Visite.objects.en_cours().filter(entreprise__in=[entreprise.pk for entreprise in entreprises])
    return {visite.entreprise_id: {champ: getattr(visite, champ) for champ in CHAMPS} for visite in visites}


def _a_programmer(depot, le):
    """L'espacement ou le refus, puis les contacts récents d'autres que l'équipe ; les motifs déjà gardés valent encore."""
    trouvees, entreprise = [], depot.entreprise
    inscrite = Visite.objects.a_programmer().filter(entreprise=entreprise).first() or Visite()
    empechement = empechements([entreprise], entreprise.reseau, le).get(entreprise.pk)
    if empechement and not (empechement.franchissable and inscrite.derogation):
        trouvees.append(Objection(empechement.raison, "derogation" if empechement.franchissable else ""))
    contacts = contacts_recents([entreprise], entreprise.reseau, le).get(entreprise.pk, [])
    contacts = a_justifier(contacts, depot.equipe)
    if contacts and not inscrite.malgre_contact:
        trouvees.append(Objection(f"Contact récent. {contacts[0].en_mots}", "malgre_contact"))
    return trouvees


def _a_deplacer(depot):
    """Un rendez-vous ne se redate pas au plan ; la lettre signée et l'agenda nomment quelqu'un."""
    visite, trouvees = depot.visite, []
    change = visite.developpeur_id != depot.developpeur.pk
    if visite.etat == EtatVisite.RENDEZ_VOUS_PRIS:
        jour = localdate(visite.rendez_vous_le)
        if depot.mois != visite.prevue_le and depot.mois != premier_du_mois(jour):
            trouvees.append(Objection(f"Un rendez-vous est pris le {jour:%d/%m/%Y} : il se reporte depuis la page de la visite."))
        elif change:
            raison = f"Un rendez-vous est pris le {jour:%d/%m/%Y} : il faudra prévenir qui l’a à son agenda."
            trouvees.append(Objection(raison, CONFIRMER))
    if raison := change and ce_qu_annonce(visite):
        trouvees.append(Objection(raison, CONFIRMER))
    return trouvees


def _meme_equipe(depot):
    visite = depot.visite
    if visite is None or not visite.malgre_concurrence:
        return False
    return (visite.developpeur, visite.accompagnant) == (depot.developpeur, depot.accompagnant)


def _absences(depot, le):
    phrases = calendrier.pour_un_mois(depot.mois, depot.equipe, depot.entreprise.reseau, le)
    return [Objection(phrase, CONFIRMER) for phrase in phrases]
