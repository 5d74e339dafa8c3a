"""L'API publique « Recherche d'entreprises » : chercher un établissement par SIRET ou par nom, sans jamais bloquer la page.

Délai court, deux reprises, réponse bornée, cache ; le service muet, on ressort la dernière réponse connue, même ancienne.
Rien n'est gardé des dirigeants. Source : recherche-entreprises.api.gouv.fr (DINUM).
"""

import hashlib
import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from time import monotonic, time
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3
from django.conf import settings
from django.core.cache import cache
from urllib3.exceptions import HTTPError
from urllib3.util import Retry, Timeout

from entreprises.enums import Etat, Tranche
from entreprises.lecture import LONGUEURS, referentiel_embarque
from entreprises.lecture.analyse import NON_DIFFUSIBLE
from entreprises.lecture.nettoyage import nettoyer

DELAI = 3  # secondes, par essai, corps compris
REPRISES = Retry(total=2, backoff_factor=0.3, respect_retry_after_header=False)
A_REPRENDRE = frozenset((429, 500, 502, 503, 504))
TAILLE_MAX = 2 * 1024 * 1024  # octets d'une réponse ; dix résultats en pèsent trente mille
MORCEAU = 1 << 16  # octets lus à la fois
FRAICHE = 24 * 3600  # secondes pendant lesquelles une réponse ne se redemande pas
GARDEE = 30 * 24 * 3600  # secondes pendant lesquelles elle peut encore servir de repli
COURT, LONG = 3, 100  # caractères d'une recherche
DIFFUSIBLES = {"O", None, ""}
DESACTIVE = "La recherche au répertoire n’est pas ouverte sur cette installation : saisissez la fiche à la main."
MUET = "Le répertoire des entreprises ne répond pas en ce moment : saisissez la fiche à la main, ou réessayez plus tard."
ILLISIBLE = "La réponse du répertoire des entreprises est illisible : saisissez la fiche à la main."
INCOMPRISE = "Le répertoire des entreprises n’a pas compris cette recherche : donnez un nom plus précis, ou le SIRET."


class ServiceMuet(Exception):
    """Pas de réponse utilisable ; `str()` est la phrase à montrer."""


class _Refus(HTTPError):
    """Le service demande de réessayer plus tard (429, 5xx), ou tarde trop."""


@dataclass(frozen=True)
class Etablissement:
    """Un établissement proposé ; "" pour ce qu'on ne sait pas. Non diffusible : ni nom, ni voie, quoi que dise le service."""

    siret: str
    raison_sociale: str
    enseigne: str = ""
    naf: str = ""
    naf_2025: str = ""
    tranche_effectif: str = ""
    adresse: str = ""
    complement: str = ""
    code_postal: str = ""
    commune: str = ""
    ville: str = ""
    etat: str = Etat.ACTIF.value
    diffusible: bool = True
    siege: bool = False

    def en_fiche(self):
        """Les valeurs de départ du formulaire ; la commune s'y déduit du code postal et de la ville."""
        return {champ: valeur for champ, valeur in asdict(self).items() if champ not in ("commune", "siege")}


@dataclass(frozen=True)
class Reponse:
    """`total` : les entreprises trouvées ; `ancienne` : repli sur une réponse gardée, le service étant muet."""

    etablissements: tuple[Etablissement, ...]
    total: int
    ancienne: bool = False


def ouvert():
    """Vrai si cette installation interroge le répertoire."""
    return bool(settings.RECHERCHE_ENTREPRISES_URL)


