"""B6 : des textes en forme de formules, plantés partout où l'on écrit ; tout ce qui s'emporte est alors demandé et relu."""

import csv
import io
import re
import shutil
import subprocess
import zipfile
from collections import Counter
from xml.sax.saxutils import quoteattr

import pytest
from django.db import transaction
from django.utils.timezone import localdate
from python_calamine import CalamineWorkbook
from xlsxwriter.worksheet import Worksheet

from entreprises.lecture import analyser, ouvrir, referentiel_embarque
from entreprises.models import Import, LigneDeCible
from entreprises.operations import rejets
from reseau.lib import tableur
from suivi.figes import pieces_de_la_reunion
from suivi.operations import figer
from suivi.views.choix_de_tableau import CHOIX
from tests.adresses import routes
from tests.conftest import connecter
from tests.donnees import fabrique
from tests.factories import INSTANT
from tests.fiabilite.textes_plantes import planter
from tests.fiabilite.verification import verification
from tests.lib.test_tableur import FORMULES
from tests.terrain import Terrain
from tests.visites.test_export_aller_retour import EVALUEES

pytestmark = pytest.mark.django_db

UTILES = ["-12,5", "+33 3 81 00 00 00"]  # commencent comme une formule, et doivent se relire tels quels
# Ce qu'un tableur calcule : un de ces signes en tête, même après des blancs, si ce n'est un nombre ou un téléphone.
DANGEREUX = re.compile(r"[\s\x00]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|[\t\r\n]")
NOMBRE = re.compile(r"[+-][\d ,]+")
LIBREOFFICE = shutil.which("soffice")
TOUTES = ",false,false,false,-1"  # les feuilles, chacune dans son .csv
AU_MOINS = 60  # champs plantés
# Les routes d'où un fichier s'emporte ; parmi elles, celles où l'on choisit son format.
EMPORTENT = re.compile(r"export|xlsx|ods$|rejets|dossier")
FICHES = re.compile("^(visites:entreprises|entreprises:cible)-export$")


def rejeter(reseau, charge):
    """Un fichier dont chaque case porte cette charge, et dont toutes les lignes sont rejetées."""
    feuille = ouvrir(fabrique.texte([["SIRET", "Raison sociale", "Commune"], ["12345678901234", charge, charge]]), "liste.csv")
    octets = rejets.composer_rejets(feuille, analyser(feuille, referentiel_embarque()))
    Import.objects.filter(reseau=reseau).update(
        contenu=octets, etat="ecrit", ecrit_le=INSTANT, rejets=[{"ligne": 2, "raison": charge}]
    )


def preparer(terrain, charge):
    """Plante partout ; un fichier rejeté et un tableau figé, faits de ces textes, y ajoutent les leurs. Rend le nombre."""
    plantes = planter(terrain.reseau, lambda longueur: charge if len(charge) <= (longueur or len(charge)) else "")
    rejeter(terrain.reseau, charge)
    pieces = pieces_de_la_reunion(terrain.reseau, au=localdate(), codes=["2.5"])
    terrain.a_eux["fige"] = figer(terrain.reseau, pieces, par=terrain.membres["animateur"])[0].pk
    terrain.a_eux["cible"] = LigneDeCible.objects.get(pk=terrain.a_eux["ligne"]).cible_id
    return plantes


def emportes(client, terrain, lesquels=EMPORTENT):
    """(adresse, statut, octets) de chaque fichier de données que servent ces routes, dans chacun de ses formats."""
    for route in (route for route in routes() if lesquels.search(route.nom)):
        codes = CHOIX if "code" in route.arguments else [""]
        for code in codes:
            adresse = route.adresse(terrain.reseau.slug, terrain.a_eux | {"code": code})
            formats = tableur.FORMATS if FICHES.search(route.nom) else [""]
            for suite in (f"?format={genre}" if genre else "" for genre in formats):
                with transaction.atomic():
                    response = client.get(adresse + suite)
                    transaction.set_rollback(True)  # ce qui se lit se compte, et ces lectures en masse se feraient arrêter
                if response.status_code != 200 or not response.headers["Content-Type"].startswith("text/html"):
                    yield adresse + suite, response.status_code, response.getvalue()


