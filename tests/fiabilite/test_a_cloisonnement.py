"""A4, A6, A8 : un numéro d'ailleurs posté, un filtre forgé, une lecture qui écrirait."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet

from reseau.acces import ReseauMiddleware
from reseau.droits import NON, portee
from reseau.lib.listes import page_de
from reseau.models import Journal, Membre
from tests.adresses import routes
from tests.conftest import connecter
from tests.fiabilite.cloisons import ecritures, empreintes, melanges
from tests.fiabilite.formulaires import des_pages
from tests.fiabilite.verification import verification
from tests.terrain import PROFILS
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
}
# Ce qui, sans rien viser, dit la même chose → des demandes, chacune de plusieurs filtres forgés ensemble.
FORGES = {
    "": [
        [
            "{}__password__regex=^a",
            "auteur__utilisateur__password__startswith=p",
            "developpeur__utilisateur__password__regex=.",
            "membre__utilisateur__email__contains=a",
            "entreprise__reseau=2",
            "reseau=2",
            "reseau__slug=essai",
            "compte_rendu__reserve__texte__contains=a",
            "o=utilisateur__password",
        ],
        [
            "reseau_id=2",
            "pk__gt=0",
            "id__in=1,2,3",
            "o=-reseau__cree_le",
            "ordering=utilisateur__password",
            "order_by=password",
            "_connector=OR 1=1",
            "_negated=1",
        ],
    ],
    "tri=zzz": [["tri=utilisateur__password"]],
    "tri=-zzz": [["tri=-pk;drop"]],
    "page=-1": [["page=-1", "_connector=OR"]],
}
# Ce qu'une lecture a le droit d'écrire : qu'elle a eu lieu, et la session de qui lit.
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


def etrangers(formulaire, voisin):
    """(nom du champ, numéro du voisin) pour chaque champ de ce formulaire qui désigne un objet."""
    for nom, champ in formulaire.champs.items():
        genre = GENRES.get(nom.rpartition("-")[2], nom.rpartition("-")[2])
        if genre in voisin.a_eux and champ.genre not in ("text", "textarea"):
            yield nom, str(voisin.a_eux[genre])


@verification("A4", "un numéro du voisin, posté dans chaque champ qui désigne un objet", casser=formulaires_non_bornes)
def test_numero_poste_d_un_autre_reseau_ne_change_rien(bilan, terrain, voisin):
    membre = terrain.membres["animateur"]
    client = connecter(membre)
    client.raise_request_exception = False
    avant = empreintes(voisin.reseau)
    for formulaire in des_pages(client, membre, terrain.a_eux):
        for nom, numero in etrangers(formulaire, voisin):
            with transaction.atomic(), ecritures() as tables:
                client.post(formulaire.action, formulaire.saisie(**{nom: [numero]}))
                intact = not tables or empreintes(voisin.reseau) == avant
                mele = melanges(tables)
                transaction.set_rollback(True)
            bilan.noter(intact, f"{formulaire.action} {nom} : une ligne du voisin a changé")
            bilan.noter(not mele, f"{formulaire.action} {nom} : {mele}")


# A6


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


@verification("A6", "vingt filtres et tris interdits sur chaque liste", casser=filtres_qui_croient_l_adresse)
def test_filtre_forge_ne_dit_rien(bilan, terrain):
    membre = terrain.membres["animateur"]
    client = connecter(membre)
    client.raise_request_exception = False
    for route in routes():
        adresse = route.adresse(membre.reseau.slug, terrain.a_eux)
        if "GET" not in route.vue.methodes or "." in adresse or portee(membre, route.vue.droit) is NON:
            continue
        contenu(client, adresse)  # une page précédente peut avoir laissé un message, qui se lit une fois
        attendus = {neutre: contenu(client, f"{adresse}?{neutre}") for neutre in FORGES}
        if attendus[""][0] == 200 and attendus[""][1]:
            for neutre, demandes in FORGES.items():
                for forges in demandes:
                    inertes = contenu(client, f"{adresse}?{'&'.join(forges)}") == attendus[neutre]
                    bilan.noter_lot(len(forges), [] if inertes else [f"{route.nom}?{'&'.join(forges)}"])


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
def test_lire_n_ecrit_rien(bilan, terrain, profil):
    client = connecter(terrain.membres[profil])
    for route in routes():
        if "GET" in route.vue.methodes:
            with transaction.atomic(), ecritures() as tables:
                client.get(route.adresse(terrain.reseau.slug, terrain.a_eux))
                transaction.set_rollback(True)
            bilan.noter(tables <= TENUES_EN_LISANT, f"{route.nom} écrit {sorted(tables - TENUES_EN_LISANT)}")


@verification("A8", "chaque envoi de l’observateur, hors de ce qui est à lui", casser=())
def test_observateur_n_ecrit_rien(bilan, terrain):
    membre = terrain.membres["observateur"]
    client = connecter(membre)
    for route in routes():
        if portee(membre, route.vue.droit) is NON:
            for methode in ("GET", "POST", "PUT", "PATCH", "DELETE"):
                with transaction.atomic(), ecritures() as tables:
                    client.generic(methode, route.adresse(terrain.reseau.slug, terrain.a_eux))
                    transaction.set_rollback(True)
                bilan.noter(tables <= TENUES_EN_LISANT, f"{methode} {route.nom} écrit {sorted(tables)}")
