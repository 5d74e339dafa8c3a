"""Le second facteur : l'activer, le donner, le perdre ; ce qu'un réseau exige vaut à la page suivante."""

import re

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from reseau import seconds_facteurs
from reseau.enums import SecondFacteur
from reseau.lib import codes
from reseau.models import Journal, Session
from tests.conftest import PROFILS, connecter
from tests.lib.codes import code_de

MOT_DE_PASSE = {"mot_de_passe": "une phrase de passe"}


@pytest.fixture
def application(animateur):
    """L'application de l'animateur, déjà enregistrée."""
    appareil = seconds_facteurs.preparer(animateur.utilisateur)
    seconds_facteurs.activer(appareil, code_de(appareil, -1))
    return appareil


def donner_son_mot_de_passe(membre, suite=""):
    client = Client()
    champs = {"username": membre.utilisateur.email, "password": "une phrase de passe", "next": suite}
    return client, client.post("/connexion/", champs)


def est_entre(client):
    return "_auth_user_id" in client.session


def codes_montres(response):
    return re.findall(r"<li>(\w{4}-\w{4}-\w{4})</li>", response.text)


def activer(client, utilisateur):
    """Par les pages ; rend la dernière."""
    client.post(reverse("second-facteur-activer"), MOT_DE_PASSE)
    appareil = TOTPDevice.objects.get(user=utilisateur, confirmed=False)
    return client.post(reverse("second-facteur-confirmer"), {"code": code_de(appareil)})


# L'activer


def test_activer_redemande_le_mot_de_passe(animateur):
    client = connecter(animateur)
    response = client.post(reverse("second-facteur-activer"), {"mot_de_passe": "un autre"})
    assert "Ce n’est pas votre mot de passe." in response.text
    assert not TOTPDevice.objects.exists()


def test_code_qr_se_montre_sans_style_en_ligne_et_avec_sa_cle(animateur):
    client = connecter(animateur)
    client.post(reverse("second-facteur-activer"), MOT_DE_PASSE)
    page = client.get(reverse("second-facteur-confirmer")).text
    appareil = TOTPDevice.objects.get()
    assert 'src="data:image/svg+xml' in page
    assert "style=" not in page.partition("<main")[2]
    assert seconds_facteurs.cle_a_taper(appareil) in page


def test_premier_code_faux_n_active_rien(animateur):
    client = connecter(animateur)
    client.post(reverse("second-facteur-activer"), MOT_DE_PASSE)
    client.post(reverse("second-facteur-confirmer"), {"code": "000000"})
    assert seconds_facteurs.actif(animateur.utilisateur) is None


def test_activer_montre_dix_codes_une_fois_ferme_les_autres_sessions_et_s_ecrit(animateur, partis):
    ailleurs, ici = connecter(animateur), connecter(animateur)
    response = activer(ici, animateur.utilisateur)
    montres = codes_montres(response)
    assert len(set(montres)) == 10
    assert {codes.empreinte(code) for code in montres} == set(StaticToken.objects.values_list("token", flat=True))
    assert ici.get("/").status_code == 302
    assert (ici.get("/compte/securite/").status_code, ailleurs.get("/compte/securite/").status_code) == (200, 302)
    assert "Un second facteur protège maintenant votre compte" in partis()[0].body
    assert ici.get(reverse("second-facteur-confirmer")).url == reverse("second-facteur-activer")


def test_cle_preparee_ailleurs_ne_se_montre_pas_ici(animateur):
    ailleurs, ici = connecter(animateur), connecter(animateur)
    ici.post(reverse("second-facteur-activer"), MOT_DE_PASSE)
    assert ailleurs.get(reverse("second-facteur-confirmer")).url == reverse("second-facteur-activer")


# Le donner


def test_mot_de_passe_ne_suffit_plus(animateur, application):
    client, response = donner_son_mot_de_passe(animateur)
    assert (response.url, est_entre(client)) == ("/connexion/code/", False)
    assert client.get("/").url == "/connexion/?next=/"


