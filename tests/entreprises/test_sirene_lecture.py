"""Le stock SIRENE lu en flux : formats, colonnes par leur nom, filtres, noms joints, non-diffusibles, mémoire."""

import gzip
import io
import sys
import tracemalloc
import zipfile

import pytest

from entreprises.lecture import FichierRefuse, LigneEntreprise, analyser, referentiel_embarque
from entreprises.sirene import Criteres, lire_stock
from tests.donnees.fabrique import siret
from tests.entreprises.donnees_sirene import ETABLISSEMENT, UNITE, etablissement, fichier, unite

TOUT = Criteres()


@pytest.fixture
def lire(tmp_path):
    """`lire(rangées, unités, critères, connus)` → (lignes analysées, stock)."""

    def lire(rangees, unites=None, criteres=TOUT, connus=(), entetes=ETABLISSEMENT, separateur=","):
        octets = rangees if isinstance(rangees, bytes) else fichier(rangees, entetes, separateur)
        etablissements, unites_legales = tmp_path / "StockEtablissement.csv", None
        etablissements.write_bytes(octets)
        if unites is not None:
            unites_legales = tmp_path / "StockUniteLegale.csv"
            unites_legales.write_bytes(unites if isinstance(unites, bytes) else fichier(unites, UNITE))
        with lire_stock(etablissements, unites_legales, criteres, dict(connus)) as stock:
            return list(analyser(stock.feuille, referentiel_embarque())), stock

    return lire


def noms(lignes):
    return [ligne.raison_sociale for ligne in lignes]


def test_etablissement_prend_le_nom_de_son_unite_legale(lire):
    [ligne], stock = lire([etablissement(1)], [unite(1, sigle="SF"), unite(2)])
    assert isinstance(ligne, LigneEntreprise)
    assert (ligne.ligne, ligne.siret, ligne.raison_sociale) == (2, siret(1), "SOCIETE FICTIVE 1")
    assert (ligne.adresse, ligne.commune, ligne.naf) == ("1 RUE DES ESSAIS", "70550", "25.50B")
    assert (stock.lus, stock.retenus, stock.absents, stock.feuille.format) == (1, 1, 0, "sirene")


def test_personne_physique_porte_son_nom_et_dirige(lire):
    [ligne], _ = lire([etablissement(1)], [unite(1, "", sexe="F", prenom_usuel="ANNE", nom="FICTIVE")])
    assert (ligne.raison_sociale, ligne.dirigeant_civilite, ligne.dirigeant_nom) == ("ANNE FICTIVE", "Mme", "FICTIVE")


def test_sigle_ne_sert_que_sans_autre_nom(lire):
    lignes, _ = lire([etablissement(1), etablissement(2)], [unite(1, "", sigle="SIG"), unite(2, sigle="SIG")])
    assert noms(lignes) == ["SIG", "SOCIETE FICTIVE 2"]


@pytest.mark.parametrize("separateur", [",", ";", "\t"])
def test_colonnes_se_lisent_par_leur_nom(lire, separateur):
    """L'ordre, une colonne en plus et le séparateur sont indifférents."""
    entetes = [*reversed(ETABLISSEMENT), "colonneDe2031"]
    lignes, _ = lire([etablissement(1)], [unite(1)], entetes=entetes, separateur=separateur)
    assert noms(lignes) == ["SOCIETE FICTIVE 1"]


def test_colonne_indispensable_absente_se_nomme(lire):
    entetes = [nom for nom in ETABLISSEMENT if nom != "statutDiffusionEtablissement"]
    with pytest.raises(FichierRefuse) as refus:
        lire([etablissement(1)], entetes=entetes)
    assert str(refus.value) == ("Colonne indispensable absente de « StockEtablissement.csv » : statutDiffusionEtablissement.")


def test_colonne_d_un_filtre_demande_est_indispensable(lire):
    entetes = [nom for nom in ETABLISSEMENT if "Commune" not in nom and "tranche" not in nom]
    with pytest.raises(FichierRefuse) as refus:
        lire([etablissement(1)], entetes=entetes, criteres=Criteres("70", frozenset(["12"])))
    assert str(refus.value).endswith(": codeCommuneEtablissement, trancheEffectifsEtablissement.")


def test_fichiers_intervertis_sont_refuses(lire):
    with pytest.raises(FichierRefuse, match="Colonnes indispensables absentes"):
        lire(fichier([unite(1)], UNITE))


