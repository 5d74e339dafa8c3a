"""La boîte d'envoi : rien ne se perd, rien ne part deux fois, rien ne se garde. Le serveur est un vrai port local."""

import time
from datetime import timedelta
from itertools import pairwise

import pytest
from django.core import mail
from django.db import transaction
from django.utils.timezone import localdate, now

from reseau import expedition
from reseau.enums import EtatPli, GenrePli
from reseau.lib import smtp
from reseau.lib.courriels import DIFFERE, MUET, REFUSE, SANS_NOUVELLES
from reseau.models import Membre, PieceJointe, Pli
from tests.lib.faux_smtp import serveur_de_courriel
from tests.lib.simultane import ensemble

pytestmark = pytest.mark.django_db
INSTANT = now()
MINUTE = timedelta(minutes=1)


@pytest.fixture
def serveur(settings, monkeypatch):
    monkeypatch.setattr(smtp, "REMISE", 1)
    with serveur_de_courriel(settings) as serveur:
        yield serveur


def pli(adresse="zoe@exemple.fr", **champs):
    textes = {"objet": "Un\nobjet", "corps": "Bonjour"}
    return expedition.inscrire(GenrePli.RESUME, destinataire=adresse, inscrit_le=INSTANT, **textes | champs)


def relu(un_pli):
    return Pli.objects.get(pk=un_pli.pk)


def test_courriel_part_une_fois_et_son_contenu_s_efface(serveur):
    inscrit = pli(copies=["a@exemple.fr"], repondre_a="b@exemple.fr", pieces=[("lettre.pdf", "application/pdf", b"%PDF")])
    assert [dict(expedition.expedier(maintenant=INSTANT)) for _ in range(2)] == [{EtatPli.PARTI: 1}, {}]
    ((destinataires, texte),) = serveur.recus
    assert destinataires == ("zoe@exemple.fr", "a@exemple.fr")
    assert f"Message-ID: <{inscrit.reference}@localhost>" in texte
    assert "Subject: Un objet" in texte
    parti = relu(inscrit)
    assert (parti.objet, parti.corps, parti.destinataire, parti.copies, parti.repondre_a) == ("", "", "", [], "")
    assert (parti.parti_le, parti.efface_le, PieceJointe.objects.count()) == (INSTANT, INSTANT, 0)


@pytest.mark.parametrize("etape", ["accueil", "rcpt"])
def test_serveur_muet_ne_perd_rien_et_n_est_sonde_qu_une_fois(serveur, etape):
    plis = [pli() for _ in range(3)]
    serveur.muet = etape
    depart = time.monotonic()
    expedition.expedier(maintenant=INSTANT)
    assert time.monotonic() - depart < 4
    assert [(relu(un).etat, relu(un).echec, relu(un).essais) for un in plis] == [
        (EtatPli.ATTEND, MUET, 1),
        (EtatPli.ATTEND, MUET, 0),
        (EtatPli.ATTEND, MUET, 0),
    ]
    serveur.muet = ""
    expedition.expedier(maintenant=INSTANT + 5 * MINUTE)
    assert (len(serveur.recus), Pli.objects.partis().count()) == (3, 3)


def test_serveur_qui_repond_goutte_a_goutte_est_coupe(serveur, monkeypatch):
    monkeypatch.setattr(smtp._Borne, "_delai", 1)
    serveur.goutte = 0.4
    inscrit = pli()
    depart = time.monotonic()
    expedition.expedier(maintenant=INSTANT)
    assert time.monotonic() - depart < 4
    assert (relu(inscrit).etat, relu(inscrit).echec) == (EtatPli.ATTEND, MUET)


@pytest.mark.parametrize("panne", [{"coupe": True}, {"muet": "remise"}])
def test_message_remis_sans_reponse_n_est_jamais_renvoye_d_office(serveur, panne):
    for nom, valeur in panne.items():
        setattr(serveur, nom, valeur)
    inscrit, suivant = pli(), pli()
    expedition.expedier(maintenant=INSTANT)
    assert (relu(inscrit).echec, relu(suivant).essais) == (SANS_NOUVELLES, 0)  # un seul douteux par passage
    serveur.coupe, serveur.muet = False, ""
    expedition.expedier(maintenant=INSTANT + timedelta(days=1))
    assert (relu(inscrit).etat, relu(suivant).parti, len(serveur.recus)) == (EtatPli.INCERTAIN, True, 2)


def test_message_incertain_se_renvoie_a_la_main_sous_le_meme_identifiant(serveur):
    serveur.coupe = True
    inscrit = pli()
    expedition.expedier(maintenant=INSTANT)
    serveur.coupe = False
    assert expedition.rejouer(Pli.objects.all(), maintenant=INSTANT) == [inscrit.pk]
    expedition.expedier(maintenant=INSTANT)
    assert [f"<{inscrit.reference}@" in texte for _, texte in serveur.recus] == [True, True]


