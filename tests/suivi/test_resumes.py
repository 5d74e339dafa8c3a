"""Les résumés : ce qu'ils disent, à qui, une fois ; jamais ce que leur lecteur ne lirait pas à l'écran."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from reseau import expedition
from reseau.models import Journal, Membre, Pli
from suivi import operations, resumes
from suivi.echelle import a_relancer, echeances, epuisees, paliers
from suivi.enums import EtatAction, MotifRelance, Mouvement
from suivi.models import Action, MessageDAction, MouvementDAction, Relance, Resume
from tests.factories import (
    ActionFactory,
    CompteRenduFactory,
    DeportFactory,
    MembreFactory,
    ProjetFactory,
    ReseauFactory,
    ReunionFactory,
    VisiteFactory,
)
from tests.lib.simultane import ensemble
from visites.models import PartieReservee

pytestmark = pytest.mark.django_db
LUNDI = date(2026, 3, 9)
INSTANT = datetime(2026, 3, 9, 6, tzinfo=UTC)
SEMAINE = timedelta(weeks=1)


@pytest.fixture
def visite(reseau, direct):
    return VisiteFactory(reseau=reseau, realisee=True, developpeur=direct, realisee_le=LUNDI - timedelta(days=7))


@pytest.fixture
def echue(visite, direct):
    """Une action du développeur, échue la veille."""
    fin = LUNDI - timedelta(days=1)
    return ActionFactory(projet=ProjetFactory(visite=visite), responsable=direct, acceptee=True, fin_prevue=fin, libelle="Secret")


def relancer(membre, le=LUNDI):
    return operations.relancer(membre, le=le, maintenant=datetime(le.year, le.month, le.day, 6, tzinfo=UTC))


def motifs(membre, le):
    return [echeance.motif.value for echeance in a_relancer(membre, echeances(membre, le))]


# Les relances


def test_resume_mene_la_ou_agir_et_tait_le_libelle(echue, visite, direct):
    texte = resumes.relances(direct, LUNDI, INSTANT)
    assert texte.objet == f"2 choses vous attendent – {direct.reseau}"
    assert f"Action n° {echue.numero}, {visite.entreprise}, depuis le 8 mars 2026" in texte.corps
    assert f"http://localhost:8000{echue.get_absolute_url()}" in texte.corps
    assert "Secret" not in texte.corps


@pytest.mark.parametrize(
    ("motif", "jours"),
    [
        (MotifRelance.ECHUE, (1, 15, 30)),
        (MotifRelance.SANS_REPONSE, (7, 15, 30)),
        (MotifRelance.A_REPRENDRE, (0, 15, 30)),
        (MotifRelance.SANS_COMPTE_RENDU, (7, 15)),
        (MotifRelance.SANS_RENDEZ_VOUS, (16, 30, 45)),
        (MotifRelance.SUITES, (16, 30, 45)),
    ],
)
def test_paliers_sont_ceux_de_la_conception(reseau, motif, jours):
    assert paliers(motif, reseau) == jours


@pytest.mark.parametrize(("jours", "attendu"), [(0, []), (1, ["echue"])])
def test_action_echue_se_relance_le_lendemain_de_sa_fin(reseau, direct, jours, attendu):
    ActionFactory(projet__visite__reseau=reseau, responsable=direct, acceptee=True, fin_prevue=LUNDI)
    assert motifs(direct, LUNDI + timedelta(days=jours)) == attendu


@pytest.mark.parametrize(("jours", "attendu"), [(6, []), (7, ["sans_reponse"])])
def test_action_sans_reponse_se_relance_apres_une_semaine(reseau, direct, jours, attendu):
    ActionFactory(projet__visite__reseau=reseau, responsable=direct, proposee_le=LUNDI)
    assert motifs(direct, LUNDI + timedelta(days=jours)) == attendu


def test_palier_dit_ne_se_redit_pas_et_le_suivant_vient(echue, direct):
    relancer(direct)
    dits = [motifs(direct, LUNDI + timedelta(days=jours)) for jours in (0, 13, 14, 29)]
    assert [liste.count("echue") for liste in dits] == [0, 0, 1, 1]


def test_echeance_reportee_repart_du_bas_de_l_echelle(echue, direct):
    relancer(direct)
    echue.fin_prevue = LUNDI + timedelta(days=3)
    echue.save()
    assert motifs(direct, LUNDI + timedelta(days=4)) == ["echue"]


# La réserve


def reveiller(action, jour, par):
    """Met l'action en réserve et l'en sort ce jour-là, comme la commande du matin."""
    Action.objects.filter(pk=action.pk).update(etat=EtatAction.ENDORMIE, reveil_le=jour)
    MouvementDAction.objects.create(action=action, membre=par, mouvement=Mouvement.SOMMEIL, responsable=action.responsable)
    assert operations.reveiller_a_date(jour) == [action]
    action.mouvements.update(le=datetime.combine(jour, INSTANT.time(), UTC))
    action.refresh_from_db()


@pytest.mark.parametrize("trait", ["acceptee", ""])
def test_action_sortie_de_la_reserve_se_dit_le_jour_meme_puis_va_a_l_ordre_du_jour(reseau, direct, animateur, trait):
    """Acceptée ou non, échue ou non : le réveil fait repartir l'échelle, et elle ne se dit pas deux fois."""
    fin = LUNDI - timedelta(days=60)
    champs = {"projet__visite__reseau": reseau, "responsable": direct, "proposee_le": fin, "fin_prevue": fin}
    action = ActionFactory(**champs, **({trait: True} if trait else {}))
    reveiller(action, LUNDI, animateur)
    assert [relancer(direct, LUNDI + timedelta(days=d)).relances.count() for d in (0, 7, 15, 30)] == [1, 0, 1, 1]
    assert {relance.motif for relance in Relance.objects.all()} == {"a_reprendre"}
    assert [action in epuisees(animateur, LUNDI + timedelta(days=d))[0] for d in (0, 15, 30, 31)] == [False] * 3 + [True]


