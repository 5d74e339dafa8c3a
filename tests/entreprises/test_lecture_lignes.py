"""Ce qu'une ligne doit être pour passer : chaque rejet, chaque valeur nettoyée ou écartée."""

import pytest

from entreprises.lecture import (
    CHAMPS_ENTREPRISE,
    LONGUEURS,
    LigneEntreprise,
    Rejet,
    analyser,
    ouvrir,
    referentiel_embarque,
)
from entreprises.lecture.nettoyage import nettoyer
from tests.donnees.fabrique import siret, texte


def lire_une(**champs: str) -> LigneEntreprise | Rejet:
    """La ligne d'un fichier dont les en-têtes sont les noms des champs, SIRET et nom valides par défaut."""
    champs = {"siret": siret(1), "raison_sociale": "Essai"} | champs
    contenu = texte([list(champs), list(champs.values())], "\t")
    (resultat,) = analyser(ouvrir(contenu, "essai"), referentiel_embarque())
    return resultat


@pytest.mark.parametrize(
    ("ecrit", "lu"),
    [
        (siret(1), siret(1)),
        ("999 900 012 00017", "99990001200017"),
        ("9999.0001.2000-17", "99990001200017"),
        ("99990001200017.0", "99990001200017"),
        ('="99990001200017"', "99990001200017"),
        ("'99990001200017", "99990001200017"),
        ("35600000000048", "35600000000048"),
        ("35600000049837", "35600000049837"),
        ("8880009900017", "08880009900017"),
        ("88800800018", "00088800800018"),
    ],
    ids=[
        "exact",
        "espaces",
        "ponctué",
        "décimale",
        "formule",
        "apostrophe",
        "La Poste",
        "La Poste, agence",
        "sans zéro",
        "sans trois zéros",
    ],
)
def test_siret_est_nettoye(ecrit, lu):
    assert lire_une(siret=ecrit).siret == lu


@pytest.mark.parametrize(
    ("ecrit", "raison"),
    [
        ("", "SIRET absent."),
        ("NULL", "SIRET absent."),
        (
            "3,56E+13",
            "SIRET « 3,56E+13 » : le tableur l’a arrondi et les derniers chiffres sont perdus. Reprenez-le dans le "
            "fichier d’origine et mettez la colonne au format Texte.",
        ),
        ("9999O001200017", "SIRET « 9999O001200017 » : il ne doit contenir que des chiffres."),
        ("٩٩٩٩٠٠٠١٢٠٠٠١٧", "SIRET « ٩٩٩٩٠٠٠١٢٠٠٠١٧ » : il ne doit contenir que des chiffres."),
        ("999900012", "« 999900012 » est un SIREN : il faut les 14 chiffres du SIRET de l’établissement."),
        ("999900012000171", "SIRET « 999900012000171 » : 15 chiffres au lieu de 14."),
        (
            "99990001200018",
            "SIRET « 99990001200018 » : la clé de contrôle est fausse, un chiffre a été mal recopié.",
        ),
        (
            "9990001200017",
            "SIRET « 9990001200017 » (complété en 09990001200017) : la clé de contrôle est fausse, un chiffre a été mal recopié.",
        ),
        (
            "99990001300007",
            "SIRET « 99990001300007 » : la clé de contrôle est fausse, un chiffre a été mal recopié.",
        ),
        (
            "00000000000000",
            "SIRET « 00000000000000 » : la clé de contrôle est fausse, un chiffre a été mal recopié.",
        ),
        (
            "35600000049838",
            "SIRET « 35600000049838 » : la clé de contrôle est fausse, un chiffre a été mal recopié.",
        ),
    ],
)
def test_siret_faux_est_rejete(ecrit, raison):
    assert lire_une(siret=ecrit) == Rejet(2, raison, (ecrit, "Essai"))


def test_siret_en_double_est_rejete_avec_la_ligne_du_premier():
    contenu = texte([["SIRET", "Nom"], [siret(1), ""], [siret(1), "Un"], [], [siret(1), "Encore"]])
    resultats = list(analyser(ouvrir(contenu, ""), referentiel_embarque()))
    assert [resultat.ligne for resultat in resultats] == [2, 3, 5]
    assert resultats[2].raison == f"SIRET {siret(1)} déjà lu ligne 3."


@pytest.mark.parametrize("nom", ["", "  ", "NULL", "#N/A", "-", "="])
def test_raison_sociale_absente_est_rejetee(nom):
    assert lire_une(raison_sociale=nom).raison == "Raison sociale absente."


