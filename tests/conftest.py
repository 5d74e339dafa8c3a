"""Un réseau garni de ses membres, un client par rôle, et les références de l'Insee."""

import os
import re
import threading

import pytest
from django.apps import apps
from django.core import mail
from django.core.management import call_command
from django.core.management.commands import flush
from django.db import connection
from django.template.backends.django import Template
from django.test import Client
from django.test.utils import setup_databases, teardown_databases
from xdist.scheduler import LoadScopeScheduling

from reseau import barriere, garde
from reseau.enums import Qualite, Role
from reseau.expedition import expedier
from reseau.lib import pdf
from reseau.lib.prechauffe import prechauffer
from tests.factories import InstitutionFactory, MembreFactory, ReseauFactory, SignataireFactory
from tests.lib.simultane import sur_disque
from tests.terrain import Terrain

REFERENCE = "entreprises.models.reference"

PROFILS = {
    "animateur": {"role": Role.ANIMATEUR, "qualite": Qualite.AUCUN},
    "secretariat": {"role": Role.SECRETARIAT, "qualite": Qualite.AUCUN},
    "direct": {"role": Role.DEVELOPPEUR, "qualite": Qualite.DIRECT},
    "associe": {"role": Role.DEVELOPPEUR, "qualite": Qualite.ASSOCIE},
    "prefecture": {"role": Role.PREFECTURE, "qualite": Qualite.AUCUN},
    "observateur": {"role": Role.OBSERVATEUR, "qualite": Qualite.AUCUN},
}


ROLE_DU_SERVICE = "essai_application"

# Ces fichiers préparent beaucoup, une fois : leurs essais se jouent dans le même processus, et d'abord, étant les plus longs.
ENSEMBLE = {"tests/navigateur/test_pages.py", "tests/navigateur/test_parcours.py", "tests/test_deport.py"}


class ParEssaiSaufEnsemble(LoadScopeScheduling):
    """Un essai à la fois à qui est libre, dans l'ordre de pytest-django : ceux qui vident la base viennent en dernier.

    Dans un passage de fiabilité, ce que lisent l'animateur et son secrétariat, la moitié d'un tel fichier et presque les mêmes
    pages, se joue à côté du reste.
    """

    def _split_scope(self, nodeid):
        fichier, _, essai = nodeid.partition("::")
        if fichier not in ENSEMBLE:
            return nodeid
        a_part = self.config.getoption("fiabilite") and re.search("animateur|secretariat", essai)
        return f"{fichier}, animateur" if a_part else fichier


def pytest_configure(config):
    """Un passage interrompu ne laisse rien derrière lui : un ouvrier occupé ne voit pas de lui-même que nul ne l'attend plus."""
    if hasattr(config, "workerinput"):
        threading.Thread(target=_mourir_avec, args=(os.getppid(),), daemon=True).start()


def pytest_collection_finish(session):
    """Les essais se jouent à chaud, comme le service : le ramasse-miettes y passait un dixième du temps."""
    if session.items:
        prechauffer()


def _mourir_avec(parent):
    reveil = threading.Event()
    while os.getppid() == parent:
        reveil.wait(1)  # seconde ; un essai peut avoir remplacé `time.sleep`
    os._exit(1)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return ParEssaiSaufEnsemble(config, log)


def pytest_collection_modifyitems(items):
    """Marque « base » l'essai qui touche la base : les autres ne dépendent pas du moteur, et ne se jouent qu'une fois."""
    for item in items:
        if item.get_closest_marker("django_db") or {"db", "transactional_db", "django_db_setup"} & set(item.fixturenames):
            item.add_marker("base")


@pytest.fixture(scope="session")
def base_des_essais(django_test_environment, django_db_modify_db_settings, django_db_blocker):
    """Créée dès qu'on la demande : pytest-django n'en crée pas pour un essai joué seul qui ne fait que la copier."""
    with django_db_blocker.unblock():
        creees = setup_databases(verbosity=0, interactive=False, serialized_aliases=())
    yield
    with django_db_blocker.unblock():
        teardown_databases(creees, verbosity=0)


@pytest.fixture(scope="session")
def django_db_setup(base_des_essais, django_db_blocker):
    """Les références chargées une fois, avant tout essai : nul n'y écrit, on ne les efface ni ne les revérifie.

    Sur SQLite, vider la base après un essai à vraies transactions efface ligne à ligne : ici seulement, rien ne s'y oppose.
    """
    with pytest.MonkeyPatch.context() as monkeypatch:
        with django_db_blocker.unblock():
            call_command("charger_references", verbosity=0)
            if connection.vendor == "sqlite":
                garde.retirer(connection, {"journal_sans_gomme", "charte_gardee"})
                verifier, ecrites = connection.check_constraints, tables_ecrites(connection)
                monkeypatch.setattr(connection, "check_constraints", lambda tables=None: verifier(tables or ecrites))
        monkeypatch.setattr(flush, "sql_flush", vider_sauf_references)
        yield


