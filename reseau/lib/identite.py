"""Reconnaître une personne dans un texte, et l'y taire : une seule règle, pour lui montrer ce qu'on garde et pour l'effacer."""

import re
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import IntEnum
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlencode

from reseau.lib.recherche import cle_de_recherche

EFFACE = "[effacé]"
MOT = re.compile(r"[^\W_]+")
COURRIEL = re.compile(r"[^\s<>,;:\"()]+@[^\s<>,;:\"()]+")
NUMERO = re.compile(r"(?:\+|00)?\d(?:[\s.\-()]*\d){8,13}")
# Une phrase finit à sa ponctuation, sauf après une initiale ou une civilité abrégée ; une ligne en finit toujours une.
FIN_DE_PHRASE = re.compile(r"((?<=[.!?…])(?<!\b[A-ZÀ-Ý]\.)(?<!\bMM\.)(?<!\bDr\.)(?<!\bMe\.)\s+|\n+)")
MESSIEURS, MESDAMES = frozenset({"m", "mr", "monsieur"}), frozenset({"mme", "madame", "mlle", "mademoiselle"})
CIVILITES = {"M.": MESSIEURS, "Mme": MESDAMES}


class Certitude(IntEnum):
    """`POSSIBLE` : un homonyme l'expliquerait aussi, un humain tranche."""

    NON = 0
    POSSIBLE = 1
    SURE = 2


@dataclass(frozen=True)
class Contexte:
    """`chez_elle` : le texte parle de son entreprise ; `homonyme` : quelqu'un d'autre y porte ce nom."""

    chez_elle: bool = False
    homonyme: bool = False


AILLEURS = Contexte()


@dataclass(frozen=True)
class Identite:
    """Qui l'on cherche. `courriels` en minuscules ; `telephones` : leurs neuf derniers chiffres."""

    nom: str = ""
    prenom: str = ""
    civilite: str = ""
    courriels: frozenset[str] = frozenset()
    telephones: frozenset[str] = frozenset()

    @classmethod
    def de(cls, *, nom="", prenom="", civilite="", courriels=(), telephones=()):
        """Depuis des valeurs saisies, vides comprises."""
        adresses = frozenset(courriel.strip().lower() for courriel in courriels if courriel.strip())
        return cls(nom.strip(), prenom.strip(), civilite, adresses, frozenset(filter(None, map(numero, telephones))))

    @cached_property
    def _cle(self):
        return cle_de_recherche(self.nom)

    @cached_property
    def _cle_du_prenom(self):
        return cle_de_recherche(self.prenom)

    def est(self, *, nom="", prenom="", courriel="", telephone="") -> Certitude:
        """La sienne ? Sûrement : même adresse, même numéro, ou mêmes nom et prénom. S'il manque un prénom : peut-être."""
        if courriel.strip().lower() in self.courriels or numero(telephone) in self.telephones:
            return Certitude.SURE
        if not self._cle or cle_de_recherche(nom) != self._cle:
            return Certitude.NON
        prenoms = cle_de_recherche(prenom), self._cle_du_prenom
        if not all(prenoms):
            return Certitude.POSSIBLE
        return Certitude.SURE if prenoms[0] == prenoms[1] else Certitude.NON

    def reconnue(self, texte: str, contexte: Contexte = AILLEURS) -> Certitude:
        """À quel point ce texte parle d'elle."""
        if "@" in texte and any(adresse.lower().strip(".") in self.courriels for adresse in COURRIEL.findall(texte)):
            return Certitude.SURE
        if self.telephones and any(numero(suite) in self.telephones for suite in NUMERO.findall(texte)):
            return Certitude.SURE
        debut = self._cle.partition(" ")[0]
        if not debut or debut not in cle_de_recherche(texte):  # de cent mille textes, presque tous s'arrêtent ici
            return Certitude.NON
        return max((self._selon_ses_voisins(*lu, contexte) for lu in self._occurrences(texte)), default=Certitude.NON)

    def taire(self, texte: str, contexte: Contexte = AILLEURS, seuil: Certitude = Certitude.SURE) -> str:
        """Le texte sans les phrases qui la nomment ; tout entier effacé s'il la nomme encore."""
        if self.reconnue(texte, contexte) < seuil:
            return texte
        morceaux = [EFFACE if self.reconnue(part, contexte) >= seuil else part for part in FIN_DE_PHRASE.split(texte)]
        reste = re.sub(rf"(?:{re.escape(EFFACE)}\s*)+(?={re.escape(EFFACE)})", "", "".join(morceaux))
        return EFFACE if self.reconnue(reste, contexte) >= seuil or reste == texte else reste

    def taire_dans(self, valeur: Any, contexte: Contexte = AILLEURS, seuil: Certitude = Certitude.SURE) -> Any:
        """La même valeur JSON sans elle ; un dictionnaire qui la nomme à plusieurs champs perd chacun de ceux-là."""
        if isinstance(valeur, str):
            return self.taire(valeur, contexte, seuil)
        if isinstance(valeur, list):
            return [self.taire_dans(partie, contexte, seuil) for partie in valeur]
        if not isinstance(valeur, dict):
            return valeur
        nommee = self.reconnue(_reuni(valeur), contexte) >= seuil
        return {
            cle: EFFACE
            if nommee and isinstance(partie, str) and self._en_est(partie)
            else self.taire_dans(partie, contexte, seuil)
            for cle, partie in valeur.items()
        }

    def _en_est(self, texte):
        """Ce champ, seul, est-il son nom, son prénom, son adresse ou son numéro ?"""
        cle = cle_de_recherche(texte)
        noms = {self._cle, self._cle_du_prenom} - {""}
        return cle in noms or (bool(cle) and self.reconnue(texte) is Certitude.SURE)

    def _occurrences(self, texte):
        """Chaque fois que son nom s'y lit : (le mot d'avant, le nom tel qu'écrit, les mots d'après)."""
        cherche, prenom = self._cle.split(), self._cle_du_prenom.split()
        if not cherche:
            return
        mots = MOT.findall(texte)
        cles = [cle_de_recherche(mot) for mot in mots]
        for rang in range(len(cles) - len(cherche) + 1):
            fin = rang + len(cherche)
            if cles[rang:fin] == cherche:
                nommee = bool(prenom) and prenom in (cles[max(rang - len(prenom), 0) : rang], cles[fin : fin + len(prenom)])
                yield mots[rang - 1] if rang else "", mots[rang], nommee

    def _selon_ses_voisins(self, avant, ecrit, nommee, contexte):
        if nommee:
            return Certitude.SURE
        cle, siennes = cle_de_recherche(avant), CIVILITES.get(self.civilite, MESSIEURS | MESDAMES)
        if cle in (MESSIEURS | MESDAMES) - siennes:
            return Certitude.NON
        if len(cle) == 1 and cle not in siennes and self.prenom and cle != self._cle_du_prenom[:1]:
            return Certitude.NON
        autre_prenom = len(cle) > 1 and avant[:1].isupper() and cle not in siennes
        if contexte.chez_elle and not contexte.homonyme and not autre_prenom:
            return Certitude.SURE
        return Certitude.POSSIBLE if contexte.chez_elle or ecrit[:1].isupper() else Certitude.NON


