"""Ce qu'un essai écrit pour être une vérification : un décorateur, et un `bilan` où noter.

    @verification("C3", "numéros de lettre de huit secrétaires à la fois", casser=sans_verrou)
    def test_numeros(bilan, reseau):
        bilan.noter(len(set(numeros)) == len(numeros), "un numéro en double")

Un seul corps, joué deux fois : sain, il doit essayer au moins une chose et n'échouer en rien ; cassé, il doit échouer.
"""

from dataclasses import dataclass, field
from threading import current_thread, main_thread

import pytest

from tests.fiabilite.tableau import PROMESSES

MOTEURS = ("sqlite", "postgresql")
MONTRES = 20  # au-delà, les échecs se comptent sans se décrire


class ContreEpreuveAttrapee(BaseException):
    """L'essai a vu que le produit est cassé : sa suite n'apprendrait rien."""


@dataclass
class Bilan:
    """Ce qu'une vérification a essayé, et ce qui n'a pas tenu. `casse` : c'est la contre-épreuve ; `entier` : sans abrégé."""

    casse: bool = False
    entier: bool = False
    essayes: int = 0
    echoues: int = 0
    details: list = field(default_factory=list)
    mesures: list = field(default_factory=list)

    def mesurer(self, quoi, combien):
        """Ce que l'on a relevé, en clair : le rapport le garde, quel que soit le verdict."""
        self.mesures.append(f"{quoi} : {combien}")

    def noter(self, tenu, quoi=""):
        """Compte un essai, et un échec si `tenu` est faux ; `quoi` dit en clair ce qui a manqué."""
        self.noter_lot(1, [] if tenu else [quoi])

    def noter_lot(self, essayes, echecs):
        """Compte d'un coup `essayes` essais, dont `echecs` dit en clair, un à un, ceux qui n'ont pas tenu.

        Une contre-épreuve s'arrête au premier : `ContreEpreuveAttrapee`, sauf dans un fil à part, qui en attend d'autres.
        """
        self.essayes += essayes
        for echec in echecs:
            self.echoues += 1
            self.details += [str(echec)] if len(self.details) < MONTRES else []
            if self.casse and current_thread() is main_thread():
                raise ContreEpreuveAttrapee

    def taille(self, bref, entier):
        """Combien en essayer : `bref` dans la suite ordinaire et la contre-épreuve, `entier` dans un passage de fiabilité."""
        return entier if self.entier and not self.casse else bref

    def conclure(self):
        """Lève `AssertionError` si rien n'a été essayé, si un essai a échoué, ou si la contre-épreuve n'a rien vu."""
        __tracebackhide__ = True
        if self.essayes == 0:
            pytest.fail("Rien n’a été essayé.")
        if self.casse and not self.echoues:
            pytest.fail(f"Contre-épreuve muette : {self.essayes} essais sur le produit cassé, aucun échec.")
        if self.echoues and not self.casse:
            pytest.fail("\n".join([f"{self.echoues} échecs sur {self.essayes} :", *self.details]))


def verification(numero, quoi, *, casser=(), rapide=False, longue=False, seule=False, moteurs=MOTEURS):
    """Décore un essai qui prend `bilan`.

    `casser` : une fonction, ou plusieurs, qui reçoivent `monkeypatch` et abîment le produit (ou rien : `bilan.casse` le dit à
    l'essai) ; une contre-épreuve par fonction. `rapide` : se joue aussi dans la suite ordinaire, saine et brève, sauf ses cas
    marqués `entiere` ; sur les deux moteurs (True), ou sur ceux que l'on nomme. `longue` : seulement sous `--longue`.
    `seule` : elle mesure des temps, et se joue sans autre essai à côté (« -n 0 »). `moteurs` : ceux que cela éprouve.
    `KeyError` si le numéro n'est pas au tableau.
    """
    PROMESSES[numero]
    rapide = MOTEURS if rapide is True else rapide or ()
    casses = casser if isinstance(casser, tuple) else (casser,)
    quand = {"rapide": rapide, "longue": longue, "seule": seule, "moteurs": moteurs}
    return pytest.mark.verification(numero=numero, quoi=quoi, casses=casses, **quand)


def sans_rien_abimer(monkeypatch):
    """Pour l'essai qui se casse lui-même, en lisant `bilan.casse` : ce qu'il éprouve est dans un autre processus."""
