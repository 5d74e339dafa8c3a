"""Entrer par mot de passe ou par lien, les essais que l'on borne, les sessions que l'on ferme."""

import re
from datetime import timedelta
from time import perf_counter

import pytest
from django.conf import settings
from django.core import signing
from django.core.management import call_command
from django.db import connection
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils.timezone import localdate, now

from reseau import entrees, operations, seconds_facteurs, sessions
from reseau.essais import ESSAIS, Porte, TropDEssais, compter, essai
from reseau.lib.navigateur import en_clair
from reseau.lib.visiteur import adresse_ip
from reseau.models import Essai, JetonUtilise, Session
from tests.conftest import connecter
from tests.factories import MembreFactory
from tests.lib.codes import code_de

BON, MAUVAIS = "une phrase de passe", "une phrase fausse"
NEUF = "tilleul ardoise verveine lampadaire"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:150.0) Gecko/20100101 Firefox/150.0"


def se_connecter(membre, mot_de_passe=BON, client=None, **entetes):
    client = client or Client()
    champs = {"username": membre.utilisateur.email, "password": mot_de_passe}
    return client, client.post("/connexion/", champs, headers=entetes)


def est_entre(client):
    return "_auth_user_id" in client.session


def lien_recu(partis):
    return re.search(r"http://testserver(/connexion/lien/\S+)", partis()[-1].body)[1]


@pytest.fixture
def lien(animateur, partis):
    """L'adresse du lien que l'animateur vient de recevoir."""
    Client().post(reverse("lien"), {"email": animateur.utilisateur.email})
    return lien_recu(partis)


# Le mot de passe


@pytest.mark.parametrize(
    ("faible", "dit"),
    [
        ("court", "trop court"),
        ("password1234", "trop courant"),
        ("MotDePasse2026!", "un mot courant"),
        ("abababababab", "une répétition"),
        ("123456789012345", "entièrement numérique"),
    ],
)
def test_mot_de_passe_faible_est_refuse_en_francais(animateur, faible, dit):
    champs = {"old_password": BON, "new_password1": faible, "new_password2": faible}
    assert dit in connecter(animateur).post(reverse("password_change"), champs).text


def test_aide_du_mot_de_passe_se_lit_en_clair(animateur):
    page = connecter(animateur).get(reverse("password_change")).text
    assert "12 caractères" in page
    assert "Quatre ou cinq mots" in page


@pytest.mark.parametrize("connu", [True, False])
def test_refus_ne_dit_pas_si_le_compte_existe(animateur, connu):
    courriel = animateur.utilisateur.email if connu else "personne@exemple.fr"
    response = Client().post("/connexion/", {"username": courriel, "password": MAUVAIS})
    assert response.status_code == 200
    assert response.context["form"].non_field_errors() == [
        "Courriel ou mot de passe inexact. Le mot de passe distingue majuscules et minuscules."
    ]


# Les essais


def test_onzieme_essai_est_refuse_meme_juste(animateur):
    statuts = [se_connecter(animateur, MAUVAIS)[1].status_code for _ in range(ESSAIS)]
    client, response = se_connecter(animateur)
    assert (set(statuts), response.status_code, est_entre(client)) == ({200}, 429, False)
    assert "Trop d’essais depuis une heure" in response.text


def test_borne_d_un_compte_n_en_ferme_pas_un_autre(animateur, direct):
    for _ in range(ESSAIS):
        se_connecter(animateur, MAUVAIS)
    assert est_entre(se_connecter(direct)[0])


def test_borne_se_leve_au_bout_d_une_heure(animateur):
    for _ in range(ESSAIS):
        se_connecter(animateur, MAUVAIS)
    Essai.objects.update(le=now() - timedelta(minutes=61))
    assert est_entre(se_connecter(animateur)[0])


def test_reussir_oublie_les_essais_du_compte_et_garde_ceux_de_l_adresse(animateur, direct):
    demande = RequestFactory().post("/", REMOTE_ADDR="203.0.113.7")
    with pytest.raises(ValueError, match="raté"), essai(Porte.MOT_DE_PASSE, demande, direct.utilisateur.email):
        raise ValueError("raté")
    with essai(Porte.MOT_DE_PASSE, demande, direct.utilisateur.email):
        pass
    assert Essai.objects.count() == 1


