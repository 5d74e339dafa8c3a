"""La lettre du préfet pour un traitement de texte : .docx et .odt, une lettre par page, à retoucher sans rien recopier.

Les deux formats sont du XML zippé : nos gabarits (`templates/bureautique/`) le disent en entier, échappé par Django. Une
bibliothèque ne saurait poser ni le cadre de l'adresse ni la condensation d'une ligne sans qu'on écrive ce XML à la main.
Le texte est celui de `Lettre`, au caractère près ; les mesures sont celles du papier (`static/css/pdf/lettre.css`).

La police est Arial, que tout poste a ou remplace sans changer une coupure de ligne ; Marianne n'est pas sur tous.
"""

import dataclasses
import hashlib
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from math import ceil
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from PIL import Image

from reseau.lib import logos
from reseau.lib.emblemes import marianne
from reseau.lib.lettre import Lettre, adresse_ajustee
from reseau.lib.pdf import image_admise
from reseau.lib.polices import MM_PAR_POINT, largeur
from reseau.lib.tableur import entree

TWIPS, EMU = 56.6929, 36_000  # par millimètre : les unités du .docx
PIECES_DOCX = (
    "[Content_Types].xml",
    "_rels/.rels",
    "docProps/core.xml",
    "word/document.xml",
    "word/styles.xml",
    "word/settings.xml",
    "word/_rels/document.xml.rels",
)
PIECES_ODT = ("META-INF/manifest.xml", "content.xml", "styles.xml", "meta.xml")
GENRE_ODT = "application/vnd.oasis.opendocument.text"
# Ce que XML 1.0 n'admet pas.
_INTERDITS = re.compile(r"[\x00-\x08\x0B\x0C\x0E-\x1F\uD800-\uDFFF\uFFFE\uFFFF]")

LARGEUR_TEXTE, HAUTEUR_TEXTE = 170, 178  # mm
SIGNATURE = (60, 22)


@dataclasses.dataclass(frozen=True)
class Mesure:
    """Une longueur en millimètres, dans l'unité de chaque format."""

    mm: float

    @property
    def twips(self) -> int:
        return round(self.mm * TWIPS)

    @property
    def emu(self) -> int:
        return round(self.mm * EMU)

    @property
    def odt(self) -> str:
        return f"{self.mm:g}mm"


@dataclasses.dataclass(frozen=True)
class Cadre:
    """Un bloc posé sur la feuille, en millimètres depuis le coin haut gauche."""

    style: str
    nom: str
    x: Mesure
    y: Mesure
    largeur: Mesure
    hauteur: Mesure


@dataclasses.dataclass(frozen=True)
class Corps:
    """Une taille du texte, en points, et ses blancs : les trois serrages du papier."""

    points: float
    ligne: float  # points
    apres: float  # mm
    blanc: float  # mm, la place d'une signature à la main

    @property
    def demi_points(self) -> int:
        return round(self.points * 2)

    @property
    def ligne_en_twips(self) -> int:
        return round(self.ligne * 20)

    @property
    def apres_en_twips(self) -> int:
        return round(self.apres * TWIPS)

    @property
    def blanc_en_twips(self) -> int:
        return round(self.blanc * TWIPS)


@dataclasses.dataclass(frozen=True)
class Illustration:
    """Une image du document, écrite une fois quel que soit le nombre de lettres qui la portent."""

    rang: int
    octets: bytes
    genre: str
    largeur: Mesure
    hauteur: Mesure
    texte: str

    @property
    def nom(self) -> str:
        return f"image{self.rang}.{self.genre}"


def _cadre(style: str, nom: str, *mesures: float) -> Cadre:
    return Cadre(style, nom, *map(Mesure, mesures))


CADRES = {
    cadre.style: cadre
    for cadre in (
        _cadre("Prefet", "Bloc du préfet", 20, 12, 76, 42),
        _cadre("Reseau", "Réseau", 110, 12, 80, 20),
        _cadre("Lieu", "Lieu et date", 110, 33.5, 80, 11),
        _cadre("References", "Références", 20, 55, 76, 30),
        _cadre("Adresse", "Adresse", 110.3, 57.9, 79.5, 22),
        _cadre("Pied", "Pied de lettre", 20, 264, 170, 26),
    )
}
CORPS = (Corps(10.5, 14.9, 3.2, 20), Corps(10, 13.5, 2.6, 20), Corps(9, 12, 2, 14))


def lettres_en_docx(lettres: Sequence[Lettre], *, titre: str, edite_le: datetime | None = None) -> bytes:
    """Le fichier Word d'une lettre ou d'un lot ; à date égale, mêmes octets. `ImpressionImpossible` : image illisible."""
    edite_le = edite_le or timezone.now()
    contexte = _contexte(lettres, titre, edite_le)
    pieces = {nom: render_to_string(f"bureautique/docx/{nom}", contexte).encode() for nom in PIECES_DOCX}
    return zipper(pieces, "word/media", contexte["images"], edite_le)


