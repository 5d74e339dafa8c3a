"""Les contraintes de la base et les QuerySets des visites et des lettres."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from reseau.lib.dates import plus_mois
from tests.factories import (
    INSTANT,
    JOUR,
    CampagneFactory,
    CompteRenduFactory,
    CourrierFactory,
    DeportFactory,
    EntrepriseFactory,
    MembreFactory,
    VisiteFactory,
)
from visites.enums import EtatVisite
from visites.models import Courrier, Visite
from visites.models.visite import Repere

pytestmark = pytest.mark.django_db


def refuse(objets, **valeurs):
    """Vrai si la base refuse d'y écrire ces valeurs."""
    try:
        with transaction.atomic():
            objets.update(**valeurs)
    except IntegrityError:
        return True
    return False


@pytest.mark.parametrize(
    "valeurs",
    [
        {"etat": "inventee"},
        {"etat": "programmee"},
        {"etat": "programmee", "programmee_le": JOUR},
        {"etat": "annoncee"},
        {"etat": "rendez_vous_pris"},
        {"etat": "realisee"},
        {"etat": "restituee"},
        {"etat": "refusee", "refusee_le": JOUR},
        {"etat": "refusee", "motif_refus": "temps"},
        {"refusee_le": JOUR},
        {"etat": "injoignable"},
        {"etat": "annulee"},
    ],
)
def test_visite_lie_l_etat_a_sa_date(valeurs):
    VisiteFactory()
    assert refuse(Visite.objects.all(), **valeurs)


@pytest.mark.parametrize(
    ("trait", "champ"),
    [
        ("programmee", "programmee_le"),
        ("programmee", "developpeur"),
        ("annoncee", "annoncee_le"),
        ("rendez_vous", "rendez_vous_le"),
        ("realisee", "realisee_le"),
        ("restituee", "restituee_le"),
        ("injoignable", "injoignable_le"),
        ("annulee", "annulee_le"),
    ],
)
def test_visite_garde_la_date_de_son_etat(trait, champ):
    VisiteFactory(**{trait: True})
    assert refuse(Visite.objects.all(), **{champ: None})


def test_visite_une_seule_en_cours_par_entreprise():
    premiere = VisiteFactory(programmee=True)
    autre = VisiteFactory(reseau=premiere.reseau, entreprise=premiere.entreprise, annulee=True)
    assert refuse(Visite.objects.filter(pk=autre.pk), etat="a_programmer", annulee_le=None)


@pytest.mark.parametrize(
    "valeurs",
    [
        {"etat": "signee"},
        {"numero": 1},
        {"annee": 2026},
        {"signe_le": JOUR},
    ],
)
def test_courrier_nait_numerote_a_la_signature(valeurs):
    CourrierFactory()
    assert refuse(Courrier.objects.all(), **valeurs)


def test_campagne_finit_apres_avoir_commence():
    campagne = CampagneFactory()
    assert refuse(type(campagne).objects.all(), fin_le=campagne.debut_le - timedelta(days=1))


def test_campagne_un_nom_par_reseau():
    campagne = CampagneFactory(nom="Printemps")
    CampagneFactory(nom="Printemps")
    autre = CampagneFactory(reseau=campagne.reseau)
    assert refuse(type(campagne).objects.filter(pk=autre.pk), nom="Printemps")


@pytest.mark.parametrize(
    ("etat", "repere"),
    [
        ({}, Repere("dans la liste depuis le", JOUR)),
        ({"prevue_le": date(2026, 5, 1)}, Repere("prévue en", date(2026, 5, 1), "mois")),
        ({"rendez_vous": True, "prevue_le": date(2026, 5, 1)}, Repere("rendez-vous le", INSTANT, "heure")),
        ({"rendez_vous": True, "etat": "realisee", "realisee_le": JOUR}, Repere("réalisée le", JOUR)),
        ({"refusee": True}, Repere("refus le", JOUR)),
        ({"annulee": True}, Repere("annulée le", JOUR)),
        ({"injoignable": True}, Repere("injoignable le", JOUR)),
    ],
)
def test_visite_dit_sa_date_au_plan(etat, repere):
    assert VisiteFactory(**etat).repere == repere


def test_visites_du_mois_suivent_leur_date_au_plan():
    VisiteFactory(prevue_le=date(2026, 5, 1))
    prevue_puis_faite = VisiteFactory(realisee=True, realisee_le=date(2026, 3, 31), prevue_le=date(2026, 5, 1))
    VisiteFactory(realisee=True, realisee_le=date(2026, 4, 1))
    assert list(Visite.objects.du_mois(date(2026, 3, 1))) == [prevue_puis_faite]


