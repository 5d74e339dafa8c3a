"""Les réunions : convoquer, répondre, lire selon son rôle, imprimer."""

import io
from datetime import date, timedelta

import pdfplumber
import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from reseau.enums import EtatPresence, EtatReunion, Geste
from reseau.models import Journal, Presence, Reunion
from tests.factories import (
    ActionFactory,
    CompteRenduFactory,
    DeportFactory,
    EntrepriseFactory,
    ExposeFactory,
    MembreFactory,
    PresenceFactory,
    ProjetFactory,
    ReunionFactory,
    VisiteFactory,
)

JOUR = localdate()
PHRASE = "Deux clients demandent une certification."


@pytest.fixture
def reunion(reseau):
    return ReunionFactory(reseau=reseau, le=JOUR)


@pytest.fixture
def tenue(reseau, direct):
    """Une réunion close : une visite restituée, son projet, son action, un relevé."""
    reunion = ReunionFactory(reseau=reseau, le=date(2026, 3, 2), tenue=True, releve="Le calendrier est arrêté.")
    PresenceFactory(reunion=reunion, membre=direct)
    entreprise = EntrepriseFactory(reseau=reseau, raison_sociale="Fonderie du Trièves")
    visite = VisiteFactory(reseau=reseau, entreprise=entreprise, restituee=True, restituee_en=reunion, developpeur=direct)
    CompteRenduFactory(visite=visite, termine=True, phrase=PHRASE)
    ActionFactory(projet=ProjetFactory(visite=visite, interlocuteur_confirme_en=reunion), acceptee=True)
    return reunion


def adresse(nom, reunion):
    return reverse(f"suivi:{nom}", args=[reunion.reseau.slug, reunion.pk])


def texte_du_pdf(response):
    with pdfplumber.open(io.BytesIO(response.content)) as pdf:
        return "\n".join(page.extract_text() for page in pdf.pages)


# La liste


def test_liste_les_prochaines_puis_les_passees(reseau, clients):
    loin, proche = (ReunionFactory(reseau=reseau, le=JOUR + timedelta(days=jours)) for jours in (20, 3))
    vieille, recente = (ReunionFactory(reseau=reseau, le=JOUR - timedelta(days=jours), tenue=True) for jours in (30, 9))
    ReunionFactory()
    contexte = clients["prefecture"].get(reverse("suivi:reunions", args=[reseau.slug])).context
    assert (contexte["a_venir"], list(contexte["page_obj"])) == ([proche, loin], [recente, vieille])


def test_liste_dit_ma_reponse_et_compte_les_presents(reseau, reunion, tenue, direct, clients):
    PresenceFactory(reunion=reunion, membre=direct, reponse=EtatPresence.EXCUSE)
    contexte = clients["direct"].get(reverse("suivi:reunions", args=[reseau.slug])).context
    assert (contexte["a_venir"][0].ma_reponse, contexte["page_obj"][0].nb_presents) == ("Excusé", 1)


def test_liste_en_un_nombre_constant_de_requetes(reseau, clients, requetes):
    def garnir(nombre):
        for rang in range(nombre):
            PresenceFactory(reunion=ReunionFactory(reseau=reseau, le=JOUR + timedelta(days=rang)))
            PresenceFactory(reunion=ReunionFactory(reseau=reseau, le=JOUR - timedelta(days=rang), tenue=True))

    page = reverse("suivi:reunions", args=[reseau.slug])
    garnir(1)
    clients["direct"].get(page)
    un = requetes(lambda: clients["direct"].get(page))
    garnir(3)
    assert requetes(lambda: clients["direct"].get(page)) == un
    garnir(100)
    assert requetes(lambda: clients["direct"].get(page)) == un


# Convoquer


def champs(**autres):
    return {"le": str(JOUR + timedelta(days=9)), "heure": "14:00", "lieu": "Mairie de Gray", **autres}


def test_convoquer_inscrit_les_membres_et_l_expose(reseau, clients, membres):
    response = clients["animateur"].post(reverse("suivi:reunion-creer", args=[reseau.slug]), champs(expose="La médiation"))
    reunion = Reunion.objects.get()
    assert (response.url, reunion.presences.count()) == (reunion.get_absolute_url(), len(membres))
    assert reunion.exposes.get().titre == "La médiation"


@pytest.mark.parametrize("profil", ["secretariat", "direct", "associe", "prefecture", "observateur"])
def test_convoquer_est_a_l_animateur(reseau, clients, profil):
    assert clients[profil].get(reverse("suivi:reunion-creer", args=[reseau.slug])).status_code == 403


