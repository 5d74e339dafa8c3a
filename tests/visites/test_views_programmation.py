"""Programmer : un lot d'entreprises d'une campagne, ou une seule ; les empêchements d'abord, le bilan ensuite."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from tests.factories import (
    CampagneFactory,
    CibleFactory,
    DeportFactory,
    EntrepriseFactory,
    LigneDeCibleFactory,
    MembreFactory,
    VisiteFactory,
)
from tests.visites.conftest import dits
from visites.enums import EtatVisite
from visites.models import Visite

pytestmark = pytest.mark.django_db


@pytest.fixture
def campagne(reseau):
    cible = CibleFactory(reseau=reseau, decidee=True, decidee_le=localdate() - timedelta(days=30))
    return CampagneFactory(reseau=reseau, cible=cible)


@pytest.fixture
def entreprise(campagne):
    return LigneDeCibleFactory(cible=campagne.cible).entreprise


@pytest.fixture
def page(adresse, campagne):
    return adresse("visites:programmer", campagne.pk)


@pytest.fixture
def candidates(clients, page):
    """Les entreprises que la page propose, avec ces filtres."""
    return lambda **choix: [ligne["entreprise"] for ligne in clients["animateur"].get(page, choix).context["lignes"]]


# Ce qu'on propose


@pytest.mark.parametrize("role", ["direct", "associe", "prefecture", "observateur"])
def test_programmer_est_interdit_a_qui_ne_programme_pas(clients, adresse, page, entreprise, role):
    pages = [page, adresse("visites:proposer", entreprise.pk)]
    assert [clients[role].post(cible, {"entreprise": entreprise.pk}).status_code for cible in pages] == [403, 403]
    assert not Visite.objects.exists()


def test_programmer_propose_ce_que_nul_n_a_touche(candidates, campagne, reseau, entreprise):
    deja = [{"programmee": True}, {"realisee": True, "realisee_le": localdate()}, {"refusee": True, "refusee_le": localdate()}]
    for etat in deja:
        VisiteFactory(reseau=reseau, entreprise=LigneDeCibleFactory(cible=campagne.cible).entreprise, **etat)
    LigneDeCibleFactory(cible=campagne.cible, motif_d_ecart="Déménage")
    EntrepriseFactory(reseau=reseau)
    inscrite = VisiteFactory(reseau=reseau, entreprise=LigneDeCibleFactory(cible=campagne.cible).entreprise)
    assert set(candidates()) == {entreprise, inscrite.entreprise}


def test_programmer_sans_cible_propose_tout_le_tissu_actif(clients, adresse, reseau):
    active = EntrepriseFactory(reseau=reseau)
    EntrepriseFactory(reseau=reseau, etat="ferme")
    EntrepriseFactory()
    page = adresse("visites:programmer", CampagneFactory(reseau=reseau).pk)
    assert [ligne["entreprise"] for ligne in clients["animateur"].get(page).context["lignes"]] == [active]


def test_programmer_cache_l_entreprise_dont_on_se_deporte(candidates, membres, entreprise):
    DeportFactory(entreprise=entreprise, membre=membres["animateur"])
    assert candidates() == []


def test_programmer_filtre(candidates, campagne, entreprise):
    LigneDeCibleFactory(
        cible=campagne.cible, entreprise__commune_id=None, entreprise__naf_id="25.62B", entreprise__tranche_effectif="01"
    )
    zone = entreprise.commune.zone_emploi_id
    filtres = [{"zone": zone}, {"division": "16"}, {"taille": "12"}, {"q": entreprise.siret}]
    assert [candidates(**choix) for choix in filtres] == [[entreprise]] * 4


def test_programmer_affiche_les_empechements_avant(clients, page, campagne, reseau):
    fiches = [LigneDeCibleFactory(cible=campagne.cible, entreprise__raison_sociale=nom).entreprise for nom in "ABCD"]
    ancienne = campagne.cible.decidee_le - timedelta(days=1)
    VisiteFactory(reseau=reseau, entreprise=fiches[0], realisee=True, realisee_le=ancienne)
    fiches[1].ne_plus_solliciter_jusqu_au = localdate()
    fiches[1].save()
    VisiteFactory(reseau=reseau, entreprise=fiches[2])
    deport = DeportFactory(entreprise=fiches[3])
    lignes = clients["animateur"].get(page).context["lignes"]
    assert [(ligne["avertissements"], ligne["bloquee"]) for ligne in lignes] == [
        ([f"Visitée le {ancienne:%d/%m/%Y}, il y a moins de 24 mois. Motif demandé."], False),
        ([f"Ne plus solliciter jusqu’au {localdate():%d/%m/%Y}."], True),
        (["Déjà dans la liste, sans développeur."], False),
        ([f"Se déporte : {deport.membre}."], False),
    ]


def test_programmer_requetes_constantes(clients, page, campagne, reseau, constantes):
    def ajouter():
        entreprise = LigneDeCibleFactory(cible=campagne.cible).entreprise
        DeportFactory(entreprise=entreprise)
        VisiteFactory(reseau=reseau, entreprise=entreprise, annulee=True)

    assert constantes(lambda: clients["animateur"].get(page), ajouter, (1, 2, 197)) <= 38


# Ce qu'on envoie


def test_programmer_un_lot_dit_son_bilan(clients, page, campagne, direct, membres, entreprise):
    fermee = LigneDeCibleFactory(cible=campagne.cible, entreprise__etat="ferme").entreprise
    mois = localdate().replace(day=1)
    choix = {"entreprise": [entreprise.pk, fermee.pk], "developpeur": direct.pk, "prevue_le": mois.isoformat()}
    response = clients["secretariat"].post(f"{page}?taille=12", choix | {"accompagnant": membres["associe"].pk})
    visite = Visite.objects.get()
    assert response.url == f"{page.removesuffix('programmer/')}?taille=12"
    assert dits(response) == ["1\u00a0visite programmée.", f"1\u00a0refusée — {fermee} : Établissement fermé."]
    assert (visite.entreprise, visite.developpeur, visite.campagne) == (entreprise, direct, campagne)
    assert (visite.accompagnant, visite.prevue_le) == (membres["associe"], mois)


def test_programmer_tout_refuse_garde_la_saisie(clients, page, campagne, direct, reseau, entreprise):
    VisiteFactory(reseau=reseau, entreprise=entreprise, refusee=True, refusee_le=campagne.cible.decidee_le - timedelta(days=1))
    response = clients["animateur"].post(page, {"entreprise": entreprise.pk, "developpeur": direct.pk})
    refus = response.context["form"].non_field_errors()
    assert len(refus) == 1
    assert refus[0].endswith("il y a moins de 12 mois. Donnez un motif pour passer outre.")
    assert [ligne["cochee"] for ligne in response.context["lignes"]] == [True]
    assert response.context["form"]["developpeur"].value() == str(direct.pk)


def test_programmer_passe_outre_avec_un_motif_garde_ou_il_sert(clients, page, campagne, direct, reseau, entreprise):
    libre = LigneDeCibleFactory(cible=campagne.cible).entreprise
    VisiteFactory(reseau=reseau, entreprise=entreprise, refusee=True, refusee_le=campagne.cible.decidee_le - timedelta(days=1))
    choix = {"entreprise": [entreprise.pk, libre.pk], "developpeur": direct.pk, "derogation": "Elle rappelle"}
    clients["animateur"].post(page, choix)
    motifs = dict(Visite.objects.en_cours().values_list("entreprise", "derogation"))
    assert motifs == {entreprise.pk: "Elle rappelle", libre.pk: ""}


def test_programmer_ajouter_a_la_liste_n_engage_personne(clients, page, entreprise):
    response = clients["animateur"].post(page, {"entreprise": entreprise.pk, "lister": "oui"})
    assert dits(response) == ["1\u00a0entreprise inscrite dans la liste, à prendre."]
    assert (Visite.objects.get().etat, Visite.objects.get().developpeur) == (EtatVisite.A_PROGRAMMER, None)


def test_programmer_sans_developpeur_ni_liste_redemande(clients, page, entreprise):
    response = clients["animateur"].post(page, {"entreprise": entreprise.pk})
    assert list(response.context["form"].errors) == ["developpeur"]


def test_programmer_sans_rien_cocher_redemande(clients, page, entreprise, direct):
    response = clients["animateur"].post(page, {"developpeur": direct.pk})
    assert response.context["form"].errors["entreprise"] == ["Cochez au moins une entreprise."]


@pytest.mark.parametrize("champ", ["developpeur", "accompagnant"])
def test_programmer_avec_un_membre_d_un_autre_reseau_est_refuse(clients, page, direct, entreprise, champ):
    choix = {"entreprise": entreprise.pk, "developpeur": direct.pk} | {champ: MembreFactory().pk}
    assert list(clients["animateur"].post(page, choix).context["form"].errors) == [champ]


def test_programmer_une_entreprise_hors_de_la_cible_ou_d_ailleurs_est_refuse(clients, page, direct, reseau):
    for fiche in (EntrepriseFactory(reseau=reseau), EntrepriseFactory()):
        response = clients["animateur"].post(page, {"entreprise": fiche.pk, "developpeur": direct.pk})
        assert list(response.context["form"].errors) == ["entreprise"]
    assert not Visite.objects.exists()


def test_programmer_un_mois_passe_ou_invente_est_refuse(clients, page, direct, entreprise):
    for mois in ("2001-01-01", "9999-99-99", "x"):
        response = clients["animateur"].post(page, {"entreprise": entreprise.pk, "developpeur": direct.pk, "prevue_le": mois})
        assert list(response.context["form"].errors) == ["prevue_le"]


# Une seule entreprise


@pytest.fixture
def proposer(clients, adresse, entreprise):
    def envoyer(**saisie):
        return clients["animateur"].post(adresse("visites:proposer", entreprise.pk), {"origine": "demande"} | saisie)

    return envoyer


def test_proposer_a_un_developpeur(proposer, adresse, direct, campagne):
    response = proposer(developpeur=direct.pk, campagne=campagne.pk)
    visite = Visite.objects.get()
    assert response.url == adresse("visites:visite", visite.pk)
    assert (visite.developpeur, visite.origine, visite.campagne) == (direct, "demande", campagne)


def test_proposer_sans_developpeur_inscrit_a_la_liste(proposer):
    response = proposer()
    assert dits(response) == ["L’entreprise est dans la liste."]
    assert Visite.objects.get().etat == EtatVisite.A_PROGRAMMER


def test_proposer_trop_tot_demande_un_motif(proposer, reseau, direct, entreprise):
    VisiteFactory(reseau=reseau, entreprise=entreprise, realisee=True, realisee_le=localdate())
    assert list(proposer(developpeur=direct.pk).context["form"].errors) == ["derogation"]
    assert proposer(developpeur=direct.pk, derogation="Elle rappelle").status_code == 302
    assert Visite.objects.en_cours().get().derogation == "Elle rappelle"


def test_proposer_une_entreprise_bloquee_ne_montre_pas_de_formulaire(clients, adresse, entreprise, proposer):
    entreprise.etat = "ferme"
    entreprise.save()
    page = clients["animateur"].get(adresse("visites:proposer", entreprise.pk)).content.decode()
    assert "Aucune visite ne peut être programmée." in page
    assert 'name="origine"' not in page
    assert proposer().context["form"].non_field_errors() == [f"{entreprise} : Établissement fermé."]


def test_proposer_une_entreprise_en_cours_mene_a_sa_visite(clients, adresse, reseau, entreprise):
    visite = VisiteFactory(reseau=reseau, entreprise=entreprise, programmee=True)
    response = clients["animateur"].get(adresse("visites:proposer", entreprise.pk))
    assert response.url == adresse("visites:visite", visite.pk)


def test_proposer_d_ailleurs_ou_deportee_est_introuvable(clients, adresse, membres, entreprise):
    DeportFactory(entreprise=entreprise, membre=membres["animateur"])
    pages = [adresse("visites:proposer", fiche.pk) for fiche in (entreprise, EntrepriseFactory())]
    assert [clients["animateur"].get(page).status_code for page in pages] == [404, 404]


def test_proposer_avec_des_choix_forges_est_refuse(proposer):
    response = proposer(developpeur=MembreFactory().pk, campagne=CampagneFactory().pk, origine="hasard")
    assert sorted(response.context["form"].errors) == ["campagne", "developpeur", "origine"]
