"""Le plan des visites, la page d'une visite, l'onglet d'une entreprise."""

from datetime import date

import pytest
from django.utils.timezone import localdate

from reseau.enums import Geste
from reseau.lib.dates import plus_mois
from reseau.models import Journal
from tests.factories import (
    JOUR,
    AccesFactory,
    CampagneFactory,
    CompteRenduFactory,
    ContactFactory,
    CourrierFactory,
    DeportFactory,
    EntrepriseFactory,
    MembreFactory,
    ReseauFactory,
    VisiteFactory,
)

pytestmark = pytest.mark.django_db


def montrees(response):
    return [visite.pk for visite in response.context["page_obj"]]


@pytest.fixture
def lire(clients, adresse):
    """Les clés des visites que ce rôle lit au plan, avec ces filtres."""
    return lambda role="animateur", **choix: montrees(clients[role].get(adresse("visites:liste"), choix))


def test_liste_commence_par_ce_qui_est_a_faire_bientot(lire, reseau):
    faite = VisiteFactory(reseau=reseau, realisee=True, realisee_le=date(2026, 3, 1))
    plus_recente = VisiteFactory(reseau=reseau, realisee=True, realisee_le=date(2026, 3, 2))
    lointaine = VisiteFactory(reseau=reseau, prevue_le=date(2026, 9, 1))
    proche = VisiteFactory(reseau=reseau, prevue_le=date(2026, 4, 1))
    assert lire() == [proche.pk, lointaine.pk, plus_recente.pk, faite.pk]


@pytest.mark.parametrize("role", ["animateur", "secretariat", "direct", "prefecture"])
def test_liste_montre_tout_le_reseau(lire, reseau, role):
    visite = VisiteFactory(reseau=reseau)
    VisiteFactory(reseau=ReseauFactory())
    assert lire(role) == [visite.pk]


def test_liste_d_un_associe_et_d_un_deporte(lire, membres, reseau):
    accompagnee = VisiteFactory(reseau=reseau, programmee=True, accompagnant=membres["associe"])
    DeportFactory(entreprise=VisiteFactory(reseau=reseau).entreprise, membre=membres["direct"])
    assert lire("associe") == [accompagnee.pk]
    assert lire("direct") == [accompagnee.pk]


def test_liste_refusee_a_l_observateur(clients, adresse):
    assert clients["observateur"].get(adresse("visites:liste")).status_code == 403


def test_liste_filtre(lire, reseau, direct):
    campagne = CampagneFactory(reseau=reseau)
    voulue = VisiteFactory(
        reseau=reseau, programmee=True, developpeur=direct, campagne=campagne, prevue_le=plus_mois(localdate(), 1)
    )
    VisiteFactory(reseau=reseau, realisee=True, entreprise__commune_id=None)
    zone, mois = voulue.entreprise.commune.zone_emploi_id, f"{plus_mois(localdate(), 1):%Y-%m}"
    filtres = [
        {"etat": "en_cours"},
        {"etat": "programmee"},
        {"developpeur": direct.pk},
        {"zone": zone},
        {"campagne": campagne.pk},
        {"mois": mois},
        {"q": voulue.entreprise.siret},
    ]
    assert [lire(**choix) for choix in filtres] == [[voulue.pk]] * len(filtres)


def test_liste_a_revoir_propose_une_nouvelle_visite(clients, adresse, reseau):
    ancienne = VisiteFactory(reseau=reseau, realisee=True, realisee_le=plus_mois(localdate(), -24))
    VisiteFactory(reseau=reseau, realisee=True, realisee_le=localdate())
    response = clients["animateur"].get(adresse("visites:liste"), {"etat": "a_revoir"})
    assert montrees(response) == [ancienne.pk]
    assert adresse("visites:proposer", ancienne.entreprise_id) in response.content.decode()
    assert clients["direct"].get(adresse("visites:liste"), {"etat": "a_revoir"}).context["a_revoir"] is False