def feuilles(octets):
    """(genre, lignes, formules écrites comme telles) de chaque feuille de ce fichier ; une archive s'ouvre."""
    if not octets.startswith(b"PK"):
        yield "csv", list(csv.reader(io.StringIO(octets.decode("utf-8-sig")), delimiter=";")), False
        return
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        noms = archive.namelist()
        if "content.xml" in noms or "xl/workbook.xml" in noms:
            formules = any(re.search(rb"<f[ >]|table:formula|<hyperlink ", archive.read(nom)) for nom in noms)
            classeur = CalamineWorkbook.from_filelike(io.BytesIO(octets))
            for nom in classeur.sheet_names:
                yield "classeur", classeur.get_sheet_by_name(nom).to_python(), formules
        else:
            for nom in (nom for nom in noms if nom.endswith((".csv", ".xlsx", ".ods"))):
                yield from feuilles(archive.read(nom))


def cellules(octets):
    """Chaque case de texte de ce fichier."""
    return [case for _, lignes, _ in feuilles(octets) for ligne in lignes for case in ligne if isinstance(case, str) and case]


def formules_laissees(monkeypatch):
    """Ni l'export ni les rejets ne neutralisent."""
    monkeypatch.setattr(tableur, "neutraliser", lambda texte: texte)
    monkeypatch.setattr(rejets, "neutraliser", lambda texte: texte)


@verification("B6", "chaque charge dans chaque texte, dans chaque fichier emporté", casser=formules_laissees, rapide=["sqlite"])
def test_aucun_fichier_emporte_ne_porte_de_formule(bilan, sans_papier):
    terrain = Terrain()
    client = connecter(terrain.membres["animateur"])
    for charge in FORMULES[: bilan.taille(bref=1, entier=len(FORMULES))]:
        plantes = preparer(terrain, charge)
        bilan.noter(plantes >= AU_MOINS, f"{plantes} champs plantés seulement")
        for adresse, statut, octets in emportes(client, terrain):
            bilan.noter(statut == 200, f"{adresse} : {statut}")
            for _, _, formules in feuilles(octets) if statut == 200 else ():
                bilan.noter(not formules, f"{adresse}, {charge!r} : une formule")
            lues = cellules(octets) if statut == 200 else []
            bilan.noter_lot(
                len(lues), [f"{adresse} : {case!r}" for case in lues if DANGEREUX.match(case) and not NOMBRE.fullmatch(case)]
            )


def tout_neutralise(monkeypatch):
    """L'apostrophe partout : un nombre négatif ne se calcule plus."""
    monkeypatch.setattr(tableur, "_INOFFENSIF", re.compile("(?!)"))


@verification("B6", "un nombre négatif, un téléphone, emportés tels quels", casser=tout_neutralise, rapide=["sqlite"])
@pytest.mark.parametrize("utile", UTILES)
def test_nombre_et_telephone_restent_ce_qu_ils_sont(bilan, sans_papier, utile):
    terrain = Terrain()
    client = connecter(terrain.membres["animateur"])
    preparer(terrain, utile)
    for adresse, _, octets in emportes(client, terrain):
        touchees = [case for case in cellules(octets) if utile in case]
        bilan.noter_lot(len(touchees), [f"{adresse} : {case!r}" for case in touchees if case == f"'{utile}"])


def ecriture_naive(monkeypatch):
    """L'écrivain naïf : rien n'est neutralisé, et, au classeur, un texte qui commence par « = » s'écrit comme une formule."""
    formules_laissees(monkeypatch)
    monkeypatch.setitem(tableur.OPTIONS, "strings_to_formulas", True)
    monkeypatch.setattr(Worksheet, "write_string", Worksheet.write)
    texte_ods = tableur._cellule_ods

    def cellule(valeur, *mots):
        formule = isinstance(valeur, str) and valeur.startswith("=")
        return f"<table:table-cell table:formula={quoteattr(valeur)}/>" if formule else texte_ods(valeur, *mots)

    monkeypatch.setattr(tableur, "_cellule_ods", cellule)


