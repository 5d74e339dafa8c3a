"""À quel réseau est chaque ligne de la base, quelles lignes en mêlent deux, et ce qu'une demande y a écrit."""

import hashlib
import re
from collections import deque
from contextlib import contextmanager
from functools import cache

from django.apps import apps
from django.db import connection
from django.db.models import F

from reseau.models import Reseau

ECRITURE = re.compile(r'^\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+"?(\w+)"?', re.IGNORECASE)


@cache
def chemin(modele):
    """Le plus court chemin de clés étrangères de ce modèle au réseau (« visite__reseau »), ou None s'il n'y mène pas."""
    file, vus = deque([(modele, "")]), {modele}
    while file:
        courant, parcouru = file.popleft()
        for cle in _cles(courant):
            if cle.related_model is Reseau:
                return f"{parcouru}{cle.name}"
            if cle.related_model not in vus:
                vus.add(cle.related_model)
                file.append((cle.related_model, f"{parcouru}{cle.name}__"))
    return None


def modeles():
    """Les modèles du produit dont chaque ligne est à un réseau, tables de liaison comprises."""
    return [modele for modele in apps.get_models(include_auto_created=True) if modele is not Reseau and chemin(modele)]


def _cles(modele):
    return [champ for champ in modele._meta.concrete_fields if champ.many_to_one or champ.one_to_one]


def empreintes(reseau):
    """{table: empreinte} de toutes les lignes de ce réseau."""
    dites = {}
    for modele in modeles():
        lignes = modele._base_manager.filter(**{chemin(modele): reseau}).order_by("pk").values_list()
        dites[modele._meta.db_table] = hashlib.md5(repr(list(lignes)).encode(), usedforsecurity=False).hexdigest()
    return dites


def melanges(tables):
    """Les liens de ces tables qui vont d'un réseau à un autre : « visites_visite.entreprise »."""
    trouves = []
    for modele in (modele for modele in modeles() if modele._meta.db_table in tables):
        for cle in _cles(modele):
            autre = chemin(cle.related_model) if cle.related_model is not Reseau else None
            if autre and f"{cle.name}__{autre}" != chemin(modele):
                lies = modele._base_manager.exclude(**{cle.name: None}).exclude(**{chemin(modele): F(f"{cle.name}__{autre}")})
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
