"""Les fichiers de texte séparé : encodage, lignes physiques, guillemets."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from entreprises.lecture.refus import LIGNE_MAX, LIGNES_PAR_FICHE_MAX, FichierRefuse

SEPARATEURS = (";", ",", "\t", "|")
TRANCHE = 1 << 16  # octets décodés à la fois : le texte entier n'est jamais en mémoire
ASCII = bytes(range(128))
MARQUES = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# Ce qu'un texte français en Windows-1252 contient hors ASCII ; un fichier Mac ou MS-DOS y tombe à côté.
ATTENDUS = frozenset(bytes(range(0xC0, 0x100)) + "Œœ’“”«»–—…°ºª€§²³·½\xa0".encode("cp1252"))
MELANGE = re.compile(rb"\xc3[\x80-\xbf]")  # « é » en UTF-8, jamais du Windows-1252 plausible
CONTROLES = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")
REENREGISTRER = "Ouvrez-le dans votre tableur et enregistrez-le en « CSV UTF-8 » ou en .xlsx."


@dataclass(frozen=True)
class Texte:
    """Un fichier de texte dont on connaît l'encodage et le séparateur ; relisible autant de fois qu'on veut."""

    contenu: bytes
    encodage: str
    separateur: str
    largeur: int = 0  # nombre d'en-têtes, 0 tant qu'on le cherche

    def rangees(self) -> Iterator[tuple[int, list[str]]]:
        """Rend (numéro de la première ligne physique, cellules).

        Lève `FichierRefuse` : ligne démesurée, guillemet jamais fermé ou mal placé.
        """
        lignes = self._lignes()
        for numero, ligne in lignes:
            if '"' in ligne:
                yield numero, self._entre_guillemets(numero, ligne, lignes)
            else:
                yield numero, ligne.rstrip("\n").split(self.separateur)

    def _lignes(self) -> Iterator[tuple[int, str]]:
        flux = io.TextIOWrapper(io.BytesIO(self.contenu), encoding=self.encodage, newline=None)
        for numero, ligne in enumerate(iter(lambda: flux.readline(LIGNE_MAX + 1), ""), start=1):
            if len(ligne) > LIGNE_MAX:
                raise FichierRefuse(
                    f"La ligne {numero} dépasse {LIGNE_MAX} caractères : ce n’est pas une liste d’entreprises, "
                    "ou les fins de ligne ont été perdues. Réenregistrez le fichier depuis votre tableur."
                )
            yield numero, ligne

    def _entre_guillemets(self, numero: int, ligne: str, suite: Iterator[tuple[int, str]]) -> list[str]:
        """Cellules d'une fiche à guillemets, qui peut continuer sur les lignes suivantes."""
        bloc = [ligne]
        while True:
            try:
                cellules = next(csv.reader(bloc, delimiter=self.separateur, strict=True))
            except csv.Error:
                _, encore = next(suite, (0, None))
                if encore is None or len(bloc) == LIGNES_PAR_FICHE_MAX:
                    break
                bloc.append(encore)
            else:
                if self._avale(bloc):
                    break
                return cellules
        raise FichierRefuse(
            f'Ligne {numero} : un guillemet (") est ouvert et jamais fermé, ou mal placé. '
            "Retirez-le ou doublez-le, puis importez de nouveau le fichier."
        )

    def _avale(self, bloc: list[str]) -> bool:
        """Dit si un guillemet oublié a englouti une ligne suivante, qui serait perdue sans bruit."""
        if not self.largeur or len(bloc) == 1:
            return False
        pleines = [ligne for ligne in bloc if ligne.count(self.separateur) >= self.largeur - 1]
        return self.largeur > 1 and len(pleines) > 1


def reconnaitre_encodage(contenu: bytes) -> str:
    """Nom Python de l'encodage ; lève `FichierRefuse` si aucun ne convient au fichier entier."""
    encodage = _marque(contenu) or _utf16_sans_marque(contenu)
    if encodage:
        _exiger(contenu, encodage)
        return encodage
    if b"\0" in contenu:
        raise FichierRefuse(f"Ce fichier n’est pas du texte : il contient des octets nuls. {REENREGISTRER}")
    erreur = _premiere_erreur(contenu, "utf-8")
    if erreur is None:
        return "utf-8"
    if MELANGE.search(contenu):
        raise FichierRefuse(_incoherent(contenu, erreur, "mélange deux encodages (UTF-8 et Windows)"))
    _exiger_windows(contenu)
    return "cp1252"


def _marque(contenu: bytes) -> str:
    return next((nom for marque, nom in MARQUES if contenu.startswith(marque)), "")


def _utf16_sans_marque(contenu: bytes) -> str:
    """Un texte latin en UTF-16 a un octet nul sur deux ; de quel côté dit l'ordre des octets."""
    debut = contenu[:2000]
    if debut[1::2].count(0) > len(debut) * 0.4:
        return "utf-16-le"
    if debut[0::2].count(0) > len(debut) * 0.4:
        return "utf-16-be"
    return ""


def _exiger(contenu: bytes, encodage: str) -> None:
    erreur = _premiere_erreur(contenu, encodage)
    if erreur is not None:
        nom = encodage.removesuffix("-sig").upper()
        raise FichierRefuse(_incoherent(contenu, erreur, f"n’est pas lisible en {nom}"))


def _exiger_windows(contenu: bytes) -> None:
    """Refuse ce qui n'est pas du Windows-1252 : Mac, MS-DOS, octets de contrôle."""
    hors_ascii = contenu.translate(None, ASCII)
    etrangers = hors_ascii.translate(None, bytes(ATTENDUS))
    erreur = _premiere_erreur(contenu, "cp1252")
    if erreur is None and len(etrangers) * 5 <= len(hors_ascii):
        return
    if erreur is None:
        erreur = contenu.index(etrangers[:1])
    raise FichierRefuse(_incoherent(contenu, erreur, "est dans un encodage inconnu (Mac ou MS-DOS ?)"))


def _premiere_erreur(contenu: bytes, encodage: str) -> int | None:
    """Position approchée (octets) du premier défaut, None si tout se décode ; lève `FichierRefuse` sur du binaire."""
    decodeur = codecs.getincrementaldecoder(encodage)()
    controles = 0
    for debut in range(0, len(contenu), TRANCHE):
        try:
            texte = decodeur.decode(contenu[debut : debut + TRANCHE], final=debut + TRANCHE >= len(contenu))
        except UnicodeDecodeError as erreur:
            return min(debut + erreur.start, len(contenu) - 1)
        controles += len(CONTROLES.findall(texte))
    if controles > 10 + len(contenu) // 1000:
        raise FichierRefuse(f"Ce fichier n’est pas du texte : il est plein de caractères de contrôle. {REENREGISTRER}")
    return None


def _incoherent(contenu: bytes, position: int, defaut: str) -> str:
    numero = len(re.findall(rb"\r\n|\r|\n", contenu[:position])) + 1
    return f"Ce fichier {defaut}, par exemple à la ligne {numero}. {REENREGISTRER}"
