"""La charte de déontologie : préparée, adoptée, acceptée, réacceptée ; ce qu'elle ferme, et ce qu'elle ne perd pas."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils.timezone import localdate, now

from reseau import charte, garde
from reseau.lib.dates import plus_mois
from reseau.lib.erreurs import RegleEnfreinte
from reseau.models import Acceptation, Charte
from suivi.models import Brouillon
from tests.factories import AcceptationFactory, CharteFactory, CompteRenduFactory, MembreFactory, ReunionFactory, VisiteFactory


@pytest.fixture
def adoptee(reseau):
    return CharteFactory(reseau=reseau, adoptee=True)


@pytest.fixture
def rendu(reseau, direct):
    visite = VisiteFactory(reseau=reseau, realisee=True, developpeur=direct)
    return CompteRenduFactory(visite=visite, termine=True, phrase="Elle embauche")


def adresse(nom, reseau, *arguments):
    return reverse(f"reseau:{nom}", args=[reseau.slug, *arguments])


def accepter(client, charte, **champs):
    return client.post(adresse("charte-accepter", charte.reseau), {"charte": charte.pk, **champs})


def test_sans_charte_rien_ne_bloque(clients, rendu):
    assert clients["direct"].get(rendu.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("nom", ["suivi:compte-rendu-lire", "suivi:compte-rendu", "suivi:suites"])
def test_compte_rendu_conduit_a_la_charte(clients, adoptee, rendu, reseau, nom):
    voulue = reverse(nom, args=[reseau.slug, rendu.visite_id])
    response = clients["direct"].get(voulue)
    assert (response.status_code, response.url) == (302, f"{adresse('charte', reseau)}?suite={voulue.replace('/', '%2F')}")


@pytest.mark.parametrize("nom", ["entreprises:documents", "suivi:preparation-lire", "suivi:preparation"])
def test_documents_et_preparation_conduisent_a_la_charte(clients, adoptee, rendu, reseau, nom):
    response = clients["direct"].get(reverse(nom, args=[reseau.slug, rendu.visite.entreprise_id]))
    assert (response.status_code, response.url.startswith(adresse("charte", reseau))) == (302, True)


def test_accepter_ramene_ou_l_on_allait(clients, adoptee, rendu):
    response = accepter(clients["direct"], adoptee, suite=rendu.get_absolute_url())
    assert (response.url, clients["direct"].get(response.url).status_code) == (rendu.get_absolute_url(), 200)


@pytest.mark.parametrize("suite", ["https://ailleurs.test/", "//ailleurs.test/", "/autre-reseau/"])
def test_accepter_ne_mene_jamais_hors_du_reseau(clients, adoptee, reseau, suite):
    assert accepter(clients["direct"], adoptee, suite=suite).url == reseau.get_absolute_url()


def test_l_acceptation_de_l_un_n_ouvre_rien_a_l_autre(clients, adoptee, rendu, direct):
    AcceptationFactory(charte=adoptee, membre=direct)
    statuts = [clients[profil].get(rendu.get_absolute_url()).status_code for profil in ("direct", "animateur")]
    assert statuts == [200, 302]


def test_envoi_arrete_par_la_charte_repart_entier(clients, adoptee, reseau, direct):
    """La page garde tout ce qui était tapé ; l'accepter le renvoie, et il est enregistré une fois."""
    visite = VisiteFactory(reseau=reseau, realisee=True, developpeur=direct)
    voulue = reverse("suivi:compte-rendu", args=[reseau.slug, visite.pk])
    tape = {"version": "0", "phrase": "Une phrase à ne pas perdre", "geste": "garder"}
    arretee = clients["direct"].post(voulue, tape)
    assert (arretee.status_code, dict(arretee.context["gardes"])) == (403, tape)
    response = accepter(clients["direct"], adoptee, suite=voulue, rejouer="oui", **tape)
    assert (response.status_code, response.url) == (307, voulue)
    clients["direct"].post(voulue, tape)
    assert "phrase+%C3%A0+ne+pas+perdre" in Brouillon.objects.get().contenu


def test_enregistrement_automatique_garde_son_texte_et_le_dit(clients, adoptee, reseau, direct):
    visite = VisiteFactory(reseau=reseau, realisee=True, developpeur=direct)
    voulue = reverse("suivi:compte-rendu-brouillon", args=[reseau.slug, visite.pk])
    response = clients["direct"].post(voulue, {"phrase": "x"}, headers={"accept": "application/json"})
    assert (response.json()["garde"], "charte" in response.json()["texte"]) == (False, True)


