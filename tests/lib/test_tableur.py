"""Le tableau partagé et ses sorties : mêmes chiffres à l'écran, sur le papier, au classeur et en JSON."""

import io
import json
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.template.loader import render_to_string
from python_calamine import CalamineWorkbook

from reseau.lib.pdf import tableau_en_pdf
from reseau.lib.tableau import Colonne, Section, Tableau, Valeur, date_longue, nombre_francais
from reseau.lib.tableur import Feuille, ecrire_csv, ecrire_ods, ecrire_xlsx, neutraliser, tableau_en_xlsx
from tests.lib.papier import QUAND, couleurs, textes

FORMULES = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+SUM(1,1)",
    "-1+cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    '=HYPERLINK("http://exemple.fr","x")',
    "=IMPORTXML(A1)",
    "\uff1d1+1",
    "\uff0bA1",
    "\uff0dA1",
    "\uff20A1",
    "-A1",
    "+A1",
]
COLONNES = (
    Colonne("qui", "Développeur"),
    Colonne("faites", "Visites réalisées", "nombre", "visites datées dans la période."),
    Colonne("part", "Participation", "pourcentage", "présences ÷ réunions tenues."),
    Colonne("fin", "Fin prévue", "mois"),
    Colonne("le", "Vue le", "date"),
)
LIGNES = (
    {"qui": "A. Bertin", "faites": Valeur(1234, adresse="/visites/?qui=1"), "part": 0.805, "fin": date(2026, 8, 1)},
    {"qui": "B. Baudry", "faites": 13, "part": "départ", "le": date(2026, 3, 2)},
)
PIED = ({"qui": "Couverture", "faites": Valeur(Decimal("0.62"), genre="pourcentage")},)
TABLEAU = Tableau(
    "2.5",
    "Présences et visites",
    "Tableau de bord",
    "Année 2026",
    (Section("Par développeur", COLONNES, LIGNES, PIED, ("Réunions tenues : 22.",)),),
    (("Couverture", "entreprises visitées ÷ entreprises de la cible."),),
    "Réseau de la Haute-Saône",
    QUAND,
    (("Arrondissement", "Vesoul"),),
)


def feuilles(octets):
    classeur = CalamineWorkbook.from_filelike(io.BytesIO(octets))
    return {nom: classeur.get_sheet_by_name(nom).to_python() for nom in classeur.sheet_names}


def xml(octets):
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        return archive.read("xl/worksheets/sheet1.xml").decode()


def une_feuille(textes_ecrits):
    return ecrire_xlsx([Feuille("Essai", (Colonne("a", "A"),), [{"a": texte} for texte in textes_ecrits])])


# Afficher


@pytest.mark.parametrize(
    ("valeur", "decimales", "attendu"),
    [
        (1234567, 0, "1\u202f234\u202f567"),
        (2.034, 2, "2,03"),
        (0.5, 0, "1"),
        (Decimal("2.5"), 0, "3"),
        (-12.5, 1, "-12,5"),
        (3, 2, "3"),
    ],
)
def test_nombre_s_ecrit_a_la_francaise(valeur, decimales, attendu):
    assert nombre_francais(valeur, decimales) == attendu


def test_date_longue_ecrit_le_premier():
    assert [date_longue(date(2026, 3, jour)) for jour in (1, 2)] == ["1er mars 2026", "2 mars 2026"]


def test_section_affiche_vides_chaines_et_derogations():
    section = TABLEAU.sections[0]
    lignes = [[case.texte for case in ligne] for ligne in (*section.corps_affiche, *section.pied_affiche)]
    assert lignes == [
        ["A. Bertin", "1\u202f234", "81\u00a0%", "août 2026", ""],
        ["B. Baudry", "13", "départ", "", "02/03/2026"],
        ["Couverture", "62\u00a0%", "", "", ""],
    ]


def test_entete_de_ligne_se_choisit():
    section = Section("", COLONNES, LIGNES, entete="le")
    assert [case.entete for case in section.corps_affiche[0]] == [False, False, False, False, True]


def test_lexique_dit_chaque_definition_une_fois():
    section = TABLEAU.sections[0]
    tableau = replace(TABLEAU, sections=(section, section))
    assert [terme for terme, _ in tableau.lexique] == ["Visites réalisées", "Participation", "Couverture"]


def test_tableau_large_passe_en_paysage():
    larges = tuple(Colonne(str(rang), "x") for rang in range(7))
    assert [replace(TABLEAU, sections=(Section("", c, ()),)).paysage for c in (larges[:6], larges)] == [False, True]


# JSON


