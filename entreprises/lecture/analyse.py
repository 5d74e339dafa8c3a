"""De la feuille aux entreprises : chaque ligne non vide est acceptée ou rejetée, avec sa raison."""

import re
from collections.abc import Callable, Iterator, Mapping

from entreprises.lecture import coordonnees, identifiants
from entreprises.lecture.feuille import Feuille
from entreprises.lecture.lignes import LONGUEURS, LigneEntreprise, Rejet
from entreprises.lecture.nettoyage import SANS_VALEUR, cle, nettoyer
from entreprises.lecture.referentiel import Referentiel
from entreprises.lecture.refus import ValeurEcartee, ValeurRefusee

LIGNE_POSTALE = 38  # caractères d'une ligne d'adresse (norme AFNOR XP Z10-011)
CODE_COMMUNE = re.compile(r"[0-9][0-9AB]?[0-9]{3}")
NOMENCLATURES = {"nafrev2", "naf2025", "naf25"}
FERMES = {"f", "c", "ferme", "fermee", "radie", "radiee", "cesse", "cessee", "inactif", "inactive"}
ETIQUETTE_MAX = 40  # caractères
DIFFUSIBLES = {"", "o", "oui", "diffusible"}
NON_DIFFUSIBLE = "Non diffusible"
SANS_NOM = {
    "sirene": "Raison sociale absente : le stock des établissements ne donne ici ni dénomination usuelle ni enseigne.",
    "tableur": "Raison sociale absente.",
}


def analyser(feuille: Feuille, referentiel: Referentiel) -> Iterator[LigneEntreprise | Rejet]:
    """Lit la feuille en flux ; une ligne vide est sautée, toute autre rend exactement un résultat, dans l'ordre."""
    lus: dict[str, int] = {}
    for numero, brutes in feuille.lignes():
        cellules = tuple(map(nettoyer, brutes))
        if not any(cellules):
            continue
        try:
            entreprise = _examiner(_Fiche(numero, cellules, feuille, referentiel), lus)
        except ValeurRefusee as refus:
            yield Rejet(numero, str(refus), cellules)
        else:
            lus[entreprise.siret] = numero
            yield entreprise


class _Fiche:
    """Une ligne en cours de lecture : ses cellules, champ par champ, et les avertissements qu'elle suscite."""

    def __init__(self, numero: int, cellules: tuple[str, ...], feuille: Feuille, referentiel: Referentiel) -> None:
        self.numero = numero
        self.cellules = cellules
        self.feuille = feuille
        self.referentiel = referentiel
        self.avertissements: list[str] = []

    def texte(self, champ: str) -> str:
        """La première cellule du champ qui dise quelque chose, "" sinon."""
        for indice in self.feuille.colonnes.get(champ, ()):
            if indice < len(self.cellules) and (valeur := self.cellules[indice]) and valeur not in SANS_VALEUR:
                return valeur
        return ""

    def essayer(self, lire: Callable[..., str], champ: str, *contexte: object) -> str:
        """`lire(texte du champ)`, ou "" et un avertissement si la valeur est inutilisable."""
        valeur = self.texte(champ)
        try:
            return lire(valeur, *contexte) if valeur else ""
        except ValeurEcartee as ecart:
            self.avertissements.append(str(ecart))
            return ""

    def couper(self, champ: str, valeur: str) -> str:
        """La valeur, ramenée à la longueur de sa colonne avec un avertissement."""
        longueur = LONGUEURS[champ]
        if len(valeur) <= longueur:
            return valeur
        self.avertissements.append(f"{champ.replace('_', ' ').capitalize()} : coupé à {longueur} caractères.")
        return valeur[:longueur].rstrip()


