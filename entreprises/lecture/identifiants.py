"""SIRET, NAF, effectifs et codes postaux : de ce que les gens écrivent à la forme de l'Insee."""

import re
from collections.abc import Container, Mapping
from datetime import date

from stdnum.fr import siret as stdnum_siret

from entreprises.lecture.nettoyage import cle
from entreprises.lecture.refus import ValeurEcartee, ValeurRefusee

SEPARATEURS_DE_CHIFFRES = re.compile(r"[\s.\-_/]")
DECIMALES_NULLES = re.compile(r"[.,]0+$")
SCIENTIFIQUE = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d+")
# Longueurs d'un SIRET dont un tableur a ôté les zéros de tête : des SIREN commencent par 0, 00 et même 000.
SIRET_SANS_ZERO = range(11, 14)
DOUBLES = bytes.maketrans(b"0123456789", b"0246813579")  # le double d'un chiffre, ses chiffres ajoutés
NAF = re.compile(r"(\d{2})[.\s]?(\d{2})[.\s]?([A-Z])\b", re.ASCII)
EFFECTIF = re.compile(r"(\d{1,7})(?:[.,](\d+))?\s*(?:salari[eé]e?s?|personnes?|etp|pers\.?)?", re.IGNORECASE | re.ASCII)
MILLIERS = re.compile(r"(?<=\d) (?=\d{3}\b)")
CODE_POSTAL = re.compile(r"(?:F[\s-]*)?(\d{2}\s?\d{3}|\d{4})(?:[.,]0+)?(?:\s+(.+))?", re.IGNORECASE | re.ASCII)


DATE_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]\d.*)?", re.ASCII)
DATE_FRANCAISE = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4}|\d{2})(?:[T ]\d.*)?", re.ASCII)
DATE_EN_LETTRES = re.compile(r"(\d{1,2})(?:er)?\s*([^\W\d_]{3,9})\.?\s*(\d{4})")
MOIS = {  # trois ou quatre premières lettres, en français puis en anglais (« 26MAY2014 »)
    **{"jan": 1, "fev": 2, "mar": 3, "avr": 4, "mai": 5, "juin": 6, "juil": 7, "aou": 8, "sep": 9, "oct": 10, "nov": 11},
    **{"dec": 12, "feb": 2, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8},
}


def lire_siret(valeur: str) -> str:
    """Rend 14 chiffres ; lève `ValeurRefusee` en disant ce qui cloche (source des règles : Insee, clé de Luhn)."""
    if len(valeur) == 14 and valeur.isascii() and valeur.isdigit():  # presque tous
        return _verifier_siret(valeur, valeur)
    if not valeur:
        raise ValeurRefusee("SIRET absent.")
    if SCIENTIFIQUE.fullmatch(valeur):
        raise ValeurRefusee(
            f"SIRET « {valeur} » : le tableur l’a arrondi et les derniers chiffres sont perdus. Reprenez-le dans le "
            "fichier d’origine et mettez la colonne au format Texte."
        )
    chiffres = SEPARATEURS_DE_CHIFFRES.sub("", DECIMALES_NULLES.sub("", valeur))
    if not (chiffres.isascii() and chiffres.isdigit()):
        raise ValeurRefusee(f"SIRET « {valeur[:40]} » : il ne doit contenir que des chiffres.")
    if len(chiffres) == 9:
        raise ValeurRefusee(f"« {valeur} » est un SIREN : il faut les 14 chiffres du SIRET de l’établissement.")
    return _verifier_siret(valeur, chiffres)


def composer_siret(siren: str, nic: str) -> str:
    """Le SIREN (9 chiffres) suivi du NIC (5), zéros de tête rétablis ; lève `ValeurRefusee` en disant ce qui cloche."""
    siret = _completer("SIREN", siren, 9) + _completer("NIC", nic, 5)
    return _verifier_siret(siret, siret)


def _completer(nom: str, valeur: str, longueur: int) -> str:
    if not valeur:
        raise ValeurRefusee(f"{nom} absent : le SIRET se compose du SIREN et du NIC.")
    chiffres = SEPARATEURS_DE_CHIFFRES.sub("", DECIMALES_NULLES.sub("", valeur))
    if not (chiffres.isascii() and chiffres.isdigit() and len(chiffres) <= longueur):
        raise ValeurRefusee(f"{nom} « {valeur[:40]} » : il faut {longueur} chiffres.")
    return chiffres.zfill(longueur)


