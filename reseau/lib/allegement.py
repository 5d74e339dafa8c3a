"""Ce que l'on épargne à WeasyPrint et à pydyf, sans rien changer de ce qui se lit sur le papier.

- WeasyPrint calcule pour chaque élément le style d'une puce, et de cinq sortes de notes que nos papiers n'ont pas.
- Il met chaque ligne de texte dans une balise à elle, et chaque saut de ligne dans deux balises vides : un tiers du document,
  que le lecteur d'écran traverse pour rien et que l'assembleur d'un lot garde en mémoire.
- Il taille les polices pour chaque document, aux seuls caractères qu'il porte : un dixième du temps d'une lettre. Taillées à
  l'alphabet du français, elles sont les mêmes d'une lettre à l'autre, et un lot ne les écrit qu'une fois.
- pydyf écrit deux fois tout le document, la première pour en calculer l'empreinte ; et il comprime au plus fort, quatre fois
  plus lentement pour un centième d'octets.
"""

import io
import re
import string
import zlib
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any, ClassVar
from xml.etree.ElementTree import Element, ParseError, fromstring

import tinyhtml5
from cssselect2 import ElementWrapper
from fontTools.ttLib import TTFont
from pydyf import PDF, Array, Dictionary, Object, Stream
from weasyprint import CSS, HTML
from weasyprint.html import UA, UA_COUNTER_STYLE
from weasyprint.pdf import stream
from weasyprint.pdf.fonts import Font
from weasyprint.urls import URLFetcher

# Celles qui tiennent un texte sans intermédiaire (ISO 32000-1, 14.8.4) ; les autres ne tiennent que des balises.
PORTEUSES = frozenset(
    ["/P", "/H1", "/H2", "/H3", "/H4", "/H5", "/H6", "/Span", "/NonStruct", "/LBody", "/Lbl", "/TH", "/TD", "/Caption"]
)
VIDES = frozenset(["/Div", "/NonStruct"])  # sans contenu, elles ne disent rien
LIGNES = frozenset(["/Span", "/NonStruct"])
LIGNE = {"Type", "S", "K", "Pg", "P"}  # ce que porte la balise d'une ligne, et rien de plus

POLICE = "Marianne"
ACCENTUEES = "àâæçéèêëîïôœùûüÿ"
ALPHABET = f"{string.printable.strip()} {ACCENTUEES}{ACCENTUEES.upper()}«»\u2018\u2019“”–—…·°€²³\u00a0\u202f"
TAILLES_GARDEES = 64


class PoliceCommune(Font):
    """Marianne, taillée à l'alphabet du français et à ce que le document porte de plus : le plus souvent, rien."""

    _taillees: ClassVar[dict[tuple, bytes]] = {}

    def subset(self, to_unicode: Mapping[int, str], hinting: bool) -> None:
        if self.family != POLICE or not to_unicode:
            super().subset(to_unicode, hinting)
            return
        glyphes = _glyphes_de_l_alphabet(self.file_content).union(to_unicode)
        taille = self.hash, glyphes, hinting, bool(self.missing)
        if taille not in self._taillees:
            super().subset(glyphes, hinting)
            if len(self._taillees) >= TAILLES_GARDEES:
                self._taillees.clear()
            self._taillees[taille] = self.file_content
        self.file_content = self._taillees[taille]


stream.Font = PoliceCommune  # WeasyPrint n'offre pas d'en changer


class Source(HTML):
    """Un HTML dont la feuille par défaut ignore les notes et réserve les puces aux listes.

    Bien formé, il se lit par l'analyseur XML, dix fois plus vite ; sinon, par celui de HTML 5. WeasyPrint n'offre que ces deux
    méthodes pour en changer.
    """

    def __init__(self, html: str, base_url: str, chargeur: URLFetcher):
        self.base_url, self.url_fetcher, self.media_type = base_url, chargeur, "print"
        self.wrapper_element = ElementWrapper.from_html_root(_lire(html), content_language=None)
        self.etree_element = self.wrapper_element.etree_element

    def _ua_stylesheets(self, forms: bool = False) -> list[CSS]:
        return [_feuille_par_defaut()]


