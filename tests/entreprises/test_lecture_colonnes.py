"""Reconnaissance des colonnes et lecture des deux familles de fichiers : stock SIRENE et tableur ordinaire."""

from pathlib import Path

import pytest

from entreprises.lecture import LigneEntreprise, Rejet, analyser, ouvrir, referentiel_embarque
from entreprises.lecture.colonnes import SYNONYMES, reconnaitre
from entreprises.lecture.nettoyage import cle
from tests.donnees.fabrique import siret

DONNEES = Path(__file__).parent.parent / "donnees"


def lire(nom: str) -> list[LigneEntreprise | Rejet]:
    return list(analyser(ouvrir((DONNEES / nom).read_bytes(), nom), referentiel_embarque()))


@pytest.mark.parametrize(
    ("entete", "champ"),
    [
        ("N° SIRET", "siret"),
        ("Numéro SIRET", "siret"),
        ("Dénomination sociale", "raison_sociale"),
        ("Nom de l’entreprise", "raison_sociale"),
        ("Société", "raison_sociale"),
        ("Enseigne", "enseigne"),
        ("Code APE", "naf"),
        ("NAF 2025", "naf_2025"),
        ("Nb de salariés", "effectif"),
        ("Effectif 2024", "effectif"),
        ("Tranche d’effectif", "tranche_effectif"),
        ("Complément d’adresse", "complement"),
        ("C.P.", "code_postal"),
        ("Code INSEE", "code_commune"),
        ("COMMUNE", "ville"),
        ("Tél.", "telephone"),
        ("E-mail", "courriel"),
        ("Site internet", "site"),
        ("Civ.", "dirigeant_civilite"),
        ("Nom du dirigeant", "dirigeant_nom"),
        ("Qualité", "dirigeant_fonction"),
    ],
)
def test_colonne_est_reconnue_sans_accents_ni_casse(entete, champ):
    assert list(reconnaitre(1, [entete]).colonnes) == [champ]


def test_synonymes_sont_des_cles_et_ne_designent_qu_un_champ():
    noms = [nom for champ, noms in SYNONYMES.items() for nom in noms.split() if champ != "enseigne"]
    assert noms == [cle(nom) for nom in noms]
    assert len(noms) == len(set(noms))


def test_nom_seul_est_celui_de_l_entreprise():
    assert reconnaitre(1, ["SIRET", "Nom"]).colonnes == {"siret": (0,), "raison_sociale": (1,)}


def test_nom_a_cote_d_une_raison_sociale_est_celui_du_dirigeant():
    colonnes = reconnaitre(1, ["SIRET", "Nom", "Raison sociale"]).colonnes
    assert colonnes == {"siret": (0,), "raison_sociale": (2,), "dirigeant_nom": (1,)}


@pytest.mark.parametrize(("siren", "nic"), [("999900012", "00017"), ("999 900 012", "17"), ("999900012.0", "17.0")])
def test_siren_et_nic_en_deux_colonnes_composent_le_siret(siren, nic):
    contenu = f"N° SIREN;NIC;Raison sociale\n{siren};{nic};Un\n"
    (ligne,) = analyser(ouvrir(contenu.encode(), ""), referentiel_embarque())
    assert ligne.siret == "99990001200017"


def test_zeros_de_tete_du_siren_sont_retablis():
    (ligne,) = analyser(ouvrir(b"siren;nic;denomination\n888008;18;Un\n", ""), referentiel_embarque())
    assert ligne.siret == "00088800800018"


@pytest.mark.parametrize(
    ("siren", "nic", "raison"),
    [
        ("", "17", "SIREN absent : le SIRET se compose du SIREN et du NIC."),
        ("999900012", "", "NIC absent : le SIRET se compose du SIREN et du NIC."),
        ("999900012", "000017", "NIC « 000017 » : il faut 5 chiffres."),
        ("99990001A", "17", "SIREN « 99990001A » : il faut 9 chiffres."),
        ("999900012", "18", "SIRET « 99990001200018 » : la clé de contrôle est fausse, un chiffre a été mal recopié."),
    ],
)
def test_siren_ou_nic_faux_est_rejete_en_le_disant(siren, nic, raison):
    (rejet,) = analyser(ouvrir(f"SIREN;NIC;Nom\n{siren};{nic};Un\n".encode(), ""), referentiel_embarque())
    assert rejet.raison == raison


