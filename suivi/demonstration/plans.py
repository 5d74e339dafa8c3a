"""Ce que chaque réseau d'exemple doit contenir : le premier suit l'annexe 2.5, le deuxième la 2.7, les autres sont petits."""

from dataclasses import dataclass
from random import Random

from suivi.demonstration.annexes import (
    ACTIONS_2_7,
    ANNEXE_2_5,
    EMPLOIS_2_7,
    ENTREPRISES_DE_LA_CIBLE,
    REFUS_2_5,
    REUNIONS_DE_L_ANNEE,
    VISITES_2_7,
    Emplois,
    LigneDeveloppeur,
)
from suivi.demonstration.noms import patronymes_melanges
from suivi.demonstration.territoires import TERRITOIRES, Territoire

# Où en est chaque visite programmée, et sa lettre.
RENDEZ_VOUS_AUJOURD_HUI, RENDEZ_VOUS_PASSE, RENDEZ_VOUS_A_VENIR = "rendez-vous aujourd’hui", "rendez-vous passé", "rendez-vous"
ANNONCEE, ANNONCEE_DE_LONGUE_DATE = "annoncée", "annoncée de longue date"
LETTRE_SIGNEE, LETTRE_A_SIGNER, LETTRE_EN_BROUILLON, LETTRE_REJETEE = "signée", "à signer", "brouillon", "rejetée"
SITUATIONS = (
    *[RENDEZ_VOUS_AUJOURD_HUI] * 2,
    RENDEZ_VOUS_PASSE,
    *[RENDEZ_VOUS_A_VENIR] * 6,
    *[ANNONCEE_DE_LONGUE_DATE] * 2,
    *[ANNONCEE] * 4,
    LETTRE_SIGNEE,
    *[LETTRE_A_SIGNER] * 3,
    LETTRE_EN_BROUILLON,
    LETTRE_REJETEE,
)
SITUATIONS_DU_DEUXIEME = (
    *[RENDEZ_VOUS_AUJOURD_HUI] * 2,
    RENDEZ_VOUS_PASSE,
    *[RENDEZ_VOUS_A_VENIR] * 4,
    ANNONCEE_DE_LONGUE_DATE,
    *[ANNONCEE] * 2,
    LETTRE_SIGNEE,
    *[LETTRE_A_SIGNER] * 2,
    LETTRE_EN_BROUILLON,
)
SITUATIONS_BREVES = (RENDEZ_VOUS_AUJOURD_HUI, RENDEZ_VOUS_A_VENIR, ANNONCEE, LETTRE_A_SIGNER, LETTRE_EN_BROUILLON)
POSTES = ("CCI", "DDETSPP", "France Travail", "CMA", "Banque de France", "DREETS", "DDT", "DREAL", "DDFiP", "Urssaf")

QUI_RESTENT = (0, 2, 3)  # un poste de la chambre, un de France Travail, un des métiers : ils portent des comptes


@dataclass(frozen=True)
class Plan:
    """Nombres exacts d'un réseau. `direct`, `adjoint` : le nom de qui porte ces comptes ; `rang` : 0 pour le premier.

    `anciennes` : visites de plus de 24 mois ; `hors_cible` : visites d'entreprises hors de la liste ; `mois` : ce que dure
    l'histoire ; `rythme` : visites par mois et par développeur.
    """

    territoire: Territoire
    rang: int
    lignes: tuple[LigneDeveloppeur, ...]
    direct: str
    adjoint: str
    cible: int
    refus: int
    actions: dict
    emplois: Emplois
    situations: tuple[str, ...]
    mois: int = 27
    reunions_avant: int = 25
    anciennes: int = 12
    hors_cible: int = 0
    rythme: str = "0.5"
    annexe_2_4: bool = False

    @property
    def realisees(self):
        return sum(ligne.realisees for ligne in self.lignes)


def plan(rang, hasard):
    """Le `Plan` du réseau de ce rang ; `hasard` ne sert qu'aux réseaux que le dossier ne décrit pas ligne à ligne."""
    if rang == 0:
        return _premier()
    return _deuxieme(hasard) if rang == 1 else _petit(rang, hasard)


