"""Les pages du compte rendu : qui y entre, ce qui s'enregistre seul, ce que montre la lecture."""

from datetime import timedelta
from urllib.parse import parse_qs
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils.timezone import localdate, now

from reseau.enums import Geste, Qualite, Role
from reseau.models import Journal
from suivi.models import Action, Brouillon, Projet
from tests.conftest import connecter
from tests.factories import (
    ActionFactory,
    CompteRenduFactory,
    ContactFactory,
    DeportFactory,
    InstitutionFactory,
    MembreFactory,
    ProjetFactory,
    ReunionFactory,
    VisiteFactory,
)
from visites.enums import EtatVisite
from visites.models import CompteRendu, PartieReservee

RESERVE = "Trésorerie tendue jusqu’au printemps."


@pytest.fixture
def visite(reseau, direct):
    return VisiteFactory(reseau=reseau, programmee=True, developpeur=direct)


@pytest.fixture
def rendu(reseau, direct):
    visite = VisiteFactory(reseau=reseau, realisee=True, developpeur=direct)
    rendu = CompteRenduFactory(visite=visite, termine=True, entendu="Neuf mois de carnet.")
    PartieReservee.objects.create(compte_rendu=rendu, texte=RESERVE)
    return rendu


def adresse(nom, visite):
    return reverse(f"suivi:{nom}", args=[visite.reseau.slug, visite.pk])


def envoi(**champs):
    series = {"projets-TOTAL_FORMS": "0", "projets-INITIAL_FORMS": "0"}
    return {"version": "0", "phrase": "L’atelier sature.", "realisee_le": str(localdate()), **series, **champs}


UN_PROJET = {
    "projets-TOTAL_FORMS": "1",
    "projets-0-titre": "Agrandir",
    "projets-0-nature": "production",
    "projets-0-actions-TOTAL_FORMS": "1",
    "projets-0-actions-INITIAL_FORMS": "0",
    "projets-0-actions-0-type": "aide",
    "projets-0-actions-0-libelle": "Étudier les aides",
    "projets-0-actions-0-echeance": "1_mois",
}


# Écrire


def test_compte_rendu_d_une_visite_d_un_autre_siecle_verifie_l_annee(visite, clients):
    """Une visite s'inscrit parfois après coup : quelques mois de moins se gardent, dix ans non, et rien ne se perd."""
    an_dernier, siecle_dernier = (visite.creee_le - timedelta(days=jours) for jours in (300, 10_000))
    page = adresse("compte-rendu-terminer", visite)
    response = clients["direct"].post(page, envoi(realisee_le=str(siecle_dernier)))
    assert "Vérifiez l’année : la visite est inscrite depuis le" in response.content.decode()
    assert ("L’atelier sature." in response.content.decode(), CompteRendu.objects.count()) == (True, 0)
    assert clients["direct"].post(page, envoi(realisee_le=str(an_dernier))).status_code == 302