def test_json_garde_les_valeurs_calculables():
    section = json.loads(json.dumps(TABLEAU.en_json()))["sections"][0]
    assert section["lignes"] == [
        {"qui": "A. Bertin", "faites": 1234, "part": 0.805, "fin": "2026-08", "le": None},
        {"qui": "B. Baudry", "faites": 13, "part": "départ", "fin": None, "le": "2026-03-02"},
    ]
    assert section["pied"][0] == {"qui": "Couverture", "faites": 0.62, "part": None, "fin": None, "le": None}


def test_json_dit_la_date_les_filtres_et_les_definitions():
    extrait = TABLEAU.en_json()
    assert (extrait["edite_le"], extrait["filtres"]) == ("2026-03-02T09:30:00+01:00", {"Arrondissement": "Vesoul"})
    assert extrait["definitions"] == [{"terme": "Couverture", "definition": "entreprises visitées ÷ entreprises de la cible."}]


# Écran


def test_ecran_lie_les_chiffres_et_nomme_le_cadre_qui_defile():
    html = render_to_string("_tableau.html", {"tableau": TABLEAU})
    assert html.count('role="region" tabindex="0" aria-labelledby="tableau-2-5-1"') == 1
    assert html.count('<caption id="tableau-2-5-1">') == 1
    assert '<td class="fr-cell--right"><a href="/visites/?qui=1">1\u202f234</a></td>' in html
    assert (html.count('scope="col"'), html.count('scope="row"')) == (5, 3)


def test_ecran_echappe_et_dit_l_absence_de_lignes():
    section = Section("<b>", (Colonne("a", "<i>"),), ())
    html = render_to_string("_tableau.html", {"tableau": replace(TABLEAU, sections=(section,))})
    assert ("<b>" in html, "<i>" in html, "Aucune ligne." in html) == (False, False, True)


# Papier


def test_papier_dit_les_memes_chiffres():
    assert textes(tableau_en_pdf(TABLEAU))[0].splitlines() == [
        "Réseau de la Haute-Saône",
        "Présences et visites",
        "Tableau de bord",
        "Année 2026",
        "Filtres : Arrondissement : Vesoul.",
        "Par développeur",
        "Développeur Visites réalisées Participation Fin prévue Vue le",
        "A. Bertin 1 234 81 % août 2026",
        "B. Baudry 13 départ 02/03/2026",
        "Couverture 62 %",
        "Réunions tenues : 22.",
        "Définitions",
        "Visites réalisées : visites datées dans la période.",
        "Participation : présences ÷ réunions tenues.",
        "Couverture : entreprises visitées ÷ entreprises de la cible.",
        "Réseau de la Haute-Saône – Présences et visites – édité le 02/03/2026 page 1 sur 1",
    ]


def test_papier_repete_l_entete_et_imprime_le_pied_une_fois():
    section = Section("", COLONNES, LIGNES * 40, PIED)
    pages = textes(tableau_en_pdf(replace(TABLEAU, sections=(section,))))
    assert [page.count("Développeur Visites réalisées") for page in pages] == [1, 1, 1]
    assert [page.count("Couverture 62 %") for page in pages] == [0, 0, 1]
    assert [page.splitlines()[-1][-12:] for page in pages] == [f"page {rang} sur 3" for rang in (1, 2, 3)]


def test_papier_est_en_noir_et_gris():
    teintes = couleurs(tableau_en_pdf(TABLEAU))
    assert [teinte for teinte in teintes if len(set(teinte)) > 1] == []
    assert (0, 0, 0) in teintes


# Classeur


def test_classeur_ecrit_de_vraies_valeurs():
    pages = feuilles(tableau_en_xlsx(TABLEAU))
    assert list(pages) == ["Par développeur", "Définitions"]
    assert pages["Par développeur"] == [
        ["Développeur", "Visites réalisées", "Participation", "Fin prévue", "Vue le"],
        ["A. Bertin", 1234.0, 0.805, date(2026, 8, 1), ""],
        ["B. Baudry", 13.0, "départ", "", date(2026, 3, 2)],
        ["Couverture", 0.62, "", "", ""],
        ["", "", "", "", ""],
        ["Réunions tenues : 22.", "", "", "", ""],
    ]


def test_classeur_dit_date_periode_filtres_et_definitions():
    assert feuilles(tableau_en_xlsx(TABLEAU))["Définitions"][1:] == [
        ["Tableau", "Présences et visites"],
        ["Précision", "Tableau de bord"],
        ["Réseau", "Réseau de la Haute-Saône"],
        ["Période", "Année 2026"],
        ["Édité le", "2 mars 2026 à 09:30"],
        ["Filtre : Arrondissement", "Vesoul"],
        ["Visites réalisées", "visites datées dans la période."],
        ["Participation", "présences ÷ réunions tenues."],
        ["Couverture", "entreprises visitées ÷ entreprises de la cible."],
    ]


