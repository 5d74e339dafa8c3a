"""Classeurs XLSX, XLS et ODS : lecture dans l'enfant, et bombes refusées sans peser sur le processus web."""

import datetime
import functools
import json
import struct
import subprocess
import sys

import pytest

from entreprises.lecture import FichierRefuse, analyser, classeur, ouvrir, referentiel_embarque, refus
from tests.donnees import fabrique
from tests.donnees.fabrique import siret

LISTE = [
    ["SIRET", "Raison sociale", "Code postal", "Commune"],
    [siret(1), "Menuiserie Gérard", "88000", "Épinal"],
    ["", "", "", ""],
    [siret(2), "Forge", "57000", "Metz"],
]
COLONNES_ODS = (
    '<table:table-cell table:number-columns-repeated="16384" office:value-type="string"><text:p>x</text:p></table:table-cell>'
)
RIRES = '<!DOCTYPE r [<!ENTITY a "ah"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def refuser(contenu: bytes) -> str:
    with pytest.raises(FichierRefuse) as refus_leve:
        ouvrir(contenu, "liste")
    return str(refus_leve.value)


@pytest.mark.parametrize(
    ("genre", "contenu"),
    [("xlsx", fabrique.xlsx(("Liste", LISTE))), ("ods", fabrique.ods(LISTE)), ("xls", fabrique.xls(LISTE))],
)
def test_classeur_est_lu_avec_ses_numeros_de_ligne(genre, contenu):
    feuille = ouvrir(contenu, "liste")
    lignes = [(e.ligne, e.siret, e.raison_sociale, e.commune) for e in analyser(feuille, referentiel_embarque())]
    assert (feuille.genre, feuille.onglet) == (genre, "Liste")
    assert lignes == [(2, siret(1), "Menuiserie Gérard", "88160"), (4, siret(2), "Forge", "57463")]


def test_nombres_et_dates_sont_rendus_comme_on_les_lit():
    rangee = [int(siret(1)), "Un", 12.0, 12.5, True, datetime.date(2026, 3, 2)]
    contenu = fabrique.xlsx(("Liste", [["SIRET", "Nom", "a", "b", "c", "d"], rangee]))
    assert [cellules for _, cellules in ouvrir(contenu, "").lignes()] == [[siret(1), "Un", "12", "12.5", "VRAI", "2026-03-02"]]


def test_deux_parcours_simultanes_ne_se_genent_pas():
    feuille = ouvrir(fabrique.xlsx(("Liste", LISTE)), "")
    assert all(une == autre for une, autre in zip(feuille.lignes(), feuille.lignes(), strict=True))


def test_onglet_qui_porte_l_en_tete_est_choisi_et_les_autres_sont_dits():
    contenu = fabrique.xlsx(("Notes", [["bla"]]), ("Liste", LISTE), ("Vide", []), ("Caché", LISTE), caches=["Caché"])
    feuille = ouvrir(contenu, "")
    assert feuille.onglet == "Liste"
    assert feuille.avertissements == ("L’onglet « Notes » n’est pas lu : seul « Liste » l’est.",)


def test_classeur_vide_est_refuse():
    assert refuser(fabrique.xlsx(("Liste", []))).startswith("L’en-tête est introuvable")


def test_classeur_sans_entreprise_est_refuse():
    assert refuser(fabrique.ods(LISTE[:1])).startswith("Ce fichier n’a que des en-têtes")


@pytest.mark.parametrize(
    ("contenu", "phrase"),
    [
        (fabrique.archive({"liste.csv": "SIRET;Nom"}), "Cette archive n’est pas un classeur"),
        (fabrique.archive({"word/document.xml": "<a/>"}), "Cette archive n’est pas un classeur"),
        (fabrique.archive({"xl/workbook.bin": b"\0"}), "Ce classeur est au format .xlsb"),
        (fabrique.conteneur_ole("EncryptedPackage", b"\1"), "Ce classeur est protégé par un mot de passe"),
        (fabrique.conteneur_ole("WordDocument", b"\1"), "Ce classeur est abîmé ou incomplet"),
        (fabrique.xlsx(("Liste", LISTE))[:-30], "Ce classeur est abîmé ou incomplet"),
        (fabrique.feuille_xlsx("<row><c></row>"), "Ce classeur est abîmé ou incomplet"),
        (b"PK\x03\x04", "Ce classeur est abîmé ou incomplet"),
    ],
    ids=["zip", "docx", "xlsb", "chiffré", "doc", "tronqué", "xml faux", "signature seule"],
)
def test_faux_classeur_est_refuse(contenu, phrase):
    assert refuser(contenu).startswith(phrase)


def test_ods_chiffre_est_refuse():
    contenu = fabrique.remplacer(fabrique.ods(LISTE), {"META-INF/manifest.xml": "<m:encryption-data/>"})
    assert refuser(contenu) == "Ce classeur est protégé par un mot de passe : enregistrez-en une copie sans mot de passe."


def mentir_sur_la_taille(contenu: bytes, membre: bytes) -> bytes:
    """Le même zip, dont le sommaire annonce dix octets pour ce membre."""
    position = contenu.rindex(membre) - 46
    assert contenu[position : position + 4] == b"PK\x01\x02"
    return contenu[: position + 24] + struct.pack("<I", 10) + contenu[position + 28 :]


