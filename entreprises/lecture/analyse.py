"""De la feuille aux entreprises : chaque ligne non vide est acceptée ou rejetée, avec sa raison."""

import functools
import re
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from typing import TypeVar

from entreprises.enums import ENTRE_ETIQUETTES
from entreprises.lecture import coordonnees, identifiants
from entreprises.lecture.feuille import Feuille
from entreprises.lecture.lignes import LONGUEURS, LigneEntreprise, Rejet
from entreprises.lecture.nettoyage import SANS_VALEUR, cle, nettoyer
from entreprises.lecture.referentiel import Referentiel
from entreprises.lecture.refus import ValeurEcartee, ValeurRefusee

Lue = TypeVar("Lue")
Memoire = dict[tuple[object, ...], tuple[object, list[str]]]
MEMOIRE_MAX = 10_000  # lectures retenues d’un fichier
LIGNE_POSTALE = 38  # caractères d'une ligne d'adresse (norme AFNOR XP Z10-011)
CODE_COMMUNE = re.compile(r"[0-9][0-9AB]?[0-9]{3}")
NOMENCLATURES = {"nafrev2", "naf2025", "naf25"}
FERMES = {"f", "c", "ferme", "fermee", "radie", "radiee", "cesse", "cessee", "inactif", "inactive"}
ETIQUETTE_MAX = 40  # caractères
SEPARENT_LES_ETIQUETTES = re.compile(f"[{ENTRE_ETIQUETTES}]")
DIFFUSIBLES = {"", "o", "oui", "diffusible"}
NON_DIFFUSIBLE = "Non diffusible"
DU_DIRIGEANT = ("dirigeant_civilite", "dirigeant_nom", "dirigeant_prenom", "dirigeant_fonction")
COORDONNEES = {"telephone": coordonnees.lire_telephone, "courriel": coordonnees.lire_courriel, "site": coordonnees.lire_site}
DECALE = "un séparateur en trop décale les valeurs."
SANS_NOM = {
    "sirene": "Raison sociale absente : le stock des établissements ne donne ici ni dénomination usuelle ni enseigne.",
    "tableur": "Raison sociale absente.",
}


def analyser(feuille: Feuille, referentiel: Referentiel) -> Iterator[LigneEntreprise | Rejet]:
    """Lit la feuille en flux ; une ligne vide est sautée, toute autre rend exactement un résultat, dans l'ordre."""
    lus: dict[str, int] = {}

    def examiner(fiche: Fiche) -> LigneEntreprise:
        entreprise = _examiner(fiche, lus)
        lus[entreprise.siret] = fiche.numero
        return entreprise

    return parcourir(feuille, referentiel, examiner)


def parcourir(feuille: Feuille, referentiel: Referentiel, examiner: Callable[["Fiche"], Lue]) -> Iterator[Lue | Rejet]:
    """Ce qu'`examiner` rend de chaque ligne non vide, ou son rejet s'il lève `ValeurRefusee`."""
    attendues, memoire = len(feuille.entetes), {}
    for numero, brutes in feuille.lignes():
        cellules = tuple(map(nettoyer, brutes))
        if not any(cellules):
            continue
        try:
            if any(cellules[attendues:]):
                raise ValeurRefusee(f"{len(cellules)} colonnes pour {attendues} en-têtes : {DECALE}")
            lue = examiner(Fiche(numero, cellules, feuille, referentiel, memoire))
        except ValeurRefusee as refus:
            yield Rejet(numero, str(refus), cellules)
        else:
            yield lue


class Fiche:
    """Une ligne en cours de lecture : ses textes, champ par champ, et les avertissements qu'elle suscite.

    `memoire` : ce que les lignes précédentes du même fichier ont fait lire (voir `_une_fois`).
    """

    __slots__ = ("avertissements", "cellules", "feuille", "memoire", "numero", "referentiel", "textes")

    def __init__(
        self, numero: int, cellules: tuple[str, ...], feuille: Feuille, referentiel: Referentiel, memoire: Memoire
    ) -> None:
        self.numero = numero
        self.cellules = cellules
        self.feuille = feuille
        self.referentiel = referentiel
        self.memoire = memoire
        self.avertissements: list[str] = []
        self.textes: dict[str, str] = {}
        for champ, indices in feuille.colonnes.items():
            for indice in indices:
                if indice < len(cellules) and (valeur := cellules[indice]) and valeur not in SANS_VALEUR:
                    self.textes[champ] = valeur
                    break

    def texte(self, champ: str) -> str:
        """La première cellule du champ qui dise quelque chose, "" sinon."""
        return self.textes.get(champ, "")

    def essayer(self, lire: Callable[..., str], champ: str, *contexte: object) -> str:
        """`lire(texte du champ)`, ou "" et un avertissement si la valeur est inutilisable."""
        if champ not in self.textes:
            return ""
        try:
            return lire(self.textes[champ], *contexte)
        except ValeurEcartee as ecart:
            self.avertissements.append(str(ecart))
            return ""

    def couper(self, champ: str, valeur: str, longueur: int | None = None) -> str:
        """La valeur, ramenée à `longueur` (celle de sa colonne si None) avec un avertissement."""
        longueur = longueur or LONGUEURS[champ]
        if len(valeur) <= longueur:
            return valeur
        self.avertissements.append(f"{champ.replace('_', ' ').capitalize()} : coupé à {longueur} caractères.")
        return valeur[:longueur].rstrip()