@pytest.mark.parametrize(
    ("criteres", "attendus"),
    [
        (Criteres(), [1, 2, 3]),
        (Criteres("70"), [1, 3]),
        (Criteres("88"), [2]),
        (Criteres(tranches=frozenset(["21"])), [3]),
        (Criteres(divisions=frozenset(["10"])), [2, 3]),
        (Criteres("70", frozenset(["21"]), frozenset(["10"])), [3]),
        (Criteres(etat="fermes"), [4]),
        (Criteres(etat="tous"), [1, 2, 3, 4]),
    ],
)
def test_filtres_se_combinent(lire, criteres, attendus):
    rangees = [
        etablissement(1),
        etablissement(2, code_commune="88160", activite_principale="10.71C"),
        etablissement(3, tranche_effectifs="21", activite_principale="", activitePrincipaleNAF25="10.71G"),
        etablissement(4, etat_administratif="F"),
    ]
    rangees[2]["activitePrincipaleNAF25Etablissement"] = "10.71G"
    lignes, _ = lire(rangees, [unite(rang) for rang in range(1, 5)], criteres)
    assert [ligne.siret for ligne in lignes] == [siret(rang) for rang in attendus]


def test_ancienne_nomenclature_ne_passe_pas_pour_la_nouvelle(lire):
    rangees = [etablissement(1, nomenclature_activite_principale="NAF1993")]
    assert lire(rangees, [unite(1)], Criteres(divisions=frozenset(["25"])))[0] == []


def test_etablissement_du_reseau_est_lu_hors_des_filtres(lire):
    """Une fermeture se voit même si l'on ne demande que les actifs ; sans unité légale, son nom reste."""
    rangees = [etablissement(1, etat_administratif="F", enseigne1="AUTRE NOM"), etablissement(2, etat_administratif="F")]
    connus = {siret(1): "Nom du réseau", siret(9): "Absente du fichier"}
    [ligne], stock = lire(rangees, criteres=Criteres("88"), connus=connus)
    assert (ligne.raison_sociale, ligne.enseigne, ligne.etat) == ("Nom du réseau", "AUTRE NOM", "ferme")
    assert (stock.retenus, stock.absents) == (1, 1)


@pytest.mark.parametrize("statut", ["P", "N"])
@pytest.mark.parametrize("qui", ["etablissement", "unite"])
def test_non_diffusible_n_a_ni_nom_ni_adresse(lire, statut, qui):
    """Même si le fichier les laisse voir, et même si le réseau connaissait un nom."""
    statuts = {"etablissement": "O", "unite": "O"} | {qui: statut}
    rangee = etablissement(1, statut_diffusion=statuts["etablissement"], enseigne1="SECRET")
    personne = unite(1, "SECRET", nom="SECRET", prenom_usuel="SECRET", statut_diffusion=statuts["unite"])
    [ligne], _ = lire([rangee], [personne], connus={siret(1): "SECRET"})
    assert (ligne.raison_sociale, ligne.diffusible, ligne.commune) == ("Non diffusible", False, "70550")
    assert (ligne.enseigne, ligne.adresse, ligne.dirigeant_nom) == ("", "", "")
    assert "SECRET" not in repr(ligne)


def test_valeur_cachee_suffit_a_proteger(lire):
    [ligne], _ = lire([etablissement(1, libelle_voie="[ND]")], [unite(1)])
    assert (ligne.raison_sociale, ligne.adresse, ligne.diffusible) == ("Non diffusible", "", False)


def comprimer(octets):
    return gzip.compress(octets)


