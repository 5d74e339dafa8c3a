"""Les réseaux d'exemple : les annexes 2.4, 2.5 et 2.7 retrouvées à l'écran, en JSON, sur papier et au tableur."""

import io
import json
import re

import pytest
from django.core.management import call_command
from django.db import connection
from python_calamine import CalamineWorkbook

from reseau.droits import Portee, portee
from reseau.lib.pdf import tableau_en_pdf
from reseau.lib.tableau import ADRESSES, Valeur
from reseau.lib.tableur import tableau_en_xlsx
from suivi.indicateurs import tableau_2_4, tableau_2_5, tableau_2_7
from tests.lib.papier import textes
from tests.suivi.demo.conftest import LE, compte

# Annexe 2.5 telle qu'elle est lue (docs/sources.md) : initiales, réalisées, programmées, participation.
ANNEXE_2_5 = [
    ("A. B", 1, 2, "80 %"),
    ("B. B", 4, None, "départ"),
    ("M. C", 9, 1, "20 %"),
    ("H. C", 13, None, "départ"),
    ("P. C", 14, 1, "90 %"),
    ("S. C", 4, None, "départ"),
    ("J.E. D", 14, 1, "70 %"),
    ("D. D", 9, 1, "70 %"),
    ("C. E", 6, None, "départ"),
    ("M. F", 2, None, "départ"),
    ("J.L. F", 2, 2, "75 %"),
    ("E. G", 3, 2, "80 %"),
    ("G. G", 9, 2, "90 %"),
    ("P. H", 2, None, "départ"),
    ("G. J", 17, 1, "20 %"),
    ("R. K", 5, 2, "90 %"),
    ("D. M", 12, 1, "40 %"),
    ("T. M", 1, None, "départ"),
    ("E. M", 8, 1, "100 %"),
    ("R. M", 4, None, "départ"),
    ("J.M. P.T", 13, 1, "80 %"),
    ("G. R", 11, 2, "90 %"),
    ("F. T", 3, None, "départ"),
    ("V. V", 5, None, "départ"),
    ("M.F. V", 16, 1, "80 %"),
]


def initiales(nom_alphabetique):
    """« Perrault-Tissonel Jean-Marc » → « J.M. P.T »."""
    nom, prenom = nom_alphabetique.split(" ", 1)
    de = lambda mot: ".".join(partie[0] for partie in mot.split("-"))  # noqa: E731  (deux emplois, une ligne)
    return f"{de(prenom)}. {de(nom)}".replace("É", "E")


def nue(valeur):
    return valeur.valeur if isinstance(valeur, Valeur) else valeur


def test_annexe_2_5_se_retrouve_ligne_a_ligne(haute_saone):
    section = tableau_2_5(haute_saone, au=LE).sections[0]
    lignes = [
        (
            initiales(nue(ligne["nom"])),
            ligne["realisees"],
            ligne["programmees"],
            section.colonnes[3].afficher(ligne["participation"]).replace("\u00a0", " "),
        )
        for ligne in section.lignes
    ]
    assert lignes == ANNEXE_2_5


def test_annexe_2_5_a_son_pied(haute_saone):
    tableau = tableau_2_5(haute_saone, au=LE)
    pied = [{cle: nue(valeur) for cle, valeur in ligne.items()} for ligne in tableau.sections[0].pied]
    assert pied == [
        {"nom": "Somme", "realisees": 187, "programmees": 21},
        {"nom": "Refus", "realisees": 11},
        {"nom": "Total", "realisees": 198, "programmees": 21},
        {"nom": "Part de la cible", "realisees": 198 / 319},
    ]
    assert [ligne["entreprises"] for ligne in tableau.sections[2].lignes] == [198, 21, 100]