def _une_fois(*champs: str) -> Callable[[Callable[[Fiche], Lue]], Callable[[Fiche], Lue]]:
    """Retient ce qu'une lecture de ces champs a rendu : communes et activités se répètent d'une ligne à l'autre.

    La lecture ne reçoit que ces champs : un oubli la rendrait muette, jamais fidèle à une autre ligne.
    """

    def decorer(lire: Callable[[Fiche], Lue]) -> Callable[[Fiche], Lue]:
        @functools.wraps(lire)
        def relire(fiche: Fiche) -> Lue:
            cle = (lire, *map(fiche.textes.get, champs))
            if cle not in fiche.memoire:
                partielle = copy(fiche)
                partielle.cellules, partielle.avertissements = (), []
                partielle.textes = {champ: texte for champ, texte in zip(champs, cle[1:], strict=True) if texte}
                lue = lire(partielle)
                if len(fiche.memoire) >= MEMOIRE_MAX:
                    fiche.memoire.clear()
                fiche.memoire[cle] = lue, partielle.avertissements
            lue, avertissements = fiche.memoire[cle]
            fiche.avertissements += avertissements
            return lue

        return relire

    return decorer


def _examiner(fiche: Fiche, lus: Mapping[str, int]) -> LigneEntreprise:
    siret = _siret(fiche)
    if siret in lus:
        raise ValeurRefusee(f"SIRET {siret} déjà lu ligne {lus[siret]}.")
    etat, diffusible = _statut(fiche)
    diffusible = diffusible and "[ND]" not in fiche.cellules
    return LigneEntreprise(
        ligne=fiche.numero,
        siret=siret,
        etat=etat,
        diffusible=diffusible,
        **_identite(fiche, diffusible),
        **_activite(fiche),
        **_adresse(fiche),
        **_commune(fiche),
        **_contacts(fiche),
        **_dirigeant(fiche),
        **_suivi(fiche),
        avertissements=tuple(fiche.avertissements),  # en dernier : les lectures précédentes les ont écrits
    )


def _siret(fiche: Fiche) -> str:
    if "siret" in fiche.feuille.colonnes:
        return identifiants.lire_siret(fiche.texte("siret"))
    return identifiants.composer_siret(fiche.texte("siren"), fiche.texte("nic"))


@_une_fois("etat", "diffusion")
def _statut(fiche: Fiche) -> tuple[str, bool]:
    """(« actif » ou « ferme », diffusible)."""
    etat = "ferme" if cle(fiche.texte("etat")) in FERMES else "actif"
    return etat, cle(fiche.texte("diffusion")) in DIFFUSIBLES


def _identite(fiche: Fiche, diffusible: bool) -> dict[str, str]:
    sirene = fiche.feuille.format == "sirene"
    enseigne = fiche.texte("enseigne")
    personne = f"{fiche.texte('dirigeant_prenom')} {fiche.texte('dirigeant_nom')}".strip() if sirene else ""
    nom = fiche.texte("raison_sociale") or enseigne or personne or ("" if diffusible else NON_DIFFUSIBLE)
    if not any(map(str.isalnum, nom)):
        raise ValeurRefusee(SANS_NOM[fiche.feuille.format])
    return {
        "raison_sociale": fiche.couper("raison_sociale", nom),
        "enseigne": "" if enseigne and cle(enseigne) == cle(nom) else fiche.couper("enseigne", enseigne),
    }


@_une_fois("nomenclature", "naf", "naf_2025", "tranche_effectif", "effectif")
def _activite(fiche: Fiche) -> dict[str, object]:
    """NAF, tranche et effectif ; une colonne « NAF » peut porter l'une ou l'autre nomenclature, disjointes."""
    connues = fiche.referentiel
    naf_2025 = fiche.essayer(identifiants.lire_naf, "naf_2025", connues.naf_2025)
    naf = ""
    if cle(fiche.texte("nomenclature")) in NOMENCLATURES | {""}:
        naf = fiche.essayer(identifiants.lire_naf, "naf", connues.naf_rev2, connues.naf_2025)
    if naf in connues.naf_2025:
        naf, naf_2025 = "", naf_2025 or naf
    tranche = fiche.essayer(identifiants.lire_tranche, "tranche_effectif", connues.tranches)
    effectif = fiche.texte("effectif")
    cle_effectif = identifiants.cle_de_tranche(effectif)
    if cle_effectif in connues.tranches and not cle_effectif.isdigit():  # « 10 à 19 » dans la colonne Effectif
        tranche, effectif = tranche or connues.tranches[cle_effectif], ""
    return {
        "naf": naf,
        "naf_2025": naf_2025,
        "tranche_effectif": tranche,
        "effectif": identifiants.lire_effectif(effectif),
    }


