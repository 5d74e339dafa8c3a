"""Une réunion jouée de bout en bout par deux personnes, au clavier : à la fin, le compte rendu est écrit, rien n'est à ressaisir.

La suite joue une réunion brève ; `REUNION_ENTIERE=1`, une vraie : 20 présents, 8 restitutions, 12 actions et
10 entreprises.
"""

import os
import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate
from playwright.sync_api import expect

from reseau.enums import Qualite, Role
from reseau.models import Presence
from suivi.models import Action
from tests.factories import (
    ActionFactory,
    CibleFactory,
    CompteRenduFactory,
    EntrepriseFactory,
    ExposeFactory,
    InstitutionFactory,
    LigneDeCibleFactory,
    MembreFactory,
    PointFactory,
    PresenceFactory,
    ProjetFactory,
    ReseauFactory,
    ReunionFactory,
    SignataireFactory,
    VisiteFactory,
)
from tests.lib.papier import textes
from tests.navigateur.ecran import ouvrir_une_session, violations
from visites.models import Visite

pytestmark = pytest.mark.navigateur
JOUR = localdate()
POINTES, DELAI = (
    "[data-presences] [name=present]:checked",
    12_000,
)  # millisecondes : l'autre poste se relit toutes les cinq secondes


@dataclass(frozen=True)
class Taille:
    presents: int
    restitutions: int
    actions: int  # dont une par restitution, les autres nées de la discussion
    entreprises: int


TAILLE = Taille(20, 8, 12, 10) if os.environ.get("REUNION_ENTIERE") else Taille(5, 2, 3, 2)


class Scene:
    """Une réunion aujourd'hui : des visites à restituer, leurs actions sans responsable, une cible, un point demandé."""

    def __init__(self, url):
        self.url, self.reseau = url, ReseauFactory(slug="essai", nom="Réseau d’essai")
        SignataireFactory(reseau=self.reseau)
        commun = {"reseau": self.reseau, "institution": InstitutionFactory(reseau=self.reseau, sigle="CCI")}
        anime = {"role": Role.ANIMATEUR, "qualite": Qualite.AUCUN}
        self.animateur, self.adjoint = (MembreFactory(**commun, **anime, nom=nom) for nom in ("Anime", "Aussi"))
        self.membres = [MembreFactory(**commun, prenom="Léa", nom=f"Essai{rang:02}") for rang in range(TAILLE.presents - 1)]
        self.reunion = ReunionFactory(reseau=self.reseau, le=JOUR, lieu="Mairie de Gray")
        for membre in (self.animateur, self.adjoint, *self.membres):
            PresenceFactory(reunion=self.reunion, membre=membre, etat="")
        self.visites = [self._visite(rang) for rang in range(TAILLE.restitutions)]
        cible = CibleFactory(reseau=self.reseau, decidee=True)
        for rang in range(TAILLE.entreprises + 1):
            entreprise = EntrepriseFactory(reseau=self.reseau, raison_sociale=f"Cible{rang:02} SARL")
            LigneDeCibleFactory(cible=cible, entreprise=entreprise)
        ExposeFactory(reunion=self.reunion)
        self.point = PointFactory(reunion=self.reunion, demande_par=self.membres[0])

    def _visite(self, rang):
        developpeur = self.membres[rang % len(self.membres)]
        entreprise = EntrepriseFactory(reseau=self.reseau, raison_sociale=f"Visitee{rang:02} SA")
        champs = {"developpeur": developpeur, "realisee": True, "realisee_le": JOUR - timedelta(days=20 - rang)}
        visite = VisiteFactory(reseau=self.reseau, entreprise=entreprise, **champs)
        CompteRenduFactory(visite=visite, termine=True, phrase=f"Elle manque de place, numéro {rang:02}.", entendu="")
        projet = ProjetFactory(visite=visite, titre=f"Projet{rang:02}", interlocuteur=developpeur)
        fin = JOUR + timedelta(days=30 + rang)
        ActionFactory(projet=projet, numero=900 + rang, libelle=f"Action{rang:02}", responsable=None, fin_prevue=fin)
        return visite

    def adresse(self, nom):
        return self.url + reverse(f"suivi:{nom}", args=["essai", self.reunion.pk])

    def present(self, membre):
        return Presence.objects.filter(reunion=self.reunion, membre=membre, etat="present").exists()