@pytest.mark.parametrize("tri", ["entreprise", "-entreprise", "commune", "developpeur", "-date", "pk", "reseau__nom"])
def test_liste_se_range_sans_perdre_de_ligne(lire, reseau, tri):
    VisiteFactory(reseau=reseau)
    VisiteFactory(reseau=reseau, programmee=True, entreprise__commune_id=None)
    assert len(lire(tri=tri)) == 2


@pytest.mark.parametrize("tri", ["developpeur", "-developpeur"])
def test_liste_range_les_sans_developpeur_en_dernier(lire, reseau, tri):
    sans, avec = VisiteFactory(reseau=reseau), VisiteFactory(reseau=reseau, programmee=True)
    assert lire(tri=tri) == [avec.pk, sans.pk]


def test_liste_filtre_forge_sur_un_autre_reseau_est_une_erreur(clients, adresse):
    ailleurs = MembreFactory()
    response = clients["animateur"].get(adresse("visites:liste"), {"developpeur": ailleurs.pk})
    assert list(response.context["filter"].form.errors) == ["developpeur"]


@pytest.mark.parametrize(
    "choix",
    [{"page": "9" * 30}, {"page": "x"}, {"mois": "2026-13"}, {"etat": "x"}, {"q": "\0"}, {"q": "a" * 5000}, {"zone": "x"}],
)
def test_liste_supporte_une_adresse_absurde(clients, adresse, reseau, choix):
    VisiteFactory(reseau=reseau)
    assert clients["animateur"].get(adresse("visites:liste"), choix).status_code == 200


def test_liste_developpeurs_par_ordre_alphabetique(clients, adresse, reseau):
    MembreFactory(reseau=reseau, nom="Zeller", prenom="Anne", parti_le="2021-01-01")
    MembreFactory(reseau=reseau, nom="Aubry", prenom="Yann")
    filtre = clients["animateur"].get(adresse("visites:liste")).context["filter"]
    libelles = [libelle for _, libelle in filtre.form.fields["developpeur"].choices][1:]
    assert libelles == ["Aubry Yann", "Direct Camille", "Zeller Anne"]


def test_liste_requetes_constantes(clients, adresse, reseau, constantes):
    def nouvelle():
        VisiteFactory(reseau=reseau, programmee=True, campagne=CampagneFactory(reseau=reseau))

    assert constantes(lambda: clients["animateur"].get(adresse("visites:liste")), nouvelle, (1, 2, 197)) <= 15


# La page d'une visite


def test_visite_note_la_lecture(clients, adresse, membres, reseau):
    visite = VisiteFactory(reseau=reseau)
    clients["prefecture"].get(adresse("visites:visite", visite.pk))
    ligne = Journal.objects.get()
    assert (ligne.geste, ligne.objet, ligne.objet_id) == (Geste.LECTURE, "visites.visite", visite.pk)
    assert ligne.membre == membres["prefecture"]


def test_visite_d_ailleurs_ou_deportee_est_introuvable(clients, adresse, membres, reseau):
    deportee = VisiteFactory(reseau=reseau)
    DeportFactory(entreprise=deportee.entreprise, membre=membres["animateur"])
    pages = [adresse("visites:visite", visite.pk) for visite in (VisiteFactory(), deportee)]
    assert [clients["animateur"].get(page).status_code for page in pages] == [404, 404]


def test_visite_offre_les_telephones(clients, adresse, direct, reseau):
    visite = VisiteFactory(reseau=reseau, programmee=True, developpeur=direct)
    ContactFactory(entreprise=visite.entreprise, telephone="06 00 00 12 34")
    page = clients["direct"].get(adresse("visites:visite", visite.pk))
    assert page.context["numero_a_appeler"] == "06 00 00 12 34"
    assert 'href="tel:0600001234"' in page.content.decode()
    assert clients["prefecture"].get(adresse("visites:visite", visite.pk)).context["numero_a_appeler"] == ""


