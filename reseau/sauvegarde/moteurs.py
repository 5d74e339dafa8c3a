"""Copier et remettre une base entière, chaque moteur par son outil : l'API de sauvegarde de SQLite, pg_dump et pg_restore.

Jamais `cp` : sous écriture, une copie de fichier est presque toujours abîmée (fiabilité, E2).
"""

import contextlib
import os
import re
import shutil
import sqlite3
import subprocess
from pathlib import Path
from time import monotonic

from django.db import DEFAULT_DB_ALIAS, OperationalError, connections, transaction
from django.db.backends.postgresql.client import DatabaseClient

from reseau.lib.erreurs import RegleEnfreinte
from reseau.sauvegarde.base_a_part import jointe

MEMBRES = {"sqlite": "base.sqlite3", "postgresql": "base.dump"}
BLOC = 1 << 20
ATTENTE = 20  # secondes : ce qu'on attend d'un verrou avant de dire que la base sert encore
OCCUPEE = "La base sert encore : arrêtez le service et les commandes, puis recommencez. Rien n’a été changé."
# Tout ce qu'un schéma du produit peut contenir ; le schéma lui-même et les extensions restent.
VIDER = """DO $$ DECLARE o record; BEGIN
  FOR o IN SELECT format('%I.%I', schemaname, tablename) AS nom FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE 'DROP TABLE IF EXISTS ' || o.nom || ' CASCADE'; END LOOP;
  FOR o IN SELECT format('%I.%I', schemaname, sequencename) AS nom FROM pg_sequences WHERE schemaname = 'public' LOOP
    EXECUTE 'DROP SEQUENCE IF EXISTS ' || o.nom || ' CASCADE'; END LOOP;
  FOR o IN SELECT p.oid::regprocedure AS nom FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e') LOOP
    EXECUTE 'DROP ROUTINE IF EXISTS ' || o.nom || ' CASCADE'; END LOOP;
END $$;
"""


@contextlib.contextmanager
def copier(cible: Path, *, avancer):
    """Copie la base du service dans `cible` et rend l'alias où relever ce que la copie contient, au même instant."""
    connexion = connections[DEFAULT_DB_ALIAS]
    if connexion.vendor == "sqlite":
        _copier_sqlite(connexion, cible, avancer)
        with jointe(cible, OPTIONS={}) as alias:
            _verifier_sqlite(connections[alias])
            yield alias
        return
    avancer("Copie de la base")
    with transaction.atomic(), connexion.cursor() as curseur:
        # pg_dump et nos empreintes lisent le même instantané : ce qui s'écrit pendant ce temps n'est dans aucun des deux.
        curseur.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        curseur.execute("SELECT pg_export_snapshot()")
        arguments = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={curseur.fetchone()[0]}"]
        _jouer("pg_dump", connexion, *arguments, f"--file={cible}")
        yield DEFAULT_DB_ALIAS


def remettre(source: Path, alias=DEFAULT_DB_ALIAS, *, avancer):
    """Remplace tout le contenu de cette base par `source`, en une fois : interrompu, l'ancien contenu est intact."""
    connexion = connections[alias]
    avancer("Remise de la base")
    if connexion.vendor == "sqlite":
        _remettre_sqlite(connexion, source, avancer)
    else:
        connexion.close()
        _remettre_postgresql(connexion, source)


def version(connexion) -> str:
    """« SQLite 3.40.1 », « PostgreSQL 15 »."""
    if connexion.vendor == "sqlite":
        return f"SQLite {sqlite3.sqlite_version}"
    connexion.ensure_connection()
    return f"PostgreSQL {connexion.pg_version // 10_000}"


