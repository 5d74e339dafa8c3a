"""Répartir au plan : par le script (JSON) ou par le formulaire, permis, retenu, refusé, défait."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from tests.factories import (
    AbsenceFactory,
    CampagneFactory,
    DeportFactory,
    EntrepriseFactory,
    MembreFactory,
    SollicitationFactory,
    VisiteFactory,
)
from tests.visites.conftest import dits
from visites.models import Visite

pytestmark = pytest.mark.django_db
JSON = {"HTTP_ACCEPT": "application/json"}
MOIS = localdate().replace(day=1)


@pytest.fixture
def campagne(reseau):
    le = localdate()
    return CampagneFactory(reseau=reseau, debut_le=le.replace(day=1), fin_le=le + timedelta(days=300))


@pytest.fixture
def entreprise(reseau):
    return EntrepriseFactory(reseau=reseau, raison_sociale="Forges")


@pytest.fixture
def deposer(clients, adresse, campagne, direct):
    """Envoie un dépôt comme le script le fait ; `formulaire` : comme une page sans script."""

    def envoyer(role="animateur", formulaire=False, **champs):
        entetes = {} if formulaire else JSON
        page = adresse("visites:campagne-deposer", campagne.pk)
        return clients[role].post(page, {"developpeur": direct.pk, "mois": MOIS.isoformat(), **champs}, **entetes)

    return envoyer


@pytest.fixture
def defaire(clients, adresse):
    return lambda role="animateur": clients[role].post(adresse("visites:plan-defaire"))


@pytest.mark.parametrize(
    ("role", "statut"),
    [("animateur", 200), ("secretariat", 200), ("direct", 403), ("associe", 403), ("prefecture", 403), ("observateur", 403)],
)
def test_deposer_selon_le_role(deposer, entreprise, role, statut):
    assert deposer(role, entreprise=entreprise.pk).status_code == statut
    assert Visite.objects.count() == (statut == 200)


def test_deposer_repond_en_une_phrase(deposer, entreprise, direct):
    reponse = deposer(entreprise=entreprise.pk).json()
    assert (reponse["fait"], reponse["texte"].startswith(f"Forges : confiée à {direct}, pour ")) == (True, True)


def test_deposer_sans_script_ramene_au_plan(deposer, adresse, campagne, entreprise):
    assert deposer(formulaire=True, entreprise=entreprise.pk).url == adresse("visites:campagne", campagne.pk)


def test_deposer_demande_le_motif_puis_le_garde(deposer, entreprise):
    SollicitationFactory(entreprise=entreprise, le=localdate())
    reponse = deposer(entreprise=entreprise.pk).json()
    assert (reponse["fait"], [question["champ"] for question in reponse["questions"]]) == (False, ["malgre_contact"])
    assert deposer(entreprise=entreprise.pk, malgre_contact="Salon").json()["fait"] is True
    assert Visite.objects.get().malgre_contact == "Salon"


def test_deposer_sans_script_pose_la_question_sans_rien_perdre(deposer, entreprise, direct):
    SollicitationFactory(entreprise=entreprise, le=localdate())
    form = deposer(formulaire=True, entreprise=entreprise.pk).context["form"]
    assert [champ.name for champ in form.visible_fields()] == ["malgre_contact"]
    caches = {champ.name: str(champ.value()) for champ in form.hidden_fields() if champ.value()}
    assert caches == {"entreprise": str(entreprise.pk), "developpeur": str(direct.pk), "mois": MOIS.isoformat()}


def test_deposer_sur_un_absent_se_confirme(deposer, entreprise, direct):
    AbsenceFactory(membre=direct, debut_le=MOIS, fin_le=MOIS + timedelta(days=27))
    reponse = deposer(entreprise=entreprise.pk).json()
    assert (reponse["questions"], reponse["confirmer"]) == ([], True)
    assert deposer(entreprise=entreprise.pk, confirme="on").json()["fait"] is True


def test_deposer_ce_qui_n_a_pas_de_remede_ne_demande_rien(deposer, reseau):
    fermee = EntrepriseFactory(reseau=reseau, etat="ferme")
    assert deposer(entreprise=fermee.pk).json() == {"fait": False, "raisons": ["Établissement fermé."], "questions": []}


def test_deposer_une_entreprise_deportee_ou_d_ailleurs_est_introuvable(deposer, membres, entreprise):
    DeportFactory(entreprise=entreprise, membre=membres["animateur"])
    reponses = [deposer(entreprise=cle).json() for cle in (entreprise.pk, EntrepriseFactory().pk)]
    assert [reponse["fait"] for reponse in reponses] == [False, False]
    assert not Visite.objects.exists()


def test_deposer_une_visite_changee_entre_temps_est_refuse(deposer, reseau, campagne, direct):
    visite = VisiteFactory(reseau=reseau, campagne=campagne, developpeur=direct, programmee=True)
    assert "modifiée depuis" in deposer(visite=visite.pk, version=visite.version + 1).json()["raisons"][0]


def test_deposer_une_visite_garde_son_accompagnant(deposer, reseau, campagne, direct, membres):
    champs = {"developpeur": MembreFactory(reseau=reseau), "accompagnant": membres["associe"], "programmee": True}
    visite = VisiteFactory(reseau=reseau, campagne=campagne, **champs)
    assert deposer(visite=visite.pk, version=visite.version).json()["fait"] is True
    visite.refresh_from_db()
    assert (visite.developpeur, visite.accompagnant) == (direct, membres["associe"])


def test_deposer_nomme_un_accompagnant_sans_changer_le_mois(deposer, reseau, campagne, direct, membres):
    visite = VisiteFactory(reseau=reseau, campagne=campagne, developpeur=direct, programmee=True)
    champs = {"visite": visite.pk, "version": visite.version, "accompagnant": membres["associe"].pk, "mois": ""}
    assert deposer(**champs).json()["fait"] is True
    visite.refresh_from_db()
    assert visite.accompagnant == membres["associe"]


def test_deposer_rien_ou_un_mois_passe_est_refuse(deposer, entreprise):
    passe = (MOIS - timedelta(days=1)).replace(day=1).isoformat()
    assert [deposer(**champs).json()["fait"] for champs in ({}, {"entreprise": entreprise.pk, "mois": passe})] == [False, False]


# Annuler


def test_plan_offre_d_annuler_juste_apres(deposer, clients, adresse, campagne, entreprise, defaire):
    deposer(entreprise=entreprise.pk)
    page = adresse("visites:campagne", campagne.pk)
    assert clients["animateur"].get(page).context["depot"]["phrase"].startswith("Forges : confiée à")
    assert clients["secretariat"].get(page).context["depot"] is None
    assert dits(defaire()) == ["Annulé : 1\u00a0visite remise comme avant."]
    assert clients["animateur"].get(page).context["depot"] is None
    assert not Visite.objects.exists()


def test_defaire_remet_les_dates_de_la_visite_deplacee(deposer, defaire, reseau, campagne):
    membre, mois = MembreFactory(reseau=reseau), MOIS + timedelta(days=40)
    visite = VisiteFactory(reseau=reseau, campagne=campagne, developpeur=membre, programmee=True, prevue_le=mois)
    deposer(visite=visite.pk, version=visite.version)
    defaire()
    visite.refresh_from_db()
    assert (visite.developpeur, visite.prevue_le) == (membre, mois)


def test_defaire_refuse_si_la_visite_a_change(deposer, defaire, entreprise):
    deposer(entreprise=entreprise.pk)
    Visite.objects.update(version=9)
    assert dits(defaire()) == ["Cette visite a changé depuis : elle se modifie depuis sa page."]
    assert Visite.objects.count() == 1


def test_defaire_sans_depot_ou_deux_fois_le_dit(deposer, defaire, entreprise):
    assert dits(defaire()) == ["Il n’y a plus rien à annuler."]
    deposer(entreprise=entreprise.pk)
    defaire()
    assert dits(defaire())[-1] == "Il n’y a plus rien à annuler."


def test_defaire_un_lot_du_formulaire(clients, adresse, campagne, direct, reseau, defaire):
    entreprises = [EntrepriseFactory(reseau=reseau).pk for _ in range(3)]
    choix = {"entreprise": entreprises, "developpeur": direct.pk, "prevue_le": MOIS.isoformat()}
    clients["animateur"].post(adresse("visites:programmer", campagne.pk), choix)
    assert Visite.objects.count() == 3
    defaire()
    assert not Visite.objects.exists()


def test_depot_sur_un_debutant_propose_un_binome(deposer, clients, adresse, campagne, entreprise, reseau, direct):
    direct.entre_le = localdate()
    direct.save()
    ancien = MembreFactory(reseau=reseau)
    for _ in range(5):
        VisiteFactory(reseau=reseau, developpeur=ancien, realisee=True)
    deposer(entreprise=entreprise.pk)
    page = clients["animateur"].get(adresse("visites:campagne", campagne.pk))
    assert page.context["depot"]["conseil"] == ancien
    visite = Visite.objects.get(entreprise=entreprise)
    deposer(formulaire=True, visite=visite.pk, version=visite.version, accompagnant=ancien.pk)
    visite.refresh_from_db()
    assert (visite.accompagnant, visite.conjointe) == (ancien, True)