def test_modifier_deplace_la_reunion(reunion, clients):
    clients["animateur"].post(adresse("reunion-modifier", reunion), champs(version=reunion.version))
    reunion.refresh_from_db()
    assert (reunion.lieu, reunion.version) == ("Mairie de Gray", 2)


def test_modifier_une_page_perimee_n_ecrase_rien(reunion, clients):
    response = clients["animateur"].post(adresse("reunion-modifier", reunion), champs(version=9))
    reunion.refresh_from_db()
    assert (response.status_code, response.context["form"]["lieu"].value(), reunion.version) == (200, "Mairie de Gray", 1)


def test_modifier_une_reunion_close_est_refuse(tenue, clients):
    assert clients["animateur"].get(adresse("reunion-modifier", tenue)).status_code == 302


def test_annuler_sort_la_reunion_de_la_participation(reunion, clients):
    clients["animateur"].post(adresse("reunion-annuler", reunion))
    reunion.refresh_from_db()
    assert reunion.etat == EtatReunion.ANNULEE
    assert clients["direct"].get(reunion.get_absolute_url()).status_code == 200


# Répondre


@pytest.mark.parametrize("profil", ["animateur", "secretariat", "direct", "associe", "prefecture"])
def test_repondre_d_un_clic(reunion, membres, clients, profil):
    clients[profil].post(adresse("reunion-repondre", reunion), {"reponse": "excuse"})
    assert list(Presence.objects.values_list("membre", "reponse", "etat")) == [(membres[profil].pk, "excuse", "")]


@pytest.mark.parametrize("reponse", ["absent", "", "<b>"])
def test_repondre_autre_chose_est_refuse(reunion, clients, reponse):
    clients["direct"].post(adresse("reunion-repondre", reunion), {"reponse": reponse})
    assert Presence.objects.count() == 0


def test_repondre_depuis_l_accueil_y_revient(reunion, clients):
    response = clients["direct"].post(adresse("reunion-repondre", reunion), {"reponse": "present", "retour": "accueil"})
    assert response.url == f"/{reunion.reseau.slug}/"


def test_proposer_un_point(reunion, clients, direct):
    clients["direct"].post(adresse("reunion-proposer", reunion), {"texte": "Le salon"})
    assert list(reunion.points.values_list("titre", "demande_par")) == [("Le salon", direct.pk)]


# Lire


@pytest.mark.parametrize(
    ("profil", "phrase", "discussion"),
    [
        ("animateur", True, True),
        ("secretariat", True, True),
        ("direct", True, True),
        ("associe", False, False),
        ("prefecture", False, False),
    ],
)
def test_page_d_une_reunion_tenue_selon_le_role(tenue, clients, profil, phrase, discussion):
    contenu = clients[profil].get(tenue.get_absolute_url()).content.decode()
    assert (PHRASE in contenu, "Le calendrier est arrêté." in contenu) == (phrase, discussion)


def test_page_d_un_observateur_est_fermee(tenue, clients):
    assert clients["observateur"].get(tenue.get_absolute_url()).status_code == 403


@pytest.mark.parametrize(("profil", "lit"), [("animateur", True), ("direct", True), ("associe", False), ("prefecture", False)])
def test_page_a_venir_ne_nomme_les_visites_qu_a_qui_lit_les_comptes_rendus(reunion, clients, profil, lit):
    visite = VisiteFactory(reseau=reunion.reseau, realisee=True)
    CompteRenduFactory(visite=visite, termine=True)
    assert (str(visite.entreprise) in clients[profil].get(reunion.get_absolute_url()).content.decode()) is lit


def test_page_d_un_deporte_ne_nomme_pas_l_entreprise(tenue, direct, clients):
    visite = tenue.restitutions.get()
    DeportFactory(entreprise=visite.entreprise, membre=direct)
    assert str(visite.entreprise) not in clients["direct"].get(tenue.get_absolute_url()).content.decode()


def test_page_note_la_lecture_des_restitutions_seulement(tenue, clients, direct):
    for profil in ("direct", "prefecture"):
        clients[profil].get(tenue.get_absolute_url())
    assert list(Journal.objects.values_list("membre", "geste", "objet_id")) == [(direct.pk, Geste.LECTURE, tenue.pk)]


