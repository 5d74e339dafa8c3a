"""Une lettre fausse, absente ou inversée dans un mot de cinq lettres : une fiche qui le porte est-elle dans les dix premières ?

Joué par `script/banc fautes` dans `manage.py shell`, sur les sociétés de `tests.bancs.societes` : `principal(fiches)`.
"""

import random
from string import ascii_lowercase

from entreprises.models import Entreprise, Mot
from entreprises.models.recherche import Requete, ecart
from reseau.lib.recherche import cle_de_recherche
from tests.bancs.pages import preparer

MOTS, LONGUEUR, PREMIERES = 200, 5, 10


def fausse(mot, hasard):
    rang = hasard.randrange(len(mot))
    return mot[:rang] + hasard.choice([lettre for lettre in ascii_lowercase if lettre != mot[rang]]) + mot[rang + 1 :]


def absente(mot, hasard):
    rang = hasard.randrange(len(mot))
    return mot[:rang] + mot[rang + 1 :]


def inversee(mot, hasard):
    rang = hasard.choice([rang for rang in range(len(mot) - 1) if mot[rang] != mot[rang + 1]])
    return mot[:rang] + mot[rang + 1] + mot[rang] + mot[rang + 2 :]


def trouve(mot, tape):
    """Une fiche portant ce mot est parmi les premières que montre la recherche de ce qui est tapé."""
    fiches = Entreprise.objects.cherche(tape).par_pertinence()[:PREMIERES]
    return any(mot in fiche.recherche.split() for fiche in fiches)


def rivaux(mot, tape):
    """Combien de fiches portent ce qui est tapé, et combien d'autres mots en sont aussi proches que le mot voulu, ou plus."""
    voisins = Mot.objects.voisins([tape]).get(tape, set())
    exactes = Entreprise.objects.filter(recherche__mots=Requete((((tape, False),),)))
    return exactes.count(), sum(ecart(tape, autre) <= ecart(tape, mot) for autre in voisins - {mot})


def principal(nombre):
    """Imprime, par faute, combien de mots se retrouvent, et pourquoi les autres non."""
    preparer(nombre)
    portes = {mot for nom in Entreprise.objects.values_list("raison_sociale", flat=True) for mot in cle_de_recherche(nom).split()}
    hasard = random.Random(5)
    mots = hasard.sample(sorted(mot for mot in portes if len(mot) == LONGUEUR and mot.isalpha()), MOTS)
    for faute in (fausse, absente, inversee):
        tapes = [(mot, faute(mot, hasard)) for mot in mots]
        rates = [(mot, tape, *rivaux(mot, tape)) for mot, tape in tapes if not trouve(mot, tape)]
        print(f"lettre {faute.__name__:9} {MOTS - len(rates)} sur {MOTS}", flush=True)
        for mot, tape, exactes, autres in rates:
            print(f"    « {tape} » pour « {mot} » : {exactes} fiches portent « {tape} », {autres} autres mots aussi proches")