class Ecrit(Object):
    """Un objet du document, dont les octets ne bougeront plus ; `null` à la place d'une balise ôtée."""

    data = compressible = None  # des propriétés, chez pydyf

    def __init__(self, objet: Object | None, numero: int):
        super().__init__()
        self.number = numero
        self.data, self.compressible = (_octets(objet), objet.compressible) if objet else (b"null", True)


def alleger(document: Any, pdf: PDF) -> None:
    """À donner à WeasyPrint comme `finisher` : le même document, un tiers de balises en moins, chaque objet écrit une fois."""
    otees = _rattacher_les_lignes(pdf) if "StructTreeRoot" in pdf.catalog else frozenset()
    premier, *autres = pdf.objects  # le premier n'en est pas un : il ouvre la liste des objets libres
    pdf.objects = [premier, *(Ecrit(None if objet.number in otees else objet, objet.number) for objet in autres)]


def _octets(objet: Object) -> bytes:
    if not getattr(objet, "compress", False):
        return objet.data
    objet.compress = False
    clair = objet.data.partition(b"\nstream\n")[2].removesuffix(b"\nendstream")
    comprimer = _comprimer_la_police if objet.extra.get("Subtype") == "/OpenType" else zlib.compress
    return Stream([comprimer(clair)], objet.extra | {"Filter": "/FlateDecode"}).data


_comprimer_la_police = lru_cache(maxsize=16)(zlib.compress)


@lru_cache(maxsize=16)
def _glyphes_de_l_alphabet(police: bytes) -> frozenset[int]:
    lue = TTFont(io.BytesIO(police), lazy=True)
    noms = lue.getBestCmap()
    return frozenset(lue.getGlyphID(noms[code]) for code in map(ord, ALPHABET) if code in noms)


def _lire(html: str) -> Element:
    try:
        return fromstring(html)
    except ParseError:
        return tinyhtml5.parse(io.StringIO(html), namespace_html_elements=False)


@cache
def _feuille_par_defaut() -> CSS:
    sans_notes = re.sub(r"^::(foot)?note-.*$", "", UA, flags=re.MULTILINE)
    return CSS(string=sans_notes.replace("\n::marker", "\nli::marker"), counter_style=UA_COUNTER_STYLE)


def _rattacher_les_lignes(pdf: PDF) -> set[int]:
    """Rattache le texte de chaque ligne à son paragraphe, détache ce qui ne tient rien ; rend le numéro des balises ôtées."""
    balises = {objet.reference: objet for objet in pdf.objects[1:] if isinstance(objet, Dictionary) and "S" in objet}
    otees, contenants = set(), {}
    # Une balise naît avant celles qu'elle contient : à rebours, elle vient quand on les a vidées.
    for reference, balise in reversed(balises.items()):
        parente = balises.get(balise.get("P"))
        if parente is None or reference not in parente["K"]:  # la racine, ou une marge de page, que rien ne tient
            continue
        if _est_une_ligne(balise, parente):
            contenants[reference] = balise["P"]
        elif balise["K"] or balise["S"] not in VIDES:
            continue
        place = parente["K"].index(reference)
        parente["K"][place : place + 1] = balise["K"]
        otees.add(balise.number)
    _renvoyer(pdf, contenants)
    return otees


def _est_une_ligne(balise: Dictionary, parente: Dictionary) -> bool:
    texte_seul = balise["S"] in LIGNES and set(balise) == LIGNE and all(isinstance(contenu, int) for contenu in balise["K"])
    return texte_seul and parente["S"] in PORTEUSES and parente["Pg"] == balise["Pg"]


def _renvoyer(pdf: PDF, contenants: dict[bytes, bytes]) -> None:
    """L'index des textes de chaque page mène à la balise qui les tient désormais."""
    par_reference = {objet.reference: objet for objet in pdf.objects[1:]}
    index = par_reference[par_reference[pdf.catalog["StructTreeRoot"]]["ParentTree"]]
    for textes in index["Nums"]:
        if isinstance(textes, Array):
            textes[:] = [_contenant(reference, contenants) for reference in textes]


def _contenant(reference: bytes, contenants: dict[bytes, bytes]) -> bytes:
    while reference in contenants:
        reference = contenants[reference]
    return reference
