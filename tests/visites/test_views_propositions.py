"""La page des propositions : ce qu'elle dit, ce qu'on confie, ce qui revient refusé, et le lot qui s'annule."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from reseau.lib.dates import plus_mois, premier_du_mois
from tests.factories import (
    AbsenceFactory,
    CampagneFactory,
    CourrierFactory,
    DeportFactory,
    EntrepriseFactory,
    MembreFactory,
    VisiteFactory,
)
from tests.visites.conftest import dits
from visites.enums import EtatVisite
from visites.models import Visite

pytestmark = pytest.mark.django_db


@pytest.fixture
def campagne(reseau):
    return CampagneFactory(reseau=reseau)


@pytest.fixture
def entreprise(reseau):
    return EntrepriseFactory(reseau=reseau)


@pytest.fixture
def page(adresse, campagne):
    return adresse("visites:propositions", campagne.pk)


@pytest.fixture
def lignes(clients, page):
    return lambda **choix: clients["animateur"].get(page, choix).context["lignes"]


@pytest.fixture
def mois():
    return plus_mois(premier_du_mois(localdate()), 1)


@pytest.fixture
def confier(clients, page, mois):
    """Confie chaque entreprise au membre dit : `confier({entreprise: membre})`."""

    def envoyer(choix, **saisie):
        lignes = {f"developpeur-{fiche.pk}": membre.pk for fiche, membre in choix.items()}
        commun = {"entreprise": [fiche.pk for fiche in choix], "prevue_le": mois.isoformat(), "etalement": 1}
        return clients["animateur"].post(page, commun | lignes | saisie)

    return envoyer


@pytest.mark.parametrize("role", ["direct", "associe", "prefecture", "observateur"])
def test_propositions_sont_a_qui_programme(clients, page, role):
    assert [clients[role].get(page).status_code, clients[role].post(page).status_code] == [403, 403]


def test_page_dit_qui_et_pourquoi(lignes, reseau, direct, entreprise):
    VisiteFactory(reseau=reseau, entreprise=EntrepriseFactory(reseau=reseau), developpeur=direct, programmee=True)
    (ligne,) = lignes()
    assert (ligne["entreprise"], ligne["choisi"], ligne["cochee"]) == (entreprise, direct.pk, False)
    assert ligne["conseil"].retenue.raisons[0] == "suit déjà 1\u00a0entreprise à Vesoul"


def test_page_ne_montre_ni_note_ni_classement(clients, page, reseau, direct, entreprise):
    MembreFactory(reseau=reseau, nom="Aaron")
    (ligne,) = clients["animateur"].get(page).context["lignes"]
    assert [membre.nom for membre in ligne["conseil"].candidats] == ["Aaron", "Direct"]


def test_page_sans_developpeur_le_dit(clients, page, entreprise, direct):
    direct.qualite = "associe"
    direct.save()
    assert "Personne à qui confier" in clients["animateur"].get(page).content.decode()


def test_page_sans_entreprise_le_dit(clients, page, direct):
    assert "Tout est programmé" in clients["animateur"].get(page).content.decode()
    assert "ne répond à ces filtres" in clients["animateur"].get(page, {"q": "zyx"}).content.decode()


def test_page_filtre_et_pagine(lignes, clients, page, reseau, direct):
    EntrepriseFactory.create_batch(26, reseau=reseau)
    cherchee = EntrepriseFactory(reseau=reseau)
    assert len(lignes()) == 15
    assert [ligne["entreprise"] for ligne in lignes(q=cherchee.siret)] == [cherchee]


def test_deporte_n_est_ni_propose_ni_nomme(clients, page, reseau, direct, entreprise):
    autre = MembreFactory(reseau=reseau, nom="Zyxdeporte")
    DeportFactory(entreprise=entreprise, membre=autre)
    for role in ("animateur", "secretariat"):
        assert "Zyxdeporte" not in clients[role].get(page).content.decode()


def test_lecteur_deporte_ne_lit_pas_l_entreprise(lignes, membres, direct, entreprise):
    DeportFactory(entreprise=entreprise, membre=membres["animateur"])
    assert lignes() == []


def test_motif_d_absence_ne_se_lit_pas(clients, page, direct, entreprise):
    AbsenceFactory(membre=direct, debut_le=localdate(), fin_le=localdate(), motif="Zyxopération")
    texte = clients["secretariat"].get(page).content.decode()
    assert "Absente le" in texte
    assert "Zyxopération" not in texte


def test_requetes_constantes(clients, page, reseau, direct, constantes):
    def ajouter():
        membre, fiche = MembreFactory(reseau=reseau), EntrepriseFactory(reseau=reseau)
        VisiteFactory(reseau=reseau, entreprise=EntrepriseFactory(reseau=reseau), developpeur=membre, programmee=True)
        AbsenceFactory(membre=membre, debut_le=localdate(), fin_le=localdate())
        DeportFactory(entreprise=fiche, membre=membre)

    assert constantes(lambda: clients["animateur"].get(page), ajouter, (1, 2, 27)) <= 35


# Confier


def test_confier_chacune_a_qui_la_ligne_le_dit(confier, reseau, campagne, direct, mois):
    autre, fiches = MembreFactory(reseau=reseau), EntrepriseFactory.create_batch(2, reseau=reseau)
    response = confier({fiches[0]: direct, fiches[1]: autre})
    assert dits(response) == ["2\u00a0visites confiées."]
    assert list(Visite.objects.order_by("entreprise").values_list("developpeur", "campagne", "prevue_le", "etat")) == [
        (direct.pk, campagne.pk, mois, EtatVisite.PROGRAMMEE),
        (autre.pk, campagne.pk, mois, EtatVisite.PROGRAMMEE),
    ]


def test_confier_garde_ce_qui_est_refuse_coche_avec_sa_raison(confier, lignes, reseau, direct, entreprise):
    autre, refusante = MembreFactory(reseau=reseau, nom="Zimmer"), EntrepriseFactory(reseau=reseau)
    VisiteFactory(reseau=reseau, entreprise=refusante, refusee=True, refusee_le=localdate())
    response = confier({entreprise: direct, refusante: autre}, etalement=2)
    assert dits(response) == ["1\u00a0visite confiée.", "1\u00a0refusée, à reprendre ci-dessous."]
    (ligne,) = lignes()
    assert (ligne["cochee"], ligne["choisi"]) == (True, autre.pk)
    assert ligne["refus"].endswith("Donnez un motif pour passer outre.")
    assert lignes()[0]["refus"] == ""


def test_reprise_garde_aussi_la_saisie_commune(confier, clients, page, reseau, direct, entreprise):
    refusante = EntrepriseFactory(reseau=reseau)
    VisiteFactory(reseau=reseau, entreprise=refusante, refusee=True, refusee_le=localdate())
    confier({entreprise: direct, refusante: direct}, etalement=2, malgre_contact="Elle rappelle")
    form = clients["animateur"].get(page).context["form"]
    assert (form["etalement"].value(), form["malgre_contact"].value()) == ("2", "Elle rappelle")


def test_tout_refuse_revient_avec_sa_saisie(confier, reseau, direct, entreprise):
    VisiteFactory(reseau=reseau, entreprise=entreprise, refusee=True, refusee_le=localdate())
    response = confier({entreprise: direct}, malgre_contact="Elle rappelle")
    assert len(response.context["form"].non_field_errors()) == 1
    assert response.context["lignes"][0]["cochee"]
    assert response.context["form"]["malgre_contact"].value() == "Elle rappelle"


def test_passer_outre_avec_un_motif(confier, reseau, direct, entreprise):
    VisiteFactory(reseau=reseau, entreprise=entreprise, refusee=True, refusee_le=localdate())
    confier({entreprise: direct}, derogation="Elle rappelle")
    assert Visite.objects.en_cours().get().derogation == "Elle rappelle"


def test_rien_de_coche_redemande(confier):
    assert confier({}).context["form"].errors["entreprise"] == ["Cochez au moins une visite."]


def test_ligne_sans_developpeur_ou_d_ailleurs_redemande(clients, page, entreprise, direct):
    for choix in ({}, {f"developpeur-{entreprise.pk}": MembreFactory().pk}, {f"developpeur-{entreprise.pk}": "x"}):
        form = clients["animateur"].post(page, {"entreprise": entreprise.pk} | choix).context["form"]
        assert form.errors["entreprise"] == [f"Choisissez un développeur pour {entreprise}."]


def test_entreprise_d_ailleurs_ou_deja_confiee_est_refusee(confier, reseau, direct):
    confiee = VisiteFactory(reseau=reseau, programmee=True).entreprise
    for fiche in (EntrepriseFactory(), confiee):
        assert list(confier({fiche: direct}).context["form"].errors) == ["entreprise"]


def test_developpeur_deporte_est_refuse_sans_dire_pourquoi(confier, direct, entreprise):
    DeportFactory(entreprise=entreprise, membre=direct)
    (refus,) = confier({entreprise: direct}).context["form"].non_field_errors()
    assert refus == f"{entreprise} : {direct} ne peut pas être affecté à cette entreprise."


# Le mois


def test_etaler_selon_les_jours_ouvres_ou_l_on_est_la(confier, reseau, direct, mois):
    AbsenceFactory(membre=direct, debut_le=mois, fin_le=plus_mois(mois, 1) - timedelta(days=1))
    fiches = EntrepriseFactory.create_batch(4, reseau=reseau)
    confier(dict.fromkeys(fiches, direct), etalement=2)
    assert set(Visite.objects.values_list("prevue_le", flat=True)) == {plus_mois(mois, 1)}


def test_etaler_partage_entre_les_mois(confier, reseau, direct, mois):
    confier(dict.fromkeys(EntrepriseFactory.create_batch(4, reseau=reseau), direct), etalement=2)
    assert sorted(Visite.objects.values_list("prevue_le", flat=True)) == [mois] * 2 + [plus_mois(mois, 1)] * 2


def test_sans_mois_vise(confier, direct, entreprise):
    confier({entreprise: direct}, prevue_le="")
    assert Visite.objects.get().prevue_le is None


def test_absence_pendant_le_mois_previent_et_se_confirme(confier, direct, entreprise, mois):
    AbsenceFactory(membre=direct, debut_le=mois, fin_le=mois + timedelta(days=9))
    form = confier({entreprise: direct}).context["form"]
    assert str(direct) in form.prevenances[0]
    assert not Visite.objects.exists()
    assert confier({entreprise: direct}, quand_meme=form.fields["quand_meme"].widget.attrs["value"]).status_code == 302


def test_etaler_ne_previent_que_d_une_absence_de_bout_en_bout(confier, direct, entreprise, mois):
    AbsenceFactory(membre=direct, debut_le=mois, fin_le=mois + timedelta(days=9))
    assert confier({entreprise: direct}, etalement=2).status_code == 302
    Visite.objects.all().delete()
    AbsenceFactory(membre=direct, debut_le=mois + timedelta(days=10), fin_le=mois + timedelta(days=80))
    assert confier({entreprise: direct}, etalement=2).context["form"].prevenances


# Annuler


@pytest.fixture
def annuler(clients, adresse, campagne):
    return lambda role="animateur": clients[role].post(adresse("visites:propositions-annuler", campagne.pk))


def test_annuler_remet_tout_comme_avant(confier, annuler, clients, page, reseau, direct, entreprise):
    inscrite = VisiteFactory(reseau=reseau, prevue_le=localdate())
    confier({entreprise: direct, inscrite.entreprise: direct})
    assert "Annuler ce lot" in clients["animateur"].get(page).content.decode()
    assert dits(annuler())[-1:] == ["Annulé : 2\u00a0visites ne sont plus confiées."]
    visite = Visite.objects.get()
    assert (visite.pk, visite.etat, visite.developpeur, visite.campagne) == (inscrite.pk, EtatVisite.A_PROGRAMMER, None, None)
    assert (visite.prevue_le, visite.programmee_le) == (localdate(), None)
    assert "Annuler ce lot" not in clients["animateur"].get(page).content.decode()


def test_annuler_laisse_ce_qui_a_vecu_depuis(confier, annuler, reseau, direct, entreprise):
    autre, lettree = EntrepriseFactory(reseau=reseau), EntrepriseFactory(reseau=reseau)
    confier({entreprise: direct, autre: direct, lettree: direct})
    Visite.objects.filter(entreprise=autre).update(version=9)
    CourrierFactory(visite=Visite.objects.get(entreprise=lettree))
    messages = dits(annuler())
    assert messages[1] == "Annulé : 1\u00a0visite n’est plus confiée."
    assert [message.partition(" : ")[0] for message in messages[2:]] == [str(autre), str(lettree)]
    assert set(Visite.objects.values_list("entreprise", flat=True)) == {autre.pk, lettree.pk}


def test_annuler_deux_fois_ou_celui_d_un_autre_n_annule_rien(confier, annuler, direct, entreprise):
    confier({entreprise: direct})
    assert dits(annuler("secretariat")) == ["Il n’y a plus rien à annuler."]
    annuler()
    assert dits(annuler())[-1] == "Il n’y a plus rien à annuler."


def test_fiche_de_la_campagne_y_mene(clients, adresse, campagne, page):
    fiche = adresse("visites:campagne", campagne.pk)
    assert [page in clients[role].get(fiche).content.decode() for role in ("animateur", "direct")] == [True, False]
