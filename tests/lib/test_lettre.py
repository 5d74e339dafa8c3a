"""La lettre du préfet : ce qu'elle dit, et où elle le dit, au millimètre."""

from dataclasses import replace
from datetime import date

import pytest

from reseau.lib import lettre as lib
from reseau.lib.pdf import ImpressionImpossible, TropDePages
from tests.lib.papier import QUAND, dessin, objets, polices, textes

RESERVE = (100, 45, 200, 79)  # rien d'autre que l'adresse
SURE = (110, 57, 190, 79)  # fenêtre visible d'une DL comme d'une C5
MOYENNES = ["24 BOULEVARD DU GENERAL DE GAULLE PROL"] * 5 + ["70300 SAINT LOUP SUR SEMOUSE CEDEX 012"]
VALEURS = {
    "appel": "Madame",
    "dirigeant": "Mme Claire Vauthier",
    "entreprise": "Mécanique Vauthier",
    "commune": "Luxeuil-les-Bains",
    "developpeur": "Mme Odile Tissot",
    "fonction": "conseillère d’entreprise",
    "institution": "CCI de la Haute-Saône",
    "reseau": "Réseau de développeurs de la Haute-Saône",
    "territoire": "de la Haute-Saône",
}


def une_lettre(**champs):
    lettre = lib.Lettre(
        intitule=["Préfet", "de la", "Haute-Saône"],
        reseau=VALEURS["reseau"],
        lieu="Vesoul",
        datee_du=date(2026, 3, 1),
        numero="2026-012",
        adresse=["MÉCANIQUE VAUTHIER", "12 RUE DE L EGLISE", "70300 LUXEUIL LES BAINS"],
        appel="Madame",
        signataire_titre="Le préfet de la Haute-Saône",
        signataire_nom="Alain Morelle",
        suivie_par=["Jeanne Perrot", "Tél. 03 00 00 00 00"],
        institutions=["Préfecture", "CCI", "CMA"],
        **lib.rediger(lib.MODELE_PAR_DEFAUT, VALEURS),
    )
    return replace(lettre, **champs)


def imprimer(**champs):
    return lib.imprimer_lettre(une_lettre(**champs), edite_le=QUAND)


def dedans(objet, zone):
    _, x0, y0, x1, y1, _ = objet
    return zone[0] <= x0 and zone[1] <= y0 and x1 <= zone[2] and y1 <= zone[3]


def touche(objet, zone):
    _, x0, y0, x1, y1, _ = objet
    return x0 < zone[2] and zone[0] < x1 and y0 < zone[3] and zone[1] < y1


# La page


@pytest.mark.parametrize(
    "champs",
    [
        {},
        {"numero": None, "datee_du": None},
        {"adresse": ["W" * 38] * 6},
        {"adresse": ["Œ" * 38] * 6},
        {"adresse": ["12 RUE DE L EGLISE"] * 6},
        {"adresse": MOYENNES},
        {"adresse": MOYENNES, "numero": None},
        {"logo": dessin(900, 300), "signature": dessin(), "logos_institutions": {"CCI": dessin(), "CMA": dessin()}},
        {"intitule": ["Préfet", "de la région", "Bourgogne-Franche-Comté", "x" * 60], "reseau": "Réseau " * 12},
        {"lieu": "Saint-Étienne-lès-Remiremont-sur-Semouse, préfecture", "suivie_par": ["m" * 90, "Tél. " * 20] * 2},
        {"paragraphes": ["Une phrase pour allonger la lettre de quelques mots encore, et un peu plus."] * 14},
    ],
)
def test_fenetre_ne_porte_que_l_adresse(champs):
    octets = imprimer(**champs)
    adresse = "".join(une_lettre(**champs).adresse).replace(" ", "")
    marques = [objet for objet in objets(octets) if touche(objet, RESERVE)]
    assert "".join(objet[5] for objet in marques).replace(" ", "") == adresse
    assert [objet for objet in marques if objet[0] != "char" or not dedans(objet, SURE)] == []
    assert len(textes(octets)) == 1


