"""Le socle des pages : en-tête, menu selon les droits, pages hors réseau, pages d'erreur, parts à inclure."""

import re
from types import ModuleType

import django_filters
import pytest
from django import forms
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.core.paginator import Paginator
from django.template import engines
from django.template.loader import render_to_string
from django.test import override_settings

from reseau.enums import Qualite, Role
from reseau.lib.formulaires import FormulaireFiltre
from reseau.models import Reseau
from tests.reseau.vitrine import application, demande

PAGE = (
    '{% extends "base.html" %}{% load affichage %}{% block titre %}{{ societe }}{% endblock %}'
    '{% block fil %}{% maillon "Entreprises" "visites:entreprises" %}{% endblock %}'
    "{% block contenu %}<p>Le contenu</p>{% endblock %}"
)


@pytest.fixture(autouse=True)
def _adresses_de_demonstration():
    with override_settings(ROOT_URLCONF="tests.reseau.vitrine"):
        yield


def composer(request, source=PAGE, **contexte):
    return engines["django"].from_string(source).render({"societe": "Fonderies & fils", **contexte}, request)


def liens(html):
    return re.findall(r'<a [^>]*href="([^"]*)"', html)


def onglets_du_menu(html):
    menu = html.split('id="navigation"')[1].split("</nav>")[0]
    return re.findall(r'<(?:a|button) class="fr-nav__(?:link|btn)"[^>]*>([^<]*)<', menu)


def test_titre_sert_a_l_onglet_au_h1_et_au_fil():
    html = composer(demande(role=Role.ANIMATEUR))
    assert (html.count("Fonderies &amp; fils"), html.count("&amp;amp;")) == (3, 0)
    assert "<title>Fonderies &amp; fils – Réseau du Drac</title>" in html


def test_bloc_marque_du_reseau_est_celui_du_prefet():
    html = composer(demande(role=Role.ANIMATEUR))
    assert re.findall(r'<p class="fr-logo">(.*?)</p>', html) == ["Préfet<br>du<br>Drac"] * 2


def test_hors_reseau_la_page_tient_sans_menu():
    html = composer(demande("/connexion/"))
    assert re.findall(r'<p class="fr-logo">(.*?)</p>', html) == ["République<br>Française"] * 2
    assert ('id="navigation"' in html, 'class="fr-breadcrumb"' in html, 'id="menu-mobile"' in html) == (False,) * 3


def test_menu_de_l_animateur_est_complet():
    assert onglets_du_menu(composer(demande(role=Role.ANIMATEUR))) == [
        *["Accueil", "Entreprises", "Entreprises", "Noter un contact", "Cibles", "Imports", "Doublons"],
        *["Visites", "Plan de visites", "Visites", "Demandes de visite", "Campagnes"],
        *["Courriers", "Guide d’entretien", "Qui a vu qui"],
        *["Actions", "Actions", "Besoins communs", "Réunions", "Réunions", "Entreprises proposées", "Exposés et formations"],
        "Tableaux de bord",
        *["Annuaire", "Membres", "Compétences", "Institutions", "Dispositifs", "Absences"],
        *["Paramètres", "Paramètres", "Courriels envoyés", "Journal", "Données personnelles", "Durées et purge"],
    ]


def test_menu_de_l_observateur_se_tait_sur_le_reste():
    assert onglets_du_menu(composer(demande(role=Role.OBSERVATEUR))) == ["Accueil", "Tableaux de bord"]


def test_menu_d_une_seule_page_est_un_lien():
    html = composer(demande(role=Role.DEVELOPPEUR, qualite=Qualite.DIRECT))
    assert '<a class="fr-nav__link" href="/drac/visites/entreprises/">Entreprises</a>' in html


@pytest.mark.parametrize(
    ("adresse", "marques"),
    [
        ("/drac/", [("page", "Accueil")]),
        ("/drac/suivi/actions/", [("true", "Actions"), ("page", "Actions")]),
        ("/drac/entreprises/cibles/", [("true", "Entreprises"), ("page", "Cibles")]),
        ("/drac/visites/entreprises/12/", [("true", "Entreprises"), ("true", "Entreprises")]),
        ("/drac/ailleurs/", []),
    ],
)
def test_page_courante_est_marquee(adresse, marques):
    menu = composer(demande(adresse, Role.ANIMATEUR)).split('id="navigation"')[1].split("</nav>")[0]
    assert re.findall(r'aria-current="(\w+)">([^<]*)<', menu) == marques


def test_adresse_absente_n_a_pas_de_lien_mort():
    adresses = ModuleType("adresses")
    adresses.urlpatterns = [application("reseau")]
    with override_settings(ROOT_URLCONF=adresses):
        html = composer(demande(role=Role.ANIMATEUR), PAGE.replace("visites:entreprises", "reseau:membres"))
    attendus = [
        "Exposés et formations",
        "Annuaire",
        "Membres",
        "Institutions",
        "Dispositifs",
        "Paramètres",
        "Paramètres",
        "Journal",
    ]
    assert onglets_du_menu(html) == attendus


