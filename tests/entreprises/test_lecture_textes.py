"""Fichiers de texte : encodages, séparateurs, guillemets, et tout ce qui est refusé."""

import gzip
import itertools

import pytest

from entreprises.lecture import FichierRefuse, LigneEntreprise, analyser, ouvrir, referentiel_embarque, refus
from tests.donnees.fabrique import siret, texte

ENTETE = ["SIRET", "Raison sociale", "Code postal", "Commune"]
GERARD = [siret(1), "Menuiserie Gérard", "88000", "Épinal"]
NOEL = [siret(2), "Forge Noël & fils", "57000", "Metz"]
LISTE = [ENTETE, GERARD, NOEL]
ENCODAGES = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"]


def lire(contenu: bytes) -> list:
    return list(analyser(ouvrir(contenu, "liste.csv"), referentiel_embarque()))


def refuser(contenu: bytes) -> str:
    with pytest.raises(FichierRefuse) as refus_leve:
        ouvrir(contenu, "liste.csv")
    return str(refus_leve.value)


@pytest.mark.parametrize(("encodage", "separateur"), list(itertools.product(ENCODAGES, ";,\t|")))
def test_texte_lu_dans_tout_encodage_et_tout_separateur(encodage, separateur):
    noms = [(ligne.ligne, ligne.raison_sociale, ligne.commune) for ligne in lire(texte(LISTE, separateur, encodage))]
    assert noms == [(2, "Menuiserie Gérard", "88160"), (3, "Forge Noël & fils", "57463")]


@pytest.mark.parametrize("fin_de_ligne", ["\n", "\r\n", "\r"])
def test_texte_lu_avec_toute_fin_de_ligne(fin_de_ligne):
    assert [ligne.ligne for ligne in lire(texte(LISTE, fin_de_ligne=fin_de_ligne))] == [2, 3]


def test_texte_compresse_est_lu():
    assert len(lire(gzip.compress(texte(LISTE)))) == 2


def test_feuille_decrit_le_fichier():
    feuille = ouvrir(texte([*LISTE], "|", "cp1252"), "liste de mars.csv")
    decrit = (feuille.nom, feuille.genre, feuille.format, feuille.encodage, feuille.separateur, feuille.ligne_entete)
    assert decrit == ("liste de mars.csv", "csv", "tableur", "cp1252", "|", 1)


def test_feuille_se_relit_autant_de_fois_qu_on_veut():
    feuille = ouvrir(texte(LISTE), "liste.csv")
    assert list(feuille.lignes()) == list(feuille.lignes()) == [(2, GERARD), (3, NOEL)]


def test_lignes_de_titre_avant_l_en_tete_sont_passees():
    titre = [["Entreprises à visiter"], [], ["État au 3 mars", "", "", ""]]
    assert [ligne.ligne for ligne in lire(texte(titre + LISTE))] == [5, 6]


def test_indication_de_separateur_d_excel_est_passee():
    assert [ligne.ligne for ligne in lire(b"sep=;\r\n" + texte(LISTE))] == [3, 4]


def test_cellule_sur_plusieurs_lignes_est_recollee():
    lignes = lire(texte([ENTETE, [siret(1), "Menuiserie\nGérard", "88000", "Épinal"], NOEL]))
    assert [(ligne.ligne, ligne.raison_sociale) for ligne in lignes] == [(2, "Menuiserie Gérard"), (4, NOEL[1])]


def test_guillemets_doubles_et_separateur_dans_une_cellule():
    lignes = lire(texte([ENTETE, [siret(1), 'Bar "Le Coq" ; tabac', "88000", "Épinal"]]))
    assert lignes[0].raison_sociale == 'Bar "Le Coq" ; tabac'


def test_guillemet_au_milieu_d_un_mot_est_un_caractere():
    lignes = lire(f'SIRET;Raison sociale\n{siret(1)};Tube 12" inox\n{siret(2)};Deux\n'.encode())
    assert [ligne.raison_sociale for ligne in lignes] == ['Tube 12" inox', "Deux"]


@pytest.mark.parametrize("vide", [b"", b"\xef\xbb\xbf", b"\r\n \r\n", gzip.compress(b"", mtime=0)])
def test_fichier_vide_est_refuse(vide):
    assert refuser(vide) == "Ce fichier est vide. Importez un fichier CSV, XLSX, XLS ou ODS."


def test_en_tete_seul_est_refuse():
    assert refuser(texte([ENTETE, ["", " ", "", ""]])) == ("Ce fichier n’a que des en-têtes : il n’y a aucune ligne à lire.")


@pytest.mark.parametrize(
    ("contenu", "genre"),
    [
        (b"%PDF-1.7 ...", "un PDF"),
        (b"\x89PNG\r\n\x1a\n...", "une image"),
        (b"\xff\xd8\xff\xe0...", "une image"),
        (b"{\\rtf1 ...", "un texte mis en forme (RTF)"),
        (b"PAR1....", "un fichier Parquet"),
    ],
)
def test_autre_genre_de_fichier_est_refuse(contenu, genre):
    attendu = f"Ce fichier est {genre}, pas une liste d’entreprises. Importez un fichier CSV, XLSX, XLS ou ODS."
    assert refuser(contenu) == attendu


def test_page_web_nommee_xls_est_refusee():
    assert refuser(b"\r\n<HTML><table><tr><td>SIRET</td></tr></table>").startswith("Ce fichier est une page web")


def test_octets_nuls_sont_refuses():
    assert refuser(texte(LISTE) + bytes(3)).startswith("Ce fichier n’est pas du texte : il contient des octets nuls.")


