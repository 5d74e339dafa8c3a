"""Les gestes d'une visite : permis, refusé, introuvable, impossible dans cet état."""

from datetime import date, datetime, timedelta

import pytest
from django.utils.timezone import get_current_timezone, localdate

from reseau.lib.formulaires import FICHE_MODIFIEE
from tests.factories import JOUR, CourrierFactory, DeportFactory, EntrepriseFactory, MembreFactory, VisiteFactory
from tests.visites.conftest import dits
from visites.models import Visite

pytestmark = pytest.mark.django_db
SAISIES = {
    "rendre": {"motif": "Trop loin"},
    "rendez-vous": {"quand": "2026-04-02T14:30", "lieu": "Entrepôt"},
    "realiser": {"realisee_le": "2026-03-02"},
    "refuser": {"motif": "temps", "precision": "Après l’été"},
    "injoignable": {"precision": "Trois appels"},
    "annuler": {"precision": "Déménage"},
}
ARRIVEES = {
    "rendre": "a_programmer",
    "rendez-vous": "rendez_vous_pris",
    "realiser": "realisee",
    "refuser": "refusee",
    "injoignable": "injoignable",
    "annuler": "annulee",
}


@pytest.fixture
def visite(reseau, direct):
    """Une visite du développeur direct, programmée."""
    return VisiteFactory(reseau=reseau, programmee=True, developpeur=direct)


@pytest.fixture
def poster(clients, adresse):
    """Envoie le formulaire d'un geste tel que la page le donne, avec sa version."""

    def envoyer(role, geste, visite, **saisie):
        valeurs = {"version": visite.version, **saisie}
        return clients[role].post(adresse(f"visites:{geste}", visite.pk), valeurs)

    return envoyer


def etat(visite):
    return Visite.objects.get(pk=visite.pk).etat


@pytest.mark.parametrize("role", ["animateur", "secretariat", "direct"])
@pytest.mark.parametrize("geste", ["rendre", "rendez-vous", "realiser", "refuser", "injoignable"])
def test_conduire_est_permis_aux_siens_et_a_l_animation(poster, adresse, visite, role, geste):
    response = poster(role, geste, visite, **SAISIES[geste])
    assert (response.status_code, response.url) == (302, adresse("visites:visite", visite.pk))
    assert etat(visite) == ARRIVEES[geste]


@pytest.mark.parametrize("geste", ["rendre", "rendez-vous", "realiser", "refuser", "injoignable", "annuler", "affecter"])
def test_conduire_la_visite_d_un_autre_est_interdit(poster, reseau, geste):
    visite = VisiteFactory(reseau=reseau, programmee=True)
    assert poster("direct", geste, visite, **SAISIES.get(geste, {})).status_code == 403
    assert etat(visite) == "programmee"


@pytest.mark.parametrize("geste", [*SAISIES, "affecter", "prendre"])
@pytest.mark.parametrize("role", ["associe", "prefecture", "observateur"])
def test_conduire_est_interdit_a_qui_ne_visite_pas(poster, visite, role, geste):
    assert poster(role, geste, visite, **SAISIES.get(geste, {})).status_code == 403


@pytest.mark.parametrize("geste", [*SAISIES, "affecter", "prendre"])
def test_geste_d_ailleurs_ou_deporte_est_introuvable(poster, membres, visite, geste):
    DeportFactory(entreprise=visite.entreprise, membre=membres["animateur"])
    assert poster("animateur", geste, visite).status_code == 404
    assert poster("animateur", geste, VisiteFactory()).status_code == 404


@pytest.mark.parametrize("geste", [*SAISIES, "affecter"])
def test_geste_impossible_ramene_a_la_visite(clients, poster, adresse, reseau, direct, geste):
    visite = VisiteFactory(reseau=reseau, realisee=True, developpeur=direct)
    page = adresse("visites:visite", visite.pk)
    assert poster("animateur", geste, visite, **SAISIES.get(geste, {})).url == page
    assert clients["animateur"].get(adresse(f"visites:{geste}", visite.pk)).url == page
    assert etat(visite) == "realisee"


