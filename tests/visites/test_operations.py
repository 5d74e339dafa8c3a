"""Chaque geste d'une visite, et son refus."""

from datetime import timedelta

import pytest

from entreprises.models import Acces
from reseau.enums import Qualite
from reseau.lib.erreurs import RegleEnfreinte
from reseau.operations import CONFLIT
from tests.factories import (
    INSTANT,
    JOUR,
    CampagneFactory,
    CourrierFactory,
    DeportFactory,
    EntrepriseFactory,
    MembreFactory,
    ReunionFactory,
    VisiteFactory,
)
from visites import operations
from visites.enums import EtatVisite
from visites.models import Courrier, Visite

pytestmark = pytest.mark.django_db
DEMAIN = JOUR + timedelta(days=1)


@pytest.fixture
def entreprise(reseau):
    return EntrepriseFactory(reseau=reseau)


def relue(visite):
    return Visite.objects.get(pk=visite.pk)


def en_liste(reseau, **etat):
    """Une visite telle que la base la rend, son réseau commun aux membres."""
    return relue(VisiteFactory(reseau=reseau, **etat))


# Choisir et programmer


def test_choisir_inscrit_a_programmer(animateur, entreprise):
    visite = operations.choisir(entreprise, par=animateur, le=JOUR, origine="demande")
    assert (visite.etat, visite.creee_le, visite.origine) == (EtatVisite.A_PROGRAMMER, JOUR, "demande")


def test_choisir_deux_fois_dit_qu_elle_est_dans_la_liste(animateur, entreprise):
    operations.choisir(entreprise, par=animateur, le=JOUR)
    with pytest.raises(RegleEnfreinte) as refus:
        operations.choisir(entreprise, par=animateur, le=JOUR)
    assert str(refus.value) == f"{entreprise} : Déjà dans la liste des entreprises à visiter."


def test_programmer_confie_a_un_direct(animateur, direct, entreprise):
    visite = operations.programmer(entreprise, developpeur=direct, par=animateur, le=JOUR, prevue_le=DEMAIN)
    attendu = (EtatVisite.PROGRAMMEE, direct, JOUR, DEMAIN)
    assert (visite.etat, visite.developpeur, visite.programmee_le, visite.prevue_le) == attendu


def test_programmer_reprend_celle_de_la_liste_et_la_met_en_campagne(animateur, direct, entreprise, reseau):
    inscrite, campagne = VisiteFactory(reseau=reseau, entreprise=entreprise), CampagneFactory(reseau=reseau)
    visite = operations.programmer(entreprise, developpeur=direct, par=animateur, le=JOUR, campagne=campagne)
    assert (visite.pk, relue(visite).campagne) == (inscrite.pk, campagne)


def test_programmer_deux_fois_dit_a_qui_elle_est(animateur, direct, entreprise):
    operations.programmer(entreprise, developpeur=direct, par=animateur, le=JOUR)
    with pytest.raises(RegleEnfreinte) as refus:
        operations.programmer(entreprise, developpeur=MembreFactory(reseau=direct.reseau), par=animateur, le=JOUR)
    assert str(refus.value) == f"{entreprise} : Visite déjà confiée à {direct} le 02/03/2026."


def test_programmer_trop_tot_demande_un_motif(animateur, direct, entreprise, reseau):
    VisiteFactory(reseau=reseau, entreprise=entreprise, realisee=True)
    with pytest.raises(RegleEnfreinte) as refus:
        operations.programmer(entreprise, developpeur=direct, par=animateur, le=JOUR)
    attendu = "Visitée le 02/03/2026, il y a moins de 24 mois. Donnez un motif pour passer outre."
    assert str(refus.value) == f"{entreprise} : {attendu}"


def test_programmer_passe_outre_et_garde_le_motif(animateur, direct, entreprise, reseau):
    VisiteFactory(reseau=reseau, entreprise=entreprise, refusee=True)
    visite = operations.programmer(entreprise, developpeur=direct, par=animateur, le=JOUR, derogation=" Elle rappelle ")
    assert relue(visite).derogation == "Elle rappelle"


def test_programmer_ne_garde_pas_un_motif_inutile(animateur, direct, entreprise):
    visite = operations.programmer(entreprise, developpeur=direct, par=animateur, le=JOUR, derogation="Elle rappelle")
    assert visite.derogation == ""