@pytest.fixture
def scene(live_server, transactional_db):
    return Scene(live_server.url)


@pytest.fixture
def entrer(scene, new_context):
    def ouvrir(membre, sujet="ouverture"):
        contexte = new_context(viewport={"width": 1920, "height": 1080})
        contexte.add_cookies([ouvrir_une_session(membre) | {"url": scene.url}])
        page = contexte.new_page()
        page.set_default_timeout(10_000)
        page.goto(f"{scene.adresse('seance')}?sujet={sujet}")
        return page

    return ouvrir


def alt(page, lettre, attendu):
    """Alt et une lettre, puis la page où elle mène."""
    page.keyboard.press(f"Alt+{lettre}")
    page.wait_for_url(attendu)
    page.wait_for_load_state()


def pointer(page, combien):
    """Les premiers de la liste, à la barre d'espace."""
    page.keyboard.press("Alt+a")
    for _ in range(combien):
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
    expect(page.locator("[data-compte]")).to_have_text(re.compile(rf"^\s*{combien}\s"))


def choisir(page, champ, debut):
    """Dans une liste, en tapant le début du nom."""
    page.locator(champ).first.focus()
    page.keyboard.type(debut)


def test_reunion_de_bout_en_bout(scene, entrer):
    animateur, adjoint = entrer(scene.animateur), entrer(scene.adjoint, f"point-{scene.point.pk}")
    pointer(animateur, TAILLE.presents)
    assert violations(animateur) == []
    _ecrire_au_point(adjoint)
    _restituer(animateur, scene)
    _choisir(animateur, scene)
    _clore(animateur, scene)
    _relire(animateur, scene)


def _ecrire_au_point(page):
    """L'autre poste voit les présents sans recharger, et écrit ce qui se dit du point."""
    expect(page.locator(POINTES)).to_have_count(TAILLE.presents, timeout=DELAI)
    page.get_by_label("Ce qui s’est dit").fill("On y tient un stand.")
    page.get_by_text(re.compile("Enregistré à")).wait_for()


def _restituer(page, scene):
    """Chaque visite : à qui va l'action ; puis Alt + R. Les premières font naître une action de plus."""
    nees = TAILLE.actions - TAILLE.restitutions
    for rang, visite in enumerate(scene.visites):
        if rang == 0:
            alt(page, "s", re.compile(f"visite-{visite.pk}"))
        if rang < nees:
            page.get_by_text("Ajouter une action à").focus()
            page.keyboard.press("Enter")
            choisir(page, "[data-nouvelle] [name=type]", "Info")
            page.locator("[data-nouvelle] [name=libelle]").fill(f"Nee{rang:02}")
            choisir(page, "[data-nouvelle] [name=responsable]", "Essai01")
            page.get_by_role("button", name="Ajouter l’action").press("Enter")
            page.get_by_text("ajoutée").wait_for()
            page.wait_for_load_state()
        action = Action.objects.get(libelle=f"Action{rang:02}")
        choisir(page, f"[name=responsable-{action.pk}]", f"Essai0{rang % 4}")
        suivant = f"visite-{scene.visites[rang + 1].pk}" if rang + 1 < len(scene.visites) else "prochaines"
        alt(page, "r", re.compile(suivant))


def _choisir(page, scene):
    for rang in range(TAILLE.entreprises):
        ligne = page.locator("form.candidate").first
        ligne.get_by_label("Développeur").focus()
        page.keyboard.type("Essai02")
        ligne.get_by_role("button", name="Choisir").press("Enter")
        page.locator(".choisies > li").nth(rang).wait_for()