def vider_sauf_references(style, connexion, **options):
    """Ce que joue `flush` après un essai à vraies transactions."""
    return connexion.ops.sql_flush(style, tables_ecrites(connexion), **options)


def tables_ecrites(connexion):
    """Toutes les tables, hors ce que publie l'Insee."""
    modeles = apps.get_app_config("entreprises").get_models()
    publiees = {modele._meta.db_table for modele in modeles if modele.__module__ == REFERENCE}
    return set(connexion.introspection.django_table_names(only_existing=True, include_views=False)) - publiees


@pytest.fixture
def journal_a_recrire(db):
    """Le temps d'un essai, les lignes du journal se redatent."""
    garde.retirer(connection, {"journal_sans_retouche", "journal_sans_gomme"})


@pytest.fixture
def posee(db, settings):
    """La seconde barrière de PostgreSQL, dans la transaction de l'essai : elle s'efface avec elle."""
    settings.BARRIERE_SQL = ROLE_DU_SERVICE
    barriere.activer(ROLE_DU_SERVICE)


@pytest.fixture
def base_sur_disque(transactional_db, tmp_path):
    """Pour jouer des gestes au même instant (`tests.lib.simultane`)."""
    with sur_disque(tmp_path):
        yield


@pytest.fixture
def reseau(db):
    reseau = ReseauFactory()
    SignataireFactory(reseau=reseau)
    return reseau


@pytest.fixture
def membres(reseau):
    """Un membre par profil du réseau : `membres["direct"]`…"""
    institution = InstitutionFactory(reseau=reseau)
    return {
        nom: MembreFactory(reseau=reseau, institution=institution, nom=nom.title(), **profil) for nom, profil in PROFILS.items()
    }


@pytest.fixture
def terrain(db):
    """Un réseau où chaque genre d'objet existe."""
    return Terrain()


@pytest.fixture
def voisin(db):
    """Un autre, de même forme, à côté."""
    return Terrain()


@pytest.fixture
def clients(membres):
    """Un navigateur connecté par profil : `clients["direct"]`…"""
    return Clients(membres)


class Clients(dict):
    """Chacun se connecte la première fois que l'on s'en sert : un essai n'en emploie guère plus d'un."""

    def __init__(self, membres):
        super().__init__()
        self.membres = membres

    def __missing__(self, profil):
        self[profil] = connecter(self.membres[profil])
        return self[profil]

    def connecter_tous(self):
        for profil in self.membres:
            self[profil]


def connecter(membre):
    """Client connecté au compte de ce membre."""
    client = Client()
    client.force_login(membre.utilisateur)
    return client


@pytest.fixture
def sans_papier(monkeypatch):
    """Un papier se compose lentement, et ce qu'on y met se vérifie ailleurs."""
    monkeypatch.setattr(pdf, "imprimer", lambda *arguments, **mots: b"%PDF-")


@pytest.fixture
def papiers_en_clair(monkeypatch):
    """Un papier n'est plus mis en page : il reste ce qu'il dit, le HTML qu'on allait imprimer."""
    monkeypatch.setattr(pdf, "imprimer", lambda html, **mots: html.encode())


@pytest.fixture
def sans_corps(sans_papier, monkeypatch):
    """Ces essais ne lisent que des statuts : pages et papiers restent vides. Leur texte se lit ailleurs, pour chaque rôle."""
    rendre = Template.render

    def rendre_ou_taire(gabarit, *arguments, **mots):
        nom = str(gabarit.origin.template_name)
        page = nom.endswith(".html") and not nom.startswith("pdf/")
        return "" if page else rendre(gabarit, *arguments, **mots)

    monkeypatch.setattr(Template, "render", rendre_ou_taire)


@pytest.fixture
def animateur(membres):
    return membres["animateur"]


@pytest.fixture
def direct(membres):
    return membres["direct"]


@pytest.fixture
def partis():
    """Fait partir ce qu'attend la boîte d'envoi, comme une fois le geste gardé ; rend les courriels partis."""

    def faire_partir():
        expedier()
        return mail.outbox

    return faire_partir


@pytest.fixture
def requetes(request, django_assert_max_num_queries):
    """Compte les requêtes d'un appel : `requetes(lambda: client.get(...))` rend leur nombre, se connecter n'en étant pas."""
    if "clients" in request.fixturenames:
        request.getfixturevalue("clients").connecter_tous()

    def compter(appel):
        with django_assert_max_num_queries(1000) as capture:
            appel()
        return len(capture.captured_queries)

    return compter