@pytest.mark.parametrize("fiche", [{"etat": "ferme"}, {"ne_plus_solliciter_jusqu_au": JOUR}])
def test_programmer_ne_passe_pas_outre_ce_qui_bloque(animateur, direct, reseau, fiche):
    entreprise = EntrepriseFactory(reseau=reseau, **fiche)
    with pytest.raises(RegleEnfreinte):
        operations.programmer(entreprise, developpeur=direct, par=animateur, le=JOUR, derogation="Elle rappelle")


def test_programmer_celle_de_la_liste_devenue_protegee_est_refuse(animateur, direct, entreprise, reseau):
    VisiteFactory(reseau=reseau, entreprise=entreprise)
    entreprise.ne_plus_solliciter_jusqu_au = JOUR
    entreprise.save()
    with pytest.raises(RegleEnfreinte):
        operations.programmer(entreprise, developpeur=direct, par=animateur, le=JOUR)


@pytest.mark.parametrize(
    ("champs", "message"),
    [
        ({"qualite": Qualite.ASSOCIE}, "{} n’est pas développeur direct : il peut accompagner."),
        ({"parti_le": JOUR}, "{} a quitté le réseau."),
    ],
)
def test_affecter_seulement_un_direct_actif(animateur, reseau, champs, message):
    membre = MembreFactory(reseau=reseau, **champs)
    with pytest.raises(RegleEnfreinte) as refus:
        operations.affecter(en_liste(reseau), membre, par=animateur, le=JOUR)
    assert str(refus.value) == message.format(membre)


def test_affecter_refuse_un_deporte(animateur, direct, reseau):
    visite = en_liste(reseau)
    DeportFactory(entreprise=visite.entreprise, membre=direct)
    with pytest.raises(RegleEnfreinte) as refus:
        operations.affecter(visite, direct, par=animateur, le=JOUR)
    assert str(refus.value) == f"{direct} ne peut pas être affecté à cette entreprise."


@pytest.mark.parametrize("etat", ["realisee", "refusee", "annulee", "injoignable"])
def test_affecter_seulement_en_cours(animateur, direct, reseau, etat):
    with pytest.raises(RegleEnfreinte):
        operations.affecter(en_liste(reseau, **{etat: True}), direct, par=animateur, le=JOUR)


def test_affecter_change_de_developpeur_sans_changer_d_etat(animateur, direct, reseau):
    visite = operations.affecter(en_liste(reseau, annoncee=True), direct, par=animateur, le=DEMAIN)
    assert (visite.etat, visite.developpeur, visite.programmee_le) == (EtatVisite.ANNONCEE, direct, JOUR)


@pytest.mark.parametrize(
    ("champs", "message"),
    [
        ({"qualite": Qualite.AUCUN, "role": "animateur"}, "{} ne visite pas d’entreprise."),
        ({"parti_le": JOUR}, "{} a quitté le réseau."),
    ],
)
def test_accompagnant_est_un_visiteur_actif(animateur, direct, reseau, champs, message):
    accompagnant = MembreFactory(reseau=reseau, **champs)
    with pytest.raises(RegleEnfreinte) as refus:
        operations.affecter(en_liste(reseau), direct, par=animateur, le=JOUR, accompagnant=accompagnant)
    assert str(refus.value) == message.format(accompagnant)


def test_accompagnant_n_est_pas_le_developpeur(animateur, direct, reseau):
    with pytest.raises(RegleEnfreinte):
        operations.affecter(en_liste(reseau), direct, par=animateur, le=JOUR, accompagnant=direct)


def test_accompagnant_voit_l_entreprise_puis_ne_la_voit_plus(animateur, direct, membres, reseau):
    visite = operations.affecter(en_liste(reseau), direct, par=animateur, le=JOUR, accompagnant=membres["associe"])
    assert Acces.objects.get().membre == membres["associe"]
    operations.affecter(visite, direct, par=animateur, le=JOUR)
    assert not Acces.objects.exists()


def test_accompagnant_d_une_autre_visite_voit_encore_l_entreprise(animateur, direct, membres, reseau):
    ancienne = VisiteFactory(reseau=reseau, realisee=True, accompagnant=membres["associe"])
    visite = en_liste(reseau, entreprise=ancienne.entreprise, programmee=True, accompagnant=membres["associe"])
    Acces.objects.create(entreprise=visite.entreprise, membre=membres["associe"], origine="visite")
    operations.affecter(visite, direct, par=animateur, le=JOUR)
    assert Acces.objects.count() == 1


# Prendre et rendre


def test_prendre_garde_le_mois_vise(direct, reseau):
    visite = operations.prendre(en_liste(reseau, prevue_le=DEMAIN), par=direct, le=JOUR)
    assert (visite.etat, visite.developpeur, visite.prevue_le) == (EtatVisite.PROGRAMMEE, direct, DEMAIN)


