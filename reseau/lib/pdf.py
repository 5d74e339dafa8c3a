"""Le papier : d'un de nos gabarits à un PDF/A-3a balisé. WeasyPrint vit ici et nulle part ailleurs.

Rien n'entre dans un PDF que nos feuilles, nos polices et les images confiées par clé : le chargeur refuse le reste
(fiabilité, B7 ; CVE-2025-68616, CVE-2026-49452 et CVE-2026-55073 de WeasyPrint). Un texte démesuré est refusé avant
la mise en page, qui ne sait pas s'arrêter (B8).
"""

import io
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import Any
from xml.etree.ElementTree import Element, fromstring

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import timezone
from PIL import Image, ImageOps, UnidentifiedImageError
from weasyprint import CSS
from weasyprint.css import ColorProfile
from weasyprint.document import Document
from weasyprint.images import SVGImage
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from reseau.lib import emblemes
from reseau.lib.allegement import Source, alleger
from reseau.lib.couleurs import feuille_de_couleur
from reseau.lib.erreurs import RegleEnfreinte
from reseau.lib.polices import octets_du_dsfr
from reseau.lib.tableau import Tableau

CARACTERES_MAX = 400_000  # HTML ; au-delà, la mise en page passe les dix secondes
MOT_MAX = 2_000  # un mot sans espace se remesure à chaque coupure
ELEMENTS_MAX = 12_000  # 1 300 lignes de 8 colonnes
PROFONDEUR_MAX = 60  # WeasyPrint est récursif
FUSION_MAX = 50  # cases ; WeasyPrint réserve la place de chacune

OCTETS_IMAGE_MAX = 5 * 1024 * 1024
FORMATS_IMAGE = ("PNG", "JPEG")
PIXELS_IMAGE_MAX = 20_000_000
COTE_IMAGE = 1_000  # pixels gardés : 300 points par pouce sur 85 mm

POLICES = ("Marianne-Regular", "Marianne-Regular_Italic", "Marianne-Bold", "Marianne-Bold_Italic")
# Ce que nos gabarits n'emploient jamais : s'il en paraît, cela vient d'une saisie.
BALISES_REFUSEES = frozenset(["base", "embed", "iframe", "link", "meta", "object", "script", "style"])
# « srgb » ferait rouvrir le profil à chaque document, sans le refermer : le nôtre porte un autre nom.
OPTIONS = {"pdf_variant": "pdf/a-3a", "presentational_hints": False, "output_intent": "papier"}
# Recto simple, à la taille de la feuille : réduite à l'impression, l'adresse sortirait de la fenêtre de l'enveloppe.
COMME_UNE_LETTRE = {"Duplex": "/Simplex", "PrintScaling": "/None"}

_VERROU = Lock()  # Pango n'est pas partageable entre fils d'exécution, et la configuration des polices est commune


class ImpressionImpossible(RegleEnfreinte):
    """Le PDF ne peut pas être produit ; le message, en français, se montre à l'utilisateur."""


class TropDePages(ImpressionImpossible):
    """Le document déborde du nombre de pages permis."""


class Chargeur(URLFetcher):
    """Sert « interne:<clé> » depuis un dictionnaire, refuse tout le reste : ni réseau, ni disque, ni « data: »."""

    def __init__(self, ressources: Mapping[str, tuple[bytes, str]]):
        super().__init__(allowed_protocols=(), allow_redirects=False)
        self._ressources = ressources

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        genre, _, cle = url.partition(":")
        if genre != "interne" or cle not in self._ressources:
            raise ValueError("adresse refusée")
        octets, nature = self._ressources[cle]
        return URLFetcherResponse(url, octets, {"Content-Type": nature})


