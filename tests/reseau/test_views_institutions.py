"""Les institutions : liste, création, modification."""

from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse

from reseau.models import Institution
from tests.factories import InstitutionFactory, MembreFactory, ReseauFactory

SAISIE = {"sigle": "CCI 70", "nom": "Chambre de commerce", "pole": "economique", "cercle": "noyau_dur"}


@pytest.fixture
def adresse(reseau):
    """Adresse d'une page des institutions de ce réseau."""
    return lambda nom, *arguments: reverse(f"reseau:{nom}", args=[reseau.slug, *arguments])


def modification(institution, **champs):
    donnees = {nom: getattr(institution, nom) for nom in ("sigle", "nom", "pole", "cercle", "version")}
    return donnees | champs


@pytest.mark.parametrize(
    ("profil", "liste", "creation"),
    [
        ("animateur", 200, 200),
        ("secretariat", 200, 200),
        ("direct", 200, 403),
        ("associe", 200, 403),
        ("prefecture", 200, 403),
        ("observateur", 403, 403),
    ],
)
def test_institutions_se_lisent_et_se_tiennent_selon_le_role(clients, adresse, profil, liste, creation):
    reponses = [clients[profil].get(adresse(nom)) for nom in ("institutions", "institution-creer")]
    assert [response.status_code for response in reponses] == [liste, creation]


def test_liste_ne_montre_que_les_institutions_actuelles_du_reseau(clients, adresse, reseau, direct):
    InstitutionFactory(reseau=ReseauFactory(), sigle="AILLEURS")
    InstitutionFactory(reseau=reseau, sigle="PARTIE", fermee_le=date(2020, 1, 1))
    page_obj = clients["direct"].get(adresse("institutions")).context["page_obj"]
    assert [(i.sigle, i.nb_membres) for i in page_obj] == [(direct.institution.sigle, 6)]


def test_liste_se_filtre_par_pole_et_par_presence(clients, adresse, reseau):
    InstitutionFactory(reseau=reseau, sigle="BDF", pole="financier")
    InstitutionFactory(reseau=reseau, sigle="PARTIE", fermee_le=date(2020, 1, 1))
    filtres = [{"pole": "financier"}, {"presence": "parties"}]
    pages = [clients["direct"].get(adresse("institutions"), filtre) for filtre in filtres]
    assert [[i.sigle for i in page.context["page_obj"]] for page in pages] == [["BDF"], ["PARTIE"]]


def test_liste_demande_toujours_autant_de_requetes(clients, adresse, reseau, requetes):
    compter = lambda: requetes(lambda: clients["animateur"].get(adresse("institutions")))  # noqa: E731
    une = compter()
    for institution in InstitutionFactory.create_batch(29, reseau=reseau):
        MembreFactory(reseau=reseau, institution=institution)
    assert compter() == une


def test_liste_sans_droit_de_tenir_n_a_pas_de_bouton(clients, adresse):
    boutons = [adresse("institution-creer") in clients[nom].get(adresse("institutions")).text for nom in ("animateur", "direct")]
    assert boutons == [True, False]


def test_creer_une_institution(clients, adresse, reseau):
    response = clients["secretariat"].post(adresse("institution-creer"), SAISIE | {"jeton": uuid4()})
    assert response.url == adresse("institutions")
    assert Institution.objects.get(sigle="CCI 70").reseau == reseau


def test_creer_deux_fois_du_meme_jeton_n_en_fait_qu_une(clients, adresse):
    envoi = SAISIE | {"jeton": uuid4()}
    suites = [clients["animateur"].post(adresse("institution-creer"), envoi).url for _ in range(2)]
    assert (suites, Institution.objects.filter(sigle="CCI 70").count()) == ([adresse("institutions")] * 2, 1)


def test_sigle_deja_pris_se_dit_dans_le_formulaire(clients, adresse, direct):
    response = clients["animateur"].post(adresse("institution-creer"), SAISIE | {"sigle": direct.institution.sigle})
    assert response.context["form"].non_field_errors() == ["Ce sigle désigne déjà une institution du réseau."]


def test_sigle_d_un_autre_reseau_reste_libre(clients, adresse):
    InstitutionFactory(sigle="CCI 70")
    assert clients["animateur"].post(adresse("institution-creer"), SAISIE).status_code == 302


def test_modifier_une_institution(clients, adresse, direct):
    institution = direct.institution
    envoi = modification(institution, regalienne="on", convention_signee_le="2024-03-01")
    clients["animateur"].post(adresse("institution-modifier", institution.pk), envoi)
    institution.refresh_from_db()
    assert (institution.regalienne, institution.convention_signee_le) == (True, date(2024, 3, 1))


def test_modifier_une_fiche_changee_entre_temps_garde_le_texte(clients, adresse, direct):
    envoi = modification(direct.institution, nom="Le second nom")
    Institution.objects.filter(pk=direct.institution_id).update(version=2, nom="Le premier nom")
    response = clients["animateur"].post(adresse("institution-modifier", direct.institution_id), envoi)
    assert "Cette fiche a été modifiée depuis" in response.context["form"].non_field_errors()[0]
    assert 'value="Le second nom"' in response.text


def test_successeur_d_un_autre_reseau_est_refuse(clients, adresse, direct):
    envoi = modification(direct.institution, successeur=InstitutionFactory().pk)
    response = clients["animateur"].post(adresse("institution-modifier", direct.institution_id), envoi)
    assert list(response.context["form"].errors) == ["successeur"]


def test_institution_ne_se_succede_pas(clients, adresse, direct):
    form = clients["animateur"].get(adresse("institution-modifier", direct.institution_id)).context["form"]
    assert list(form.fields["successeur"].queryset) == []


def test_fermeture_avec_des_membres_dit_combien_y_restent(clients, adresse, direct):
    envoi = modification(direct.institution, fermee_le="2026-03-02")
    response = clients["animateur"].post(adresse("institution-modifier", direct.institution_id), envoi)
    assert "6 membres y sont encore rattachés" in response.context["form"].non_field_errors()[0]


def test_institution_d_un_autre_reseau_est_introuvable(clients, adresse):
    ailleurs = InstitutionFactory()
    assert clients["animateur"].get(adresse("institution-modifier", ailleurs.pk)).status_code == 404
