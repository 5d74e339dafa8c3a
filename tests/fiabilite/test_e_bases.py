"""E4 : la base de chaque version livrée se met à jour sans rien perdre, et ses pages s'ouvrent."""

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection

from reseau import cloisons
from reseau.sauvegarde.empreintes import empreinte, registre
from tests.fiabilite import pages
from tests.fiabilite.verification import verification
from tests.lib.base_de_version import base_de_version, versions

pytestmark = pytest.mark.base
# Ce que Django récrit à chaque migration, et ce qu'une migration change à dessein : (table, colonne) et pourquoi.
A_DJANGO = {"django_content_type", "auth_permission", "auth_group_permissions", "reseau_utilisateur_user_permissions"}
CHANGES: dict[tuple[str, str], str] = {}


def une_action_perdue(monkeypatch):
    """Une mise à jour qui perd une fiche."""
    monkeypatch.setattr("tests.fiabilite.test_e_bases.migrer", _migrer_et_perdre)


def migrer():
    call_command("migrate", verbosity=0)


def _migrer_et_perdre():
    call_command("migrate", verbosity=0)
    dernier = apps.get_model("suivi", "MouvementDAction").objects.order_by("-pk").first()
    dernier.delete()


@verification("E4", "bases vides et pleines, restaurées, migrées, comparées", casser=une_action_perdue)
@pytest.mark.parametrize("version", versions())
def test_base_livree_se_met_a_jour(bilan, tmp_path, django_db_blocker, version):
    for sorte in ("pleine",) if bilan.casse else ("vide", "pleine"):
        with django_db_blocker.unblock(), base_de_version(f"{version}-{sorte}", tmp_path):
            avant = _relever(registre())
            migrer()
            connection.check_constraints()
            _comparer(bilan, avant)
            if sorte == "pleine":
                bilan.noter(sum(nombre for nombre, _, _ in avant.values()) > 5_000, "la base pleine ne l’est pas")
                pages.ouvrir(bilan)


def _relever(etat):
    """{table: (lignes, empreinte, colonnes comparées)}, au schéma d'alors."""
    releve = {}
    for modele in cloisons.tables(etat):
        table = modele._meta.db_table
        gardes = _champs(modele, {champ.column for champ in modele._meta.local_concrete_fields})
        dite = empreinte(modele._base_manager.all(), gardes)
        releve[table] = dite["lignes"], dite["sha256"], dite["colonnes"]
    return {table: dit for table, dit in releve.items() if table not in A_DJANGO}


def _comparer(bilan, avant):
    maintenant = {modele._meta.db_table: modele for modele in cloisons.tables()}
    for table, (lignes, resume, colonnes) in avant.items():
        dite = empreinte(maintenant[table]._base_manager.all(), _champs(maintenant[table], {*colonnes}))
        bilan.noter((dite["lignes"], dite["sha256"]) == (lignes, resume), f"{table} : {dite['lignes']} lignes, {lignes} avant")


def _champs(modele, colonnes):
    table = modele._meta.db_table
    return [c for c in modele._meta.local_concrete_fields if c.column in colonnes and (table, c.column) not in CHANGES]