def test_caracteres_de_controle_sont_refuses():
    assert refuser(texte(LISTE) + b"\x01\x02" * 20).startswith(
        "Ce fichier n’est pas du texte : il est plein de caractères de contrôle."
    )


def test_quelques_caracteres_de_controle_sont_retires():
    lignes = lire(texte([ENTETE, [siret(1), "Menui\x02serie\x1a", "88000", "Épinal"]]))
    assert lignes[0].raison_sociale == "Menui serie"


@pytest.mark.parametrize("encodage", ["mac_roman", "cp850"])
def test_encodage_inconnu_est_refuse_plutot_que_mal_lu(encodage):
    assert refuser(texte(LISTE, encodage=encodage)).startswith(
        "Ce fichier est dans un encodage inconnu (Mac ou MS-DOS ?), par exemple à la ligne 2."
    )


def test_encodages_melanges_sont_refuses():
    contenu = texte([ENTETE, GERARD]) + texte([NOEL], encodage="cp1252")
    assert refuser(contenu) == (
        "Ce fichier mélange deux encodages (UTF-8 et Windows), par exemple à la ligne 3. "
        "Ouvrez-le dans votre tableur et enregistrez-le en « CSV UTF-8 » ou en .xlsx."
    )


def test_utf16_tronque_est_refuse():
    assert refuser(texte(LISTE, encodage="utf-16")[:-1]).startswith("Ce fichier n’est pas lisible en UTF-16")


def test_fichier_trop_gros_est_refuse():
    assert refuser(b"a" * (refus.TAILLE_MAX + 1)) == (
        "Ce fichier pèse 20 Mo : la limite est de 20 Mo. Découpez-le, par exemple par département."
    )


def test_bombe_gzip_est_refusee():
    assert refuser(gzip.compress(bytes(refus.TAILLE_DECOMPRESSEE_MAX + 1))).startswith(
        "Ce fichier dépasse 100 Mo une fois décompressé"
    )


def test_gzip_tronque_est_refuse():
    assert refuser(gzip.compress(texte(LISTE))[:-9]).startswith("Ce fichier .gz est abîmé ou incomplet")


def test_en_tete_introuvable_est_refuse():
    assert refuser(texte([GERARD, NOEL])) == (
        "L’en-tête est introuvable : la première ligne doit nommer les colonnes, par exemple "
        "« SIRET », « Raison sociale », « Code postal », « Commune »."
    )


def test_colonnes_absentes_sont_nommees():
    assert refuser(texte([["Enseigne", "Ville"], ["Le Coq", "Metz"]])) == (
        "Il manque une colonne indispensable : SIRET et raison sociale. Colonnes lues : Enseigne, Ville."
    )


def test_colonne_en_double_est_refusee():
    assert refuser(texte([["SIRET", "Nom", "N° SIRET", "siret "], [siret(1), "Un", "", ""]])) == (
        "La colonne « siret » apparaît deux fois dans l’en-tête : renommez ou supprimez l’une des deux."
    )


def test_unites_legales_sont_refusees():
    contenu = texte([["siren", "denominationUniteLegale", "nicSiegeUniteLegale"], ["999900012", "Un", "00017"]], ",")
    assert refuser(contenu).startswith("Ce fichier décrit des unités légales, pas des établissements")


def test_ligne_demesuree_est_refusee():
    assert refuser(texte([*LISTE, [siret(3), "x" * refus.LIGNE_MAX, "", ""]])).startswith("La ligne 4 dépasse 100000 caractères")


def test_cent_mille_colonnes_sont_refusees():
    assert refuser(texte([["SIRET", "Nom", *["x"] * 40_000]])).startswith("Ce fichier a plus de 500 colonnes")
    assert refuser(texte([["SIRET", "Nom", *["x"] * 100_000]])).startswith("La ligne 1 dépasse 100000 caractères")


@pytest.mark.parametrize(
    "lignes",
    [
        f'{siret(1)};"Jamais fermé\n{siret(2)};Deux\n',
        f'{siret(1)};"Jamais fermé;88000\n{siret(2)};"Deux;57000\n',
        f'{siret(1)};"Avale;88000\n{siret(2)};la suite";57000\n',
        f'{siret(1)};"Mal" placé;88000\n',
        f'{siret(1)};"Trop long' + "\n" * 60 + '";88000\n',
    ],
    ids=["jamais fermé", "refermé par un autre", "avale une ligne", "mal placé", "trop de lignes"],
)
def test_guillemet_fautif_est_refuse_avec_sa_ligne(lignes):
    assert refuser(f"SIRET;Nom;Code postal\n{lignes}".encode()) == (
        'Ligne 2 : un guillemet (") est ouvert et jamais fermé, ou mal placé. '
        "Retirez-le ou doublez-le, puis importez de nouveau le fichier."
    )


def test_guillemet_ouvert_dans_l_en_tete_est_refuse():
    assert refuser(f'"SIRET;Nom\n{siret(1)};Un\n'.encode()).startswith("Ligne 1 : un guillemet")


def test_ligne_trop_longue_est_rejetee_et_trop_courte_acceptee():
    courte, longue = lire(f"SIRET;Nom;Ville\n{siret(1)};Un\n{siret(2)};Deux;Metz;de trop\n".encode())
    assert isinstance(courte, LigneEntreprise)
    assert longue.raison == "4 colonnes pour 3 en-têtes : un séparateur en trop décale les valeurs."