def _clore(page, scene):
    for suite in ("expose", f"point-{scene.point.pk}", "releve", "cloture"):
        alt(page, "s", re.compile(suite))
    page.get_by_role("button", name="Clore la séance").press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Clore", exact=True).press("Enter")
    page.wait_for_url(scene.adresse("reunion"))


def _relire(page, scene):
    """Le compte rendu dit tout ce qui s'est passé : aucun champ n'a été saisi depuis la clôture."""
    assert page.get_by_text("Pas encore diffusé").count() == 1
    texte = " ".join(" ".join(textes(page.request.get(scene.adresse("reunion-pdf")).body())).split())
    pointes = [presence.membre for presence in Presence.objects.filter(reunion=scene.reunion, etat="present")]
    actions = list(Action.objects.filter(reseau=scene.reseau))
    choisies = Visite.objects.filter(choisie_en=scene.reunion, developpeur=scene.membres[2])
    assert [len(pointes), len(actions), choisies.count()] == [TAILLE.presents, TAILLE.actions, TAILLE.entreprises]
    assert [str(membre) for membre in pointes if str(membre) not in texte] == []
    assert [rang for rang in range(TAILLE.restitutions) if f"numéro {rang:02}." not in texte] == []
    lignes = [f"{action.libelle} {action.responsable} {action.fin_prevue:%d/%m/%Y}" for action in actions]
    assert [ligne for ligne in lignes if ligne not in texte] == []
    assert [str(visite.entreprise) for visite in choisies if str(visite.entreprise) not in texte] == []
    assert "On y tient un stand." in texte


def test_deux_personnes_saisissent_le_meme_sujet_sans_rien_perdre(scene, entrer):
    """L'une a choisi sans enregistrer quand l'autre enregistre ailleurs : les deux choix restent, et chacune voit l'autre."""
    visite = scene.visites[0]
    projet = visite.projets.get()
    premiere = projet.actions.get()
    seconde = ActionFactory(projet=projet, libelle="Seconde", numero=800, responsable=None, fin_prevue=JOUR)
    une, autre = (entrer(membre, f"visite-{visite.pk}") for membre in (scene.animateur, scene.adjoint))
    choisir(une, f"[name=responsable-{premiere.pk}]", "Essai01")
    choisir(autre, f"[name=responsable-{seconde.pk}]", "Essai02")
    autre.keyboard.press("Alt+d")
    autre.get_by_text("C’est décidé.").wait_for()
    autre.keyboard.press("Alt+a")
    autre.keyboard.press("Space")
    expect(une.locator(POINTES)).to_have_count(1, timeout=DELAI)  # elle voit l'autre pointer
    une.keyboard.press("Alt+d")
    une.get_by_text("C’est décidé.").wait_for()
    premiere.refresh_from_db()
    seconde.refresh_from_db()
    assert (premiere.responsable, seconde.responsable) == (scene.membres[1], scene.membres[2])
    autre.keyboard.press("Tab")
    expect(autre.locator(f"[name=responsable-{premiere.pk}]")).to_have_value(str(scene.membres[1].pk), timeout=DELAI)
    # Ce qu'elle choisit dans la page ainsi remplacée survit à une décision de plus de l'autre poste.
    choisir(autre, f"[name=responsable-{seconde.pk}]", "Essai03")
    autre.keyboard.press("Alt+a")
    choisir(une, f"[name=responsable-{premiere.pk}]", "Essai00")
    with une.expect_navigation():
        une.keyboard.press("Alt+d")
    with autre.expect_response(lambda reponse: "seance" in reponse.url, timeout=DELAI):
        pass
    autre.wait_for_timeout(500)
    expect(autre.locator(f"[name=responsable-{seconde.pk}]")).to_have_value(str(scene.membres[3].pk))