def test_lien_entre_quand_le_mot_de_passe_est_borne(animateur, lien):
    """Qui se trompe dix fois à la place d'un autre ne l'enferme pas dehors."""
    for _ in range(ESSAIS + 1):
        se_connecter(animateur, MAUVAIS)
    client = Client()
    client.post(lien)
    assert est_entre(client)


def test_essais_ne_gardent_ni_courriel_ni_adresse(animateur):
    se_connecter(animateur, MAUVAIS)
    assert {len(cle) for cle in Essai.objects.values_list("cle", flat=True)} == {64}


def test_codes_sont_bornes_par_compte(animateur):
    appareil = seconds_facteurs.preparer(animateur.utilisateur)
    seconds_facteurs.activer(appareil, code_de(appareil, -1))
    client, _ = se_connecter(animateur)
    statuts = [client.post("/connexion/code/", {"code": "000000"}).status_code for _ in range(ESSAIS + 1)]
    juste = client.post("/connexion/code/", {"code": code_de(appareil)})
    assert (statuts, juste.status_code, est_entre(client)) == ([200] * ESSAIS + [429], 429, False)


@pytest.mark.parametrize("nom", ["lien", "password_reset"])
def test_demandes_de_courriel_sont_bornees_et_muettes(animateur, partis, nom):
    for courriel in (animateur.utilisateur.email, "personne@exemple.fr"):
        statuts = [Client().post(reverse(nom), {"email": courriel}).status_code for _ in range(ESSAIS + 1)]
        assert statuts == [302] * ESSAIS + [429]
    assert {courriel.to[0] for courriel in partis()} == {animateur.utilisateur.email}


def test_liens_faux_sont_bornes_par_adresse(animateur):
    client = Client(REMOTE_ADDR="203.0.113.7")
    statuts = [client.get(f"/connexion/lien/faux-{rang}/").status_code for rang in range(ESSAIS + 1)]
    assert statuts == [410] * ESSAIS + [429]
    statuts = [client.get(f"/mot-de-passe/MQ/faux-{rang}/").status_code for rang in range(ESSAIS + 1)]
    assert statuts == [200] * ESSAIS + [429]


def test_lien_juste_n_ouvre_plus_rien_a_une_adresse_bornee(animateur, lien):
    client = Client(REMOTE_ADDR="203.0.113.7")
    for rang in range(ESSAIS):
        client.get(f"/connexion/lien/faux-{rang}/")
    assert client.post(lien).status_code == 429