def test_annexe_2_5_se_lit_en_json(haute_saone):
    sortie = io.StringIO()
    call_command("tableau", "2.5", "--reseau", "haute-saone", "--au", LE.isoformat(), stdout=sortie)
    pied = json.loads(sortie.getvalue())["sections"][0]["pied"]
    assert [(ligne["nom"], ligne["realisees"], ligne["programmees"]) for ligne in pied] == [
        ("Somme", 187, 21),
        ("Refus", 11, None),
        ("Total", 198, 21),
        ("Part de la cible", 198 / 319, None),
    ]


def test_annexe_2_5_s_imprime(haute_saone):
    papier = "\n".join(textes(tableau_en_pdf(tableau_2_5(haute_saone, au=LE)))).replace("\u00a0", " ")
    lignes = papier.splitlines()
    for attendue in ("Somme 187 21", "Refus 11", "Total 198 21", "Part de la cible 62 %", "Chazeau Hector 13 départ"):
        assert attendue in lignes
    assert "Merlevent Élise 8 1 100 % 20 sur 20" in lignes


def test_annexe_2_5_s_exporte(haute_saone):
    classeur = CalamineWorkbook.from_filelike(io.BytesIO(tableau_en_xlsx(tableau_2_5(haute_saone, au=LE))))
    lignes = {ligne[0]: ligne[1:] for ligne in classeur.get_sheet_by_name("Par développeur").to_python()}
    assert lignes["Somme"][:2] == [187, 21]
    assert lignes["Refus"][0] == 11
    assert lignes["Total"][:2] == [198, 21]
    assert lignes["Part de la cible"][0] == pytest.approx(198 / 319)
    assert lignes["Jauffrin Géraldine"] == [17, 1, 0.2, "4 sur 20"]


def test_tableau_par_institution_a_le_meme_pied(un_reseau):
    developpeurs, institutions, _ = tableau_2_5(un_reseau, au=LE).sections
    assert institutions.pied == developpeurs.pied
    for cle in ("realisees", "programmees"):
        assert sum(ligne[cle] or 0 for ligne in institutions.lignes) == developpeurs.pied[0][cle]
        assert sum(ligne[cle] or 0 for ligne in developpeurs.lignes) == developpeurs.pied[0][cle]


def test_couverture_egale_une_requete_ecrite_a_part(un_reseau):
    with connection.cursor() as curseur:
        curseur.execute(
            """
            SELECT COUNT(DISTINCT l.entreprise_id),
                   COUNT(DISTINCT CASE WHEN v.realisee_le BETWEEN c.decidee_le AND %(au)s
                                         OR v.refusee_le BETWEEN c.decidee_le AND %(au)s THEN l.entreprise_id END)
              FROM entreprises_cible c
              JOIN entreprises_lignedecible l ON l.cible_id = c.id AND l.motif_d_ecart = ''
              LEFT JOIN visites_visite v ON v.entreprise_id = l.entreprise_id
             WHERE c.reseau_id = %(reseau)s AND c.decidee_le IS NOT NULL
            """,
            {"au": str(LE), "reseau": un_reseau.pk},
        )
        entreprises, touchees = curseur.fetchone()
    part = nue(tableau_2_5(un_reseau, au=LE).sections[0].pied[-1]["realisees"])
    assert part == touchees / entreprises


def nombres(section):
    return {ligne["nom"]: ligne["nombre"] for ligne in section.lignes}


def test_annexe_2_7_se_retrouve(vosges):
    mesures, natures, types, informations, domaines, organismes, aides, emplois = tableau_2_7(vosges).sections
    assert nombres(mesures) == {"Visites réalisées": 203, "Actions": 413, "Actions par visite": 413 / 203}
    assert list(nombres(natures).values()) == [29, 142, 2, 108, 22, 110]
    assert list(nombres(types).values()) == [8, 159, 77, 59, 110]
    assert [section.pied[0]["nombre"] for section in (natures, types, informations, domaines, organismes, aides)] == [
        413,
        413,
        159,
        77,
        77,
        8,
    ]
    assert list(nombres(emplois).values()) == [76, 127, 11, 13, 2, 10]
    assert (emplois.lignes[1]["entreprises"], emplois.pied[0]["nombre"]) == (69, 213)