def test_reacceptation_tous_les_trois_mois_annoncee_quinze_jours_avant(clients, adoptee, rendu, direct, reseau):
    """Quatorze jours avant l'échéance : on lit encore, un bandeau le dit. L'échéance passée : on ne lit plus."""
    Acceptation.objects.create(charte=adoptee, membre=direct, le=now() - timedelta(days=1))
    assert "à renouveler" not in clients["direct"].get(rendu.get_absolute_url()).text
    Acceptation.objects.update(le=now() - (localdate() - plus_mois(localdate(), -3)) + timedelta(days=14))
    page = clients["direct"].get(rendu.get_absolute_url())
    assert (page.status_code, "La charte de déontologie est à renouveler" in page.text) == (200, True)
    Acceptation.objects.update(le=now() - timedelta(days=93))
    assert clients["direct"].get(rendu.get_absolute_url()).status_code == 302


def test_nouvelle_version_se_reaccepte(clients, adoptee, rendu, direct, reseau):
    AcceptationFactory(charte=adoptee, membre=direct)
    CharteFactory(reseau=reseau, numero=adoptee.numero + 1, adoptee=True)
    assert clients["direct"].get(rendu.get_absolute_url()).status_code == 302


def test_on_n_accepte_que_la_version_en_vigueur(clients, adoptee, reseau, direct):
    CharteFactory(reseau=reseau, numero=adoptee.numero + 1, adoptee=True)
    accepter(clients["direct"], adoptee)
    assert Acceptation.objects.count() == 0


def test_page_ne_coute_aucune_requete_de_plus(clients, adoptee, rendu, direct, requetes):
    AcceptationFactory(charte=adoptee, membre=direct)
    avec = requetes(lambda: clients["direct"].get(rendu.get_absolute_url()))
    Acceptation.objects.all().delete()
    garde.retirer(connection)
    Charte.objects.all().delete()
    assert requetes(lambda: clients["direct"].get(rendu.get_absolute_url())) == avec


def test_brouillon_se_modifie_et_adopte_il_est_fige(reseau, animateur):
    brouillon = charte.brouillon(animateur)
    charte.enregistrer_le_brouillon(brouillon, par=animateur)
    charte.adopter(brouillon, adoptee_le=localdate(), reunion=ReunionFactory(reseau=reseau), par=animateur)
    brouillon.texte = "Autre chose " * 30
    with pytest.raises(RegleEnfreinte, match="adoptée"):
        charte.enregistrer_le_brouillon(brouillon, par=animateur)
    with pytest.raises(IntegrityError), transaction.atomic():
        Charte.objects.filter(pk=brouillon.pk).update(texte="Récrite")


def test_adopter_en_un_geste_le_texte_fourni(clients, reseau):
    response = clients["animateur"].post(adresse("charte-adopter", reseau), {"adoptee_le": localdate().isoformat()})
    assert (response.status_code, Charte.objects.get().adoptee, "secret professionnel" in Charte.objects.get().texte) == (
        302,
        True,
        True,
    )


def test_adoption_dans_l_avenir_est_refusee(reseau, animateur):
    with pytest.raises(RegleEnfreinte, match="avenir"):
        charte.adopter(charte.brouillon(animateur), adoptee_le=localdate() + timedelta(days=1), par=animateur)


def test_une_seule_version_se_prepare(reseau, animateur):
    CharteFactory(reseau=reseau)
    autre = Charte(reseau=reseau, numero=99, texte="x" * 300)
    with pytest.raises(RegleEnfreinte, match="commencer"):
        charte.enregistrer_le_brouillon(autre, par=animateur)


def test_acceptations_par_ordre_alphabetique_et_qui_reste(clients, adoptee, reseau, direct):
    MembreFactory(reseau=reseau, nom="Éluard")
    AcceptationFactory(charte=adoptee, membre=direct)
    contexte = clients["animateur"].get(adresse("charte-versions", reseau)).context
    assert [ligne.membre.nom for ligne in contexte["page_obj"]] == [
        "Animateur",
        "Associe",
        "Direct",
        "Éluard",
        "Prefecture",
        "Secretariat",
    ]
    assert (contexte["restent"], contexte["nombre"]) == (5, 6)


def test_observateur_n_est_pas_concerne(clients, adoptee, reseau):
    assert "est à accepter" not in clients["observateur"].get(reseau.get_absolute_url()).text


def test_brouillon_ne_s_imprime_que_par_qui_le_tient(clients, reseau):
    brouillon = CharteFactory(reseau=reseau)
    papier = adresse("charte-pdf", reseau, brouillon.pk)
    assert [clients[profil].get(papier).status_code for profil in ("animateur", "direct")] == [200, 404]


def test_accueil_de_l_animateur_propose_d_adopter(clients, reseau):
    assert adresse("charte-adopter", reseau) in clients["animateur"].get(reseau.get_absolute_url()).text
