"""Autour d'une action : le fil, les pièces, la réserve qui se réveille, l'action née d'une autre, le besoin commun."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.timezone import localdate

from entreprises.models import Document
from reseau.lib.dates import jour_en_mots, plus_mois
from reseau.lib.erreurs import RegleEnfreinte
from suivi import operations
from suivi.accueil import mes_actions
from suivi.besoins import avec_comptes, projets_du_besoin, semblables
from suivi.enums import EtatAction, Mouvement, TypeAction
from suivi.models import Action, BesoinCommun
from tests.factories import ActionFactory, BesoinCommunFactory, DeportFactory, ProjetFactory, VisiteFactory

JOUR = localdate()
PDF = b"%PDF-1.7\n1 0 obj"


@pytest.fixture
def projet(reseau, direct):
    return ProjetFactory(visite=VisiteFactory(reseau=reseau, realisee=True, developpeur=direct), titre="Trouver un repreneur")


@pytest.fixture
def action(projet):
    return ActionFactory(projet=projet, en_cours=True)


def page(nom, action):
    return reverse(f"suivi:{nom}", args=[action.reseau.slug, action.pk])


def joindre(client, action, nom, octets):
    return client.post(page("action-piece", action), {"fichier": SimpleUploadedFile(nom, octets)})


# Le fil, les pièces


def test_fil_se_lit_de_ceux_qui_voient_l_action(action, clients):
    clients["direct"].post(page("action-message", action), {"texte": "Le dirigeant rappelle lundi."})
    assert "Le dirigeant rappelle lundi." in clients["animateur"].get(action.get_absolute_url()).content.decode()
    refus = [
        clients[profil].post(page("action-message", action), {"texte": "Oui"}).status_code for profil in ("associe", "prefecture")
    ]
    assert (refus, action.messages.count()) == ([404, 403], 1)


def test_message_de_la_semaine_se_lit_sur_l_accueil_de_qui_mene_ou_suit(action, direct, animateur):
    operations.ecrire_un_message(action, texte="Vu hier", par=animateur)
    operations.ecrire_un_message(action, texte="Merci", par=direct)
    lus = [mot.texte for mot in mes_actions(direct, JOUR).autour["messages"]]
    DeportFactory(entreprise=action.projet.visite.entreprise, membre=direct)
    assert (lus, mes_actions(direct, JOUR).autour["messages"]) == (["Vu hier"], [])


def test_fil_vide_se_refuse(action, direct):
    with pytest.raises(RegleEnfreinte):
        operations.ecrire_un_message(action, texte="  ", par=direct)


def test_piece_est_un_document_de_l_entreprise_reconnu_a_ses_octets(action, clients):
    joindre(clients["direct"], action, "..\\devis <1>.exe", PDF)
    piece = action.pieces.get()
    assert (piece.document.nom, piece.document.entreprise) == ("devis 1.pdf", action.projet.visite.entreprise)
    assert (
        clients["animateur"].get(reverse("entreprises:document", args=[action.reseau.slug, piece.document_id])).status_code == 200
    )


def test_piece_d_un_genre_inconnu_ou_hors_de_vue_se_refuse(action, clients):
    assert joindre(clients["direct"], action, "devis.pdf", b"MZ\x90").status_code == 200
    assert joindre(clients["associe"], action, "devis.pdf", PDF).status_code == 404
    assert Document.objects.count() == 0


# La réserve


def test_reserve_demande_une_date_ou_un_evenement(action, direct):
    with pytest.raises(RegleEnfreinte):
        operations.endormir(action, par=direct)
    operations.endormir(action, par=direct, reveil_motif="le permis est accordé")
    dans_six_mois = jour_en_mots(plus_mois(JOUR, 6))
    assert (action.etat, action.reveil_dit) == (EtatAction.ENDORMIE, f"le {dans_six_mois}, ou quand : le permis est accordé")


def test_reserve_sans_reveil_est_interdite_par_la_base(action):
    with pytest.raises(IntegrityError, match="action_endormie_se_reveille"), transaction.atomic():
        Action.objects.filter(pk=action.pk).update(etat=EtatAction.ENDORMIE)


def test_reserve_se_reveille_a_sa_date_une_seule_fois(action, direct):
    operations.endormir(action, par=direct, reveil_le=JOUR + timedelta(days=5))
    attente = operations.reveiller_a_date(JOUR + timedelta(days=4))
    reveillees = [operations.reveiller_a_date(JOUR + timedelta(days=jours)) for jours in (8, 8, 9)]
    assert (attente, reveillees) == ([], [[action], [], []])
    action.refresh_from_db()
    dernier = action.mouvements.last()
    assert (action.etat, dernier.mouvement, dernier.membre) == (EtatAction.EN_COURS, Mouvement.REVEIL, direct)


def test_commande_du_jour_dit_combien_elle_reveille(action, capsys):
    Action.objects.filter(pk=action.pk).update(etat=EtatAction.ENDORMIE, reveil_le=JOUR)
    for _ in range(2):
        call_command("reveiller")
    assert capsys.readouterr().out == "Actions réveillées : 1\nActions réveillées : 0\n"


def test_reserve_sur_un_evenement_se_reveille_d_elle_meme_au_bout_de_six_mois(action, direct):
    operations.endormir(action, par=direct, reveil_motif="le bilan est clos")
    dans_six_mois = plus_mois(JOUR, 6)
    assert operations.reveiller_a_date(dans_six_mois - timedelta(days=1)) == []
    assert operations.reveiller_a_date(dans_six_mois) == [action]
    action.refresh_from_db()
    assert (action.etat, action.reveil_motif) == (EtatAction.EN_COURS, "")
    assert action.mouvements.last().texte == "À la date prévue. On attendait ceci : le bilan est clos."


# Née d'une autre


def test_action_nee_d_une_autre_se_lit_des_deux_cotes(action, clients, direct):
    champs = {"type": TypeAction.DIVERS, "libelle": "Suite de la première", "responsable": direct.pk, "echeance": "1_mois"}
    ajouter = reverse("suivi:action-ajouter", args=[action.reseau.slug, action.projet_id])
    clients["direct"].post(f"{ajouter}?nee_de={action.pk}", champs)
    fille = Action.objects.get(nee_de=action)
    assert action.mouvements.get(mouvement=Mouvement.NAISSANCE).texte == f"n° {fille.numero}, Suite de la première"
    lues = [clients["animateur"].get(une.get_absolute_url()).context for une in (action, fille)]
    assert (list(lues[0]["filles"]), lues[1]["mere"]) == ([fille], action)


def test_action_ne_nait_pas_de_celle_d_un_autre_projet(projet, clients):
    etrangere = ActionFactory(projet=ProjetFactory(visite=VisiteFactory(reseau=projet.reseau, realisee=True)))
    ajouter = reverse("suivi:action-ajouter", args=[projet.reseau.slug, projet.pk])
    assert clients["direct"].get(f"{ajouter}?nee_de={etrangere.pk}").status_code == 404


# Le besoin commun


@pytest.fixture
def ailleurs(reseau, projet):
    """Le même besoin, dans une autre entreprise."""
    return ProjetFactory(
        visite=VisiteFactory(reseau=reseau, realisee=True), titre="Un repreneur avant 2030", nature=projet.nature
    )


def test_besoin_nait_d_un_projet_et_en_retrouve_de_semblables(projet, ailleurs, clients, direct):
    autre = ProjetFactory(visite=ailleurs.visite, titre="Isoler le toit", nature=projet.nature)
    nouveau = {"titre": "Trouver un repreneur", "besoin": ""}
    clients["direct"].post(reverse("suivi:projet-besoin", args=[projet.reseau.slug, projet.pk]), nouveau)
    besoin = BesoinCommun.objects.get()
    assert (list(besoin.projets.all()), semblables(besoin, direct)) == ([projet], [ailleurs])
    rattacher = reverse("suivi:besoin-rattacher", args=[projet.reseau.slug, besoin.pk])
    for _ in range(2):
        clients["direct"].post(rattacher, {"projet": [ailleurs.pk]})
    assert (set(besoin.projets.all()), autre in besoin.projets.all()) == ({projet, ailleurs}, False)


def test_un_numero_de_projet_demesure_ne_se_rapproche_de_rien(projet, clients):
    besoin = BesoinCommunFactory(reseau=projet.reseau)
    for nom in ("suivi:besoin-rattacher", "suivi:besoin-detacher"):
        response = clients["animateur"].post(reverse(nom, args=[projet.reseau.slug, besoin.pk]), {"projet": "9" * 30})
        assert response.status_code == 302
    assert not besoin.projets.exists()


def test_besoin_ne_compte_que_ce_que_voit_le_lecteur(projet, ailleurs, animateur, membres):
    besoin = BesoinCommunFactory(reseau=projet.reseau, ouvert_par=animateur)
    operations.rattacher(besoin, [projet, ailleurs], par=animateur)
    DeportFactory(entreprise=ailleurs.visite.entreprise, membre=membres["direct"])
    comptes = {nom: avec_comptes([besoin], membres[nom])[0].entreprises for nom in ("animateur", "direct")}
    assert (comptes, list(projets_du_besoin(besoin, membres["direct"]))) == ({"animateur": 2, "direct": 1}, [projet])


def test_besoin_traite_ne_recoit_plus_de_projet(projet, animateur):
    besoin = BesoinCommunFactory(reseau=projet.reseau, ouvert_par=animateur, clos_le=JOUR)
    with pytest.raises(RegleEnfreinte, match="traité"):
        operations.rattacher(besoin, [projet], par=animateur)


def test_besoin_deja_ouvert_ne_se_double_pas(projet, animateur):
    BesoinCommunFactory(reseau=projet.reseau, titre="Recruter")
    with pytest.raises(RegleEnfreinte, match="déjà ouvert"):
        operations.ouvrir_un_besoin(BesoinCommun(titre="Recruter", nature="formation"), par=animateur)
