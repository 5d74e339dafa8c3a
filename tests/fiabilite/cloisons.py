"""Ce que chaque réseau a dans la base, les lignes qui en mêlent deux, et ce qu'une demande y a écrit."""

import hashlib
import re
from contextlib import contextmanager
from functools import cache

from django.db import connection
from django.db.models import F

from reseau import cloisons
from reseau.models import Reseau

ECRITURE = re.compile(r'^\s*(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE|DELETE\s+FROM)\s+"?(\w+)"?', re.IGNORECASE)


@cache
def chemins():
    """{modèle dont chaque ligne est à un réseau: son chemin vers lui (« visite__reseau »)}, tables de liaison comprises."""
    attaches = cloisons.attaches()
    return {modele: cloisons.chemin(modele, attaches) for modele in attaches if modele is not Reseau}


def empreintes(reseau):
    """{table: empreinte} de toutes les lignes de ce réseau."""
    dites = {}
    for modele, chemin in chemins().items():
        lignes = modele._base_manager.filter(**{chemin: reseau.pk}).order_by("pk").values_list()
        dites[modele._meta.db_table] = hashlib.md5(repr([*map(_en_octets, lignes)]).encode(), usedforsecurity=False).hexdigest()
    return dites


def _en_octets(ligne):
    """PostgreSQL rend un fichier en `memoryview`, qui s'écrit par son adresse en mémoire : une autre à chaque lecture."""
    return [bytes(valeur) if isinstance(valeur, memoryview) else valeur for valeur in ligne]


def melanges(tables):
    """Les liens de ces tables qui vont d'un réseau à un autre : « visites_visite.entreprise »."""
    trouves = []
    for modele, chemin in chemins().items():
        for cle in modele._meta.concrete_fields if modele._meta.db_table in tables else ():
            autre = chemins().get(cle.related_model)
            if autre and f"{cle.name}__{autre}" != chemin:
                lies = modele._base_manager.exclude(**{cle.name: None}).exclude(**{chemin: F(f"{cle.name}__{autre}")})
                trouves += [f"{modele._meta.db_table}.{cle.name}"] if lies.exists() else []
    return trouves


@contextmanager
def ecritures():
    """L'ensemble, qui se remplit, des tables qu'écrit le code du bloc."""
    tables = set()

    def relever(executer, requete, parametres, plusieurs, contexte):
        if trouvee := ECRITURE.match(requete):
            tables.add(trouvee[1])
        return executer(requete, parametres, plusieurs, contexte)

    with connection.execute_wrapper(relever):
        yield tables