def numero(telephone: str) -> str:
    """Les neuf derniers chiffres d'un numéro, qu'il commence par 0 ou par +33 ; vide s'il n'en est pas un."""
    chiffres = re.sub(r"\D", "", telephone)
    return chiffres[-9:] if len(chiffres) >= 9 else ""


def textes_de(valeur: Any) -> list[str]:
    """Tous les textes d'une valeur JSON."""
    if isinstance(valeur, str):
        return [valeur]
    if isinstance(valeur, dict):
        return [texte for partie in valeur.values() for texte in textes_de(partie)]
    return [texte for partie in valeur for texte in textes_de(partie)] if isinstance(valeur, list) else []


def ensembles(valeur: Any) -> list[str]:
    """Les textes d'une valeur JSON, ceux d'un même dictionnaire lus ensemble : « nom » puis « prénom » disent quelqu'un."""
    if isinstance(valeur, str):
        return [valeur]
    if isinstance(valeur, dict):
        return [_reuni(valeur), *(texte for partie in valeur.values() for texte in ensembles(partie))]
    return [texte for partie in valeur for texte in ensembles(partie)] if isinstance(valeur, list) else []


def _reuni(dictionnaire):
    return " ".join(partie for partie in dictionnaire.values() if isinstance(partie, str))


def changer_les_textes(objet: Any, changer) -> Any:
    """Le même objet (dataclass, liste, dictionnaire), chaque texte changé par `changer(texte)`."""
    if isinstance(objet, str):
        return changer(objet)
    if is_dataclass(objet):
        return replace(objet, **{c.name: changer_les_textes(getattr(objet, c.name), changer) for c in fields(objet) if c.init})
    if isinstance(objet, dict):
        return {cle: changer_les_textes(partie, changer) for cle, partie in objet.items()}
    return type(objet)(changer_les_textes(partie, changer) for partie in objet) if isinstance(objet, list | tuple) else objet


def decoder(encode: str) -> list[tuple[str, str]]:
    """Les champs d'un formulaire ou d'une adresse encodés."""
    return parse_qsl(encode.partition("?")[2] if "?" in encode else encode, keep_blank_values=True)


def reencoder(encode: str, changer) -> str:
    """Le même, chaque valeur changée ; le chemin d'une adresse reste."""
    chemin = encode.partition("?")[0] + "?" if "?" in encode else ""
    return chemin + urlencode([(cle, changer(valeur)) for cle, valeur in decoder(encode)])