def test_ecran_est_pret_et_n_ecrit_rien(visite, clients):
    ContactFactory(entreprise=visite.entreprise)
    reunion = ReunionFactory(reseau=visite.reseau, le=localdate())
    response = clients["direct"].get(adresse("compte-rendu", visite))
    assert (response.context["prochaine"], response.context["existant"], response.context["autre"]) == (reunion, None, None)
    assert (CompteRendu.objects.count(), Journal.objects.count(), Brouillon.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize(
    ("profil", "statut"),
    [("animateur", 200), ("secretariat", 200), ("direct", 200), ("associe", 403), ("prefecture", 403), ("observateur", 403)],
)
def test_ecran_selon_le_role(visite, clients, profil, statut):
    assert clients[profil].get(adresse("compte-rendu", visite)).status_code == statut


def test_ecran_d_un_autre_developpeur_est_ferme_et_d_un_deporte_introuvable(visite, direct):
    autre, deporte = MembreFactory(reseau=visite.reseau), MembreFactory(reseau=visite.reseau)
    DeportFactory(entreprise=visite.entreprise, membre=deporte)
    page = adresse("compte-rendu", visite)
    assert [connecter(membre).get(page).status_code for membre in (autre, deporte)] == [403, 404]


def test_ecran_du_binome_direct_est_ouvert(visite, reseau):
    visite.accompagnant = MembreFactory(reseau=reseau)
    visite.save()
    assert connecter(visite.accompagnant).get(adresse("compte-rendu", visite)).status_code == 200


def test_ecran_d_une_visite_a_personne_renvoie_avec_un_message(reseau, clients):
    visite = VisiteFactory(reseau=reseau)
    response = clients["animateur"].get(adresse("compte-rendu", visite), follow=True)
    assert [str(message) for message in response.context["messages"]] == [
        "On rend compte d’une visite confiée à un développeur ou déjà réalisée."
    ]


def test_terminer_enregistre_tout_et_mene_a_la_lecture(visite, clients, direct):
    response = clients["direct"].post(adresse("compte-rendu-terminer", visite), envoi(**UN_PROJET))
    visite.refresh_from_db()
    assert (response.status_code, response.url) == (302, adresse("compte-rendu-lire", visite) + "#termine")
    assert (visite.etat, visite.compte_rendu.phrase) == (EtatVisite.REALISEE, "L’atelier sature.")
    assert (Projet.objects.get().interlocuteur, Action.objects.get().libelle) == (direct, "Étudier les aides")


def test_terminer_deux_fois_le_meme_envoi_n_ouvre_pas_deux_projets(visite, clients):
    double = envoi(**UN_PROJET, jeton=str(uuid4()))
    for _ in range(2):
        clients["direct"].post(adresse("compte-rendu-terminer", visite), double)
    assert (Projet.objects.count(), Action.objects.count()) == (1, 1)


def test_terminer_fautif_garde_tout_ce_qui_est_tape(visite, clients):
    response = clients["direct"].post(adresse("compte-rendu-terminer", visite), envoi(**UN_PROJET, phrase=""))
    saisie = response.context["saisie"]
    assert [champ.html_name for champ in saisie.fautes] == ["phrase"]
    assert (saisie.projets[0]["titre"].value(), Projet.objects.count()) == ("Agrandir", 0)


def test_terminer_par_dessus_un_autre_montre_les_deux_textes(rendu, clients):
    page = adresse("compte-rendu-terminer", rendu.visite)
    response = clients["direct"].post(page, envoi(version=str(rendu.version - 1), phrase="La mienne"))
    form = response.context["form"]
    assert (response.context["autre"], form["phrase"].value(), form["version"].value()) == (rendu, "La mienne", rendu.version)
    clients["direct"].post(page, envoi(version=str(rendu.version), phrase="La mienne"))
    rendu.refresh_from_db()
    assert rendu.phrase == "La mienne"


def test_terminer_ignore_la_reserve_forgee_par_le_secretariat(rendu, clients):
    champs = envoi(version=str(rendu.version), reserve="Effacée")
    assert clients["secretariat"].post(adresse("compte-rendu-terminer", rendu.visite), champs).status_code == 302
    assert PartieReservee.objects.get().texte == RESERVE


def test_terminer_refuse_le_responsable_d_un_autre_reseau(visite, clients):
    forge = UN_PROJET | {"projets-0-actions-0-responsable": str(MembreFactory().pk)}
    assert clients["direct"].post(adresse("compte-rendu-terminer", visite), envoi(**forge)).status_code == 200
    assert Projet.objects.count() == 0


def test_secretariat_saisit_puis_l_auteur_valide(visite, clients):
    clients["secretariat"].post(adresse("compte-rendu-terminer", visite), envoi())
    rendu = CompteRendu.objects.get()
    assert rendu.valide_le is None
    assert clients["direct"].get(adresse("compte-rendu-lire", visite)).context["peut_valider"] is True
    clients["direct"].post(adresse("compte-rendu-valider", visite))
    rendu.refresh_from_db()
    assert rendu.valide_le is not None


# Le brouillon


def test_brouillon_se_garde_sans_jeton_ni_secret_du_navigateur(visite, clients, direct):
    champs = envoi(csrfmiddlewaretoken="x", geste="brouillon")
    reponse = clients["direct"].post(adresse("compte-rendu-brouillon", visite), champs).json()
    brouillon = Brouillon.objects.get()
    assert (reponse["garde"], reponse["texte"][:13]) == (True, "Enregistré à ")
    assert (brouillon.membre, sorted(parse_qs(brouillon.contenu))) == (direct, sorted(envoi()))


def test_brouillon_revient_a_son_auteur_et_a_lui_seul(visite, clients):
    clients["direct"].post(adresse("compte-rendu-brouillon", visite), envoi(**UN_PROJET, phrase="", reserve="Secret"))
    repris = clients["direct"].get(adresse("compte-rendu", visite)).context["saisie"]
    assert (repris.projets[0]["titre"].value(), repris.form["reserve"].value(), repris.fautes) == ("Agrandir", "Secret", [])
    assert clients["animateur"].get(adresse("compte-rendu", visite)).context["saisie"].enregistre_le is None


def test_brouillon_d_une_page_perimee_le_dit(rendu, clients):
    reponse = clients["direct"].post(adresse("compte-rendu-brouillon", rendu.visite), envoi(version="0")).json()
    assert (reponse["garde"], Brouillon.objects.count()) == (False, 0)


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 40])
def test_brouillon_forge_ne_casse_pas(rendu, clients, version):
    reponse = clients["direct"].post(adresse("compte-rendu-brouillon", rendu.visite), envoi(version=version))
    assert (reponse.status_code, reponse.json()["garde"]) == (200, False)


