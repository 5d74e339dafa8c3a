"""L'index de recherche, hors des modèles : chaque moteur a le sien, et lui seul le tient à jour.

PostgreSQL : une colonne calculée et son index GIN. SQLite : une table FTS5 sans contenu, et trois déclencheurs. Le texte
indexé est `Entreprise.recherche` : le nom avant « / » (champ A), le reste après (champ B).
"""

POSTGRESQL = (
    "ALTER TABLE entreprises_entreprise ADD COLUMN recherche_mots tsvector GENERATED ALWAYS AS ("
    "setweight(to_tsvector('simple', split_part(recherche, ' / ', 1)), 'A')"
    " || setweight(to_tsvector('simple', split_part(recherche, ' / ', 2)), 'B')) STORED",
    "CREATE INDEX entreprise_par_mots ON entreprises_entreprise USING gin (recherche_mots)",
)
SANS_POSTGRESQL = ("ALTER TABLE entreprises_entreprise DROP COLUMN IF EXISTS recherche_mots",)

_COUPURE = "CASE instr({0}recherche, ' / ') WHEN 0 THEN length({0}recherche) + 1 ELSE instr({0}recherche, ' / ') END"
_COLONNES = f"{{0}}id, substr({{0}}recherche, 1, {_COUPURE} - 1), substr({{0}}recherche, {_COUPURE} + 3)"
_INSCRIRE = f"INSERT INTO entreprises_index (rowid, nom, abords) SELECT {_COLONNES.format('new.')};"
_RAYER = f"INSERT INTO entreprises_index (entreprises_index, rowid, nom, abords) SELECT 'delete', {_COLONNES.format('old.')};"
SQLITE = (
    "CREATE VIRTUAL TABLE entreprises_index USING fts5(nom, abords, content='', tokenize='ascii', prefix='2 3', detail=column)",
    f"INSERT INTO entreprises_index (rowid, nom, abords) SELECT {_COLONNES.format('')} FROM entreprises_entreprise",
    f"CREATE TRIGGER entreprises_index_ajout AFTER INSERT ON entreprises_entreprise BEGIN {_INSCRIRE} END",
    f"CREATE TRIGGER entreprises_index_retrait AFTER DELETE ON entreprises_entreprise BEGIN {_RAYER} END",
    "CREATE TRIGGER entreprises_index_changement AFTER UPDATE OF id, recherche ON entreprises_entreprise"
    f" WHEN old.id <> new.id OR old.recherche <> new.recherche BEGIN {_RAYER} {_INSCRIRE} END",
)
SANS_SQLITE = (
    "DROP TRIGGER IF EXISTS entreprises_index_ajout",
    "DROP TRIGGER IF EXISTS entreprises_index_retrait",
    "DROP TRIGGER IF EXISTS entreprises_index_changement",
    "DROP TABLE IF EXISTS entreprises_index",
)
# Ce que vaut une colonne : combien de fiches, environ, partagent une même valeur. SQLite ne le compte jamais de lui-même.
FICHES = 100_000
PARTAGES = {"reseau_id": FICHES, "fusionnee_dans_id": FICHES, "commune_id": 200, "naf_id": 150, "effectif": 400, "filiere": 5_000}
POSER = {"postgresql": POSTGRESQL, "sqlite": SQLITE}
RETIRER = {"postgresql": SANS_POSTGRESQL, "sqlite": SANS_SQLITE}


def poser(connexion):
    """Crée l'index et y met toutes les fiches ; remplace celui qui existe."""
    retirer(connexion)
    _jouer(connexion, POSER)
    if connexion.vendor == "sqlite":
        with connexion.cursor() as curseur:
            _dire_les_tailles(curseur)


def retirer(connexion):
    """Ôte l'index ; les fiches restent."""
    _jouer(connexion, RETIRER)


def _jouer(connexion, ordres):
    with connexion.cursor() as curseur:
        for ordre in ordres[connexion.vendor]:
            curseur.execute(ordre)


def _dire_les_tailles(curseur):
    """Écrit les statistiques d'une grande table : sans elles, SQLite parcourt le réseau entier plutôt que l'index de mots.

    `ANALYZE`, s'il est joué un jour, les remplace par les vraies.
    """
    curseur.execute("ANALYZE entreprises_mot")  # crée la table des statistiques
    curseur.execute("DELETE FROM sqlite_stat1 WHERE tbl = 'entreprises_entreprise'")
    curseur.execute("SELECT name FROM pragma_index_list('entreprises_entreprise')")
    for (nom,) in curseur.fetchall():
        curseur.execute("SELECT name FROM pragma_index_info(%s) ORDER BY seqno", [nom])
        reste, nombres = FICHES, [FICHES]
        for (colonne,) in curseur.fetchall():
            reste = min(reste, PARTAGES.get(colonne, reste if colonne in ("naf_2025_id", "tranche_effectif") else 1))
            nombres.append(reste)
        curseur.execute(
            "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('entreprises_entreprise', %s, %s)",
            [nom, " ".join(map(str, nombres))],
        )
    curseur.execute("ANALYZE sqlite_schema")  # les relit