def _premier():
    return Plan(
        territoire=TERRITOIRES[0],
        rang=0,
        lignes=ANNEXE_2_5,
        direct="Clairval",
        adjoint="Grandval",
        cible=ENTREPRISES_DE_LA_CIBLE,
        refus=REFUS_2_5,
        actions=_reduire(0.6),
        emplois=Emplois(44, 78, 42, 7, 8, 1, 9),
        situations=SITUATIONS,
        annexe_2_4=True,
    )


def _deuxieme(hasard):
    lignes = _lignes_inventees(hasard, personnes=18, partis=3, realisees=VISITES_2_7, programmees=len(SITUATIONS_DU_DEUXIEME))
    return Plan(
        territoire=TERRITOIRES[1],
        rang=1,
        lignes=lignes,
        direct=_en_poste(lignes, "France Travail"),
        adjoint=_en_poste(lignes, "CMA"),
        cible=280,
        refus=9,
        actions=ACTIONS_2_7,
        emplois=EMPLOIS_2_7,
        situations=SITUATIONS_DU_DEUXIEME,
        mois=26,
        reunions_avant=18,
        anciennes=6,
        hors_cible=14,
    )


def _petit(rang, hasard):
    lignes = _lignes_inventees(hasard, personnes=9, partis=1, realisees=38, programmees=len(SITUATIONS_BREVES))
    return Plan(
        territoire=TERRITOIRES[rang],
        rang=rang,
        lignes=lignes,
        direct=_en_poste(lignes, "France Travail"),
        adjoint=_en_poste(lignes, "CCI", "CMA"),
        cible=110,
        refus=3,
        actions=_reduire(0.15),
        emplois=Emplois(9, 14, 8, 1, 2, 0, 2),
        situations=SITUATIONS_BREVES,
        mois=15,
        reunions_avant=4,
        anciennes=0,
        hors_cible=3,
    )


def _en_poste(lignes, *institutions):
    """Le nom de qui est toujours là, dans l'une de ces institutions (aucune n'exerce de fonctions régaliennes)."""
    return next(ligne.nom for ligne in lignes if ligne.depart is None and ligne.institution in institutions)


def _reduire(facteur):
    """La répartition de l'annexe 2.7 à une autre échelle ; ce qui est rare le reste."""
    return {
        nature: {suite: nombre for suite, plein in suites.items() if (nombre := round(plein * facteur))}
        for nature, suites in ACTIONS_2_7.items()
    }


def _lignes_inventees(hasard: Random, *, personnes, partis, realisees, programmees):
    """Des lignes dont les sommes sont exactes ; les partis cessent avant la fin, les autres se partagent le reste."""
    identites = sorted(patronymes_melanges(hasard)[:personnes], key=lambda identite: identite[2])
    rangs_partis = set(hasard.sample([rang for rang in range(personnes) if rang not in QUI_RESTENT], partis))
    poids = [hasard.randint(1, 2) if rang in rangs_partis else hasard.randint(3, 9) for rang in range(personnes)]
    faites = _partager(realisees, poids)
    a_faire = _partager(programmees, [0 if rang in rangs_partis else 1 for rang in range(personnes)])
    return tuple(
        LigneDeveloppeur(
            f"{prenom[0]}. {nom[0]}",
            civilite,
            prenom,
            nom,
            POSTES[rang % len(POSTES)],
            faites[rang],
            a_faire[rang],
            None if rang in rangs_partis else hasard.randint(6, REUNIONS_DE_L_ANNEE),
            depart=hasard.randint(4, 9) if rang in rangs_partis else None,
        )
        for rang, (civilite, prenom, nom) in enumerate(identites)
    )


def _partager(total, poids):
    """`total` unités réparties selon `poids` ; les restes vont aux premiers rangs qui ont du poids."""
    parts = [total * part // sum(poids) for part in poids]
    servis = [rang for rang, part in enumerate(poids) if part]
    for rang in range(total - sum(parts)):
        parts[servis[rang % len(servis)]] += 1
    return parts