def test_brouillon_s_efface_a_la_demande(visite, clients):
    clients["direct"].post(adresse("compte-rendu-brouillon", visite), envoi())
    clients["direct"].post(adresse("compte-rendu", visite), {"geste": "effacer"})
    assert Brouillon.objects.count() == 0


def test_sans_javascript_les_boutons_allongent_la_page(visite, clients, direct):
    page = adresse("compte-rendu", visite)
    response = clients["direct"].post(page, envoi(geste="projet"))
    assert response.url == f"{page}#projets-0"
    saisie = clients["direct"].get(page).context["saisie"]
    (projet,) = saisie.projets
    (action,) = projet.actions
    assert (action["echeance"].value(), action["responsable"].value()) == ("1_mois", str(direct.pk))
    response = clients["direct"].post(page, envoi(**UN_PROJET, geste="action:projets-0"))
    assert response.url == f"{page}#projets-0-actions-1"
    (projet,) = clients["direct"].get(page).context["saisie"].projets
    assert [action["libelle"].value() for action in projet.actions] == ["Étudier les aides", None]


@pytest.mark.parametrize("geste", ["action:", "action:csrf", "autre", ""])
def test_sans_javascript_un_geste_forge_garde_le_brouillon(visite, clients, geste):
    assert clients["direct"].post(adresse("compte-rendu", visite), envoi(geste=geste)).status_code == 302
    assert Brouillon.objects.count() == 1


# Lire


def page_lue(client, rendu):
    return client.get(adresse("compte-rendu-lire", rendu.visite))


@pytest.mark.parametrize(
    ("profil", "statut", "reserve"),
    [
        ("animateur", 200, RESERVE),
        ("secretariat", 200, ""),
        ("direct", 200, RESERVE),
        ("associe", 404, None),
        ("prefecture", 403, None),
        ("observateur", 403, None),
    ],
)
def test_lecture_et_partie_reservee_selon_le_role(rendu, clients, profil, statut, reserve):
    response = page_lue(clients[profil], rendu)
    assert response.status_code == statut
    if statut == 200:
        assert (response.context["reserve"], RESERVE in response.content.decode()) == (reserve, bool(reserve))


