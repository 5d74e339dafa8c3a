"""Ce que la base refuse d'elle-même, quel que soit le programme qui lui parle : récrire le journal, retoucher une charte adoptée.

Le journal ne se modifie jamais, et ne s'efface qu'une fois passé `GARDE` : c'est la purge légale. Une charte adoptée ne change
plus. Les migrations de `reseau` posent ces déclencheurs ; SQLite les perd quand une migration reconstruit la table, et un essai
le dirait. `levee` les ôte le temps d'une transaction : la démonstration et les essais seuls s'en servent.
"""

from contextlib import contextmanager
from typing import NamedTuple

from django.db import transaction

GARDE = "12 months"  # conservation d'un an au plus, de six mois au moins : CNIL, recommandation sur la journalisation (2021)
JOURNAL = "Le journal ne se modifie pas."
CHARTE = "Une charte adoptée ne se modifie plus."


class Garde(NamedTuple):
    """Un déclencheur : table, geste, condition (en SQL de chaque moteur ; vide : toujours), et ce qu'il dit en refusant."""

    nom: str
    table: str
    geste: str
    en_sqlite: str
    en_postgresql: str
    refus: str


RECENTE = (f"old.le > datetime('now', '-{GARDE}')", f"old.le > now() - interval '{GARDE}'")
ADOPTEE = ("old.adoptee_le IS NOT NULL",) * 2
GARDES = (
    Garde("journal_sans_retouche", "reseau_journal", "UPDATE", "", "", JOURNAL),
    Garde("journal_sans_gomme", "reseau_journal", "DELETE", *RECENTE, JOURNAL),
    Garde("charte_figee", "reseau_charte", "UPDATE", *ADOPTEE, CHARTE),
    Garde("charte_gardee", "reseau_charte", "DELETE", *ADOPTEE, CHARTE),
)


def poser(connexion, noms=None, gardes=GARDES):
    """Pose ces gardes (toutes si `noms` est None), à la place de celles qui y seraient déjà."""
    retirer(connexion, noms, gardes)
    with connexion.cursor() as curseur:
        for garde in _choisies(gardes, noms):
            for ordre in ORDRES[connexion.vendor](*garde):
                curseur.execute(ordre)


def retirer(connexion, noms=None, gardes=GARDES):
    with connexion.cursor() as curseur:
        for nom, table, *_ in _choisies(gardes, noms):
            sur = f" ON {table}" if connexion.vendor == "postgresql" else ""
            curseur.execute(f"DROP TRIGGER IF EXISTS {nom}{sur}")


@contextmanager
def levee(connexion, noms=None):
    """Ôte ces gardes le temps d'une transaction ; interrompue, elle les laisse en place."""
    with transaction.atomic(using=connexion.alias):
        connexion.check_constraints()  # PostgreSQL ne touche pas aux déclencheurs d'une table qui attend une vérification
        retirer(connexion, noms)
        yield
        connexion.check_constraints()
        poser(connexion, noms)


def _choisies(gardes, noms):
    return [garde for garde in gardes if noms is None or garde.nom in noms]


def _en_sqlite(nom, table, geste, condition, _, refus):
    quand = f"WHEN {condition}" if condition else ""
    yield f"CREATE TRIGGER {nom} BEFORE {geste} ON {table} {quand} BEGIN SELECT RAISE(ABORT, '{refus}'); END"


def _en_postgresql(nom, table, geste, _, condition, refus):
    # La condition se lit dans la fonction : « WHEN » n'y admettrait aucune autre table.
    yield (
        f"CREATE OR REPLACE FUNCTION {nom}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition or 'true'} THEN"
        f" RAISE EXCEPTION '{refus}' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = '{nom}'; END IF;"
        f" RETURN {'old' if geste == 'DELETE' else 'new'}; END $$"
    )
    yield f"CREATE TRIGGER {nom} BEFORE {geste} ON {table} FOR EACH ROW EXECUTE FUNCTION {nom}()"


ORDRES = {"sqlite": _en_sqlite, "postgresql": _en_postgresql}
