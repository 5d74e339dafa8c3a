"""Réduire une base de démonstration à ce qu'il faut pour éprouver une migration : toutes les tables garnies, peu d'octets."""

from hashlib import sha256

from django.db import connection

from entreprises.models import Arrondissement, Commune, Contour, Entreprise, Epci, ZoneEmploi
from suivi.models import CompteRenduFige, FichierFige
from visites.models import PdfFige

GARDES = 2  # papiers figés gardés tels quels ; les autres deviennent un mot
# Ce qui pèse, et où se lit son empreinte.
PAPIERS = {
    PdfFige: {"pdf": "empreinte"},
    FichierFige: {"octets": "empreinte"},
    CompteRenduFige: {"pdf": "empreinte_pdf", "docx": "empreinte_docx"},
}


def alleger():
    """À jouer sur une base jetable, jamais sur celle d'un service."""
    _references()
    for modele, empreintes in PAPIERS.items():
        for papier in modele.objects.order_by("pk")[GARDES:]:
            _reduire(papier, empreintes)
    connection.cursor().execute("VACUUM")


def _references():
    habitees = Entreprise.objects.values("commune")
    Contour.objects.exclude(commune__in=habitees).delete()
    Commune.objects.exclude(pk__in=habitees).delete()
    for modele in (Arrondissement, Epci, ZoneEmploi):
        modele.objects.filter(commune__isnull=True).delete()


def _reduire(papier, empreintes):
    for colonne, empreinte in empreintes.items():
        octets = f"%PDF-1.7 papier réduit {papier.pk} {colonne}".encode()
        setattr(papier, colonne, octets)
        setattr(papier, empreinte, sha256(octets).hexdigest())
    papier.save()