class Dessin:
    """Un emblème de l'État, tracé et comprimé une fois puis recopié : relire son SVG prendrait la moitié du temps d'une lettre.

    Il est un objet à part de la page, le même d'une lettre à l'autre : un lot ne l'écrit qu'une fois.
    """

    def __init__(self, svg: str):
        self._image = SVGImage(fromstring(svg), "interne:", Chargeur({}), None)
        self._traces: dict[tuple[float, float], bytes] = {}

    def get_intrinsic_size(self, resolution: float, corps: float) -> tuple[float, float, float]:
        return self._image.get_intrinsic_size(resolution, corps)

    def draw(self, flux: Any, largeur: float, hauteur: float, style: Any) -> None:
        groupe = flux.add_group(0, 0, largeur, hauteur)
        if (largeur, hauteur) not in self._traces:
            self._traces[largeur, hauteur] = self._tracer(groupe, largeur, hauteur, style)
        groupe.stream, groupe.compress = [self._traces[largeur, hauteur]], False
        groupe.extra["Filter"] = "/FlateDecode"
        # Sans ressource à nommer, il est le même objet dans tous les documents.
        del groupe.extra["Resources"]
        flux.draw_x_object(groupe.id)

    def _tracer(self, groupe: Any, largeur: float, hauteur: float, style: Any) -> bytes:
        """Le tracé comprimé, sans ses états d'opacité : un groupe commence opaque, et les emblèmes le sont."""
        self._image.draw(groupe, largeur, hauteur, style)
        trace = [element if isinstance(element, bytes) else str(element).encode() for element in groupe.stream]
        return zlib.compress(b"\n".join(element for element in trace if not element.endswith(b" gs")), 9)


class ProfilArchive(ColorProfile):
    """Le profil sRGB qu'exige le PDF/A, octets d'origine : relus par littlecms, ils changent après le premier usage."""

    def __init__(self, octets: bytes):
        super().__init__(io.BytesIO(octets), "sRGB2014.icc", "relative-colorimetric", (["r"], ["g"], ["b"]))
        self._octets = octets

    @property
    def content(self) -> bytes:
        return self._octets


def rendre_pdf(
    gabarit: str,
    contexte: Mapping[str, Any],
    *,
    titre: str,
    date: datetime | None = None,
    pages_max: int | None = None,
    couleur: str = "",
) -> bytes:
    """Compose un gabarit de `templates/pdf/` en PDF/A-3a.

    `contexte["images"]` (facultatif) : clé → octets PNG ou JPEG, que le gabarit nomme « interne:<clé> » après avoir
    vérifié `{% if "<clé>" in ressources %}`. Le gabarit reçoit aussi `titre` et `edite_le`, qui vaut `date`
    (maintenant par défaut). Même contexte et même date, mêmes octets. `couleur` (« #000091 ») est lue par les feuilles
    sous le nom de `--accent`.
    Lève `ImpressionImpossible` (et `TropDePages` si `pages_max` est dépassé).
    """
    date = date or timezone.now()
    html, ressources = _remplir(gabarit, {"edite_le": date, **contexte, "titre": titre})
    return imprimer(html, titre=titre, date=date, ressources=ressources, pages_max=pages_max, couleur=couleur)


def rendre_pages(gabarit: str, contexte: Mapping[str, Any], documents: Sequence[tuple[str, datetime]]) -> list[bytes]:
    """Comme `rendre_pdf`, mais chaque page est un document à elle : (titre, date) de chacune, dans l'ordre.

    Une page a les mêmes octets, mise en page seule ou avec d'autres ; avec d'autres, elle coûte un tiers de moins. Elle demande
    au lecteur de l'imprimer comme une lettre. Lève `TropDePages` s'il n'y a pas une page par document.
    """
    html, ressources = _remplir(gabarit, contexte)
    with _mise_en_page(html):
        rendu = _poser(html, ressources)
        _borner(rendu, len(documents))
        paires = zip(rendu.pages, documents, strict=True)
        return [_ecrire(rendu.copy([page]), titre, date, preferences=COMME_UNE_LETTRE) for page, (titre, date) in paires]


def tableau_en_pdf(tableau: Tableau, graphiques: Sequence[tuple] = ()) -> bytes:
    """Le papier d'un tableau de bord, en portrait ou en paysage selon le nombre de colonnes.

    `graphiques` : (titre, [(libellé, nombre)], unité), dessinés avant les sections.
    """
    contexte = {"tableau": tableau, "graphiques": graphiques, "nom_reseau": tableau.reseau}
    return rendre_pdf("pdf/tableau.html", contexte, titre=tableau.titre, date=tableau.edite_le)


