"""Demander une visite sans compte, et ce que le réseau en fait à l'écran."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from reseau.expedition import expedier
from tests.conftest import connecter
from tests.factories import DemandeDeVisiteFactory, DeportFactory, EntrepriseFactory, PresentationFactory, siret_fictif
from visites.forms import demandes as formulaires
from visites.models import DemandeDeVisite, Visite

pytestmark = pytest.mark.django_db

SAISIE = {
    "raison_sociale": "Menuiserie fictive",
    "nom": "Zoé Essai",
    "telephone": "06 39 98 00 00",
    "courriel": "zoe@exemple.fr",
}


@pytest.fixture(autouse=True)
def page_ouverte(reseau, monkeypatch):
    monkeypatch.setattr(formulaires, "DELAI_MIN", 0)
    reseau.courriel = "reseau@exemple.fr"
    reseau.save()
    return PresentationFactory(reseau=reseau)


def adresse(reseau, nom, *arguments):
    return reverse(f"visites:{nom}", args=[reseau.slug, *arguments])


def horodatage(client, reseau):
    page = client.get(adresse(reseau, "demande-deposer")).content.decode()
    return re.search(r'name="ouvert" value="([^"]+)"', page)[1]


def envoyer(reseau, client=None, **saisie):
    client = client or Client()
    donnees = {**SAISIE, "ouvert": horodatage(client, reseau), **saisie}
    return client.post(adresse(reseau, "demande-deposer"), donnees)


def recus():
    """Les courriels partis, une fois la demande gardée."""
    expedier()
    return mail.outbox


def lien_recu():
    return re.search(r"http://testserver(/\S+)", recus()[-1].body)[1]


def deposees():
    return DemandeDeVisite.objects.count()


# Sans compte


def test_parcours_du_depot_a_la_liste(reseau, animateur):
    response = envoyer(reseau, message="Doubler l’atelier.\r\nPar où commencer ?")
    assert (response.status_code, response.url) == (302, adresse(reseau, "demande-envoyee"))
    assert recus()[-1].to == ["zoe@exemple.fr"]
    anonyme = Client()
    assert "Menuiserie fictive" in anonyme.get(lien_recu()).content.decode()
    assert DemandeDeVisite.objects.confirmees().count() == 0  # lire la page n'écrit rien
    assert anonyme.post(lien_recu()).url == adresse(reseau, "demande-confirmee")
    assert "Menuiserie fictive" in connecter(animateur).get(adresse(reseau, "demandes")).content.decode()
    assert recus()[-1].to == [animateur.utilisateur.email]


def test_lien_rejoue_ne_confirme_ni_ne_previent_deux_fois(reseau, animateur):
    envoyer(reseau)
    lien = lien_recu()
    Client().post(lien)
    envoyes = len(recus())
    rejoue = Client().post(lien)
    assert (rejoue.status_code, len(recus())) == (410, envoyes)
    assert "Ce lien ne sert plus" in rejoue.content.decode()


def test_reponse_est_la_meme_que_l_adresse_soit_connue_ou_non(reseau, animateur):
    inconnue, connue = envoyer(reseau), envoyer(reseau, courriel=animateur.utilisateur.email)
    envoyer(reseau, courriel="zoe@exemple.fr")
    servie = envoyer(reseau, courriel="zoe@exemple.fr")  # la troisième : rien ne part, rien ne se dit
    reponses = [(reponse.status_code, reponse.url, reponse.content) for reponse in (inconnue, connue, servie)]
    assert reponses[0] == reponses[1] == reponses[2]
    assert len(recus()) == 3


def test_courriel_ne_porte_rien_de_ce_qui_a_ete_tape(reseau):
    """Sans quoi n'importe qui écrirait n'importe quoi à n'importe qui, en notre nom."""
    envoyer(reseau, raison_sociale="ACHETEZ exemple.fr", nom="ACHETEZ", fonction="ACHETEZ", message="ACHETEZ")
    assert "ACHETEZ" not in recus()[0].body + recus()[0].subject


