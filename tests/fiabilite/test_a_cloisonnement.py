"""A4, A6, A8 : un numéro d'ailleurs posté, un filtre forgé, une lecture qui écrirait."""

import re
from itertools import chain
from urllib.parse import parse_qsl, urlencode

import pytest
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet

from reseau.acces import ReseauMiddleware
from reseau.droits import NON, portee
from reseau.lib.listes import page_de
from reseau.models import JetonUtilise, Journal, Membre
from tests.adresses import routes
from tests.conftest import connecter
from tests.fiabilite.cloisons import ecritures, empreintes, melanges
from tests.fiabilite.formulaires import accepte, jamais_atteintes, tous
from tests.fiabilite.mise_en_scene import scene
from tests.fiabilite.verification import verification
from tests.terrain import PROFILS
from tests.test_acces import droits_oublies
from visites.models.courrier import CourrierQuerySet
from visites.views import entreprises as vues_des_entreprises

pytestmark = pytest.mark.django_db

# Le genre d'objet que désigne un champ dont le nom n'est pas celui du genre.
GENRES = {
    "present": "membre",
    "fiche": "entreprise",
    "responsable": "membre",
    "developpeur": "membre",
    "accompagnant": "membre",
    "suppleant": "membre",
    "membres": "membre",
    "destinataire": "membre",
    "junior": "membre",
    "ancien": "membre",
    "interlocuteur": "membre",
    "entreprises": "entreprise",
    "concurrente": "entreprise",
    "dispositifs": "dispositif",
    "etiquettes": "etiquette",
    "choisie_en": "reunion",
    "restituee_en": "reunion",
    "decidee_en": "reunion",
    "successeur": "institution",
    "organisme": "institution",
    "inscrits": "membre",
    "presents": "membre",
    "vu": "contact",
    "autre": "entreprise",
    "toutes": "courrier",
    "avec": "entreprise",
}
# Un champ dont le nom porte un numéro (« developpeur-12 ») : de quoi est ce numéro, et de quoi est celui qu'il reçoit.
PORTEURS = {
    "developpeur": ("entreprise", "membre"),
    "interlocuteur": ("projet", "membre"),
    "responsable": ("action", "membre"),
    "accompagnement": ("visite", "membre"),
    "visite": ("visite", "membre"),
    "action": ("action", "membre"),
    "projet": ("projet", "membre"),
    "fiche": ("competence", "membre"),
    "avant": ("membre", None),
}
# Où l'on choisit un numéro qui ne désigne aucune ligne d'un réseau : un nombre, une note, une nomenclature publique.
PAS_DES_OBJETS = {"version", "etalement", "minutes", "ecoute", "utilite", "suites", "clarte"}
PAS_DES_OBJETS |= {"TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS", "MAX_NUM_FORMS"}
PAS_DES_OBJETS |= {"zones_emploi", "divisions", "arrondissements", "epci"}
# Ce qui se reçoit et ne s'applique pas : un brouillon garde ce qui est tapé, tel quel ; la fiche où revenir n'est qu'une adresse.
SANS_REFUS = {("suivi:compte-rendu", "vu"), ("suivi:compte-rendu", "interlocuteur"), ("entreprises:concurrence-retirer", "fiche")}
# Des champs qu'aucun filtre n'offre, et de quoi les atteindre.
VISES = ["{}__password", "auteur__utilisateur__password", "developpeur__utilisateur__password", "membre__utilisateur__email"]
VISES += ["entreprise__reseau", "reseau", "reseau__slug", "compte_rendu__reserve__texte", "reseau_id", "pk"]
SUFFIXES = ["=a", "__regex=^a", "__startswith=a", "__contains=a", "__gt=0"]
# Ce qui, sans rien viser, dit la même chose → des demandes, chacune de quelques filtres ou tris forgés ; soixante en tout.
FORGES = {
    "": [
        *([f"{vise}{suffixe}" for suffixe in SUFFIXES] for vise in VISES),
        ["id__in=1,2,3", "_connector=OR 1=1", "_negated=1"],
        ["o=utilisateur__password", "ordering=utilisateur__password", "order_by=password"],
        ["o=-reseau__cree_le"],
    ],
    "tri=zzz": [["tri=utilisateur__password"]],
    "tri=-zzz": [["tri=-pk;drop"]],
    "page=-1": [["page=-1&_connector=OR"]],
}
# Ce qu'une lecture a le droit d'écrire : qu'elle a eu lieu, et la session de qui lit.
TENUES_EN_ENVOYANT = {Journal._meta.db_table, Session._meta.db_table, JetonUtilise._meta.db_table}
TENUES_EN_LISANT = {Journal._meta.db_table, Session._meta.db_table}
# Ce qui change d'un affichage à l'autre, ou répète l'adresse demandée.
VARIABLE = re.compile(
    r'name="(csrfmiddlewaretoken|jeton)" value="[^"]*"|\?[^"<> ]*(?=")|type="hidden"[^>]*>|action="[^"]*"'
    "|[^ <>]+ n’en fait pas partie"
)


