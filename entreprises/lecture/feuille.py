"""Ouvrir un fichier reçu : reconnaître son genre par son contenu, ses colonnes par leurs noms."""

import gzip
import io
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Protocol

from entreprises.lecture.archive import PROTEGE, genre_d_archive
from entreprises.lecture.classeur import lire_classeur
from entreprises.lecture.colonnes import (
    ENTREPRISES,
    Entete,
    Jeu,
    chercher_entete,
    entete_probable,
    exiger_les_indispensables,
    exiger_une_largeur,
    porte_le_siret,
    verifier_entete,
)
from entreprises.lecture.identifiants import lire_siret
from entreprises.lecture.nettoyage import nettoyer
from entreprises.lecture.refus import LIGNES_DE_TITRE_MAX, MEBI, TAILLE_DECOMPRESSEE_MAX, TAILLE_MAX, FichierRefuse, ValeurRefusee
from entreprises.lecture.texte import SEPARATEURS, Texte, reconnaitre_encodage

ZIP, GZIP, OLE = b"PK", b"\x1f\x8b", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
CHIFFRE = "EncryptedPackage".encode("utf-16-le")  # un .xlsx protégé est enveloppé dans un conteneur OLE
AUTRES_GENRES = {
    b"%PDF": "un PDF",
    b"\x89PNG": "une image",
    b"\xff\xd8\xff": "une image",
    b"GIF8": "une image",
    b"{\\rtf": "un texte mis en forme (RTF)",
    b"PAR1": "un fichier Parquet",
    b"7z\xbc\xaf": "une archive 7z",
    b"Rar!": "une archive RAR",
    b"\xfd7zXZ": "une archive xz",
    b"BZh": "une archive bzip2",
}
BALISES = (b"<!doctype", b"<html", b"<table", b"<?xml", b"<meta")
ATTENDU = "Importez un fichier CSV, XLSX, XLS ou ODS."


class Source(Protocol):
    """Ce qui rend les rangées d'un fichier déjà vérifié, autant de fois qu'on le demande."""

    def rangees(self) -> Iterator[tuple[int, list[str]]]:
        """(numéro dans le fichier, cellules)."""


@dataclass(frozen=True)
class Feuille:
    """Un fichier accepté. genre : « csv », « xlsx », « xls » ou « ods » ; format : « sirene » ou « tableur ».

    `colonnes` donne par champ les indices des colonnes qui le portent, du plus sûr au plus vague ; `encodage` et
    `separateur` sont vides pour un classeur, `onglet` pour un texte.
    """

    nom: str
    genre: str
    format: str
    entetes: tuple[str, ...]
    colonnes: dict[str, tuple[int, ...]]
    ligne_entete: int
    source: Source
    encodage: str = ""
    separateur: str = ""
    onglet: str = ""
    avertissements: tuple[str, ...] = ()
    corrigee: bool = False  # ses colonnes ont été désignées, et non reconnues à leurs noms
    jeu: Jeu = ENTREPRISES

    @property
    def colonnes_ignorees(self) -> tuple[str, ...]:
        """Les en-têtes qui ne correspondent à aucun champ."""
        utiles = {indice for indices in self.colonnes.values() for indice in indices}
        return tuple(nom for indice, nom in enumerate(self.entetes) if nom and indice not in utiles)

    def lignes(self) -> Iterator[tuple[int, list[str]]]:
        """Les rangées sous l'en-tête : (numéro dans le fichier, cellules brutes), lignes vides comprises."""
        return (rangee for rangee in self.source.rangees() if rangee[0] > self.ligne_entete)


Colonnes = Mapping[str, Sequence[int]]


class ColonnesARevoir(FichierRefuse):
    """L'en-tête se lit mais ne désigne pas tout l'indispensable ; `feuille` permet de le désigner à la main."""

    def __init__(self, raison: str, feuille: Feuille) -> None:
        super().__init__(raison)
        self.feuille = feuille