@pytest.mark.parametrize(
    ("code", "etat", "echec"), [(550, EtatPli.ABANDONNE, REFUSE), (451, EtatPli.ATTEND, DIFFERE), (250, EtatPli.PARTI, "")]
)
def test_adresse_refusee_n_arrete_pas_les_autres(serveur, code, etat, echec):
    serveur.refus = {"faux@exemple.fr": code}
    refuse, autre = pli("faux@exemple.fr", copies=["a@exemple.fr"]), pli()
    expedition.expedier(maintenant=INSTANT)
    assert (relu(refuse).etat, relu(refuse).echec, relu(autre).parti) == (etat, echec, True)
    assert len(serveur.recus) == (2 if etat == EtatPli.PARTI else 1)  # sa copie ne le remplace pas


def test_copie_refusee_laisse_partir_le_courriel(serveur):
    serveur.refus = {"a@exemple.fr": 550}
    inscrit = pli(copies=["a@exemple.fr"])
    expedition.expedier(maintenant=INSTANT)
    assert relu(inscrit).parti


def test_reprises_s_espacent_jusqu_a_l_abandon(settings):
    settings.EMAIL_BACKEND = "tests.suivi.test_suites.Muet"
    inscrit, essais = pli(), []
    while relu(inscrit).etat == EtatPli.ATTEND:
        instant = relu(inscrit).prochain_le
        expedition.expedier(maintenant=instant - MINUTE)  # trop tôt
        expedition.expedier(maintenant=instant)
        essais += [instant] * (relu(inscrit).essaye_le == instant)
    ecarts = [apres - avant for avant, apres in pairwise(essais)]
    assert ecarts[:6] == expedition.REPRISES
    assert set(ecarts[6:]) == {expedition.REPRISES[-1]}
    assert (relu(inscrit).etat, relu(inscrit).echec) == (EtatPli.ABANDONNE, expedition.PERIME)
    assert relu(inscrit).corps == "Bonjour"  # encore rejouable


def test_destinataire_parti_entre_temps_ne_recoit_rien(direct):
    inscrit = pli(membre=direct)
    Membre.objects.filter(pk=direct.pk).update(parti_le=localdate())
    expedition.expedier(maintenant=INSTANT)
    assert (relu(inscrit).etat, relu(inscrit).corps, mail.outbox) == (EtatPli.RETIRE, "", [])


def test_geste_defait_ne_laisse_rien_dans_la_boite():
    with transaction.atomic():
        pli()
        transaction.set_rollback(True)
    assert not Pli.objects.exists()


def test_pli_pris_par_un_processus_mort_devient_incertain():
    inscrit = pli()
    Pli.objects.filter(pk=inscrit.pk).update(etat=EtatPli.EN_COURS, essaye_le=INSTANT)
    expedition.expedier(maintenant=INSTANT + 9 * MINUTE)
    assert relu(inscrit).etat == EtatPli.EN_COURS
    expedition.expedier(maintenant=INSTANT + 11 * MINUTE)
    assert (relu(inscrit).etat, mail.outbox) == (EtatPli.INCERTAIN, [])


def test_purge_efface_les_contenus_au_bout_d_un_mois_et_les_traces_au_bout_d_un_an():
    echoue, parti = pli(pieces=[("a.pdf", "application/pdf", b"a")]), pli()
    Pli.objects.filter(pk=echoue.pk).update(etat=EtatPli.ABANDONNE)
    expedition.expedier([parti.pk], maintenant=INSTANT)
    assert expedition.purger(INSTANT + timedelta(days=29)) == (0, 0)
    assert expedition.purger(INSTANT + timedelta(days=30)) == (1, 0)
    assert (relu(echoue).corps, relu(echoue).rejouable, PieceJointe.objects.count()) == ("", False, 0)
    assert expedition.purger(INSTANT + timedelta(days=365)) == (0, 2)


def test_retirer_dit_si_le_courriel_est_en_train_de_partir():
    inscrit = pli()
    Pli.objects.filter(pk=inscrit.pk).update(etat=EtatPli.EN_COURS)
    assert expedition.retirer(Pli.objects.all(), raison="Non.", maintenant=INSTANT) is False
    assert relu(inscrit).etat == EtatPli.EN_COURS


@pytest.mark.django_db(transaction=True)
def test_deux_expeditions_simultanees_ne_se_doublent_pas(base_sur_disque, settings):
    attendus = sorted(f"membre{rang}@exemple.fr" for rang in range(8))
    for adresse in attendus:
        pli(adresse)
    with serveur_de_courriel(settings) as serveur:
        serveur.goutte = 0.001  # assez lent pour que chacune ait lu la liste avant que l'autre ne l'entame
        ensemble(*[lambda: expedition.expedier(maintenant=INSTANT)] * 2)
    assert sorted(adresse for (adresse,), _ in serveur.recus) == attendus