def test_code_juste_entre_et_mene_ou_l_on_allait(animateur, application):
    suite = f"/{animateur.reseau.slug}/membres/"
    client, _ = donner_son_mot_de_passe(animateur, suite)
    avant = client.cookies["sessionid"].value
    response = client.post("/connexion/code/", {"code": code_de(application)})
    assert (response.url, est_entre(client)) == (suite, True)
    assert client.cookies["sessionid"].value != avant


def test_code_ne_sert_qu_une_fois(animateur, application):
    code = code_de(application)
    premier, second = (donner_son_mot_de_passe(animateur)[0] for _ in range(2))
    premier.post("/connexion/code/", {"code": code})
    response = second.post("/connexion/code/", {"code": code})
    assert (est_entre(premier), est_entre(second)) == (True, False)
    assert "il a déjà servi" in response.text


def test_code_de_secours_entre_une_fois_quelle_que_soit_sa_frappe(animateur, application):
    code = seconds_facteurs.renouveler_les_secours(animateur.utilisateur)[0].upper().replace("-", " ")
    premier, second = (donner_son_mot_de_passe(animateur)[0] for _ in range(2))
    for client in (premier, second):
        client.post("/connexion/code/?secours=oui", {"code": code})
    assert (est_entre(premier), est_entre(second)) == (True, False)
    assert seconds_facteurs.secours_restants(animateur.utilisateur) == 9


def test_derniers_codes_de_secours_se_rappellent(animateur, application):
    code = seconds_facteurs.renouveler_les_secours(animateur.utilisateur)[0]
    StaticToken.objects.exclude(token=codes.empreinte(code)).delete()
    client, _ = donner_son_mot_de_passe(animateur)
    client.post("/connexion/code/", {"code": code})
    assert "plus aucun code de secours" in client.get("/compte/securite/").text


def test_page_du_code_ne_s_ouvre_qu_apres_le_mot_de_passe(animateur, application):
    assert Client().get("/connexion/code/").url == "/connexion/"


def test_mot_de_passe_change_entre_temps_annule_l_attente(animateur, application):
    client, _ = donner_son_mot_de_passe(animateur)
    animateur.utilisateur.set_password("une autre phrase de passe")
    animateur.utilisateur.save()
    assert client.post("/connexion/code/", {"code": code_de(application)}).url == "/connexion/"
    assert not est_entre(client)


# Le renouveler, le retirer, le perdre


def test_codes_renouveles_remplacent_les_anciens(animateur, application):
    client, _ = donner_son_mot_de_passe(animateur)
    client.post("/connexion/code/", {"code": code_de(application)})
    anciens = set(StaticToken.objects.values_list("token", flat=True))
    assert len(codes_montres(client.post(reverse("second-facteur-codes"), MOT_DE_PASSE))) == 10
    assert not anciens & set(StaticToken.objects.values_list("token", flat=True))


def test_retirer_redemande_le_mot_de_passe_et_s_ecrit(animateur, application, partis):
    client = connecter(animateur)
    client.post(reverse("second-facteur-retirer"), {"mot_de_passe": "un autre"})
    assert seconds_facteurs.actif(animateur.utilisateur)
    client.post(reverse("second-facteur-retirer"), MOT_DE_PASSE)
    assert not seconds_facteurs.actif(animateur.utilisateur)
    assert not StaticToken.objects.exists()
    assert "a été retiré" in partis()[0].body


def test_animateur_reinitialise_un_acces_et_la_personne_l_apprend(animateur, direct, partis):
    seconds_facteurs.activer(appareil := seconds_facteurs.preparer(direct.utilisateur), code_de(appareil))
    perdu = connecter(direct)
    adresse = reverse("reseau:membre-reinitialiser", args=[animateur.reseau.slug, direct.pk])
    connecter(animateur).post(adresse)
    assert seconds_facteurs.actif(direct.utilisateur) is None
    assert perdu.get("/").url == "/connexion/?next=/"
    assert (partis()[0].to, "réinitialisé" in mail.outbox[0].body) == ([direct.utilisateur.email], True)
    ligne = Journal.objects.get(precision="second facteur réinitialisé")
    assert (ligne.membre, ligne.objet_id) == (animateur, direct.pk)