def _adresse(fiche: Fiche) -> dict[str, str]:
    """« 6 » + « CHE » + « DES PATURES » → « 6 CHEMIN DES PATURES », abrégé si la ligne postale déborde."""
    voie = fiche.texte("adresse")
    genre = fiche.texte("type_voie")
    numero = _numero(fiche)
    if numero and (voie + " ").startswith(numero + " "):
        numero = ""
    entiere = " ".join(filter(None, (numero, fiche.referentiel.types_de_voie.get(genre, genre), voie)))
    abregee = " ".join(filter(None, (numero, genre, voie)))
    complement = ", ".join(filter(None, (fiche.texte("complement"), fiche.texte("distribution"))))
    return {
        "adresse": fiche.couper("adresse", entiere if len(entiere) <= LIGNE_POSTALE else abregee),
        "complement": fiche.couper("complement", complement),
    }


def _numero(fiche: Fiche) -> str:
    premier = f"{fiche.texte('numero_voie')} {fiche.texte('repetition')}".strip()
    dernier = f"{fiche.texte('dernier_numero')} {fiche.texte('derniere_repetition')}".strip()
    return f"{premier}-{dernier}" if premier and dernier else premier


@_une_fois("code_postal", "code_commune", "ville")
def lire_lieu(fiche: Fiche) -> tuple[str, str, str, str | None]:
    """(code Insee écrit, code postal, ville, code Insee actuel ou None) : par le code Insee, même ancien, sinon par le nom."""
    code_postal = fiche.essayer(lambda valeur: " ".join(identifiants.lire_code_postal(valeur)), "code_postal")
    code_postal, _, suite = code_postal.partition(" ")
    code, ville = fiche.texte("code_commune").upper(), fiche.texte("ville")
    if not code and CODE_COMMUNE.fullmatch(ville.upper()):
        code, ville = ville.upper(), ""
    ville = ville or suite
    commune = fiche.referentiel.commune_actuelle(code.zfill(5)) if code else None
    if commune is None and (code_postal or ville):
        commune = fiche.referentiel.commune_nommee(code_postal, ville)
    return code, code_postal, ville, commune


def _commune(fiche: Fiche) -> dict[str, str | None]:
    code, code_postal, ville, commune = lire_lieu(fiche)
    if commune is None and (code or code_postal or ville):
        ecrit = " ".join(filter(None, (code, code_postal, ville)))
        fiche.avertissements.append(f"Commune introuvable : « {ecrit[:60]} ».")
    ville = ville or (fiche.referentiel.nom_de_commune(commune) if commune else "")
    return {"code_postal": code_postal, "commune": commune, "ville": fiche.couper("ville", ville)}


def _contacts(fiche: Fiche) -> dict[str, str]:
    valeurs = {}
    for champ, lire in COORDONNEES.items():
        valeur = fiche.essayer(lire, champ)
        if len(valeur) > LONGUEURS[champ]:  # une adresse coupée serait fausse
            fiche.avertissements.append(f"{champ.capitalize()} trop long, laissé vide.")
            valeur = ""
        valeurs[champ] = valeur
    return valeurs


def _dirigeant(fiche: Fiche) -> dict[str, str]:
    if fiche.textes.keys().isdisjoint(DU_DIRIGEANT):
        return {}
    civilite, nom, prenom = "", fiche.texte("dirigeant_nom"), fiche.texte("dirigeant_prenom")
    if not prenom and {"dirigeant_civilite", "dirigeant_prenom"} - set(fiche.feuille.colonnes):
        civilite, nom, prenom = coordonnees.separer_dirigeant(nom, prenom)
    return {
        "dirigeant_civilite": coordonnees.lire_civilite(fiche.texte("dirigeant_civilite")) or civilite,
        "dirigeant_nom": fiche.couper("dirigeant_nom", nom),
        "dirigeant_prenom": fiche.couper("dirigeant_prenom", prenom),
        "dirigeant_fonction": fiche.couper("dirigeant_fonction", fiche.texte("dirigeant_fonction")),
    }


@_une_fois("filiere", "ne_plus_solliciter_jusqu_au", "etiquettes")
def _suivi(fiche: Fiche) -> dict[str, object]:
    """Ce que le réseau a ajouté à la fiche, et que son export redonne."""
    return {
        "filiere": fiche.couper("filiere", fiche.texte("filiere")),
        "ne_plus_solliciter_jusqu_au": fiche.essayer(identifiants.lire_date, "ne_plus_solliciter_jusqu_au") or None,
        "etiquettes": _etiquettes(fiche),
    }


def _etiquettes(fiche: Fiche) -> tuple[str, ...]:
    """Les noms, chacun une fois ; aucun ne contient ce qui les sépare."""
    noms: dict[str, str] = {}
    for nom in filter(None, map(str.strip, SEPARENT_LES_ETIQUETTES.split(fiche.texte("etiquettes")))):
        if len(nom) > ETIQUETTE_MAX:
            fiche.avertissements.append(f"Étiquette de plus de {ETIQUETTE_MAX} caractères, laissée : « {nom[:ETIQUETTE_MAX]}… ».")
        else:
            noms.setdefault(nom.lower(), nom)
    return tuple(noms.values())
