"""A11 : pendant toute la matrice des accès, aucune requête ne lit une table d'un réseau sans le nommer."""

import re

import pytest

from reseau.models.membre import MembreQuerySet
from tests.conftest import connecter
from tests.fiabilite.verification import verification
from tests.lib.garde_sql import garder
from tests.test_acces import ROUTES, demander

# Ce qui se lit à dessein sans nommer un réseau : (ce qu'on reconnaît dans la requête, pourquoi).
EXCEPTIONS = (
    (
        r'JOIN "reseau_pli" .*\."pli_id" IS NOT NULL',
        "`constater` dit aux lettres, invitations et suites ce que leur courriel est devenu, tous réseaux ; rien ne s'en montre",
    ),
)
# La contre-épreuve n'ouvre que l'annuaire : c'est lui qu'elle casse.
CASSEES = [route for route in ROUTES if route.nom.startswith("reseau:membre")]


def un_filtre_oublie(monkeypatch):
    """L'annuaire montre tous les membres, de tous les réseaux."""
    monkeypatch.setattr(MembreQuerySet, "visibles_par", lambda lignes, membre: lignes.select_related("institution"))


@verification("A11", "chaque requête de la matrice des accès nomme le réseau, ou suit une clé déjà lue", casser=un_filtre_oublie)
@pytest.mark.parametrize("profil", ["animateur", "associe"])
def test_chaque_requete_nomme_le_reseau(bilan, terrain, sans_corps, profil):
    client = connecter(terrain.membres[profil])
    with garder() as garde:
        for route in CASSEES if bilan.casse else ROUTES:
            adresse = route.adresse(terrain.reseau.slug, terrain.a_eux)
            for methode in route.vue.methodes:
                garde.commencer(f"{methode} {route.nom}", [terrain.a_eux[route.objet(a)] for a in route.arguments])
                demander(client, methode, adresse)
    fautives = [f"{ou} : {sql}" for sql, ou in garde.fautives.items() if not any(re.search(e, sql) for e, _ in EXCEPTIONS)]
    bilan.noter_lot(garde.vues, fautives)
