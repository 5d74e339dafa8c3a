"""`manage.py importer_entreprises` : à blanc par défaut, bilan lisible ou JSON, codes de sortie."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from entreprises.models import Entreprise
from reseau.models import Journal
from tests.entreprises.donnees_d_import import fichier, ligne

pytestmark = pytest.mark.django_db
SANS_SIRET = ["", *ligne(9)[1:]]


@pytest.fixture
def lancer(reseau, tmp_path):
    """`lancer(contenu, "--ecrire")` → (code de sortie, sortie, erreurs)."""

    def lancer(contenu, *options, slug=reseau.slug):
        chemin = tmp_path / "liste.csv"
        if contenu is not None:
            chemin.write_bytes(contenu)
        sortie, erreurs = StringIO(), StringIO()
        try:
            call_command("importer_entreprises", str(chemin), "--reseau", slug, *options, stdout=sortie, stderr=erreurs)
        except SystemExit as fin:
            return fin.code, sortie.getvalue(), erreurs.getvalue()
        return 0, sortie.getvalue(), erreurs.getvalue()

    return lancer


def test_par_defaut_rien_n_est_ecrit(lancer):
    code, sortie, erreurs = lancer(fichier(ligne(1)))
    assert (code, erreurs, Entreprise.objects.count(), Journal.objects.count()) == (0, "", 0, 0)
    assert sortie.splitlines() == [
        "Essai à blanc : rien n’est enregistré (ajoutez --ecrire).",
        "1 ligne lue : 1 créée, 0 modifiée, 0 inchangée, 0 rejetée.",
    ]


def test_ecrire_enregistre(lancer):
    code, sortie, _ = lancer(fichier(ligne(1)), "--ecrire")
    assert (code, sortie.splitlines()[0], Entreprise.objects.count()) == (0, "Import enregistré.", 1)


def test_rejets_se_lisent_et_rendent_1(lancer):
    code, sortie, _ = lancer(fichier(ligne(1), SANS_SIRET), "--ecrire")
    assert (code, sortie.splitlines()[-1], Entreprise.objects.count()) == (1, "  ligne 3 : SIRET absent.", 1)


def test_bilan_json_est_seul_sur_la_sortie(lancer):
    code, sortie, _ = lancer(fichier(ligne(1), SANS_SIRET), "--bilan", "json")
    assert code == 1
    assert json.loads(sortie) == {
        "lus": 2,
        "crees": 1,
        "modifies": 0,
        "inchanges": 0,
        "rejetes": [{"ligne": 3, "raison": "SIRET absent."}],
    }


def test_second_passage_est_tout_inchange(lancer):
    lancer(fichier(ligne(1), ligne(2)), "--ecrire")
    assert json.loads(lancer(fichier(ligne(1), ligne(2)), "--ecrire", "--bilan", "json")[1])["inchanges"] == 2


def test_fichier_refuse_rend_2(lancer):
    code, sortie, erreurs = lancer(b"%PDF-1.4", "--ecrire")
    assert (code, sortie, Entreprise.objects.count()) == (2, "", 0)
    assert erreurs.startswith("Ce fichier est un PDF")


def test_fichier_absent_rend_2(lancer):
    code, _, erreurs = lancer(None)
    assert (code, erreurs.startswith("Fichier introuvable : « ")) == (2, True)


def test_valeurs_ecartees_se_disent(lancer):
    _, sortie, _ = lancer(fichier(ligne(1, NAF="99.99X"), ligne(2)))
    assert sortie.splitlines()[1:] == [
        "2 lignes lues : 2 créées, 0 modifiée, 0 inchangée, 0 rejetée.",
        "1 valeur écartée ou raccourcie.",
    ]


def test_reseau_inconnu_rend_2_et_nomme_les_autres(lancer, reseau):
    code, _, erreurs = lancer(fichier(ligne(1)), slug="nulle-part")
    assert (code, erreurs) == (2, f"Réseau inconnu : « nulle-part ». Réseaux de cette installation : {reseau.slug}.\n")