def chercher(texte):
    """Les établissements qui répondent à ce nom, ce SIREN ou ce SIRET ; lève `ServiceMuet`."""
    if not ouvert():
        raise ServiceMuet(DESACTIVE)
    recherche = normaliser(texte)
    gardee = _relire(recherche)
    if gardee and time() - gardee["le"] < FRAICHE:
        return _rendre(gardee)
    try:
        trouvee = {"le": time(), **lire_reponse(_demander(recherche))}
    except ServiceMuet:
        if gardee:
            return _rendre(gardee, ancienne=True)
        raise
    _garder(recherche, trouvee)
    for trouve in trouvee["etablissements"]:  # en choisir un ne redemandera rien
        _garder(trouve["siret"], {"le": trouvee["le"], "etablissements": [trouve], "total": 1})
    return _rendre(trouvee)


def trouver(siret):
    """L'établissement de ce SIRET, None si le répertoire ne le connaît pas ; lève `ServiceMuet`."""
    return next((trouve for trouve in chercher(siret).etablissements if trouve.siret == siret), None)


def normaliser(texte):
    """Ce qu'on demande vraiment : une ligne, cent caractères, et les chiffres d'un numéro sans leurs espaces."""
    propre = nettoyer(texte)[:LONG]
    chiffres = "".join(propre.split())
    return chiffres if chiffres.isdigit() and len(chiffres) in (9, 14) else propre


def lire_reponse(octets):
    """{"etablissements", "total"} d'une réponse du service ; lève `ServiceMuet` si elle n'a pas la forme attendue."""
    try:
        reponse = json.loads(octets)
        unites = [(unite, _etablissements_de(unite)) for unite in reponse["results"]]
        trouves = [_lire(unite, fiche) for unite, fiches in unites for fiche in fiches]
        total = int(reponse.get("total_results", len(trouves)))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as erreur:
        raise ServiceMuet(ILLISIBLE) from erreur
    return {"etablissements": [asdict(trouve) for trouve in trouves if trouve], "total": total}


def _etablissements_de(unite):
    """Ceux qui répondent à la recherche, puis le siège ; chacun une fois."""
    fiches = [*(unite.get("matching_etablissements") or []), unite.get("siege") or {}]
    siege = fiches[-1]
    complets = [siege if fiche.get("siret") == siege.get("siret") else fiche for fiche in fiches]
    return {fiche.get("siret"): fiche for fiche in complets}.values()


def _lire(unite, fiche):
    siret = str(fiche.get("siret") or "")
    if len(siret) != 14 or not (siret.isascii() and siret.isdigit()):
        return None
    referentiel = referentiel_embarque()
    diffusible = {unite.get("statut_diffusion"), fiche.get("statut_diffusion_etablissement")} <= DIFFUSIBLES
    naf, naf_2025 = (_texte(fiche.get(cle)) for cle in ("activite_principale", "activite_principale_naf25"))
    tranche = _texte(fiche.get("tranche_effectif_salarie"))
    return Etablissement(
        siret=siret,
        naf=naf if naf in referentiel.naf_rev2 else "",
        naf_2025=naf_2025 if naf_2025 in referentiel.naf_2025 else "",
        tranche_effectif=tranche if tranche in Tranche.values else "",
        commune=referentiel.commune_actuelle(_texte(fiche.get("commune"))) or "",
        etat=(Etat.FERME if fiche.get("etat_administratif") in ("F", "C") else Etat.ACTIF).value,
        diffusible=diffusible,
        siege=bool(fiche.get("est_siege")),
        **_lieu(fiche, referentiel),
        **(_identite(unite, fiche, referentiel) if diffusible else {"raison_sociale": NON_DIFFUSIBLE}),
    )


