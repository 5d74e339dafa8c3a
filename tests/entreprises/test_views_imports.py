"""L'assistant d'import, page par page."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from entreprises.forms import DepotForm
from entreprises.models import Entreprise, Import
from entreprises.operations import deposer, ecrire_import
from reseau.lib import progression
from reseau.models import Journal
from tests.donnees.fabrique import xlsx
from tests.entreprises.donnees_d_import import ENTETES, fichier, ligne
from tests.factories import ImportFactory

pytestmark = pytest.mark.django_db
SANS_SIRET = ["", *ligne(9)[1:]]


def adresse(nom, reseau, *arguments, **requete):
    return reverse(f"entreprises:{nom}", args=[reseau.slug, *arguments], query=requete or None)


@pytest.fixture
def depot(membres):
    return deposer(fichier(ligne(1), ligne(2), SANS_SIRET), "liste.csv", par=membres["secretariat"])


@pytest.mark.parametrize(
    ("profil", "attendus"),
    [
        ("animateur", [200, 200, 200]),
        ("secretariat", [200, 200, 200]),
        *((profil, [200, 403, 404]) for profil in ("direct", "associe", "prefecture")),  # ils n'importent que leurs contacts
        ("observateur", [403, 403, 403]),
    ],
)
def test_imports_selon_le_profil(clients, reseau, depot, profil, attendus):
    pages = [adresse("imports", reseau), adresse("importer", reseau), adresse("import", reseau, depot.pk)]
    assert [clients[profil].get(page).status_code for page in pages] == attendus


@pytest.mark.parametrize("contenu", [fichier(ligne(1)), xlsx(("Liste", [ENTETES, ligne(1)]))])
def test_depot_mene_a_l_apercu_sans_rien_ecrire(clients, reseau, contenu):
    response = clients["secretariat"].post(adresse("importer", reseau), {"fichier": SimpleUploadedFile("liste.dat", contenu)})
    depose = Import.objects.get()
    assert (response.url, depose.bilan["crees"], Entreprise.objects.count()) == (depose.get_absolute_url(), 1, 0)


@pytest.mark.parametrize(
    ("contenu", "message"),
    [
        (b"%PDF-1.4", "Ce fichier est un PDF"),
        (b"\xff\xfe\x00", "Ce fichier"),
        (b"Nom;Ville\r\nScierie;Vesoul\r\n", "Il manque une colonne indispensable"),
        (b"SIRET;Raison sociale\r\n", "que des en-têtes"),
    ],
)
def test_fichier_refuse_le_dit_sur_le_formulaire(clients, reseau, contenu, message):
    response = clients["secretariat"].post(adresse("importer", reseau), {"fichier": SimpleUploadedFile("x.csv", contenu)})
    assert message in str(response.context["form"].errors)
    assert (response.status_code, Import.objects.count()) == (200, 0)


def test_fichier_absent_ou_trop_gros_est_refuse(monkeypatch):
    monkeypatch.setattr("entreprises.forms.imports.TAILLE_MAX", 10)
    gros = DepotForm({}, {"fichier": SimpleUploadedFile("x.csv", b"trop de texte")})
    assert (list(DepotForm({}, {}).errors), list(gros.errors)) == (["fichier"], ["fichier"])


def test_apercu_montre_bilan_extrait_et_rejets(clients, reseau, depot):
    response = clients["animateur"].get(adresse("import", reseau, depot.pk))
    contexte = response.context
    assert (contexte["nombres"]["crees"], len(contexte["extrait"]), contexte["a_ecrire"]) == (2, 2, True)
    assert list(contexte["page_obj"]) == [{"ligne": 4, "raison": "SIRET absent."}]
    assert ("Ville", "Ville") in contexte["fichier"]["reconnues"]


def test_apercu_sans_rien_a_ecrire_n_offre_pas_d_importer(clients, reseau, membres):
    rien = deposer(fichier(SANS_SIRET), "liste.csv", par=membres["animateur"])
    response = clients["animateur"].get(adresse("import", reseau, rien.pk))
    assert (response.context["a_ecrire"], b">Importer " in response.content) == (False, False)


def test_rejets_sont_pagines(clients, reseau, membres):
    depot = deposer(fichier(ligne(1), *[SANS_SIRET] * 30), "liste.csv", par=membres["animateur"])
    pages = [clients["animateur"].get(adresse("import", reseau, depot.pk, page=page)).context["page_obj"] for page in (1, 2)]
    assert [len(page.object_list) for page in pages] == [25, 5]


def test_confirmation_ecrit_et_montre_le_bilan(clients, reseau, depot):
    response = clients["animateur"].post(adresse("import-ecrire", reseau, depot.pk), follow=True)
    assert (Entreprise.objects.count(), response.context["depot"].etat, response.context["a_ecrire"]) == (2, "ecrit", False)
    assert response.context["nombres"]["rejetes"] == 1


def test_seconde_confirmation_se_dit_et_n_ecrit_rien(clients, reseau, depot):
    for _ in range(2):
        response = clients["animateur"].post(adresse("import-ecrire", reseau, depot.pk), follow=True)
    assert (Entreprise.objects.count(), Journal.objects.filter(geste="import").count()) == (2, 1)
    assert [message.level_tag for message in response.context["messages"]][-1] == "error"


def test_abandon_efface_et_le_dit(clients, reseau, depot):
    response = clients["animateur"].post(adresse("import-abandonner", reseau, depot.pk), follow=True)
    assert (response.context["depot"].etat, Entreprise.objects.count()) == ("abandonne", 0)


def test_annulation_defait_et_le_dit(clients, reseau, membres, depot):
    ecrit = ecrire_import(depot, par=membres["animateur"])
    assert clients["animateur"].get(adresse("import", reseau, ecrit.pk)).context["annulable"]
    response = clients["animateur"].post(adresse("import-annuler", reseau, ecrit.pk), follow=True)
    assert (response.context["depot"].etat, response.context["annulable"], Entreprise.objects.count()) == ("annule", False, 0)
    assert response.context["annulation"]["supprimees"] == 2


def test_avancement_ne_se_lit_que_par_qui_a_envoye(clients, reseau, membres):
    demande = adresse("import-avancement", reseau, jeton="un-jeton")
    assert clients["animateur"].get(demande).json() == {}
    with progression.suivre(f"{membres['animateur'].pk}-un-jeton") as avancer:
        avancer(2, 5)
        assert clients["animateur"].get(demande).json() == {"fait": 2, "total": 5, "etape": ""}
        assert clients["secretariat"].get(demande).json() == {}


@pytest.mark.parametrize("nom", ["import-ecrire", "import-abandonner", "import-annuler", "import-colonnes"])
def test_gestes_ne_se_font_pas_en_lisant(clients, reseau, depot, nom):
    assert clients["animateur"].get(adresse(nom, reseau, depot.pk)).status_code == 405


@pytest.mark.parametrize(
    "nom", ["import", "import-ecrire", "import-abandonner", "import-annuler", "import-colonnes", "import-rejets"]
)
def test_import_d_un_autre_reseau_est_introuvable(clients, reseau, nom):
    ailleurs, client = ImportFactory(), clients["animateur"]
    envoyer = client.get if nom in ("import", "import-rejets") else client.post
    assert envoyer(adresse(nom, reseau, ailleurs.pk)).status_code == 404


def test_rejets_se_telechargent_et_se_notent(clients, reseau, depot):
    response = clients["animateur"].get(adresse("import-rejets", reseau, depot.pk))
    assert response["Content-Disposition"] == f'attachment; filename="rejets-{depot.pk}.csv"'
    assert response.content.decode("utf-8-sig").splitlines()[1].startswith("SIRET absent.;")
    assert list(Journal.objects.values_list("geste", "objet", "nombre")) == [("export", "entreprises.import", 1)]


def test_depot_illisible_ne_casse_pas_la_page(clients, reseau):
    """Un dépôt gardé d'une version où le bilan était moins riche s'ouvre encore."""
    pauvre = ImportFactory(reseau=reseau)
    assert clients["animateur"].get(adresse("import", reseau, pauvre.pk)).status_code == 200
    assert clients["animateur"].get(adresse("import-rejets", reseau, pauvre.pk)).status_code == 302


def test_historique_coute_autant_pour_un_que_pour_vingt(clients, reseau, membres, requetes):
    nombres = []
    for combien in (1, 2, 17):
        ImportFactory.create_batch(combien, reseau=reseau, membre=membres["animateur"])
        nombres.append(requetes(lambda: clients["animateur"].get(adresse("imports", reseau))))
    assert nombres[0] == nombres[1] == nombres[2]