def test_page_offre_les_gestes_permis(reunion, tenue, clients):
    def offerts(profil, sujet):
        contenu = clients[profil].get(sujet.get_absolute_url()).content.decode()
        libelles = ["Tenir la séance", ">Modifier<", "Je serai présent", "Compte rendu (PDF)", "Compléter le relevé"]
        return [libelle for libelle in libelles if libelle in contenu]

    assert offerts("animateur", reunion) == ["Tenir la séance", ">Modifier<", "Je serai présent"]
    assert offerts("secretariat", reunion) == ["Tenir la séance", "Je serai présent"]
    assert offerts("prefecture", reunion) == ["Je serai présent"]
    assert offerts("secretariat", tenue) == ["Compte rendu (PDF)", "Compléter le relevé"]
    assert (offerts("direct", tenue), offerts("prefecture", tenue)) == (["Compte rendu (PDF)"], [])


# Le relevé, après la séance


def test_releve_se_complete_apres_la_seance(tenue, clients):
    form = clients["secretariat"].get(adresse("reunion-releve", tenue)).context["form"]
    clients["secretariat"].post(adresse("reunion-releve", tenue), {"avant": form["avant"].value(), "releve": "Relu."})
    tenue.refresh_from_db()
    assert tenue.releve == "Relu."


def test_releve_en_conflit_garde_les_deux_textes(tenue, clients):
    response = clients["secretariat"].post(adresse("reunion-releve", tenue), {"avant": "périmé", "releve": "Le mien"})
    tenue.refresh_from_db()
    assert (response.context["form"]["releve"].value(), tenue.releve) == ("Le mien", "Le calendrier est arrêté.")
    assert "Le calendrier est arrêté." in response.content.decode()


# Imprimer


def test_pdf_complet_dit_les_restitutions(tenue, clients):
    response = clients["direct"].get(adresse("reunion-pdf", tenue))
    texte = texte_du_pdf(response)
    assert (response["Content-Type"], response["Content-Disposition"]) == (
        "application/pdf",
        'attachment; filename="compte-rendu-2026-03-02.pdf"',
    )
    assert [mot in texte for mot in ("Fonderie du Trièves", PHRASE, "Le calendrier est arrêté.")] == [True] * 3
    assert Journal.objects.get(geste=Geste.IMPRESSION).objet_id == tenue.pk


@pytest.mark.parametrize("profil", ["animateur", "prefecture", "associe"])
def test_pdf_de_diffusion_est_sans_restitution(tenue, clients, profil):
    texte = texte_du_pdf(clients[profil].get(adresse("reunion-diffusion-pdf", tenue)))
    assert ("Relevé de décisions" in texte, "1 visite restituée." in texte) == (True, True)
    assert [mot in texte for mot in (PHRASE, "Le calendrier", "Renseigner")] == [False] * 3
    assert "Fonderie du Trièves" not in texte


@pytest.mark.parametrize(("profil", "statut"), [("associe", 302), ("prefecture", 403), ("observateur", 403)])
def test_pdf_complet_est_reserve(tenue, clients, profil, statut):
    assert clients[profil].get(adresse("reunion-pdf", tenue)).status_code == statut


def test_pdf_d_un_deporte_ne_nomme_pas_l_entreprise(tenue, direct, clients):
    DeportFactory(entreprise=tenue.restitutions.get().entreprise, membre=direct)
    for nom in ("reunion-pdf", "reunion-diffusion-pdf"):
        assert "Fonderie" not in texte_du_pdf(clients["direct"].get(adresse(nom, tenue)))


def test_reunion_d_un_autre_reseau_est_introuvable(reseau, clients):
    ailleurs = ReunionFactory(reseau=MembreFactory().reseau)
    assert clients["animateur"].get(reverse("suivi:reunion", args=[reseau.slug, ailleurs.pk])).status_code == 404


def test_page_en_un_nombre_constant_de_requetes(reunion, tenue, clients, requetes):
    def garnir(nombre):
        for _ in range(nombre):
            for seance, etat in ((reunion, "realisee"), (tenue, "restituee")):
                champs = {"restituee_en": seance} if etat == "restituee" else {}
                visite = VisiteFactory(reseau=reunion.reseau, **{etat: True}, **champs)
                CompteRenduFactory(visite=visite, termine=True)
                PresenceFactory(reunion=seance)
                ExposeFactory(reunion=seance)

    def compter():
        return [requetes(lambda seance=seance: clients["direct"].get(seance.get_absolute_url())) for seance in (reunion, tenue)]

    garnir(1)
    compter()
    un = compter()
    garnir(20)
    assert compter() == un
