"""La page des changements d'un import : filtre, droits, déport, classeur."""

import io

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from entreprises.models import Changement
from entreprises.operations import deposer, ecrire_import
from reseau.models import Journal
from tests.donnees.fabrique import siret
from tests.entreprises.donnees_sirene import ETABLISSEMENT, etablissement, fichier
from tests.factories import DeportFactory, EntrepriseFactory, ImportFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def depot(reseau):
    return ImportFactory(reseau=reseau, ecrit=True, genre="sirene")


def changement(depot, genre, nom="Fictive", **valeurs):
    entreprise = EntrepriseFactory(reseau=depot.reseau, raison_sociale=nom)
    return Changement.objects.create(depot=depot, entreprise=entreprise, genre=genre, **valeurs)


def adresse(depot, nom="import-changements", **requete):
    return reverse(f"entreprises:{nom}", args=[depot.reseau.slug, depot.pk], query=requete or None)


def montres(response):
    return [changement.entreprise.raison_sociale for changement in response.context["page_obj"]]


@pytest.mark.parametrize(
    ("requete", "attendus"),
    [({}, ["B", "A", "C"]), ({"genre": "fermeture"}, ["A", "C"]), ({"genre": "reouverture"}, []), ({"genre": "autre"}, [])],
)
def test_changements_se_filtrent_par_genre(clients, depot, requete, attendus):
    for nom, genre in (("A", "fermeture"), ("B", "demenagement"), ("C", "fermeture")):
        changement(depot, genre, nom)
    changement(ImportFactory(reseau=depot.reseau), "fermeture", "D’un autre import")
    assert montres(clients["animateur"].get(adresse(depot, **requete))) == attendus


def test_page_vide_le_dit_et_ne_propose_pas_d_export(clients, depot):
    page = clients["animateur"].get(adresse(depot)).content.decode()
    assert ("Aucun changement" in page, "n’est pas réputé fermé" in page, "/export/" in page) == (True, True, False)


def test_entreprise_deportee_n_y_parait_pas(clients, depot, membres):
    deporte = changement(depot, "fermeture", "Cachée")
    DeportFactory(entreprise=deporte.entreprise, membre=membres["secretariat"])
    assert montres(clients["secretariat"].get(adresse(depot))) == []


def test_import_d_un_autre_reseau_est_introuvable(clients):
    ailleurs = ImportFactory(ecrit=True)
    slug = clients["animateur"].get("/", follow=True).context["reseau"].slug
    noms = ("import-changements", "import-changements-export")
    adresses = [reverse(f"entreprises:{nom}", args=[slug, ailleurs.pk]) for nom in noms]
    assert [clients["animateur"].get(une).status_code for une in adresses] == [404, 404]


def test_classeur_porte_le_filtre_et_sa_trace(clients, depot):
    changement(depot, "fermeture", "=1+1", avant="En activité", apres="Fermé")
    changement(depot, "effectif")
    response = clients["animateur"].get(adresse(depot, "import-changements-export", genre="fermeture"))
    [_, ligne, *_] = CalamineWorkbook.from_filelike(io.BytesIO(response.content)).get_sheet_by_name("Changements").to_python()
    assert ligne[1:] == ["'=1+1", "Fermée", "En activité", "Fermé"]
    assert list(Journal.objects.values_list("geste", "nombre", "precision")) == [("export", 1, "changements")]


def test_import_par_l_ecran_d_un_fichier_sirene_apprend_aussi(animateur, clients, reseau):
    EntrepriseFactory(reseau=reseau, siret=siret(1), tranche_effectif="11", commune_id="70550", adresse="1, rue des Essais")
    rangee = etablissement(1, etat_administratif="F", denomination_usuelle="FICTIVE")
    depot = ecrire_import(deposer(fichier([rangee], ETABLISSEMENT), "extrait.csv", par=animateur), par=animateur)
    assert list(depot.changements.values_list("genre", flat=True)) == ["effectif", "fermeture"]
    assert adresse(depot) in clients["animateur"].get(depot.get_absolute_url()).content.decode()
