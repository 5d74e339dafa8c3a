"""La seconde barrière PostgreSQL, sous la matrice des accès : rien n'y change, et tout filtre oublié est rattrapé."""

import pytest
from django.urls import reverse

from reseau import barriere
from tests.adresses import routes_hors_reseau
from tests.conftest import ROLE_DU_SERVICE, connecter
from tests.fiabilite.verification import verification
from tests.test_acces import METHODES, ROUTES, demander, ecarts, reseau_oublie

# Adresses à jeton qui ne lisent aucun réseau ; une autre se nomme, avec sa raison, dans `barriere.HORS_RESEAU`.
SANS_RESEAU = {"password_reset_confirm", "lien-ouvrir", "session-fermer"}


def reseau_jamais_ouvert(monkeypatch):
    """La demande ne dit pas à la base de quel réseau elle est."""
    monkeypatch.setattr(barriere, "entrer", lambda *_: None)


def barriere_levee(monkeypatch):
    monkeypatch.setattr(barriere, "active", lambda: False)


@verification("A2", "la matrice des accès, sous la barrière SQL", casser=reseau_jamais_ouvert, moteurs=("postgresql",))
@pytest.mark.parametrize("profil", ["animateur", "associe", "prefecture"])
def test_matrice_passe_sous_la_barriere(bilan, posee, terrain, sans_corps, profil):
    bilan.noter_lot(len(ROUTES) * len(METHODES), ecarts(terrain, profil, terrain.a_eux, concerne=True))


@verification("A3", "tous les filtres oubliés, la base tient seule", casser=barriere_levee, moteurs=("postgresql",))
def test_filtres_oublies_la_base_ne_rend_rien_d_un_autre(bilan, posee, terrain, voisin, sans_corps, monkeypatch):
    reseau_oublie(monkeypatch)
    client = connecter(terrain.membres["animateur"])
    client.raise_request_exception = False
    for route in (route for route in ROUTES if route.vue.methodes[0] == "GET"):
        for argument in set(route.arguments) - {"code"}:
            genre = route.objet(argument)
            adresse = route.adresse(terrain.reseau.slug, terrain.a_eux | {genre: voisin.a_eux[genre]})
            statut = demander(client, "GET", adresse).status_code
            bilan.noter(statut not in (200, 302), f"GET {route.nom} ({genre}) : {statut}")


@verification("A2", "les pages hors d’un réseau, sous la barrière SQL", moteurs=("postgresql",))
def test_pages_hors_d_un_reseau_passent_sous_la_barriere(bilan, posee, terrain, settings):
    client = connecter(terrain.membres["animateur"])
    client.raise_request_exception = False
    for route in routes_hors_reseau():
        if route.arguments:
            bilan.noter(route.nom in barriere.HORS_RESEAU or route.nom in SANS_RESEAU, f"{route.nom} : que lit-elle ?")
            continue
        statuts = []
        for settings.BARRIERE_SQL in ("", ROLE_DU_SERVICE):
            statuts.append(demander(client, "GET", reverse(route.nom)).status_code)
        bilan.noter(statuts[0] == statuts[1], f"{route.nom} : {statuts}")
