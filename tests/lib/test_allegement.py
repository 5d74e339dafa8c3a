"""Un papier allégé dit la même chose : mêmes octets sans les notes, même texte sous des balises moins nombreuses."""

import io
from datetime import UTC, datetime

import pikepdf
import pytest
from pydyf import Stream
from weasyprint import HTML

from reseau.lib import pdf
from tests.lib.archive import manques

QUAND = datetime(2026, 3, 2, tzinfo=UTC)
HTML_ESSAI = """<html lang="fr"><head><link rel="stylesheet" href="css/pdf/base.css"></head><body>
<h1>Un titre</h1>
<p>Une <strong>première</strong> ligne<br>et une seconde, <span>nommée</span>.</p>
<div></div>
<ul><li>Une puce</li><li>Une autre, <a href="#plus-bas">et son lien</a></li></ul>
<table><thead><tr><th>Nom</th></tr></thead><tbody><tr><td>Une case<br>de deux lignes</td></tr></tbody></table>
<h2 id="plus-bas">Plus bas</h2>
</body></html>"""


def imprimer():
    return pdf.imprimer(HTML_ESSAI, titre="Essai", date=QUAND)


@pytest.fixture
def balises():
    """Le rôle de chaque balise, et combien de textes elle tient, dans l'ordre de lecture."""
    with pikepdf.open(io.BytesIO(imprimer())) as papier:
        return list(lire(papier.Root.StructTreeRoot))


def lire(noeud):
    for enfant in noeud.K:
        if isinstance(enfant, pikepdf.Dictionary) and "/S" in enfant:
            yield str(enfant.S)[1:], sum(isinstance(contenu, int) for contenu in enfant.K)
            yield from lire(enfant)


def test_la_feuille_allegee_ne_change_pas_un_octet(monkeypatch):
    allege = imprimer()
    monkeypatch.setattr(pdf, "Source", HTML)
    assert imprimer() == allege


def test_les_lignes_tiennent_a_leur_paragraphe(balises):
    assert [textes for role, textes in balises if role == "P"] == [6]
    assert [textes for role, textes in balises if role in ("H1", "H2")] == [1, 1]


def test_rien_de_vide_ne_reste(balises):
    assert not [role for role, _ in balises if role in ("Span", "Div")]


def test_un_lien_une_puce_une_case_gardent_leur_balise(balises):
    roles = [role for role, _ in balises]
    assert [roles.count(role) for role in ("Link", "LI", "LBody", "TH", "TD")] == [1, 2, 2, 1, 1]


def test_le_document_reste_archivable():
    assert manques(imprimer()) == []


def test_chaque_flux_ne_s_ecrit_qu_une_fois(monkeypatch):
    """Sans quoi pydyf recomprime tout pour l'empreinte du fichier ; reste l'annuaire des objets, né à l'écriture."""
    ecrits = []
    data = Stream.data.fget
    monkeypatch.setattr(Stream, "data", property(lambda flux: ecrits.append(flux) or data(flux)))
    imprimer()
    assert sum(ecrits.count(flux) - 1 for flux in set(ecrits)) == 1
