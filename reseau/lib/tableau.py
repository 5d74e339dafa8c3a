"""Un tableau, une fois : l'écran, le papier, le classeur et le JSON tirent leurs chiffres du même objet.

Les objets sont gelés et ne savent rien des modèles : `suivi` les remplit, les quatre sorties les lisent
(`templates/_tableau.html`, `reseau.lib.pdf.tableau_en_pdf`, `reseau.lib.tableur.tableau_en_xlsx`, `Tableau.en_json`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

MOIS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
FINE = "\u202f"  # espace fine insécable : sépare les milliers
INSECABLE = "\u00a0"
COLONNES_EN_PORTRAIT = 6
CHIFFRES = frozenset(["nombre", "pourcentage"])  # alignés à droite
ADRESSES = "adresses"  # d'une ligne : clé de colonne → page des fiches que la case compte, pour l'écran seulement
# Ce que vaut un chiffre ; dit sous chaque tableau, à l'écran, sur le papier et dans le classeur.
NATURES = {
    "constaté": "Chiffres constatés : comptés dans les fiches du réseau, aux dates qu’elles portent.",
    "déclaré": "Chiffres déclarés : ce que les chefs d’entreprise ont dit, que nul n’a vérifié.",
    "estimé": "Chiffres estimés : une prévision, qui peut changer.",
}

Genre = Literal["texte", "nombre", "pourcentage", "date", "mois"]


def date_longue(jour: date) -> str:
    """« 1er mars 2026 »."""
    return f"{'1er' if jour.day == 1 else jour.day} {MOIS[jour.month - 1]} {jour.year}"


def mois_long(jour: date) -> str:
    """« mars 2026 »."""
    return f"{MOIS[jour.month - 1]} {jour.year}"


def nombre_francais(valeur: int | float | Decimal, decimales: int = 0) -> str:
    """« 1 234,5 » : arrondi au plus proche, la moitié vers le haut, sans zéro inutile après un entier."""
    if isinstance(valeur, int):
        decimales = 0
    arrondi = Decimal(str(valeur)).quantize(Decimal(1).scaleb(-decimales), ROUND_HALF_UP)
    return f"{arrondi:,}".replace(",", FINE).replace(".", ",")


@dataclass(frozen=True)
class Valeur:
    """Une case qui déroge à sa colonne : un autre genre (le pourcentage d'un pied), ou une adresse vers ses lignes.

    L'adresse ne sert qu'à l'écran ; le papier, le classeur et le JSON n'en gardent que la valeur.
    """

    valeur: Any
    genre: Genre | None = None
    adresse: str = ""


@dataclass(frozen=True)
class Colonne:
    """Une colonne. Un pourcentage est une fraction : 0,62 s'écrit « 62 % » et se calcule dans un tableur.

    `decimales` ne vaut que pour un nombre ou un pourcentage non entier. `definition` s'imprime sous le tableau.
    """

    cle: str
    libelle: str
    genre: Genre = "texte"
    definition: str = ""
    decimales: int = 0

    @property
    def a_droite(self) -> bool:
        return self.genre in CHIFFRES

    def afficher(self, valeur: Any, genre: Genre | None = None) -> str:
        """Le texte d'une case. None donne « » ; une chaîne passe telle quelle (« départ » dans une colonne de nombres)."""
        genre = genre or self.genre
        if valeur is None:
            return ""
        if isinstance(valeur, str) or genre == "texte":
            return str(valeur)
        if genre == "nombre":
            return nombre_francais(valeur, self.decimales)
        if genre == "pourcentage":
            return nombre_francais(Decimal(str(valeur)) * 100, self.decimales) + INSECABLE + "%"
        return mois_long(valeur) if genre == "mois" else valeur.strftime("%d/%m/%Y")


@dataclass(frozen=True)
class Cellule:
    """Une case prête à afficher : `genre` règle l'alignement, `entete` dit si elle nomme sa ligne, `libelle` nomme sa colonne."""

    texte: str
    genre: Genre
    adresse: str = ""
    entete: bool = False
    libelle: str = ""

    @property
    def a_droite(self) -> bool:
        return self.genre in CHIFFRES


@dataclass(frozen=True)
class Section:
    """Un tableau d'une seule pièce. Chaque ligne est un dictionnaire clé de colonne → valeur ; une clé absente est vide.

    La première colonne nomme la ligne, sauf si `entete` donne la clé d'une autre. Une ligne peut porter ses `ADRESSES`.
    `nature` : une clé de `NATURES`, si la section compte. `comparees` : les colonnes qu'une autre période peut éclairer.
    `personnes` : ses lignes sont des personnes ; aucun en-tête n'en fait alors un classement, pas même celui du classeur.
    """

    titre: str
    colonnes: Sequence[Colonne]
    lignes: Sequence[Mapping[str, Any]]
    pied: Sequence[Mapping[str, Any]] = ()
    notes: Sequence[str] = ()
    entete: str = ""
    nature: str = ""
    comparees: Sequence[str] = ()
    personnes: bool = False

    @property
    def remarques(self) -> list[str]:
        """Ce qui s'imprime sous la section : ce que valent ses chiffres, puis ses notes."""
        return [*([NATURES[self.nature]] if self.nature else []), *self.notes]

    @property
    def cle_d_entete(self) -> str:
        return self.entete or self.colonnes[0].cle

    @property
    def corps_affiche(self) -> list[list[Cellule]]:
        return [self._cellules(ligne) for ligne in self.lignes]

    @property
    def pied_affiche(self) -> list[list[Cellule]]:
        return [self._cellules(ligne) for ligne in self.pied]

    @property
    def definitions(self) -> list[tuple[str, str]]:
        """Les colonnes qui se définissent, dans l'ordre : (libellé, définition)."""
        return [(colonne.libelle, colonne.definition) for colonne in self.colonnes if colonne.definition]

    def _cellules(self, ligne: Mapping[str, Any]) -> list[Cellule]:
        entete, adresses = self.cle_d_entete, ligne.get(ADRESSES, {})
        return [
            cellule(colonne, ligne.get(colonne.cle), entete=colonne.cle == entete, adresse=adresses.get(colonne.cle, ""))
            for colonne in self.colonnes
        ]


@dataclass(frozen=True)
class Tableau:
    """Un tableau de bord, daté. `code` est celui du dossier (« 2.5 ») et sert aux noms de fichiers et aux ancres.

    `definitions` : (terme, définition et dénominateur), imprimées sous le tableau après celles des colonnes.
    `filtres` : (libellé, choix), rappelés sur le papier et dans le classeur. `orientation` : « portrait » ou « paysage » ; vide,
    celle que veut le nombre de colonnes.
    """

    code: str
    titre: str
    sous_titre: str
    periode: str
    sections: Sequence[Section]
    definitions: Sequence[tuple[str, str]]
    reseau: str
    edite_le: datetime
    filtres: Sequence[tuple[str, str]] = ()
    orientation: str = ""

    @property
    def paysage(self) -> bool:
        if self.orientation:
            return self.orientation == "paysage"
        return any(len(section.colonnes) > COLONNES_EN_PORTRAIT for section in self.sections)

    @property
    def ancre(self) -> str:
        """Identifiant HTML et nom de fichier : « tableau-2-5 »."""
        return "tableau-" + self.code.replace(".", "-")

    @property
    def lexique(self) -> list[tuple[str, str]]:
        """Toutes les définitions à imprimer sous le tableau, une fois chacune : colonnes d'abord, puis les termes."""
        colonnes = [paire for section in self.sections for paire in section.definitions]
        return list(dict.fromkeys([*colonnes, *self.definitions]))

    def en_page(self) -> dict[str, Any]:
        """Ce qu'il faut à `_tableau.html` pour le montrer tel qu'il est ce jour, en textes : aucun renvoi, aucun calcul."""
        return {
            "ancre": self.ancre,
            "titre": self.titre,
            "sous_titre": self.sous_titre,
            "periode": self.periode,
            "filtres": [list(filtre) for filtre in self.filtres],
            "sections": [_section_en_page(section) for section in self.sections],
            "lexique": [list(paire) for paire in self.lexique],
        }

    def en_json(self) -> dict[str, Any]:
        """Forme sérialisable : fractions pour les pourcentages, dates ISO, mois « AAAA-MM », None pour le vide."""
        return {
            "code": self.code,
            "titre": self.titre,
            "sous_titre": self.sous_titre,
            "periode": self.periode,
            "reseau": self.reseau,
            "edite_le": self.edite_le.isoformat(),
            "filtres": dict(self.filtres),
            "sections": [_section_en_json(section) for section in self.sections],
            "definitions": [{"terme": terme, "definition": texte} for terme, texte in self.definitions],
        }


def cellule(colonne: Colonne, valeur: Any, *, entete: bool = False, adresse: str = "") -> Cellule:
    """La case affichable d'une colonne, que la valeur soit nue ou une `Valeur` ; `adresse` : à défaut de celle de la valeur."""
    if not isinstance(valeur, Valeur):
        valeur = Valeur(valeur)
    genre = valeur.genre or colonne.genre
    return Cellule(colonne.afficher(valeur.valeur, genre), genre, valeur.adresse or adresse, entete, colonne.libelle)


def _section_en_page(section: Section) -> dict[str, Any]:
    def cases(lignes: Sequence[Sequence[Cellule]]) -> list[list[dict[str, Any]]]:
        return [
            [{"texte": c.texte, "genre": c.genre, "a_droite": c.a_droite, "entete": c.entete, "adresse": ""} for c in ligne]
            for ligne in lignes
        ]

    return {
        "titre": section.titre,
        "colonnes": [
            {"libelle": colonne.libelle, "genre": colonne.genre, "a_droite": colonne.a_droite} for colonne in section.colonnes
        ],
        "corps_affiche": cases(section.corps_affiche),
        "pied_affiche": cases(section.pied_affiche),
        "pied": bool(section.pied),
        "remarques": section.remarques,
    }


def _section_en_json(section: Section) -> dict[str, Any]:
    return {
        "titre": section.titre,
        "colonnes": [
            {
                "cle": colonne.cle,
                "libelle": colonne.libelle,
                "genre": colonne.genre,
                "definition": colonne.definition,
            }
            for colonne in section.colonnes
        ],
        "lignes": [_ligne_en_json(section, ligne) for ligne in section.lignes],
        "pied": [_ligne_en_json(section, ligne) for ligne in section.pied],
        "nature": section.nature,
        "notes": list(section.notes),
    }


def _ligne_en_json(section: Section, ligne: Mapping[str, Any]) -> dict[str, Any]:
    return {colonne.cle: _valeur_en_json(colonne, ligne.get(colonne.cle)) for colonne in section.colonnes}


def _valeur_en_json(colonne: Colonne, valeur: Any) -> Any:
    genre = colonne.genre
    if isinstance(valeur, Valeur):
        genre, valeur = valeur.genre or genre, valeur.valeur
    if isinstance(valeur, Decimal):
        return int(valeur) if valeur == valeur.to_integral_value() else float(valeur)
    if isinstance(valeur, date):
        return valeur.strftime("%Y-%m") if genre == "mois" else valeur.isoformat()
    return valeur