def _identite(unite, fiche, referentiel):
    """Nom, enseigne et voie, à la longueur de leurs colonnes."""
    nom = _texte(unite.get("nom_raison_sociale")) or _texte(unite.get("nom_complet"))
    enseignes = fiche.get("liste_enseignes") or []
    enseigne = _texte(enseignes[0] if enseignes else fiche.get("nom_commercial"))
    voie = [fiche.get(cle) for cle in ("numero_voie", "indice_repetition", "type_voie", "libelle_voie")]
    if fiche.get("libelle_voie"):
        voie[2] = referentiel.types_de_voie.get(_texte(voie[2]), voie[2])
        adresse = " ".join(filter(None, map(_texte, voie)))
    else:
        adresse = _texte(fiche.get("adresse")).partition(f" {_texte(fiche.get('code_postal')) or '—'} ")[0]
    valeurs = {
        "raison_sociale": nom or enseigne,
        "enseigne": "" if enseigne.lower() == nom.lower() else enseigne,
        "adresse": adresse,
        "complement": _texte(fiche.get("complement_adresse")),
    }
    return {champ: valeur[: LONGUEURS[champ]] for champ, valeur in valeurs.items()}


def _lieu(fiche, referentiel):
    commune = referentiel.commune_actuelle(_texte(fiche.get("commune")))
    ville = _texte(fiche.get("libelle_commune")) or (referentiel.nom_de_commune(commune) if commune else "")
    code_postal = _texte(fiche.get("code_postal"))
    return {"ville": ville[: LONGUEURS["ville"]], "code_postal": code_postal if len(code_postal) == 5 else ""}


def _texte(valeur):
    """Une ligne propre ; "" pour ce que le répertoire cache."""
    texte = nettoyer(str(valeur)) if valeur is not None else ""
    return "" if texte.startswith("[N") else texte


def _demander(recherche):
    """Les octets de la réponse ; lève `ServiceMuet` une fois les reprises épuisées."""
    adresse, reprises = settings.RECHERCHE_ENTREPRISES_URL, REPRISES
    client = _client(adresse)
    while True:
        try:
            return _essayer(client, adresse, recherche)
        except HTTPError as erreur:
            try:
                reprises = reprises.increment("GET", adresse, error=erreur)
            except HTTPError as fin:
                raise ServiceMuet(MUET) from fin
        reprises.sleep()


def _client(adresse):
    """Passe par le mandataire de la machine, s'il y en a un pour cette adresse."""
    partie = urlsplit(adresse)
    mandataire = getproxies().get(partie.scheme)
    if mandataire and not proxy_bypass(partie.hostname or ""):
        return urllib3.ProxyManager(mandataire)
    return urllib3.PoolManager()


def _essayer(client, adresse, recherche):
    fin = monotonic() + DELAI
    reponse = client.request(
        "GET",
        adresse,
        fields={"q": recherche, "per_page": "10"},
        headers={"Accept": "application/json", "User-Agent": "reseau-de-developpeurs"},
        timeout=Timeout(total=DELAI),
        retries=False,
        redirect=False,
        preload_content=False,
    )
    try:
        if reponse.status in A_REPRENDRE:
            raise _Refus(f"réponse {reponse.status}")
        if reponse.status != 200:
            raise ServiceMuet(INCOMPRISE if reponse.status in (400, 404, 422) else MUET)
        return _corps(reponse, fin)
    finally:
        reponse.close()


def _corps(reponse, fin):
    """Lu morceau par morceau : ni une réponse sans fin, ni une réponse goutte à goutte ne retiennent la page."""
    octets = bytearray()
    while morceau := reponse.read1(MORCEAU, decode_content=False):
        octets += morceau
        if len(octets) > TAILLE_MAX:
            raise ServiceMuet(ILLISIBLE)
        if monotonic() > fin:
            raise _Refus("réponse trop lente")
    return bytes(octets)


def _cle(recherche):
    return f"annuaire-public:{hashlib.sha256(recherche.lower().encode()).hexdigest()}"


def _relire(recherche):
    try:
        return cache.get(_cle(recherche))
    except OSError:  # un cache indisponible ne vaut pas une page en erreur
        return None


def _garder(recherche, reponse):
    with suppress(OSError):
        cache.set(_cle(recherche), reponse, GARDEE)


def _rendre(gardee, *, ancienne=False):
    return Reponse(tuple(Etablissement(**trouve) for trouve in gardee["etablissements"]), gardee["total"], ancienne)