def test_colonne_siret_passe_avant_siren_et_nic():
    feuille = ouvrir(f"SIREN;NIC;SIRET;Nom\n1;1;{siret(1)};Un\n".encode(), "")
    assert (feuille.colonnes, feuille.colonnes_ignorees) == ({"siret": (2,), "raison_sociale": (3,)}, ("SIREN", "NIC"))


def test_premiere_cellule_non_vide_des_colonnes_d_un_champ_est_retenue():
    contenu = f"SIRET;Nom;Portable;Téléphone\n{siret(1)};Un;0600000000;\n{siret(2)};Deux;0600000000;0300000000\n"
    lignes = analyser(ouvrir(contenu.encode(), ""), referentiel_embarque())
    assert [ligne.telephone for ligne in lignes] == ["06 00 00 00 00", "03 00 00 00 00"]


def test_colonnes_ignorees_sont_dites():
    feuille = ouvrir((DONNEES / "liste_tableur_cp1252.csv").read_bytes(), "")
    assert feuille.colonnes_ignorees == ("Remarques",)


def test_tableur_ordinaire_est_lu():
    scierie, tolerie = lire("liste_tableur_cp1252.csv")
    assert scierie == LigneEntreprise(
        ligne=4,
        siret=siret(21),
        raison_sociale="Scierie des Essais",
        naf="16.10A",
        effectif=25,
        adresse="1 rue des Essais",
        code_postal="88000",
        commune="88160",
        ville="Épinal",
        telephone="03 00 00 00 01",
        courriel="lea@scierie.example",
        site="https://scierie.example",
        dirigeant_civilite="Mme",
        dirigeant_nom="Dupré-Inventée",
        dirigeant_prenom="Léa",
        dirigeant_fonction="Gérante",
    )
    assert (tolerie.tranche_effectif, tolerie.effectif, tolerie.dirigeant_civilite) == ("11", None, "M.")


def test_stock_sirene_2026_est_lu():
    fonderie = lire("sirene_etablissements_2026.csv")[0]
    assert fonderie == LigneEntreprise(
        ligne=2,
        siret=siret(1),
        raison_sociale="FONDERIE FICTIVE",
        enseigne="FF",
        naf="24.51Z",
        naf_2025="24.51Y",
        tranche_effectif="12",
        adresse="6 B CHEMIN DES ESSAIS",
        complement="BATIMENT C, BP 12",
        code_postal="88000",
        commune="88160",
        ville="EPINAL",
    )


def test_stock_sirene_enseigne_tient_lieu_de_nom_et_l_arrondissement_de_sa_commune():
    coq = lire("sirene_etablissements_2026.csv")[1]
    assert (coq.raison_sociale, coq.enseigne, coq.tranche_effectif) == ("LE COQ INVENTE", "", "NN")
    assert (coq.adresse, coq.code_postal, coq.commune, coq.ville) == (
        "12-14 RUE INVENTEE",
        "75116",
        "75056",
        "PARIS 16",
    )


def test_stock_sirene_non_diffusible_est_masque():
    masque = lire("sirene_etablissements_2026.csv")[2]
    assert (masque.raison_sociale, masque.diffusible, masque.adresse, masque.commune) == (
        "Non diffusible",
        False,
        "",
        "57463",
    )


def test_stock_sirene_etablissement_ferme_et_nomenclature_ancienne():
    ferme = lire("sirene_etablissements_2026.csv")[3]
    assert (ferme.etat, ferme.naf, ferme.commune, ferme.avertissements) == ("ferme", "", "01015", ())


def test_stock_sirene_sans_nom_est_rejete():
    sans_nom = lire("sirene_etablissements_2026.csv")[4]
    assert (sans_nom.ligne, sans_nom.raison) == (
        6,
        "Raison sociale absente : le stock des établissements ne donne ici ni dénomination usuelle ni enseigne.",
    )


def test_extrait_sirene_joint_aux_unites_legales_donne_le_nom():
    societe, personne = lire("sirene_avec_unites_legales.csv")
    assert (societe.raison_sociale, societe.dirigeant_nom) == ("BOULANGERIE FICTIVE SAS", "")
    assert personne.raison_sociale == "LEA DUPRE-INVENTEE"
    assert (personne.dirigeant_civilite, personne.dirigeant_prenom, personne.dirigeant_nom) == (
        "Mme",
        "LEA",
        "DUPRE-INVENTEE",
    )
