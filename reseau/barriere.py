"""La seconde barrière, sur PostgreSQL : la base elle-même ne rend à une demande que les lignes de son réseau.

La première barrière est dans les QuerySets. Si l'un d'eux oublie son filtre, celle-ci tient : chaque table qui tient à un réseau
(`reseau.cloisons`) porte une politique (Row-Level Security), et la demande prend un rôle qui y est soumis. Elle ferme tout en
entrant, ouvre le seul réseau de l'adresse une fois l'appartenance vérifiée, et rend la connexion comme elle l'a trouvée.

Les commandes gardent le rôle propriétaire, que les politiques ne touchent pas : sans `FORCE`, parce que les migrations, les
sauvegardes et les contrôles de clés étrangères doivent voir toute la base, et qu'une migration qui ne verrait rien ne
corrigerait rien sans le dire. Les politiques valent pour tout autre rôle.
"""

import contextlib

from django.conf import settings
from django.db import DatabaseError, connection, transaction

from reseau import cloisons

POLITIQUE, ETROITE = "cloison", "cloison_etroite"
COURANT = "(SELECT NULLIF(current_setting('reseau.courant', true), '')::bigint)"
TOUS = "(SELECT current_setting('reseau.tous', true) = 'oui')"
POSER = (
    "SELECT set_config('role', %s, false), set_config('reseau.courant', %s, false), set_config('reseau.tous', %s, false),"
    " set_config('reseau.membre', %s, false), set_config('reseau.regalien', %s, false)"
)
SANS_ROLE, OUI = "none", "oui"
# Hors de l'adresse d'un réseau, la base ne rend rien. Ces pages-ci cherchent d'abord de quel réseau il s'agit.
HORS_RESEAU = {
    "reseau:choix": "liste les réseaux de la personne",
    "compte": "mène à la fiche de la personne, ou liste ses réseaux",
    "action-repondre": "le lien signé dit l'action et la personne",
    "action-repondue": "remercie qui a répondu par un lien signé",
    "flux-agenda": "le jeton du flux dit la personne",
    "reponse": "le lien signé de la convocation dit la personne et la réunion",
    "evaluation": "le lien signé du questionnaire dit la visite",
}


def active() -> bool:
    """Vrai si le service la demande (`BARRIERE_SQL` nomme le rôle) et que la base la connaît."""
    return bool(settings.BARRIERE_SQL) and connection.vendor == "postgresql"


@contextlib.contextmanager
def demande():
    """Le temps d'une demande : tout est fermé en entrant ; en sortant, la connexion n'en garde rien."""
    if not active():
        yield
        return
    _poser(role=settings.BARRIERE_SQL)
    try:
        yield
    finally:
        try:
            _poser(role=SANS_ROLE)
        except DatabaseError:
            connection.close()  # dans le doute, elle ne servira pas à une autre demande


def entrer(reseau, membre=None):
    """Ouvre ce réseau, et lui seul, à la suite de la demande ; `membre` : qui lit, pour les politiques plus étroites."""
    if active():
        regalien = OUI if membre is not None and membre.institution.regalienne else ""
        _poser(settings.BARRIERE_SQL, courant=reseau.pk, membre=membre.pk if membre else "", regalien=regalien)


def entrer_sans_reseau(adresse: str):
    """Pour une adresse hors d'un réseau : tout reste fermé, sauf aux pages nommées dans `HORS_RESEAU`."""
    if active() and adresse in HORS_RESEAU:
        _poser(settings.BARRIERE_SQL, tous=OUI)


@contextlib.contextmanager
def tous_les_reseaux():
    """Ouvre tous les réseaux le temps d'un calcul qui les compare, ou de chercher de quel réseau il s'agit."""
    if not active():
        yield
        return
    with connection.cursor() as curseur:
        curseur.execute("SELECT current_setting('reseau.tous', true)")
        avant = curseur.fetchone()[0] or ""
        curseur.execute("SELECT set_config('reseau.tous', 'oui', false)")
    try:
        yield
    finally:
        with contextlib.suppress(DatabaseError), connection.cursor() as curseur:
            curseur.execute("SELECT set_config('reseau.tous', %s, false)", [avant])