def _examiner(fiche: _Fiche, lus: Mapping[str, int]) -> LigneEntreprise:
    attendues = len(fiche.feuille.entetes)
    if any(fiche.cellules[attendues:]):
        raise ValeurRefusee(
            f"{len(fiche.cellules)} colonnes pour {attendues} en-têtes : un séparateur en trop décale les valeurs."
        )
    siret = identifiants.lire_siret(fiche.texte("siret"))
    if siret in lus:
        raise ValeurRefusee(f"SIRET {siret} déjà lu ligne {lus[siret]}.")
    diffusible = cle(fiche.texte("diffusion")) in DIFFUSIBLES and "[ND]" not in fiche.cellules
    return LigneEntreprise(
        ligne=fiche.numero,
        siret=siret,
        etat="ferme" if cle(fiche.texte("etat")) in FERMES else "actif",
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


def _identite(fiche: _Fiche, diffusible: bool) -> dict[str, str]:
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


def _activite(fiche: _Fiche) -> dict[str, object]:
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


def _adresse(fiche: _Fiche) -> dict[str, str]:
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


def _numero(fiche: _Fiche) -> str:
    premier = f"{fiche.texte('numero_voie')} {fiche.texte('repetition')}".strip()
    dernier = f"{fiche.texte('dernier_numero')} {fiche.texte('derniere_repetition')}".strip()
    return f"{premier}-{dernier}" if premier and dernier else premier


def _commune(fiche: _Fiche) -> dict[str, str | None]:
    """Commune par son code Insee (même ancien), sinon par code postal et nom."""
    code_postal = fiche.essayer(lambda valeur: " ".join(identifiants.lire_code_postal(valeur)), "code_postal")
    code_postal, _, suite = code_postal.partition(" ")
    code, ville = fiche.texte("code_commune").upper(), fiche.texte("ville")
    if not code and CODE_COMMUNE.fullmatch(ville.upper()):
        code, ville = ville.upper(), ""
    ville = ville or suite
    commune = fiche.referentiel.commune_actuelle(code.zfill(5)) if code else None
    if commune is None and (code_postal or ville):
        commune = fiche.referentiel.commune_nommee(code_postal, ville)
    if commune is None and (code or code_postal or ville):
        ecrit = " ".join(filter(None, (code, code_postal, ville)))
        fiche.avertissements.append(f"Commune introuvable : « {ecrit[:60]} ».")
    ville = ville or (fiche.referentiel.nom_de_commune(commune) if commune else "")
    return {"code_postal": code_postal, "commune": commune, "ville": fiche.couper("ville", ville)}


def _contacts(fiche: _Fiche) -> dict[str, str]:
    lectures = {
        "telephone": coordonnees.lire_telephone,
        "courriel": coordonnees.lire_courriel,
        "site": coordonnees.lire_site,
    }
    valeurs = {}
    for champ, lire in lectures.items():
        valeur = fiche.essayer(lire, champ)
        if len(valeur) > LONGUEURS[champ]:  # une adresse coupée serait fausse
            fiche.avertissements.append(f"{champ.capitalize()} trop long, laissé vide.")
            valeur = ""
        valeurs[champ] = valeur
    return valeurs


def _dirigeant(fiche: _Fiche) -> dict[str, str]:
    civilite, nom, prenom = "", fiche.texte("dirigeant_nom"), fiche.texte("dirigeant_prenom")
    if not prenom and {"dirigeant_civilite", "dirigeant_prenom"} - set(fiche.feuille.colonnes):
        civilite, nom, prenom = coordonnees.separer_dirigeant(nom, prenom)
    return {
        "dirigeant_civilite": coordonnees.lire_civilite(fiche.texte("dirigeant_civilite")) or civilite,
        "dirigeant_nom": fiche.couper("dirigeant_nom", nom),
        "dirigeant_prenom": fiche.couper("dirigeant_prenom", prenom),
        "dirigeant_fonction": fiche.couper("dirigeant_fonction", fiche.texte("dirigeant_fonction")),
    }


def _suivi(fiche: _Fiche) -> dict[str, object]:
    """Ce que le réseau a ajouté à la fiche, et que son export redonne."""
    return {
        "filiere": fiche.couper("filiere", fiche.texte("filiere")),
        "ne_plus_solliciter_jusqu_au": fiche.essayer(identifiants.lire_date, "ne_plus_solliciter_jusqu_au") or None,
        "etiquettes": _etiquettes(fiche),
    }


def _etiquettes(fiche: _Fiche) -> tuple[str, ...]:
    """Les noms séparés par des virgules, chacun une fois."""
    noms: dict[str, str] = {}
    for nom in filter(None, map(str.strip, fiche.texte("etiquettes").split(","))):
        if len(nom) > ETIQUETTE_MAX:
            fiche.avertissements.append(f"Étiquette de plus de {ETIQUETTE_MAX} caractères, laissée : « {nom[:ETIQUETTE_MAX]}… ».")
        else:
            noms.setdefault(nom.lower(), nom)
    return tuple(noms.values())
