"""Le compte rendu sur un téléphone, dans un vrai Chromium : en peu de gestes, au clavier, à plusieurs."""

import re

import pytest
from playwright.sync_api import expect

from reseau.models import Institution
from suivi import operations
from suivi.models import Action, Brouillon, Projet
from tests.factories import GuideFactory, InstitutionFactory, MembreFactory, QuestionFactory, ThemeFactory
from tests.navigateur.ecran import violations
from tests.navigateur.telephone import (
    ENREGISTRE,
    PHRASE,
    UN_AUTRE,
    attendre_l_oubli,
    bouton,
    couper,
    entrer,
    etat,
    ouvrir,
    phrase,
)
from visites.enums import GenreDeQuestion
from visites.models import CompteRendu

pytestmark = pytest.mark.navigateur


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


class Clavier:
    """Compte de même : un champ rempli ou un bouton actionné. Tab ne fait qu'avancer, et n'avance que vers le bas de la page."""

    nombre = 0

    def __init__(self, page):
        self.page = page

    def aller(self, selecteur):
        for _ in range(60):
            self.page.evaluate("window.avant = document.activeElement")
            self.page.keyboard.press("Tab")
            assert self.page.evaluate(PLUS_BAS), "Le clavier revient en arrière"
            if self.page.evaluate("(selecteur) => document.activeElement.matches(selecteur)", selecteur):
                return
        pytest.fail(f"Le clavier n’atteint pas {selecteur}")

    def taper(self, texte):
        self.nombre += 1
        self.page.keyboard.type(texte)

    def presser(self, touche):
        self.nombre += 1
        self.page.keyboard.press(touche)


PLUS_BAS = """() => window.avant === document.body
  || Boolean(window.avant.compareDocumentPosition(document.activeElement) & Node.DOCUMENT_POSITION_FOLLOWING)
  || window.avant === document.activeElement"""


def test_compte_rendu_complet_au_clavier_seul_en_moins_de_douze_gestes(page, visite):
    clavier = Clavier(page)
    clavier.aller("[name=phrase]")
    clavier.taper(PHRASE)
    clavier.aller("[data-ajouter=projet]")
    clavier.presser("Enter")
    clavier.taper("Agrandir")  # le curseur est déjà sur le titre
    clavier.aller("[name='projets-0-nature']")
    clavier.presser("ArrowDown")
    clavier.aller("[name='projets-0-actions-0-type']")
    clavier.presser("Space")
    clavier.aller("[name='projets-0-actions-0-libelle']")
    clavier.taper("Chose 0")
    clavier.aller("[data-ajouter=action]")
    clavier.presser("Enter")
    clavier.presser("Space")  # le curseur est déjà sur le type
    clavier.aller("[name='projets-0-actions-1-libelle']")
    clavier.taper("Chose 1")
    clavier.aller("[data-terminer]")
    clavier.presser("Enter")
    page.wait_for_url("**/compte-rendu/#termine")
    assert clavier.nombre < 12
    assert CompteRendu.objects.get(visite=visite).phrase == PHRASE
    assert Projet.objects.get(visite=visite).titre == "Agrandir"
    assert [action.libelle for action in Action.objects.filter(projet__visite=visite).order_by("pk")] == ["Chose 0", "Chose 1"]


# Au lecteur d'écran : tout déplié, un guide en service


@pytest.fixture
def deplie(page, lieu, adresse):
    """La page dont rien n'est caché : guide, urgence, réserve, emplois, personne vue, et tout ce qu'une action peut demander."""
    theme = ThemeFactory(guide=GuideFactory(reseau=lieu.reseau, en_service=True))
    for genre in GenreDeQuestion:
        QuestionFactory(theme=theme, genre=genre, choix=["Un peu", "Beaucoup"] if genre == GenreDeQuestion.CHOIX else [])
    MembreFactory(reseau=lieu.reseau, institution=InstitutionFactory(reseau=lieu.reseau, sigle="DREETS"), nom="Voisin")
    ouvrir(page, adresse)
    bouton(page, "Ajouter un projet").click()
    action = page.locator("[data-action]").first
    etiquette(action, "Mise en contact").click()
    etiquette(action, "Une date").click()
    page.locator("[data-si-vu]").evaluate("(zone) => document.querySelector('input[name=vu][value=\"\"]').click()")
    page.evaluate("document.querySelectorAll('main details').forEach((repli) => { repli.open = true; })")
    for nom in ("reserve", "urgent", "projets-0-emplois_embauche", "contact-nom", "projets-0-actions-0-fin_prevue"):
        expect(page.locator(f"[name={nom}]")).to_be_visible()
    assert page.locator("[name^=guide-]:visible").count() >= len(GenreDeQuestion)
    return page


def test_page_depliee_se_lit_sans_violation(deplie):
    assert violations(deplie) == []


# Ce que le clavier doit atteindre, dans l'ordre où la page l'écrit : chaque champ, chaque bouton, un seul par groupe de choix.
NUMEROTER = """() => {
  const noms = new Set();
  const dehors = (element) => {
    if (element.disabled || !element.checkVisibility({ visibilityProperty: true })) return true;
    if (element.type !== "radio") return false;
    const coche = document.querySelector(`input[name="${element.name}"]:checked`);
    if ((coche && coche !== element) || noms.has(element.name)) return true;
    noms.add(element.name);
    return false;
  };
  const tous = [...document.querySelectorAll("main :is(a[href], button, input:not([type=hidden]), select, textarea, summary)")];
  const atteints = tous.filter((element) => !dehors(element));
  atteints.forEach((element, rang) => { element.dataset.rang = rang; });
  return atteints.length;
}"""
# De deux qui se suivent, le second est plus bas que le premier, ou à sa droite sur la même ligne.
REMONTEES = """(nombre) => {
  const cadre = (rang) => document.querySelector(`[data-rang="${rang}"]`).getBoundingClientRect();
  return [...Array(nombre - 1).keys()].filter((rang) => {
    const [un, suivant] = [cadre(rang), cadre(rang + 1)];
    return !(suivant.top >= un.bottom - 2 || (suivant.left >= un.left && suivant.bottom > un.top));
  }).map((rang) => document.querySelector(`[data-rang="${rang + 1}"]`).outerHTML.slice(0, 120));
}"""


