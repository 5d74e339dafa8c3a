"""Les départements d'exemple : leurs vrais noms de lieux et d'institutions, rien d'autre de vrai."""

from dataclasses import dataclass

from reseau.enums import Cercle, Pole


@dataclass(frozen=True)
class Territoire:
    """`de_nom` : le nom précédé de sa préposition. `secteurs` : clé de secteur → poids dans le tissu."""

    slug: str
    departement: str
    nom: str
    de_nom: str
    lieu: str
    region: str
    secteurs: dict[str, int]


FORET = {"bois": 5, "meuble": 3, "metal": 5, "plastique": 3, "aliment": 3, "machine": 3, "electrique": 2, "materiau": 1}
METAL = {"metal": 6, "machine": 4, "plastique": 3, "aliment": 3, "bois": 2, "electrique": 2, "papier": 1, "materiau": 1}
RURAL = {"aliment": 5, "bois": 4, "metal": 3, "textile": 2, "meuble": 2, "machine": 2, "materiau": 2}

TERRITOIRES = (
    Territoire(
        "haute-saone",
        "70",
        "Haute-Saône",
        "de la Haute-Saône",
        "Vesoul",
        "Bourgogne-Franche-Comté",
        FORET | {"textile": 2, "papier": 1},
    ),
    Territoire(
        "vosges",
        "88",
        "Vosges",
        "des Vosges",
        "Épinal",
        "Grand Est",
        FORET | {"textile": 5, "papier": 4, "materiau": 3},
    ),
    Territoire("jura", "39", "Jura", "du Jura", "Lons-le-Saunier", "Bourgogne-Franche-Comté", FORET),
    Territoire("haute-marne", "52", "Haute-Marne", "de la Haute-Marne", "Chaumont", "Grand Est", METAL),
    Territoire("meuse", "55", "Meuse", "de la Meuse", "Bar-le-Duc", "Grand Est", RURAL),
    Territoire("ardennes", "08", "Ardennes", "des Ardennes", "Charleville-Mézières", "Grand Est", METAL),
    Territoire("nievre", "58", "Nièvre", "de la Nièvre", "Nevers", "Bourgogne-Franche-Comté", METAL),
    Territoire("cantal", "15", "Cantal", "du Cantal", "Aurillac", "Auvergne-Rhône-Alpes", RURAL),
    Territoire("correze", "19", "Corrèze", "de la Corrèze", "Tulle", "Nouvelle-Aquitaine", RURAL),
    Territoire("lozere", "48", "Lozère", "de la Lozère", "Mende", "Occitanie", RURAL),
)


@dataclass(frozen=True)
class ModeleInstitution:
    """Le nom s'écrit avec `{de}` (« de la Haute-Saône ») et `{region}`."""

    sigle: str
    nom: str
    pole: Pole
    cercle: Cercle = Cercle.MEMBRE
    regalienne: bool = False


I = ModeleInstitution  # noqa: E741  (une lettre : la table se lit d'un coup d'œil)
# Régaliennes : celles qui contrôlent ou qui lèvent l'impôt et les cotisations.
INSTITUTIONS = (
    I("Préfecture", "Préfecture {de}", Pole.COORDINATION, Cercle.NOYAU_DUR),
    I("CCI", "Chambre de commerce et d’industrie {de}", Pole.ECONOMIQUE, Cercle.NOYAU_DUR),
    I("CMA", "Chambre de métiers et de l’artisanat {de}", Pole.ECONOMIQUE),
    I("DREETS", "Direction régionale de l’économie, de l’emploi, du travail et des solidarités, {region}", Pole.ECONOMIQUE),
    I(
        "DDETSPP",
        "Direction départementale de l’emploi, du travail, des solidarités et de la protection des populations {de}",
        Pole.EMPLOI,
        Cercle.NOYAU_DUR,
        regalienne=True,
    ),
    I("France Travail", "France Travail {de}", Pole.EMPLOI, Cercle.NOYAU_DUR),
    I("Banque de France", "Banque de France, succursale {de}", Pole.FINANCIER),
    I("DDFiP", "Direction départementale des finances publiques {de}", Pole.FINANCIER, regalienne=True),
    I("Urssaf", "Urssaf {region}", Pole.FINANCIER, Cercle.ASSOCIEE, regalienne=True),
    I(
        "DREAL",
        "Direction régionale de l’environnement, de l’aménagement et du logement, unité {de}",
        Pole.ECONOMIQUE,
        regalienne=True,
    ),
    I("DDT", "Direction départementale des territoires {de}", Pole.TERRITOIRES, regalienne=True),
    I("Bpifrance", "Bpifrance, {region}", Pole.FINANCIER, Cercle.ASSOCIEE),
    I("Région", "Conseil régional, {region}", Pole.TERRITOIRES, Cercle.ASSOCIEE),
    I("Département", "Conseil départemental {de}", Pole.TERRITOIRES, Cercle.ASSOCIEE),
)
# Une institution qui a fermé, et celle qui lui succède : le premier réseau en garde la trace.
FERMEE = I("Comité d’expansion", "Comité d’expansion {de}", Pole.TERRITOIRES)
SUCCESSEUR = "CCI"
