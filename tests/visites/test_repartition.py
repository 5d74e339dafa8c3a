"""Poser au plan : ce qui s'y oppose, dit d'avance et d'un coup ; ce que le geste change, et ce qui le défait."""

from datetime import UTC, date, datetime

import pytest

from entreprises.models import Acces
from reseau.enums import Qualite
from reseau.lib.erreurs import RegleEnfreinte
from tests.factories import (
    JOUR,
    AbsenceFactory,
    CampagneFactory,
    ConcurrenceFactory,
    CourrierFactory,
    DeportFactory,
    EntrepriseFactory,
    MembreFactory,
    SollicitationFactory,
    VisiteFactory,
)
from visites import operations
from visites.enums import EtatVisite
from visites.models import Visite
from visites.repartition import Depot, DepotRetenu, objections, photographies, poser

pytestmark = pytest.mark.django_db
AVRIL = date(2026, 4, 1)


@pytest.fixture
def campagne(reseau):
    return CampagneFactory(reseau=reseau)


@pytest.fixture
def entreprise(reseau):
    return EntrepriseFactory(reseau=reseau)


@pytest.fixture
def confiee(reseau, campagne, direct):
    return VisiteFactory(reseau=reseau, campagne=campagne, developpeur=direct, programmee=True, prevue_le=JOUR.replace(day=1))


@pytest.fixture
def placer(campagne, animateur):
    return lambda depot: poser(depot, campagne=campagne, par=animateur, le=JOUR)


@pytest.fixture
def champs(animateur):
    """Ce que demandent les objections à un dépôt."""
    return lambda depot: [objection.champ for objection in objections(depot, par=animateur, le=JOUR)]


@pytest.fixture
def signer(reseau):
    """Une lettre signée pour cette visite."""
    signee = {"etat": "signee", "annee": 2026, "numero": 1, "signe_le": JOUR}
    return lambda visite: CourrierFactory(visite=visite, signataire=reseau.signataires.get(), **signee)


# Ce qui s'oppose


def test_objections_d_une_entreprise_libre_il_n_y_en_a_pas(champs, entreprise, direct):
    assert champs(Depot(entreprise, direct, mois=AVRIL)) == []


def test_objections_se_disent_toutes_d_un_coup(champs, reseau, entreprise, direct):
    VisiteFactory(reseau=reseau, entreprise=entreprise, realisee=True)
    SollicitationFactory(entreprise=entreprise)
    suivie = ConcurrenceFactory(entreprise=entreprise).concurrente
    VisiteFactory(reseau=reseau, entreprise=suivie, developpeur=direct, programmee=True)
    AbsenceFactory(membre=direct, debut_le=AVRIL, fin_le=AVRIL)
    assert champs(Depot(entreprise, direct, mois=AVRIL)) == ["derogation", "malgre_contact", "malgre_concurrence", "confirme"]


def test_objection_du_contact_pris_par_l_equipe_n_en_est_pas_une(champs, entreprise, direct):
    SollicitationFactory(entreprise=entreprise, membre=direct, institution=direct.institution)
    assert champs(Depot(entreprise, direct)) == []


def test_objection_sans_remede_d_une_entreprise_fermee(champs, reseau, direct):
    assert champs(Depot(EntrepriseFactory(reseau=reseau, etat="ferme"), direct)) == [""]


def test_objections_deja_levees_ne_se_redemandent_pas(champs, reseau, entreprise, direct):
    VisiteFactory(reseau=reseau, entreprise=entreprise, realisee=True)
    SollicitationFactory(entreprise=entreprise)
    VisiteFactory(reseau=reseau, entreprise=entreprise, derogation="Rachat", malgre_contact="Salon")
    assert champs(Depot(entreprise, direct)) == []


def test_objection_du_rendez_vous_qui_ne_se_redate_pas(champs, reseau, direct):
    quand = datetime(2026, 3, 20, 9, tzinfo=UTC)
    visite = VisiteFactory(reseau=reseau, developpeur=direct, rendez_vous=True, rendez_vous_le=quand)
    autre = MembreFactory(reseau=reseau)
    depots = [Depot(visite.entreprise, qui, visite, mois=mois) for qui, mois in ((direct, AVRIL), (autre, date(2026, 3, 1)))]
    assert [champs(depot) for depot in depots] == [[""], ["confirme"]]


def test_objection_de_la_lettre_signee_qui_nomme_un_autre(champs, reseau, signer, confiee):
    signer(confiee)
    assert champs(Depot(confiee.entreprise, MembreFactory(reseau=reseau), confiee, mois=AVRIL)) == ["confirme"]
    assert champs(Depot(confiee.entreprise, confiee.developpeur, confiee, mois=AVRIL)) == []


# Le geste