def test_annexe_2_7_a_ses_pourcentages(vosges):
    informations = tableau_2_7(vosges).sections[3]
    parts = {ligne["nom"]: informations.colonnes[2].afficher(ligne["part"]) for ligne in informations.lignes}
    assert parts["Aides matérielles et immatérielles"] == "42\u00a0%"
    assert parts["Aides à l’emploi"] == "17\u00a0%"
    assert parts["Législation des installations classées et environnement"] == "11\u00a0%"


def test_annexe_2_7_a_ses_organismes(vosges):
    organismes = nombres(tableau_2_7(vosges).sections[5])
    assert organismes.pop("Non précisé") == 33
    assert (sum(organismes.values()), max(organismes.values())) == (44, 5)
    assert [nom for nom, nombre in organismes.items() if nombre == 5] == ["Bpifrance"]


def test_annexe_2_7_se_lit_en_json_sur_papier_et_au_tableur(vosges):
    tableau = tableau_2_7(vosges)
    sortie = io.StringIO()
    call_command("tableau", "2.7", "--reseau", "vosges", stdout=sortie)
    pieds = [section["pied"] for section in json.loads(sortie.getvalue())["sections"]]
    assert pieds == [section["pied"] for section in tableau.en_json()["sections"]]
    papier = re.sub("[\u00a0\u202f]", " ", "\n".join(textes(tableau_en_pdf(tableau)))).splitlines()
    for attendue in ("Actions 413", "Actions par visite 2,03", "Total 413 100 %", "Total 159 100 %"):
        assert attendue in papier
    assert "Total (déclaratif) 213 77" in papier or any(ligne.startswith("Total (déclaratif) 213") for ligne in papier)
    classeur = CalamineWorkbook.from_filelike(io.BytesIO(tableau_en_xlsx(tableau)))
    emplois = {ligne[0]: ligne[1] for ligne in classeur.get_sheet_by_name("Emplois projetés (déclaratif)").to_python()}
    assert emplois["Total (déclaratif)"] == 213


def test_annexe_2_4_se_retrouve(haute_saone):
    tableau = tableau_2_4(haute_saone, responsable=compte("associe", haute_saone), au=LE)
    assert tableau.titre == "Liste des actions dont est responsable : Michu Agathe"
    lignes = [ligne for ligne in tableau.sections[0].lignes if 7001 <= int(nue(ligne["numero"])) <= 7006]
    mois = lambda jour: jour and (jour.year - LE.year) * 12 + jour.month - LE.month  # noqa: E731
    assert [(nue(l["numero"]), mois(l["fin_prevue"]), mois(l["fin_reelle"])) for l in lignes] == [  # noqa: E741
        ("7001", -10, -8),
        ("7002", -13, None),
        ("7003", -7, None),
        ("7004", -4, -1),
        ("7005", 1, None),
        ("7006", 5, None),
    ]
    assert [ligne["societe"][:4] for ligne in lignes] == ["Dumo", "Alph", "Tail", "Dubo", "Niva", "Mart"]


def chiffres(pied):
    """Un pied sans les liens : qui ne lit pas les fiches n'en a pas."""
    return [{cle: nue(valeur) for cle, valeur in ligne.items() if cle != ADRESSES} for ligne in pied]


@pytest.mark.parametrize("role", ["associe", "prefecture", "observateur", "direct"])
def test_lecteurs_ont_les_memes_totaux(haute_saone, role):
    lecteur, libre = compte(role, haute_saone), tableau_2_5(haute_saone, au=LE)
    lu = tableau_2_5(haute_saone, lecteur=lecteur, au=LE)
    assert chiffres(lu.sections[0].pied) == chiffres(libre.sections[0].pied)
    attendu = {Portee.TOUT: 25, Portee.SIENS: 1, Portee.NON: 0}[portee(lecteur, "tableaux.lignes")]
    assert len(lu.sections[0].lignes) == attendu
