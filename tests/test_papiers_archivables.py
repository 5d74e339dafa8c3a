"""Tous les papiers du produit, contrôlés : PDF/A-3a, balisage, langue, titre, polices, rien d'actif."""

from datetime import date

import pikepdf
import pytest

from reseau.lib.etiquettes import PLANCHES, imprimer_etiquettes
from reseau.lib.lettre import imprimer_lettre
from suivi import operations
from tests.adresses import routes
from tests.conftest import connecter
from tests.lib.archive import manques, titre
from tests.lib.papier import QUAND, dessin, lot
from tests.lib.test_lettre import une_lettre
from tests.terrain import Terrain

ROUTES = [route for route in routes() if "pdf" in route.nom and "GET" in route.vue.methodes]
LETTRES = {
    "signee": {"logo": dessin(900, 300), "signature": dessin(), "logos_institutions": {"CCI": dessin()}},
    "brouillon": {"numero": None, "datee_du": None},
    "serree": {"paragraphes": ["Une phrase pour allonger la lettre de quelques mots encore, et un peu plus."] * 14},
}


@pytest.mark.parametrize("genre", LETTRES)
def test_lettre_est_archivable(genre):
    octets = imprimer_lettre(une_lettre(**LETTRES[genre]), edite_le=QUAND)
    assert (manques(octets), titre(octets)) == ([], une_lettre(**LETTRES[genre]).titre)


def test_lot_de_lettres_est_archivable():
    pdfs = [imprimer_lettre(une_lettre(**LETTRES[genre]), edite_le=QUAND) for genre in ("signee", "brouillon", "signee")]
    relies = lot(pdfs, titre="Lettres du préfet")
    assert (manques(relies), titre(relies)) == ([], "Lettres du préfet")


def test_etiquettes_sont_archivables():
    octets = imprimer_etiquettes([["ATELIERS", "70000 VESOUL"]] * 3, PLANCHES["e21"], edite_le=QUAND)
    assert manques(octets) == []


@pytest.mark.django_db
def test_chaque_papier_du_produit_est_archivable():
    terrain = Terrain()
    client, controles = connecter(terrain.membres["animateur"]), {}
    for route in (route for route in ROUTES if route.nom != "suivi:fige-pdf"):  # le figé du terrain n'a pas de vrais octets
        response = client.get(route.adresse(terrain.reseau.slug, terrain.a_eux))
        if response.get("Content-Type") == "application/pdf":
            controles[route.nom] = manques(b"".join(response) if response.streaming else response.content)
    assert {nom: manque for nom, manque in controles.items() if manque} == {}
    assert len(controles) >= 10, sorted(controles)


@pytest.mark.django_db
def test_un_rapport_fige_est_archivable():
    terrain = Terrain()
    for fige in operations.etablir_le_rapport(terrain.reseau, du=date(2026, 1, 1), au=date(2026, 6, 30)):
        assert manques(operations.octets_figes(fige, "pdf")) == []


# Le contrôle lui-même


@pytest.mark.parametrize(
    ("abimer", "manque"),
    [
        (lambda pdf: pdf.Root.__delitem__("/MarkInfo"), "balisage non déclaré"),
        (lambda pdf: pdf.Root.__delitem__("/StructTreeRoot"), "aucun arbre de balises"),
        (lambda pdf: pdf.Root.__delitem__("/Lang"), "langue absente"),
        (lambda pdf: pdf.Root.__delitem__("/OutputIntents"), "profil de couleur absent"),
        (lambda pdf: pdf.Root.__delitem__("/ViewerPreferences"), "le titre ne se montre pas"),
        (lambda pdf: pdf.Root.__setitem__("/OpenAction", pdf.pages[0].obj), "catalogue : /OpenAction"),
    ],
)
def test_controle_voit_ce_qui_manque(abimer, manque, tmp_path):
    chemin = tmp_path / "abime.pdf"
    chemin.write_bytes(imprimer_lettre(une_lettre(datee_du=date(2026, 3, 2)), edite_le=QUAND))
    with pikepdf.open(chemin, allow_overwriting_input=True) as pdf:
        abimer(pdf)
        pdf.save(chemin)
    assert manque in manques(chemin.read_bytes())
