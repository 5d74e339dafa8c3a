"""Sans réseau, dans un vrai Chromium : rien ne se perd, rien ne se lit, tout s'oublie à temps."""

import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.http import HttpResponse
from django.urls import reverse
from django.utils.timezone import localtime, now
from playwright.sync_api import expect

from reseau.conservation import DUREES
from suivi.models import Brouillon
from tests.factories import EntrepriseFactory, VisiteFactory
from tests.fiabilite.verification import verification
from tests.navigateur.ecran import violations
from tests.navigateur.telephone import (
    BASE_BRUTE,
    CACHES,
    ENREGISTRE,
    ENTREPRISE,
    PHRASE,
    SANS_RESEAU,
    attendre_l_oubli,
    attendre_la_coquille,
    attendre_le_coffre,
    bouton,
    couper,
    entrer,
    etat,
    gardees,
    nouvelle_page,
    ouvrir,
    phrase,
)
from visites.enums import EtatVisite
from visites.models import CompteRendu, Visite

pytestmark = pytest.mark.navigateur


def prendre_rendez_vous_ce_soir(visite):
    """L'accueil la montre au rendez-vous du jour, et pas encore aux comptes rendus à faire."""
    ce_soir = localtime().replace(hour=23, minute=59)
    Visite.objects.filter(pk=visite.pk).update(etat=EtatVisite.RENDEZ_VOUS_PRIS, rendez_vous_le=ce_soir)


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


def test_ce_qui_se_tape_avant_que_la_page_soit_prete_s_ajoute_au_brouillon_garde(new_context, lieu, adresse, visite):
    """Le script attend ; le téléphone, lui, garde un brouillon jamais parti."""
    contexte = new_context(viewport={"width": 390, "height": 800}, service_workers="block")
    entrer(contexte, lieu, lieu.direct)
    page, titre = nouvelle_page(contexte), "[name=projets-0-titre]"
    ouvrir(page, adresse)
    bouton(page, "Ajouter un projet").click()
    page.locator(titre).fill("Agrandir")
    expect(etat(page)).to_have_text(ENREGISTRE)
    page.route("**/brouillon/", lambda route: route.abort())
    attendre_le_coffre(page, PHRASE)
    page.close()
    page, scripts = nouvelle_page(contexte), []
    page.route("**/js/compte-rendu*.js", lambda route: scripts.append(route))
    page.goto(adresse, wait_until="commit")
    phrase(page).press_sequentially("Tapé trop tôt.")
    page.locator(titre).fill("Agrandir l’atelier")
    scripts[0].continue_()
    page.wait_for_selector("#compte-rendu[data-pret]")
    expect(etat(page)).to_have_text(ENREGISTRE)
    ecrits = [phrase(page).input_value(), page.locator(titre).input_value()]
    assert ecrits == [f"{PHRASE} Tapé trop tôt.", "Agrandir l’atelier"]
    brouillon = parse_qs(Brouillon.objects.get(visite=visite).contenu)
    assert brouillon["phrase"] + brouillon["projets-0-titre"] == ecrits


def test_brouillon_parti_d_une_autre_page_se_rouvre_encore_sans_reseau(page, lieu, adresse, visite):
    couper(page)
    phrase(page).fill(PHRASE)
    expect(etat(page)).to_have_text(SANS_RESEAU)
    page.wait_for_timeout(500)
    contexte = page.context
    page.close()
    contexte.set_offline(False)
    page = nouvelle_page(contexte)
    page.goto(f"{lieu.url}/essai/")
    expect(page.get_by_text(re.compile("Brouillon envoyé, à terminer"))).to_be_visible()
    assert parse_qs(Brouillon.objects.get(visite=visite).contenu)["phrase"] == [PHRASE]
    contexte.set_offline(True)
    ouvrir(page, adresse)
    assert phrase(page).input_value() == PHRASE
    phrase(page).fill(f"{PHRASE} Suite.")
    page.wait_for_timeout(500)
    contexte.set_offline(False)
    expect(etat(page)).to_have_text(ENREGISTRE)
    assert page.locator("[data-conflit]").is_hidden()
    assert "Suite." in Brouillon.objects.get(visite=visite).contenu


def test_pret_hors_reseau_se_dit_sur_la_page_et_a_l_accueil(page, lieu, adresse, visite):
    pret = re.compile("^Prêt hors réseau : cette page se rouvre et s’écrit sans réseau sur ce téléphone, pendant sept jours.$")
    expect(page.locator("[data-emporter]")).to_have_text(pret)
    prendre_rendez_vous_ce_soir(visite)
    page.goto(f"{lieu.url}/essai/")
    expect(page.get_by_text("Prêt hors réseau", exact=True)).to_be_visible()
    assert violations(page) == []
    ouvrir(page, adresse)
    couper(page)
    ouvrir(page, adresse)
    expect(page.locator("[data-emporter]")).to_have_text(pret)


