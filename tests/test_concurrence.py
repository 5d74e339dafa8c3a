"""Plusieurs personnes au même instant, sur de vraies transactions : un fil et une connexion chacune.

Chaque geste est borné par le délai de verrou de la base (20 s). Ce que compte la fiabilité : `fiabilite/test_c_meme_instant.py`.
"""

from collections import Counter
from datetime import date
from functools import partial
from time import monotonic
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from entreprises.operations import ouvrir_le_vote, preparer_la_suivante, voter
from reseau import operations
from reseau.enums import Role
from reseau.lib.erreurs import RegleEnfreinte
from reseau.models import Membre, Reunion, Utilisateur
from suivi.models import Fusion
from suivi.operations import defaire_la_fusion, fusionner
from tests.factories import (
    INSTANT,
    JOUR,
    CibleFactory,
    CompteRenduFactory,
    DemandeDeVisiteFactory,
    EntrepriseFactory,
    MembreFactory,
    PresentationFactory,
    QuestionFactory,
    ReseauFactory,
    ReunionFactory,
    VisiteFactory,
)
from tests.lib.simultane import ensemble, refus
from visites import demandes, guides
from visites.courriers import preparer
from visites.models import Courrier, Guide, Question, Reponse, Visite
from visites.operations import choisir, prendre

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("base_sur_disque")]


def test_huit_personnes_ecrivent_vingt_cinq_fois_dans_la_meme_fiche():
    """Chacune ajoute une ligne et recommence si l'on a écrit avant elle : deux cents lignes, aucune perdue."""
    reunion, membre = ReunionFactory(), MembreFactory()

    def ajouter(ligne):
        while True:
            fiche = Reunion.objects.get(pk=reunion.pk)
            fiche.releve += f"{ligne}\n"
            try:
                return operations.enregistrer(fiche, par=membre)
            except RegleEnfreinte:
                continue

    def ajouter_vingt_cinq(auteur):
        return [ajouter(f"{auteur}-{rang}") for rang in range(25)]

    resultats = ensemble(*(partial(ajouter_vingt_cinq, auteur) for auteur in range(8)))
    assert refus(resultats) == []
    reunion.refresh_from_db()
    assert sorted(reunion.releve.split()) == sorted(f"{auteur}-{rang}" for auteur in range(8) for rang in range(25))
    assert reunion.version == 201


def test_numero_d_une_transaction_annulee_ressert():
    reseau = ReseauFactory()
    for attendu, annuler in ((1, True), (1, False), (2, False)):
        with transaction.atomic():
            assert operations.prochains_numeros(reseau, "essai", 2026) == range(attendu, attendu + 1)
            transaction.set_rollback(annuler)


def test_entreprise_de_la_liste_n_est_prise_qu_une_fois():
    visite = VisiteFactory()
    rivaux = MembreFactory.create_batch(8, reseau=visite.reseau)
    perdants = refus(ensemble(*(partial(prendre, visite, par=rival, le=JOUR) for rival in rivaux)))
    assert Counter(perdants) == {"Quelqu’un vient de prendre cette entreprise.": 7}


def test_deux_animateurs_ne_partent_pas_ensemble():
    """Dix fois : le départ de l'un, la rétrogradation de l'autre, au même instant, chacun de son fait."""
    for _ in range(10):
        reseau = ReseauFactory()
        partant, retrograde = MembreFactory.create_batch(2, reseau=reseau, role=Role.ANIMATEUR, qualite="aucun")
        eux_memes = Membre.objects.in_bulk([partant.pk, retrograde.pk])
        partant.parti_le, retrograde.role = JOUR, Role.SECRETARIAT
        gestes = [partial(operations.modifier_membre, m, par=eux_memes[m.pk], le=JOUR) for m in (partant, retrograde)]
        raison = "Un réseau garde toujours au moins un animateur : confiez d’abord ce rôle à quelqu’un d’autre."
        assert refus(ensemble(*gestes)) == [raison]
        assert Membre.objects.filter(reseau=reseau, role=Role.ANIMATEUR, parti_le=None).count() == 1


