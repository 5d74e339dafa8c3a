"""Les vues enregistrées : à qui elles sont, ce qu'elles gardent, ce qui en reste quand le réseau change."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from entreprises.models import VueEnregistree
from tests.factories import EtiquetteFactory, VueEnregistreeFactory

pytestmark = pytest.mark.django_db


def adresse(nom, reseau, *arguments, **requete):
    return reverse(f"visites:{nom}", args=[reseau.slug, *arguments], query=requete or None)


def enregistrer(client, reseau, requete, **champs):
    donnees = {f"vue-{nom}": valeur for nom, valeur in ({"nom": "Ma vue"} | champs).items()}
    return client.post(adresse("vue-enregistrer", reseau, **requete), donnees)


def dits(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_vue_ne_garde_que_des_filtres_connus_et_justes(clients, reseau):
    requete = {"etat": "actif", "tri": "-nom", "page": "3", "reseau__slug": "x", "tranche": "zz", "diffusible": ""}
    response = enregistrer(clients["direct"], reseau, requete)
    assert VueEnregistree.objects.get().parametres == "etat=actif&tri=-nom"
    assert response.url == adresse("entreprises", reseau) + "?etat=actif&tri=-nom"


def test_vue_de_meme_nom_ou_sans_nom_se_refuse(clients, reseau, direct):
    VueEnregistreeFactory(membre=direct, nom="Ma vue")
    assert dits(enregistrer(clients["direct"], reseau, {"etat": "actif"})) == ["Vous avez déjà une vue de ce nom."]
    enregistrer(clients["direct"], reseau, {"etat": "actif"}, nom="")
    assert VueEnregistree.objects.count() == 1


@pytest.mark.parametrize(("profil", "partagee"), [("animateur", True), ("secretariat", True), ("direct", False)])
def test_partager_suit_le_droit(clients, reseau, profil, partagee):
    enregistrer(clients[profil], reseau, {"etat": "actif"}, partagee="on")
    assert VueEnregistree.objects.get().partagee == partagee


def test_ouvrir_mene_a_la_liste(clients, reseau, animateur):
    vue = VueEnregistreeFactory(membre=animateur, parametres="etat=ferme&tri=commune")
    response = clients["direct"].get(adresse("vue", reseau, vue.pk))
    assert response.url == adresse("entreprises", reseau) + "?etat=ferme&tri=commune"


def test_vue_d_une_etiquette_disparue_s_ouvre_et_le_dit(clients, reseau, animateur):
    etiquette = EtiquetteFactory(reseau=reseau)
    vue = VueEnregistreeFactory(membre=animateur, nom="Bois", parametres=f"etat=actif&etiquette={etiquette.pk}")
    etiquette.delete()
    response = clients["animateur"].get(adresse("vue", reseau, vue.pk))
    assert response.url == adresse("entreprises", reseau) + "?etat=actif"
    assert dits(response) == ["« Bois » filtrait sur ce qui n’existe plus : Étiquette. Ce filtre est retiré."]


def test_vue_d_un_autre_ne_se_voit_que_partagee_et_ne_se_change_pas(clients, reseau, animateur):
    privee, partagee = (VueEnregistreeFactory(membre=animateur, partagee=choix) for choix in (False, True))
    assert clients["direct"].get(adresse("vue", reseau, privee.pk)).status_code == 404
    assert list(clients["direct"].get(adresse("vues", reseau)).context["vues"]) == [partagee]
    clients["direct"].post(adresse("vue-supprimer", reseau, partagee.pk))
    clients["direct"].post(adresse("vue-modifier", reseau, partagee.pk), {"nom": "À moi"})
    assert VueEnregistree.objects.filter(pk=partagee.pk, nom=partagee.nom).exists()


def test_vue_se_renomme_et_se_supprime(clients, reseau, direct):
    vue = VueEnregistreeFactory(membre=direct, partagee=False)
    clients["direct"].post(adresse("vue-modifier", reseau, vue.pk), {"nom": "Autre"})
    vue.refresh_from_db()
    assert (vue.nom, vue.parametres) == ("Autre", "etat=actif")
    clients["direct"].post(adresse("vue-supprimer", reseau, vue.pk))
    assert VueEnregistree.objects.count() == 0
