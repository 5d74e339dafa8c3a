"""Ajouter une entreprise : chercher au répertoire, reprendre, saisir à la main ; lire n'écrit rien."""

import pytest
from django.core.cache import cache
from django.urls import reverse

from entreprises import annuaire_public
from entreprises.models import Entreprise
from reseau.models import Journal
from tests.donnees.fabrique import siret
from tests.entreprises import repertoire
from tests.entreprises.repertoire import fiche, reponse, unite
from tests.factories import DeportFactory, EntrepriseFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def serveur(settings, monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr(annuaire_public, "DELAI", 0.3)
    monkeypatch.setattr(annuaire_public, "REPRISES", annuaire_public.REPRISES.new(backoff_factor=0.01))
    cache.clear()
    with repertoire.ouvert() as serveur:
        settings.RECHERCHE_ENTREPRISES_URL = serveur.adresse
        serveur.jouer((200, reponse(unite(1))))
        yield serveur


@pytest.fixture
def demander(clients, reseau):
    def demander(profil="direct", **requete):
        return clients[profil].get(reverse("entreprises:ajouter", args=[reseau.slug], query=requete or None))

    return demander


def initial(response):
    form = response.context["form"]
    return {champ: valeur for champ, valeur in form.initial.items() if valeur not in ("", None)}


def test_ajout_commence_par_une_recherche(serveur, demander):
    response = demander()
    assert (next(modele.name for modele in response.templates), serveur.demandes) == ("entreprises/entreprise_recherche.html", [])


def test_recherche_propose_les_etablissements(serveur, demander):
    page = demander(q="scierie").content.decode()
    for mot in ("SCIERIE FICTIVE 1", "70000 VESOUL", "16.10A ", "16.11Y ", "En activité", f"?siret={siret(1)}", "saisie=1"):
        assert mot in page, mot


def test_deja_dans_le_reseau_mene_a_la_fiche(serveur, demander, reseau):
    connue = EntrepriseFactory(reseau=reseau, siret=siret(1))
    EntrepriseFactory(siret=siret(1))
    [trouve] = demander(q="scierie").context["trouves"]
    assert trouve["fiche"] == connue
    assert connue.get_absolute_url() in demander(q="scierie").content.decode()


def test_deporte_n_apprend_pas_qu_elle_y_est(serveur, demander, reseau, direct):
    DeportFactory(entreprise__reseau=reseau, entreprise__siret=siret(1), membre=direct)
    [trouve] = demander(q="scierie").context["trouves"]
    assert trouve["fiche"] is None


def test_reprendre_remplit_le_formulaire_sans_rien_redemander(serveur, demander):
    demander(q="scierie")
    response = demander(siret=siret(1))
    assert initial(response) == {
        "siret": siret(1),
        "raison_sociale": "SCIERIE FICTIVE 1",
        "naf": "16.10A",
        "naf_2025": "16.11Y",
        "tranche_effectif": "12",
        "adresse": "1 RUE DES ESSAIS",
        "code_postal": "70000",
        "ville": "VESOUL",
        "etat": "actif",
        "diffusible": True,
    }
    assert ("d’après le répertoire public" in response.content.decode(), serveur.demandes) == (True, ["scierie"])


def test_fiche_reprise_s_enregistre_telle_quelle(serveur, demander, clients, reseau):
    saisie = initial(demander(siret=siret(1)))
    response = clients["direct"].post(reverse("entreprises:ajouter", args=[reseau.slug]), saisie)
    entreprise = Entreprise.objects.get()
    assert (response.status_code, response.url) == (302, entreprise.get_absolute_url())
    assert (entreprise.commune_id, entreprise.naf_id, entreprise.naf_2025_id) == ("70550", "16.10A", "16.11Y")


def test_non_diffusible_se_reprend_sans_nom_ni_adresse(serveur, demander):
    serveur.jouer((200, reponse(unite(1, statut_diffusion="P", siege=fiche(1, statut_diffusion_etablissement="P")))))
    response = demander(siret=siret(1))
    valeurs = initial(response)
    assert (valeurs["raison_sociale"], valeurs["diffusible"], "adresse" in valeurs) == ("Non diffusible", False, False)
    assert "a demandé à ne pas être diffusée" in response.content.decode()


@pytest.mark.parametrize(
    ("requete", "attendu"),
    [
        ({"q": "Scierie fictive"}, {"raison_sociale": "Scierie fictive"}),
        ({"q": f"{siret(1)[:9]} {siret(1)[9:]}"}, {"siret": siret(1)}),
        ({"siret": siret(1)}, {"siret": siret(1)}),
    ],
)
def test_service_muet_ouvre_la_saisie_sans_rien_perdre(serveur, demander, requete, attendu):
    serveur.jouer((503, b""))
    response = demander(**requete)
    assert (response.status_code, initial(response)) == (200, attendu)
    assert annuaire_public.MUET in response.content.decode()


def test_service_muet_ressort_sa_derniere_reponse(serveur, demander, monkeypatch):
    demander(q="scierie")
    monkeypatch.setattr(annuaire_public, "FRAICHE", 0)
    serveur.jouer((503, b""))
    response = demander(q="scierie")
    assert (len(response.context["trouves"]), "qui peut dater" in response.content.decode()) == (1, True)


def test_inconnu_du_repertoire_se_dit(serveur, demander):
    serveur.jouer((200, reponse()))
    assert "Le répertoire ne connaît pas « introuvable »" in demander(q="introuvable").content.decode()
    response = demander(siret=siret(2))
    assert ("ne connaît pas ce SIRET" in response.content.decode(), initial(response)) == (True, {"siret": siret(2)})


def test_recherche_trop_courte_n_interroge_personne(serveur, demander):
    assert ("au moins 3 caractères" in demander(q="ab").content.decode(), serveur.demandes) == (True, [])


def test_saisie_a_la_main_reste_ouverte_et_garde_ce_qu_on_a_tape(serveur, demander):
    response = demander(saisie=1, q="Scierie")
    assert (initial(response), serveur.demandes) == ({"raison_sociale": "Scierie"}, [])


def test_sans_repertoire_la_saisie_s_ouvre_aussitot(demander, settings):
    settings.RECHERCHE_ENTREPRISES_URL = ""
    page = demander()
    assert (page.context["form"].is_bound, "Chercher au répertoire" in page.content.decode()) == (False, False)


def test_lire_n_ecrit_rien(serveur, demander):
    for requete in ({}, {"q": "scierie"}, {"siret": siret(1)}, {"saisie": 1}):
        demander(**requete)
    assert (Entreprise.objects.count(), Journal.objects.count()) == (0, 0)


def test_recherche_coute_autant_pour_un_que_pour_dix(serveur, demander, requetes):
    nombres = []
    for combien in (1, 10):
        cache.clear()
        serveur.jouer((200, reponse(*(unite(rang) for rang in range(1, combien + 1)))))
        nombres.append(requetes(lambda: demander(q="scierie")))
    assert nombres[0] == nombres[1]