def politiques() -> dict[str, list[tuple[str, str, str]]]:
    """{table: [(nom, sorte, condition)]}, tirées des modèles ; un modèle peut en ajouter une plus étroite : `POLITIQUE_SQL`."""
    voulues = {}
    for modele, champ in cloisons.attaches().items():
        table = modele._meta.db_table
        voulues[table] = [(POLITIQUE, "PERMISSIVE", f"{TOUS} OR {_condition(modele, champ)}")]
        if etroite := getattr(modele, "POLITIQUE_SQL", ""):
            voulues[table].append((ETROITE, "RESTRICTIVE", etroite))
    return voulues


@transaction.atomic
def activer(role: str) -> int:
    """Écrit les politiques et ce que le rôle peut faire ; rejouable. Rend le nombre de tables.

    Une table née depuis reste fermée à ce rôle tant qu'on ne l'a pas rejouée : mieux vaut une page en erreur qu'une fuite.
    """
    retirer()
    nomme = connection.ops.quote_name(role)
    with connection.cursor() as curseur:
        curseur.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if not curseur.fetchone():
            curseur.execute(f"CREATE ROLE {nomme} NOLOGIN NOBYPASSRLS")
        curseur.execute(f"GRANT {nomme} TO CURRENT_USER")
        curseur.execute(f"GRANT USAGE ON SCHEMA public TO {nomme}")
        curseur.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {nomme}")
        curseur.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {nomme}")
        for table, siennes in politiques().items():
            curseur.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
            for nom, sorte, condition in siennes:
                curseur.execute(f'CREATE POLICY {nom} ON "{table}" AS {sorte} USING ({condition})')
    return len(politiques())


@transaction.atomic
def retirer() -> int:
    """Ôte toutes nos politiques ; rend le nombre de tables qui en portaient."""
    posees = _posees()
    with connection.cursor() as curseur:
        for table, noms in posees.items():
            for nom in noms:
                curseur.execute(f'DROP POLICY {nom} ON "{table}"')
            curseur.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')
    return len(posees)


def manques(role: str) -> list[str]:
    """Ce qui manque à la barrière, en clair ; vide si elle est entière."""
    posees = _posees()
    dits = [
        f"{table} : politique {nom} absente"
        for table, siennes in politiques().items()
        for nom, _, _ in siennes
        if nom not in posees.get(table, [])
    ]
    with connection.cursor() as curseur:
        curseur.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = %s", [role])
        trouve = curseur.fetchone()
    if trouve is None:
        return [f"le rôle {role} n’existe pas", *dits]
    return [f"le rôle {role} échappe aux politiques", *dits] if trouve[0] else dits


def _condition(modele, champ):
    table = modele._meta.db_table
    if champ is None:
        return f'"{table}"."{modele._meta.pk.column}" = {COURANT}'
    colonne = f'"{table}"."{champ.column}"'
    parent = champ.remote_field.model._meta
    if parent.label_lower == cloisons.RESEAU:
        # Sans réseau (le courriel d'un mot de passe oublié) : visible de qui n'est dans aucun.
        sans = f" OR ({colonne} IS NULL AND {COURANT} IS NULL)" if champ.null else ""
        return f"{colonne} = {COURANT}{sans}"
    # La politique du parent s'applique à cette sous-requête : l'attache remonte d'elle-même jusqu'au réseau.
    existe = f'EXISTS (SELECT 1 FROM "{parent.db_table}" AS parent WHERE parent."{parent.pk.column}" = {colonne})'
    return f"({colonne} IS NULL OR {existe})" if champ.null else existe


def _posees():
    with connection.cursor() as curseur:
        curseur.execute(
            "SELECT tablename, array_agg(policyname::text) FROM pg_policies"
            " WHERE schemaname = 'public' AND policyname IN (%s, %s) GROUP BY tablename",
            [POLITIQUE, ETROITE],
        )
        return dict(curseur.fetchall())


def _poser(role, *, courant="", tous="", membre="", regalien=""):
    with connection.cursor() as curseur:
        curseur.execute(POSER, [role, str(courant), tous, str(membre), regalien])
