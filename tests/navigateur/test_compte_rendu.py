"""Le compte rendu sur un téléphone, dans un vrai Chromium : en peu de gestes, au clavier, sans réseau, à plusieurs."""

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils.timezone import now
from playwright.sync_api import expect

from reseau.enums import Qualite, Role
from suivi import operations
from suivi.models import Action, Brouillon, Projet
from tests.factories import (
    ContactFactory,
    EntrepriseFactory,
    InstitutionFactory,
    MembreFactory,
    ReseauFactory,
    SignataireFactory,
    VisiteFactory,
)
from tests.navigateur.ecran import ouvrir_une_session, violations
from visites.models import CompteRendu

pytestmark = pytest.mark.navigateur

PHRASE = "Le séchoir fictif sature dès mars."
ENTREPRISE = "Atelier inventé du Durgeon"
SANS_RESEAU = re.compile("Sans réseau : gardé sur ce téléphone, chiffré")
ENREGISTRE = re.compile(r"Enregistré à \d\d h \d\d")
UN_AUTRE = "Vu d’ailleurs : la chaudière date."
# Tout ce que gardent la base et les caches du navigateur, octets compris, en texte.
BASE_BRUTE = """async () => {
  const tenue = (demande) => new Promise((tenir) => { demande.onsuccess = () => tenir(demande.result); });
  const base = await tenue(indexedDB.open("coffre"));
  const tout = async (nom) => (base.objectStoreNames.contains(nom) ? tenue(base.transaction(nom).objectStore(nom).getAll()) : []);
  const [pieces, cles] = [await tout("pieces"), await tout("cles")];
  base.close();
  const lire = ({ chiffre, iv, ...clair }) => new TextDecoder().decode(chiffre) + JSON.stringify(clair);
  const rendre = ({ cle }) => crypto.subtle.exportKey("raw", cle).then(() => true, () => false);
  return {
    pieces: pieces.length,
    vecteurs: pieces.map(({ iv }) => iv.join()),
    texte: pieces.map(lire).join(" "),
    rendues: await Promise.all(cles.map(rendre)),
    extractibles: cles.map(({ cle }) => cle.extractable),
  };
}"""
CACHES = """async () => {
  const lus = [];
  for (const nom of await caches.keys()) {
    const cache = await caches.open(nom);
    for (const demande of await cache.keys()) {
      const reponse = await cache.match(demande);
      lus.push([new URL(demande.url).pathname, await reponse.text()]);
    }
  }
  return lus;
}"""


@pytest.fixture
def lieu(transactional_db, live_server):
    """Un réseau servi : `url`, `reseau`, `direct`, `animateur`. Sans les références de l'Insee, longues à recharger."""
    reseau = ReseauFactory(slug="essai", nom="Réseau d’essai")
    SignataireFactory(reseau=reseau)
    institution = InstitutionFactory(reseau=reseau, sigle="CCI")
    direct = MembreFactory(reseau=reseau, institution=institution, prenom="Diane", nom="Essai")
    role = {"role": Role.ANIMATEUR, "qualite": Qualite.AUCUN}
    animateur = MembreFactory(reseau=reseau, institution=institution, prenom="Ariane", nom="Essai", **role)
    return SimpleNamespace(url=live_server.url, reseau=reseau, direct=direct, animateur=animateur)


@pytest.fixture
def visite(lieu):
    entreprise = EntrepriseFactory(reseau=lieu.reseau, raison_sociale=ENTREPRISE, naf_id=None, commune_id=None)
    ContactFactory(entreprise=entreprise, dirigeant=True)
    return VisiteFactory(reseau=lieu.reseau, programmee=True, developpeur=lieu.direct, entreprise=entreprise)


@pytest.fixture
def adresse(visite, lieu):
    return lieu.url + reverse("suivi:compte-rendu", args=["essai", visite.pk])


@pytest.fixture
def appareil(new_context, lieu):
    """Un téléphone où ce membre est connecté : `appareil(membre)` rend une page vide."""

    def ouvrir_un_appareil(membre):
        contexte = new_context(viewport={"width": 390, "height": 800}, permissions=["clipboard-read", "clipboard-write"])
        entrer(contexte, lieu, membre)
        return nouvelle_page(contexte)

    return ouvrir_un_appareil


@pytest.fixture
def page(appareil, lieu, adresse):
    """Le compte rendu ouvert sur le téléphone du développeur, l'enregistrement branché."""
    page = appareil(lieu.direct)
    ouvrir(page, adresse)
    return page


def entrer(contexte, lieu, membre):
    contexte.add_cookies([ouvrir_une_session(membre) | {"url": lieu.url}])


def nouvelle_page(contexte):
    page = contexte.new_page()
    page.set_default_timeout(10_000)
    return page


