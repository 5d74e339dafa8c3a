"""L'empreinte de chaque table : ce qui dit qu'une copie est la même, d'un moteur à l'autre et d'une version à la suivante.

Une valeur s'écrit d'une seule façon quel que soit le moteur (`ecrite`) ; une table est le SHA-256 de ses lignes rangées par clé.
"""

import base64
import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from hashlib import sha256

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.migrations.loader import MigrationLoader

from reseau.cloisons import tables

PAR_LOT = 500
ENTIERS = (models.AutoField, models.IntegerField)


def registre(alias=DEFAULT_DB_ALIAS):
    """Les modèles tels que les veut le schéma de cette base : ceux du code si elle est à jour, sinon ceux de ses migrations."""
    chargeur = MigrationLoader(connections[alias])
    jouees = [cle for cle in chargeur.graph.nodes if cle in chargeur.applied_migrations]
    if len(jouees) == len(chargeur.graph.nodes):
        return apps
    return chargeur.project_state(jouees).apps


def migrations(alias=DEFAULT_DB_ALIAS) -> list[str]:
    """Les migrations jouées dans cette base, « application.nom », rangées."""
    chargeur = MigrationLoader(connections[alias])
    return sorted(f"{application}.{nom}" for application, nom in chargeur.applied_migrations)


def migrations_du_code() -> set[str]:
    return {f"{application}.{nom}" for application, nom in MigrationLoader(None, ignore_no_migrations=True).graph.nodes}


def empreintes(alias=DEFAULT_DB_ALIAS, *, modeles=None, avancer=lambda *_: None) -> dict:
    """{table: {"lignes", "sha256", "colonnes"}} de toutes les tables, ou de ces modèles-là."""
    modeles = tables(registre(alias)) if modeles is None else modeles
    relevees = {}
    for rang, modele in enumerate(modeles):
        avancer("Empreintes", rang, len(modeles))
        relevees[modele._meta.db_table] = empreinte(modele._base_manager.using(alias).all())
    return relevees


def empreinte(lignes, champs=None) -> dict:
    """{"lignes", "sha256", "colonnes"} d'un QuerySet, sur ces champs ou sur tous.

    Par ordre alphabétique des colonnes : les modèles d'une migration ne rangent pas leurs champs comme ceux du code.
    """
    modele = lignes.model
    champs = sorted(champs or modele._meta.local_concrete_fields, key=lambda champ: champ.column)
    cumul, nombre = sha256(), 0
    for ligne in _rangees(lignes, modele._meta.pk, champs):
        cumul.update(ligne)
        nombre += 1
    return {"lignes": nombre, "sha256": cumul.hexdigest(), "colonnes": [champ.column for champ in champs]}


def ecarts(voulues, trouvees) -> list[str]:
    """En clair, les tables qui diffèrent entre deux relevés ; vide s'ils disent la même chose."""
    dits = []
    for table in sorted({*voulues, *trouvees}):
        avant, apres = voulues.get(table), trouvees.get(table)
        if avant is None or apres is None:
            dits.append(f"{table} : {'absente' if apres is None else 'en trop'}")
        elif avant["lignes"] != apres["lignes"]:
            dits.append(f"{table} : {apres['lignes']} lignes au lieu de {avant['lignes']}")
        elif avant["sha256"] != apres["sha256"]:
            dits.append(f"{table} : contenu différent")
    return dits


def ecrite(champ, valeur):
    """La valeur d'un champ telle que JSON sait l'écrire, la même sur les deux moteurs ; des octets deviennent du base64."""
    if valeur is None or isinstance(valeur, bool | str | int):
        return valeur
    if isinstance(valeur, bytes | bytearray | memoryview):
        return base64.b64encode(bytes(valeur)).decode()
    if isinstance(valeur, Decimal):
        return f"{valeur:.{champ.decimal_places}f}"
    if isinstance(valeur, datetime):
        return valeur.astimezone(UTC).isoformat()
    if isinstance(valeur, date | time):
        return valeur.isoformat()
    if isinstance(valeur, timedelta):
        return valeur // timedelta(microseconds=1)
    return valeur if isinstance(champ, models.JSONField) or isinstance(valeur, float) else str(valeur)


def lire_ecrite(champ, valeur):
    """L'inverse d'`ecrite` : la valeur que le champ attend."""
    if valeur is None or isinstance(champ, models.JSONField):
        return valeur
    if isinstance(champ, models.BinaryField):
        return base64.b64decode(valeur)
    if isinstance(champ, models.DurationField):
        return timedelta(microseconds=valeur)
    return champ.to_python(valeur)


def _rangees(lignes, cle, champs):
    """Les lignes en octets, par clé croissante. Deux moteurs ne rangent pas pareil une clé en lettres : on la range ici."""
    noms = [champ.attname for champ in champs]
    entiere = isinstance(_finale(cle), ENTIERS)
    valeurs = lignes.order_by(cle.attname).values_list(cle.attname, *noms).iterator(chunk_size=PAR_LOT)
    ecrites = ((cle, _en_octets(champs, ligne)) for cle, *ligne in valeurs)
    if entiere:
        return (octets for _, octets in ecrites)
    return (resume for _, resume in sorted((str(cle), sha256(octets).digest()) for cle, octets in ecrites))


def _finale(champ):
    """Le champ que désigne une clé qui est elle-même une clé étrangère."""
    while champ.remote_field:
        champ = champ.target_field
    return champ


def _en_octets(champs, ligne):
    valeurs = [ecrite(champ, valeur) for champ, valeur in zip(champs, ligne, strict=True)]
    return json.dumps(valeurs, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass") + b"\n"