def test_poser_programme_dans_la_campagne(placer, campagne, entreprise, direct, membres):
    visite = placer(Depot(entreprise, direct, accompagnant=membres["associe"], mois=AVRIL))
    assert (visite.etat, visite.campagne, visite.prevue_le) == (EtatVisite.PROGRAMMEE, campagne, AVRIL)
    assert (visite.developpeur, visite.accompagnant) == (direct, membres["associe"])


def test_poser_sans_motif_retient_et_n_ecrit_rien(placer, entreprise, direct):
    SollicitationFactory(entreprise=entreprise)
    with pytest.raises(DepotRetenu) as retenu:
        placer(Depot(entreprise, direct, motifs={"malgre_contact": "  "}))
    assert [objection.champ for objection in retenu.value.objections] == ["malgre_contact"]
    assert not Visite.objects.exists()


def test_poser_garde_le_motif(placer, entreprise, direct):
    SollicitationFactory(entreprise=entreprise)
    assert placer(Depot(entreprise, direct, motifs={"malgre_contact": "Salon commun"})).malgre_contact == "Salon commun"


def test_poser_malgre_l_absence_se_confirme(placer, entreprise, direct):
    AbsenceFactory(membre=direct, debut_le=AVRIL, fin_le=AVRIL)
    with pytest.raises(DepotRetenu):
        placer(Depot(entreprise, direct, mois=AVRIL))
    assert placer(Depot(entreprise, direct, mois=AVRIL, confirme=True)).prevue_le == AVRIL


def test_poser_deplace_d_un_developpeur_et_d_un_mois_a_l_autre(placer, reseau, confiee):
    autre = MembreFactory(reseau=reseau)
    placer(Depot(confiee.entreprise, autre, confiee, mois=AVRIL))
    confiee.refresh_from_db()
    assert (confiee.developpeur, confiee.prevue_le, confiee.etat) == (autre, AVRIL, EtatVisite.PROGRAMMEE)


def test_poser_sur_qui_se_deporte_est_refuse(placer, entreprise, direct):
    DeportFactory(entreprise=entreprise, membre=direct)
    with pytest.raises(RegleEnfreinte, match="ne peut pas être affecté"):
        placer(Depot(entreprise, direct))


def test_poser_sur_un_associe_est_refuse(placer, reseau, entreprise):
    with pytest.raises(RegleEnfreinte, match="peut accompagner"):
        placer(Depot(entreprise, MembreFactory(reseau=reseau, qualite=Qualite.ASSOCIE)))


# Défaire


def test_remettre_efface_ce_que_le_geste_avait_cree(placer, animateur, entreprise, direct, membres):
    avant = photographies([entreprise])
    visite = placer(Depot(entreprise, direct, accompagnant=membres["associe"]))
    operations.remettre(visite, avant.get(entreprise.pk), par=animateur)
    assert not Visite.objects.exists()
    assert not Acces.objects.exists()


def test_remettre_rend_a_la_liste_ce_qui_y_etait(placer, animateur, reseau, entreprise, direct):
    inscrite = VisiteFactory(reseau=reseau, entreprise=entreprise)
    avant = photographies([entreprise])
    visite = placer(Depot(entreprise, direct, mois=AVRIL))
    operations.remettre(visite, avant[entreprise.pk], par=animateur)
    inscrite.refresh_from_db()
    assert (inscrite.etat, inscrite.developpeur, inscrite.prevue_le) == (EtatVisite.A_PROGRAMMER, None, None)


def test_remettre_une_visite_deplacee(placer, animateur, reseau, confiee, direct):
    avant = photographies([confiee.entreprise])
    visite = placer(Depot(confiee.entreprise, MembreFactory(reseau=reseau), confiee, mois=AVRIL))
    operations.remettre(visite, avant[confiee.entreprise_id], par=animateur)
    confiee.refresh_from_db()
    assert (confiee.developpeur, confiee.prevue_le) == (direct, JOUR.replace(day=1))


def test_remettre_efface_le_brouillon_et_refuse_la_lettre_signee(placer, animateur, signer, entreprise, direct):
    visite = placer(Depot(entreprise, direct))
    CourrierFactory(visite=visite)
    operations.remettre(visite, None, par=animateur)
    signee = placer(Depot(entreprise, direct))
    signer(signee)
    with pytest.raises(RegleEnfreinte, match="Sa lettre est signée"):
        operations.remettre(signee, None, par=animateur)
    assert Visite.objects.get() == signee


def test_conjointe_si_deux_institutions(reseau, direct):
    voisin = MembreFactory(reseau=reseau, institution=direct.institution)
    equipes = [None, voisin, MembreFactory(reseau=reseau)]
    visites = [VisiteFactory(reseau=reseau, developpeur=direct, accompagnant=qui, programmee=True) for qui in equipes]
    assert [visite.conjointe for visite in visites] == [False, False, True]
