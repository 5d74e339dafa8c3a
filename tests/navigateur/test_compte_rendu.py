"""Le compte rendu sur un téléphone, dans un vrai Chromium : en peu de gestes, au clavier, à plusieurs."""

import re

import pytest
from playwright.sync_api import expect

from suivi import operations
from suivi.models import Action, Brouillon, Projet
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
