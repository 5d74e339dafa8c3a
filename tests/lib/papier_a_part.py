"""Mettre un texte en page dans un enfant borné : `python -m tests.lib.papier_a_part OCTETS SECONDES [sans-garde] < corps`.

Imprime, en JSON, le refus (vide si le papier s'est fait) et le plus haut de sa mémoire, en Mio.
"""

import json
import os
import resource
import sys
from contextlib import nullcontext

import django

django.setup()

from reseau.lib import pdf  # noqa: E402  (les réglages d'abord)
from tests.lib.occupation import plus_haut  # noqa: E402
from tests.lib.papier import QUAND  # noqa: E402

PAGE = '<!doctype html><html lang="fr"><head><link rel="stylesheet" href="css/pdf/base.css"></head><body>'


def composer(corps):
    try:
        pdf.imprimer(PAGE + corps, titre="Essai", date=QUAND)
    except pdf.ImpressionImpossible as raison:
        return str(raison)
    return ""


if __name__ == "__main__":
    octets, secondes = map(int, sys.argv[1:3])
    resource.setrlimit(resource.RLIMIT_AS, (octets, octets))
    resource.setrlimit(resource.RLIMIT_CPU, (secondes, secondes))
    if "sans-garde" in sys.argv:
        pdf._refuser_un_texte_demesure, pdf.PROFONDEUR_MAX, pdf._mise_en_page = (lambda html: None), 10**9, nullcontext
    refus = composer(sys.stdin.read())
    print(json.dumps([refus, int(plus_haut(os.getpid()))]))  # noqa: T201