def ouvrir(page, adresse):
    page.goto(adresse)
    page.wait_for_selector("#compte-rendu[data-pret]")


def phrase(page):
    return page.locator("[name=phrase]")


def etat(page):
    return page.locator("[data-etat]")


def bouton(page, nom):
    return page.get_by_role("button", name=nom, exact=True)


def couper(page):
    """Coupe le réseau, une fois la coquille en cache."""
    attendre_la_coquille(page)
    page.context.set_offline(True)


def attendre_la_coquille(page):
    page.evaluate(
        "new Promise((tenir) => navigator.serviceWorker.controller ? tenir()"
        " : navigator.serviceWorker.addEventListener('controllerchange', () => tenir()))"
    )


def gardees(page):
    """Le nombre de pièces que garde l'appareil."""
    return page.evaluate(BASE_BRUTE)["pieces"]


def attendre_l_oubli(page):
    """Le coffre se vide un instant après l'arrivée sur la page."""
    for _ in range(20):
        if gardees(page) == 0:
            return
        page.wait_for_timeout(100)
    pytest.fail("L’appareil garde encore quelque chose")


def attendre_le_coffre(page, texte):
    """Le coffre écrit un peu après la frappe : on le voit à son vecteur, neuf à chaque fois."""
    avant = page.evaluate(BASE_BRUTE)["vecteurs"]
    phrase(page).fill(texte)
    page.wait_for_timeout(500)
    assert page.evaluate(BASE_BRUTE)["vecteurs"] != avant


# Écrire


class Doigts:
    """Compte les gestes : un toucher ou un champ rempli."""

    nombre = 0

    def toucher(self, cible):
        self.nombre += 1
        cible.click()

    def remplir(self, cible, texte):
        self.nombre += 1
        cible.fill(texte)


def etiquette(bloc, texte):
    return bloc.locator("label", has_text=re.compile(rf"^\s*{texte}\s*$")).first


def test_compte_rendu_complet_en_moins_de_douze_gestes(page, visite):
    doigts = Doigts()
    doigts.remplir(phrase(page), PHRASE)
    doigts.toucher(bouton(page, "Ajouter un projet"))
    projet = page.locator("[data-projet]").first
    doigts.remplir(projet.locator("[name$=-titre]"), "Agrandir")
    doigts.toucher(etiquette(projet, "Production"))
    for rang, (genre, quoi) in enumerate([("Aide", "Étudier les aides"), ("Divers", "Rappeler en mai")]):
        if rang:
            doigts.toucher(bouton(page, "Ajouter une action"))
        action = projet.locator("[data-action]").nth(rang)
        doigts.toucher(etiquette(action, genre))
        doigts.remplir(action.locator("[name$=-libelle]"), quoi)
    doigts.toucher(bouton(page, "Terminer"))
    page.wait_for_url("**/compte-rendu/#termine")
    assert doigts.nombre < 12
    assert CompteRendu.objects.get(visite=visite).phrase == PHRASE
    assert Projet.objects.get(visite=visite).titre == "Agrandir"
    assert Action.objects.filter(projet__visite=visite).count() == 2


def au_clavier(page, selecteur):
    """Avance de champ en champ jusqu'à celui-là ; échoue si le curseur s'y perd."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("(selecteur) => document.activeElement.matches(selecteur)", selecteur):
            return
    pytest.fail(f"Le clavier n’atteint pas {selecteur}")


def test_compte_rendu_complet_au_clavier_seul(page, visite):
    au_clavier(page, "[name=phrase]")
    page.keyboard.type(PHRASE)
    au_clavier(page, "[data-ajouter=projet]")
    page.keyboard.press("Enter")
    page.keyboard.type("Agrandir")  # le curseur est déjà sur le titre
    au_clavier(page, "[name='projets-0-nature']")
    page.keyboard.press("ArrowDown")
    for rang in (0, 1):
        if rang:
            au_clavier(page, "[data-ajouter=action]")
            page.keyboard.press("Enter")
        else:
            au_clavier(page, "[name='projets-0-actions-0-type']")
        page.keyboard.press("Space")
        au_clavier(page, f"[name='projets-0-actions-{rang}-libelle']")
        page.keyboard.type(f"Chose {rang}")
    au_clavier(page, "[data-terminer]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/compte-rendu/#termine")
    assert [action.libelle for action in Action.objects.filter(projet__visite=visite).order_by("pk")] == ["Chose 0", "Chose 1"]


def test_page_se_lit_au_lecteur_d_ecran(page):
    """Axe sans violation, l'ordre du curseur est celui de la page, l'état s'annonce."""
    bouton(page, "Ajouter un projet").click()
    assert violations(page) == []
    assert page.evaluate("[...document.querySelectorAll('[tabindex]')].every((element) => element.tabIndex <= 0)")
    assert page.evaluate("document.activeElement.name") == "projets-0-titre"
    expect(page.get_by_role("textbox", name="En une phrase, que retenez-vous ?")).to_be_visible()
    expect(page.get_by_role("group", name="Nature")).to_be_visible()
    expect(bouton(page, "Terminer")).to_have_accessible_description(re.compile("ouvre les projets|enregistre le compte rendu"))
    phrase(page).fill(PHRASE)
    expect(page.get_by_role("status").filter(has_text=ENREGISTRE)).to_have_attribute("aria-live", "polite")