def test_prendre_ce_que_quelqu_un_vient_de_prendre(direct, reseau):
    vue_avant = en_liste(reseau)
    operations.prendre(vue_avant, par=MembreFactory(reseau=reseau), le=JOUR)
    with pytest.raises(RegleEnfreinte) as refus:
        operations.prendre(vue_avant, par=direct, le=JOUR)
    assert str(refus.value) == "Quelqu’un vient de prendre cette entreprise."


def test_prendre_une_entreprise_fermee_est_refuse(direct, reseau):
    with pytest.raises(RegleEnfreinte):
        operations.prendre(en_liste(reseau, entreprise__etat="ferme"), par=direct, le=JOUR)


def test_rendre_remet_dans_la_liste_avec_le_motif(direct, reseau):
    visite = en_liste(reseau, rendez_vous=True, rendez_vous_lieu="Entrepôt", developpeur=direct)
    operations.rendre(visite, motif="Trop loin", par=direct)
    visite = relue(visite)
    assert (visite.etat, visite.developpeur, visite.programmee_le) == (EtatVisite.A_PROGRAMMER, None, None)
    assert (visite.rendez_vous_le, visite.rendez_vous_lieu) == (None, "")
    assert visite.precision == f"Rendue par {direct} : Trop loin"


def test_rendre_demande_un_motif_et_une_visite_confiee(direct, reseau):
    with pytest.raises(RegleEnfreinte):
        operations.rendre(en_liste(reseau, programmee=True), motif=" ", par=direct)
    with pytest.raises(RegleEnfreinte):
        operations.rendre(en_liste(reseau), motif="Trop loin", par=direct)


def sorties(visite, par):
    """Les gestes par lesquels une visite confiée ne l'est plus."""
    return {
        "rendre": lambda: operations.rendre(visite, motif="Trop loin", par=par),
        "realiser": lambda: operations.realiser(visite, realisee_le=JOUR, par=par, le=JOUR),
        "refuser": lambda: operations.refuser(visite, motif="temps", par=par, le=JOUR),
        "injoignable": lambda: operations.declarer_injoignable(visite, par=par, le=JOUR),
        "annuler": lambda: operations.annuler(visite, precision="Déménage", par=par, le=JOUR),
    }


@pytest.mark.parametrize("geste", ["rendre", "realiser", "refuser", "injoignable", "annuler"])
def test_sortir_efface_la_lettre_pas_encore_signee(animateur, reseau, geste):
    lettre = CourrierFactory(visite__reseau=reseau, visite__programmee=True, a_signer=True)
    sorties(relue(lettre.visite), animateur)[geste]()
    assert not Courrier.objects.exists()


@pytest.mark.parametrize("geste", ["rendre", "realiser", "refuser", "injoignable", "annuler"])
def test_sortir_garde_la_lettre_signee(animateur, reseau, geste):
    visite = relue(CourrierFactory(visite__reseau=reseau, visite__programmee=True).visite)
    signee = {"etat": "signee", "annee": 2026, "numero": 1, "signe_le": JOUR, "signataire": reseau.signataires.get()}
    Courrier.objects.update(**signee)
    sorties(visite, animateur)[geste]()
    assert Courrier.objects.get().numero == 1


# Rendez-vous, visite, refus


def test_rendez_vous_se_note_puis_se_reporte_sans_changer_d_etat(direct, reseau):
    visite = en_liste(reseau, programmee=True)
    operations.prendre_rendez_vous(visite, quand=INSTANT, lieu="Entrepôt", par=direct)
    reporte = INSTANT + timedelta(days=7)
    operations.prendre_rendez_vous(visite, quand=reporte, par=direct)
    visite = relue(visite)
    assert (visite.etat, visite.rendez_vous_le, visite.rendez_vous_lieu) == (EtatVisite.RENDEZ_VOUS_PRIS, reporte, "")


@pytest.mark.parametrize("etat", [{}, {"realisee": True}])
def test_rendez_vous_seulement_si_confiee(direct, reseau, etat):
    with pytest.raises(RegleEnfreinte):
        operations.prendre_rendez_vous(en_liste(reseau, **etat), quand=INSTANT, par=direct)


@pytest.mark.parametrize("etat", ["programmee", "annoncee", "rendez_vous"])
def test_realiser_depuis_tout_etat_confie(direct, reseau, etat):
    visite = operations.realiser(en_liste(reseau, **{etat: True}), realisee_le=JOUR, par=direct, le=JOUR)
    assert (visite.etat, visite.realisee_le) == (EtatVisite.REALISEE, JOUR)


