"""Les étiquettes : les tenir, les poser depuis la fiche ; leur nombre ne trahit pas un déport."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from entreprises.models import Etiquette
from tests.factories import DeportFactory, EntrepriseFactory, EtiquetteFactory

pytestmark = pytest.mark.django_db


def adresse(nom, reseau, *arguments):
    return reverse(f"entreprises:{nom}", args=[reseau.slug, *arguments])


def dits(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


@pytest.fixture
def bois(reseau):
    return EtiquetteFactory(reseau=reseau, nom="Bois")


def test_liste_compte_ce_que_chacun_voit(clients, reseau, direct, bois):
    vue = EntrepriseFactory(reseau=reseau)
    cachee = DeportFactory(entreprise__reseau=reseau, membre=direct).entreprise
    bois.entreprises.add(vue, cachee)
    pages = [clients[profil].get(adresse("etiquettes", reseau)).context["page_obj"] for profil in ("animateur", "direct")]
    assert [[etiquette.nombre for etiquette in page] for page in pages] == [[2], [1]]


@pytest.mark.parametrize(("profil", "attendu"), [("animateur", 200), ("secretariat", 200), ("direct", 403)])
def test_renommer_et_supprimer_suivent_le_droit(clients, reseau, bois, profil, attendu):
    statuts = {
        clients[profil].get(adresse(f"etiquette-{geste}", reseau, bois.pk)).status_code for geste in ("modifier", "supprimer")
    }
    assert statuts == {attendu}


def test_renommer_refuse_un_nom_pris_ou_a_virgule(clients, reseau, bois):
    EtiquetteFactory(reseau=reseau, nom="Métal")
    for nom in ("métal", "Bois, métal", " "):
        clients["animateur"].post(adresse("etiquette-modifier", reseau, bois.pk), {"nom": nom})
    clients["animateur"].post(adresse("etiquette-modifier", reseau, bois.pk), {"nom": "bois"})
    assert sorted(Etiquette.objects.values_list("nom", flat=True)) == ["Métal", "bois"]


def test_supprimer_demande_puis_dit_le_nombre(clients, reseau, bois):
    bois.entreprises.add(EntrepriseFactory(reseau=reseau))
    clients["animateur"].get(adresse("etiquette-supprimer", reseau, bois.pk))
    assert Etiquette.objects.count() == 1
    response = clients["animateur"].post(adresse("etiquette-supprimer", reseau, bois.pk))
    assert (dits(response), Etiquette.objects.count()) == (["« Bois » est supprimée : 1\u00a0entreprise la portait."], 0)


def test_fiche_pose_et_retire(clients, reseau, bois):
    fiche = EntrepriseFactory(reseau=reseau)
    clients["direct"].post(adresse("etiqueter", reseau, fiche.pk), {"nom": "bois"})
    assert list(fiche.etiquettes.all()) == [bois]
    clients["direct"].post(adresse("etiqueter", reseau, fiche.pk), {"retirer": bois.pk})
    assert list(fiche.etiquettes.all()) == []


def test_fiche_refuse_un_nom_vide_ou_l_etiquette_d_un_autre_reseau(clients, reseau):
    fiche = EntrepriseFactory(reseau=reseau)
    clients["direct"].post(adresse("etiqueter", reseau, fiche.pk), {"nom": " , "})
    response = clients["direct"].post(adresse("etiqueter", reseau, fiche.pk), {"retirer": EtiquetteFactory().pk})
    assert (response.status_code, fiche.etiquettes.count()) == (404, 0)