def test_enseigne_tient_lieu_de_raison_sociale():
    ligne = lire_une(raison_sociale="", enseigne="Le Coq")
    assert (ligne.raison_sociale, ligne.enseigne) == ("Le Coq", "")


def test_valeur_masquee_rend_non_diffusible():
    ligne = lire_une(raison_sociale="[ND]", adresse="[ND]")
    assert (ligne.raison_sociale, ligne.adresse, ligne.diffusible) == ("Non diffusible", "", False)


@pytest.mark.parametrize(
    ("ecrit", "naf", "naf_2025"),
    [
        ("1071C", "10.71C", ""),
        ("10.71c", "10.71C", ""),
        ("10.71C Boulangerie", "10.71C", ""),
        ("24.51Y", "", "24.51Y"),
        ("", "", ""),
    ],
)
def test_naf_est_range_dans_sa_nomenclature(ecrit, naf, naf_2025):
    ligne = lire_une(naf=ecrit)
    assert (ligne.naf, ligne.naf_2025, ligne.avertissements) == (naf, naf_2025, ())


@pytest.mark.parametrize("ecrit", ["72.1Z", "0000Z", "1071", "boulanger", "10.71Cx"])
def test_naf_inconnu_est_ecarte(ecrit):
    ligne = lire_une(naf=ecrit)
    assert (ligne.naf, ligne.avertissements) == ("", (f"Code NAF inconnu, laissé vide : « {ecrit} ».",))


@pytest.mark.parametrize(
    ("ecrit", "tranche"),
    [
        ("11", "11"),
        ("NN", "NN"),
        ("1", "01"),
        ("0", "00"),
        ("10 à 19 salariés", "11"),
        ("20-49", "12"),
        ("1 ou 2", "01"),
    ],
)
def test_tranche_est_reconnue(ecrit, tranche):
    assert lire_une(tranche_effectif=ecrit).tranche_effectif == tranche


@pytest.mark.parametrize("ecrit", ["99", "12 salariés", "beaucoup"])
def test_tranche_inconnue_est_ecartee(ecrit):
    ligne = lire_une(tranche_effectif=ecrit)
    assert (ligne.tranche_effectif, ligne.avertissements) == (
        "",
        (f"Tranche d’effectif inconnue, laissée vide : « {ecrit} ».",),
    )


@pytest.mark.parametrize(
    ("ecrit", "effectif"),
    [("", None), ("0", 0), ("12", 12), ("12,0", 12), ("12.5", 13), ("1 200", 1200), ("12 salariés", 12), ("3 ETP", 3)],
)
def test_effectif_est_un_nombre(ecrit, effectif):
    assert lire_une(effectif=ecrit).effectif == effectif


@pytest.mark.parametrize("ecrit", ["environ 12", "-3", "12/13", "1e3", "٣", "99999999"])
def test_effectif_non_numerique_est_rejete(ecrit):
    assert lire_une(effectif=ecrit).raison == f"Effectif « {ecrit} » : il faut un nombre de salariés, ou rien."


def test_effectif_ecrit_en_tranche_est_une_tranche():
    ligne = lire_une(effectif="10 à 19")
    assert (ligne.effectif, ligne.tranche_effectif) == (None, "11")


@pytest.mark.parametrize(
    ("champs", "attendu"),
    [
        ({"cp": "1400", "ville": "L'Abergement-Clémenciat"}, ("01400", "01001", "L'Abergement-Clémenciat")),
        ({"cp": "57 000", "ville": "METZ"}, ("57000", "57463", "METZ")),
        ({"cp": "F-57000", "ville": ""}, ("57000", "57463", "Metz")),
        ({"cp": "57000 Metz"}, ("57000", "57463", "Metz")),
        ({"cp": "57045", "ville": "METZ CEDEX 1"}, ("57045", "57463", "METZ CEDEX 1")),
        ({"cp": "88100", "ville": "ST DIE DES VOSGES"}, ("88100", "88413", "ST DIE DES VOSGES")),
        ({"code insee": "57463"}, ("", "57463", "Metz")),
        ({"commune": "57463"}, ("", "57463", "Metz")),
        ({"code insee": "1001"}, ("", "01001", "L'Abergement-Clémenciat")),
        ({"code insee": "2a004"}, ("", "2A004", "Ajaccio")),
        ({"code insee": "75116", "ville": "Paris 16"}, ("", "75056", "Paris 16")),
        ({"code insee": "01033", "ville": ""}, ("", "01033", "Valserhône")),
        ({"code insee": "01091", "ville": "Châtillon-en-Michaille"}, ("", "01033", "Châtillon-en-Michaille")),
        ({"cp": "01200", "ville": "Châtillon-en-Michaille"}, ("01200", "01033", "Châtillon-en-Michaille")),
        ({"cp": "20000", "ville": "Ajaccio"}, ("20000", "2A004", "Ajaccio")),
        ({"cp": "97400", "ville": "Saint-Denis"}, ("97400", "97411", "Saint-Denis")),
    ],
)
def test_commune_est_retrouvee(champs, attendu):
    ligne = lire_une(**champs)
    assert (ligne.code_postal, ligne.commune, ligne.ville, ligne.avertissements) == (*attendu, ())