def test_action_reprise_ne_se_relance_plus(reseau, direct, animateur):
    action = ActionFactory(projet__visite__reseau=reseau, responsable=direct, acceptee=True)
    reveiller(action, LUNDI, animateur)
    assert motifs(direct, LUNDI) == ["a_reprendre"]
    operations.noter_la_suite(action, texte="Dossier rouvert.", par=direct)
    assert motifs(direct, LUNDI + timedelta(days=40)) == []


# Les messages


@pytest.fixture
def ecrire(echue, animateur):
    """Un message au fil de l'action échue, à cet instant."""

    def jouer(instant, membre=animateur, texte="Secret du fil"):
        message = MessageDAction.objects.create(action=echue, membre=membre, texte=texte)
        MessageDAction.objects.filter(pk=message.pk).update(le=instant)

    return jouer


def lignes_des_messages(resume):
    """Les lignes du courriel qui mènent à un fil."""
    return [ligne for ligne in resume.pli.corps.splitlines() if "#fil" in ligne] if resume and resume.pli else []


def test_message_va_au_prochain_resume_une_seule_fois(ecrire, echue, direct, animateur):
    ecrire(INSTANT)
    ecrire(INSTANT, texte="Encore")
    resume = relancer(direct)
    assert (
        f"Action n° {echue.numero}, {echue.projet.visite.entreprise}, par {animateur}, depuis le 9 mars 2026" in resume.pli.corps
    )
    assert (len(lignes_des_messages(resume)), "Secret du fil" in resume.pli.corps) == (1, False)
    assert resume.pli.objet.startswith("3 choses vous attendent")  # l'action, la visite sans compte rendu, le fil
    assert lignes_des_messages(relancer(direct, LUNDI + SEMAINE)) == []


def test_message_venu_pendant_que_part_le_resume_attend_le_suivant(ecrire, direct):
    ecrire(INSTANT + timedelta(seconds=1))
    assert [len(lignes_des_messages(relancer(direct, LUNDI + rang * SEMAINE))) for rang in range(3)] == [0, 1, 0]


def test_message_seul_suffit_au_resume(reseau, direct, animateur):
    action = ActionFactory(projet__visite__reseau=reseau, responsable=direct, acceptee=True)
    MessageDAction.objects.filter(pk=operations.ecrire_un_message(action, texte="Où ?", par=animateur).pk).update(le=INSTANT)
    assert len(lignes_des_messages(relancer(direct))) == 1