# A4


def formulaires_non_bornes(monkeypatch):
    """Les listes de choix et les lots ne regardent plus le réseau."""
    filtrer = QuerySet.filter

    def filtrer_sans_reseau(lignes, *conditions, **mots):
        mots = {nom: valeur for nom, valeur in mots.items() if not nom.endswith("reseau") or lignes.model is Membre}
        return filtrer(lignes, *conditions, **mots)

    monkeypatch.setattr(QuerySet, "filter", filtrer_sans_reseau)


def forges(formulaire, voisins):
    """(ce que l'on forge, adresse, champs forcés, si c'est une valeur) : un numéro du voisin mis à une place, une à la fois."""
    adresse, _, requete = formulaire.action.partition("?")
    for nom, _ in parse_qsl(requete):
        if (genre := GENRES.get(nom, nom)) in voisins:
            yield f"?{nom}", f"{adresse}?{urlencode(dict(parse_qsl(requete)) | {nom: voisins[genre]})}", {}, True
    for nom, champ in formulaire.champs.items():
        racine, porteur, numero = _decouper(nom)
        des_siens, recu = PORTEURS.get(porteur, (None, GENRES.get(racine, racine)))
        if recu in voisins and champ.genre not in ("text", "textarea") and champ.offertes != ["on"]:
            ligne = {"entreprise": [numero]} if numero in getattr(formulaire.champs.get("entreprise"), "offertes", ()) else {}
            yield nom, formulaire.action, ligne | {nom: [str(voisins[recu])]}, True
        if des_siens:
            autre = nom.removesuffix(numero) + str(voisins[des_siens])
            yield nom, formulaire.action, {nom: [], autre: champ.rempli or champ.offertes[-1:]}, False


def _decouper(nom):
    """(dernier mot, celui qui porte un numéro ou rien, ce numéro) : « avant-responsable-12 », « vue-nom », « ligne »."""
    reste, _, fin = nom.rpartition("-")
    return ("", reste.rpartition("-")[2], fin) if fin.isdecimal() else (fin, "", "")


def sans_genre(formulaire, voisins):
    """Les champs où l'on choisit un numéro sans que l'on sache de quoi."""
    for nom, champ in formulaire.champs.items():
        racine, porteur, _ = _decouper(nom)
        numeros = [valeur for valeur in champ.offertes if valeur]
        choisi = champ.genre in ("select", "radio", "checkbox", "hidden") and numeros and all(map(str.isdecimal, numeros))
        connu = porteur in PORTEURS or GENRES.get(racine, racine) in voisins or racine in PAS_DES_OBJETS
        if choisi and not connu:
            yield nom


def lettres_de_tous(monkeypatch):
    """Un lot de lettres prend ce qu'on lui coche."""
    monkeypatch.setattr(CourrierQuerySet, "visibles_par", lambda lettres, membre: lettres.all())


@verification(
    "A4", "un numéro du voisin, posté à chaque place qui en attend un", casser=(formulaires_non_bornes, lettres_de_tous)
)
def test_numero_poste_d_un_autre_reseau_ne_change_rien(bilan, terrain, voisin, sans_papier):
    """Rien du voisin ne change, rien ne s'y lie, et l'envoi qui le nomme n'écrit rien : il est refusé, ou reste sans effet."""
    objets, voisins, atteintes = scene(terrain), scene(voisin), set()
    avant = empreintes(voisin.reseau)
    for formulaire in tous(terrain, objets):
        atteintes.add(formulaire.envoi)
        bilan.noter_lot(1, [f"{formulaire.envoi} {nom} : un numéro de quoi ?" for nom in sans_genre(formulaire, voisins)])
        for nom, adresse, forcees, une_valeur in forges(formulaire, voisins):
            with transaction.atomic(), ecritures() as tables:
                response = formulaire.client.post(adresse, formulaire.saisie(**forcees))
                intact = not tables or empreintes(voisin.reseau) == avant
                mele = melanges(tables)
                transaction.set_rollback(True)
            ou = f"{formulaire.envoi} {nom}"
            bilan.noter(intact, f"{ou} : une ligne du voisin a changé")
            bilan.noter(not mele, f"{ou} : {mele}")
            bilan.noter(response.status_code < 500, f"{ou} : {response.status_code}")
            if une_valeur and (formulaire.envoi, nom) not in SANS_REFUS:
                agi = tables - TENUES_EN_ENVOYANT if accepte(response) else ()
                bilan.noter(not agi, f"{ou} : accepté, écrit {agi}")
    oubliees = jamais_atteintes(atteintes)
    bilan.noter_lot(len(atteintes), [f"{nom} : jamais atteinte, ou exception sans objet" for nom in oubliees])