@verification("B6", "les fiches emportées, ouvertes par LibreOffice", casser=ecriture_naive)
@pytest.mark.skipif(LIBREOFFICE is None, reason="LibreOffice (soffice) n’est pas installé ici")
@pytest.mark.parametrize("genre", tableur.FORMATS)
def test_libreoffice_ne_calcule_rien(bilan, sans_papier, genre, tmp_path):
    """LibreOffice montre chaque texte tel qu'on l'a saisi : une formule manque à l'appel, même s'il ne la recalcule pas.

    Ce que le fichier doit dire se lit dans le .csv du même export.
    """
    terrain, saisis = Terrain(), []
    client = connecter(terrain.membres["animateur"])
    for charge in FORMULES[: bilan.taille(bref=3, entier=len(FORMULES))]:
        preparer(terrain, charge)
        fichiers = {adresse: octets for adresse, _, octets in emportes(client, terrain, FICHES)}
        for adresse in (adresse for adresse in fichiers if adresse.endswith(f"?format={genre}")):
            ecrites = [ligne for _, lignes, _ in feuilles(fichiers[adresse.replace(f"={genre}", "=zip")]) for ligne in lignes]
            saisis.append((f"{adresse}, {charge!r}", charge, _portant(charge, ecrites), _a_ouvrir(fichiers[adresse], genre)))
    ouverts = _ouvrir([contenus for *_, contenus in saisis], genre, tmp_path)
    for (quoi, charge, attendues, _), lues in zip(saisis, ouverts, strict=True):
        evaluees = [case for ligne in lues for case in ligne if case in EVALUEES]
        bilan.noter(not evaluees, f"{quoi} : {evaluees[:3]}")
        bilan.noter(attendues, f"{quoi} : rien à relire")
        manquent = attendues - _portant(charge, lues)
        bilan.noter_lot(attendues.total(), [f"{quoi} : {case!r} ne se lit plus" for case in manquent.elements()])


def _portant(charge, lignes):
    """Combien de fois chaque case où se lit ce texte, aux blancs près : un tableur y change la fin de ligne."""
    cases = ("".join(case.split()) for ligne in lignes for case in ligne)
    return Counter(case for case in cases if "".join(charge.split()) in case)


def _a_ouvrir(octets, genre):
    if genre != "zip":
        return [octets]
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        return [archive.read(nom) for nom in archive.namelist()]


def _ouvrir(emportes, genre, dossier):
    """Pour chaque suite de fichiers, les lignes qu'en affiche LibreOffice, ouverts comme d'un double clic, en un seul appel."""
    fichiers = [
        [dossier / f"{rang:04}-{numero:04}.{'csv' if genre == 'zip' else genre}" for numero in range(len(contenus))]
        for rang, contenus in enumerate(emportes)
    ]
    for noms, contenus in zip(fichiers, emportes, strict=True):
        for nom, contenu in zip(noms, contenus, strict=True):
            nom.write_bytes(contenu)
    entree = ["--infilter=CSV:59,34,76,1,,1036,false,true"] if genre == "zip" else []
    commande = [LIBREOFFICE, "--headless", f"-env:UserInstallation=file://{dossier}/profil", *entree]
    commande += ["--convert-to", f"csv:Text - txt - csv (StarCalc):59,34,76,1,,1036,false,true{TOUTES}"]
    commande += ["--outdir", str(dossier / "lu"), *(str(nom) for noms in fichiers for nom in noms)]
    subprocess.run(commande, check=True, capture_output=True, timeout=300)
    return [[ligne for nom in noms for ligne in _lignes(dossier / "lu", nom.stem)] for noms in fichiers]


def _lignes(dossier, nom):
    """Celles de chaque feuille de ce fichier, une feuille après l'autre ; `AssertionError` s'il ne s'est pas ouvert."""
    feuilles = sorted(dossier.glob(f"{nom}*.csv"))
    assert feuilles, nom
    return [ligne for feuille in feuilles for ligne in csv.reader(io.StringIO(feuille.read_text("utf-8-sig")), delimiter=";")]
