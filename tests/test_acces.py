"""La matrice adresse × rôle × réseau, engendrée à partir des routes et de la table des droits."""

import pytest
from django import forms
from django.db import transaction
from django.template.backends.django import Template
from django.test import Client
from django.urls import reverse

from reseau.droits import NON, SIENS, portee
from reseau.enums import Profil
from reseau.lib import pdf
from tests.adresses import routes, routes_hors_reseau, routes_publiques
from tests.conftest import connecter
from tests.factories import MembreFactory, UtilisateurFactory
from tests.terrain import ROLES_DU_MOTEUR, Terrain

ROUTES = routes()
METHODES = ["GET", "POST"]
JAMAIS_SERVIES = ["PUT", "PATCH", "DELETE"]
OUVERT = {200, 302}
POSSEDES = {
    "entreprise",
    "document",
    "import",
    "sollicitation",
    "contact",
    "visite",
    "rendez_vous",
    "rendue",
    "courrier",
    "projet",
    "action",
    "evaluation",
}
# À une seule personne : sur le terrain, au direct ; qui n'a que les siens ne les ouvre pas.
PERSONNELS = {"absence", "competence"}
PUBLIQUES = {
    "connexion",
    "password_reset",
    "password_reset_done",
    "password_reset_confirm",
    "password_reset_complete",
    "reseau:confidentialite",
    "reseau:accessibilite",
    "reseau:aide",
    "action-repondre",
    "action-repondue",
    "flux-agenda",
    "reponse",
    "evaluation",
    "hors-reseau",
    "service-worker",
}
PUBLIQUES_D_UN_RESEAU = {
    "reseau:presentation",
    "reseau:presentation-logo",
    "reseau:presentation-institution-logo",
    "reseau:couleurs",
    "visites:demande-deposer",
    "visites:demande-envoyee",
    "visites:demande-confirmer",
    "visites:demande-confirmee",
}


@pytest.fixture
def terrain(db):
    return Terrain()


@pytest.fixture
def voisin(db):
    return Terrain()


@pytest.fixture
def sans_corps(monkeypatch):
    """Ces essais ne lisent que des statuts : pages et papiers restent vides. Leur texte se lit ailleurs, pour chaque rôle."""
    rendre = Template.render

    def rendre_ou_taire(gabarit, *arguments, **mots):
        nom = str(gabarit.origin.template_name)
        page = nom.endswith(".html") and not nom.startswith("pdf/")
        return "" if page else rendre(gabarit, *arguments, **mots)

    monkeypatch.setattr(Template, "render", rendre_ou_taire)
    monkeypatch.setattr(pdf, "imprimer", lambda *arguments, **mots: b"%PDF-")


def attendus(route, methode, membre, concerne):
    """Les réponses admises pour cette demande, d'après la table des droits."""
    etendue = portee(membre, route.vue.droit)
    if etendue is NON:
        return {403}
    if methode not in route.vue.methodes:
        return {405}
    genres = {route.objet(argument) for argument in route.arguments}
    if genres & PERSONNELS:
        concerne = concerne and membre.profil == Profil.DIRECT
    return {403, 404} if etendue is SIENS and genres & (POSSEDES | PERSONNELS) and not concerne else OUVERT


def demander(client, methode, adresse):
    """La réponse, sans rien laisser en base."""
    with transaction.atomic():
        response = client.generic(methode, adresse)
        transaction.set_rollback(True)
    return response


def ecarts(terrain, profil, objets, concerne):
    membre, client = terrain.membres[profil], connecter(terrain.membres[profil])
    client.raise_request_exception = False  # une erreur 500 est un écart parmi les autres, à nommer
    for route in ROUTES:
        adresse = route.adresse(terrain.reseau.slug, objets)
        for methode in METHODES:
            statut = demander(client, methode, adresse).status_code
            if statut not in attendus(route, methode, membre, concerne):
                yield f"{methode} {route.nom} : {statut}"


@pytest.mark.parametrize("methode", JAMAIS_SERVIES)
def test_aucune_route_ne_sert_une_autre_methode(terrain, sans_corps, methode):
    client = connecter(terrain.membres["animateur"])
    servies = [
        route.nom
        for route in ROUTES
        if demander(client, methode, route.adresse(terrain.reseau.slug, terrain.a_eux)).status_code not in (403, 405)
    ]
    assert servies == []


def test_routes_ont_toutes_une_politique():
    assert len(ROUTES) > 60
    assert [route.nom for route in ROUTES if not route.cloisonnee] == []