def test_le_curseur_suit_l_ordre_de_la_page(deplie):
    """Tab passe par tout, une fois, dans l'ordre du document ; et cet ordre est celui que l'œil suit, de haut en bas."""
    nombre = deplie.evaluate(NUMEROTER)
    assert nombre > 40
    deplie.evaluate("document.querySelector('main').focus()")
    rangs = []
    while not rangs or rangs[-1] < nombre - 1:
        deplie.keyboard.press("Tab")
        rang = int(deplie.evaluate("document.activeElement.dataset.rang ?? -1"))
        if rangs[-1:] != [rang]:  # une date se parcourt en plusieurs pas
            rangs.append(rang)
        assert rangs == list(range(len(rangs)))
    deplie.set_viewport_size({"width": 390, "height": deplie.evaluate("document.documentElement.scrollHeight") + 400})
    assert deplie.evaluate(REMONTEES, nombre) == []


SE_COMMANDENT = {"textbox", "radio", "checkbox", "combobox", "spinbutton", "button", "link", "Date", "DisclosureTriangle"}


def commandes(page):
    """[(rôle, nom)] de tout ce qui se commande dans la page, tel que l'arbre d'accessibilité de Chromium le dit."""
    arbre = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    dits = [noeud for noeud in arbre if not noeud["ignored"] and noeud["role"]["value"] in SE_COMMANDENT]
    return [(noeud["role"]["value"], noeud.get("name", {}).get("value", "").strip()) for noeud in dits]


def test_chaque_commande_de_la_page_a_un_nom(deplie):
    dites = commandes(deplie)
    visibles = "document.querySelectorAll(':is(input:not([type=hidden]), select, textarea)')"
    champs = deplie.evaluate(f"[...{visibles}].filter((champ) => champ.checkVisibility({{ visibilityProperty: true }})).length")
    assert len([role for role, _ in dites if role not in ("button", "link", "DisclosureTriangle")]) >= champs > 40
    assert [commande for commande in dites if not commande[1]] == []
    assert {("radio", "Mise en contact"), ("button", "Terminer"), ("DisclosureTriangle", "Partie réservée")} <= set(dites)


def test_une_commande_sans_nom_se_verrait(deplie):
    deplie.evaluate("document.querySelector('label[for=' + document.querySelector('[name=phrase]').id + ']').remove()")
    assert [commande for commande in commandes(deplie) if not commande[1]] == [("textbox", "")]


def test_ce_qui_change_seul_s_annonce(deplie):
    """L'état de l'enregistrement, et la raison du responsable proposé : la zone est déclarée avant que son texte ne change."""
    aide = deplie.locator("[data-action] .fr-select-group:has([name$=responsable]) .fr-hint-text")
    expect(aide).to_have_attribute("aria-live", "polite")
    avant = aide.inner_text()
    organisme = Institution.objects.get(sigle="DREETS")
    deplie.locator("[name$=actions-0-organisme]").select_option(str(organisme.pk))
    expect(aide).not_to_have_text(avant)
    expect(aide).to_contain_text("Proposé")
    phrase(deplie).fill(PHRASE)
    expect(deplie.get_by_role("status").filter(has_text=ENREGISTRE)).to_have_attribute("aria-live", "polite")
    expect(bouton(deplie, "Terminer")).to_have_accessible_description(re.compile("ouvre les projets|enregistre le compte rendu"))


def test_terminer_donne_un_texte_a_coller_et_oublie_le_brouillon(page, visite):
    phrase(page).fill(PHRASE)
    bouton(page, "Terminer").click()
    page.wait_for_url("**/compte-rendu/#termine")
    bouton(page, "Copier le texte").click()
    expect(page.get_by_text("Le texte est copié.")).to_be_visible()
    assert PHRASE in page.evaluate("navigator.clipboard.readText()")
    attendre_l_oubli(page)


def test_terminer_ne_part_qu_une_fois_quand_le_reseau_revient_au_meme_instant(page, visite):
    envois = []
    page.on("request", lambda requete: envois.append(requete.url) if requete.url.endswith("/terminer/") else None)
    phrase(page).fill(PHRASE)
    page.evaluate(
        "document.forms['compte-rendu'].addEventListener('submit', () => dispatchEvent(new Event('online')), { once: true })"
    )
    bouton(page, "Terminer").click()
    page.wait_for_url("**/compte-rendu/#termine")
    assert len(envois) == 1
    assert CompteRendu.objects.get(visite=visite).phrase == PHRASE


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


def test_un_autre_compte_connecte_ailleurs_n_enregistre_pas_a_sa_place(page, lieu, visite):
    entrer(page.context, lieu, lieu.animateur)
    phrase(page).fill(PHRASE)
    expect(etat(page)).to_contain_text("Un autre compte s’est connecté dans ce navigateur")
    assert Brouillon.objects.filter(visite=visite).count() == 0