def ouvrir(
    contenu: bytes,
    nom: str,
    correspondance: Colonnes | Callable[[tuple[str, ...]], Colonnes | None] | None = None,
    jeu: Jeu = ENTREPRISES,
) -> Feuille:
    """Vérifie tout le fichier et rend sa feuille ; lève `FichierRefuse` avec la phrase à montrer.

    `nom` ne sert qu'à l'affichage : le genre se lit dans le contenu. `correspondance` : {"champ": [rangs de colonnes]},
    ou la fonction qui la trouve d'après les en-têtes ; vide ou None, les colonnes se prennent d'après leurs noms.
    `jeu` : les champs que l'on y cherche.
    Lève `ColonnesARevoir` si le fichier porte des SIRET (ou peut s'en passer) mais que ses colonnes ne suffisent pas.
    """
    if len(contenu) > TAILLE_MAX:
        raise FichierRefuse(
            f"Ce fichier pèse {len(contenu) // MEBI} Mo : la limite est de {TAILLE_MAX // MEBI} Mo. "
            "Découpez-le, par exemple par département."
        )
    if contenu.startswith(GZIP):
        contenu = _degonfler(contenu)
    if not contenu.strip(b" \t\r\n\0\xef\xbb\xbf\xff\xfe"):
        raise FichierRefuse(f"Ce fichier est vide. {ATTENDU}")
    feuille = _ouvrir_classeur(contenu, nom, jeu) if contenu.startswith((ZIP, OLE)) else _ouvrir_texte(contenu, nom, jeu)
    feuille = _relier(feuille, correspondance(feuille.entetes) if callable(correspondance) else correspondance)
    if feuille.genre == "csv":
        for _ in feuille.lignes():  # un défaut de la dernière ligne doit se dire maintenant, pas au milieu de l'import
            pass
    if not any(any(map(str.strip, cellules)) for _, cellules in feuille.lignes()):
        raise FichierRefuse("Ce fichier n’a que des en-têtes : il n’y a aucune ligne à lire.")
    return feuille


def _relier(feuille: Feuille, choisies: Colonnes | None) -> Feuille:
    """La feuille, ses colonnes vérifiées : celles qu'on a choisies, sinon celles que leurs noms désignent."""
    entete = Entete(feuille.ligne_entete, feuille.entetes, feuille.colonnes, feuille.jeu)
    exiger_une_largeur(entete)
    try:
        if not choisies:
            verifier_entete(entete)
            return feuille
        feuille = replace(feuille, colonnes=_bornees(choisies, len(feuille.entetes)), corrigee=True)
        exiger_les_indispensables(replace(entete, colonnes=feuille.colonnes))
    except FichierRefuse as refus:
        if porte_le_siret(feuille.colonnes) or _porte_un_siret(feuille) or _s_en_passe(feuille):
            raise ColonnesARevoir(str(refus), feuille) from refus
        raise
    return feuille


def _bornees(choisies: Colonnes, largeur: int) -> dict[str, tuple[int, ...]]:
    dedans = {champ: tuple(rang for rang in rangs if 0 <= rang < largeur) for champ, rangs in choisies.items()}
    return {champ: rangs for champ, rangs in dedans.items() if rangs}


def _porte_un_siret(feuille: Feuille) -> bool:
    """L'une des premières rangées contient un SIRET juste, et il y a un en-tête au-dessus."""
    premieres = islice(feuille.lignes(), LIGNES_DE_TITRE_MAX) if feuille.entetes else ()
    return any(_est_un_siret(nettoyer(cellule)) for _, cellules in premieres for cellule in cellules)


def _s_en_passe(feuille: Feuille) -> bool:
    """Ce genre de fichier n'a pas besoin de SIRET, et il y a un en-tête."""
    return bool(feuille.entetes) and not feuille.jeu.exige_un_siret


def _est_un_siret(valeur: str) -> bool:
    try:
        return len(lire_siret(valeur)) == len(valeur.replace(" ", ""))
    except ValeurRefusee:
        return False


def _degonfler(contenu: bytes) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(contenu)) as flux:
            texte = flux.read(TAILLE_DECOMPRESSEE_MAX + 1)
    except (OSError, EOFError, zlib.error) as erreur:
        raise FichierRefuse("Ce fichier .gz est abîmé ou incomplet : compressez-le de nouveau.") from erreur
    if len(texte) > TAILLE_DECOMPRESSEE_MAX:
        raise FichierRefuse(
            f"Ce fichier dépasse {TAILLE_DECOMPRESSEE_MAX // MEBI} Mo une fois décompressé : "
            "découpez-le, par exemple par département."
        )
    return texte