def test_message_ne_se_dit_ni_a_son_auteur_ni_a_qui_ne_voit_pas_l_action(ecrire, echue, visite, direct, animateur, reseau):
    ecrire(INSTANT, membre=direct)
    ecrire(INSTANT)
    ailleurs = MembreFactory(reseau=reseau)
    assert [lignes_des_messages(relancer(membre)) for membre in (animateur, ailleurs)] == [[], []]
    DeportFactory(entreprise=visite.entreprise, membre=direct)
    assert lignes_des_messages(relancer(direct)) == []


def test_deporte_n_est_pas_relance(echue, visite, direct):
    DeportFactory(entreprise=visite.entreprise, membre=direct)
    assert motifs(direct, LUNDI) == []


def test_une_semaine_n_a_qu_un_resume_meme_si_autre_chose_survient(echue, direct):
    assert relancer(direct).pli
    ActionFactory(projet=echue.projet, responsable=direct, acceptee=True, fin_prevue=LUNDI - timedelta(days=1))
    assert [relancer(direct, LUNDI + timedelta(days=jours)) for jours in (0, 1, 6)] == [None] * 3
    assert relancer(direct, LUNDI + SEMAINE).pli


def test_semaine_sans_rien_a_dire_ne_s_ecrit_pas_mais_compte(direct):
    assert relancer(direct).pli is None
    assert (relancer(direct, LUNDI + timedelta(days=1)), Pli.objects.count()) == (None, 0)


@pytest.mark.parametrize(("frequence", "semaines"), [("semaine", 1), ("quinzaine", 2), ("mois", 4)])
def test_frequence_espace_les_resumes(direct, frequence, semaines):
    direct.resume = frequence
    relancer(direct)
    assert [bool(relancer(direct, LUNDI + rang * SEMAINE)) for rang in range(1, 5)] == [
        not rang % semaines for rang in range(1, 5)
    ]


def test_qui_n_en_veut_pas_n_en_recoit_pas(echue, direct):
    direct.resume = "jamais"
    assert (relancer(direct), resumes.prochain(direct, LUNDI)) == (None, None)


def test_base_refuse_deux_resumes_d_une_semaine(direct):
    Resume.objects.create(membre=direct, semaine=LUNDI, compose_le=INSTANT)
    with pytest.raises(IntegrityError, match=r"resume_un_par_semaine|UNIQUE"), transaction.atomic():
        Resume.objects.create(membre=direct, semaine=LUNDI, compose_le=INSTANT)


def test_erreur_chez_l_un_n_arrete_pas_les_autres(reseau, echue, direct, membres, monkeypatch):
    texte = resumes.relances

    def casser(membre, le, instant):
        if membre == membres["animateur"]:
            raise ValueError
        return texte(membre, le, instant)

    monkeypatch.setattr(resumes, "relances", casser)
    assert operations.relancer_tous(INSTANT) == {"resumes": 1, "erreurs": 1}
    monkeypatch.undo()
    assert operations.relancer_tous(INSTANT)["erreurs"] == 0
    assert Resume.objects.filter(membre=membres["animateur"]).exists()


def test_parti_ou_compte_ferme_n_est_pas_relance(echue, direct):
    Membre.objects.filter(pk=direct.pk).update(parti_le=LUNDI)
    assert operations.relancer_tous(INSTANT)["resumes"] == 0
    Membre.objects.filter(pk=direct.pk).update(parti_le=None)
    direct.utilisateur.is_active = False
    direct.utilisateur.save()
    assert operations.relancer_tous(INSTANT)["resumes"] == 0


@pytest.mark.django_db(transaction=True)
def test_deux_commandes_simultanees_n_ecrivent_qu_un_resume(base_sur_disque):
    direct = MembreFactory()
    ActionFactory(projet__visite__reseau=direct.reseau, responsable=direct, acceptee=True, fin_prevue=date(2026, 3, 1))
    bilans = ensemble(*[lambda: operations.relancer_tous(INSTANT)] * 3)
    assert sum(bilan["erreurs"] for bilan in bilans) == 0
    assert sum(bilan["resumes"] for bilan in bilans) == Pli.objects.count()
    assert (Pli.objects.filter(membre=direct).count(), Relance.objects.filter(membre=direct).count()) == (1, 1)


