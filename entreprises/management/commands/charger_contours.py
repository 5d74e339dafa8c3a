"""Met en base les contours des communes d'un ou plusieurs départements, pour la carte (sources : docs/sources.md)."""

from pathlib import Path

from django.core.management.base import BaseCommand
from django.db import transaction

from entreprises import contours
from reseau.lib.erreurs import RegleEnfreinte

REFUSE = 2
SOURCE_MAX = 120
CITES = 10  # codes inconnus nommés : de quoi reconnaître le millésime, sans noyer le reste


class Command(BaseCommand):
    help = "Charge les contours de communes d’un GeoJSON en degrés (WGS 84). Rejouable ; remplace ceux d’avant."

    def add_arguments(self, parser):
        parser.add_argument("fichiers", metavar="FICHIER.geojson", nargs="+", help="communes d’un département, ou de plusieurs")
        parser.add_argument(
            "--source", metavar="MENTION", help="producteur et licence, que la carte cite ; à défaut, le nom des fichiers"
        )

    def handle(self, *args, **options):
        try:
            lus = {}
            for nom in options["fichiers"]:
                lus |= contours.lire(Path(nom))
        except RegleEnfreinte as refus:
            self.stderr.write(str(refus))
            raise SystemExit(REFUSE) from None
        source = options["source"] or ", ".join(Path(nom).name for nom in options["fichiers"])
        with transaction.atomic():
            nombre, inconnus = contours.enregistrer(lus, source[:SOURCE_MAX])
        s, departements = "s" if nombre > 1 else "", sorted({contours.departement_de(code) for code in lus})
        self.stdout.write(f"{nombre} contour{s} de commune{s}, départements : {', '.join(departements)}.")
        if inconnus:
            cites = ", ".join(inconnus[:CITES]) + ("…" if len(inconnus) > CITES else "")
            self.stdout.write(f"{len(inconnus)} code(s) inconnu(s), laissé(s) de côté : {cites}.")
