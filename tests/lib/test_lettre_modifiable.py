"""Le .docx et l'.odt de la lettre : relus par d'autres bibliothèques que la nôtre, puis mis en page par LibreOffice."""

import io
import shutil
import subprocess
import zipfile
from pathlib import Path

import docx
import odfdo
import pytest

from reseau.lib.lettre_modifiable import FORMATS
from tests.lib.papier import QUAND, dessin, objets, textes
from tests.lib.test_lettre import MOYENNES, RESERVE, SURE, dedans, touche, une_lettre

WRITER = shutil.which("soffice") and list(Path("/usr/lib/libreoffice/program").glob("libswlo.so"))
DEMESURE = {"paragraphes": ["Une phrase pour allonger la lettre de quelques mots encore, et un peu plus. " * 2] * 12}


def ecrire(genre, *lettres):
    return FORMATS[genre](lettres, titre="Lettres du préfet", edite_le=QUAND)


def paragraphes(genre, octets):
    """[(style, texte)] du document, cadres compris, tels que les lit une bibliothèque tierce."""
    if genre == "docx":
        return [(p.style.name, p.text) for p in docx.Document(io.BytesIO(octets)).paragraphs]
    corps = odfdo.Document(io.BytesIO(octets)).body
    return [(p.style, p.text_recursive.strip("\n")) for p in corps.get_elements("descendant::text:p")]


def attendus(lettre):
    """Les textes de la lettre, dans les mots du document."""
    return [
        f"{lettre.lieu}, le {lettre.date_ecrite}",
        f"{lettre.appel},",
        *lettre.paragraphes,
        lettre.politesse,
        f"{lettre.signataire_titre},",
        lettre.signataire_nom,
    ]


@pytest.mark.parametrize("genre", FORMATS)
def test_document_dit_le_texte_au_caractere_pres(genre):
    lettre = une_lettre(objet="Une « rencontre » & <suite>")
    lus = [texte for _, texte in paragraphes(genre, ecrire(genre, lettre))]
    assert [texte for texte in attendus(lettre) if texte not in lus] == []
    assert any(texte.endswith("Objet : Une « rencontre » & <suite>") for texte in lus)
    assert any("N° 2026-012" in texte for texte in lus)


@pytest.mark.parametrize("genre", FORMATS)
def test_document_nomme_ses_styles(genre):
    styles = {style for style, _ in paragraphes(genre, ecrire(genre, une_lettre()))}
    noms = {"docx": {"Objet", "Corps de la lettre", "Adresse", "Signataire"}, "odt": {"Objet", "Corps", "Adresse", "Signataire"}}
    assert noms[genre] <= styles


@pytest.mark.parametrize("genre", FORMATS)
def test_brouillon_le_dit_et_n_a_ni_numero_ni_signature(genre):
    octets = ecrire(genre, une_lettre(numero=None, datee_du=None))
    lus = [texte for _, texte in paragraphes(genre, octets)]
    assert "BROUILLON" in lus
    assert not any("N°" in texte for texte in lus)
    assert len(images(octets)) == 1  # Marianne, et rien d'autre


@pytest.mark.parametrize("genre", FORMATS)
def test_document_dit_sa_langue_et_son_titre(genre):
    octets = ecrire(genre, une_lettre())
    proprietes, styles = {"docx": ("docProps/core.xml", "word/styles.xml"), "odt": ("meta.xml", "styles.xml")}[genre]
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        assert "<dc:title>Lettres du préfet</dc:title>" in archive.read(proprietes).decode()
        langue = {"docx": 'w:lang w:val="fr-FR"', "odt": 'fo:language="fr" fo:country="FR"'}[genre]
        assert langue in archive.read(styles).decode()


@pytest.mark.parametrize("genre", FORMATS)
def test_image_commune_ne_s_ecrit_qu_une_fois(genre):
    lettre = une_lettre(logo=dessin(900, 300), signature=dessin(), logos_institutions={"CCI": dessin(200, 100)})
    assert len(images(ecrire(genre, lettre, lettre, lettre))) == 4


@pytest.mark.parametrize("genre", FORMATS)
def test_document_se_refait_a_l_identique(genre):
    assert ecrire(genre, une_lettre()) == ecrire(genre, une_lettre())


@pytest.mark.skipif(not WRITER, reason="LibreOffice Writer n’est pas installé ici")
@pytest.mark.parametrize("genre", FORMATS)
def test_libreoffice_met_une_page_par_lettre_et_l_adresse_dans_la_fenetre(genre, tmp_path):
    lettres = [
        une_lettre(logo=dessin(900, 300), signature=dessin(600, 220), logos_institutions={"CCI": dessin()}),
        une_lettre(numero=None, datee_du=None, adresse=["W" * 38] * 5 + ["70000 VESOUL"]),
        une_lettre(adresse=MOYENNES, **DEMESURE),
    ]
    pdf = en_pdf(genre, ecrire(genre, *lettres), tmp_path)
    pages = ["".join(page.split()) for page in textes(pdf)]
    assert len(pages) == 3
    for rang, lettre in enumerate(lettres):
        # LibreOffice écrit le contour, invisible, du cadre : seul compte ce qui se lit.
        marques = [objet for objet in objets(pdf, rang) if touche(objet, RESERVE) and objet[0] in ("char", "image")]
        assert "".join(objet[5] for objet in marques).replace(" ", "") == "".join(lettre.adresse).replace(" ", "")
        assert [objet for objet in marques if not dedans(objet, SURE)] == []
        lu = "".join("".join(objet[5] for objet in objets(pdf, rang)).split())
        assert [texte for texte in attendus(lettre) if "".join(texte.split()) not in lu] == []


def images(octets):
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        return [nom for nom in archive.namelist() if nom.endswith((".png", ".jpeg"))]


def en_pdf(genre, octets, dossier):
    (dossier / f"lot.{genre}").write_bytes(octets)
    profil = f"-env:UserInstallation={(dossier / 'profil').as_uri()}"
    commande = ["soffice", "--headless", profil, "--convert-to", "pdf", "--outdir", str(dossier), str(dossier / f"lot.{genre}")]
    subprocess.run(commande, check=True, capture_output=True, timeout=120)
    return (dossier / "lot.pdf").read_bytes()
