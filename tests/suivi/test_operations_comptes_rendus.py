"""Rendre compte : tout ou rien, jamais par-dessus un autre, et la partie réservée à qui la lit."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from entreprises.models import Contact
from reseau.enums import Qualite, Role
from reseau.lib.erreurs import RegleEnfreinte
from reseau.models import Membre
from suivi import operations
from suivi.enums import EtatAction
from suivi.models import Action, Brouillon, Projet
from suivi.operations import Saisie
from tests.factories import (
    CompteRenduFactory,
    DeportFactory,
    InstitutionFactory,
    MembreFactory,
    ProjetFactory,
    VisiteFactory,
)
from visites.enums import EtatVisite
from visites.models import CompteRendu, PartieReservee

PHRASE = "L’atelier arrive à saturation."


@pytest.fixture
def visite(reseau, direct):
    return VisiteFactory(reseau=reseau, programmee=True, developpeur=direct)


def saisie(**champs):
    valeurs = {"version": 0, "champs": {"phrase": PHRASE, "entendu": "", "urgent": False, "vu": None}}
    return Saisie(**valeurs | champs)


def test_conclure_realise_la_visite_et_enregistre_tout(visite, direct, animateur):
    projet, action = Projet(titre="Agrandir", nature="production"), Action(type="aide", libelle="Étudier", responsable=animateur)
    rendu = operations.conclure(visite, saisie(projets=[(projet, [action])]), par=direct)
    visite.refresh_from_db()
    assert (visite.etat, visite.realisee_le, rendu.phrase) == (EtatVisite.REALISEE, localdate(), PHRASE)
    assert (rendu.termine, rendu.valide_le is not None, projet.interlocuteur) == (True, True, direct)
    assert (action.projet, action.etat) == (projet, EtatAction.PROPOSEE)


def test_conclure_est_tout_ou_rien(visite, direct):
    parti = MembreFactory(reseau=visite.reseau, parti_le=localdate())
    projets = [(Projet(titre="Agrandir", nature="production"), [Action(type="aide", libelle="X", responsable=parti)])]
    with pytest.raises(RegleEnfreinte, match="quitté"):
        operations.conclure(visite, saisie(projets=projets), par=direct)
    visite.refresh_from_db()
    assert (visite.etat, CompteRendu.objects.count(), Projet.objects.count()) == (EtatVisite.PROGRAMMEE, 0, 0)


def test_conclure_sans_phrase_est_refuse(visite, direct):
    with pytest.raises(RegleEnfreinte, match="Une phrase suffit"):
        operations.conclure(visite, saisie(champs={"phrase": "  "}), par=direct)


def test_conclure_sur_une_page_perimee_est_refuse(visite, direct):
    operations.conclure(visite, saisie(), par=direct)
    with pytest.raises(RegleEnfreinte, match="Quelqu’un a modifié"):
        operations.conclure(visite, saisie(), par=direct)


def test_conclure_ajoute_la_personne_vue(visite, direct):
    rendu = operations.conclure(visite, saisie(contact=Contact(nom="Roméro", fonction="Gérante")), par=direct)
    assert (rendu.vu.nom, rendu.vu.entreprise) == ("Roméro", visite.entreprise)


def test_conclure_efface_le_brouillon_de_son_auteur_seul(visite, direct, animateur):
    for membre in (direct, animateur):
        operations.garder_le_brouillon(visite, "phrase=x", version=0, par=membre)
    operations.conclure(visite, saisie(), par=direct)
    assert [brouillon.membre for brouillon in Brouillon.objects.all()] == [animateur]


def test_conclure_pour_un_autre_attend_sa_validation(visite, direct, membres):
    rendu = operations.conclure(visite, saisie(), par=membres["secretariat"])
    assert (rendu.auteur, rendu.saisi_par, rendu.valide_le) == (direct, membres["secretariat"], None)
    operations.valider(rendu, par=direct)
    assert rendu.valide_le is not None


def test_valider_a_la_place_de_l_auteur_est_refuse(visite, membres):
    rendu = operations.conclure(visite, saisie(), par=membres["secretariat"])
    with pytest.raises(RegleEnfreinte, match="Seul l’auteur"):
        operations.valider(rendu, par=membres["secretariat"])


def test_rendre_compte_d_une_visite_a_programmer_est_refuse(reseau, animateur):
    with pytest.raises(RegleEnfreinte, match="confiée"):
        operations.conclure(VisiteFactory(reseau=reseau), saisie(), par=animateur)


def test_date_de_la_visite_se_corrige_avant_la_restitution(reseau, direct):
    visite = VisiteFactory(reseau=reseau, realisee=True, developpeur=direct)
    hier = localdate() - timedelta(days=1)
    operations.ouvrir_compte_rendu(visite, par=direct, realisee_le=hier)
    assert visite.realisee_le == hier


def test_date_de_la_visite_a_venir_est_refusee(visite, direct):
    with pytest.raises(RegleEnfreinte, match="avenir"):
        operations.ouvrir_compte_rendu(visite, par=direct, realisee_le=localdate() + timedelta(days=1))


def test_brouillon_ne_nait_pas_d_une_page_perimee(visite, direct):
    operations.conclure(visite, saisie(), par=direct)
    with pytest.raises(RegleEnfreinte):
        operations.garder_le_brouillon(visite, "phrase=trop+tard", version=0, par=direct)
    assert Brouillon.objects.count() == 0


def test_brouillon_commence_se_garde_meme_si_un_autre_a_termine(visite, direct, membres):
    operations.garder_le_brouillon(visite, "phrase=un", version=0, par=direct)
    operations.conclure(visite, saisie(), par=membres["secretariat"])
    operations.garder_le_brouillon(visite, "phrase=deux", version=0, par=direct)
    assert Brouillon.objects.get().contenu == "phrase=deux"


# La partie réservée : l'animateur, l'auteur, les interlocuteurs ; jamais une institution régalienne, l'auteur excepté


@pytest.fixture
def rendu(reseau, direct):
    rendu = CompteRenduFactory(visite=VisiteFactory(reseau=reseau, realisee=True, developpeur=direct))
    PartieReservee.objects.create(compte_rendu=rendu, texte="Trésorerie tendue")
    return rendu


@pytest.mark.parametrize(
    ("profil", "lit"),
    [
        ("animateur", True),
        ("secretariat", False),
        ("direct", True),
        ("associe", False),
        ("prefecture", False),
        ("observateur", False),
    ],
)
def test_reserve_selon_le_role(rendu, membres, profil, lit):
    assert operations.peut_lire_la_reserve(membres[profil], rendu) is lit


@pytest.mark.parametrize(("regalienne", "lit"), [(False, True), (True, False)])
@pytest.mark.parametrize("role", [Role.ANIMATEUR, Role.DEVELOPPEUR])
def test_reserve_fermee_au_regalien_quel_que_soit_son_role(rendu, regalienne, lit, role):
    institution = InstitutionFactory(reseau=rendu.visite.reseau, regalienne=regalienne)
    membre = MembreFactory(reseau=rendu.visite.reseau, institution=institution, role=role, qualite=Qualite.DIRECT)
    ProjetFactory(visite=rendu.visite, interlocuteur=membre)
    assert operations.peut_lire_la_reserve(membre, rendu) is lit


def test_reserve_relue_par_son_auteur_regalien(rendu, direct):
    direct.institution.regalienne = True
    assert operations.peut_lire_la_reserve(direct, rendu) is True


def test_reserve_fermee_a_un_autre_developpeur(rendu):
    assert operations.peut_lire_la_reserve(MembreFactory(reseau=rendu.visite.reseau), rendu) is False


def test_reserve_ecrite_par_qui_ne_la_lit_pas_est_ignoree(rendu, membres):
    operations.rendre_compte(rendu, par=membres["secretariat"], reserve="Effacée ?")
    assert PartieReservee.objects.get().texte == "Trésorerie tendue"


def test_reserve_que_l_on_ne_touche_pas_reste(rendu, direct):
    operations.rendre_compte(rendu, par=direct, reserve=None)
    assert PartieReservee.objects.get().texte == "Trésorerie tendue"


# Les projets


def test_interlocuteur_autre_que_le_visiteur_est_un_developpeur_direct(visite, direct, animateur):
    projet = Projet(titre="Agrandir", nature="production", interlocuteur=animateur)
    with pytest.raises(RegleEnfreinte, match="développeur direct"):
        operations.conclure(visite, saisie(projets=[(projet, [])]), par=direct)


def test_interlocuteur_deporte_est_refuse(visite, direct):
    autre = MembreFactory(reseau=visite.reseau)
    DeportFactory(entreprise=visite.entreprise, membre=autre)
    projet = Projet(titre="Agrandir", nature="production", interlocuteur=autre)
    with pytest.raises(RegleEnfreinte, match="ne peut pas être désigné"):
        operations.conclure(visite, saisie(projets=[(projet, [])]), par=direct)


def test_changer_d_interlocuteur_hors_seance_defait_la_confirmation(rendu, direct):
    projet, autre = ProjetFactory(visite=rendu.visite), MembreFactory(reseau=rendu.visite.reseau)
    projet = Projet.objects.get(pk=projet.pk)
    projet.interlocuteur = Membre.objects.get(pk=autre.pk)
    operations.modifier_projet(projet, par=direct)
    assert (projet.interlocuteur, projet.interlocuteur_confirme_en) == (autre, None)


def test_supprimer_un_projet_qui_a_des_actions_est_refuse(rendu, direct):
    projet = ProjetFactory(visite=rendu.visite)
    operations.proposer(Action(type="aide", libelle="X"), projet=projet, par=direct)
    with pytest.raises(RegleEnfreinte, match="a des actions"):
        operations.supprimer_projet(projet, par=direct)


def test_supprimer_un_projet_sans_action(rendu, direct):
    operations.supprimer_projet(ProjetFactory(visite=rendu.visite), par=direct)
    assert Projet.objects.count() == 0
