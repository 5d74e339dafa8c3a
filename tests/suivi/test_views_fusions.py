"""Signaler un doublon, comparer, réunir, défaire, à l'écran."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from entreprises import operations as tissu
from entreprises.models import Contact, Entreprise
from reseau.lib.listes import PAR_PAGE
from suivi import operations
from suivi.models import Doublon, Fusion
from tests.factories import ContactFactory, DeportFactory, DoublonFactory, EntrepriseFactory, VisiteFactory


@pytest.fixture
def gardee(reseau):
    return EntrepriseFactory(reseau=reseau, raison_sociale="Tournerie Fictive", telephone="")


@pytest.fixture
def autre(reseau):
    return EntrepriseFactory(
        reseau=reseau, raison_sociale="Tournerie Fictive SAS", telephone="03 84 00 00 00", recherche="tournerie fictive sas"
    )


@pytest.fixture
def fusion(gardee, autre, animateur):
    return operations.fusionner(gardee, autre, par=animateur)


def aller(nom, entreprise, **arguments):
    adresse = reverse(f"suivi:{nom}", args=[entreprise.reseau.slug, entreprise.pk])
    return f"{adresse}?{'&'.join(f'{cle}={valeur}' for cle, valeur in arguments.items())}"


def dits(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_signaler_cherche_l_autre_fiche_puis_l_enregistre(gardee, autre, clients):
    adresse = aller("doublon-signaler", gardee, q="tournerie")
    assert clients["direct"].get(adresse).context["trouvees"] == [autre]
    clients["direct"].post(adresse, {"autre": autre.pk, "note": "Même atelier"})
    doublon = Doublon.objects.get()
    assert (doublon.entreprise, doublon.autre, doublon.note) == (gardee, autre, "Même atelier")


def test_signaler_refuse_une_fiche_qu_on_ne_voit_pas(gardee, autre, direct, clients):
    DeportFactory(entreprise=autre, membre=direct)
    adresse = aller("doublon-signaler", gardee, q="tournerie")
    assert clients["direct"].get(adresse).context["trouvees"] == []
    clients["direct"].post(adresse, {"autre": autre.pk})
    assert Doublon.objects.count() == 0


def test_file_montre_les_signales_et_ceux_qui_se_ressemblent(gardee, autre, reseau, clients):
    doublon = DoublonFactory(entreprise=gardee, autre=autre)
    memes = [EntrepriseFactory(reseau=reseau, raison_sociale=nom) for nom in ("Forge Fictive", "FORGE FICTIVE")]
    EntrepriseFactory(reseau=reseau, raison_sociale="Forge fictive", code_postal="25000")
    response = clients["secretariat"].get(reverse("suivi:doublons", args=[reseau.slug]), {"par": "nom"})
    assert list(response.context["signales"]) == [doublon]
    groupes = [(groupe["premiere"], groupe["suivantes"]) for groupe in response.context["page_obj"]]
    assert groupes == [(memes[0], memes[1:])]


def test_file_rapproche_les_etablissements_d_un_meme_siren_dans_une_commune(gardee, reseau, clients):
    jumelle = EntrepriseFactory(reseau=reseau, siret=f"{gardee.siren}99999")
    EntrepriseFactory(reseau=reseau, siret=f"{gardee.siren}88888", commune_id="70310")
    response = clients["animateur"].get(reverse("suivi:doublons", args=[reseau.slug]))
    assert [(groupe["premiere"], groupe["suivantes"]) for groupe in response.context["page_obj"]] == [(gardee, [jumelle])]


def test_file_tait_les_fiches_dont_on_se_deporte(gardee, autre, membres, reseau, clients):
    DoublonFactory(entreprise=gardee, autre=autre)
    DeportFactory(entreprise=autre, membre=membres["secretariat"])
    response = clients["secretariat"].get(reverse("suivi:doublons", args=[reseau.slug]))
    assert (list(response.context["signales"]), response.context["signales"].paginator.count) == ([], 0)


def test_file_se_pagine_sans_toucher_a_ceux_qui_se_ressemblent(gardee, reseau, clients):
    doublons = [DoublonFactory(entreprise=gardee, autre=EntrepriseFactory(reseau=reseau)) for _ in range(PAR_PAGE + 1)]
    for rang in range(PAR_PAGE + 1):
        for nom in (f"Forge Fictive {rang}", f"FORGE FICTIVE {rang}"):
            EntrepriseFactory(reseau=reseau, raison_sociale=nom)
    adresse = reverse("suivi:doublons", args=[reseau.slug])
    response = clients["animateur"].get(adresse, {"par": "nom", "signales": "2"})
    assert list(response.context["signales"]) == doublons[PAR_PAGE:]
    assert (response.context["page_obj"].number, len(response.context["page_obj"])) == (1, PAR_PAGE)
    assert 'href="?par=nom&amp;signales=2&amp;page=2"' in response.content.decode()
    assert 'href="?par=nom&amp;signales=1"' in response.content.decode()


def test_garder_les_deux_sort_le_signalement_de_la_file(gardee, autre, reseau, clients):
    doublon = DoublonFactory(entreprise=gardee, autre=autre)
    clients["animateur"].post(reverse("suivi:doublon-ecarter", args=[reseau.slug, doublon.pk]))
    assert Doublon.objects.a_traiter().count() == 0


def test_comparer_propose_de_completer_la_fiche_gardee(gardee, autre, clients):
    response = clients["animateur"].get(aller("fusionner", gardee, avec=autre.pk))
    proposes = {nom: champ.initial for nom, champ in response.context["form"].fields.items()}
    assert proposes == {"nom": "gardee", "telephone": "autre"}


def test_fusionner_selon_les_choix_puis_l_ancienne_adresse_mene_a_la_gardee(gardee, autre, clients):
    clients["secretariat"].post(aller("fusionner", gardee, avec=autre.pk), {"nom": "autre", "telephone": "gardee"})
    gardee.refresh_from_db()
    assert (gardee.raison_sociale, gardee.telephone) == ("Tournerie Fictive SAS", "")
    response = clients["direct"].get(autre.get_absolute_url())
    assert (response.status_code, response.url) == (302, gardee.get_absolute_url())


def test_ancienne_adresse_est_introuvable_a_qui_ne_voit_pas_la_gardee(fusion, gardee, autre, direct, clients):
    DeportFactory(entreprise=gardee, membre=direct)
    assert clients["direct"].get(autre.get_absolute_url()).status_code == 404


def test_fusionner_deux_visites_en_cours_dit_laquelle_annuler(gardee, autre, reseau, clients):
    for fiche in (gardee, autre):
        VisiteFactory(reseau=reseau, entreprise=fiche)
    response = clients["animateur"].post(aller("fusionner", gardee, avec=autre.pk), {"nom": "gardee", "telephone": "autre"})
    assert "annulez l’une des deux" in response.content.decode()
    assert Fusion.objects.count() == 0


def test_fusionner_sans_l_autre_fiche_invite_a_la_chercher(gardee, clients):
    response = clients["animateur"].get(aller("fusionner", gardee))
    assert response.url == aller("doublon-signaler", gardee).rstrip("?")


@pytest.mark.parametrize("profil", ["direct", "associe", "prefecture", "observateur"])
def test_fusionner_n_est_pas_donne_a_tous(gardee, autre, clients, profil):
    assert clients[profil].post(aller("fusionner", gardee, avec=autre.pk)).status_code == 403


def test_defaire_dit_ce_qui_reste(fusion, gardee, reseau, clients):
    ContactFactory(entreprise=gardee, nom="Arrivé")
    response = clients["animateur"].post(reverse("suivi:fusion-defaire", args=[reseau.slug, fusion.pk]))
    assert dits(response) == [
        "La fusion est défaite : Tournerie Fictive SAS a de nouveau sa fiche.",
        "Reste à Tournerie Fictive : 1 contact depuis la fusion.",
    ]
    assert Entreprise.objects.distinctes().count() == 2


def test_fiche_absorbee_quitte_toute_liste_et_ne_se_cree_pas_deux_fois(fusion, autre, animateur):
    assert autre not in Entreprise.objects.visibles_par(animateur)
    with pytest.raises(Exception, match="déjà dans le réseau"):
        tissu.ajouter_entreprise(Entreprise(siret=autre.siret, raison_sociale="Encore"), par=animateur)
    assert Contact.objects.count() == 0