def test_realiser_ni_demain_ni_sans_developpeur(direct, reseau):
    with pytest.raises(RegleEnfreinte):
        operations.realiser(en_liste(reseau, programmee=True), realisee_le=DEMAIN, par=direct, le=JOUR)
    with pytest.raises(RegleEnfreinte):
        operations.realiser(en_liste(reseau), realisee_le=JOUR, par=direct, le=JOUR)


def test_refuser_garde_motif_et_precision(direct, reseau):
    visite = relue(operations.refuser(en_liste(reseau, programmee=True), motif="temps", precision="Été", par=direct, le=JOUR))
    assert (visite.etat, visite.refusee_le, visite.motif_refus, visite.precision) == ("refusee", JOUR, "temps", "Été")


@pytest.mark.parametrize("geste", ["refuser", "injoignable", "annuler", "realiser", "rendre"])
def test_rien_ne_se_fait_deux_fois(animateur, reseau, geste):
    with pytest.raises(RegleEnfreinte):
        sorties(en_liste(reseau, annulee=True), animateur)[geste]()


def test_annuler_demande_une_raison(animateur, reseau):
    with pytest.raises(RegleEnfreinte):
        operations.annuler(en_liste(reseau), precision=" ", par=animateur, le=JOUR)


def test_geste_sur_une_visite_changee_entre_temps_est_refuse(animateur, direct, reseau):
    vue_avant = en_liste(reseau, programmee=True)
    operations.prendre_rendez_vous(relue(vue_avant), quand=INSTANT, par=direct)
    with pytest.raises(RegleEnfreinte) as refus:
        operations.annuler(vue_avant, precision="Déménage", par=animateur, le=JOUR)
    assert str(refus.value) == CONFLIT


# Annoncer et restituer


def test_annoncer_avance_les_programmees_et_garde_le_rendez_vous(reseau):
    programmee = VisiteFactory(reseau=reseau, programmee=True)
    rendez_vous = VisiteFactory(reseau=reseau, rendez_vous=True)
    refusee = VisiteFactory(reseau=reseau, refusee=True)
    operations.annoncer(Visite.objects.all(), le=DEMAIN)
    etats = [(relue(visite).etat, relue(visite).annoncee_le) for visite in (programmee, rendez_vous, refusee)]
    assert etats == [("annoncee", DEMAIN), ("rendez_vous_pris", DEMAIN), ("refusee", None)]


def test_restituer_puis_reprendre(animateur, reseau):
    visite, reunion = en_liste(reseau, realisee=True), ReunionFactory(reseau=reseau)
    operations.restituer(visite, reunion=reunion, par=animateur)
    assert (visite.etat, visite.restituee_en) == (EtatVisite.RESTITUEE, reunion)
    operations.reprendre_restitution(visite, par=animateur)
    assert (visite.etat, visite.restituee_le) == (EtatVisite.REALISEE, None)


def test_restituer_seulement_ce_qui_est_realise(animateur, reseau):
    reunion = ReunionFactory(reseau=reseau, tenue=True)
    with pytest.raises(RegleEnfreinte):
        operations.restituer(en_liste(reseau, programmee=True), reunion=reunion, par=animateur)
    with pytest.raises(RegleEnfreinte):
        operations.reprendre_restitution(en_liste(reseau, realisee=True), par=animateur)


# Par lot


def test_lot_fait_ce_qu_il_peut_et_dit_le_reste(animateur, direct, reseau):
    libre, fermee = EntrepriseFactory(reseau=reseau), EntrepriseFactory(reseau=reseau, etat="ferme")
    deportee = EntrepriseFactory(reseau=reseau)
    DeportFactory(entreprise=deportee, membre=direct)
    bilan = operations.programmer_lot([deportee, fermee, libre], developpeur=direct, par=animateur, le=JOUR)
    assert [visite.entreprise for visite in bilan.faites] == [libre]
    assert bilan.refus == [
        f"{fermee} : Établissement fermé.",
        f"{deportee} : {direct} ne peut pas être affecté à cette entreprise.",
    ]
    assert Visite.objects.count() == 1


def test_lot_sans_developpeur_inscrit_a_la_liste(animateur, reseau):
    entreprises = [EntrepriseFactory(reseau=reseau) for _ in range(2)]
    bilan = operations.programmer_lot(entreprises, par=animateur, le=JOUR)
    assert [visite.etat for visite in bilan.faites] == [EtatVisite.A_PROGRAMMER] * 2
