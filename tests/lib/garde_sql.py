"""La garde SQL : relever, pendant que des pages se servent, les requêtes qui lisent une table d'un réseau sans le nommer.

Une requête est tenue si elle nomme le réseau (`reseau_id`, ou l'adresse du réseau), un membre ou un compte (qui ne sont que d'un
réseau, ou de la personne même), ou si elle suit la clé d'une fiche que la demande a déjà lue. Une clé que l'adresse apporte n'est
pas encore lue : la première requête qui s'en sert doit nommer le réseau.
"""

import re
from contextlib import contextmanager

from django.db import connection

from reseau import cloisons

TABLES = re.compile(r'(?:FROM|JOIN|UPDATE|INTO) "(\w+)"')
NOMME = re.compile(
    r'"reseau_id" (?:=|IN)|"reseau_reseau"\."(?:slug|id)" =|"(?:developpeur|accompagnant|responsable|auteur)_id" ='
)
PERSONNE = re.compile(r'"(?:membre|utilisateur)_id" =')
CLE = re.compile(r'"?(?P<table>\w+)"?\."(?P<colonne>\w+)" (?:=|IN) (?P<valeurs>%s|\((?:%s(?:, )?)+\))')
RIEN = re.compile(r"^(?:SAVEPOINT|RELEASE|ROLLBACK|BEGIN|COMMIT|SET|PRAGMA|INSERT)")


class Garde:
    """`fautives` : les requêtes non tenues, sans doublon, et l'adresse qui les a jouées."""

    def __init__(self):
        self.tables = {modele._meta.db_table for modele in cloisons.attaches()}
        self.cles = _cles()
        self.colonnes = {colonne for _, colonne in self.cles}
        self.vues = 0
        self.fautives = {}
        self.commencer("", ())

    def commencer(self, adresse, numeros):
        """Une demande commence ; `numeros` : les clés que porte son adresse."""
        self.adresse, self.apportees, self.lues = adresse, {str(numero) for numero in numeros}, set()

    def __call__(self, executer, sql, parametres, plusieurs, contexte):
        if not plusieurs and not RIEN.match(sql) and self.tables & {*TABLES.findall(sql)}:
            self.vues += 1
            if not self._tenue(sql, parametres or ()):
                self.fautives.setdefault(_forme(sql), self.adresse)
        return executer(sql, parametres, plusieurs, contexte)

    def _tenue(self, sql, parametres):
        cites = {str(parametre) for parametre in parametres}
        if NOMME.search(sql) or PERSONNE.search(sql):
            self.lues |= cites & self.apportees
            return True
        suivies = self._suivies(sql, parametres)
        return bool(suivies) and not (suivies & self.apportees) - self.lues

    def _suivies(self, sql, parametres):
        """Les valeurs des clés, primaires ou étrangères, que la requête impose à une table d'un réseau."""
        valeurs = set()
        for trouve in CLE.finditer(sql):
            debut = sql[: trouve.start("valeurs")].count("%s")
            combien = trouve["valeurs"].count("%s")
            surnom = re.fullmatch(r"[TUV]\d+", trouve["table"])  # d'une table jointe deux fois, ou d'une sous-requête
            if (trouve["table"], trouve["colonne"]) in self.cles or (surnom and trouve["colonne"] in self.colonnes):
                valeurs |= {str(valeur) for valeur in parametres[debut : debut + combien]}
        return valeurs


@contextmanager
def garder():
    """Rend une `Garde` posée sur la connexion."""
    garde = Garde()
    with connection.execute_wrapper(garde):
        yield garde


def _cles():
    """(table, colonne) des clés primaires et étrangères des tables d'un réseau."""
    cles = set()
    for modele in cloisons.attaches():
        champs = [champ for champ in modele._meta.local_concrete_fields if champ.primary_key or champ.remote_field]
        cles |= {(modele._meta.db_table, champ.column) for champ in champs}
    return cles


def _forme(sql):
    """La requête sans ses colonnes lues : la même forme ne se dit qu'une fois."""
    return re.sub(r"^SELECT .*? FROM", "SELECT … FROM", sql, count=1, flags=re.S)[:600]
