"""B3, B4, B11 : les fichiers que l'on dépose, et ce qu'un aller et retour en rend."""

import gzip
import itertools
from itertools import zip_longest

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from entreprises.lecture import FichierRefuse, LigneEntreprise, Rejet, analyser, archive, ouvrir, referentiel_embarque
from entreprises.lecture.nettoyage import nettoyer
from entreprises.operations import importer
from tests.donnees import fabrique
from tests.entreprises.test_lecture_classeurs import bombes, peser
from tests.factories import EntrepriseFactory, ReseauFactory, siret_fictif
from tests.fiabilite.verification import sans_rien_abimer, verification
from tests.visites import test_export_aller_retour as aller_retour

ENTETE = ["SIRET", "Raison sociale", "Code postal", "Commune", "Effectif"]
LIGNES = [
    [fabrique.siret(1), "Menuiserie Gérard", "88000", "Épinal", "12"],
    [fabrique.siret(2), "Forge Noël & fils", "57000", "Metz", "1,5"],
    ["12345678901234", "Clé fausse", "57000", "Metz", ""],
    [fabrique.siret(3), "", "57000", "Metz", "3"],
    [fabrique.siret(1), "Doublon", "57000", "Metz", "3"],
    ["", "Sans numéro", "57000", "Metz", ""],
]
ENCODAGES = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1", "mac-roman"]


FICHIERS = 60
LIGNE_CROISSANCE_MAX = 150  # Mio : on décompresse cent mégaoctets au plus, une fois
CROISSANCE_MAX = 20  # Mio : ce que le processus du service peut prendre de plus en refusant un classeur
# B3


def corpus():
    """(nom, octets, nombre de lignes de données ou None si l'on doit refuser) ; `FICHIERS` en tout."""
    for encodage, separateur in itertools.product(ENCODAGES[:-1], ";,\t|"):
        yield f"{encodage} {separateur!r}", fabrique.texte([ENTETE, *LIGNES], separateur, encodage), len(LIGNES)
    for fin in ("\n", "\r\n", "\r"):
        yield f"fin {fin!r}", fabrique.texte([ENTETE, *LIGNES], fin_de_ligne=fin), len(LIGNES)
        yield f"fin {fin!r} gzip", gzip.compress(fabrique.texte([ENTETE, *LIGNES], fin_de_ligne=fin)), len(LIGNES)
    sain = fabrique.texte([ENTETE, *LIGNES])
    yield "titre avant l’en-tête", fabrique.texte([["Entreprises"], [], ENTETE, *LIGNES]), len(LIGNES)
    yield "sep= d’Excel", b"sep=;\r\n" + sain, len(LIGNES)
    yield "lignes vides semées", fabrique.texte([ENTETE, *itertools.chain(*([ligne, []] for ligne in LIGNES))]), len(LIGNES)
    yield "colonnes en plus", fabrique.texte([[*ENTETE, "Zone"], *([*ligne, "A"] for ligne in LIGNES)]), len(LIGNES)
    yield "lignes plus longues que l’en-tête", fabrique.texte([ENTETE, *([*ligne, "x", "y"] for ligne in LIGNES)]), len(LIGNES)
    yield "dates françaises", fabrique.texte([[*ENTETE, "Date de création"], *([*ligne, "29/02/2024"] for ligne in LIGNES)]), 6
    yield "dates impossibles", fabrique.texte([[*ENTETE, "Date de création"], *([*ligne, "31/02/2026"] for ligne in LIGNES)]), 6
    yield "SIRET sans ses zéros de tête", fabrique.texte([ENTETE, *([ligne[0].lstrip("0"), *ligne[1:]] for ligne in LIGNES)]), 6
    yield "SIRET en notation d’Excel", fabrique.texte([ENTETE, *(["1,23457E+13", *ligne[1:]] for ligne in LIGNES)]), 6
    yield "SIRET espacés", fabrique.texte([ENTETE, *([" ".join(ligne[0]), *ligne[1:]] for ligne in LIGNES)]), 6
    yield "codes postaux sans leur zéro", fabrique.texte([ENTETE, *([*ligne[:2], "1000", *ligne[3:]] for ligne in LIGNES)]), 6
    yield "espaces insécables", fabrique.texte([ENTETE, *([f"\u00a0{case}\u202f" for case in ligne] for ligne in LIGNES)]), 6
    yield "noms de mille caractères", fabrique.texte([ENTETE, *([ligne[0], "x" * 1_000, *ligne[2:]] for ligne in LIGNES)]), 6
    yield "mac-roman", fabrique.texte([ENTETE, *LIGNES], ";", "mac-roman"), None
    yield "vide", b"", None
    yield "en-tête seul", fabrique.texte([ENTETE]), None
    yield "en-tête en double", fabrique.texte([[*ENTETE, "SIRET"], *([*ligne, ""] for ligne in LIGNES)]), None
    yield "cent mille colonnes", fabrique.texte([[*ENTETE, *["x"] * 100_000], *LIGNES]), None
    yield "une ligne de cent mégaoctets", b"SIRET;Raison sociale\r\n" + b"x" * (100 << 20), None
    yield "guillemet ouvert", sain + b'"jamais ferm\xc3\xa9', None
    yield "utf-16 coupé", fabrique.texte([ENTETE, *LIGNES], ";", "utf-16")[:-1], None
    yield "encodages mêlés", sain + "Ép".encode("cp1252"), None
    yield "gzip coupé", gzip.compress(sain)[:-20], None
    yield "octets nuls", sain.replace(b"Forge", b"For\x00ge"), None
    yield "page web", b"<!doctype html><table><tr><td>SIRET</td></tr></table>", None
    yield "PDF", b"%PDF-1.7 SIRET;Raison sociale", None