def test_meme_courriel_invite_huit_fois_n_est_membre_qu_une_fois():
    animateur = MembreFactory(role=Role.ANIMATEUR, qualite="aucun")
    resultats = ensemble(*[partial(_inviter, "nouvelle@exemple.fr", animateur)] * 8)
    assert refus(resultats) == ["Ce courriel est déjà celui d’un membre du réseau."] * 7
    assert Membre.objects.filter(utilisateur__email="nouvelle@exemple.fr").count() == 1


def test_meme_courriel_invite_dans_huit_reseaux_n_a_qu_un_compte():
    animateurs = MembreFactory.create_batch(8, role=Role.ANIMATEUR, qualite="aucun")
    assert refus(ensemble(*(partial(_inviter, "nouvelle@exemple.fr", animateur) for animateur in animateurs))) == []
    assert Utilisateur.objects.get(email="nouvelle@exemple.fr").appartenances.count() == 8


def _inviter(email, par):
    fiche = Membre(
        institution=par.institution,
        civilite="Mme",
        prenom="Dominique",
        nom="Fictive",
        role=Role.SECRETARIAT,
        entre_le=date(2026, 1, 1),
    )
    return operations.inviter(fiche, email=email, par=par)


def test_seance_ne_se_clot_qu_une_fois():
    reunion = ReunionFactory()
    animateur = MembreFactory(reseau=reunion.reseau, role=Role.ANIMATEUR, qualite="aucun")
    operations.pointer(reunion, animateur, "present", par=animateur)
    fiches = [Reunion.objects.get(pk=reunion.pk) for _ in range(8)]
    refuses = refus(ensemble(*(partial(operations.clore, fiche, par=animateur) for fiche in fiches)))
    assert refuses == ["Cette réunion est close : elle ne se modifie plus."] * 7


def test_meme_fiche_fusionnee_par_deux_animateurs_ne_l_est_qu_une_fois():
    for _ in range(5):
        reseau = ReseauFactory()
        animateurs = MembreFactory.create_batch(2, reseau=reseau, role=Role.ANIMATEUR, qualite="aucun")
        une, autre = EntrepriseFactory.create_batch(2, reseau=reseau)
        gestes = [partial(fusionner, une, autre, par=animateurs[0]), partial(fusionner, autre, une, par=animateurs[1])]
        assert len(refus(ensemble(*gestes))) == 1
        assert Fusion.objects.filter(reseau=reseau).count() == 1


def test_fusion_defaite_par_deux_animateurs_ne_l_est_qu_une_fois():
    reseau = ReseauFactory()
    animateurs = MembreFactory.create_batch(2, reseau=reseau, role=Role.ANIMATEUR, qualite="aucun")
    fusion = fusionner(*EntrepriseFactory.create_batch(2, reseau=reseau), par=animateurs[0])
    gestes = [partial(defaire_la_fusion, fusion, par=animateur) for animateur in animateurs]
    assert refus(ensemble(*gestes)) == ["Cette fusion est déjà défaite."]


def test_visite_choisie_pendant_la_fusion_suit_la_fiche_ou_se_refuse():
    reseau = ReseauFactory()
    animateur = MembreFactory(reseau=reseau, role=Role.ANIMATEUR, qualite="aucun")
    for _ in range(5):
        gardee, absorbee = EntrepriseFactory.create_batch(2, reseau=reseau)
        fusion = partial(fusionner, gardee, absorbee, par=animateur)
        refuses = refus(ensemble(fusion, partial(choisir, absorbee, par=animateur, le=JOUR)))
        assert refuses in ([], [f"Cette fiche vient d’être réunie à {gardee} : recommencez depuis celle qui reste."])
        assert (Visite.objects.filter(entreprise=gardee).count(), absorbee.visites.count()) == (1 - len(refuses), 0)


def test_voix_donnee_plusieurs_fois_au_meme_instant_n_en_fait_qu_une():
    membre = MembreFactory()
    cible = ouvrir_le_vote(CibleFactory(reseau=membre.reseau), par=membre)
    gestes = [partial(voter, cible, voix, par=membre) for voix in ("pour", "contre", "abstention", "pour")]
    assert (refus(ensemble(*gestes)), cible.votes.count()) == ([], 1)


def test_generation_suivante_demandee_a_plusieurs_est_la_meme():
    membre = MembreFactory()
    cible = CibleFactory(reseau=membre.reseau, decidee=True)
    resultats = ensemble(*[partial(preparer_la_suivante, cible, par=membre)] * 4)
    assert (refus(resultats), {suivante for suivante, _ in resultats}) == ([], set(cible.suivantes.all()))
    assert [creee for _, creee in resultats].count(True) == 1


