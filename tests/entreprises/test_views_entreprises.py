"""La fiche d'une entreprise : qui la voit, ce que son formulaire accepte."""

import pytest
from django.urls import reverse

from entreprises.models import Entreprise
from reseau.models import Journal
from tests.factories import (
    CibleFactory,
    ContactFactory,
    DeportFactory,
    EntrepriseFactory,
    LigneDeCibleFactory,
)

pytestmark = pytest.mark.django_db
SIRET = "00000001800010"


def adresse(nom, reseau, *arguments, **requete):
    return reverse(f"entreprises:{nom}", args=[reseau.slug, *arguments], query=requete or None)


def champs(**changes):
    return {"siret": SIRET, "raison_sociale": "Scierie de l’Œuvre", "etat": "actif", "diffusible": "on", **changes}


def test_fiche_se_lit_et_le_journal_s_en_souvient(clients, reseau, direct):
    fiche = ContactFactory(entreprise__reseau=reseau).entreprise
    response = clients["direct"].get(adresse("fiche", reseau, fiche.pk))
    assert (response.status_code, response.context["entreprise"]) == (200, fiche)
    assert list(Journal.objects.values_list("geste", "objet", "objet_id", "membre")) == [
        ("lecture", "entreprises.entreprise", fiche.pk, direct.pk)
    ]


def test_fiche_d_un_autre_reseau_ou_deportee_est_introuvable(clients, reseau, direct):
    ailleurs = EntrepriseFactory()
    deportee = DeportFactory(entreprise__reseau=reseau, membre=direct).entreprise
    statuts = [clients["direct"].get(adresse("fiche", reseau, fiche.pk)).status_code for fiche in (ailleurs, deportee)]
    assert statuts == [404, 404]


def test_fiche_ne_dit_les_deports_qu_a_qui_les_gere(clients, reseau, membres):
    fiche = DeportFactory(entreprise__reseau=reseau, membre=membres["secretariat"]).entreprise
    pages = [clients[profil].get(adresse("fiche", reseau, fiche.pk)) for profil in ("animateur", "direct")]
    assert [list(page.context["deports"]) for page in pages] == [list(fiche.deports.all()), []]


def test_fiche_nomme_ses_cibles_decidees_sauf_ecart(clients, reseau):
    ligne = LigneDeCibleFactory(cible__reseau=reseau, cible__etat="decidee", cible__decidee_le="2026-03-02")
    LigneDeCibleFactory(cible=CibleFactory(reseau=reseau), entreprise=ligne.entreprise)
    LigneDeCibleFactory(cible=CibleFactory(reseau=reseau, decidee=True), entreprise=ligne.entreprise, motif_d_ecart="Double")
    response = clients["animateur"].get(adresse("fiche", reseau, ligne.entreprise_id))
    assert list(response.context["cibles"]) == [ligne.cible]


@pytest.mark.parametrize(("profil", "attendu"), [("secretariat", 200), ("direct", 200), ("associe", 403), ("prefecture", 403)])
def test_ajout_selon_le_profil(clients, reseau, profil, attendu):
    assert clients[profil].get(adresse("ajouter", reseau)).status_code == attendu


def test_ajout_deduit_la_commune_de_l_adresse(clients, reseau):
    saisie = champs(siret="000 000 018 00010", naf="1610a", code_postal="70000", ville="vesoul", site="www.exemple.fr")
    response = clients["direct"].post(adresse("ajouter", reseau), saisie)
    fiche = Entreprise.objects.get()
    assert response.url == fiche.get_absolute_url()
    assert (fiche.siret, fiche.naf_id, fiche.commune_id, fiche.site) == (SIRET, "16.10A", "70550", "https://www.exemple.fr")


@pytest.mark.parametrize(
    ("saisie", "champ"),
    [
        ({"siret": "00000001800011"}, "siret"),
        ({"siret": ""}, "siret"),
        ({"raison_sociale": " "}, "raison_sociale"),
        ({"naf": "99.99X"}, "naf"),
        ({"naf": "16.11Y"}, "naf"),
        ({"naf_2025": "16.10A"}, "naf_2025"),
        ({"code_postal": "70000", "ville": "Nulle-Part"}, "ville"),
        ({"code_postal": "", "ville": "Vesoul"}, "code_postal"),
        ({"site": "javascript:alert(1)"}, "site"),
        ({"courriel": "personne"}, "courriel"),
        ({"effectif": "-3"}, "effectif"),
        ({"etat": "radieux"}, "etat"),
    ],
)
def test_ajout_refuse_une_saisie_fausse(clients, reseau, saisie, champ):
    response = clients["direct"].post(adresse("ajouter", reseau), champs(**saisie))
    assert (list(response.context["form"].errors), Entreprise.objects.count()) == ([champ], 0)


def test_commune_introuvable_cite_ses_voisines(clients, reseau):
    response = clients["direct"].post(adresse("ajouter", reseau), champs(code_postal="70240", ville="Luxueil"))
    assert "Sous ce code postal : " in response.context["form"].errors["ville"][0]


def test_ajout_d_un_siret_connu_se_dit_sur_le_formulaire(clients, reseau):
    EntrepriseFactory(reseau=reseau, siret=SIRET)
    response = clients["direct"].post(adresse("ajouter", reseau), champs())
    assert "déjà dans le réseau" in response.context["form"].non_field_errors()[0]


def test_formulaire_forge_ne_change_ni_reseau_ni_recherche(clients, reseau):
    autre = EntrepriseFactory().reseau
    forge = champs(reseau=autre.pk, recherche="piège", id=12345, version=99)
    clients["direct"].post(adresse("ajouter", reseau), forge)
    fiche = Entreprise.objects.get(siret=SIRET)
    assert (fiche.reseau, fiche.recherche, fiche.pk == 12345, fiche.version) == (
        reseau,
        f"scierie de l oeuvre / {SIRET}",
        False,
        1,
    )


def test_modification_enregistre_et_garde_la_commune(clients, reseau):
    fiche = EntrepriseFactory(reseau=reseau, siret=SIRET, ville="VESOUL CEDEX")
    saisie = champs(raison_sociale="Neuve", code_postal=fiche.code_postal, ville=fiche.ville, version=fiche.version)
    response = clients["direct"].post(adresse("modifier", reseau, fiche.pk), saisie)
    fiche.refresh_from_db()
    assert (response.status_code, fiche.raison_sociale, fiche.commune_id, fiche.version) == (302, "Neuve", "70550", 2)


def test_modification_depassee_garde_le_texte_et_la_fiche(clients, reseau):
    fiche = EntrepriseFactory(reseau=reseau, siret=SIRET, version=3)
    response = clients["direct"].post(adresse("modifier", reseau, fiche.pk), champs(raison_sociale="Écrasée", version=2))
    fiche.refresh_from_db()
    assert response.context["form"]["raison_sociale"].value() == "Écrasée"
    assert (response.status_code, fiche.version, fiche.raison_sociale == "Écrasée") == (200, 3, False)


def test_modification_d_un_autre_reseau_est_introuvable(clients, reseau):
    fiche = EntrepriseFactory(siret=SIRET)
    assert clients["animateur"].post(adresse("modifier", reseau, fiche.pk), champs()).status_code == 404