def test_terminer_donne_un_texte_a_coller_et_oublie_le_brouillon(page, visite):
    phrase(page).fill(PHRASE)
    bouton(page, "Terminer").click()
    page.wait_for_url("**/compte-rendu/#termine")
    bouton(page, "Copier le texte").click()
    expect(page.get_by_text("Le texte est copié.")).to_be_visible()
    assert PHRASE in page.evaluate("navigator.clipboard.readText()")
    attendre_l_oubli(page)


# Sans réseau


def test_sans_reseau_page_fermee_et_rouverte_rien_ne_se_perd(page, adresse, visite):
    couper(page)
    phrase(page).fill(PHRASE)
    expect(etat(page)).to_have_text(SANS_RESEAU)
    bouton(page, "Ajouter un projet").click()
    page.locator("[name=projets-0-titre]").fill("Agrandir")
    page.wait_for_timeout(500)
    contexte = page.context
    page.close()
    page = nouvelle_page(contexte)
    ouvrir(page, adresse)
    assert (phrase(page).input_value(), page.locator("[name=projets-0-titre]").input_value()) == (PHRASE, "Agrandir")
    assert violations(page) == []
    phrase(page).fill(f"{PHRASE} Suite.")
    page.wait_for_timeout(500)
    contexte.set_offline(False)
    expect(etat(page)).to_have_text(ENREGISTRE)
    assert "Suite." in Brouillon.objects.get(visite=visite).contenu


def test_terminer_sans_reseau_attend_et_part_au_retour(page, visite):
    couper(page)
    phrase(page).fill(PHRASE)
    bouton(page, "Terminer").click()
    expect(etat(page)).to_contain_text("« Terminer » partira au retour du réseau")
    page.context.set_offline(False)
    page.wait_for_url("**/compte-rendu/#termine")
    assert CompteRendu.objects.get(visite=visite).phrase == PHRASE
    attendre_l_oubli(page)


def test_termine_sans_reseau_part_de_n_importe_quelle_page(page, lieu, visite):
    couper(page)
    phrase(page).fill(PHRASE)
    bouton(page, "Terminer").click()
    expect(etat(page)).to_contain_text("« Terminer » partira")
    page.goto(f"{lieu.url}/essai/")
    expect(page.get_by_role("link", name=re.compile(ENTREPRISE))).to_be_visible()
    expect(page.locator("[data-coquille-liste]")).to_contain_text("terminé, à envoyer")
    assert violations(page) == []
    page.context.set_offline(False)
    expect(page.get_by_text(re.compile("Envoyé :"))).to_be_visible()
    assert CompteRendu.objects.get(visite=visite).phrase == PHRASE
    attendre_l_oubli(page)


def test_rien_en_clair_sur_l_appareil(page):
    attendre_le_coffre(page, PHRASE)
    attendre_le_coffre(page, f"{PHRASE} Encore.")
    base = page.evaluate(BASE_BRUTE)
    assert (base["pieces"], base["rendues"], base["extractibles"]) == (2, [False], [False])
    assert [mot for mot in ("séchoir", "Durgeon", "phrase", "compte-rendu/brouillon") if mot in base["texte"]] == []


def test_seule_une_coquille_vide_est_en_cache(page, lieu):
    phrase(page).fill(PHRASE)
    expect(etat(page)).to_have_text(ENREGISTRE)
    attendre_la_coquille(page)
    page.goto(f"{lieu.url}/essai/")
    page.reload()
    gardes = page.evaluate(CACHES)
    assert {chemin for chemin, _ in gardes if not chemin.startswith("/static/")} == {"/hors-reseau/"}
    assert [chemin for chemin, texte in gardes if re.search("séchoir|Durgeon|Diane|Réseau d’essai", texte)] == []
    assert "csrf" not in dict(gardes)["/hors-reseau/"]


def test_deconnexion_demande_puis_efface(page):
    couper(page)
    phrase(page).fill(PHRASE)
    expect(etat(page)).to_have_text(SANS_RESEAU)
    page.wait_for_timeout(500)
    page.route("**/brouillon/", lambda route: route.abort())
    page.context.set_offline(False)
    bouton(page, "Menu").click()
    page.locator("#menu-mobile").get_by_role("button", name="Se déconnecter").click()
    bouton(page, "Se déconnecter quand même").click()
    page.wait_for_url("**/connexion/")
    attendre_l_oubli(page)