def test_corpus_a_son_compte_de_fichiers():
    assert len(list(corpus())) == FICHIERS


def lignes_avalees(monkeypatch):
    """L'analyse laisse tomber une ligne sur deux sans le dire."""
    monkeypatch.setitem(globals(), "analyser", lambda *feuille: list(analyser_tout(*feuille))[::2])


analyser_tout = analyser


@verification("B3", "soixante fichiers de données", casser=lignes_avalees, rapide=True)
def test_tout_fichier_est_lu_ou_refuse(bilan):
    for nom, octets, attendu in corpus():
        try:
            feuille = ouvrir(octets, "liste.csv")
        except FichierRefuse as raison:
            bilan.noter(attendu is None and str(raison), f"{nom} : refusé, {raison}")
            continue
        resultats = list(analyser(feuille, referentiel_embarque()))
        rejets = [resultat for resultat in resultats if isinstance(resultat, Rejet)]
        acceptees = [resultat for resultat in resultats if isinstance(resultat, LigneEntreprise)]
        bilan.noter(len(acceptees) + len(rejets) == attendu, f"{nom} : {len(acceptees)} + {len(rejets)} pour {attendu} lignes")
        bilan.noter(all(rejet.ligne and rejet.raison for rejet in rejets), f"{nom} : un rejet sans ligne ni raison")
        propres = all(nettoyer(ligne.raison_sociale) == ligne.raison_sociale for ligne in acceptees)
        bilan.noter(propres, f"{nom} : un nom mal lu")


@verification("B3", "une ligne de cent mégaoctets et plus, en mémoire bornée", casser=sans_rien_abimer)
def test_une_ligne_demesuree_ne_pese_pas(bilan, tmp_path):
    """Telle quelle, puis compressée en deçà et au-delà de ce que l'on décompresse ; contre-épreuve : on décompresse tout."""
    for nom, mebi in (("tel-quel.csv", 100), ("en-deca.csv.gz", 99), ("au-dela.csv.gz", 400)):
        ligne = b"SIRET;Raison sociale\r\n" + b"x" * (mebi << 20)
        (tmp_path / nom).write_bytes(gzip.compress(ligne, 1) if nom.endswith("gz") else ligne)
    refuses, croissance = peser(tmp_path, *(["tout-ouvrir"] if bilan.casse else []), borne=1_024)
    bilan.mesurer("mémoire de plus", f"{croissance} Mio")
    bilan.noter(refuses == 3, f"{refuses} refusés sur 3")
    bilan.noter(croissance < LIGNE_CROISSANCE_MAX, f"{croissance} Mio de plus")


# B4


def tailles_non_regardees(monkeypatch):
    """On ouvre sans regarder d'abord ce que le classeur annonce ; l'enfant borné reste le dernier rempart."""
    monkeypatch.setattr(archive, "_verifier_sommaire", lambda membres: None)


@verification("B4", "chaque classeur piégé, refusé pour sa raison", casser=tailles_non_regardees)
def test_aucun_classeur_piege_n_est_ouvert(bilan):
    for nom, (contenu, phrase) in bombes().items():
        try:
            ouvrir(contenu, nom)
        except FichierRefuse as raison:
            bilan.noter(str(raison).startswith(phrase), f"{nom} : {raison}")
        else:
            bilan.noter(False, f"{nom} : ouvert")