def imprimer(
    html: str,
    *,
    titre: str,
    date: datetime,
    ressources: Mapping[str, tuple[bytes, str]] | None = None,
    pages_max: int | None = None,
    couleur: str = "",
) -> bytes:
    """Met en page un HTML déjà rendu ; tout ce qui n'est pas dans `ressources` (clé → octets, nature) reste vide.

    Lève `ImpressionImpossible` si le texte est démesuré ou si la mise en page échoue.
    """
    with _mise_en_page(html):
        rendu = _poser(html, ressources or {}, couleur)
        _borner(rendu, pages_max)
        return _ecrire(rendu, titre, date)


@lru_cache(maxsize=64)
def image_admise(octets: bytes) -> bytes:
    """Réencode une image PNG ou JPEG en JPEG opaque, sans métadonnées, réduite à l'utile.

    Une image opaque en JPEG divise par deux le temps d'une lettre. Lève `ImpressionImpossible` si ce n'est ni l'un ni
    l'autre, ou si l'image est démesurée.
    """
    if len(octets) > OCTETS_IMAGE_MAX:
        raise ImpressionImpossible("L’image dépasse 5 Mo.")
    try:
        Image.open(io.BytesIO(octets), formats=FORMATS_IMAGE).verify()  # se lit une fois, puis se rouvre
        image = Image.open(io.BytesIO(octets), formats=FORMATS_IMAGE)
        if image.width * image.height > PIXELS_IMAGE_MAX:
            raise ImpressionImpossible("L’image a trop de pixels.")
        image = ImageOps.exif_transpose(image).convert("RGBA")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError) as erreur:
        raise ImpressionImpossible("L’image n’est ni un PNG ni un JPEG lisible.") from erreur
    image.thumbnail((COTE_IMAGE, COTE_IMAGE))
    fond = Image.new("RGB", image.size, "white")
    fond.paste(image, mask=image.getchannel("A"))
    sortie = io.BytesIO()
    fond.save(sortie, "JPEG", quality=90, subsampling=0)
    return sortie.getvalue()


# Préparer


def _remplir(gabarit: str, contexte: Mapping[str, Any]) -> tuple[str, dict[str, tuple[bytes, str]]]:
    """Le HTML du gabarit, et les images qu'il a le droit de nommer."""
    ressources = _images(contexte.get("images") or {})
    disponibles = frozenset([*ressources, *_emblemes()])
    return render_to_string(gabarit, {**contexte, "ressources": disponibles}), ressources


def _images(images: Mapping[str, bytes]) -> dict[str, tuple[bytes, str]]:
    return {cle: (image_admise(bytes(octets)), "image/jpeg") for cle, octets in images.items() if octets}


def _refuser_un_texte_demesure(html: str) -> None:
    if len(html) > CARACTERES_MAX:
        raise ImpressionImpossible("Le document est trop long pour être imprimé : réduisez la période ou les filtres.")
    if re.search(r"[^\s<>]{" + str(MOT_MAX) + "}", html):
        raise ImpressionImpossible("Le document contient un mot démesuré, sans espace.")


def _nettoyer(racine: Element) -> list[str]:
    """Vide ce que nos gabarits n'écrivent jamais, et rend les noms des feuilles qu'ils appellent.

    Une balise « style » venue d'une saisie ajouterait ses polices à la configuration commune à tous les documents, et
    « @color-profile » arrête WeasyPrint.
    """
    feuilles, suspects = [], []
    for nombre, element in enumerate(_parcourir(racine)):
        if nombre > ELEMENTS_MAX:
            raise ImpressionImpossible("Le document a trop de lignes : réduisez la période ou les filtres.")
        if element.tag == "link" and re.fullmatch(r"css/pdf/[a-z_]+\.css", element.get("href", "")):
            feuilles.append(element.get("href"))
        if str(element.tag).rpartition("}")[2] in BALISES_REFUSEES:
            suspects.append(element)
        element.attrib.pop("style", None)
        _borner_les_fusions(element)
    for element in suspects:
        suite = element.tail
        element.clear()
        element.tag, element.tail = "span", suite
    return feuilles


