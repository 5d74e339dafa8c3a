"""Les chiffres du dossier, tels que le réseau d'exemple doit les retrouver (ce qui est lu et déduit : docs/sources.md)."""

from dataclasses import dataclass

from suivi.enums import Nature, Sujet, TypeAction

REUNIONS_DE_L_ANNEE = 20


@dataclass(frozen=True)
class LigneDeveloppeur:
    """Une ligne du tableau 2.5 et la personne inventée qui la porte.

    `initiales` : celles de l'annexe. `presences` : sur `REUNIONS_DE_L_ANNEE`, None pour qui est parti. `entree` et
    `depart` : en mois avant le jour de référence (0 : la fondation du réseau ; None : toujours là).
    """

    initiales: str
    civilite: str
    prenom: str
    nom: str
    institution: str
    realisees: int
    programmees: int
    presences: int | None
    entree: int = 0
    depart: int | None = None


L = LigneDeveloppeur
# Annexe 2.5, dans son ordre.
ANNEXE_2_5 = (
    L("A. B", "Mme", "Alix", "Bargeau", "CMA", 1, 2, 16, entree=13),
    L("B. B", "M.", "Basile", "Brunoy", "CCI", 4, 0, None, depart=20),
    L("M. C", "Mme", "Maud", "Caribert", "DDFiP", 9, 1, 4),
    L("H. C", "M.", "Hector", "Chazeau", "CCI", 13, 0, None, depart=6),
    L("P. C", "Mme", "Perrine", "Clairval", "CCI", 14, 1, 18),
    L("S. C", "M.", "Simon", "Courtavel", "Comité d’expansion", 4, 0, None, depart=17),
    L("J.E. D", "M.", "Jean-Étienne", "Dambreuse", "DDETSPP", 14, 1, 14),
    L("D. D", "Mme", "Diane", "Delormeau", "Banque de France", 9, 1, 14),
    L("C. E", "M.", "Clément", "Esparvel", "France Travail", 6, 0, None, depart=12),
    L("M. F", "M.", "Marin", "Fauchet", "DREAL", 2, 0, None, depart=22),
    L("J.L. F", "M.", "Jean-Luc", "Fontanoy", "DREAL", 2, 2, 15, entree=14),
    L("E. G", "Mme", "Élodie", "Garancher", "France Travail", 3, 2, 16, entree=15),
    L("G. G", "M.", "Gaspard", "Grandval", "CMA", 9, 2, 18),
    L("P. H", "M.", "Pascal", "Herbelot", "Préfecture", 2, 0, None, depart=21),
    L("G. J", "Mme", "Géraldine", "Jauffrin", "DREETS", 17, 1, 4),
    L("R. K", "M.", "Romain", "Kerbrac", "Urssaf", 5, 2, 18, entree=18),
    L("D. M", "M.", "Denis", "Marvejol", "France Travail", 12, 1, 8),
    L("T. M", "Mme", "Thérèse", "Mauvoisin", "DDT", 1, 0, None, depart=23),
    L("E. M", "Mme", "Élise", "Merlevent", "CMA", 8, 1, 20),
    L("R. M", "M.", "Rodolphe", "Montbrisset", "Banque de France", 4, 0, None, depart=15),
    L("J.M. P.T", "M.", "Jean-Marc", "Perrault-Tissonel", "CCI", 13, 1, 16),
    L("G. R", "M.", "Gilles", "Roncourt", "DDETSPP", 11, 2, 18),
    L("F. T", "Mme", "Fanny", "Tavernel", "DDFiP", 3, 0, None, depart=19),
    L("V. V", "M.", "Victor", "Valserine", "DREETS", 5, 0, None, depart=9),
    L("M.F. V", "Mme", "Marie-France", "Vernoy", "DDT", 16, 1, 16),
)
REFUS_2_5 = 11
ENTREPRISES_DE_LA_CIBLE = 319  # 198 touchées, 21 programmées, 100 sans contact : 198 / 319 = 62 %
SANS_CONTACT = 100


@dataclass(frozen=True)
class LigneAction:
    """Une ligne du tableau 2.4. `prevue` et `reelle` : en mois depuis le mois de référence (janvier 1997 dans l'annexe)."""

    numero: int
    societe: str
    secteur: str
    action: str
    projet: str
    nature: Nature
    suite: tuple[str, str]
    prevue: int
    reelle: int | None = None