@pytest.mark.parametrize(("regalienne", "reserve"), [(False, RESERVE), (True, "")])
def test_lecture_de_la_reserve_par_un_animateur_regalien(rendu, reseau, regalienne, reserve):
    institution = InstitutionFactory(reseau=reseau, regalienne=regalienne)
    animateur = MembreFactory(reseau=reseau, institution=institution, role=Role.ANIMATEUR, qualite=Qualite.AUCUN)
    assert page_lue(connecter(animateur), rendu).context["reserve"] == reserve


def test_lecture_de_la_reserve_par_l_interlocuteur(rendu, reseau):
    autre = MembreFactory(reseau=reseau)
    assert page_lue(connecter(autre), rendu).context["reserve"] == ""
    ProjetFactory(visite=rendu.visite, interlocuteur=autre)
    assert page_lue(connecter(autre), rendu).context["reserve"] == RESERVE


def test_lecture_par_un_associe_de_ses_dossiers_seulement(rendu, membres, clients):
    ActionFactory(projet=ProjetFactory(visite=rendu.visite), responsable=membres["associe"])
    response = page_lue(clients["associe"], rendu)
    assert (response.status_code, response.context["reserve"]) == (200, "")


def test_lecture_est_notee_avec_ou_sans_la_reserve(rendu, clients, direct, membres):
    page_lue(clients["direct"], rendu)
    page_lue(clients["secretariat"], rendu)
    lues = Journal.objects.filter(geste=Geste.LECTURE).order_by("pk").values_list("membre", "objet")
    assert list(lues) == [
        (direct.pk, "visites.compterendu"),
        (direct.pk, "visites.partiereservee"),
        (membres["secretariat"].pk, "visites.compterendu"),
    ]


def test_lecture_d_un_compte_rendu_pas_termine_ne_montre_rien(reseau, direct, clients):
    rendu = CompteRenduFactory(visite=VisiteFactory(reseau=reseau, realisee=True, developpeur=direct))
    response = page_lue(clients["animateur"], rendu)
    assert response.context["compte_rendu"] is None
    assert rendu.phrase not in response.content.decode()
    assert Journal.objects.get().objet == "visites.visite"


def test_lecture_echappe_ce_qui_est_tape(rendu, clients):
    CompteRendu.objects.update(phrase="<script>alert(1)</script>", termine_le=now())
    assert "<script>alert" not in page_lue(clients["animateur"], rendu).content.decode()


@pytest.mark.parametrize("nom", ["compte-rendu", "compte-rendu-lire"])
def test_pages_en_un_nombre_constant_de_requetes(rendu, clients, requetes, nom):
    def garnir(nombre):
        for _ in range(nombre):
            ActionFactory(projet=ProjetFactory(visite=rendu.visite), acceptee=True)
            MembreFactory(reseau=rendu.visite.reseau)
            ContactFactory(entreprise=rendu.visite.entreprise, dirigeant=False)

    page = adresse(nom, rendu.visite)
    garnir(1)
    clients["direct"].get(page)
    un = requetes(lambda: clients["direct"].get(page))
    garnir(2)
    assert requetes(lambda: clients["direct"].get(page)) == un
    garnir(30)
    assert requetes(lambda: clients["direct"].get(page)) == un


def test_brouillon_de_huit_projets_se_rouvre_en_un_nombre_constant_de_requetes(visite, clients, requetes):
    page = adresse("compte-rendu", visite)
    clients["direct"].post(page, envoi(**UN_PROJET))
    un = requetes(lambda: clients["direct"].get(page))
    blocs = {nom.replace("-0-", f"-{rang}-", 1): valeur for rang in range(8) for nom, valeur in UN_PROJET.items()}
    clients["direct"].post(page, envoi(**blocs | {"projets-TOTAL_FORMS": "8"}))
    assert (requetes(lambda: clients["direct"].get(page)), len(clients["direct"].get(page).context["saisie"].projets)) == (un, 8)
