"""Fondre plusieurs PDF/A-3a balisés en un seul, sans perdre le balisage : le lot de lettres à imprimer.

pikepdf copie les pages mais laisse l'arbre des balises derrière lui ; on le recopie et on en renumérote les entrées.
"""

import hashlib
import io
import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import accumulate, count
from typing import IO, Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream

# Ce que le premier document dit pour tous : langue, profil de couleur, attestation PDF/A.
CATALOGUE_COMMUN = ("/Lang", "/MarkInfo", "/OutputIntents", "/Metadata", "/ViewerPreferences")


def attendre() -> None:
    """Rien à fondre encore : le processus qui s'y prête s'ouvre, et lit pikepdf."""


def fondre_fichier(cahier: str, longueurs: Sequence[int], destination: str, *, titre: str, date: datetime) -> None:
    """`fondre`, d'un fichier où les PDF se suivent à un autre : de quoi le faire dans un processus à part."""
    debuts = accumulate(longueurs, initial=0)
    with open(cahier, "rb", buffering=0) as source, open(destination, "wb") as sortie:
        extraits = (Extrait(source, *place) for place in zip(debuts, longueurs, strict=False))
        fondre(extraits, sortie, titre=titre, date=date)


class Extrait(io.RawIOBase):
    """Un morceau de fichier, lu comme un fichier : cinq cents lettres ne tiennent pas toutes en mémoire."""

    def __init__(self, source: IO[bytes], debut: int, longueur: int):
        self._source, self._debut, self._longueur, self._place = source, debut, longueur, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, decalage: int, depuis: int = io.SEEK_SET) -> int:
        self._place = decalage + {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._longueur}[depuis]
        return self._place

    def tell(self) -> int:
        return self._place

    def readinto(self, tampon: Any) -> int:
        combien = max(0, min(len(tampon), self._longueur - self._place))
        lus = os.preadv(self._source.fileno(), [memoryview(tampon)[:combien]], self._debut + self._place)
        self._place += lus
        return lus


def fondre(pdfs: Iterable[IO[bytes]], sortie: IO[bytes], *, titre: str, date: datetime) -> None:
    """Écrit un seul PDF, pages dans l'ordre donné. Lève ValueError sans document, `pikepdf.PdfError` si l'un est illisible.

    Les identifiants d'en-têtes de tableaux ne sont pas renumérotés : les lots sont faits de lettres, qui n'en ont pas.
    """
    lot = pikepdf.new()
    balises = lot.make_indirect(Dictionary(Type=Name.StructTreeRoot, K=Array(), ParentTree=Dictionary(Nums=Array())))
    numeros, connus = count(), {}
    for fichier in pdfs:
        # Chaque document se libère une fois copié : qpdf ne garde que son fichier, où il relira les flux en écrivant.
        source = pikepdf.open(fichier)
        if not len(lot.pages):
            _cataloguer(lot, source, titre, date)
        _ajouter(lot, source, balises, numeros, connus)
    if not len(lot.pages):
        raise ValueError("aucun document à assembler")
    if len(balises.K):
        balises.ParentTree = lot.make_indirect(balises.ParentTree)
        lot.Root.StructTreeRoot = balises
    lot.save(sortie, min_version="1.7", object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)


def _ajouter(lot: Pdf, source: Pdf, balises: Dictionary, numeros: count, connus: dict) -> None:
    debut = len(lot.pages)
    lot.pages.extend(source.pages)
    for page in lot.pages[debut:]:
        _partager(page.obj.Resources.get("/XObject", {}), connus)
        for police in page.obj.Resources.get("/Font", {}).values():
            _partager(police.DescendantFonts[0].FontDescriptor, connus)
    if "/StructTreeRoot" not in source.Root:
        return
    arbre = lot.copy_foreign(source.Root.StructTreeRoot)
    paires = list(arbre.ParentTree.Nums)
    nouveaux = {int(ancien): next(numeros) for ancien in paires[::2]}
    for ancien, valeur in zip(paires[::2], paires[1::2], strict=True):
        balises.ParentTree.Nums.extend([nouveaux[int(ancien)], valeur])
    _renumeroter(lot.pages[debut:], nouveaux)
    for document in arbre.K:
        document.P = balises
        balises.K.append(document)


def _renumeroter(pages: Iterable[pikepdf.Page], nouveaux: dict[int, int]) -> None:
    """Rend aux pages et à leurs liens le numéro sous lequel l'arbre commun les connaît."""
    for page in pages:
        if "/StructParents" in page.obj:
            page.obj.StructParents = nouveaux[int(page.obj.StructParents)]
        for annotation in page.obj.get("/Annots", []):
            if "/StructParent" in annotation:
                annotation.StructParent = nouveaux[int(annotation.StructParent)]


def _partager(objets: Dictionary, connus: dict) -> None:
    """Remplace une image déjà écrite (le logo, la signature), un emblème ou une police par sa première copie."""
    for nom, objet in list(objets.items()):
        if isinstance(objet, Stream) and "/SMask" not in objet and "/Resources" not in objet:
            empreinte = hashlib.sha256(objet.read_raw_bytes()).digest()
            objets[nom] = connus.setdefault(empreinte, objet)


def _cataloguer(lot: Pdf, premier: Pdf, titre: str, date: datetime) -> None:
    for cle in CATALOGUE_COMMUN:
        if cle in premier.Root:
            objet = premier.Root[cle]
            lot.Root[cle] = lot.copy_foreign(objet) if objet.is_indirect else _recopier(lot, premier, objet)
    with lot.open_metadata(set_pikepdf_as_editor=False) as metadonnees:
        metadonnees["dc:title"] = titre
        metadonnees["xmp:CreateDate"] = metadonnees["xmp:ModifyDate"] = date.isoformat(timespec="seconds")


def _recopier(lot: Pdf, source: Pdf, objet: pikepdf.Object) -> pikepdf.Object:
    """Copie un objet direct, que pikepdf ne copie qu'une fois rendu indirect ; un scalaire passe tel quel."""
    if isinstance(objet, Array | Dictionary):
        return lot.copy_foreign(source.make_indirect(objet))
    return objet