@verification("B4", "le processus du service pendant qu’il les refuse", casser=sans_rien_abimer)
def test_aucun_classeur_piege_ne_pese_sur_le_service(bilan, tmp_path):
    """Contre-épreuve : tout se décompresse dans le processus même, sans regarder ce que le classeur annonce."""
    for rang, (contenu, _) in enumerate(bombes().values()):
        (tmp_path / f"{rang}.bombe").write_bytes(contenu)
    refuses, croissance = peser(tmp_path, *(["tout-ouvrir"] if bilan.casse else []))
    bilan.mesurer("mémoire de plus", f"{croissance} Mio")
    bilan.noter(refuses == len(bombes()), f"{refuses} refusés sur {len(bombes())}")
    bilan.noter(croissance < CROISSANCE_MAX, f"{croissance} Mio de plus")


# B11


@pytest.fixture
def garni(db):
    return aller_retour.garnir()


def reimport_qui_oublie(monkeypatch):
    """L'import perd les téléphones."""
    monkeypatch.setattr("entreprises.lecture.analyse.COORDONNEES", {})


def reimport_qui_oublie_l_enseigne(monkeypatch):
    """L'import perd les enseignes."""
    lire = LigneEntreprise.__init__
    monkeypatch.setattr(
        LigneEntreprise, "__init__", lambda lue, /, *valeurs, **mots: lire(lue, *valeurs, **mots | {"enseigne": ""})
    )


@verification("B11", "exporter, réimporter ailleurs, réexporter : cases égales", casser=reimport_qui_oublie)
@pytest.mark.parametrize("genre", aller_retour.GENRES)
def test_aller_retour_rend_les_memes_cases(bilan, garni, genre):
    premier, vierge = aller_retour.exporter_tout(garni, genre), ReseauFactory(nom=garni.nom)
    nom, contenu = aller_retour.donnees(premier, genre)
    importer(contenu, nom, vierge)
    paires = zip(
        aller_retour.lignes(premier, genre),
        aller_retour.lignes(aller_retour.exporter_tout(vierge, genre), genre),
        strict=True,
    )
    for rang, (avant, apres) in enumerate(paires):
        for colonne, (une, autre) in enumerate(zip(avant, apres, strict=True)):
            bilan.noter(une == autre, f"ligne {rang}, colonne {colonne} : {une!r} devient {autre!r}")


def cellule(longueur):
    """Un texte tel qu'une fiche le garde : composé (NFC), sur une ligne, sans caractère de contrôle (`nettoyer`)."""
    return st.text(st.characters(exclude_categories=["Cs", "Cn", "Co"]), max_size=longueur).map(nettoyer)


FICHE = st.fixed_dictionaries(
    {
        "raison_sociale": cellule(58).map("A {}".format).map(nettoyer),  # un nom a au moins une lettre ou un chiffre
        "enseigne": cellule(60),
        "adresse": cellule(38),
        "complement": cellule(38),
        "filiere": cellule(40),
        "effectif": st.none() | st.integers(0, 100_000),
        "diffusible": st.booleans(),
        "etat": st.sampled_from(["actif", "ferme"]),
    }
)


@verification("B11", "le même tour, sur des fiches tirées au sort", casser=reimport_qui_oublie_l_enseigne)
@pytest.mark.django_db
@pytest.mark.parametrize("genre", aller_retour.GENRES)
def test_aller_retour_de_fiches_tirees_au_sort(bilan, genre):
    combien, ecarts, cases = bilan.taille(bref=5, entier=20), [], []

    @settings(max_examples=combien, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(FICHE, min_size=1, max_size=5))
    def faire_le_tour(fiches):
        with transaction.atomic():
            depart, vierge = ReseauFactory(nom="Départ"), ReseauFactory(nom="Départ")
            for rang, fiche in enumerate(fiches, start=100):
                EntrepriseFactory(reseau=depart, siret=siret_fictif(rang), **fiche)
            premier = aller_retour.exporter_tout(depart, genre)
            nom, contenu = aller_retour.donnees(premier, genre)
            importer(contenu, nom, vierge)
            avant, apres = (aller_retour.lignes(octets, genre) for octets in (premier, aller_retour.exporter_tout(vierge, genre)))
            transaction.set_rollback(True)
        cases.append(sum(map(len, avant)))
        ecarts.extend(f"{une!r} devient {autre!r}" for une, autre in zip_longest(avant, apres) if une != autre)

    faire_le_tour()
    bilan.noter_lot(sum(cases), ecarts)
