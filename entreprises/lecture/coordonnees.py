"""Téléphone, courriel, site, civilité et nom du dirigeant."""

import re

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email

from entreprises.lecture.nettoyage import cle
from entreprises.lecture.refus import ValeurEcartee

PREFIXE_FRANCAIS = re.compile(r"^(?:\+|00)?330?(?=[1-9]\d{8}$)")
SEPARATEURS_DE_NUMEROS = re.compile(r"[/;,]|\bou\b")
PONCTUATION = re.compile(r"[\s.\-_/()]+")
NATIONAL = re.compile(r"0[1-9][0-9]{8}")
SANS_ZERO = re.compile(r"[1-9][0-9]{8}")
INTERNATIONAL = re.compile(r"\+[1-9][0-9]{6,14}")
COURT = re.compile(r"3[0-9]{3}")
# Presque toutes les adresses s'y tiennent ; `validate_email`, qui en admet d'autres, coûte six fois plus.
COURRIEL_SIMPLE, COURRIEL_COURT = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,}"), 64
VALIDER_SITE = URLValidator(schemes=["http", "https"])
PROTOCOLE = re.compile(r"^[a-z][a-z0-9+.-]*:(?!\d)", re.IGNORECASE)
CIVILITES = {"m": "M.", "mr": "M.", "monsieur": "M.", "h": "M."} | dict.fromkeys(
    ("mme", "madame", "mlle", "mademoiselle", "f", "mrs"), "Mme"
)
CIVILITE_EN_TETE = re.compile(r"(m\.|mr\.?|monsieur|mme\.?|madame|mlle\.?|mademoiselle)\s+(?=\S)", re.IGNORECASE)


def lire_telephone(valeur: str) -> str:
    """« +33 (0)3 87… » → « 03 87 00 00 00 », étranger → « +352… » ; lève `ValeurEcartee` si rien n'est composable."""
    numero = _composer(valeur) or next(filter(None, map(_composer, SEPARATEURS_DE_NUMEROS.split(valeur))), "")
    if not numero:
        raise ValeurEcartee(f"Téléphone illisible, laissé vide : « {valeur[:30]} ».")
    return numero


def _composer(texte: str) -> str:
    numero = PONCTUATION.sub("", texte)
    if not NATIONAL.fullmatch(numero):
        numero = PREFIXE_FRANCAIS.sub("0", numero)
        numero = "+" + numero[2:] if numero.startswith("00") else numero
        if SANS_ZERO.fullmatch(numero):  # un tableur a mangé le zéro
            numero = "0" + numero
    if NATIONAL.fullmatch(numero):
        return f"{numero[:2]} {numero[2:4]} {numero[4:6]} {numero[6:8]} {numero[8:]}"
    return numero if INTERNATIONAL.fullmatch(numero) or COURT.fullmatch(numero) else ""


def lire_courriel(valeur: str) -> str:
    """La première adresse valide, en minuscules ; lève `ValeurEcartee` s'il n'y en a pas."""
    minuscules = valeur.lower().removeprefix("mailto:")
    if len(minuscules) <= COURRIEL_COURT and COURRIEL_SIMPLE.fullmatch(minuscules):
        return minuscules
    for essai in re.split(r"[\s;,<>]+", minuscules):
        try:
            validate_email(essai)
        except ValidationError:
            continue
        return essai
    raise ValeurEcartee(f"Courriel invalide, laissé vide : « {valeur[:60]} ».")


def lire_site(valeur: str) -> str:
    """Adresse en http(s), « https:// » ajouté s'il manque ; lève `ValeurEcartee` pour tout autre protocole."""
    adresse = valeur if PROTOCOLE.match(valeur) else f"https://{valeur}"
    try:
        VALIDER_SITE(adresse)
    except ValidationError:
        raise ValeurEcartee(f"Site invalide, laissé vide : « {valeur[:60]} ».") from None
    return adresse


def lire_civilite(valeur: str) -> str:
    """« Monsieur », « Mr », « M » → « M. » ; « Madame », « Mlle », « F » → « Mme » ; autre → ""."""
    return CIVILITES.get(cle(valeur), "")


def separer_dirigeant(nom: str, prenom: str) -> tuple[str, str, str]:
    """Rend (civilité, nom, prénom) de « M. Jean DUPONT » ; sans majuscules pour trancher, tout reste dans le nom."""
    tete = CIVILITE_EN_TETE.match(nom)
    civilite = lire_civilite(tete[1]) if tete else ""
    nom = nom[tete.end() :] if tete else nom
    mots = nom.split()
    capitales = [len(mot) > 1 and mot.isupper() for mot in mots]
    coupures = [i for i in range(1, len(mots)) if capitales[i] != capitales[i - 1]]
    if prenom or len(coupures) != 1:  # rien à séparer, ou pas de frontière nette
        return civilite, nom, prenom
    debut, fin = " ".join(mots[: coupures[0]]), " ".join(mots[coupures[0] :])
    return (civilite, debut, fin) if capitales[0] else (civilite, fin, debut)