@pytest.mark.parametrize("adresse", [["W" * 38] * 6, MOYENNES, ["12 RUE DE L EGLISE"]])
def test_adresse_s_ecrit_en_neuf_points_au_moins(adresse):
    hauteurs = [objet[4] - objet[2] for objet in objets(imprimer(adresse=adresse)) if dedans(objet, SURE)]
    assert min(hauteurs) * 72 / 25.4 == pytest.approx(max(hauteurs) * 72 / 25.4)
    assert min(hauteurs) * 72 / 25.4 >= 9 - 1e-6


def test_adresse_reduit_le_corps_avant_de_condenser():
    assert lib.adresse_ajustee(["12 RUE DE L EGLISE"]) == (10, [("12 RUE DE L EGLISE", 100)])
    assert lib.adresse_ajustee(MOYENNES) == (9, [(ligne, 100) for ligne in MOYENNES])
    assert lib.adresse_ajustee(["W" * 38, "70000 VESOUL"]) == (9, [("W" * 38, 60), ("70000 VESOUL", 100)])


def test_lettre_se_lit_dans_l_ordre():
    lu = "".join(objet[5] for objet in objets(imprimer()) if objet[0] == "char")
    lettre = une_lettre()
    jalons = [*lettre.intitule, "Réseau", "Vesoul,", lettre.adresse[0], lettre.adresse[-1], "N° 2026-012", "Affaire"]
    jalons += ["Objet", "Madame,", *(paragraphe[:20] for paragraphe in lettre.paragraphes), "Veuillez croire"]
    jalons += [lettre.signataire_titre, lettre.signataire_nom, "Institutions membres"]
    places = [lu.find(jalon.upper() if jalon in lettre.intitule else jalon) for jalon in jalons]
    assert -1 not in places
    assert places == sorted(places)


def test_lettre_n_embarque_que_marianne():
    assert polices(imprimer(numero=None)) == {"Marianne": True, "Marianne-Bold": True}


def test_lettre_datee_du_premier_s_ecrit_1er():
    assert "Vesoul, le 1er mars 2026" in textes(imprimer())[0].splitlines()


def test_brouillon_n_a_ni_numero_ni_date_et_le_dit():
    texte = textes(imprimer(numero=None, datee_du=None))[0]
    assert ("N°" in texte, "Vesoul, le …" in texte) == (False, True)
    lu = "".join(objet[5] for objet in objets(imprimer(numero=None)) if objet[0] == "char")
    assert lu.count("brouillon") == 1


def test_lettre_numerotee_n_a_pas_de_filigrane():
    lu = "".join(objet[5] for objet in objets(imprimer()) if objet[0] == "char")
    assert "brouillon" not in lu


def test_lettre_est_identique_a_date_egale():
    assert imprimer() == imprimer()


def test_images_remplacent_le_nom_du_reseau_et_precedent_les_sigles():
    octets = imprimer(logo=dessin(), signature=dessin(), logos_institutions={"CCI": dessin(), "CMA": dessin()})
    assert len([objet for objet in objets(octets) if objet[0] == "image"]) == 4
    assert "développeurs de la\n" not in textes(octets)[0]


def test_image_illisible_est_nommee():
    with pytest.raises(ImpressionImpossible, match="ni un PNG ni un JPEG lisible"):
        imprimer(logo=b"<svg/>")


def test_lettre_trop_longue_est_refusee():
    with pytest.raises(TropDePages) as refus:
        imprimer(paragraphes=["Un paragraphe."] * 60)
    assert str(refus.value) == "La lettre dépasse une page : raccourcissez le texte."


# Le texte


def test_modele_par_defaut_a_cinq_paragraphes_et_ne_vante_ni_emploi_ni_aide():
    lettre = une_lettre()
    texte = " ".join([lettre.objet, *lettre.paragraphes, lettre.politesse]).lower()
    assert len(lettre.paragraphes) == 5
    assert [mot for mot in ("emploi", "embauche", "aide", "subvention", "mesure", "{", "}") if mot in texte] == []


