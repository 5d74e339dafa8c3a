"""Une base plusieurs fois plus grosse : chaque ligne recopiée, chaque copie liée aux siennes."""

from contextlib import contextmanager
from functools import cache

from django.apps import apps
from django.db import connection

PAS = 1_000_000  # entre la clé d'une ligne et celle de sa copie
DE_METIER = ("reseau_", "entreprises_", "visites_", "suivi_")
INDEX = "entreprises_index"  # celui de la recherche : des déclencheurs le tiennent
CALCULEES = "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'ALWAYS'"
PUBLIES = "entreprises.models.reference"  # ce que publie l'Insee : une ligne par commune, et pas dix


def recopier(fois):
    """Porte à `fois` leur nombre les lignes de chaque table de métier, quel qu'en soit alors le schéma ; rend leur total."""
    with connection.cursor() as curseur, _sans_controle(curseur):
        tables = _tables(curseur)
        for table in tables:
            colonnes, anciennes = _colonnes(curseur, table, tables), f"{_cle(curseur, table)} < {PAS}"
            for copie in range(1, fois):
                valeurs = ", ".join(valeur.format(copie=copie, decalage=copie * PAS) for valeur in colonnes.values())
                curseur.execute(f"INSERT INTO {table} ({', '.join(colonnes)}) SELECT {valeurs} FROM {table} WHERE {anciennes}")
        return sum(_compter(curseur, table) for table in tables)


def _tables(curseur):
    publiees = {modele._meta.db_table for modele in apps.get_models() if modele.__module__ == PUBLIES}
    existantes = connection.introspection.table_names(curseur)
    return [
        table for table in existantes if table.startswith(DE_METIER) and not table.startswith(INDEX) and table not in publiees
    ]


def _cle(curseur, table):
    return f'"{connection.introspection.get_primary_key_column(curseur, table)}"'


def _compter(curseur, table):
    curseur.execute(f"SELECT count(*) FROM {table}")
    return curseur.fetchone()[0]


def _colonnes(curseur, table, tables):
    """{colonne: ce qu'en dit la copie} : une clé se décale, un texte unique se numérote, le reste se répète."""
    lire = connection.introspection
    liees = {colonne: vers for colonne, (_, vers) in lire.get_relations(curseur, table).items()}
    contraintes = lire.get_constraints(curseur, table).values()
    uniques = {limite["columns"][0] for limite in contraintes if limite["unique"] and len(limite["columns"]) == 1}
    uniques.add(lire.get_primary_key_column(curseur, table))
    ecrites = [colonne for colonne in lire.get_table_description(curseur, table) if colonne.name not in _calculees(table)]
    return {f'"{colonne.name}"': _copie(colonne, liees.get(colonne.name), colonne.name in uniques, tables) for colonne in ecrites}


@cache
def _calculees(table):
    """Les colonnes que PostgreSQL remplit seul : nul n'y écrit."""
    if connection.vendor == "sqlite":
        return set()
    with connection.cursor() as curseur:
        curseur.execute(CALCULEES, [table])
        return {nom for (nom,) in curseur.fetchall()}


def _copie(colonne, vers, unique, tables):
    nom, taille = f'"{colonne.name}"', colonne.display_size or 1_000
    if vers in tables:
        return f"{nom} + {{decalage}}"
    if vers or not unique:
        return nom
    genre = connection.introspection.get_field_type(colonne.type_code, colonne)
    if genre.endswith(("IntegerField", "AutoField")):
        return f"{nom} + {{decalage}}"
    if genre == "UUIDField":
        return "gen_random_uuid()"
    numerote = "lower(hex(randomblob(16)))" if taille == 32 else f"substr('{{copie}}' || {nom}, 1, {taille})"
    return f"CASE WHEN {nom} = '' THEN '' ELSE {numerote} END"


@contextmanager
def _sans_controle(curseur):
    """Une copie précède parfois celle à quoi elle se lie."""
    avant, apres = {
        "sqlite": ("PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys = ON"),
        "postgresql": ("SET session_replication_role = replica", "SET session_replication_role = DEFAULT"),
    }[connection.vendor]
    curseur.execute(avant)
    yield
    curseur.execute(apres)
    connection.check_constraints()
