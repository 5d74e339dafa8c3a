"""Trois tableaux figés à la dernière réunion tenue : de quoi voir ce qu'une réunion garde, sans composer les dix."""

from dataclasses import replace
from random import Random
from uuid import UUID

from suivi.demonstration.calendrier import instant
from suivi.figes import pieces_de_la_reunion
from suivi.operations import figer

CODES = ("2.5", "delais", "refus")


def poser(chantier):
    reunion = chantier.tenues[-1]
    soir = instant(reunion.le)
    pieces = [
        replace(piece, tableaux=[replace(tableau, edite_le=soir) for tableau in piece.tableaux])
        for piece in pieces_de_la_reunion(chantier.reseau, au=reunion.le, codes=CODES)
    ]
    lot = UUID(int=Random(f"figés {chantier.reseau.slug}").getrandbits(128))
    figer(chantier.reseau, pieces, par=chantier.comptes["animateur"], reunion=reunion, instant=soir, lot=lot)