@pytest.mark.parametrize(
    ("directe", "transmise", "lue"),
    [
        ("203.0.113.7", "", "203.0.113.7"),
        ("10.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("10.0.0.1", "1.2.3.4, 203.0.113.7", "203.0.113.7"),
        ("10.0.0.1", "2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("10.0.0.1", "::ffff:203.0.113.7", "203.0.113.7"),
    ],
)
def test_adresse_est_la_derniere_que_le_mandataire_ecrit(settings, directe, transmise, lue):
    settings.DERRIERE_UN_MANDATAIRE = bool(transmise)
    entetes = {"HTTP_X_FORWARDED_FOR": transmise} if transmise else {}
    assert adresse_ip(RequestFactory().get("/", REMOTE_ADDR=directe, **entetes)) == lue


def test_adresse_forgee_sans_mandataire_est_ignoree(settings):
    settings.DERRIERE_UN_MANDATAIRE = False
    assert adresse_ip(RequestFactory().get("/", REMOTE_ADDR="203.0.113.7", HTTP_X_FORWARDED_FOR="9.9.9.9")) == "203.0.113.7"


def test_borne_leve_une_erreur_de_formulaire(db):
    demande = RequestFactory().get("/")
    for _ in range(ESSAIS):
        compter(Porte.OUBLI, demande, "a@exemple.fr")
    with pytest.raises(TropDEssais):
        compter(Porte.OUBLI, demande, "A@exemple.fr ")


# Le lien par courriel


def test_lien_montre_le_compte_et_n_entre_qu_au_clic(animateur, lien):
    client = Client()
    assert animateur.utilisateur.email in client.get(lien).text
    assert (est_entre(client), JetonUtilise.objects.exists()) == (False, False)
    assert client.post(lien).url == "/"
    assert est_entre(client)


def test_lien_ne_sert_qu_une_fois(lien):
    Client().post(lien)
    assert [Client().get(lien).status_code, Client().post(lien).status_code] == [410, 410]


def test_lien_se_perime_en_un_quart_d_heure(lien, monkeypatch):
    plus_tard = signing.time.time() + entrees.VALIDITE.total_seconds() + 1
    monkeypatch.setattr(signing.time, "time", lambda: plus_tard)
    assert Client().post(lien).status_code == 410


def test_lien_se_perime_au_changement_de_mot_de_passe(animateur, lien):
    animateur.utilisateur.set_password(NEUF)
    animateur.utilisateur.save()
    assert Client().post(lien).status_code == 410


def test_lien_d_un_compte_ferme_n_ouvre_rien(animateur, lien):
    animateur.utilisateur.is_active = False
    animateur.utilisateur.save()
    assert Client().post(lien).status_code == 410


def test_lien_ne_contourne_pas_le_second_facteur(animateur, lien):
    appareil = seconds_facteurs.preparer(animateur.utilisateur)
    seconds_facteurs.activer(appareil, code_de(appareil))
    client = Client()
    assert client.post(lien).url == "/connexion/code/"
    assert not est_entre(client)


def test_courriel_inconnu_recoit_la_meme_reponse_et_rien_d_autre(db, partis):
    response = Client().post(reverse("lien"), {"email": "personne@exemple.fr"})
    assert (response.status_code, response.url, partis()) == (302, reverse("lien-envoye"), [])


# L'invitation


def test_invitation_dit_son_terme_et_souhaite_la_bienvenue(animateur, partis):
    invite = connecter(animateur)
    champs = {"civilite": "Mme", "prenom": "Zoé", "nom": "Armand", "courriel": "zoe@exemple.fr", "role": "secretariat"}
    champs |= {"qualite": "aucun", "institution": animateur.institution_id, "entre_le": localdate().isoformat()}
    fiche = invite.post(reverse("reseau:membre-creer", args=[animateur.reseau.slug]), champs).url
    corps = partis()[0].body
    assert re.search(r"se périme dans 3 jours, le \d+\S* \w+ \d{4}", corps)
    assert "vaut jusqu’au" in invite.get(fiche).text
    adresse = re.search(r"http://testserver(/mot-de-passe/\S+)", corps)[1]
    client = Client()
    page = client.get(adresse, follow=True)
    assert "Bienvenue" in page.text
    choisi = client.post(page.request["PATH_INFO"], {"new_password1": NEUF, "new_password2": NEUF})
    assert choisi.url == reverse("password_reset_complete")
    assert "Lien périmé" in Client().get(adresse, follow=True).text


# Les sessions


def test_session_dit_son_appareil_et_se_marque(animateur):
    client, _ = se_connecter(animateur, **{"user-agent": FIREFOX})
    se_connecter(animateur)
    page = client.get(reverse("sessions"))
    assert [(str(session), courante) for session, _, courante in page.context["page_obj"]] == [
        ("Firefox sur Windows", True),
        ("Appareil inconnu", False),
    ]
    assert client.session.session_key not in page.text


def test_fermer_une_session_l_arrete_a_la_page_suivante(animateur):
    ici, ailleurs = connecter(animateur), connecter(animateur)
    reference = sessions.reference(ailleurs.session.session_key)
    ici.post(reverse("session-fermer", args=[reference]))
    assert (ici.get("/compte/securite/").status_code, ailleurs.get("/").url) == (200, "/connexion/?next=/")


def test_session_d_un_autre_ne_se_ferme_pas(animateur, direct):
    la_sienne = connecter(direct)
    connecter(animateur).post(reverse("session-fermer", args=[sessions.reference(la_sienne.session.session_key)]))
    assert la_sienne.get("/compte/securite/").status_code == 200


def test_fermer_toutes_les_autres_garde_celle_ci(animateur, direct):
    ici, autre, voisin = connecter(animateur), connecter(animateur), connecter(direct)
    ici.post(reverse("sessions-fermer"))
    statuts = [client.get("/compte/securite/").status_code for client in (ici, autre, voisin)]
    assert statuts == [200, 302, 200]


def test_changer_de_mot_de_passe_ferme_les_autres_sessions_et_s_ecrit(animateur, partis):
    ici, autre = connecter(animateur), connecter(animateur)
    champs = {"old_password": BON, "new_password1": NEUF, "new_password2": NEUF}
    assert ici.post(reverse("password_change"), champs).url == reverse("password_change_done")
    assert Session.objects.de(animateur.utilisateur).count() == 1
    assert (ici.get("/compte/securite/").status_code, autre.get("/").status_code) == (200, 302)
    assert "mot de passe de votre compte a été changé" in partis()[0].body


def test_partir_de_son_dernier_reseau_ferme_ses_sessions(animateur, direct):
    connecter(direct)
    direct.parti_le = localdate()
    operations.modifier_membre(direct, par=animateur, le=localdate())
    assert not Session.objects.de(direct.utilisateur).exists()


def test_activite_ne_s_ecrit_que_toutes_les_dix_minutes(animateur):
    client = connecter(animateur)
    Session.objects.update(vue_le=now() - timedelta(minutes=9))
    avant = Session.objects.get().vue_le
    client.get("/compte/")
    assert Session.objects.get().vue_le == avant
    Session.objects.update(vue_le=now() - timedelta(minutes=11))
    client.get("/compte/")
    assert Session.objects.get().vue_le > now() - timedelta(minutes=1)


@pytest.mark.skipif("sqlite" not in settings.DATABASES["default"]["ENGINE"], reason="PostgreSQL a autant d'écrivains qu'il veut")
def test_lire_n_attend_pas_qui_ecrit(base_sur_disque):
    """Un import tient la base : la page s'ouvre aussitôt, la visite se notera plus tard."""
    client = connecter(MembreFactory())
    Session.objects.update(vue_le=now() - timedelta(minutes=11))
    avant, ecrivain = Session.objects.get().vue_le, connection.copy()
    with ecrivain.cursor() as curseur:
        curseur.execute("BEGIN IMMEDIATE")
        debut = perf_counter()
        assert client.get("/compte/securite/").status_code == 200
        assert perf_counter() - debut < 5
        curseur.execute("ROLLBACK")
    ecrivain.close()
    assert Session.objects.get().vue_le == avant
    client.get("/compte/securite/")
    assert Session.objects.get().vue_le > avant


def test_clearsessions_efface_les_perimees(animateur, direct):
    connecter(animateur), connecter(direct)
    Session.objects.de(direct.utilisateur).update(expire_date=now() - timedelta(seconds=1))
    call_command("clearsessions")
    assert [session.utilisateur for session in Session.objects.all()] == [animateur.utilisateur]


def test_session_inactive_se_ferme(animateur, settings):
    settings.SESSION_INACTIVITE = 3600
    client, _ = se_connecter(animateur)
    duree = Session.objects.get().expire_date - now()
    assert timedelta(minutes=59) < duree <= timedelta(hours=1)
    Session.objects.update(expire_date=now() - timedelta(seconds=1))
    assert client.get("/").url == "/connexion/?next=/"


def test_session_vivante_ne_passe_pas_la_journee(animateur):
    client, _ = se_connecter(animateur)
    entree = now() - timedelta(hours=11, minutes=30)
    Session.objects.update(ouverte_le=entree, vue_le=now() - timedelta(minutes=11))
    client.get("/compte/")
    assert Session.objects.get().expire_date <= entree + timedelta(hours=12)


@pytest.mark.parametrize(
    ("agent", "dit"),
    [
        (FIREFOX, "Firefox sur Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605 Version/19.0 Safari/604.1", "Safari sur iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537 Chrome/140.0 Safari/537 Edg/140.0", "Edge sur Windows"),
        ("Mozilla/5.0 (Linux; Android 16) AppleWebKit/537 Chrome/140.0 Mobile Safari/537", "Chrome sur Android"),
        ("curl/8", "Appareil inconnu"),
    ],
)
def test_appareil_se_dit_en_clair(agent, dit):
    assert en_clair(agent) == dit