def test_commune_introuvable_est_dite():
    ligne = lire_une(cp="57000", ville="Nulle-Part", **{"code insee": "57999"})
    assert (ligne.commune, ligne.avertissements) == (None, ("Commune introuvable : « 57999 57000 Nulle-Part ».",))


@pytest.mark.parametrize("ecrit", ["ABC", "570000", "00123", "L-1234"])
def test_code_postal_illisible_est_ecarte(ecrit):
    ligne = lire_une(cp=ecrit)
    assert (ligne.code_postal, ligne.avertissements) == ("", (f"Code postal illisible, laissé vide : « {ecrit} ».",))


@pytest.mark.parametrize(
    ("champs", "adresse"),
    [
        ({"adresse": "3 rue des Essais"}, "3 rue des Essais"),
        ({"numéro voie": "3", "voie": "rue des Essais"}, "3 rue des Essais"),
        ({"numéro voie": "3", "voie": "3 rue des Essais"}, "3 rue des Essais"),
        ({"numéro voie": "3", "type voie": "AV", "voie": "DES ESSAIS"}, "3 AVENUE DES ESSAIS"),
        (
            {"numéro voie": "128", "type voie": "AV", "voie": "DES ESSAIS DU GENERAL INVENTE"},
            "128 AV DES ESSAIS DU GENERAL INVENTE",
        ),
    ],
)
def test_adresse_est_assemblee_et_tient_sur_une_ligne_postale(champs, adresse):
    assert lire_une(**champs).adresse == adresse


@pytest.mark.parametrize(
    ("ecrit", "lu"),
    [
        ("03 00 00 00 01", "03 00 00 00 01"),
        ("03/00/00/00/01", "03 00 00 00 01"),
        ("(0)300000001", "03 00 00 00 01"),
        ("300000001", "03 00 00 00 01"),
        ("+33 (0)3 00 00 00 01", "03 00 00 00 01"),
        ("0033300000001", "03 00 00 00 01"),
        ("33300000001", "03 00 00 00 01"),
        ("+352 26 00 00", "+352260000"),
        ("00352 26 00 00", "+352260000"),
        ("3900", "3900"),
        ("03 00 00 00 01 / 06 00 00 00 00", "03 00 00 00 01"),
        ("poste 12 ou 06 00 00 00 00", "06 00 00 00 00"),
    ],
)
def test_telephone_est_normalise(ecrit, lu):
    ligne = lire_une(telephone=ecrit)
    assert (ligne.telephone, ligne.avertissements) == (lu, ())


def test_telephone_illisible_est_ecarte():
    ligne = lire_une(telephone="voir accueil")
    assert (ligne.telephone, ligne.avertissements) == ("", ("Téléphone illisible, laissé vide : « voir accueil ».",))


@pytest.mark.parametrize(
    ("ecrit", "lu"),
    [
        ("Lea@Essai.Example", "lea@essai.example"),
        ("mailto:lea@essai.example", "lea@essai.example"),
        ("faux@ ; lea@essai.example", "lea@essai.example"),
        ("Léa <lea@essai.example>", "lea@essai.example"),
    ],
)
def test_courriel_est_nettoye(ecrit, lu):
    assert lire_une(courriel=ecrit).courriel == lu


@pytest.mark.parametrize("ecrit", ["lea", "léa@essai.example", "a@b", "a" * 250 + "@essai.example"])
def test_courriel_faux_est_ecarte_et_la_ligne_passe(ecrit):
    ligne = lire_une(courriel=ecrit)
    assert (ligne.courriel, len(ligne.avertissements)) == ("", 1)


