"""Les colonnes corrigées à l'écran : l'aperçu se refait, l'import les retient, le fichier suivant les reprend."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from entreprises.enums import EtatImport
from entreprises.models import Correspondance, Entreprise, Import
from entreprises.operations import corriger_colonnes, deposer, ecrire_import, importer
from entreprises.operations.correspondances import corriger
from reseau.lib.erreurs import RegleEnfreinte
from tests.donnees.fabrique import siret, texte, xlsx
from tests.factories import MembreFactory

pytestmark = pytest.mark.django_db
ETRANGES = ["Identifiant", "Qui", "Où", "Mot"]
RANGEE = [siret(1), "Tôlerie fictive", "Vesoul", "bois"]
CHOIX = ["siret", "raison_sociale", "ville", "filiere"]
CONTENU = texte([ETRANGES, RANGEE])


@pytest.fixture
def depot(animateur):
    return deposer(CONTENU, "liste.csv", par=animateur)


def test_en_tete_inconnu_mene_a_la_correspondance(depot):
    assert (depot.etat, depot.bilan["lus"], Entreprise.objects.count()) == (EtatImport.APERCU, 0, 0)
    assert depot.bilan["manque"].startswith("L’en-tête est introuvable")
    assert depot.bilan["colonnes"][0] == {"entete": "Identifiant", "champ": "", "exemples": [siret(1)]}


def test_colonnes_designees_refont_l_apercu(depot):
    depot = corriger_colonnes(depot, CHOIX)
    assert (depot.bilan["crees"], "manque" in depot.bilan, Entreprise.objects.count()) == (1, False, 0)
    assert depot.correspondance == {"siret": [0], "raison_sociale": [1], "ville": [2], "filiere": [3]}


def test_colonnes_encore_incompletes_gardent_les_choix(depot):
    depot = corriger_colonnes(depot, ["siret", "", "", ""])
    assert depot.bilan["manque"].startswith("Il manque une colonne indispensable : raison sociale.")
    assert [colonne["champ"] for colonne in depot.bilan["colonnes"]] == ["siret", "", "", ""]


def test_import_incomplet_ne_s_ecrit_pas(depot, animateur):
    with pytest.raises(RegleEnfreinte):
        ecrire_import(depot, par=animateur)


def test_import_ecrit_avec_les_colonnes_corrigees_et_les_retient(depot, animateur):
    ecrire_import(corriger_colonnes(depot, CHOIX), par=animateur)
    fiche = Entreprise.objects.get()
    assert (fiche.raison_sociale, fiche.ville, fiche.filiere) == ("Tôlerie fictive", "Vesoul", "bois")
    retenue = Correspondance.objects.get()
    assert (retenue.reseau, retenue.nom, retenue.colonnes["ville"]) == (animateur.reseau, "liste.csv", [2])


def test_fichier_suivant_reprend_la_correspondance_quelle_que_soit_la_casse(depot, animateur):
    ecrire_import(corriger_colonnes(depot, CHOIX), par=animateur)
    suite = [[nom.upper() for nom in ETRANGES], [siret(2), "Scierie", "Lure", ""]]
    for contenu in (texte(suite), xlsx(("Liste", suite))):
        depose = deposer(contenu, "suite", par=animateur)
        assert (depose.bilan["crees"], depose.bilan["reprise"], depose.correspondance["siret"]) == (1, True, [0])


def test_commande_reprend_aussi_la_correspondance(depot, animateur):
    ecrire_import(corriger_colonnes(depot, CHOIX), par=animateur)
    assert importer(texte([ETRANGES, [siret(2), "Scierie", "", ""]]), "suite.csv", animateur.reseau).crees == 1


def test_correspondance_reste_au_reseau(depot, animateur):
    ecrire_import(corriger_colonnes(depot, CHOIX), par=animateur)
    assert "manque" in deposer(CONTENU, "liste.csv", par=MembreFactory()).bilan


def test_apercu_sans_correction_n_en_retient_pas(animateur):
    depot = deposer(texte([["SIRET", "Nom"], RANGEE[:2]]), "liste.csv", par=animateur)
    ecrire_import(depot, par=animateur)
    assert (depot.bilan["reprise"], Correspondance.objects.count()) == (False, 0)


def test_colonne_deplacee_garde_les_autres_entieres():
    description = {
        "champs": {"siret": [0], "raison_sociale": [1, 2], "enseigne": [2]},
        "colonnes": [{"champ": champ} for champ in ("siret", "raison_sociale", "raison_sociale", "")],
    }
    assert corriger(description, ["siret", "raison_sociale", "raison_sociale", "enseigne"]) == {
        "siret": [0],
        "raison_sociale": [1, 2],
        "enseigne": [3, 2],
    }


def test_colonne_en_double_se_departage(animateur):
    depot = deposer(texte([["SIRET", "Nom", "Nom"], [*RANGEE[:2], "autre"]]), "liste.csv", par=animateur)
    assert "deux fois" in depot.bilan["manque"]
    assert corriger_colonnes(depot, ["siret", "raison_sociale", ""]).bilan["crees"] == 1


def test_fichier_sans_en_tete_ni_siret_reste_refuse(animateur):
    for contenu in (texte([RANGEE, [siret(2), "Scierie", "Lure", "bois"]]), texte([["Nom", "Ville"], ["Scierie", "Lure"]])):
        with pytest.raises(RegleEnfreinte):
            deposer(contenu, "liste.csv", par=animateur)


def test_ecran_montre_les_colonnes_et_corrige(clients, reseau):
    client = clients["animateur"]
    fichier = SimpleUploadedFile("liste.csv", CONTENU)
    page = client.post(reverse("entreprises:importer", args=[reseau.slug]), {"fichier": fichier}, follow=True)
    assert [exemples for _, exemples in page.context["form"].rangees()] == [[valeur] for valeur in RANGEE]
    depose = Import.objects.get()
    adresse = reverse("entreprises:import-colonnes", args=[reseau.slug, depose.pk])
    page = client.post(adresse, {f"colonne_{rang}": champ for rang, champ in enumerate(CHOIX)}, follow=True)
    assert (page.context["a_ecrire"], page.context["nombres"]["crees"]) == (True, 1)
    page = client.post(adresse, {"colonne_0": "inconnu"}, follow=True)
    assert [message.level_tag for message in page.context["messages"]] == ["error"]
