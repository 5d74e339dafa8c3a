"""Déposer une liste de contacts : les pages de l'assistant, qui peut, et ce que chacun en lit."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from entreprises.models import Import, Sollicitation
from entreprises.operations import ecrire_import
from tests.conftest import PROFILS
from tests.donnees.fabrique import siret, texte
from tests.entreprises.test_import_contacts import ENTETES, LE, deposer_liste
from tests.factories import DeportFactory, EntrepriseFactory, InstitutionFactory, MembreFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def tournerie(reseau):
    return EntrepriseFactory(reseau=reseau, siret=siret(1), raison_sociale="Tournerie du Lac")


def adresse(nom, reseau, *arguments):
    return reverse(f"entreprises:{nom}", args=[reseau.slug, *arguments])


def envoi(membre, contenu=None, **autres):
    contenu = contenu or texte([ENTETES[:2], [siret(1), LE]])
    return {
        "fichier": SimpleUploadedFile("chambre.csv", contenu),
        "institution": membre.institution_id,
        "canal": "visite",
        "objet": "autre",
        **autres,
    }


@pytest.mark.parametrize("profil", ["animateur", "secretariat", "direct", "prefecture"])
def test_depot_mene_a_l_apercu_puis_au_journal(clients, membres, reseau, tournerie, profil):
    client, membre = clients[profil], membres[profil]
    apercu = client.post(adresse("importer-contacts", reseau), envoi(membre), follow=True)
    assert (apercu.context["contacts"], apercu.context["a_ecrire"], Sollicitation.objects.count()) == (True, True, 0)
    bilan = client.post(adresse("import-ecrire", reseau, Import.objects.get().pk), follow=True)
    assert (bilan.context["annulable"], Sollicitation.objects.count()) == (True, 1)
    client.post(adresse("import-annuler", reseau, Import.objects.get().pk))
    assert Sollicitation.objects.count() == 0


def test_associe_ne_note_que_chez_les_entreprises_qu_il_voit(clients, membres, reseau, tournerie):
    reponse = clients["associe"].post(adresse("importer-contacts", reseau), envoi(membres["associe"]), follow=True)
    assert (reponse.context["nombres"]["crees"], reponse.context["nombres"]["rejetes"]) == (0, 1)


def test_observateur_n_importe_rien(clients, membres, reseau):
    assert clients["observateur"].get(adresse("importer-contacts", reseau)).status_code == 403


@pytest.mark.parametrize(("profil", "erreurs"), [("animateur", []), ("direct", ["institution"]), ("prefecture", ["institution"])])
def test_seule_l_animation_importe_pour_une_autre_institution(clients, membres, reseau, tournerie, profil, erreurs):
    autre = InstitutionFactory(reseau=reseau)
    reponse = clients[profil].post(adresse("importer-contacts", reseau), envoi(membres[profil], institution=autre.pk))
    assert list(reponse.context["form"].errors if reponse.context else []) == erreurs


def test_institution_d_un_autre_reseau_est_refusee(clients, membres, reseau):
    ailleurs = envoi(membres["animateur"], institution=InstitutionFactory().pk)
    assert list(clients["animateur"].post(adresse("importer-contacts", reseau), ailleurs).context["form"].errors) == [
        "institution"
    ]


def test_depot_se_suit_par_sa_maison_et_l_animation(clients, membres, reseau, tournerie):
    depot = deposer_liste(membres["direct"], [siret(1), LE], entetes=ENTETES[:2])
    etranger = deposer_liste(MembreFactory(reseau=reseau), [siret(1), LE], entetes=ENTETES[:2])
    lus = {
        profil: [d.pk for d in clients[profil].get(adresse("imports", reseau)).context["page_obj"]]
        for profil in PROFILS
        if profil != "observateur"
    }
    assert lus.pop("animateur") == lus.pop("secretariat") == [etranger.pk, depot.pk]
    assert set(map(tuple, lus.values())) == {(depot.pk,)}
    assert clients["direct"].post(adresse("import-ecrire", reseau, etranger.pk)).status_code == 404


def test_collegue_qui_ne_voit_pas_l_entreprise_n_en_lit_rien(clients, membres, reseau, tournerie):
    depot = deposer_liste(membres["direct"], [siret(1), LE, "", "", "", ""], [siret(1), "Tournerie", "", "", "", ""])
    for profil, vus in {"direct": (1, 1), "associe": (0, 0)}.items():
        contexte = clients[profil].get(depot.get_absolute_url()).context
        assert (len(contexte["extrait"]), len(contexte["page_obj"].object_list)) == vus
    assert "Tournerie" not in clients["associe"].get(depot.get_absolute_url()).content.decode()
    assert clients["associe"].get(adresse("import-rejets", reseau, depot.pk)).status_code == 302


def test_deporte_ne_lit_ni_extrait_ni_rejet_du_depot_d_un_autre(clients, membres, reseau, tournerie):
    depot = deposer_liste(membres["secretariat"], [siret(1), LE, "", "", "", ""], [siret(1), "Tournerie", "", "", "", ""])
    DeportFactory(entreprise=tournerie, membre=membres["animateur"])
    page = clients["animateur"].get(depot.get_absolute_url())
    assert (page.context["extrait"], "Tournerie" in page.content.decode()) == ([], False)
    assert siret(1)[:9] not in page.content.decode().replace(" ", "")


def test_modele_se_telecharge_et_se_relit(clients, membres, reseau):
    modele = clients["direct"].get(adresse("modele-contacts", reseau)).content
    reponse = clients["direct"].post(adresse("importer-contacts", reseau), envoi(membres["direct"], modele), follow=True)
    assert [rejet["raison"] for rejet in reponse.context["page_obj"]] == ["Entreprise inconnue du réseau : SIRET 99990000400014."]
    assert reponse.context["fichier"]["ignorees"] == []


@pytest.mark.parametrize("combien", [1, 3, 30])
def test_apercu_coute_autant_pour_une_ligne_que_pour_trente(clients, reseau, animateur, requetes, combien):
    fiches = [EntrepriseFactory(reseau=reseau, siret=siret(rang)) for rang in range(combien)]
    depot = deposer_liste(animateur, *[[fiche.siret, LE] for fiche in fiches], entetes=ENTETES[:2])
    assert requetes(lambda: clients["animateur"].get(depot.get_absolute_url())) <= 9
    assert requetes(lambda: ecrire_import(depot, par=animateur)) <= 25