# A6


LISTE_ABIMEE = "visites:entreprises"  # la seule que la contre-épreuve demande


def filtres_qui_croient_l_adresse(monkeypatch):
    """La liste des entreprises se filtre par ce que dit l'adresse, quel que soit le nom."""
    monkeypatch.setattr(
        vues_des_entreprises, "page_de", lambda request, lignes: page_de(request, lignes.filter(**_crus(request)))
    )


def _crus(request):
    return {nom: valeur for nom, valeur in request.GET.items() if nom in ("reseau", "reseau_id")}


def contenu(client, adresse):
    with transaction.atomic():
        response = client.get(adresse)
        transaction.set_rollback(True)
    return response.status_code, VARIABLE.sub("", response.getvalue().decode(errors="replace").partition("<main")[2])


@verification("A6", "soixante filtres et tris interdits sur chaque liste, deux rôles", casser=filtres_qui_croient_l_adresse)
@pytest.mark.parametrize("profil", ["animateur", "direct"])
def test_filtre_forge_ne_dit_rien(bilan, terrain, profil):
    """Pour l'animateur, un champ visé à la fois, par tous ses suffixes ; pour le direct, et hors des listes, tous ensemble."""
    assert sum(len(demande) for demandes in FORGES.values() for demande in demandes) == 60
    membre = terrain.membres[profil]
    client = connecter(membre)
    client.raise_request_exception = False
    for route in (route for route in routes() if not bilan.casse or route.nom == LISTE_ABIMEE):
        adresse = route.adresse(membre.reseau.slug, terrain.a_eux)
        if "GET" not in route.vue.methodes or "." in adresse or portee(membre, route.vue.droit) is NON:
            continue
        liste = est_une_liste(client, adresse)
        for neutre, demandes in FORGES.items() if liste else [("", FORGES[""])]:
            une_a_une = liste and profil == "animateur"
            _forger(bilan, client, adresse, neutre, demandes if une_a_une else [list(chain(*demandes))])


def _forger(bilan, client, adresse, neutre, demandes):
    attendu = contenu(client, f"{adresse}?{neutre}")
    for demande in demandes if attendu[0] == 200 and attendu[1] else ():
        forgee = f"{adresse}?{'&'.join(demande)}"
        bilan.noter_lot(len(demande), [] if contenu(client, forgee) == attendu else [forgee[:160]])


def est_une_liste(client, adresse):
    """Vrai d'une page qui se filtre ou se pagine ; un message laissé par une page précédente s'y lit, une fois."""
    with transaction.atomic():
        contexte = client.get(adresse).context or {}
        transaction.set_rollback(True)
    return "filter" in contexte or "page_obj" in contexte or "page" in contexte


# A8


def une_lecture_qui_ecrit(monkeypatch):
    """Entrer dans un réseau touche la fiche de qui entre."""
    ouvrir = ReseauMiddleware.process_view

    def ouvrir_et_noter(intergiciel, request, *reste):
        response = ouvrir(intergiciel, request, *reste)
        if getattr(request, "membre", None):
            Membre.objects.filter(pk=request.membre.pk).update(version=1)
        return response

    monkeypatch.setattr(ReseauMiddleware, "process_view", ouvrir_et_noter)


@verification("A8", "chaque adresse lue par chaque rôle", casser=une_lecture_qui_ecrit)
@pytest.mark.parametrize("profil", PROFILS)
def test_lire_n_ecrit_rien(bilan, terrain, sans_papier, profil):
    client = connecter(terrain.membres[profil])
    for route in routes():
        if "GET" in route.vue.methodes:
            with transaction.atomic(), ecritures() as tables:
                client.get(route.adresse(terrain.reseau.slug, terrain.a_eux))
                transaction.set_rollback(True)
            bilan.noter(tables <= TENUES_EN_LISANT, f"{route.nom} écrit {sorted(tables - TENUES_EN_LISANT)}")


@verification("A8", "chaque envoi de qui n’y a pas droit, l’observateur et la préfecture", casser=droits_oublies)
@pytest.mark.parametrize("profil", ["observateur", "prefecture"])
def test_sans_droit_rien_ne_s_ecrit(bilan, terrain, profil):
    membre = terrain.membres[profil]
    client = connecter(membre)
    for route in routes():
        if portee(membre, route.vue.droit) is NON:
            for methode in ("GET", "POST", "PUT", "PATCH", "DELETE"):
                with transaction.atomic(), ecritures() as tables:
                    client.generic(methode, route.adresse(terrain.reseau.slug, terrain.a_eux))
                    transaction.set_rollback(True)
                bilan.noter(tables <= TENUES_EN_LISANT, f"{methode} {route.nom} écrit {sorted(tables)}")
