"""L'accès et le double envoi, éprouvés comme le ferait quelqu'un qui veut y entrer, s'y perdre ou y écrire deux fois."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate

from reseau.acces import page
from reseau.enums import Role
from reseau.models import JetonUtilise, Journal
from tests.conftest import connecter
from tests.factories import MembreFactory, ReseauFactory
from tests.vues_d_essai import LONGUE, REGLE

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.vues_d_essai")]
DEJA = "C’était déjà enregistré : rien n’a été fait deux fois."


@pytest.fixture
def client(animateur):
    return connecter(animateur)


@pytest.fixture
def adresse(reseau):
    """`adresse("essai")` : une adresse du réseau."""

    def composer(nom, *arguments):
        return reverse(nom, args=[reseau.slug, *arguments])

    return composer


@pytest.fixture
def envoyer(client, adresse):
    """Un envoi à la vue d'essai : `envoyer("302", jeton=…)`."""

    def poster(reponse, **champs):
        return client.post(adresse("essai"), {"reponse": reponse, **champs})

    return poster


def ecrits():
    return Journal.objects.filter(objet="essai").count()


def lus(client, adresse):
    """Les messages que montre la page suivante."""
    return client.get(adresse("essai-suite", 1)).content.decode().splitlines()


# La politique


def test_vue_sans_politique_ne_repond_a_personne(client, adresse):
    for visiteur in (client, connecter(MembreFactory())):
        with pytest.raises(ImproperlyConfigured, match="sans_politique n'a pas de politique"):
            visiteur.get(adresse("essai-nue"))


def test_droit_inconnu_se_voit_au_chargement():
    with pytest.raises(ImproperlyConfigured, match=r"« entreprises\.vroi »"):
        page("entreprises.vroi")


def test_geste_refuse_la_lecture_et_page_l_ecriture(client, adresse):
    assert client.get(adresse("essai-geste")).status_code == 405
    assert client.post(adresse("essai-suite", 1)).status_code == 405
    assert client.put(adresse("essai")).status_code == 405


def test_membre_d_un_autre_reseau_ne_le_devine_pas(client, adresse, reseau):
    autre = ReseauFactory()
    connus = client.get(reverse("essai-suite", args=[autre.slug, 1]))
    inconnus = client.get(reverse("essai-suite", args=["n-existe-pas", 1]))
    assert (connus.status_code, inconnus.status_code) == (404, 404)
    assert connus.content == inconnus.content


# La règle enfreinte


@pytest.mark.parametrize(
    "venu_de",
    [
        "",
        "https://ailleurs.exemple/{slug}/membres/",
        "//ailleurs.exemple/{slug}/membres/",
        "http://testserver.ailleurs.exemple/{slug}/membres/",
        "http://testserver@ailleurs.exemple/{slug}/membres/",
        "javascript:alert(1)",
        "http://[testserver/{slug}/membres/",
        "http://testserver/connexion/?next=/{slug}/essai/",
        "http://testserver/un-autre-reseau/membres/",
    ],
)
def test_regle_enfreinte_ne_ramene_jamais_hors_du_reseau(client, adresse, reseau, venu_de):
    response = client.post(adresse("essai"), {"reponse": "regle"}, HTTP_REFERER=venu_de.format(slug=reseau.slug))
    assert (response.status_code, response.url) == (302, f"/{reseau.slug}/")


def test_regle_enfreinte_ramene_a_la_page_d_avant_et_n_ecrit_rien(client, adresse, reseau):
    avant = f"http://testserver/{reseau.slug}/membres/?page=2"
    response = client.post(adresse("essai"), {"reponse": "regle"}, HTTP_REFERER=avant)
    assert (response.status_code, response.url, ecrits()) == (302, avant, 0)
    assert lus(client, adresse) == ["écrit", REGLE]


def test_regle_enfreinte_en_lecture_ne_tourne_pas_en_rond(client, adresse, reseau):
    """Le navigateur garde la page d'avant d'une redirection à l'autre : elle ne doit pas ramener à la page qui refuse."""
    for page_d_avant in (adresse("essai"), f"/connexion/?next={adresse('essai')}"):
        avant = f"http://testserver{page_d_avant}"
        response = client.get(adresse("essai"), {"reponse": "regle"}, HTTP_REFERER=avant)
        assert (response.status_code, response.url) == (302, f"/{reseau.slug}/")


def test_regle_enfreinte_dans_une_page_se_dit_aussi(client, adresse, reseau):
    response = client.get(adresse("essai-regle"))
    assert (response.status_code, response.url) == (302, f"/{reseau.slug}/")
    assert lus(client, adresse) == [REGLE]


# Le jeton d'envoi


def test_jeton_deja_recu_ramene_au_meme_endroit_sans_rien_refaire(client, adresse, envoyer):
    jeton = uuid4()
    premier, second = envoyer("302", jeton=jeton, numero=7), envoyer("302", jeton=jeton, numero=8)
    assert premier.url == second.url == adresse("essai-suite", 7)
    assert ecrits() == 1
    assert lus(client, adresse) == ["écrit", DEJA]


def test_jeton_neuf_ou_absent_ecrit_a_chaque_fois(envoyer):
    for champs in ({"jeton": uuid4()}, {"jeton": uuid4()}, {}, {"jeton": ""}):
        envoyer("302", **champs)
    assert ecrits() == 4