def test_classeur_est_identique_a_date_egale():
    assert tableau_en_xlsx(TABLEAU) == tableau_en_xlsx(TABLEAU)


@pytest.mark.parametrize("formule", FORMULES)
def test_formule_devient_un_texte_neutre(formule):
    assert neutraliser(formule) == "'" + formule
    assert "<f>" not in xml(une_feuille([formule]))


@pytest.mark.parametrize(
    "texte", ["-12,5", "+33 3 81 00 00 00", "-3", "+5 %", "- 1 200,50 €", "12/03/2026", "a=1", "", "d’accord", "Saône-et-Loire"]
)
def test_texte_inoffensif_reste_intact(texte):
    assert neutraliser(texte) == texte


def test_adresse_web_et_code_restent_des_textes():
    octets = une_feuille(["http://exemple.fr", "007", "12E5"])
    assert feuilles(octets)["Essai"][1:] == [["http://exemple.fr"], ["007"], ["12E5"]]
    assert "<hyperlink" not in xml(octets)


def test_caracteres_impossibles_disparaissent_et_texte_geant_est_coupe():
    lignes = feuilles(une_feuille(["a\x00b\ud800c\x0bd\ufffe", "é" * 40_000]))["Essai"]
    assert (lignes[1], len(lignes[2][0])) == (["abcd"], 32_767)


def test_titres_de_feuilles_sont_permis_et_distincts():
    pages = [Feuille(titre, COLONNES, ()) for titre in ("A/B:[C]", "x" * 40, "X" * 40, "", "'=1'", "y" * 30 + "' suite")]
    noms = list(feuilles(ecrire_xlsx(pages)))
    assert noms == ["A B  C", "x" * 31, "X" * 27 + " (2)", "Feuille", "=1", "y" * 30]


def test_flux_de_lignes_s_ecrit_sans_rien_perdre():
    octets = ecrire_xlsx([Feuille("Essai", (Colonne("n", "N", "nombre"),), ({"n": rang} for rang in range(1_000)))])
    assert [ligne[0] for ligne in feuilles(octets)["Essai"][1:]] == list(range(1_000))


def test_entete_est_fige_filtrable_et_colonnes_bornees():
    contenu = xml(ecrire_xlsx([Feuille("Essai", COLONNES, [{"qui": "x" * 500}])]))
    assert 'topLeftCell="B2"' in contenu
    assert '<autoFilter ref="A1:E2"/>' in contenu
    assert '<col min="1" max="1" width="60.7' in contenu


def deux_feuilles():
    charges = Feuille("Charges : tout/rien", (Colonne("a", "=Titre"),), [{"a": texte} for texte in FORMULES])
    return [Feuille("Visites", COLONNES, LIGNES, PIED, ("=Note",)), charges]


def test_ods_porte_de_vraies_valeurs_et_aucune_formule():
    octets = ecrire_ods(deux_feuilles(), edite_le=QUAND)
    lues = feuilles(octets)
    assert lues["Visites"][1] == ["A. Bertin", 1234.0, 0.805, date(2026, 8, 1), ""]
    assert lues["Visites"][2:] == [
        ["B. Baudry", 13.0, "départ", "", date(2026, 3, 2)],
        ["Couverture", 0.62, *[""] * 3],
        ["'=Note", *[""] * 4],
    ]
    assert [ligne[0][0] for ligne in lues["Charges   tout rien"]] == ["'"] * (len(FORMULES) + 1)
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        premiere, contenu = archive.infolist()[0], archive.read("content.xml").decode()
    assert (premiere.filename, premiere.compress_type, "table:formula" in contenu) == ("mimetype", zipfile.ZIP_STORED, False)


def test_csv_est_une_archive_d_un_fichier_par_feuille():
    with zipfile.ZipFile(io.BytesIO(ecrire_csv(deux_feuilles(), edite_le=QUAND))) as archive:
        visites, charges = (archive.read(f"{nom}.csv").decode("utf-8") for nom in ("visites", "charges-toutrien"))
    assert visites.splitlines()[:2] == [
        "\ufeffDéveloppeur;Visites réalisées;Participation;Fin prévue;Vue le",
        "A. Bertin;1234;81\u00a0%;août 2026;",
    ]
    assert charges.startswith("\ufeff'=Titre\r\n'=1+1\r\n")


@pytest.mark.parametrize("ecrire", [ecrire_xlsx, ecrire_ods, ecrire_csv])
def test_classeur_a_date_egale_a_les_memes_octets(ecrire):
    assert ecrire(deux_feuilles(), edite_le=QUAND) == ecrire(deux_feuilles(), edite_le=QUAND)
