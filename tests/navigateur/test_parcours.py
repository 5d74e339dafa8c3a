"""Le parcours entier dans un vrai navigateur : du fichier importé au PDF des trois tableaux."""

import io
import re

import pdfplumber
import pytest
from django.utils.timezone import localdate

from reseau.enums import Qualite, Role
from tests.factories import InstitutionFactory, MembreFactory, ReseauFactory, SignataireFactory, siret_fictif

pytestmark = pytest.mark.navigateur

MOT_DE_PASSE = "une phrase de passe"
ENTREPRISES = 6
FICHIER = "\n".join(
    ["SIRET;Raison sociale;Code NAF;Effectif;Adresse;Code postal;Ville;Civilité;Prénom du dirigeant;Nom du dirigeant"]
    + [
        f"{siret_fictif(7000 + rang)};Atelier fictif {rang};16.10A;{20 + rang};{rang} rue;70000;Vesoul;Mme;Zoé;Essai{rang}"
        for rang in range(1, ENTREPRISES + 1)
    ]
    + ["12345678901234;SIRET faux;16.10A;12;1 rue;70000;Vesoul;;;"]
)


@pytest.fixture
def personnes(transactional_db):
    """Un réseau neuf : animateur, développeuse, préfecture."""
    reseau = ReseauFactory(slug="essai", nom="Réseau d’essai de la Haute-Saône")
    SignataireFactory(reseau=reseau)
    institution = InstitutionFactory(reseau=reseau, sigle="CCI", nom="Chambre de commerce et d’industrie")
    roles = {
        "animateur": (Role.ANIMATEUR, Qualite.AUCUN, "Ariane"),
        "direct": (Role.DEVELOPPEUR, Qualite.DIRECT, "Diane"),
        "prefecture": (Role.PREFECTURE, Qualite.AUCUN, "Prune"),
    }
    return {
        nom: MembreFactory(reseau=reseau, institution=institution, role=role, qualite=qualite, prenom=prenom, nom="Essai")
        for nom, (role, qualite, prenom) in roles.items()
    }


@pytest.fixture
def ouvrir(new_context, live_server, personnes):
    """Une page connectée par le vrai formulaire : `ouvrir("animateur")`."""

    def connecter(profil, largeur=1280):
        page = new_context(viewport={"width": largeur, "height": 900}).new_page()
        page.set_default_timeout(30_000)
        page.goto(f"{live_server.url}/connexion/")
        champ(page, "Courriel").fill(personnes[profil].utilisateur.email)
        champ(page, "Mot de passe").fill(MOT_DE_PASSE)
        page.get_by_role("button", name="Se connecter").click()
        page.wait_for_url(f"{live_server.url}/essai/")
        return page

    return connecter


def aller(page, chemin):
    page.goto(re.sub(r"/essai/.*", f"/essai/{chemin}", page.url))


def envoyer(page, bouton):
    """Presse un bouton d'envoi, confirme si la page le demande, et attend la page suivante."""
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile(f"^{bouton}$".replace(" ", r"\s"))).click()


def champ(page, debut):
    """Le champ dont l'étiquette commence ainsi ; le premier, s'il y en a plusieurs."""
    return page.get_by_label(re.compile(r"^\s*" + re.escape(debut) + r"\b(?!s)")).first


def lire(page):
    """Le texte de la page, espaces insécables comprises comme des espaces."""
    return page.inner_text("main").replace("\xa0", " ").replace("\u202f", " ")


def telecharger(page, adresse):
    """Les octets d'un fichier servi à cette personne."""
    response = page.request.get(re.sub(r"/essai/.*", f"/essai/{adresse}", page.url))
    assert response.status == 200
    return response.body()


def texte_du_pdf(octets):
    with pdfplumber.open(io.BytesIO(octets)) as pdf:
        return len(pdf.pages), "\n".join(page.extract_text() for page in pdf.pages)


def importer(page):
    aller(page, "entreprises/imports/deposer/")
    champ(page, "Fichier").set_input_files(
        {"name": "entreprises.csv", "mimeType": "text/csv", "buffer": FICHIER.encode("cp1252")}
    )
    envoyer(page, "Lire le fichier")
    assert "1 ligne rejetée" in lire(page)
    envoyer(page, f"Importer {ENTREPRISES} entreprises")
    assert "Bilan" in lire(page)


def cibler(page):
    aller(page, "entreprises/cibles/creer/")
    champ(page, "Nom").fill("Industrie du bassin")
    envoyer(page, "Enregistrer la cible")
    page.get_by_role("link", name="Décider cette cible").click()
    page.get_by_role("button", name=re.compile("^Décider|Figer")).click()
    page.wait_for_selector("text=La liste figée")