def _verifier_siret(valeur: str, chiffres: str) -> str:
    siret = chiffres.zfill(14) if len(chiffres) in SIRET_SANS_ZERO else chiffres
    if len(siret) != 14:
        raise ValeurRefusee(f"SIRET « {valeur[:40]} » : {len(chiffres)} chiffres au lieu de 14.")
    if not _cle_juste(siret) or siret.startswith("000000000"):
        ecrit = "" if siret == chiffres else f" (complété en {siret})"
        raise ValeurRefusee(f"SIRET « {valeur} »{ecrit} : la clé de contrôle est fausse, un chiffre a été mal recopié.")
    return siret


def _cle_juste(siret: str) -> bool:
    """La Poste (SIREN 356000000) suit sa propre règle, que connaît stdnum."""
    if siret.startswith("356000000"):
        return stdnum_siret.is_valid(siret)
    return cle_de_luhn_juste(siret) and cle_de_luhn_juste(siret[:9])


def cle_de_luhn_juste(chiffres: str) -> bool:
    """Sept fois plus rapide que la bibliothèque, qui admet tout alphabet : deux clés par ligne lue."""
    octets = chiffres.encode()
    return (sum(octets[-1::-2]) + sum(octets[-2::-2].translate(DOUBLES)) - ord("0") * len(octets)) % 10 == 0


def lire_naf(valeur: str, *nomenclatures: Container[str]) -> str:
    """« 1071c » ou « 10.71C Boulangerie » → « 10.71C » ; lève `ValeurEcartee` si aucune nomenclature ne le connaît."""
    trouve = NAF.match(valeur.upper())
    code = f"{trouve[1]}.{trouve[2]}{trouve[3]}" if trouve else ""
    if not any(code in nomenclature for nomenclature in nomenclatures):
        raise ValeurEcartee(f"Code NAF inconnu, laissé vide : « {valeur[:20]} ».")
    return code


def lire_tranche(valeur: str, tranches: Mapping[str, str]) -> str:
    """Code ou libellé Insee → code à deux caractères ; lève `ValeurEcartee` s'il est inconnu."""
    try:
        return tranches[cle_de_tranche(valeur)]
    except KeyError:
        raise ValeurEcartee(f"Tranche d’effectif inconnue, laissée vide : « {valeur[:40]} ».") from None


def cle_de_tranche(texte: str) -> str:
    """« 10 à 19 salariés », « 10-19 » → « 10a19 » ; « 1 ou 2 salariés » → « 1ou2 »."""
    complete = cle(re.sub(r"(\d)\s*[-–]\s*(\d)", r"\1 a \2", texte))
    courte = complete.removesuffix("salaries")
    return complete if courte.isdigit() else courte  # « 12 salariés » n'est pas la tranche 12


def lire_effectif(valeur: str) -> int | None:
    """Nombre de salariés, arrondi à l'entier le plus proche ; lève `ValeurRefusee` si ce n'est pas un nombre."""
    if not valeur:
        return None
    trouve = EFFECTIF.fullmatch(MILLIERS.sub("", valeur))
    if not trouve:
        raise ValeurRefusee(f"Effectif « {valeur[:40]} » : il faut un nombre de salariés, ou rien.")
    return int(trouve[1]) + (trouve[2] is not None and trouve[2][0] >= "5")


def lire_code_postal(valeur: str) -> tuple[str, str]:
    """Rend (cinq chiffres, ville écrite à la suite ou "") ; lève `ValeurEcartee` si ce n'est pas un code postal."""
    trouve = CODE_POSTAL.fullmatch(valeur)
    code = trouve[1].replace(" ", "").zfill(5) if trouve else ""
    if not code or code.startswith("00"):
        raise ValeurEcartee(f"Code postal illisible, laissé vide : « {valeur[:20]} ».")
    return code, trouve[2] or ""


def lire_date(valeur: str) -> date:
    """« 2026-03-01 », « 01/03/2026 », « 1er mars 2026 », « 26MAY2014 » ; lève `ValeurEcartee` si ce n'est pas une date."""
    try:
        return date(*_annee_mois_jour(valeur))
    except (ValueError, TypeError):
        raise ValeurEcartee(f"Date illisible, laissée vide : « {valeur[:20]} ».") from None


def _annee_mois_jour(valeur: str) -> tuple[int, ...]:
    if iso := DATE_ISO.fullmatch(valeur):
        return tuple(map(int, iso.groups()))
    if francaise := DATE_FRANCAISE.fullmatch(valeur):
        jour, mois, annee = map(int, francaise.groups())
        return annee + (2000 if annee < 100 else 0), mois, jour
    if lettres := DATE_EN_LETTRES.fullmatch(valeur):
        nom = cle(lettres[2])
        return int(lettres[3]), MOIS.get(nom[:4]) or MOIS.get(nom[:3], 0), int(lettres[1])
    return ()