def test_page_sans_lien_mort_ni_rien_en_ligne():
    html = composer(demande(role=Role.ANIMATEUR))
    assert [lien for lien in liens(html) if lien in ("", "#")] == []
    assert re.findall(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", html) == []


def test_liens_d_evitement_visent_des_reperes():
    html = composer(demande(role=Role.ANIMATEUR))
    reperes = [lien[1:] for lien in liens(html.split("</nav>")[0]) if lien.startswith("#")]
    assert (reperes, [f'id="{repere}"' in html for repere in reperes]) == (["contenu", "navigation", "pied"], [True] * 3)


def test_deconnexion_est_un_envoi():
    html = composer(demande(role=Role.ANIMATEUR))
    assert re.findall(r'<form method="(\w+)" action="/deconnexion/"', html) == ["post"]


def test_messages_sont_des_alertes_echappees():
    request = demande(role=Role.ANIMATEUR)
    request._messages = [Message(constants.ERROR, "Déjà <b>en cours</b>."), Message(constants.DEBUG, "Détail")]
    html = composer(request).split('class="messages" aria-live="polite"')[1].split("<h1")[0]
    assert re.findall(r"fr-alert--(\w+) fr-alert--sm\"><p>(.*?)</p>", html) == [
        ("error", "Déjà &lt;b&gt;en cours&lt;/b&gt;."),
        ("info", "Détail"),
    ]


@pytest.mark.parametrize("code", ["400", "403", "403_csrf", "404", "500"])
def test_page_d_erreur_se_compose_sans_contexte_ni_base(code):
    html = render_to_string(f"{code}.html")
    assert (html.count("<h1>"), liens(html.split("<main")[1])) == (1, ["/"])


@pytest.mark.parametrize("nom", ["done", "complete", "confirm"])
def test_pages_de_mot_de_passe_se_composent_sans_compte(nom):
    html = render_to_string(f"registration/password_reset_{nom}.html", {"validlink": False}, demande("/oublie/"))
    assert html.count("<h1") == 1


def test_courriel_de_mot_de_passe_porte_le_lien_sans_echappement():
    contexte = {"email": "o'brien@exemple.fr", "protocol": "https", "domain": "reseau.exemple", "uid": "MQ", "token": "a-b"}
    corps = render_to_string("registration/password_reset_corps.txt", contexte)
    assert [ligne for ligne in corps.splitlines() if "://" in ligne] == ["https://reseau.exemple/nouveau/MQ/a-b/"]
    assert "o'brien@exemple.fr" in corps


def test_objet_du_courriel_tient_sur_une_ligne():
    objet = render_to_string("registration/password_reset_objet.txt")
    assert objet.strip().splitlines() == ["Choisir un nouveau mot de passe"]


@pytest.mark.parametrize(
    ("numero", "attendu"),
    [
        (1, ["?etat=close&amp;page=2", "?etat=close&amp;page=3", "?etat=close&amp;page=2"]),
        (3, ["?etat=close&amp;page=2", "?etat=close&amp;page=1", "?etat=close&amp;page=2"]),
    ],
)
def test_pagination_garde_la_requete(numero, attendu):
    page = Paginator(range(30), 10).page(numero)
    html = composer(demande("/?etat=close&page=9"), '{% include "_pagination.html" %}', page_obj=page)
    assert liens(html) == attendu


def test_pagination_d_une_page_se_tait():
    page = Paginator(range(3), 10).page(1)
    assert composer(demande(), '{% include "_pagination.html" %}', page_obj=page).strip() == ""


class Filtre(django_filters.FilterSet):
    nom = django_filters.CharFilter(label="Nom")
    ouvert = django_filters.BooleanFilter(label="Ouvert")
    tri = django_filters.OrderingFilter(fields=["nom"], widget=forms.HiddenInput)

    class Meta:
        model = Reseau
        fields = []
        form = FormulaireFiltre


@pytest.mark.parametrize(("adresse", "bouton", "efface"), [("/", "Filtrer", []), ("/?nom=Drac", "Filtrer (1)", ["?"])])
def test_filtre_dit_combien_de_criteres_sont_actifs(adresse, bouton, efface):
    request = demande(adresse)
    filtre = Filtre(request.GET, Reseau.objects.none())
    html = composer(request, '{% include "_filtre.html" %}', filter=filtre, nombre=12)
    assert (re.findall(r"data-volet>([^<]*)<", html), liens(html)) == ([bouton], efface)
    assert '<p class="filtre__nombre" role="status">12\u00a0résultats</p>' in html


def test_filtre_illisible_le_dit():
    request = demande("/?tri=age")
    filtre = Filtre(request.GET, Reseau.objects.none())
    html = composer(request, '{% include "_filtre.html" %}', filter=filtre, nombre=0)
    assert re.findall(r'fr-alert__title">([^<]*)<', html) == ["Ce filtre n’est pas appliqué"]


def test_filtre_garde_le_tri():
    request = demande("/?tri=-nom")
    html = composer(request, '{% include "_filtre.html" %}', filter=Filtre(request.GET, Reseau.objects.none()), nombre=0)
    assert re.findall(r'<input type="hidden" name="tri" value="([^"]*)"', html) == ["-nom"]


def test_etat_vide_sans_geste():
    assert liens(render_to_string("_vide.html", {"titre": "Aucune visite"})) == []


def test_confirmation_est_un_envoi_unique():
    html = composer(demande(role=Role.ANIMATEUR), '{% extends "_confirmation.html" %}')
    formulaire = html.split('<form class="etroit"')[1].split("</form>")[0]
    assert sorted(re.findall(r'name="(\w+)"', formulaire)) == ["csrfmiddlewaretoken", "jeton"]


def test_onglets_marquent_la_page():
    source = (
        '{% load affichage %}{% onglets "Fiche" %}{% onglet "Identité" "entreprises:fiche" 7 %}'
        '{% onglet "Cibles" "entreprises:cibles" nombre=0 %}{% endonglets %}'
    )
    html = composer(demande("/drac/entreprises/liste/7/", Role.ANIMATEUR), source)
    assert liens(html) == ["/drac/entreprises/liste/7/", "/drac/entreprises/cibles/"]
    assert re.findall(r'aria-current="page">(\w+)', html) == ["Identité"]
    assert re.findall(r'onglets__nombre">(\d+)<', html) == ["0"]
