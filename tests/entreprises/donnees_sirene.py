"""Un stock SIRENE inventé : établissements et unités légales, tenus en quelques mots."""

from tests.donnees.fabrique import siret, texte

ETABLISSEMENT = [
    "siren",
    "siret",
    "statutDiffusionEtablissement",
    "trancheEffectifsEtablissement",
    "numeroVoieEtablissement",
    "typeVoieEtablissement",
    "libelleVoieEtablissement",
    "codePostalEtablissement",
    "libelleCommuneEtablissement",
    "codeCommuneEtablissement",
    "etatAdministratifEtablissement",
    "enseigne1Etablissement",
    "denominationUsuelleEtablissement",
    "activitePrincipaleEtablissement",
    "nomenclatureActivitePrincipaleEtablissement",
    "activitePrincipaleNAF25Etablissement",
]
UNITE = [
    "siren",
    "statutDiffusionUniteLegale",
    "sigleUniteLegale",
    "sexeUniteLegale",
    "prenomUsuelUniteLegale",
    "nomUniteLegale",
    "nomUsageUniteLegale",
    "denominationUniteLegale",
    "categorieEntreprise",
]
DEFAUTS = {
    "statutDiffusionEtablissement": "O",
    "trancheEffectifsEtablissement": "12",
    "numeroVoieEtablissement": "1",
    "typeVoieEtablissement": "RUE",
    "libelleVoieEtablissement": "DES ESSAIS",
    "codePostalEtablissement": "70000",
    "libelleCommuneEtablissement": "VESOUL",
    "codeCommuneEtablissement": "70550",
    "etatAdministratifEtablissement": "A",
    "activitePrincipaleEtablissement": "25.50B",
    "nomenclatureActivitePrincipaleEtablissement": "NAFRev2",
}


def etablissement(rang, **valeurs):
    """Une rangée d'établissement ; les mots sont les colonnes sans « Etablissement » : `tranche_effectifs="11"`."""
    numero = siret(rang)
    dites = {f"{_colonne(nom)}Etablissement": valeur for nom, valeur in valeurs.items()}
    return DEFAUTS | {"siren": numero[:9], "siret": numero} | dites


def unite(rang, denomination=None, **valeurs):
    """Une rangée d'unité légale : `nom="FICTIF"`, `statut_diffusion="P"`."""
    nom = f"SOCIETE FICTIVE {rang}" if denomination is None else denomination
    dites = {f"{_colonne(mot)}UniteLegale": valeur for mot, valeur in valeurs.items()}
    return {"siren": siret(rang)[:9], "statutDiffusionUniteLegale": "O", "denominationUniteLegale": nom} | dites


def fichier(rangees, entetes, separateur=","):
    """Les octets d'un CSV de l'Insee, colonnes dans l'ordre donné."""
    return texte([entetes, *([rangee.get(nom, "") for nom in entetes] for rangee in rangees)], separateur, fin_de_ligne="\n")


def _colonne(nom):
    premier, *suite = nom.split("_")
    return premier + "".join(mot.title() for mot in suite)