def test_routes_publiques_sont_nommees():
    publiques = {route.nom for route in routes_hors_reseau() if not getattr(route.vue, "login_required", True)}
    assert publiques <= PUBLIQUES


def test_routes_publiques_d_un_reseau_sont_nommees():
    assert {route.nom for route in routes_publiques()} == PUBLIQUES_D_UN_RESEAU


def test_page_publique_fermee_est_introuvable_sauf_pour_qui_la_regle(terrain, voisin):
    """Pour l'anonyme, pour les membres, pour l'animateur d'à côté : 404 ; l'animateur relit, sans rien pouvoir envoyer."""
    adresses = [reverse(f"reseau:{nom}", args=[terrain.reseau.slug]) for nom in ("presentation", "couleurs")]
    adresses.append(reverse("visites:demande-deposer", args=[terrain.reseau.slug]))
    dehors = [Client(), connecter(voisin.membres["animateur"]), connecter(terrain.membres["secretariat"])]
    assert {client.get(adresse).status_code for client in dehors for adresse in adresses} == {404}
    animateur = connecter(terrain.membres["animateur"])
    assert {animateur.get(adresse).status_code for adresse in adresses} == {200}
    assert animateur.post(adresses[-1], {}).status_code == 404


@pytest.mark.parametrize("profil", ROLES_DU_MOTEUR)
def test_matrice_sur_ce_qui_le_concerne(terrain, sans_corps, profil):
    assert list(ecarts(terrain, profil, terrain.a_eux, concerne=True)) == []


@pytest.mark.parametrize("profil", ROLES_DU_MOTEUR)
def test_matrice_sur_ce_qui_est_a_d_autres(terrain, sans_corps, profil):
    assert list(ecarts(terrain, profil, terrain.aux_autres, concerne=False)) == []


@pytest.mark.parametrize("profil", ROLES_DU_MOTEUR)
def test_numero_d_un_autre_reseau_est_introuvable(terrain, voisin, sans_corps, profil):
    client, trouvees = connecter(terrain.membres[profil]), []
    for route in ROUTES:
        if route.vue.droit and portee(terrain.membres[profil], route.vue.droit) is NON:
            continue
        for argument in set(route.arguments) - {"code"}:
            genre = route.objet(argument)
            adresse = route.adresse(terrain.reseau.slug, terrain.a_eux | {genre: voisin.a_eux[genre]})
            for methode in route.vue.methodes:
                if (statut := demander(client, methode, adresse).status_code) != 404:
                    trouvees.append(f"{methode} {route.nom} ({genre}) : {statut}")
    assert trouvees == []


def test_autre_reseau_et_inconnus_restent_dehors(terrain, voisin, sans_corps):
    """Membre d'un autre réseau, membre parti, administrateur technique : 404. Anonyme : la page de connexion."""
    parti = MembreFactory(reseau=terrain.reseau, parti_le="2021-01-01")
    technique, anonyme = Client(), Client()
    technique.force_login(UtilisateurFactory(is_superuser=True))
    dehors = [connecter(voisin.membres["animateur"]), connecter(parti), technique]
    for route in ROUTES:
        adresse = route.adresse(terrain.reseau.slug, terrain.a_eux)
        methode = route.vue.methodes[0]
        assert [demander(client, methode, adresse).status_code for client in dehors] == [404] * 3, route.nom
        response = demander(anonyme, methode, adresse)
        assert (response.status_code, response.url.split("?")[0]) == (302, "/connexion/"), route.nom


def test_formulaires_ne_proposent_rien_d_un_autre_reseau(terrain, voisin):
    """Chaque liste de choix de chaque page n'offre que des objets du réseau : rien d'autre ne peut être posté."""
    client, examines = connecter(terrain.membres["animateur"]), 0
    for route in (route for route in ROUTES if "GET" in route.vue.methodes):
        response = demander(client, "GET", route.adresse(terrain.reseau.slug, terrain.a_eux))
        for champ in champs_a_choix(response.context):
            examines += 1
            offerts = {getattr(choix, "reseau_id", None) for choix in champ.queryset.all()}
            assert voisin.reseau.pk not in offerts, f"{route.nom} : {champ.label}"
    assert examines > 10


def champs_a_choix(contexte):
    """Les champs à choix en base de tous les formulaires que la page a reçus."""
    for valeurs in contexte or []:
        for valeur in [*valeurs.dicts] if hasattr(valeurs, "dicts") else [valeurs]:
            for objet in valeur.values():
                formulaire = getattr(objet, "form", objet)
                if isinstance(formulaire, forms.BaseForm):
                    yield from (champ for champ in formulaire.fields.values() if isinstance(champ, forms.ModelChoiceField))
