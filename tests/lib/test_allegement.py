"""Un papier allégé dit la même chose : mêmes octets sans les notes, même texte sous des balises moins nombreuses."""

import io
import re
from datetime import UTC, datetime

import pikepdf
import pytest
from pikepdf import Dictionary
from pydyf import Stream
from weasyprint import HTML

from reseau.lib import allegement, pdf
from reseau.lib.lettre import imprimer_lettre
from tests.lib.archive import manques
from tests.lib.lettres import LETTRE
from tests.lib.papier import textes

QUAND = datetime(2026, 3, 2, tzinfo=UTC)
HTML_ESSAI = """<html lang="fr"><head><link rel="stylesheet" href="css/pdf/base.css"></head><body>
<h1>Un titre</h1>
<p>Une <strong>première</strong> ligne<br>et une seconde, <span>nommée</span>.</p>
<div></div>
<ul><li>Une puce</li><li>Une autre, <a href="#plus-bas">et son lien</a></li></ul>
<table><thead><tr><th>Nom</th></tr></thead><tbody><tr><td>Une case<br>de deux lignes</td></tr></tbody></table>
<h2 id="plus-bas">Plus bas</h2>
</body></html>"""


def imprimer(html=HTML_ESSAI):
    return pdf.imprimer(html, titre="Essai", date=QUAND)


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


@pytest.mark.parametrize("html", [HTML_ESSAI, re.sub(r"<(link|br)([^>]*)>", r"<\1\2/>", HTML_ESSAI)], ids=["html", "xml"])
def test_document_allege_a_les_octets_que_donnerait_weasyprint(html, monkeypatch):
    allege = imprimer(html)
    monkeypatch.setattr(pdf, "Source", lambda html, base, chargeur: HTML(string=html, base_url=base, url_fetcher=chargeur))
    assert imprimer(html) == allege


def test_document_bien_forme_ne_passe_pas_par_l_analyseur_de_html(monkeypatch):
    monkeypatch.setattr(allegement.tinyhtml5, "parse", lambda *_, **__: pytest.fail("lu en HTML"))
    imprimer(re.sub(r"<(link|br)([^>]*)>", r"<\1\2/>", HTML_ESSAI))
    imprimer_lettre(LETTRE)


def test_entite_externe_ne_se_lit_pas(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("SECRET")
    externe = f'<!DOCTYPE html [<!ENTITY lu SYSTEM "{secret.as_uri()}">]>'
    octets = imprimer(f"{externe}<html><body><p>Vu : &lu;</p></body></html>")
    assert [page for page in textes(octets) if "SECRET" in page or "Vu" not in page] == []


def test_police_est_la_meme_d_un_document_a_l_autre():
    un, autre = (polices(texte) for texte in ("Portez ce vieux whisky", "au juge blond qui fume."))
    assert un == autre
    assert len(un) == 1


def test_caractere_hors_de_l_alphabet_entre_dans_la_police():
    assert polices("Łódź") != polices("Lodz")


def polices(texte):
    """Les polices qu'embarque ce texte composé en Marianne, octets pour octets."""
    octets = imprimer(f'<html><link rel="stylesheet" href="css/pdf/base.css"/><p>{texte}</p></html>')
    with pikepdf.open(io.BytesIO(octets)) as papier:
        return {
            objet.FontFile3.read_bytes() for objet in papier.objects if isinstance(objet, Dictionary) and "/FontFile3" in objet
        }


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
