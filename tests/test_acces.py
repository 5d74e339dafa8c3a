"""La matrice adresse × rôle × réseau, engendrée à partir des routes et de la table des droits."""

import pytest
from django import forms
from django.apps import apps
from django.db import transaction
from django.test import Client
from django.urls import reverse

from reseau.droits import NON, SIENS, TOUT, portee
from reseau.enums import Profil
from reseau.models import Institution, LogoDInstitution, Membre
from tests.adresses import routes, routes_hors_reseau, routes_publiques
from tests.conftest import connecter
from tests.factories import MembreFactory, PresentationFactory, UtilisateurFactory
from tests.fiabilite.verification import verification
from tests.terrain import ROLES_DU_MOTEUR

ROUTES = routes()
# Celles d'un objet : les autres sont les mêmes, que l'objet soit à soi ou non.
D_UN_OBJET = [route for route in ROUTES if route.arguments]
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
# Ouvertes à l'inconnu : vingt et une, et huit de la page publique d'un réseau, là où le cahier en demandait six au plus. Entrer
# (mot de passe, lien, second facteur, fournisseur), répondre par un lien et travailler hors réseau en font chacun plusieurs.
PUBLIQUES = {
    "connexion",
    "code",
    "lien",
    "lien-envoye",
    "lien-ouvrir",
    "fournisseur",
    "oidc_authentication_callback",
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


def ecarts(terrain, profil, objets, concerne, parmi=ROUTES, methodes=METHODES):
    membre, client = terrain.membres[profil], connecter(terrain.membres[profil])
    client.raise_request_exception = False  # une erreur 500 est un écart parmi les autres, à nommer
    for route in parmi:
        adresse = route.adresse(terrain.reseau.slug, objets)
        for methode in methodes:
            statut = demander(client, methode, adresse).status_code
            if statut not in attendus(route, methode, membre, concerne):
                yield f"{methode} {route.nom} : {statut}"


# Trois façons de casser le produit : la vérification doit s'en apercevoir


def une_vue_sans_politique(monkeypatch):
    monkeypatch.delattr(ROUTES[0].vue, "droit")


def droits_oublies(monkeypatch):
    """La porte ne lit plus la table des droits."""
    monkeypatch.setattr("reseau.acces.portee", lambda membre, droit: TOUT)


def reseau_oublie(monkeypatch):
    """« Ce que voit ce membre » devient « tout »."""
    for modele in apps.get_models():
        if hasattr(modele._default_manager.all(), "visibles_par"):
            lignes = type(modele._default_manager.all())
            monkeypatch.setattr(lignes, "visibles_par", lambda lignes, *lecteur: lignes.all())


def une_vue_devenue_publique(monkeypatch):
    monkeypatch.setattr(ROUTES[0].vue, "publique", True, raising=False)


def une_page_sans_connexion(monkeypatch):
    (compte,) = (route for route in routes_hors_reseau() if route.nom == "compte")
    monkeypatch.setattr(compte.vue, "login_required", False, raising=False)


def logos_de_tous(monkeypatch):
    """La page publique ne regarde plus de quel réseau est l'institution."""
    monkeypatch.setattr(type(Institution.objects.all()), "ouvertes", lambda lignes, le: Institution.objects.all())


# L'animateur, que la table ouvre à tout, dit en un passage ce qui se sert ; les autres, leurs refus.
SAUF_L_ANIMATEUR = [pytest.param(profil, marks=pytest.mark.entiere) for profil in ROLES_DU_MOTEUR if profil != "animateur"]


@verification("A2", "PUT, PATCH et DELETE ne sont servis nulle part, à personne", casser=droits_oublies, rapide=True)
@pytest.mark.parametrize("profil", ["animateur", *SAUF_L_ANIMATEUR])
def test_aucune_route_ne_sert_une_autre_methode(bilan, terrain, sans_corps, profil):
    trouves = ecarts(terrain, profil, terrain.a_eux, concerne=True, methodes=JAMAIS_SERVIES)
    bilan.noter_lot(len(ROUTES) * len(JAMAIS_SERVIES), trouves)


@verification("A1", "toute adresse d’un réseau déclare sa politique", casser=une_vue_sans_politique, rapide=True)
def test_routes_ont_toutes_une_politique(bilan):
    assert len(ROUTES) > 60
    for route in ROUTES:
        bilan.noter(route.cloisonnee, route.nom)


@verification("A1", "toute adresse ouverte à l’inconnu est nommée", casser=une_page_sans_connexion, rapide=True)
def test_routes_publiques_sont_nommees(bilan):
    for route in routes_hors_reseau():
        bilan.noter(getattr(route.vue, "login_required", True) or route.nom in PUBLIQUES, route.nom)


@verification("A1", "toute adresse publique d’un réseau est nommée", casser=une_vue_devenue_publique, rapide=True)
def test_routes_publiques_d_un_reseau_sont_nommees(bilan):
    trouvees = {route.nom for route in routes_publiques()}
    bilan.noter_lot(len(trouvees | PUBLIQUES_D_UN_RESEAU), sorted(trouvees ^ PUBLIQUES_D_UN_RESEAU))


def test_page_publique_fermee_est_introuvable_sauf_pour_qui_la_regle(terrain, voisin):
    """Pour l'anonyme, pour les membres, pour l'animateur d'à côté : 404 ; l'animateur relit, sans rien pouvoir envoyer."""
    adresses = [reverse(f"reseau:{nom}", args=[terrain.reseau.slug]) for nom in ("presentation", "couleurs")]
    adresses.append(reverse("visites:demande-deposer", args=[terrain.reseau.slug]))
    dehors = [Client(), connecter(voisin.membres["animateur"]), connecter(terrain.membres["secretariat"])]
    assert {client.get(adresse).status_code for client in dehors for adresse in adresses} == {404}
    animateur = connecter(terrain.membres["animateur"])
    assert {animateur.get(adresse).status_code for adresse in adresses} == {200}
    assert animateur.post(adresses[-1], {}).status_code == 404


@verification("A2", "rôle × adresse × méthode, sur ce qui le concerne", casser=droits_oublies, rapide=True)
@pytest.mark.parametrize("profil", ROLES_DU_MOTEUR)
def test_matrice_sur_ce_qui_le_concerne(bilan, terrain, sans_corps, profil):
    bilan.noter_lot(len(ROUTES) * len(METHODES), ecarts(terrain, profil, terrain.a_eux, concerne=True))


@verification("A2", "rôle × adresse × méthode, sur ce qui est à d’autres", casser=droits_oublies, rapide=True)
@pytest.mark.parametrize("profil", ROLES_DU_MOTEUR)
def test_matrice_sur_ce_qui_est_a_d_autres(bilan, terrain, sans_corps, profil):
    trouves = ecarts(terrain, profil, terrain.aux_autres, concerne=False, parmi=D_UN_OBJET)
    bilan.noter_lot(len(D_UN_OBJET) * len(METHODES), trouves)


# Le secrétariat voit ce que voit l'animateur ; l'observateur, une poignée de pages : en passage de fiabilité.
EN_ENTIER = {"secretariat", "observateur"}
TOUR_A_TOUR = [pytest.param(profil, marks=[pytest.mark.entiere] if profil in EN_ENTIER else []) for profil in ROLES_DU_MOTEUR]


@verification("A3", "chaque numéro d’un autre réseau, dans chaque adresse", casser=reseau_oublie, rapide=["sqlite"])
@pytest.mark.parametrize("profil", TOUR_A_TOUR)
def test_numero_d_un_autre_reseau_est_introuvable(bilan, terrain, voisin, sans_corps, profil):
    client = connecter(terrain.membres[profil])
    for route in ROUTES:
        if route.vue.droit and portee(terrain.membres[profil], route.vue.droit) is NON:
            continue
        for argument in set(route.arguments) - {"code"}:
            genre = route.objet(argument)
            adresse = route.adresse(terrain.reseau.slug, terrain.a_eux | {genre: voisin.a_eux[genre]})
            for methode in route.vue.methodes:
                statut = demander(client, methode, adresse).status_code
                bilan.noter(statut == 404, f"{methode} {route.nom} ({genre}) : {statut}")


@verification("A3", "le numéro d’un autre réseau, dans chaque page publique", casser=logos_de_tous, rapide=["sqlite"])
def test_numero_d_un_autre_reseau_est_introuvable_sans_compte(bilan, terrain, voisin):
    """Les deux pages publiques sont ouvertes : le logo du sien se lit, celui d'à côté, jamais."""
    for ouvert in (terrain, voisin):
        PresentationFactory(reseau=ouvert.reseau)
        LogoDInstitution.objects.create(institution_id=ouvert.a_eux["institution"], image=b"\xff\xd8")
    for route in (route for route in routes_publiques() if "pk" in route.arguments):
        adresses = [route.adresse(terrain.reseau.slug, ou.a_eux) for ou in (terrain, voisin)]
        statuts = [Client().get(adresse).status_code for adresse in adresses]
        bilan.noter(statuts == [200, 404], f"{route.nom} : {statuts}")


def n_importe_qui_entre(monkeypatch):
    """Un compte suffit : on entre au titre du premier membre venu."""
    lignes = type(Membre.objects.all())
    monkeypatch.setattr(lignes, "pour", lambda membres, utilisateur, slug: membres.filter(reseau__slug=slug).first())


@verification("A3", "ni un autre réseau, ni un parti, ni le technicien n’entrent", casser=n_importe_qui_entre, rapide=["sqlite"])
def test_autre_reseau_et_inconnus_restent_dehors(bilan, terrain, voisin, sans_corps):
    """Membre d'un autre réseau, membre parti, administrateur technique : 404. Anonyme : la page de connexion.

    Chaque méthode servie ; la première seulement, en abrégé.
    """
    parti = MembreFactory(reseau=terrain.reseau, parti_le="2021-01-01")
    technique, anonyme = Client(), Client()
    technique.force_login(UtilisateurFactory(is_superuser=True))
    dehors = [connecter(voisin.membres["animateur"]), connecter(parti), technique]
    for route in ROUTES:
        adresse = route.adresse(terrain.reseau.slug, terrain.a_eux)
        for methode in route.vue.methodes[: bilan.taille(bref=1, entier=3)]:
            statuts = [demander(client, methode, adresse).status_code for client in dehors]
            bilan.noter(statuts == [404] * 3, f"{methode} {route.nom} : {statuts}")
            response = demander(anonyme, methode, adresse)
            porte = response.status_code, response.url.split("?")[0]
            bilan.noter(porte == (302, "/connexion/"), f"{methode} {route.nom}, sans compte")


@verification("A4", "aucune liste de choix n’offre un objet d’un autre réseau", casser=reseau_oublie, rapide=["sqlite"])
def test_formulaires_ne_proposent_rien_d_un_autre_reseau(bilan, terrain, voisin):
    """Chaque liste de choix de chaque page n'offre que des objets du réseau : rien d'autre ne peut être posté."""
    client = connecter(terrain.membres["animateur"])
    for route in (route for route in ROUTES if "GET" in route.vue.methodes):
        response = demander(client, "GET", route.adresse(terrain.reseau.slug, terrain.a_eux))
        for champ in champs_a_choix(response.context):
            offerts = {getattr(choix, "reseau_id", None) for choix in champ.queryset.all()}
            bilan.noter(voisin.reseau.pk not in offerts, f"{route.nom} : {champ.label}")
    assert bilan.essayes > 10


def champs_a_choix(contexte):
    """Les champs à choix en base de tous les formulaires que la page a reçus."""
    for valeurs in contexte or []:
        for valeur in [*valeurs.dicts] if hasattr(valeurs, "dicts") else [valeurs]:
            for objet in valeur.values():
                formulaire = getattr(objet, "form", objet)
                if isinstance(formulaire, forms.BaseForm):
                    yield from (champ for champ in formulaire.fields.values() if isinstance(champ, forms.ModelChoiceField))