@pytest.mark.parametrize("champ", ["raison_sociale", "nom", "fonction"])
def test_retour_a_la_ligne_ne_devient_pas_un_en_tete(reseau, champ):
    envoyer(reseau, **{champ: "Zoé\r\nBcc: tous@exemple.fr"})
    assert getattr(DemandeDeVisite.objects.get(), champ) == "Zoé Bcc: tous@exemple.fr"
    assert recus()[0].recipients() == ["zoe@exemple.fr"]


def test_balises_et_sens_d_ecriture_forces_sont_sans_effet(reseau, animateur):
    envoyer(reseau, raison_sociale="<script>alert(1)</script>\u202e", message="<img src=x onerror=alert(1)>")
    Client().post(lien_recu())
    demande = DemandeDeVisite.objects.get()
    page = connecter(animateur).get(demande.get_absolute_url()).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "\u202e" not in demande.raison_sociale


@pytest.mark.parametrize(
    ("champ", "valeur"),
    [
        ("courriel", "zoe@exemple.fr\nBcc: tous@exemple.fr"),
        ("courriel", "zoe"),
        ("courriel", "a@exemple.fr, b@exemple.fr"),
        ("telephone", "appelez-moi"),
        ("siret", "12345678901234"),
        ("nom", "\u200b\u202e"),
        ("raison_sociale", "M" * 161),
        ("message", "m" * 1501),
        ("nom", "Zoé\x00"),
    ],
)
def test_saisie_hostile_est_refusee_et_rien_n_est_perdu(reseau, champ, valeur):
    response = envoyer(reseau, **{champ: valeur})
    assert (response.status_code, deposees(), len(recus())) == (200, 0, 0)
    assert champ in response.context["form"].errors
    assert 'value="06 39 98 00 00"' in response.content.decode() or champ == "telephone"


def test_champ_leurre_rempli_recoit_la_meme_reponse_et_n_ecrit_rien(reseau):
    assert envoyer(reseau, site_web="http://exemple.fr").url == envoyer(reseau).url
    assert (deposees(), len(recus())) == (1, 1)


def test_envoi_trop_rapide_est_a_refaire_sans_rien_retaper(reseau, monkeypatch):
    monkeypatch.setattr(formulaires, "DELAI_MIN", 3)
    response = envoyer(reseau)
    assert "trop vite" in response.content.decode()
    assert 'value="Menuiserie fictive"' in response.content.decode()
    assert deposees() == 0


@pytest.mark.parametrize("ouvert", ["", "ouvert", "ouvert:1u:faux"])
def test_envoi_sans_page_ouverte_est_refuse(reseau, ouvert):
    assert envoyer(reseau, ouvert=ouvert).status_code == 200
    assert deposees() == 0


def test_trop_d_envois_le_disent_et_gardent_la_saisie(reseau):
    client = Client(REMOTE_ADDR="203.0.113.7")
    for rang in range(5):
        envoyer(reseau, client, courriel=f"zoe{rang}@exemple.fr")
    response = envoyer(reseau, client, courriel="zoe9@exemple.fr")
    assert "Réessayez demain" in response.content.decode()
    assert 'value="Menuiserie fictive"' in response.content.decode()


def test_serveur_muet_ne_perd_pas_la_demande(reseau, settings):
    settings.EMAIL_BACKEND = "tests.visites.test_views_demandes.Panne"
    assert (envoyer(reseau).status_code, recus(), deposees()) == (302, [], 1)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    expedier(maintenant=now() + timedelta(minutes=6))
    assert Client().post(lien_recu()).url == adresse(reseau, "demande-confirmee")


class Panne(BaseEmailBackend):
    """Un serveur de courriel qui ne répond pas."""

    def send_messages(self, messages):
        raise OSError("serveur muet")


def test_envoi_exige_le_jeton_csrf(reseau):
    client = Client(enforce_csrf_checks=True)
    assert envoyer(reseau, client).status_code == 403


