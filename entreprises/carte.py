"""La carte d'un département : où sont les entreprises, et dans quel état, sans rien demander à personne.

    carte = dessiner("70", {"70550": 12, "70285": {"jamais": 3, "visitee": 1}}, etats=ETATS)

`dessiner` ne connaît ni réseau, ni lecteur, ni visite : on lui donne des nombres par commune, déjà bornés à ce que le lecteur
voit. À l'écran comme au papier : `{% include "entreprises/_carte.html" with carte=carte only %}`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from entreprises.cercles import NOMBRE_PLEIN, ecarter, rayon, recouverts, secteur
from entreprises.fonds import LARGEUR, fond_de

COMMUNES, INTERCOMMUNALITES = "communes", "intercommunalites"
RAYON_ECRIT = 10  # au-dessous, le nombre ne tient pas dans le cercle
COULEURS = {"vide": "#fff", "plein": "#000091"}


@dataclass(frozen=True)
class EtatDeCarte:
    """Un état à distinguer : sa clé dans les nombres, son libellé, son motif (`vide`, `plein`, `hachures`, `points`, `croix`)."""

    cle: str
    libelle: str
    motif: str = "plein"
    definition: str = ""

    @property
    def uni(self) -> str:
        """Sa couleur s'il est uni, « » s'il est un motif."""
        return COULEURS.get(self.motif, "")

    @property
    def prefixe(self) -> str:
        """Devant les identifiants des motifs de la légende : deux dessins d'une page ne les partagent pas."""
        return f"legende-{self.cle or 'ensemble'}"


ENSEMBLE = EtatDeCarte("", "Entreprises")


@dataclass(frozen=True)
class Part:
    """La part d'un état dans un cercle : un secteur, tracé SVG."""

    etat: EtatDeCarte
    nombre: int
    trace: str


@dataclass(frozen=True)
class Groupe:
    """Un cercle : une commune, ou une intercommunalité. `x`, `y` : son centre dans le cadre."""

    code: str
    nom: str
    x: float
    y: float
    rayon: float
    total: int
    parts: Sequence[Part]
    adresse: str = ""

    @cached_property
    def ecrit(self) -> dict[str, str] | None:
        """Le rond clair du milieu et la ligne où s'écrit le nombre ; None s'il n'y tient pas. Textes : un SVG veut des points."""
        if self.rayon < RAYON_ECRIT:
            return None
        return {"x": f"{self.x:g}", "y": f"{self.y:g}", "rayon": f"{self.rayon * 0.62:.1f}", "ligne": f"{self.y + 4.2:.1f}"}

    @cached_property
    def en_mots(self) -> str:
        """« Vesoul : 12 entreprises – jamais visitée : 9 – à revoir : 3 » : le cercle, pour qui ne le voit pas."""
        parts = [f"{part.etat.libelle.lower()} : {part.nombre}" for part in self.parts if part.etat.cle]
        return " – ".join([f"{self.nom} : {_entreprises(self.total)}", *parts])


@dataclass(frozen=True)
class Carte:
    """Ce que montre `entreprises/_carte.html`.

    `sans_commune` : entreprises dont la commune est inconnue ; `hors_carte` : celles d'une commune hors du cadre, ou dont le
    centre est inconnu. Ajoutées aux cercles, elles font le total. `serree` : plus d'un cercle sur deux en recouvre un autre ;
    mieux vaut alors regrouper. `source` : à qui l'on doit les contours, à citer.
    """

    titre: str
    hauteur: int
    contours: Sequence[str]
    groupes: Sequence[Groupe]
    etats: Sequence[EtatDeCarte]
    par: str
    sans_commune: int
    hors_carte: int
    serree: bool
    source: str = ""
    largeur: int = LARGEUR

    @property
    def total(self) -> int:
        return sum(groupe.total for groupe in self.groupes) + self.sans_commune + self.hors_carte

    @property
    def reserves(self) -> list[str]:
        """Ce que la carte ne montre pas, en phrases."""
        phrases = []
        if self.sans_commune:
            phrases.append(f"{_entreprises(self.sans_commune)} sans commune connue : comptées au total, pas sur la carte.")
        if self.hors_carte:
            phrases.append(f"{_entreprises(self.hors_carte)} hors du cadre, ou dans une commune dont le centre est inconnu.")
        return phrases

    @property
    def description(self) -> str:
        """La carte en une phrase, pour qui ne la voit pas."""
        unite = "intercommunalité" if self.par == INTERCOMMUNALITES else "commune"
        cercles = f"{len(self.groupes)} cercle{'s' if len(self.groupes) > 1 else ''}, un par {unite}"
        return f"{cercles}, d’une aire proportionnelle au nombre d’entreprises ; chacun dit son nom et ses nombres."