def lettres_en_odt(lettres: Sequence[Lettre], *, titre: str, edite_le: datetime | None = None) -> bytes:
    """Le même document au format OpenDocument."""
    edite_le = edite_le or timezone.now()
    contexte = _contexte(lettres, titre, edite_le)
    # La norme veut le genre en tête, sans compression : c'est à cela qu'un .odt se reconnaît.
    pieces = {"mimetype": GENRE_ODT.encode()}
    pieces |= {nom: render_to_string(f"bureautique/odt/{nom}", contexte).encode() for nom in PIECES_ODT}
    return zipper(pieces, "Pictures", contexte["images"], edite_le)


FORMATS = {"docx": lettres_en_docx, "odt": lettres_en_odt}


def _contexte(lettres: Sequence[Lettre], titre: str, edite_le: datetime) -> dict[str, Any]:
    album = _Album()
    pages = [_page(_admissible(lettre), album, rang) for rang, lettre in enumerate(lettres, 1)]
    return {
        "titre": sans_interdits(titre),
        "instant": f"{edite_le.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "condensations": sorted({(page["corps_adresse"], pourcent) for page in pages for _, pourcent in page["lignes_adresse"]}),
        "pages": pages,
        "images": album.images,
        "genres": sorted({image.genre for image in album.images}),
        "cadres": CADRES,
        "corps": next((corps for corps in CORPS if all(_tient(page["lettre"], corps) for page in pages)), CORPS[-1]),
    }


def _page(lettre: Lettre, album: "_Album", rang: int) -> dict[str, Any]:
    corps_adresse, lignes = adresse_ajustee(lettre.adresse)
    taille, vignettes = logos.ajuster(lettre.logos_institutions, dessous=lettre.institutions, mention=lettre.mention)
    place = (logos.LARGEUR_MAX, logos.HAUTEURS[taille])
    return {
        "lettre": lettre,
        "cle": rang * 100,  # ses images se numérotent à partir de là
        "corps_adresse": corps_adresse,
        "lignes_adresse": lignes,
        "marianne": album.prendre(marianne(), (16.5, 6.75), "Marianne", "png"),
        "logo": album.prendre(lettre.logo, (70, 18), lettre.reseau),
        "signature": album.prendre(lettre.signature, SIGNATURE, "Signature"),
        "logos": [album.prendre(octets, place, sigle) for sigle, octets in vignettes.items()],
    }


class _Album:
    """Les images d'un document, sans double."""

    def __init__(self):
        self._connues: dict[tuple, Illustration] = {}

    @property
    def images(self) -> list[Illustration]:
        return list(self._connues.values())

    def prendre(self, octets: bytes, place: tuple[float, float], texte: str, genre: str = "jpeg") -> Illustration | None:
        """L'image, réduite à tenir dans `place` (mm) ; None sans octets."""
        if not octets:
            return None
        admise = octets if genre == "png" else image_admise(octets)
        cle = (hashlib.sha256(admise).digest(), place, texte)
        if cle not in self._connues:
            pixels = Image.open(io.BytesIO(admise)).size
            echelle = min(place[0] / pixels[0], place[1] / pixels[1])
            cotes = [Mesure(round(cote * echelle, 2)) for cote in pixels]
            self._connues[cle] = Illustration(len(self._connues) + 1, admise, genre, *cotes, texte)
        return self._connues[cle]


def _tient(lettre: Lettre, corps: Corps) -> bool:
    """Si le texte tient sur une page. Marianne, un peu plus large qu'Arial, le mesure par excès."""
    textes = [f"Objet : {lettre.objet}", lettre.appel, *lettre.paragraphes, lettre.politesse]
    lignes = sum(max(1, ceil(largeur(texte, corps.points) / LARGEUR_TEXTE)) for texte in textes) + 3  # la signature
    blancs = len(textes) * corps.apres + 3 + (SIGNATURE[1] if lettre.signature else corps.blanc)
    return lignes * corps.ligne * MM_PAR_POINT + blancs <= HAUTEUR_TEXTE


def _admissible(lettre: Lettre) -> Lettre:
    """La même lettre, ses espaces fondues comme sur le papier, moins les caractères qui rendraient le fichier illisible."""
    champs = {champ.name: getattr(lettre, champ.name) for champ in dataclasses.fields(lettre)}
    textes = {nom: sans_interdits(valeur) for nom, valeur in champs.items() if isinstance(valeur, str)}
    listes = {
        nom: [sans_interdits(texte) for texte in valeur] for nom, valeur in champs.items() if isinstance(valeur, list | tuple)
    }
    return dataclasses.replace(lettre, **textes, **listes)


def sans_interdits(texte: str) -> str:
    """Sur une ligne, sans les caractères que XML n'admet pas."""
    return re.sub(r"[ \t\r\n]+", " ", _INTERDITS.sub("", texte))


def zipper(pieces: Mapping[str, bytes], dossier: str, images: Iterable[Illustration], edite_le: datetime) -> bytes:
    """L'archive ; à pièces et date égales, mêmes octets."""
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w", zipfile.ZIP_DEFLATED) as archive:
        for nom, octets in pieces.items():
            archive.writestr(entree(nom, edite_le, zipfile.ZIP_STORED if nom == "mimetype" else zipfile.ZIP_DEFLATED), octets)
        for image in images:
            archive.writestr(entree(f"{dossier}/{image.nom}", edite_le, zipfile.ZIP_STORED), image.octets)
    return sortie.getvalue()