def _copier_sqlite(connexion, cible, avancer):
    connexion.ensure_connection()
    os.close(os.open(cible, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    copie = sqlite3.connect(cible)
    try:
        connexion.connection.backup(copie, pages=4096, progress=_suivre("Copie", avancer))
        copie.execute("PRAGMA journal_mode=DELETE")  # un seul fichier, sans journal à côté
    except sqlite3.OperationalError as erreur:
        if "full" in str(erreur):
            raise OSError(28, "Plus de place") from erreur
        raise
    finally:
        copie.close()


def _verifier_sqlite(connexion):
    # Par Django : nos contraintes appellent ses fonctions (REGEXP), que SQLite seul ne connaît pas.
    with connexion.cursor() as curseur:
        curseur.execute("PRAGMA integrity_check")
        verdict = curseur.fetchone()[0]
    if verdict != "ok":
        raise RegleEnfreinte(f"SQLite dit la base abîmée : {verdict}. La sauvegarde n’est pas faite.")


def _suivre(etape, avancer):
    """Ce que SQLite appelle à chaque pas. Sans borne, Python réessaierait sans fin tant qu'un autre tient la base."""
    depuis = monotonic()

    def suivre(etat, reste, total):
        nonlocal depuis
        if etat not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            depuis = monotonic()
        elif monotonic() - depuis > ATTENTE:
            raise RegleEnfreinte(OCCUPEE)
        avancer(etape, total - reste, total)

    return suivre


def _remettre_sqlite(connexion, source, avancer):
    connexion.ensure_connection()
    copie = sqlite3.connect(f"file:{source}?mode=ro", uri=True)
    try:
        copie.backup(connexion.connection, progress=_suivre("Remise", avancer))
        connexion.connection.execute("PRAGMA journal_mode=WAL")
    except (sqlite3.OperationalError, OperationalError) as erreur:
        raise RegleEnfreinte(OCCUPEE) from erreur
    finally:
        copie.close()


def _remettre_postgresql(connexion, source):
    """`pg_restore` écrit le SQL, `psql` le joue après avoir vidé le schéma : une seule transaction, arrêtée à la première erreur.

    C'est `pg_restore --exit-on-error --single-transaction`, plus le vidage dans la même transaction : `--clean` ne sait pas ôter
    une table que l'archive ignore (celle d'une version plus récente).
    """
    ecrire = _outil("pg_restore", connexion)
    arguments, environ = DatabaseClient.settings_to_cmd_args_env(connexion.settings_dict, [])
    options = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=-"]
    environ = os.environ | (environ or {}) | {"PGOPTIONS": f"-c lock_timeout={ATTENTE}s -c client_min_messages=error"}
    tuyaux = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    with (
        subprocess.Popen([_outil("psql", connexion), *options, *arguments[1:]], env=environ, **tuyaux) as joueur,
        subprocess.Popen(
            [ecrire, "--no-owner", "--no-privileges", "--exit-on-error", "--file=-", str(source)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as lecteur,
    ):
        with contextlib.suppress(BrokenPipeError):  # psql s'est arrêté : il dira pourquoi
            joueur.stdin.write(b"BEGIN;\n" + VIDER.encode())
            shutil.copyfileobj(lecteur.stdout, joueur.stdin, BLOC)
        plainte = lecteur.stderr.read().decode(errors="replace")
        if lecteur.wait():
            joueur.kill()
            raise RegleEnfreinte(f"pg_restore ne relit pas la sauvegarde : {_derniere(plainte)} Rien n’a été changé.")
        # Le COMMIT vient d'ici, et d'ici seulement : si ce processus meurt avant, la fin du texte vaut un ROLLBACK.
        plainte = joueur.communicate(b"\nCOMMIT;\n")[1].decode(errors="replace")
    if joueur.returncode:
        raise RegleEnfreinte(OCCUPEE if "lock timeout" in plainte else f"PostgreSQL refuse la sauvegarde : {_derniere(plainte)}")


def _jouer(nom, connexion, *options):
    arguments, environ = DatabaseClient.settings_to_cmd_args_env(connexion.settings_dict, [])
    commande = [_outil(nom, connexion), *options, *arguments[1:]]
    fait = subprocess.run(commande, env=os.environ | (environ or {}), stderr=subprocess.PIPE, text=True, check=False)
    if fait.returncode and "No space left" in fait.stderr:
        raise OSError(28, "Plus de place")
    if fait.returncode:
        raise RegleEnfreinte(f"{nom} a échoué : {_derniere(fait.stderr)}")


def _outil(nom, connexion) -> str:
    """Le chemin de cet outil de PostgreSQL, d'une version au moins celle du serveur."""
    chemin = shutil.which(nom)
    if chemin is None:
        raise RegleEnfreinte(f"La commande {nom} manque : installez le paquet postgresql-client.")
    dite = subprocess.run([chemin, "--version"], capture_output=True, text=True, check=False).stdout
    majeure = int((re.search(r"(\d+)", dite) or ["0", "0"])[1])
    serveur = _version_du_serveur(connexion)
    if majeure < serveur:
        raise RegleEnfreinte(f"{nom} est en version {majeure}, le serveur en {serveur} : installez postgresql-client-{serveur}.")
    return chemin


def _version_du_serveur(connexion):
    connexion.ensure_connection()
    return connexion.pg_version // 10_000


def _derniere(plainte):
    return (plainte.strip().splitlines() or ["sans rien dire"])[-1]