def test_visites_a_annoncer_sont_programmees_et_sans_lettre():
    attendue = VisiteFactory(programmee=True)
    CourrierFactory()
    VisiteFactory(annoncee=True)
    assert list(Visite.objects.a_annoncer()) == [attendue]


def test_visites_cherchent_par_l_entreprise():
    trouvee = VisiteFactory(entreprise__recherche="fonderie des sapins vesoul")
    VisiteFactory()
    assert list(Visite.objects.cherche("Sapins FONDÉRIE")) == [trouvee]


class TestARevoir:
    ANCIENNE = plus_mois(JOUR, -24)

    def a_revoir(self, reseau):
        return list(Visite.objects.a_revoir(reseau, JOUR))

    def test_la_derniere_visite_ancienne(self, reseau):
        entreprise = EntrepriseFactory(reseau=reseau)
        choix = {"reseau": reseau, "entreprise": entreprise, "realisee": True}
        VisiteFactory(**choix, realisee_le=plus_mois(JOUR, -60))
        derniere = VisiteFactory(**choix, realisee_le=self.ANCIENNE)
        assert self.a_revoir(reseau) == [derniere]

    def test_pas_si_une_plus_recente(self, reseau):
        entreprise = EntrepriseFactory(reseau=reseau)
        for le in (self.ANCIENNE, JOUR):
            VisiteFactory(reseau=reseau, entreprise=entreprise, realisee=True, realisee_le=le)
        assert self.a_revoir(reseau) == []

    @pytest.mark.parametrize("suite", [{}, {"programmee": True}, {"refusee": True}])
    def test_pas_si_une_visite_est_en_cours_ou_refusee(self, reseau, suite):
        entreprise = EntrepriseFactory(reseau=reseau)
        VisiteFactory(reseau=reseau, entreprise=entreprise, realisee=True, realisee_le=self.ANCIENNE)
        VisiteFactory(reseau=reseau, entreprise=entreprise, **suite)
        assert self.a_revoir(reseau) == []

    @pytest.mark.parametrize("fiche", [{"etat": "ferme"}, {"ne_plus_solliciter_jusqu_au": JOUR}])
    def test_pas_si_l_entreprise_ne_se_visite_plus(self, reseau, fiche):
        entreprise = EntrepriseFactory(reseau=reseau, **fiche)
        VisiteFactory(reseau=reseau, entreprise=entreprise, realisee=True, realisee_le=self.ANCIENNE)
        assert self.a_revoir(reseau) == []

    def test_deux_visites_le_meme_jour_n_en_font_qu_une(self, reseau):
        entreprise = EntrepriseFactory(reseau=reseau)
        for _ in range(2):
            VisiteFactory(reseau=reseau, entreprise=entreprise, realisee=True, realisee_le=self.ANCIENNE)
        assert len(self.a_revoir(reseau)) == 1


def test_visites_d_un_associe_sont_celles_qu_il_accompagne(membres, reseau):
    sienne = VisiteFactory(reseau=reseau, programmee=True, accompagnant=membres["associe"])
    VisiteFactory(reseau=reseau, programmee=True)
    assert list(Visite.objects.visibles_par(membres["associe"])) == [sienne]


def test_deport_cache_visite_et_lettre(membres, reseau):
    lettre = CourrierFactory(visite__reseau=reseau, visite__programmee=True)
    DeportFactory(entreprise=lettre.visite.entreprise, membre=membres["animateur"])
    assert not Visite.objects.visibles_par(membres["animateur"]).exists()
    assert not Courrier.objects.visibles_par(membres["animateur"]).exists()
    assert Courrier.objects.visibles_par(membres["secretariat"]).get() == lettre


def test_lettres_d_un_direct_sont_celles_de_ses_visites(direct, reseau):
    sienne = CourrierFactory(visite__reseau=reseau, visite__programmee=True, visite__developpeur=direct)
    CourrierFactory(visite__reseau=reseau, visite__programmee=True, visite__developpeur=MembreFactory(reseau=reseau))
    assert list(Courrier.objects.visibles_par(direct)) == [sienne]


def test_visites_sans_compte_rendu_passees(reseau):
    realisee = VisiteFactory(reseau=reseau, realisee=True)
    CompteRenduFactory(visite=VisiteFactory(reseau=reseau, realisee=True), termine=True)
    VisiteFactory(reseau=reseau, programmee=True)
    assert list(Visite.objects.sans_compte_rendu(JOUR)) == [realisee]
    assert list(Visite.objects.a_restituer().values_list("etat", flat=True)) == [EtatVisite.REALISEE]