def archiver(octets):
    flux = io.BytesIO()
    with zipfile.ZipFile(flux, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("StockEtablissement_utf8.csv", octets)
    return flux.getvalue()


@pytest.mark.parametrize("emballer", [bytes, comprimer, archiver, lambda octets: b"\xef\xbb\xbf" + octets])
def test_csv_nu_ou_comprime(lire, emballer):
    octets = emballer(fichier([etablissement(1)], ETABLISSEMENT))
    assert noms(lire(octets, emballer(fichier([unite(1)], UNITE)))[0]) == ["SOCIETE FICTIVE 1"]


BON = fichier([etablissement(1)], ETABLISSEMENT)


@pytest.mark.parametrize(
    ("octets", "raison"),
    [
        (gzip.compress(BON)[:-20], "« StockEtablissement.csv » est abîmé, incomplet"),
        (archiver(BON)[:60], "« StockEtablissement.csv » est abîmé, incomplet"),
        (BON.replace(b"DES ESSAIS", "DES ÉTANGS".encode("latin-1")), "n’est pas un CSV en UTF-8"),
        (BON + b"999900012,coupe", "ligne 3 : 2 colonnes pour 16 en-têtes"),
        (BON.splitlines()[0] + b"\n", "« StockEtablissement.csv » n’a que des en-têtes"),
        (b"", "Colonnes indispensables absentes"),
        (b"PAR1 mais pas un fichier Parquet", "« StockEtablissement.csv » est abîmé, incomplet"),
    ],
    # Une archive porte l'heure : sans nom, l'essai en changerait à chaque lecture.
    ids=["gz coupé", "zip coupé", "latin-1", "ligne coupée", "en-têtes seuls", "vide", "faux parquet"],
)
def test_fichier_abime_est_refuse_avec_sa_raison(lire, octets, raison):
    with pytest.raises(FichierRefuse) as refus:
        lire(octets)
    assert raison in str(refus.value)


def test_archive_de_deux_csv_est_refusee(lire):
    flux = io.BytesIO()
    with zipfile.ZipFile(flux, "w") as archive:
        archive.writestr("a.csv", BON)
        archive.writestr("b.csv", BON)
    with pytest.raises(FichierRefuse, match="un fichier CSV et un seul : il en contient 2"):
        lire(flux.getvalue())


def test_fichier_absent_se_dit(tmp_path):
    with pytest.raises(FichierRefuse, match="Fichier introuvable"), lire_stock(tmp_path / "rien.csv", None, Criteres(), {}):
        pass


def en_parquet(chemin, rangees, entetes):
    duckdb = pytest.importorskip("duckdb", reason="duckdb n’est pas installé : extra « parquet »")
    source = chemin.with_suffix(".source")
    source.write_bytes(fichier(rangees, entetes))
    duckdb.sql(f"COPY (SELECT * FROM read_csv('{source}', all_varchar=true)) TO '{chemin}' (FORMAT parquet)")
    return chemin


def test_parquet_se_lit_comme_le_csv(tmp_path, lire):
    rangees, unites = [etablissement(rang) for rang in (1, 2, 3)], [unite(rang) for rang in (1, 2, 3)]
    rangees[1]["etatAdministratifEtablissement"] = "F"
    chemins = en_parquet(tmp_path / "e.parquet", rangees, ETABLISSEMENT), en_parquet(tmp_path / "u.parquet", unites, UNITE)
    with lire_stock(*chemins, Criteres("70"), {}) as stock:
        lues = list(analyser(stock.feuille, referentiel_embarque()))
    assert (stock.feuille.genre, stock.lus, noms(lues)) == ("parquet", 3, ["SOCIETE FICTIVE 1", "SOCIETE FICTIVE 3"])
    assert [ligne.adresse for ligne in lues] == [ligne.adresse for ligne in lire(rangees, unites, Criteres("70"))[0]]


def test_parquet_sans_duckdb_dit_quoi_installer(tmp_path, monkeypatch):
    (tmp_path / "e.parquet").write_bytes(b"PAR1")
    monkeypatch.setitem(sys.modules, "duckdb", None)
    refuse = pytest.raises(FichierRefuse, match=r"pip install duckdb==2\.0\.0")
    with refuse, lire_stock(tmp_path / "e.parquet", None, Criteres(), {}):
        pass


def test_lecture_ne_garde_pas_le_fichier_en_memoire(tmp_path):
    """Cent fois plus de lignes écartées ne coûtent pas de mémoire."""
    rangee = ",".join(etablissement(1, code_commune="88160").get(nom, "") for nom in ETABLISSEMENT)
    pics = []
    for nombre in (300, 30_000):
        chemin = tmp_path / f"{nombre}.csv"
        chemin.write_text("\n".join([",".join(ETABLISSEMENT), *([rangee] * nombre)]) + "\n")
        tracemalloc.start()
        with lire_stock(chemin, None, Criteres("70"), {}) as stock:
            pics.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert (stock.lus, stock.retenus) == (nombre, 0)
    assert pics[1] < pics[0] + 500_000