def _borner_les_fusions(element: Element) -> None:
    for attribut in ("colspan", "rowspan", "span"):
        etendue = element.get(attribut, "")
        if etendue and not (etendue.isdecimal() and int(etendue[:9]) <= FUSION_MAX):
            del element.attrib[attribut]


def _parcourir(racine: Element) -> Iterable[Element]:
    """Tous les éléments ; refuse une imbrication que WeasyPrint, récursif, ne supporterait pas."""
    pile = [(racine, 0)]
    while pile:
        element, profondeur = pile.pop()
        if profondeur > PROFONDEUR_MAX:
            raise ImpressionImpossible("Le document est trop imbriqué.")
        yield element
        pile.extend((enfant, profondeur + 1) for enfant in reversed(element))


# Mettre en page


@contextmanager
def _mise_en_page(html: str) -> Iterator[None]:
    """Seul à la fois, après avoir refusé un texte démesuré ; toute faute devient une `ImpressionImpossible`."""
    _refuser_un_texte_demesure(html)
    try:
        with _VERROU:
            yield
    except ImpressionImpossible:
        raise
    except Exception as erreur:
        raise ImpressionImpossible("Le document n’a pas pu être mis en page.") from erreur


def _poser(html: str, ressources: Mapping[str, tuple[bytes, str]], couleur: str = "") -> Document:
    document = Source(html, "interne:", Chargeur(ressources))
    accent = [CSS(string=feuille_de_couleur(couleur))] if couleur else []
    feuilles = [*accent, *(_feuille(nom) for nom in _nettoyer(document.etree_element))]
    communs = {"font_config": _polices(), "color_profiles": {"papier": _profil()}}
    return document.render(stylesheets=feuilles, cache=_images_lues(frozenset(ressources.items())), **communs, **OPTIONS)


def _borner(rendu: Document, pages_max: int | None) -> None:
    if pages_max and len(rendu.pages) > pages_max:
        raise TropDePages(f"Le document tient sur {len(rendu.pages)} pages au lieu de {pages_max}.")


def _ecrire(rendu: Document, titre: str, date: datetime, preferences: Mapping[str, str] | None = None) -> bytes:
    """`preferences` : ce que le document demande au lecteur qui l'imprime (ISO 32000-1, 12.2)."""

    def finir(document: Document, pdf: Any) -> None:
        pdf.catalog["ViewerPreferences"].update(preferences or {})
        alleger(document, pdf)

    _dater(rendu.metadata, titre, date)
    return rendu.write_pdf(finisher=finir, **OPTIONS)


def _dater(metadonnees: Any, titre: str, date: datetime) -> None:
    metadonnees.title, metadonnees.lang = titre, "fr"
    metadonnees.created = metadonnees.modified = date.isoformat(timespec="seconds")
    metadonnees.attachments = []


# Ce qui ne se lit qu'une fois


@cache
def _polices() -> FontConfiguration:
    return FontConfiguration()


@cache
def _profil() -> ProfilArchive:
    return ProfilArchive((files("weasyprint.pdf") / "sRGB2014.icc").read_bytes())


@cache
def _feuille(nom: str) -> CSS:
    chemin = finders.find(nom)
    if not chemin:
        raise ImpressionImpossible(f"La feuille {nom} manque.")
    texte = Path(chemin).read_text(encoding="utf-8")
    polices = {f"{nom}.woff2": (octets_du_dsfr(f"fonts/{nom}.woff2"), "font/woff2") for nom in POLICES}
    return CSS(string=texte, base_url="interne:", url_fetcher=Chargeur(polices), font_config=_polices())


@lru_cache(maxsize=16)
def _images_lues(ressources: frozenset[tuple[str, tuple[bytes, str]]]) -> dict[str, Any]:
    """Adresse → image déjà lue, que WeasyPrint complète : les mêmes d'une lettre à l'autre d'un lot."""
    return {f"interne:{cle}": dessin for cle, dessin in _emblemes().items()}


@cache
def _emblemes() -> dict[str, Dessin]:
    return {cle: Dessin(svg) for cle, svg in emblemes.dessins().items()}
