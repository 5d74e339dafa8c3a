"""Exporter, réimporter dans un réseau vierge, réexporter : identique, dans les trois formats ; et rien ne s'évalue."""

import csv
import io
import shutil
import subprocess
import zipfile
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from entreprises.exports import exporter
from entreprises.models import Entreprise
from entreprises.operations import importer
from tests.factories import ContactFactory, EntrepriseFactory, EtiquetteFactory, ReseauFactory, siret_fictif
from tests.lib.papier import QUAND
from tests.lib.test_tableur import FORMULES

pytestmark = pytest.mark.django_db
GENRES = ["xlsx", "ods", "zip"]
# Ce que valent les charges une fois calculées : aucune cellule ne doit le contenir.
EVALUEES = {"2", "x", "#NAME?", "#NOM?", "#REF!", "Err:508", "Err:509", "#VALUE!"}
CHARGEES = [
    "Raison sociale",
    "Enseigne",
    "Adresse",
    "Complément d’adresse",
    "Filière",
    "Nom du dirigeant",
    "Fonction du dirigeant",
]
LIBREOFFICE = shutil.which("soffice")


@pytest.fixture
def garni():
    return garnir()


def garnir():
    """Un réseau où chaque charge est partout où du texte se saisit, et une fiche ordinaire complète."""
    reseau = ReseauFactory()
    for rang, charge in enumerate(FORMULES, start=100):
        textes = dict.fromkeys(("raison_sociale", "adresse", "complement", "filiere"), charge)
        fiche = EntrepriseFactory(reseau=reseau, siret=siret_fictif(rang), enseigne=f"{charge} bis", **textes)
        ContactFactory(entreprise=fiche, nom=charge, prenom=charge, fonction=charge)
    entiere = EntrepriseFactory(
        reseau=reseau,
        siret=siret_fictif(99),
        raison_sociale="Scierie de l’Œuvre",
        enseigne="SCIERIE DE L'OEUVRE",
        effectif=25,
        telephone="03 84 00 00 00",
        courriel="contact@exemple.fr",
        site="https://www.exemple.fr",
        etat="ferme",
        diffusible=False,
        ne_plus_solliciter_jusqu_au=date(2027, 1, 31),
        filiere="Bois",
    )
    entiere.etiquettes.add(EtiquetteFactory(reseau=reseau, nom="À relancer"), EtiquetteFactory(reseau=reseau, nom="Bois"))
    ContactFactory(entreprise=entiere, fonction="Gérante")
    return reseau


def exporter_tout(reseau, genre):
    fiches = Entreprise.objects.filter(reseau=reseau).order_by("siret")
    return exporter(fiches, [], genre, reseau=reseau, nombre=fiches.count(), edite_le=QUAND)


def donnees(octets, genre):
    """(nom, octets) de la feuille à réimporter : dans l'archive, le .csv des entreprises."""
    if genre != "zip":
        return f"export.{genre}", octets
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        assert archive.namelist() == ["entreprises.csv", "selection.csv"]
        return "entreprises.csv", archive.read("entreprises.csv")


def lignes(octets, genre):
    _, contenu = donnees(octets, genre)
    if genre == "zip":
        return list(csv.reader(io.StringIO(contenu.decode("utf-8-sig")), delimiter=";"))
    return CalamineWorkbook.from_filelike(io.BytesIO(contenu)).get_sheet_by_name("Entreprises").to_python()


@pytest.mark.parametrize("genre", GENRES)
def test_aller_retour_aller_est_identique(garni, genre):
    premier, vierge = exporter_tout(garni, genre), ReseauFactory(nom=garni.nom)
    nom, contenu = donnees(premier, genre)
    bilan = importer(contenu, nom, vierge)
    second = exporter_tout(vierge, genre)
    assert (bilan.crees, bilan.rejets) == (len(FORMULES) + 1, [])
    assert lignes(second, genre) == lignes(premier, genre)


@pytest.mark.parametrize("genre", GENRES)
def test_reimporter_chez_soi_ne_change_rien(garni, genre):
    nom, contenu = donnees(exporter_tout(garni, genre), genre)
    importer(contenu, nom, garni)
    nom, contenu = donnees(exporter_tout(garni, genre), genre)
    assert importer(contenu, nom, garni).nombres() | {"lus": 0} == {
        "lus": 0,
        "crees": 0,
        "modifies": 0,
        "inchanges": len(FORMULES) + 1,
        "rejetes": 0,
    }


@pytest.mark.skipif(LIBREOFFICE is None, reason="LibreOffice (soffice) n’est pas installé ici")
@pytest.mark.parametrize("genre", GENRES)
def test_libreoffice_n_evalue_aucune_charge(garni, genre, tmp_path):
    octets = exporter_tout(garni, genre)
    nom, contenu = donnees(octets, genre)
    (tmp_path / nom).write_bytes(contenu)
    # Entrée : « ; », UTF-8, cellules reconnues comme à l'ouverture d'un double clic. Sortie : « ; », UTF-8, valeurs affichées.
    entree = ["--infilter=CSV:59,34,76,1,,1036,false,true"] if genre == "zip" else []
    commande = [LIBREOFFICE, "--headless", f"-env:UserInstallation=file://{tmp_path}/profil", *entree]
    commande += ["--convert-to", "csv:Text - txt - csv (StarCalc):59,34,76,1,,1036,false,true"]
    subprocess.run(
        [*commande, "--outdir", str(tmp_path / "lu"), str(tmp_path / nom)], check=True, capture_output=True, timeout=120
    )
    (lu,) = (tmp_path / "lu").glob("*.csv")
    lues = list(csv.reader(io.StringIO(lu.read_text("utf-8-sig")), delimiter=";"))
    ecrites = lignes(octets, genre)
    for titre in CHARGEES:
        rang = ecrites[0].index(titre)
        cellules = [ligne[rang] for ligne in lues]
        assert cellules == [ligne[rang] for ligne in ecrites]
        assert not EVALUEES & set(cellules)