@pytest.mark.parametrize(
    ("role", "lit"),
    [("animateur", True), ("secretariat", True), ("direct", True), ("associe", True), ("prefecture", False)],
)
def test_visite_compte_rendu_et_paroles_selon_les_droits(clients, adresse, membres, reseau, role, lit):
    visite = VisiteFactory(reseau=reseau, realisee=True, precision="Paroles du dirigeant", accompagnant=membres["associe"])
    CompteRenduFactory(visite=visite, termine=True, phrase="Phrase du compte rendu")
    page = clients[role].get(adresse("visites:visite", visite.pk)).content.decode()
    assert (adresse("suivi:compte-rendu-lire", visite.pk) in page) is lit
    assert ("Paroles du dirigeant" in page) is lit
    assert "Phrase du compte rendu" not in page


def test_visite_cache_la_lettre_a_qui_ne_voit_pas_les_courriers(clients, adresse, membres, reseau):
    visite = VisiteFactory(reseau=reseau, programmee=True, accompagnant=membres["associe"])
    lettre = CourrierFactory(visite=visite)
    lien = adresse("visites:courrier", lettre.pk)
    voient = [nom for nom in ("animateur", "direct", "associe", "prefecture") if lien in lue(clients[nom], adresse, visite)]
    assert voient == ["animateur", "prefecture"]


def lue(client, adresse, visite):
    return client.get(adresse("visites:visite", visite.pk)).content.decode()


def test_visite_requetes_constantes(clients, adresse, reseau, constantes):
    entreprise = EntrepriseFactory(reseau=reseau)
    visite = VisiteFactory(reseau=reseau, entreprise=entreprise, realisee=True)
    page = adresse("visites:visite", visite.pk)
    nouvelle = lambda: VisiteFactory(reseau=reseau, entreprise=entreprise, realisee=True)  # noqa: E731
    assert constantes(lambda: clients["animateur"].get(page), nouvelle, (0, 3, 30)) <= 12


# L'onglet d'une entreprise


def test_onglet_montre_les_visites_de_l_entreprise(clients, adresse, reseau):
    visite = VisiteFactory(reseau=reseau, realisee=True, realisee_le=JOUR)
    VisiteFactory(reseau=reseau)
    response = clients["direct"].get(adresse("visites:entreprise", visite.entreprise_id))
    assert list(response.context["visites"]) == [visite]


@pytest.mark.parametrize(("etat", "offert"), [({"realisee": True}, True), ({"programmee": True}, False)])
def test_onglet_offre_de_programmer_si_rien_ne_bloque(clients, adresse, reseau, etat, offert):
    page = adresse("visites:entreprise", VisiteFactory(reseau=reseau, **etat).entreprise_id)
    assert clients["animateur"].get(page).context["peut_programmer"] is offert
    assert clients["direct"].get(page).context["peut_programmer"] is False


def test_onglet_d_un_associe_ne_montre_que_celles_qu_il_accompagne(clients, adresse, membres, reseau):
    entreprise = EntrepriseFactory(reseau=reseau)
    VisiteFactory(reseau=reseau, entreprise=entreprise, realisee=True)
    page = adresse("visites:entreprise", entreprise.pk)
    assert clients["associe"].get(page).status_code == 404
    AccesFactory(entreprise=entreprise, membre=membres["associe"], origine="action")
    assert list(clients["associe"].get(page).context["visites"]) == []


def test_onglet_requetes_constantes(clients, adresse, reseau, constantes):
    entreprise = EntrepriseFactory(reseau=reseau)
    page = adresse("visites:entreprise", entreprise.pk)
    nouvelle = lambda: VisiteFactory(reseau=reseau, entreprise=entreprise, realisee=True)  # noqa: E731
    assert constantes(lambda: clients["animateur"].get(page), nouvelle, (1, 2, 27)) <= 12
