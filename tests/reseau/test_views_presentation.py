"""Ce que le réseau montre de lui : sa page publique, sa couleur, ses supports à imprimer."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from reseau.models import LogoDInstitution, Membre, Presentation
from tests.conftest import connecter
from tests.factories import InstitutionFactory, MembreFactory, PresentationFactory
from tests.lib.papier import dessin

pytestmark = pytest.mark.django_db

SAISIE = {"couleur": "#0b5a4a", "ouverte": "on", "accroche": "", "le_reseau": "", "un_developpeur": "", "une_visite": ""}


def adresse(reseau, nom, *arguments):
    return reverse(f"reseau:{nom}", args=[reseau.slug, *arguments])


def regler(membre, **saisie):
    return connecter(membre).post(adresse(membre.reseau, "parametres-presentation"), {**SAISIE, **saisie})


def lire(reseau):
    return Client().get(adresse(reseau, "presentation")).content.decode()


# Régler


def test_page_publique_est_fermee_puis_s_ouvre(animateur, reseau):
    assert Client().get(adresse(reseau, "presentation")).status_code == 404
    assert regler(animateur).status_code == 302
    assert Client().get(adresse(reseau, "presentation")).status_code == 200


@pytest.mark.parametrize("couleur", ["#ffff00", "#0B5A4A", "rouge", "", "#000091;}"])
def test_couleur_illisible_est_refusee(animateur, couleur):
    response = regler(animateur, couleur=couleur)
    assert "couleur" in response.context["form"].errors
    assert not Presentation.objects.exists()


def test_base_refuse_une_couleur_mal_ecrite(reseau):
    with pytest.raises(IntegrityError), transaction.atomic():
        PresentationFactory(reseau=reseau, couleur="#00009g")


def test_texte_fourni_n_est_pas_recopie(animateur, reseau):
    page = connecter(animateur).get(adresse(reseau, "parametres-presentation"))
    textes = {nom: page.context["form"].initial[nom] for nom in ("accroche", "le_reseau", "un_developpeur", "une_visite")}
    assert "de la Haute-Saône" in textes["le_reseau"]
    regler(animateur, **textes)
    assert Presentation.objects.get().le_reseau == ""


def test_texte_change_se_lit_en_paragraphes(animateur, reseau):
    regler(animateur, le_reseau="Un.\r\n\r\n<b>Deux</b>.\r\n")
    assert "<p>Un.</p><p>&lt;b&gt;Deux&lt;/b&gt;.</p>" in lire(reseau)


def test_texte_trop_long_pour_la_plaquette_n_est_pas_perdu(animateur):
    response = regler(animateur, le_reseau="Le réseau écoute. " * 130)
    assert "ne tient pas sur son volet" in response.content.decode()
    assert "Le réseau écoute." in response.content.decode()
    assert not Presentation.objects.exists()


def test_mots_que_les_supports_evitent_sont_signales(animateur, reseau):
    PresentationFactory(reseau=reseau, accroche="Des aides à l’embauche")
    page = connecter(animateur).get(adresse(reseau, "parametres-presentation")).content.decode()
    assert "aides, embauche" in page


def test_deux_animateurs_ne_s_ecrasent_pas(animateur, reseau):
    presentation = PresentationFactory(reseau=reseau)
    assert regler(animateur, version=presentation.version).status_code == 302
    assert "modifiée depuis" in regler(animateur, version=presentation.version).content.decode()


# La page publique


def test_page_publique_ne_nomme_que_ceux_qui_l_acceptent_sans_les_joindre(reseau):
    PresentationFactory(reseau=reseau)
    MembreFactory(reseau=reseau, prenom="Ariane", publiable=True, competence="Lire un bilan.", telephone="06 39 98 00 00")
    MembreFactory(reseau=reseau, prenom="Basile")
    page = lire(reseau)
    assert ["Ariane" in page, "Lire un bilan." in page, "Basile" in page] == [True, True, False]
    assert "06 39 98" not in page
    assert "@exemple.fr" not in page


def test_page_publique_ne_montre_ni_menu_ni_nom_a_qui_est_connecte(reseau, membres):
    PresentationFactory(reseau=reseau)
    page = connecter(membres["direct"]).get(adresse(reseau, "presentation")).content.decode()
    assert "Menu principal" not in page
    assert str(membres["direct"]) not in page


def test_couleurs_sont_celles_du_reseau(reseau):
    PresentationFactory(reseau=reseau, couleur="#0b5a4a")
    response = Client().get(adresse(reseau, "couleurs"))
    assert response.headers["Content-Type"] == "text/css; charset=utf-8"
    assert "--accent: #0b5a4a" in response.content.decode()


def test_logos_publics_sont_ceux_du_reseau_ouvert(reseau):
    PresentationFactory(reseau=reseau)
    institution, partie, voisine = (
        InstitutionFactory(reseau=reseau),
        InstitutionFactory(reseau=reseau, fermee_le="2020-01-01"),
        InstitutionFactory(),
    )
    for une in (institution, partie, voisine):
        LogoDInstitution.objects.create(institution=une, image=b"\xff\xd8")
    statuts = [
        Client().get(adresse(reseau, "presentation-institution-logo", i.pk)).status_code for i in (institution, partie, voisine)
    ]
    assert statuts == [200, 404, 404]
    assert Client().get(adresse(reseau, "presentation-logo")).status_code == 404


def test_page_publique_a_un_nombre_constant_de_requetes(reseau, requetes):
    PresentationFactory(reseau=reseau)
    compte = []
    for nombre in (1, 5):
        MembreFactory.create_batch(nombre, reseau=reseau, publiable=True)
        compte.append(requetes(lambda: lire(reseau)))
    assert compte[0] == compte[1] <= 6


# Accepter de paraître


def test_chacun_accepte_de_paraitre_pour_soi(membres, reseau):
    saisie = {
        "telephone": "",
        "fonction": "",
        "competence": "Lire un bilan.",
        "publiable": "on",
        "resume": "semaine",
        "version": 1,
    }
    connecter(membres["direct"]).post(adresse(reseau, "ma-fiche"), saisie)
    assert list(Membre.objects.filter(publiable=True)) == [membres["direct"]]


def test_nul_ne_l_accepte_pour_un_autre(animateur, membres, reseau):
    page = connecter(animateur).get(adresse(reseau, "membre-modifier", membres["direct"].pk))
    assert "publiable" not in page.context["form"].fields


# Les imprimés


@pytest.mark.parametrize("nom", ["ma-carte-pdf", "mes-cartes-pdf", "plaquette-pdf"])
def test_imprimes_sont_des_pdf(membres, reseau, nom):
    response = connecter(membres["direct"]).get(adresse(reseau, nom))
    assert (response.headers["Content-Type"], response.content[:5]) == ("application/pdf", b"%PDF-")


def test_cartes_d_un_autre_sont_a_qui_tient_l_annuaire(membres, reseau):
    page = adresse(reseau, "membre-cartes-pdf", membres["associe"].pk)
    statuts = {nom: connecter(membres[nom]).get(page).status_code for nom in ("animateur", "secretariat", "direct")}
    assert statuts == {"animateur": 200, "secretariat": 200, "direct": 403}


def test_membre_parti_n_a_plus_de_carte(animateur, reseau):
    parti = MembreFactory(reseau=reseau, parti_le="2021-01-01")
    assert connecter(animateur).get(adresse(reseau, "membre-carte-pdf", parti.pk)).status_code == 404


# Le logo d'une institution


def test_logo_d_institution_se_depose_et_se_retire(animateur, reseau):
    institution, client = InstitutionFactory(reseau=reseau), connecter(animateur)
    saisie = {"sigle": "CMA", "nom": "Chambre", "pole": "economique", "cercle": "membre"}
    page = adresse(reseau, "institution-modifier", institution.pk)
    client.post(page, {**saisie, "version": 1, "image": SimpleUploadedFile("logo.png", dessin())})
    assert client.get(adresse(reseau, "institution-logo", institution.pk)).content[:2] == b"\xff\xd8"
    client.post(page, {**saisie, "version": 2})
    assert LogoDInstitution.objects.count() == 1
    client.post(page, {**saisie, "version": 3, "retirer_le_logo": "on"})
    assert LogoDInstitution.objects.count() == 0


def test_fichier_qui_n_est_pas_une_image_est_refuse(animateur, reseau):
    institution = InstitutionFactory(reseau=reseau)
    saisie = {"sigle": "CMA", "nom": "Chambre", "pole": "economique", "cercle": "membre", "version": 1}
    envoi = {**saisie, "image": SimpleUploadedFile("logo.png", b"<svg onload=alert(1)>")}
    response = connecter(animateur).post(adresse(reseau, "institution-modifier", institution.pk), envoi)
    assert "image" in response.context["form"].errors