A = LigneAction
RESPONSABLE_2_4 = ("Mme", "Agathe", "Michu")
# Annexe 2.4, ses échéances ; les dispositifs de 1996 sont remplacés par ceux d'aujourd'hui.
ANNEXE_2_4 = (
    A(
        7001,
        "Dumontel SA",
        "textile",
        "Vérifier les allègements de cotisations applicables au textile",
        "Mieux résister à la concurrence des fibres importées",
        Nature.FORMATION,
        (TypeAction.INFORMATION, Sujet.INFO_EMPLOI),
        -10,
        -8,
    ),
    A(
        7002,
        "Alphara",
        "meuble",
        "Renseigner sur l’aide régionale à l’investissement productif",
        "Investissement matériel : une chaîne de fabrication de tiroirs en kit",
        Nature.PRODUCTION,
        (TypeAction.INFORMATION, Sujet.INFO_AIDES),
        -13,
    ),
    A(
        7003,
        "Taillefond et Ferry",
        "metal",
        "Rechercher un terrain",
        "Construction d’un bâtiment industriel",
        Nature.PRODUCTION,
        (TypeAction.CONTACT, Sujet.CONTACT_LOCAUX),
        -7,
    ),
    A(
        7004,
        "Duboisel",
        "bois",
        "Étudier un accord d’aménagement du temps de travail",
        "Améliorer l’utilisation des équipements par de la flexibilité",
        Nature.FORMATION,
        (TypeAction.DIVERS, ""),
        -4,
        -1,
    ),
    A(
        7005,
        "Nivalex Frères",
        "aliment",
        "Renseigner sur les premiers pas à l’étranger",
        "Projet d’exportation",
        Nature.DIVERS,
        (TypeAction.INFORMATION, Sujet.INFO_EXPORT),
        1,
    ),
    A(
        7006,
        "Martinval SARL",
        "machine",
        "Monter une formation cofinancée par le fonds social européen",
        "Mise à niveau du personnel pour une certification ISO",
        Nature.FORMATION,
        (TypeAction.INFORMATION, Sujet.INFO_FORMATION),
        5,
    ),
)

VISITES_2_7 = 203
INFO, CONTACT, AIDE = TypeAction.INFORMATION, TypeAction.CONTACT, TypeAction.AIDE
RESERVE, DIVERS = (TypeAction.RESERVE, ""), (TypeAction.DIVERS, "")
# Annexe 2.7 : 413 actions, par nature du projet puis par type et sujet ; marges exactes, croisement déduit.
ACTIONS_2_7 = {
    Nature.IDENTITE: {
        (CONTACT, Sujet.CONTACT_IDENTITE): 9,
        (CONTACT, Sujet.CONTACT_FINANCE): 5,
        (INFO, Sujet.INFO_FINANCES): 3,
        RESERVE: 6,
        DIVERS: 6,
    },
    Nature.PRODUCTION: {
        (INFO, Sujet.INFO_AIDES): 52,
        (INFO, Sujet.INFO_IMMOBILIER): 6,
        (INFO, Sujet.INFO_QUALITE): 4,
        (INFO, Sujet.INFO_AUTRES): 3,
        (CONTACT, Sujet.CONTACT_PRODUCTION): 14,
        (CONTACT, Sujet.CONTACT_RECHERCHE): 6,
        (CONTACT, Sujet.CONTACT_LOCAUX): 5,
        (AIDE, Sujet.AIDE_INNOVATION): 2,
        (AIDE, Sujet.AIDE_PROJETS): 1,
        (AIDE, Sujet.AIDE_SERVICES): 1,
        (AIDE, Sujet.AIDE_TRANSFERTS): 1,
        (AIDE, Sujet.AIDE_JEUNES): 1,
        RESERVE: 20,
        DIVERS: 26,
    },
    Nature.PRODUITS: {(CONTACT, Sujet.CONTACT_PRODUITS): 1, (INFO, Sujet.INFO_EXPORT): 1},
    Nature.FORMATION: {
        (INFO, Sujet.INFO_EMPLOI): 27,
        (INFO, Sujet.INFO_FORMATION): 14,
        (CONTACT, Sujet.CONTACT_FORMATION): 15,
        (AIDE, Sujet.AIDE_INGENIEURS): 2,
        RESERVE: 18,
        DIVERS: 32,
    },
    Nature.ENVIRONNEMENT: {(INFO, Sujet.INFO_ICPE): 17, RESERVE: 2, DIVERS: 3},
    Nature.DIVERS: {
        (INFO, Sujet.INFO_AIDES): 15,
        (INFO, Sujet.INFO_EXPORT): 7,
        (INFO, Sujet.INFO_FINANCES): 4,
        (INFO, Sujet.INFO_IMMOBILIER): 3,
        (INFO, Sujet.INFO_AUTRES): 2,
        (INFO, Sujet.INFO_QUALITE): 1,
        (CONTACT, Sujet.CONTACT_COMMERCE): 12,
        (CONTACT, Sujet.CONTACT_FINANCE): 8,
        (CONTACT, Sujet.CONTACT_RECHERCHE): 2,
        RESERVE: 13,
        DIVERS: 43,
    },
}
CONTACTS_A_ORGANISME_CONNU = 44
AU_MEME_ORGANISME = 5


@dataclass(frozen=True)
class Emplois:
    """Emplois projetés d'un réseau, en personnes ; `entreprises` : celles qui projettent une embauche."""

    investissement: int
    embauche: int
    entreprises: int
    cadres: int
    commerciaux: int
    temps_partage: int
    developpement: int


EMPLOIS_2_7 = Emplois(76, 127, 69, 11, 13, 2, 10)