@functools.cache
def bombes() -> dict[str, tuple[bytes, str]]:
    """Nom → (contenu, début du refus attendu)."""
    blanc = b" " * (refus.TAILLE_DECOMPRESSEE_MAX + 1)
    long_texte = "x" * 32_000
    feuille = fabrique.feuille_xlsx
    lignes = (
        "<sheetData>" + "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 6_000)) + "</sheetData>"
    )
    gonfle = fabrique.xlsx(("Liste", [[long_texte]]))
    derniere = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return {
        "xlsx de 100 Mo": (fabrique.remplacer(gonfle, {"xl/media/blanc.xml": blanc}), "Ce classeur occupe 100 Mo"),
        "ods de 100 Mo": (fabrique.remplacer(fabrique.ods(LISTE), {"blanc": blanc}), "Ce classeur occupe 100 Mo"),
        "2 001 membres": (fabrique.remplacer(gonfle, {f"x/{n}": "" for n in range(2_001)}), "Ce classeur contient 20"),
        "xlsx dernière case": (feuille(derniere), "Ce classeur va jusqu’à la ligne 1048576 et la colonne 16384"),
        "xlsx sans référence": (feuille("<row>" + "<c><v>1</v></c>" * 1_000_001 + "</row>"), "Ce classeur va jusqu’à"),
        "xlsx référence folle": (feuille('<row><c r="AAAAA1"><v>1</v></c></row>'), "Ce classeur est abîmé"),
        "xlsx entités": (feuille("<row><c><v>&b;</v></c></row>", RIRES), "Ce classeur contient une déclaration XML"),
        "xlsx texte partagé": (
            fabrique.remplacer(gonfle, {"xl/worksheets/sheet1.xml": f"<worksheet><sheetData>{lignes}</sheetData></worksheet>"}),
            "Ce classeur demande trop de mémoire",
        ),
        "xlsx taille mensongère": (mentir_sur_la_taille(gonfle, b"xl/sharedStrings.xml"), "Ce classeur est abîmé"),
        "ods 17 milliards de cases": (
            fabrique.ods_brut(f'<table:table-row table:number-rows-repeated="1048576">{COLONNES_ODS}</table:table-row>'),
            "Ce classeur va jusqu’à la ligne 1048576 et la colonne 16384",
        ),
        "ods vide puis une case": (
            fabrique.ods_brut(
                '<table:table-row table:number-rows-repeated="1048575"><table:table-cell/></table:table-row>'
                f"<table:table-row>{COLONNES_ODS}</table:table-row>"
            ),
            "Ce classeur va jusqu’à la ligne 1048576",
        ),
        "ods répétition folle": (
            fabrique.ods_brut(f'<table:table-row table:number-rows-repeated="{"9" * 50}"/>'),
            "Ce classeur est abîmé",
        ),
        "ods entités": (fabrique.ods_brut("<table:table-row/>", RIRES), "Ce classeur contient une déclaration XML"),
        "xls dernière case": (
            fabrique.xls_brut([(0, 0, "x"), (65_535, 255, "x")]),
            "Ce classeur demande trop de mémoire",
        ),
    }


@pytest.mark.parametrize("nom", list(bombes()))
def test_bombe_est_refusee(nom):
    contenu, phrase = bombes()[nom]
    assert refuser(contenu).startswith(phrase)


PESER = """
import json, os, pathlib, resource, sys
from entreprises.lecture import FichierRefuse, archive, feuille, ouvrir
from tests.lib.occupation import plus_haut
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]) << 20,) * 2)
pic = lambda: int(plus_haut(os.getpid()))  # « ru_maxrss » se souviendrait du processus qui a lancé celui-ci
if "tout-ouvrir" in sys.argv:
    archive._verifier_sommaire = lambda membres: None
    archive._debut = lambda archive, nom: [archive.read(membre) for membre in archive.namelist()] and b""
    feuille.TAILLE_DECOMPRESSEE_MAX = 500 << 20
croissance = refuses = 0
for chemin in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    contenu = chemin.read_bytes()
    avant = pic()
    try:
        ouvrir(contenu, chemin.name)
    except (FichierRefuse, MemoryError):
        refuses += 1
    croissance = max(croissance, pic() - avant)
print(json.dumps([refuses, croissance]))
"""


def peser(dossier, *options, borne=768):
    """[refusés, Mio de plus] d'un processus, borné à tant de Mio, qui ouvre chaque fichier de ce dossier, déjà lu."""
    commande = [sys.executable, "-c", PESER, str(dossier), str(borne), *options]
    return json.loads(subprocess.run(commande, cwd=classeur.RACINE, capture_output=True, check=True, timeout=120).stdout)


def test_bombes_ne_pesent_pas_sur_le_processus_web(tmp_path):
    """Fiabilité B4 : moins de 20 Mio de plus dans le processus qui refuse, lui-même borné à 768 Mio."""
    for rang, (contenu, _) in enumerate(bombes().values()):
        (tmp_path / f"{rang}.bombe").write_bytes(contenu)
    refuses, croissance = peser(tmp_path)
    assert refuses == len(bombes())
    assert croissance < 20


def test_enfant_trop_lent_est_arrete(monkeypatch):
    monkeypatch.setattr(classeur, "LECTURE_DUREE_MAX", 0.001)
    assert refuser(fabrique.xlsx(("Liste", LISTE))).startswith("Ce classeur demande trop de mémoire ou de temps")


def test_disque_plein_n_accuse_pas_le_fichier(monkeypatch):
    monkeypatch.setattr("tempfile.TemporaryFile", lambda: open("/dev/full", "wb"))  # noqa: SIM115 : qui le reçoit le ferme
    with pytest.raises(FichierRefuse, match="Le service n’a plus de place"):
        ouvrir(fabrique.xlsx(("Liste", LISTE)), "liste.xlsx")
