"""« Mes actions » dans un vrai navigateur : glisser d'une colonne à l'autre, dire la suite sans quitter la page, au clavier."""

import pytest
from django.urls import reverse

from reseau.enums import Qualite, Role
from suivi.enums import EtatAction, Issue
from suivi.models import Action
from suivi.operations import proposer
from tests.factories import ActionFactory, InstitutionFactory, MembreFactory, ProjetFactory, ReseauFactory, VisiteFactory
from tests.navigateur.ecran import defauts, ouvrir_une_session

pytestmark = pytest.mark.navigateur
COIN = {"x": 8, "y": 8}  # ailleurs, une carte porte un lien et une liste, qui ne se glissent pas


class Scene:
    """Une développeuse, une action à accepter, une en cours."""

    def __init__(self, url):
        self.url, reseau = url, ReseauFactory(slug="essai", nom="Réseau d’essai")
        commun = {"reseau": reseau, "institution": InstitutionFactory(reseau=reseau, sigle="CCI")}
        animateur = MembreFactory(**commun, role=Role.ANIMATEUR, qualite=Qualite.AUCUN, nom="Anim")
        self.lea = MembreFactory(**commun, prenom="Léa", nom="Aubry")
        projet = ProjetFactory(visite=VisiteFactory(reseau=reseau, developpeur=self.lea, realisee=True))
        self.proposee = Action(type="divers", libelle="Répondre par écrit", responsable=self.lea)
        proposer(self.proposee, projet=projet, par=animateur)
        self.en_cours = ActionFactory(projet=projet, numero=40, libelle="Appeler la banque", en_cours=True)

    def adresse(self, vue):
        return self.url + reverse("suivi:actions", args=["essai"]) + f"?vue={vue}"


@pytest.fixture
def scene(live_server):
    return Scene(live_server.url)


@pytest.fixture
def page(scene, new_context):
    contexte = new_context(viewport={"width": 1280, "height": 1000})
    contexte.add_cookies([ouvrir_une_session(scene.lea) | {"url": scene.url}])
    page = contexte.new_page()
    page.set_default_timeout(15_000)
    page.goto(scene.adresse("colonnes"))
    page.locator("[data-glisser]:visible").wait_for()
    return page


def carte(page, action):
    return page.locator(f"[data-carte='{action.pk}']")


def etat(action):
    action.refresh_from_db()
    return action.etat


def test_glisser_accepte_puis_clot_par_le_dialogue(page, scene):
    carte(page, scene.proposee).drag_to(page.locator("[data-colonne='acceptee']"), source_position=COIN)
    page.locator("[data-colonne='acceptee'] [data-carte]").wait_for()
    assert etat(scene.proposee) == EtatAction.ACCEPTEE
    carte(page, scene.en_cours).drag_to(page.locator("[data-colonne='close']"), source_position=COIN)
    dialogue = page.get_by_role("dialog", name="Clore cette action")
    dialogue.get_by_text("Mise en contact faite").click()
    dialogue.get_by_role("button", name="Clore cette action").click()
    page.locator("#contenu").get_by_text("L’action est close.").wait_for()
    assert (etat(scene.en_cours), scene.en_cours.issue) == (EtatAction.CLOSE, Issue.CONTACT)
    assert page.url == scene.adresse("colonnes")


def test_suite_au_clavier_et_ce_qui_est_refuse_reste_tape(page, scene):
    carte(page, scene.en_cours).get_by_role("combobox").select_option("endormir")
    carte(page, scene.en_cours).get_by_role("button").press("Enter")
    dialogue = page.get_by_role("dialog", name="Mettre en réserve")
    dialogue.get_by_label("À réveiller le").fill("2020-01-01")
    dialogue.get_by_label("Ou quand ceci arrive").fill("le bilan est clos")
    page.keyboard.press("Enter")
    dialogue.get_by_text("La date de réveil est à venir").first.wait_for()
    assert dialogue.get_by_label("Ou quand ceci arrive").input_value() == "le bilan est clos"
    dialogue.get_by_label("À réveiller le").fill("")
    dialogue.get_by_role("button", name="Mettre en réserve").press("Enter")
    page.locator("#contenu").get_by_text("L’action est en réserve.").wait_for()
    assert (etat(scene.en_cours), scene.en_cours.reveil_motif) == (EtatAction.ENDORMIE, "le bilan est clos")


def test_pages_sans_defaut(page, scene):
    assert defauts(page, scene.adresse("colonnes")) == []
    assert defauts(page, scene.url + scene.en_cours.get_absolute_url(), axe=(1280,)) == []