def test_page_dit_qui_lit_combien_de_temps_et_a_qui_ecrire(reseau):
    page = Client().get(adresse(reseau, "demande-deposer")).content.decode()
    for mention in ("lus par l’animateur et le secrétariat", "effacée un an après", "mailto:reseau@exemple.fr"):
        assert mention in page


# Dans le réseau


def test_accepter_mene_a_la_visite(reseau, animateur):
    entreprise = EntrepriseFactory(reseau=reseau, raison_sociale="Menuiserie fictive", recherche="menuiserie fictive vesoul")
    demande = DemandeDeVisiteFactory(reseau=reseau, raison_sociale="Menuiserie fictive")
    client, page = connecter(animateur), adresse(reseau, "demande-accepter", demande.pk)
    assert f'value="{entreprise.pk}"' in client.get(page).content.decode()
    response = client.post(page, {"entreprise": entreprise.pk, "siret": ""})
    assert response.url == Visite.objects.get(entreprise=entreprise).get_absolute_url()


def test_accepter_sans_choisir_ni_donner_de_siret_le_demande(reseau, animateur):
    demande = DemandeDeVisiteFactory(reseau=reseau)
    response = connecter(animateur).post(adresse(reseau, "demande-accepter", demande.pk), {"entreprise": "", "siret": ""})
    assert "siret" in response.context["form"].errors


def test_entreprise_d_un_autre_reseau_ou_deportee_ne_se_rattache_pas(reseau, animateur):
    demande, deportee = DemandeDeVisiteFactory(reseau=reseau), EntrepriseFactory(reseau=reseau)
    DeportFactory(entreprise=deportee, membre=animateur)
    for autre in (EntrepriseFactory(), deportee):
        client = connecter(animateur)
        response = client.post(adresse(reseau, "demande-accepter", demande.pk), {"entreprise": autre.pk, "siret": ""})
        assert "entreprise" in response.context["form"].errors
    assert Visite.objects.count() == 0


def test_accepter_cree_la_fiche_sous_son_siret(reseau, animateur):
    demande = DemandeDeVisiteFactory(reseau=reseau)
    donnees = {"entreprise": "", "siret": siret_fictif(99)}
    assert connecter(animateur).post(adresse(reseau, "demande-accepter", demande.pk), donnees).status_code == 302
    assert Visite.objects.get().entreprise.siret == siret_fictif(99)


def test_decliner_et_doubler_rangent_la_demande(reseau, membres):
    client, declinee, double = connecter(membres["secretariat"]), *DemandeDeVisiteFactory.create_batch(2, reseau=reseau)
    client.post(adresse(reseau, "demande-decliner", declinee.pk), {"motif": "Hors du département."})
    client.post(adresse(reseau, "demande-doubler", double.pk))
    assert list(DemandeDeVisite.objects.order_by("pk").values_list("etat", flat=True)) == ["declinee", "doublon"]
    assert "demande de visite à traiter" not in client.get(reverse("suivi:accueil", args=[reseau.slug])).content.decode()


def test_demande_a_traiter_est_a_faire_sur_l_accueil(reseau, animateur):
    DemandeDeVisiteFactory.create_batch(2, reseau=reseau)
    page = connecter(animateur).get(reverse("suivi:accueil", args=[reseau.slug])).content.decode()
    assert "demandes de visite à traiter" in page
    assert f"{adresse(reseau, 'demandes')}?etat=a_traiter" in page


def test_demande_non_confirmee_ou_deportee_est_introuvable(reseau, animateur):
    entreprise = EntrepriseFactory(reseau=reseau)
    DeportFactory(entreprise=entreprise, membre=animateur)
    cachees = [
        DemandeDeVisiteFactory(reseau=reseau, a_confirmer=True),
        DemandeDeVisiteFactory(reseau=reseau, entreprise=entreprise, confirmee_le=now()),
    ]
    client = connecter(animateur)
    assert [client.get(demande.get_absolute_url()).status_code for demande in cachees] == [404, 404]
    assert client.get(adresse(reseau, "demandes")).context["nombre"] == 0