@pytest.mark.parametrize("geste", [*SAISIES, "affecter"])
def test_geste_sur_une_visite_changee_garde_la_saisie(poster, visite, geste):
    visite.version = 7
    response = poster("animateur", geste, visite, **SAISIES.get(geste, {}))
    assert response.context["form"].non_field_errors() == [FICHE_MODIFIEE]
    assert etat(visite) == "programmee"


@pytest.mark.parametrize("geste", ["rendre", "rendez-vous", "realiser", "refuser", "annuler", "affecter"])
def test_geste_sans_ce_qu_il_faut_redemande(poster, visite, geste):
    response = poster("animateur", geste, visite)
    assert response.status_code == 200
    assert response.context["form"].errors
    assert etat(visite) == "programmee"


def test_geste_envoye_deux_fois_n_agit_qu_une(poster, visite):
    saisie = SAISIES["refuser"] | {"jeton": "0b6b5d6e-3c1f-4e5e-9a59-5f0a5b0f0c11"}
    poster("direct", "refuser", visite, **saisie)
    response = poster("direct", "refuser", visite, **saisie)
    assert dits(response)[-1] == "C’était déjà enregistré : rien n’a été fait deux fois."


# Affecter, prendre


def test_affecter_change_tout(poster, membres, reseau):
    visite, accompagnant = VisiteFactory(reseau=reseau), membres["associe"]
    mois = localdate().replace(day=1)
    choix = {"developpeur": membres["direct"].pk, "accompagnant": accompagnant.pk, "prevue_le": mois.isoformat()}
    assert poster("secretariat", "affecter", visite, **choix).status_code == 302
    visite = Visite.objects.get(pk=visite.pk)
    assert (visite.developpeur, visite.accompagnant, visite.prevue_le) == (membres["direct"], accompagnant, mois)


def test_affecter_ne_propose_ni_parti_ni_deporte_ni_voisin(clients, adresse, reseau, membres):
    visite = VisiteFactory(reseau=reseau)
    DeportFactory(entreprise=visite.entreprise, membre=MembreFactory(reseau=reseau, nom="Deporte"))
    MembreFactory(reseau=reseau, nom="Parti", parti_le="2021-01-01")
    MembreFactory(nom="Voisin")
    MembreFactory(reseau=reseau, nom="Aubry")
    champs = clients["animateur"].get(adresse("visites:affecter", visite.pk)).context["form"].fields
    assert [membre.nom for membre in champs["developpeur"].queryset] == ["Aubry", "Direct"]
    assert [membre.nom for membre in champs["accompagnant"].queryset] == ["Associe", "Aubry", "Direct"]


def test_affecter_a_un_membre_d_un_autre_reseau_est_refuse(poster, reseau):
    visite = VisiteFactory(reseau=reseau)
    response = poster("animateur", "affecter", visite, developpeur=MembreFactory().pk)
    assert list(response.context["form"].errors) == ["developpeur"]


def test_affecter_dit_la_charge_en_mots(clients, adresse, visite):
    form = clients["animateur"].get(adresse("visites:affecter", visite.pk)).context["form"]
    libelle = [libelle for _, libelle in form.fields["developpeur"].choices][1]
    assert libelle == f"Direct Camille ({visite.developpeur.institution}) : 1 en cours"


def test_affecter_une_regle_enfreinte_reste_dans_le_formulaire(poster, visite, direct):
    response = poster("animateur", "affecter", visite, developpeur=direct.pk, accompagnant=direct.pk)
    assert response.context["form"].non_field_errors() == ["On ne s’accompagne pas soi-même."]