def test_ligne_pareille_a_la_precedente_garde_ses_avertissements():
    champs = {"raison_sociale": "Essai", "code_postal": "99999", "ville": "Nulle-Part", "naf": "zz", "effectif": "3"}
    rangees = [["siret", *champs], *([siret(rang), *champs.values()] for rang in (1, 2))]
    une, autre = analyser(ouvrir(texte(rangees, "\t"), "essai"), referentiel_embarque())
    assert len(une.avertissements) == 2
    assert (autre.avertissements, autre.ville, autre.effectif) == (une.avertissements, "Nulle-Part", 3)


@pytest.mark.parametrize(
    ("ecrit", "lu"),
    [
        ("essai.example", "https://essai.example"),
        ("http://essai.example/a?b=c", "http://essai.example/a?b=c"),
        ("essai.example:8080", "https://essai.example:8080"),
    ],
)
def test_site_est_en_http(ecrit, lu):
    assert lire_une(site=ecrit).site == lu


@pytest.mark.parametrize(
    "ecrit",
    ["javascript:alert(1)", "javascript:1", "ftp://essai.example", "data:text/html,x", "à venir", "x." * 150 + "fr"],
)
def test_site_dangereux_ou_faux_est_ecarte(ecrit):
    ligne = lire_une(site=ecrit)
    assert (ligne.site, len(ligne.avertissements)) == ("", 1)


@pytest.mark.parametrize(
    ("champs", "attendu"),
    [
        ({"dirigeant": "M. Hugo MARTIN-INVENTÉ"}, ("M.", "MARTIN-INVENTÉ", "Hugo")),
        ({"dirigeant": "MARTIN INVENTÉ Hugo"}, ("", "MARTIN INVENTÉ", "Hugo")),
        ({"dirigeant": "Madame Dupré"}, ("Mme", "Dupré", "")),
        ({"dirigeant": "Hugo Martin"}, ("", "Hugo Martin", "")),
        ({"dirigeant": "MARTIN", "prénom": "Hugo", "civilité": "Mr"}, ("M.", "MARTIN", "Hugo")),
        ({"dirigeant": "MARTIN", "civilité": "Docteur"}, ("", "MARTIN", "")),
        ({"dirigeant": "Dupré", "civilité": "Mlle"}, ("Mme", "Dupré", "")),
    ],
)
def test_dirigeant_est_separe(champs, attendu):
    ligne = lire_une(**champs)
    assert (ligne.dirigeant_civilite, ligne.dirigeant_nom, ligne.dirigeant_prenom) == attendu


@pytest.mark.parametrize(("ecrit", "etat"), [("A", "actif"), ("", "actif"), ("F", "ferme"), ("Radiée", "ferme")])
def test_etat_est_lu(ecrit, etat):
    assert lire_une(etat=ecrit).etat == etat


@pytest.mark.parametrize("ecrit", ["Bois, Export", "Bois ; export;Export", "Bois|Export,"])
def test_etiquettes_se_separent_et_se_lisent_une_fois(ecrit):
    assert [nom.lower() for nom in lire_une(etiquettes=ecrit).etiquettes] == ["bois", "export"]


def test_valeurs_trop_longues_sont_coupees_et_dites():
    ligne = lire_une(raison_sociale="x" * 300, adresse="y" * 300)
    assert (len(ligne.raison_sociale), len(ligne.adresse)) == (200, 120)
    assert ligne.avertissements == ("Raison sociale : coupé à 200 caractères.", "Adresse : coupé à 120 caractères.")


def test_champs_du_modele_sont_nommes_une_fois():
    assert len(CHAMPS_ENTREPRISE) == 24
    assert set(LONGUEURS) < set(CHAMPS_ENTREPRISE)


@pytest.mark.parametrize(
    ("brut", "propre"),
    [
        ("  deux   mots ", "deux mots"),
        ("une\r\nligne\tseule", "une ligne seule"),
        ("a\x00b\x07c\x7fd", "a b c d"),
        ("seul\ud800 caché\u200b\ufeff\u202e", "seul caché"),
        ("inse\u0301cable\xa0et\u202ffine", "insécable et fine"),
        ('="0123"', "0123"),
        ("==cmd|'/C calc'!A0", "cmd|'/C calc'!A0"),
        ("'=1+1", "1+1"),
        ("+33 3 00 00 00 01", "+33 3 00 00 00 01"),
        ("😀 𝄞", "😀 𝄞"),
    ],
)
def test_cellule_est_nettoyee(brut, propre):
    assert nettoyer(brut) == propre
