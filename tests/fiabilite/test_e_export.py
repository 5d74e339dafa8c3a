"""E5 : l'export complet se reprend à l'identique, sur l'autre moteur aussi ; celui d'un réseau ne contient que lui."""

import json

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils.timezone import now

from reseau.lib.erreurs import RegleEnfreinte
from reseau.models import Reseau
from reseau.sauvegarde import archive, echange
from reseau.sauvegarde.empreintes import ecarts, empreintes
from tests.factories import EtiquetteFactory
from tests.fiabilite import pages
from tests.fiabilite.verification import verification
from tests.lib.base_de_version import base_a_jour

pytestmark = pytest.mark.base
NEUVE = "v1-vide"  # mise à jour : une installation neuve


def heures_arrondies(monkeypatch):
    """Un export qui perd les fractions de seconde."""
    ecrite = echange.ecrite
    monkeypatch.setattr(
        echange, "ecrite", lambda champ, v: ecrite(champ, v.replace(microsecond=0) if hasattr(v, "tzinfo") else v)
    )


def sans_cloison(monkeypatch):
    monkeypatch.setattr(
        echange, "_du_reseau", lambda reseau: [echange.Lot(m._base_manager.all(), {}) for m in echange.cloisons.attaches()]
    )


@verification("E5", "SQLite vers ce moteur, et retour : chaque table égale, et une écriture de plus", casser=heures_arrondies)
def test_export_se_reprend_d_un_moteur_a_l_autre(bilan, tmp_path, django_db_blocker):
    with django_db_blocker.unblock():
        with base_a_jour("v1-pleine", tmp_path, "sqlite"):
            voulues, export = empreintes(), echange.exporter(tmp_path / "a", maintenant=now()).archive
        with base_a_jour(NEUVE, tmp_path):
            export = _reprendre(bilan, export, voulues) and echange.exporter(tmp_path / "b", maintenant=now()).archive
            if export:
                pages.ouvrir(bilan)
                bilan.noter(EtiquetteFactory(reseau=Reseau.objects.first()).pk, "aucune fiche ne s’ajoute")
        if export:
            with base_a_jour(NEUVE, tmp_path, "sqlite"):
                _reprendre(bilan, export, voulues)


def _reprendre(bilan, export, voulues):
    try:
        echange.importer(export)
    except RegleEnfreinte as refus:
        bilan.noter(False, str(refus))
        return False
    connection.check_constraints()
    bilan.noter_lot(len(voulues), ecarts(voulues, empreintes()))
    return True


@verification("E5", "l’export d’un réseau : le sien seul, sans mot de passe, et repris ailleurs", casser=sans_cloison)
def test_export_d_un_reseau_ne_contient_que_lui(bilan, tmp_path, django_db_blocker):
    with django_db_blocker.unblock():
        with base_a_jour("v1-pleine", tmp_path):
            sien, autre = Reseau.objects.get(), EtiquetteFactory().reseau
            export = echange.exporter(tmp_path / "a", maintenant=now(), reseau=sien).archive
        with archive.ouvrir(export) as (manifeste, zip_):
            textes = {nom: zip_.read(nom).decode() for nom in manifeste["membres"] if nom.startswith("tables/")}
        for nom, texte in textes.items():
            fiches = [json.loads(ligne) for ligne in texte.splitlines()]
            bilan.noter(autre.pk not in {fiche.get("reseau_id") for fiche in fiches}, f"{nom} : une fiche d’un autre réseau")
        bilan.noter("argon2" not in "".join(textes.values()), "un mot de passe")
        bilan.noter("!export" in textes.get("tables/reseau_utilisateur.jsonl", ""), "les comptes manquent")
        if not bilan.casse:
            with base_a_jour(NEUVE, tmp_path):
                call_command("charger_references", verbosity=0)
                bilan.noter(echange.importer(export).lignes > 1_000, "repris sans lignes")
                pages.ouvrir(bilan)