def test_affecter_avertit_que_la_lettre_signee_nomme_quelqu_un(clients, adresse, visite, reseau):
    lettre = CourrierFactory(visite=visite)
    signee = {"etat": "signee", "annee": 2026, "numero": 12, "signe_le": JOUR, "signataire": reseau.signataires.get()}
    type(lettre).objects.update(**signee)
    response = clients["animateur"].get(adresse("visites:affecter", visite.pk))
    assert response.context["avertissement"] == f"La lettre n° 2026-0012 est signée : elle annonce {visite.developpeur}."


def test_prendre_par_un_direct(poster, reseau, direct):
    visite = VisiteFactory(reseau=reseau)
    assert poster("direct", "prendre", visite).status_code == 302
    assert Visite.objects.get(pk=visite.pk).developpeur == direct


def test_prendre_trop_tard_se_dit(poster, reseau):
    response = poster("direct", "prendre", VisiteFactory(reseau=reseau, programmee=True))
    assert dits(response) == ["Quelqu’un vient de prendre cette entreprise."]


def test_prendre_par_un_animateur_qui_ne_visite_pas_se_dit(poster, reseau, animateur):
    response = poster("animateur", "prendre", VisiteFactory(reseau=reseau))
    assert dits(response) == [f"{animateur} n’est pas développeur direct : il peut accompagner."]


# Dates


def test_rendez_vous_a_l_heure_de_paris(poster, visite):
    poster("direct", "rendez-vous", visite, **SAISIES["rendez-vous"])
    attendu = datetime(2026, 4, 2, 14, 30, tzinfo=get_current_timezone())
    assert Visite.objects.get(pk=visite.pk).rendez_vous_le == attendu


@pytest.mark.parametrize("quand", ["0001-01-01T10:00", "9999-12-31T10:00", "2026-03-29T02:30", "demain"])
def test_rendez_vous_impossible_est_une_erreur(poster, visite, quand):
    response = poster("direct", "rendez-vous", visite, quand=quand)
    assert list(response.context["form"].errors) == ["quand"]


@pytest.mark.parametrize("jour", ["0001-01-01", "9999-12-31", "31/02/2026"])
def test_realiser_a_une_date_impossible_est_une_erreur(poster, visite, jour):
    assert poster("direct", "realiser", visite, realisee_le=jour).context["form"].errors


def test_realiser_demain_est_une_erreur(poster, visite):
    demain = (localdate() + timedelta(days=1)).isoformat()
    response = poster("direct", "realiser", visite, realisee_le=demain)
    assert response.context["form"].non_field_errors() == ["La date de la visite est dans l’avenir."]


@pytest.mark.parametrize(("geste", "champ"), [("realiser", "realisee_le"), ("rendez-vous", "quand")])
def test_date_d_avant_l_inscription_se_confirme(poster, reseau, direct, geste, champ):
    """L'année d'avant, tapée par habitude en janvier ; ou un stock que l'on reprend, et qui le dit."""
    visite = VisiteFactory(reseau=reseau, programmee=True, developpeur=direct, creee_le=date(2026, 3, 2))
    saisie = {champ: "2026-03-01" if geste == "realiser" else "2026-03-01T10:00"}
    form = poster("direct", geste, visite, **saisie).context["form"]
    (dite,) = [phrase for phrase in form.prevenances if "inscription" in phrase]
    assert dite == "Le 1er mars 2026 précède l’inscription de la visite, le 2 mars 2026 : vérifiez l’année."
    assert etat(visite) == "programmee"
    lues = form.fields["quand_meme"].widget.attrs["value"]
    assert poster("direct", geste, visite, **saisie, quand_meme=lues).status_code == 302


def test_refuser_avec_un_motif_invente_est_une_erreur(poster, visite):
    assert list(poster("direct", "refuser", visite, motif="humeur").context["form"].errors) == ["motif"]


def test_gestes_ne_touchent_pas_les_voisines(poster, reseau, visite):
    autre = VisiteFactory(reseau=reseau, programmee=True, entreprise=EntrepriseFactory(reseau=reseau))
    poster("direct", "refuser", visite, **SAISIES["refuser"])
    assert etat(autre) == "programmee"
