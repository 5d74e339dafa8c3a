"""`manage.py importer_sirene` : essai à blanc, même bilan et même trace que l'import, changements appris, codes de sortie."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from entreprises.models import Changement, Contact, Entreprise, Import, LotEcrit
from tests.donnees.fabrique import siret
from tests.entreprises.donnees_sirene import ETABLISSEMENT, UNITE, etablissement, fichier, unite

pytestmark = pytest.mark.django_db


@pytest.fixture
def lancer(reseau, tmp_path):
    """`lancer(rangées, unités, "--ecrire")` → (code de sortie, sortie, erreurs)."""

    def lancer(rangees, unites, *options, slug=reseau.slug, entetes=ETABLISSEMENT):
        chemins = tmp_path / "StockEtablissement.csv", tmp_path / "StockUniteLegale.csv"
        chemins[0].write_bytes(fichier(rangees, entetes))
        fichiers = ["--etablissements", str(chemins[0])]
        if unites is not None:
            chemins[1].write_bytes(fichier(unites, UNITE))
            fichiers += ["--unites-legales", str(chemins[1])]
        sortie, erreurs, code = StringIO(), StringIO(), 0
        try:
            call_command("importer_sirene", "--reseau", slug, *fichiers, *options, stdout=sortie, stderr=erreurs)
        except SystemExit as fin:
            code = fin.code
        return code, sortie.getvalue(), erreurs.getvalue()

    return lancer


def changements():
    return [(c.genre, c.entreprise.siret, c.avant, c.apres) for c in Changement.objects.order_by("pk")]


def test_par_defaut_rien_n_est_ecrit(lancer):
    code, sortie, erreurs = lancer([etablissement(1)], [unite(1)])
    assert (code, erreurs, Entreprise.objects.count(), Import.objects.count()) == (0, "", 0, 0)
    assert sortie.splitlines() == [
        "Essai à blanc : rien n’est enregistré (ajoutez --ecrire).",
        "Établissements du fichier : 1 ; retenus : 1.",
        "1 ligne lue : 1 créée, 0 modifiée, 0 inchangée, 0 rejetée.",
    ]


def test_ecrire_laisse_un_import_annulable_du_genre_sirene(lancer):
    code, sortie, _ = lancer([etablissement(1)], [unite(1)], "--ecrire")
    depot = Import.objects.get()
    assert (code, sortie.splitlines()[0], Entreprise.objects.get().raison_sociale) == (
        0,
        "Import enregistré.",
        "SOCIETE FICTIVE 1",
    )
    assert (depot.genre, depot.etat, depot.nom, depot.membre) == ("sirene", "ecrit", "StockEtablissement.csv", None)
    assert LotEcrit.objects.filter(depot=depot).count() == 1


def test_filtres_de_la_ligne_de_commande(lancer):
    rangees = [etablissement(1), etablissement(2, code_commune="88160"), etablissement(3, tranche_effectifs="01")]
    options = ["--departement", "70", "--tranches", "11, 12", "--divisions", "25", "--ecrire"]
    lancer(rangees, [unite(rang) for rang in (1, 2, 3)], *options)
    assert list(Entreprise.objects.values_list("siret", flat=True)) == [siret(1)]


@pytest.mark.parametrize(
    ("options", "raison"),
    [
        (["--tranches", "99"], "Tranche d’effectif inconnue : 99."),
        (["--divisions", "04"], "Division de la NAF inconnue : 04."),
        (["--departement", "700"], "Département inconnu : « 700 »"),
    ],
)
def test_code_inconnu_est_refuse(lancer, options, raison):
    with pytest.raises(CommandError, match=raison):
        lancer([etablissement(1)], None, *options)


def test_fichier_refuse_ou_reseau_inconnu_rendent_2(lancer):
    refus = lancer([etablissement(1)], None, entetes=ETABLISSEMENT[2:])
    assert (refus[0], refus[2]) == (2, "Colonne indispensable absente de « StockEtablissement.csv » : siret.\n")
    assert lancer([etablissement(1)], None, slug="nulle-part")[0] == 2


def test_sans_nom_la_ligne_est_rejetee_et_rend_1(lancer):
    code, sortie, _ = lancer([etablissement(1)], None)
    assert (code, sortie.splitlines()[-1].startswith("  ligne 2 : Raison sociale absente")) == (1, True)


def test_rejeu_ne_change_rien_et_n_apprend_rien(lancer):
    stock = [etablissement(1), etablissement(2, statut_diffusion="P")], [unite(1), unite(2, "[ND]")]
    lancer(*stock, "--ecrire")
    bilan = json.loads(lancer(*stock, "--ecrire", "--bilan", "json")[1])
    assert (bilan["crees"], bilan["inchanges"], bilan["changements"], changements()) == (0, 2, {}, [])


@pytest.fixture
def peuple(lancer):
    """Cinq établissements au réseau, dont un fermé."""
    rangees = [etablissement(rang) for rang in range(1, 6)]
    rangees[4]["etatAdministratifEtablissement"] = "F"
    lancer(rangees, [unite(rang) for rang in range(1, 6)], "--etat", "tous", "--ecrire")


def test_mise_a_jour_dit_ce_qui_change(lancer, peuple):
    rangees = [
        etablissement(1, etat_administratif="F"),
        etablissement(2, libelle_voie="NEUVE"),
        etablissement(3, code_commune="70310", libelle_commune="LURE", code_postal="70200"),
        etablissement(4, tranche_effectifs="21"),
        etablissement(5),
    ]
    _, sortie, _ = lancer(rangees, [unite(rang) for rang in range(1, 6)], "--ecrire")
    assert changements() == [
        ("fermeture", siret(1), "En activité", "Fermé"),
        ("demenagement", siret(2), "1 RUE DES ESSAIS, 70000 VESOUL", "1 RUE NEUVE, 70000 VESOUL"),
        ("demenagement", siret(3), "1 RUE DES ESSAIS, 70000 VESOUL", "1 RUE DES ESSAIS, 70200 LURE"),
        ("effectif", siret(4), "20 à 49 salariés", "50 à 99 salariés"),
        ("reouverture", siret(5), "Fermé", "En activité"),
    ]
    assert sortie.splitlines()[3] == (
        "Entreprises déjà dans le réseau : Déménagée : 2, Effectif changé : 1, Fermée : 1, Rouverte : 1."
    )


def test_essai_a_blanc_compte_les_changements_sans_les_garder(lancer, peuple):
    bilan = json.loads(lancer([etablissement(1, etat_administratif="F")], None, "--bilan", "json")[1])
    assert (bilan["changements"], bilan["absents"], changements()) == ({"fermeture": 1}, 4, [])


def test_absent_du_fichier_n_est_pas_repute_ferme(lancer, peuple):
    _, sortie, _ = lancer([etablissement(1)], [unite(1)], "--ecrire")
    assert sortie.splitlines()[-1] == "Établissements du réseau absents du fichier, donc laissés tels quels : 4."
    assert (Entreprise.objects.filter(etat="actif").count(), changements()) == (4, [])


def test_ecriture_autrement_n_est_pas_un_demenagement(lancer, peuple, reseau):
    """Majuscules, accents, première adresse ou première tranche : rien n'a bougé."""
    Entreprise.objects.filter(siret=siret(1)).update(adresse="1, rue des Essais", tranche_effectif="")
    Entreprise.objects.filter(siret=siret(2)).update(adresse="", commune=None)
    lancer([etablissement(1), etablissement(2)], [unite(1), unite(2)], "--ecrire")
    assert changements() == []


def test_devenue_non_diffusible_ne_redit_pas_son_adresse(lancer, peuple):
    rangee = etablissement(1, statut_diffusion="P", code_commune="70310", libelle_commune="LURE", code_postal="70200")
    lancer([rangee], [unite(1, "[ND]", statut_diffusion="P")], "--ecrire")
    assert changements() == [("demenagement", siret(1), "70000 VESOUL", "70200 LURE")]
    assert (Entreprise.objects.get(siret=siret(1)).diffusible, Contact.objects.count()) == (False, 0)


def test_changements_s_ecrivent_par_lot(lancer, peuple, requetes):
    stocks = [[etablissement(rang, etat_administratif="F") for rang in rangs] for rangs in ([1], [2, 3, 4])]
    nombres = [requetes(lambda rangees=rangees: lancer(rangees, None, "--ecrire")) for rangees in stocks]
    assert (nombres[0] == nombres[1], len(changements())) == (True, 4)