@pytest.mark.parametrize(("civilite", "appel"), [("m", "Monsieur"), ("mme", "Madame"), ("", "Madame, Monsieur")])
def test_politesse_s_accorde_a_la_civilite(civilite, appel):
    redige = lib.rediger(lib.MODELE_PAR_DEFAUT, {**VALEURS, "appel": lib.APPELS[civilite]})
    assert redige["politesse"] == f"Veuillez croire, {appel}, à l’assurance de ma considération distinguée."


def test_substitution_ne_passe_qu_une_fois():
    assert lib.substituer("À {entreprise}", {"entreprise": "{reseau} {{ x }} %(y)s"}) == "À {reseau} {{ x }} %(y)s"


@pytest.mark.parametrize("nom", ["enterprise", "entreprise.__class__", "entreprise!r", "", "0", "entreprise:>9"])
def test_variable_inconnue_est_nommee(nom):
    with pytest.raises(ValueError, match="Variable inconnue") as refus:
        lib.verifier("Bonjour {" + nom + "}")
    assert f"« {nom} »" in str(refus.value)


@pytest.mark.parametrize("texte", ["{{ entreprise }}", "{entreprise", "entreprise}", "{{entreprise}}"])
def test_accolade_seule_est_refusee(texte):
    with pytest.raises(ValueError, match="accolade est seule"):
        lib.verifier(texte)


def test_variable_sans_valeur_est_nommee():
    with pytest.raises(ValueError, match="« commune » n’a pas de valeur"):
        lib.substituer("{commune}", {"entreprise": "Mécanique Vauthier"})


# L'adresse


def adresse(**champs):
    return lib.composer_adresse(**{"raison_sociale": "Scierie", "code_postal": "70000", "commune": "Vesoul", **champs})


def test_adresse_complete_suit_la_norme():
    assert adresse(
        raison_sociale="Mécanique Vauthier",
        destinataire="Mme Zoé Lefèvre",
        complement="Bât. B, 2e étage",
        voie="12 bis, rue de l’Église",
        mention="BP n° 40.012",
        code_postal="70300",
        commune="Œuilly-lès-Bains Cedex",
    ) == [
        "MÉCANIQUE VAUTHIER",
        "MME ZOÉ LEFÈVRE",
        "BAT B 2E ETAGE",
        "12 BIS RUE DE L EGLISE",
        "BP N 40 012",
        "70300 OEUILLY LES BAINS CEDEX",
    ]


def test_adresse_n_a_pas_de_ligne_vide():
    assert adresse(destinataire="  ", voie="") == ["SCIERIE", "70000 VESOUL"]


def test_ligne_longue_s_abrege_de_gauche_a_droite():
    assert adresse(voie="128, avenue du Général Maréchal Saint-Exupéry Martin")[1:] == [
        "128 AV DU GAL MAL SAINT EXUPERY MARTIN",
        "70000 VESOUL",
    ]
    assert adresse(complement="Zone industrielle du Boulevard des Résidences")[1] == "ZI DU BOULEVARD DES RESIDENCES"


def test_ligne_trop_longue_se_coupe_a_un_mot():
    assert adresse(voie="3 chemin des Grandes Prairies Communales de Bourbonne")[1] == "3 CHE DES GRANDES PRAIRIES COMMUNALES"
    assert adresse(voie="x" * 50)[1] == "X" * 38


def test_raison_sociale_longue_passe_sur_une_seconde_ligne():
    nom = "Ateliers de mécanique générale et de précision de la Lanterne"
    assert adresse(raison_sociale=nom)[:2] == ["ATELIERS DE MÉCANIQUE GÉNÉRALE ET DE", "PRÉCISION DE LA LANTERNE"]
    pleine = adresse(raison_sociale=nom, destinataire="M. X", complement="ZA", voie="1 rue", mention="BP 1")
    assert pleine[:2] == ["ATELIERS DE MÉCANIQUE GÉNÉRALE ET DE", "M. X"]


def test_adresse_ne_deborde_jamais():
    lignes = adresse(**{cle: f"{cle} établissements zone industrielle " * 9 for cle in ("raison_sociale", "destinataire")})
    assert (len(lignes) <= 6, max(map(len, lignes)) <= 38) == (True, True)