def test_commande_ecrit_expedie_et_le_dit(echue, direct, capsys):
    call_command("relancer")
    assert [message.to for message in mail.outbox] == [[direct.utilisateur.email]]
    assert "Résumés : 1. Avant réunion : 0. Courriels : parti 1." in capsys.readouterr().out


def test_commande_exige_l_adresse_du_service(settings):
    settings.ADRESSE_DU_SERVICE = ""
    with pytest.raises(CommandError, match="ADRESSE_DU_SERVICE"):
        call_command("relancer")


# Les comptes rendus avant une réunion


@pytest.fixture
def reunion(reseau):
    return ReunionFactory(reseau=reseau, le=LUNDI + timedelta(days=3))


@pytest.fixture
def rendu(visite):
    rendu = CompteRenduFactory(visite=visite, termine=True, phrase="L’atelier sature.", entendu="Confidence")
    ProjetFactory(visite=visite, titre="Agrandir")
    PartieReservee.objects.create(compte_rendu=rendu, texte="Reprise envisagée")
    return rendu


def annoncer(reunion, membre):
    return operations.annoncer_les_restitutions(reunion, membre, maintenant=INSTANT)


def test_resume_dit_la_phrase_et_jamais_la_partie_reservee(reunion, rendu, visite, animateur):
    corps = resumes.restitutions(animateur, reunion).corps
    attendus = [str(visite.entreprise), "L’atelier sature.", "Projet : Agrandir", "Une partie réservée se lit en ligne."]
    assert [mot for mot in attendus if mot not in corps] == []
    assert [mot for mot in ("Reprise envisagée", "Confidence") if mot in corps] == []


def test_resume_tait_la_partie_reservee_a_qui_ne_peut_la_lire(reunion, rendu, membres):
    assert "réservée" not in resumes.restitutions(membres["secretariat"], reunion).corps
    membres["animateur"].institution.regalienne = True
    assert "réservée" not in resumes.restitutions(membres["animateur"], reunion).corps


def test_resume_ne_part_qu_a_qui_lit_les_comptes_rendus(reunion, rendu, visite, membres):
    DeportFactory(entreprise=visite.entreprise, membre=membres["secretariat"])
    recus = {nom for nom, membre in membres.items() if annoncer(reunion, membre)}
    assert recus == {"animateur", "direct"}  # ni l'associé, ni la préfecture, ni l'observateur, ni qui se déporte


def test_associe_recoit_celui_de_son_dossier(reunion, rendu, visite, membres):
    ActionFactory(projet=visite.projets.get(), responsable=membres["associe"])
    assert annoncer(reunion, membres["associe"]).pli


def test_resume_avant_reunion_part_une_fois_et_se_note_au_journal(reunion, rendu, animateur):
    assert [bool(annoncer(reunion, animateur)) for _ in range(2)] == [True, False]
    assert Journal.objects.filter(membre=animateur, geste="envoi", objet="visites.compterendu").get().objet_id == rendu.pk


def test_compte_rendu_deja_annonce_ne_revient_pas_avant_la_reunion_suivante(reunion, rendu, reseau, animateur):
    annoncer(reunion, animateur)
    autre = ReunionFactory(reseau=reseau, le=reunion.le + SEMAINE)
    assert annoncer(autre, animateur) is None


def test_qui_ne_veut_pas_des_comptes_rendus_n_en_recoit_pas(reunion, rendu, animateur):
    animateur.restitutions = False
    assert annoncer(reunion, animateur) is None


@pytest.mark.parametrize(("jours", "ecrits"), [(-1, 0), (0, 2), (3, 2), (4, 0)])
def test_commande_ecrit_dans_les_trois_jours_avant_la_reunion(reunion, rendu, membres, jours, ecrits):
    Membre.objects.filter(pk=membres["secretariat"].pk).update(restitutions=False)
    assert operations.relancer_tous(INSTANT + timedelta(days=jours))["restitutions"] == ecrits


def test_reseaux_ne_se_melangent_pas(reunion, rendu):
    ailleurs = MembreFactory(reseau=ReseauFactory(), role="animateur", qualite="aucun")
    ReunionFactory(reseau=ailleurs.reseau, le=reunion.le)
    operations.relancer_tous(INSTANT)
    expedition.expedier(maintenant=INSTANT)
    assert ailleurs.utilisateur.email not in {message.to[0] for message in mail.outbox}