def test_pret_hors_reseau_ne_se_dit_pas_d_un_compte_rendu_jamais_ouvert(appareil, lieu, visite):
    prendre_rendez_vous_ce_soir(visite)
    page = appareil(lieu.direct)
    page.goto(f"{lieu.url}/essai/")
    page.wait_for_load_state("networkidle")
    expect(page.get_by_text("Ouvrez le compte rendu avant de partir")).to_be_visible()
    expect(page.get_by_text("Prêt hors réseau", exact=True)).to_have_count(0)


def test_compte_rendu_jamais_ouvert_dit_sans_reseau_ce_qu_il_faut_faire(page, lieu):
    entreprise = EntrepriseFactory(reseau=lieu.reseau, raison_sociale="Forge inventée", naf_id=None, commune_id=None)
    autre = VisiteFactory(reseau=lieu.reseau, programmee=True, developpeur=lieu.direct, entreprise=entreprise)
    couper(page)
    page.goto(lieu.url + reverse("suivi:compte-rendu", args=["essai", autre.pk]))
    expect(page.get_by_role("status")).to_have_text(
        "Ce compte rendu n’est pas gardé sur cet appareil : il faut du réseau pour l’ouvrir."
    )
    expect(page.get_by_text("vous l’écrirez ici dès que le réseau reviendra")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile(ENTREPRISE))).to_be_visible()
    assert violations(page) == []
    page.context.set_offline(False)
    page.wait_for_selector("#compte-rendu[data-pret]")


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


def coffre_sans_fin(monkeypatch):
    """L'appareil garde soixante-dix jours ce qu'il devait oublier au bout de sept."""
    servir = StaticFilesHandler.serve

    def servir_un_coffre(fichiers, request):
        if not request.path.endswith("/coffre.js"):
            return servir(fichiers, request)
        octets = Path(finders.find("js/coffre.js")).read_bytes()
        return HttpResponse(octets.replace(b"DUREE = 7 *", b"DUREE = 70 *"), content_type="text/javascript")

    monkeypatch.setattr(StaticFilesHandler, "serve", servir_un_coffre)


@verification("G1", "compte rendu gardé par l’appareil, de part et d’autre de sa durée", casser=coffre_sans_fin, rapide=True)
def test_appareil_oublie_a_sa_duree(bilan, appareil, adresse, lieu):
    page, duree = appareil(lieu.direct), DUREES["appareil"].delai
    ouvrir(page, adresse)
    attendre_le_coffre(page, PHRASE)
    plus_tard = nouvelle_page(page.context)
    page.context.clear_cookies(name="sessionid")
    page.close()
    for ecart, attendues in ((timedelta(hours=-1), 2), (timedelta(minutes=1), 0)):
        plus_tard.clock.set_fixed_time(now() + duree + ecart)
        plus_tard.goto(f"{lieu.url}/aide/")
        plus_tard.wait_for_timeout(300)
        gardees_alors = gardees(plus_tard)
        bilan.noter(gardees_alors == attendues, f"{gardees_alors} pièces gardées, à {ecart} de la durée")


def test_un_autre_compte_ne_lit_rien_et_efface(page, lieu, adresse):
    attendre_le_coffre(page, PHRASE)
    contexte = page.context
    page.close()
    entrer(contexte, lieu, lieu.animateur)
    page = nouvelle_page(contexte)
    page.goto(f"{lieu.url}/essai/")
    attendre_l_oubli(page)
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


def test_termine_dont_la_reponse_s_est_perdue_n_agit_qu_une_fois(new_context, lieu, adresse):
    """Arrivé au serveur, la réponse coupée : la page rouverte renvoie le même jeton, sans faux conflit ni double."""
    contexte = new_context(viewport={"width": 390, "height": 800}, service_workers="block")
    entrer(contexte, lieu, lieu.direct)
    page = nouvelle_page(contexte)
    ouvrir(page, adresse)
    page.route("**/terminer/", lambda route: (route.fetch(max_redirects=0), route.abort()))
    phrase(page).fill(PHRASE)
    bouton(page, "Terminer").click()
    page.wait_for_event("requestfailed")
    page.unroute("**/terminer/")
    page.goto(adresse)
    page.wait_for_url("**/compte-rendu/#termine")
    expect(page.get_by_text("C’était déjà enregistré : rien n’a été fait deux fois.")).to_be_visible()
    attendre_l_oubli(page)


def test_brouillon_efface_a_la_demande_l_est_aussi_sur_l_appareil(page, visite):
    phrase(page).fill(PHRASE)
    expect(etat(page)).to_have_text(ENREGISTRE)
    page.reload()
    page.wait_for_selector("#compte-rendu[data-pret]")
    phrase(page).fill("Pas encore envoyé")
    bouton(page, "Effacer le brouillon").click()
    with page.expect_navigation():
        bouton(page, "Effacer").click()
    page.wait_for_selector("#compte-rendu[data-pret]")
    assert (phrase(page).input_value(), Brouillon.objects.filter(visite=visite).count()) == ("", 0)