def test_commande_reinitialise_un_animateur_seul(animateur, application, capsys):
    perdu = connecter(animateur)
    call_command("reinitialiser_acces", animateur.utilisateur.email.upper())
    assert (seconds_facteurs.actif(animateur.utilisateur), perdu.get("/").url) == (None, "/connexion/?next=/")
    assert capsys.readouterr().out.startswith("Accès réinitialisé")


def test_commande_dit_qu_aucun_compte_ne_porte_ce_courriel(db):
    with pytest.raises(CommandError, match="Aucun compte"):
        call_command("reinitialiser_acces", "personne@exemple.fr")


def test_secretariat_ne_reinitialise_personne(clients, direct):
    adresse = reverse("reseau:membre-reinitialiser", args=[direct.reseau.slug, direct.pk])
    assert clients["secretariat"].post(adresse).status_code == 403


def test_animateur_ne_se_reinitialise_pas_lui_meme(animateur, application):
    connecter(animateur).post(reverse("reseau:membre-reinitialiser", args=[animateur.reseau.slug, animateur.pk]))
    assert seconds_facteurs.actif(animateur.utilisateur)


# Ce qu'un réseau exige


@pytest.mark.parametrize(
    ("exige", "arretes"),
    [
        (SecondFacteur.AUCUN, set()),
        (SecondFacteur.ANIMATEURS, {"animateur"}),
        (SecondFacteur.TOUS, {"animateur", "secretariat", "direct", "associe", "prefecture", "observateur"}),
    ],
)
def test_exigence_vaut_a_la_page_suivante(clients, reseau, exige, arretes):
    for profil in PROFILS:
        assert clients[profil].get(f"/{reseau.slug}/").status_code == 200
    reseau.second_facteur = exige
    reseau.save()
    menes = {profil for profil in PROFILS if clients[profil].get(f"/{reseau.slug}/").status_code == 302}
    assert menes == arretes


def test_exigence_mene_a_l_activation_puis_laisse_passer(animateur):
    animateur.reseau.second_facteur = SecondFacteur.TOUS
    animateur.reseau.save()
    client, accueil = connecter(animateur), f"/{animateur.reseau.slug}/"
    response = client.get(accueil, follow=True)
    assert response.redirect_chain[-1][0] == reverse("second-facteur-activer")
    activer(client, animateur.utilisateur)
    assert client.get(accueil).status_code == 200


def test_session_sans_code_d_un_compte_qui_en_a_un_le_redemande(animateur, application):
    animateur.reseau.second_facteur = SecondFacteur.TOUS
    animateur.reseau.save()
    response = connecter(animateur).get(f"/{animateur.reseau.slug}/", follow=True)
    assert response.redirect_chain[-1][0] == "/connexion/code/"


def test_application_retiree_arrete_la_session_a_la_page_suivante(animateur):
    animateur.reseau.second_facteur = SecondFacteur.TOUS
    animateur.reseau.save()
    client = connecter(animateur)
    activer(client, animateur.utilisateur)
    seconds_facteurs.retirer(animateur.utilisateur)
    assert client.get(f"/{animateur.reseau.slug}/").url == reverse("second-facteur-exige")


def test_aucune_session_ne_s_ouvre_avant_le_code(animateur, application):
    donner_son_mot_de_passe(animateur)
    assert not Session.objects.de(animateur.utilisateur).exists()


def test_exigence_se_regle_aux_parametres(animateur):
    page = connecter(animateur).get(reverse("reseau:parametres", args=[animateur.reseau.slug])).text
    assert 'name="second_facteur"' in page