def programmer(page):
    aller(page, "campagnes/nouvelle/")
    champ(page, "Nom").fill("Printemps")
    champ(page, "Cible").select_option(label="Industrie du bassin")
    champ(page, "Début").fill(f"{localdate():%Y}-01-01")
    champ(page, "Fin").fill(f"{localdate():%Y}-12-31")
    envoyer(page, "Enregistrer")
    campagne = page.url
    page.get_by_text("Atelier fictif 1", exact=True).first.wait_for()
    for case in page.get_by_role("checkbox").all()[1:4]:
        case.check(force=True)
    champ(page, "Développeur").select_option(index=1)
    envoyer(page, "Programmer les visites")
    assert "3 visites programmées" in lire(page)
    page.goto(campagne)
    envoyer(page, "Préparer 3 lettres")
    champ(page, "Tout cocher").check(force=True)
    envoyer(page, "Mettre à la signature")
    assert "3 lettres mises à la signature" in lire(page)


def signer(page):
    aller(page, "courriers/?etat=a_signer")
    page.get_by_role("button", name="Tout signer (3)").click()
    page.get_by_role("button", name="Signer", exact=True).click()
    page.get_by_role("link", name=re.compile("Télécharger le PDF")).wait_for(timeout=30_000)
    pages, texte = texte_du_pdf(telecharger(page, "courriers/lettres.pdf"))
    assert pages == 3
    assert [f"{localdate():%Y}-{numero:04d}" in texte for numero in (1, 2, 3)] == [True] * 3
    page.get_by_role("button", name="3 lettres parties par la poste").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Oui, parties").click()
    assert "3 visites sont annoncées" in lire(page)


def rendre_compte(page):
    """Sur un téléphone : une phrase, un projet, une action, « Terminer »."""
    aller(page, "visites/")
    page.get_by_role("link", name=re.compile("Atelier fictif")).first.click()
    page.get_by_role("link", name="Rendre compte").click()
    champ(page, "En une phrase").fill("L’atelier déborde et songe à s’agrandir.")
    page.get_by_role("button", name="Ajouter un projet").click()
    projet = page.locator("[data-projet]").first
    projet.locator("[name$=-titre]").fill("Agrandir l’atelier")
    projet.locator("label", has_text=re.compile(r"^\s*Production\s*$")).first.click()
    projet.locator("label", has_text=re.compile(r"^\s*Information\s*$")).first.click()
    projet.locator("[name$=-libelle]").first.fill("Envoyer la liste des terrains")
    with page.expect_navigation():
        page.get_by_role("button", name="Terminer").click()
    assert "L’atelier déborde" in lire(page)


def tenir_la_reunion(page):
    aller(page, "reunions/convoquer/")
    champ(page, "Date").fill(f"{localdate():%Y-%m-%d}")
    champ(page, "Heure").fill("14:00")
    champ(page, "Lieu").fill("Salle des fêtes de Vesoul")
    envoyer(page, "Convoquer")
    reunion = page.url
    page.get_by_role("link", name="Tenir la séance").click()
    page.locator("#presents .fr-checkbox-group label").first.wait_for()
    for etiquette in page.locator("#presents .fr-checkbox-group label").all():
        etiquette.click()
    page.locator("[data-compte]", has_text=re.compile(r"3\sprésents")).wait_for()
    page.get_by_role("link", name=re.compile("Atelier fictif")).first.click()
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile("^Restituée")).click()
    page.get_by_role("link", name=re.compile("^Clore")).first.click()
    page.get_by_role("button", name="Clore la séance").click()
    page.get_by_role("button", name="Clore", exact=True).click()
    page.wait_for_url(reunion)
    pages, texte = texte_du_pdf(telecharger(page, f"reunions/{reunion.rstrip('/').split('/')[-1]}/compte-rendu.pdf"))
    assert pages == 1
    assert "L’atelier déborde et songe à s’agrandir." in texte.replace("\n", " ")
    assert "Envoyer la liste des terrains" in texte.replace("\n", " ")


def test_parcours_du_fichier_aux_tableaux(ouvrir):
    animateur = ouvrir("animateur")
    importer(animateur)
    cibler(animateur)
    programmer(animateur)
    signer(ouvrir("prefecture"))
    rendre_compte(ouvrir("direct", largeur=390))
    tenir_la_reunion(animateur)
    actions = texte_du_pdf(telecharger(animateur, "tableaux/2.4.pdf"))[1]
    presences = texte_du_pdf(telecharger(animateur, "tableaux/2.5.pdf"))[1]
    projets = texte_du_pdf(telecharger(animateur, "tableaux/2.7.pdf"))[1]
    assert "Envoyer la liste des terrains" in actions.replace("\n", " ")
    assert re.search(r"Essai.* 1 2 100", presences)
    assert "Production" in projets