@pytest.mark.parametrize("illisible", ["abc", "1" * 31, "\x00", "é" * 500, "' OR 1=1 --"])
def test_jeton_illisible_est_refuse(envoyer, illisible):
    assert (envoyer("302", jeton=illisible).status_code, ecrits()) == (403, 0)


def test_jeton_d_un_autre_compte_ne_bloque_ni_ne_renseigne(envoyer, adresse, membres):
    jeton = uuid4()
    connecter(membres["direct"]).post(adresse("essai"), {"reponse": "302", "jeton": jeton, "numero": 5})
    response = envoyer("302", jeton=jeton, numero=9)
    assert (response.url, ecrits()) == (adresse("essai-suite", 9), 2)


@pytest.mark.parametrize("reponse", ["200", "403", "404", "regle"])
def test_jeton_d_un_envoi_qui_n_a_pas_abouti_ressert(envoyer, adresse, reponse):
    """Formulaire refusé puis corrigé : le même jeton passe, une fois."""
    jeton = uuid4()
    envoyer(reponse, jeton=jeton)
    assert JetonUtilise.objects.count() == 0
    avant = ecrits()
    for _ in range(2):
        assert envoyer("302", jeton=jeton).url == adresse("essai-suite", 1)
    assert ecrits() == avant + 1


def test_ecrit_d_une_reponse_200_est_garde_avec_ou_sans_jeton(envoyer):
    """Un enregistrement tout seul répond 200 et poste le jeton de sa page : ce qu'il dit gardé doit l'être."""
    jeton = uuid4()
    for _ in range(2):
        assert envoyer("200", jeton=jeton).status_code == 200
    envoyer("200")
    assert ecrits() == 3


@pytest.mark.parametrize("reponse", ["403", "404", "regle"])
def test_ecrit_d_un_envoi_refuse_est_annule(envoyer, reponse):
    for champs in ({"jeton": uuid4()}, {}):
        envoyer(reponse, **champs)
    assert ecrits() == 0


def test_messages_survivent_a_l_annulation(client, adresse, envoyer):
    envoyer("regle", jeton=uuid4())
    assert lus(client, adresse) == ["écrit", REGLE]


def test_jeton_d_une_longue_adresse_ne_ramene_pas_a_la_moitie(envoyer, adresse):
    """Un lot de lettres se désigne dans l'adresse : coupée, elle désignerait un autre lot."""
    jeton = uuid4()
    premier, second = envoyer("302-longue", jeton=jeton), envoyer("302-longue", jeton=jeton)
    assert premier.url == f"{adresse('essai-suite', 1)}?{LONGUE}"
    assert second.url == adresse("essai-suite", 1)


# Ce qui change en cours de session


def test_membre_parti_est_dehors_a_la_requete_suivante(client, adresse, envoyer, animateur):
    jeton = uuid4()
    assert envoyer("302", jeton=jeton).status_code == 302
    type(animateur).objects.filter(pk=animateur.pk).update(parti_le=localdate())
    assert [client.get(adresse("essai-suite", 1)).status_code, envoyer("302", jeton=jeton).status_code] == [404, 404]


def test_membre_qui_part_demain_est_encore_la(client, adresse, animateur):
    type(animateur).objects.filter(pk=animateur.pk).update(parti_le=localdate() + timedelta(days=1))
    assert client.get(adresse("essai-suite", 1)).status_code == 200


def test_membre_qui_entre_demain_n_est_pas_encore_la(client, adresse, animateur):
    type(animateur).objects.filter(pk=animateur.pk).update(entre_le=localdate() + timedelta(days=1))
    assert client.get(adresse("essai-suite", 1)).status_code == 404


def test_compte_ferme_est_dehors_a_la_requete_suivante(client, adresse, envoyer, animateur):
    assert client.get(adresse("essai-suite", 1)).status_code == 200
    type(animateur.utilisateur).objects.filter(pk=animateur.utilisateur_id).update(is_active=False)
    response = envoyer("302")
    assert (response.status_code, response.url.split("?")[0], ecrits()) == (302, "/connexion/", 0)


def test_changement_de_mot_de_passe_ferme_les_autres_sessions(client, adresse, animateur):
    animateur.utilisateur.set_password("une tout autre phrase de passe")
    animateur.utilisateur.save()
    assert client.get(adresse("essai-suite", 1)).status_code == 302


def test_changement_de_role_vaut_aussitot(client, adresse, animateur):
    assert client.post(adresse("essai-geste")).status_code == 302
    type(animateur).objects.filter(pk=animateur.pk).update(role=Role.SECRETARIAT)
    assert client.post(adresse("essai-geste")).status_code == 403


def test_revenu_dans_le_reseau_n_est_que_dans_sa_nouvelle_fiche(animateur, client, adresse):
    """Parti animateur, revenu observateur : l'ancienne appartenance ne rouvre rien."""
    type(animateur).objects.filter(pk=animateur.pk).update(parti_le=localdate() - timedelta(days=30))
    MembreFactory(
        utilisateur=animateur.utilisateur, reseau=animateur.reseau, role=Role.OBSERVATEUR, qualite="aucun", entre_le=localdate()
    )
    assert client.get(adresse("essai-suite", 1)).status_code == 200
    assert client.post(adresse("essai-geste")).status_code == 403


def test_anonyme_va_se_connecter_et_revient(adresse):
    response = Client().get(adresse("essai-suite", 1))
    assert (response.status_code, response.url) == (302, f"/connexion/?next={adresse('essai-suite', 1)}")