def test_lettre_preparee_a_plusieurs_est_la_meme():
    for visite in VisiteFactory.create_batch(5, programmee=True):
        resultats = ensemble(*[partial(preparer, visite, par=visite.developpeur, le=JOUR)] * 8)
        assert refus(resultats) == []
        assert set(resultats) == {Courrier.objects.get(visite=visite)}


@pytest.mark.urls("tests.vues_d_essai")
def test_lire_un_formulaire_n_attend_pas_qui_ecrit():
    """Un long import tient la base en écriture : les formulaires s'ouvrent quand même, aussitôt."""
    membre = MembreFactory()
    client = Client()
    client.force_login(membre.utilisateur)
    with transaction.atomic():
        ReseauFactory()
        debut = monotonic()
        (response,) = ensemble(partial(client.get, reverse("essai", args=[membre.reseau.slug])))
    assert (response.status_code, monotonic() - debut < 5) == (200, True)


def test_deux_guides_mis_en_service_ensemble_un_seul_y_reste():
    animateur = MembreFactory(role=Role.ANIMATEUR)
    deux = [QuestionFactory(theme__guide__reseau=animateur.reseau).theme.guide for _ in range(2)]
    faits = ensemble(*(partial(guides.mettre_en_service, guide, par=animateur) for guide in deux))
    assert [fait for fait in faits if not isinstance(fait, Guide | RegleEnfreinte)] == []
    assert Guide.objects.en_service().count() == 1


def test_repondre_pendant_que_la_question_se_retire():
    """La réponse arrive d'abord, et la question se retire dans une version neuve ; ou l'inverse, et il n'y a plus à répondre."""
    animateur = MembreFactory(role=Role.ANIMATEUR)
    question = QuestionFactory(theme__guide__reseau=animateur.reseau)
    guide = question.theme.guide
    rendu = CompteRenduFactory(visite=VisiteFactory(reseau=animateur.reseau, realisee=True))
    retirer = partial(guides.retirer, Question.objects.get(pk=question.pk), version=guide.version, par=animateur)
    faits = ensemble(partial(guides.repondre, rendu, guide, {question.pk: "oui"}), retirer)
    assert [fait for fait in faits if isinstance(fait, Exception)] == []
    repondu = Reponse.objects.filter(question=question).exists()
    assert (repondu, Guide.objects.count()) in [(True, 2), (False, 1)]


# Les demandes de visite


def test_lien_ouvert_deux_fois_au_meme_instant_confirme_une_fois():
    demande = DemandeDeVisiteFactory(a_confirmer=True)
    confirmations = ensemble(*[partial(demandes.confirmer, demande, instant=INSTANT, racine="https://reseau.exemple.fr")] * 4)
    assert Counter(confirmations) == {True: 1, False: 3}


def test_depots_au_meme_instant_ne_depassent_pas_la_borne():
    reseau = PresentationFactory().reseau

    def deposer():
        demande = DemandeDeVisiteFactory.build(reseau=reseau, a_confirmer=True, courriel=f"{uuid4()}@exemple.fr")
        return demandes.deposer(demande, adresse="203.0.113.7", instant=INSTANT, racine="https://reseau.exemple.fr")

    resultats = ensemble(*[deposer] * (demandes.PAR_EXPEDITEUR + 3))
    assert len(refus(resultats)) == 3
    assert reseau.demandes.count() == demandes.PAR_EXPEDITEUR


def test_demande_acceptee_et_declinee_au_meme_instant_ne_l_est_qu_une_fois():
    demande = DemandeDeVisiteFactory()
    membre = MembreFactory(reseau=demande.reseau, role=Role.ANIMATEUR)
    entreprise = EntrepriseFactory(reseau=demande.reseau)
    copie = type(demande).objects.get(pk=demande.pk)
    resultats = ensemble(
        partial(demandes.accepter, demande, entreprise=entreprise, par=membre, le=JOUR),
        partial(demandes.decliner, copie, motif="Hors du département.", par=membre, le=JOUR),
    )
    assert refus(resultats) == [demandes.DEJA_TRAITEE]
    assert Visite.objects.count() == (type(demande).objects.get().etat == "acceptee")