def test_sept_jours_effacent(page, lieu):
    attendre_le_coffre(page, PHRASE)
    plus_tard = nouvelle_page(page.context)
    page.context.clear_cookies(name="sessionid")
    page.close()
    plus_tard.clock.set_fixed_time(now() + timedelta(days=6, hours=23))
    plus_tard.goto(f"{lieu.url}/aide/")
    plus_tard.wait_for_timeout(300)
    assert gardees(plus_tard) == 2
    plus_tard.clock.set_fixed_time(now() + timedelta(days=7, minutes=1))
    plus_tard.goto(f"{lieu.url}/aide/")
    attendre_l_oubli(plus_tard)


def test_un_autre_compte_ne_lit_rien_et_efface(page, lieu, adresse):
    attendre_le_coffre(page, PHRASE)
    contexte = page.context
    page.close()
    entrer(contexte, lieu, lieu.animateur)
    page = nouvelle_page(contexte)
    ouvrir(page, adresse)
    assert phrase(page).input_value() == ""
    couper(page)
    ouvrir(page, adresse)
    assert phrase(page).input_value() == ""


def test_session_expiree_le_texte_se_retrouve(page, lieu, adresse):
    page.context.clear_cookies(name="sessionid")
    phrase(page).fill(PHRASE)
    expect(etat(page)).to_contain_text("Votre session a expiré. Votre texte est gardé sur ce téléphone, chiffré.")
    page.get_by_role("link", name="Se reconnecter").click()
    entrer(page.context, lieu, lieu.direct)
    ouvrir(page, adresse)
    expect(etat(page)).to_have_text(ENREGISTRE)
    assert phrase(page).input_value() == PHRASE


def test_sans_coffre_la_page_le_dit_et_marche_en_ligne(appareil, lieu, adresse):
    page = appareil(lieu.direct)
    page.add_init_script("Object.defineProperty(window, 'indexedDB', { value: undefined })")
    ouvrir(page, adresse)
    expect(page.get_by_text("Ce navigateur ne garde rien sur l’appareil")).to_be_visible()
    phrase(page).fill(PHRASE)
    expect(etat(page)).to_have_text(ENREGISTRE)


# À plusieurs


def test_deux_appareils_les_deux_textes_se_montrent_et_se_gardent(page, appareil, lieu, adresse, visite):
    couper(page)
    phrase(page).fill(PHRASE)
    bouton(page, "Ajouter un projet").click()
    page.locator("[name=projets-0-titre]").fill("Agrandir")
    page.wait_for_timeout(500)
    autre = appareil(lieu.direct)
    ouvrir(autre, adresse)
    autre.locator("[name=entendu]").fill(UN_AUTRE)
    bouton(autre, "Ajouter un projet").click()
    autre.locator("[name=projets-0-titre]").fill("Exporter")
    expect(etat(autre)).to_have_text(ENREGISTRE)
    page.context.set_offline(False)
    conflit = page.locator("[data-conflit]")
    expect(conflit).to_contain_text(UN_AUTRE)
    expect(conflit).to_contain_text("Agrandir")
    assert page.evaluate("document.activeElement.id") == "conflit-titre"
    assert violations(page) == []
    bouton(page, "Garder les deux").click()
    expect(etat(page)).to_have_text(ENREGISTRE)
    assert (phrase(page).input_value(), page.locator("[name=entendu]").input_value()) == (PHRASE, UN_AUTRE)
    assert [page.locator(f"[name=projets-{rang}-titre]").input_value() for rang in (0, 1)] == ["Agrandir", "Exporter"]
    assert "Exporter" in Brouillon.objects.get(visite=visite).contenu


@pytest.mark.parametrize(("choix", "garde"), [("Garder le mien", PHRASE), ("Prendre l’autre", UN_AUTRE)])
def test_l_animateur_a_enregistre_pendant_la_coupure(page, lieu, visite, choix, garde):
    couper(page)
    phrase(page).fill(PHRASE)
    page.wait_for_timeout(500)
    champs = {"phrase": UN_AUTRE, "entendu": "", "urgent": False, "vu": None}
    operations.conclure(visite, operations.Saisie(version=0, champs=champs), par=lieu.animateur)
    page.context.set_offline(False)
    expect(page.locator("[data-conflit]")).to_contain_text(UN_AUTRE)
    bouton(page, choix).click()
    assert phrase(page).input_value() == garde
    bouton(page, "Terminer").click()
    page.wait_for_url("**/compte-rendu/#termine")
    assert CompteRendu.objects.get(visite=visite).phrase == garde