def _ouvrir_classeur(contenu: bytes, nom: str, jeu: Jeu) -> Feuille:
    if contenu.startswith(ZIP):
        genre = genre_d_archive(contenu)
    elif CHIFFRE in contenu:
        raise FichierRefuse(PROTEGE)
    else:
        genre = "xls"
    if len(contenu) > TAILLE_MAX:  # un classeur lui-même compressé en .gz
        raise FichierRefuse(f"Ce classeur pèse {len(contenu) // MEBI} Mo : la limite est de {TAILLE_MAX // MEBI} Mo.")
    classeur = lire_classeur(contenu, genre, jeu)
    entete = _trouver_entete(list(islice(classeur.rangees(), LIGNES_DE_TITRE_MAX)), jeu)
    avertissements = tuple(f"L’onglet « {autre} » n’est pas lu : seul « {classeur.onglet} » l’est." for autre in classeur.autres)
    return _feuille(nom, genre, entete, classeur, onglet=classeur.onglet, avertissements=avertissements)


def _ouvrir_texte(contenu: bytes, nom: str, jeu: Jeu) -> Feuille:
    _refuser_autre_genre(contenu, jeu)
    encodage = reconnaitre_encodage(contenu)
    texte, entete = _choisir_separateur(contenu, encodage, jeu)
    texte = replace(texte, largeur=len(entete.entetes))
    return _feuille(nom, "csv", entete, texte, encodage=encodage, separateur=texte.separateur)


def _choisir_separateur(contenu: bytes, encodage: str, jeu: Jeu) -> tuple[Texte, Entete]:
    """Le séparateur qui fait apparaître le meilleur en-tête ; lève `FichierRefuse` si aucun ne permet de lire."""
    essais = []
    for separateur in SEPARATEURS:
        texte = Texte(contenu, encodage, separateur)
        rangees, refus = _tete(texte)
        essais.append((texte, _trouver_entete(rangees, jeu), refus))
    texte, entete, refus = max(essais, key=lambda essai: (essai[1].poids, essai[2] is None, len(essai[1].entetes)))
    if refus and not entete.colonnes:
        raise refus
    return texte, entete


def _trouver_entete(rangees: Sequence[tuple[int, list[str]]], jeu: Jeu) -> Entete:
    """L'en-tête dont des noms sont connus, sinon la rangée qui en a l'air."""
    entete = chercher_entete(rangees, jeu)
    return entete if entete.colonnes else entete_probable(rangees, jeu)


def _tete(texte: Texte) -> tuple[list[tuple[int, list[str]]], FichierRefuse | None]:
    """Les premières rangées, jusqu'à celle qu'on ne sait pas lire, et le refus qu'elle provoque."""
    rangees = []
    try:
        for rangee in islice(texte.rangees(), LIGNES_DE_TITRE_MAX):
            rangees.append(rangee)
    except FichierRefuse as refus:
        return rangees, refus
    return rangees, None


def _feuille(nom: str, genre: str, entete: Entete, source: Source, **reste: object) -> Feuille:
    return Feuille(
        nom=nom,
        genre=genre,
        format=entete.format,
        entetes=entete.entetes,
        colonnes=entete.colonnes,
        ligne_entete=entete.ligne,
        source=source,
        jeu=entete.jeu,
        **reste,  # type: ignore[arg-type]
    )


def _refuser_autre_genre(contenu: bytes, jeu: Jeu) -> None:
    for signature, genre in AUTRES_GENRES.items():
        if contenu.startswith(signature):
            raise FichierRefuse(f"Ce fichier est {genre}, pas {jeu.quoi}. {ATTENDU}")
    if contenu.lstrip(b"\xef\xbb\xbf \t\r\n")[:10].lower().startswith(BALISES):
        raise FichierRefuse(
            "Ce fichier est une page web ou de l’XML, même s’il porte le nom d’un tableur : "
            "ouvrez-le dans votre tableur et enregistrez-le en .xlsx ou en CSV."
        )