def dessiner(
    departement: str,
    nombres: Mapping[str | None, Mapping[str, int] | int],
    *,
    etats: Sequence[EtatDeCarte] = (ENSEMBLE,),
    par: str = COMMUNES,
    lien: Callable[[str], str] | None = None,
    titre: str = "Carte des entreprises",
) -> Carte:
    """La `Carte` d'un département pour ces nombres d'entreprises.

    `nombres` : code Insee de commune → nombre, ou → {clé d'état: nombre} ; la clé None compte les entreprises sans commune.
    `etats` : les états, dans l'ordre des parts et de la légende. `par` : `COMMUNES` ou `INTERCOMMUNALITES`.
    `lien` : du code d'un cercle (commune ou SIREN d'intercommunalité) à l'adresse de ses entreprises.
    Une ou deux requêtes, quel que soit le nombre d'entreprises ; contours gardés en mémoire par département.
    """
    fond = fond_de(departement)
    lieux = [(lieu, par_etat, sum(par_etat.values())) for lieu, par_etat in reunir(departement, nombres, par, fond=fond)]
    places = [(lieu, par_etat, total) for lieu, par_etat, total in lieux if lieu.x is not None and total]
    places.sort(key=lambda place: (-place[2], place[0].nom))  # les petits par-dessus les grands
    plein = max([NOMBRE_PLEIN, *(total for *_, total in places)])
    cercles = [(lieu.x, lieu.y, rayon(total, plein)) for lieu, _, total in places]
    serree = recouverts(cercles) * 2 > len(cercles)
    centres = [(x, y) for x, y, _ in cercles] if serree else ecarter(cercles)
    return Carte(
        titre=titre,
        hauteur=fond.hauteur,
        contours=fond.contours,
        groupes=[
            _groupe(lieu, par_etat, (*centre, taille), etats, lien if fond.connait(lieu) else None)
            for (lieu, par_etat, _), centre, (*_, taille) in zip(places, centres, cercles, strict=True)
        ],
        etats=etats,
        par=par,
        sans_commune=sum(_par_etat(nombres.get(None, 0)).values()),
        hors_carte=sum(total for lieu, _, total in lieux if lieu.x is None),
        serree=serree,
        source=fond.source,
    )


def reunir(departement, nombres, par=COMMUNES, *, fond=None):
    """[(Lieu, {état: nombre})] de la carte, placés ou non, pour elle et son tableau ; les entreprises sans commune à part.

    Une ligne par commune, ou par intercommunalité ; une commune qui n'en a pas (une île) reste seule.
    """
    fond = fond or fond_de(departement)
    repartition = {code: _par_etat(nombre) for code, nombre in nombres.items() if code is not None}
    communes = fond.lieux(repartition)
    sommes = {}
    for code, commune in communes.items():
        lieu = fond.epci.get(commune.epci, commune) if par == INTERCOMMUNALITES else commune
        _, somme = sommes.setdefault(lieu.code, (lieu, {}))
        for etat, nombre in repartition[code].items():
            somme[etat] = somme.get(etat, 0) + nombre
    return list(sommes.values())


def _groupe(lieu, par_etat, cercle, etats, lien):
    total, debut, parts = sum(par_etat.values()), 0, []
    for etat in etats:
        if nombre := par_etat.get(etat.cle, 0):
            parts.append(Part(etat, nombre, secteur(*cercle, debut / total, (debut + nombre) / total)))
            debut += nombre
    return Groupe(lieu.code, lieu.nom, *cercle, total, parts, lien(lieu.code) if lien else "")


def _par_etat(nombre):
    return {ENSEMBLE.cle: nombre} if isinstance(nombre, int) else nombre


def _entreprises(nombre):
    return f"{nombre} entreprise{'s' if nombre > 1 else ''}"
