"""Le papier : ce qui sort, et ce qui n'entre jamais."""

import io
import os
import subprocess
import sys

import pikepdf
import pytest
import weasyprint
from django.conf import settings
from PIL import Image
from weasyprint.urls import URLFetchingError

from reseau.lib import pdf
from tests.lib.papier import QUAND, contenu, dessin, lot, objets, polices, textes
from tests.lib.temoin import CANARI, ecrire_un_canari, serveur_temoin, viser
from tests.lib.vecteurs import VECTEURS


def imprimer(corps, **options):
    html = f'<!doctype html><html lang="fr"><head><link rel="stylesheet" href="css/pdf/base.css"></head><body>{corps}'
    return pdf.imprimer(html, titre="Essai", date=QUAND, **options)


def reunion(**champs):
    listes = ("presences", "restitutions", "designations", "prochaines", "exposes", "points", "decisions")
    vide = {"titre": "Réunion", "debut": QUAND, "fin": None, "lieu": "Vesoul", "animee_par": "Jeanne Perrot"}
    return {**vide, "redige_par": "", "prochaine_reunion": "", **dict.fromkeys(listes, ()), **champs}


@pytest.fixture
def compteur():
    """Un serveur de bouclage qui compte les appels."""
    with serveur_temoin() as temoin:
        yield temoin


@pytest.fixture
def attaques(compteur, tmp_path):
    """Les quarante vecteurs, pointés vers le compteur et vers un fichier canari."""
    return viser(VECTEURS, compteur[0], ecrire_un_canari(tmp_path))


# Ce qui n'entre jamais


def test_chargeur_ne_laisse_ni_appel_ni_fuite_aux_quarante_vecteurs(attaques, compteur):
    produits = [imprimer(vecteur) for vecteur in attaques]
    fuites = [vecteur for vecteur, octets in zip(attaques, produits, strict=True) if CANARI.encode() in contenu(octets)]
    assert (len(produits), fuites, compteur[1]) == (40, [], [])


def test_chargeur_seul_tient_sans_le_nettoyage(attaques, compteur):
    fuites = 0
    for vecteur in attaques:
        if "@color-profile" in vecteur:  # arrête WeasyPrint : le nettoyage est là pour lui
            continue
        document = weasyprint.HTML(string=vecteur, base_url="interne:", url_fetcher=pdf.Chargeur({}))
        fuites += CANARI.encode() in contenu(document.write_pdf())
    assert (fuites, compteur[1]) == (0, [])


def test_contre_epreuve_le_chargeur_par_defaut_est_pris_en_faute(attaques, compteur):
    fuites = 0
    for vecteur in attaques:
        try:
            fuites += CANARI.encode() in contenu(weasyprint.HTML(string=vecteur).write_pdf())
        except (AttributeError, URLFetchingError):  # ce que fait WeasyPrint d'un profil de couleur illisible
            assert "@color-profile" in vecteur
    assert fuites >= 5
    assert len(compteur[1]) >= 15


def test_gabarit_echappe_les_vecteurs_saisis(attaques, compteur):
    contexte = {"nom_reseau": "Réseau", "reunion": reunion(decisions=attaques, lieu=attaques[0])}
    octets = pdf.rendre_pdf("pdf/reunion.html", contexte, titre=attaques[1], date=QUAND)
    assert CANARI.encode() not in contenu(octets)
    assert compteur[1] == []


@pytest.mark.parametrize(
    "adresse", ["file:///etc/passwd", "http://127.0.0.1/", "interne:autre", "interne:../x", "x", "data:,x", "logo"]
)
def test_chargeur_refuse_toute_adresse_non_confiee(adresse):
    with pytest.raises(ValueError, match="adresse refusée"):
        pdf.Chargeur({"logo": (b"", "image/png")}).fetch(adresse)


def test_style_saisi_ne_laisse_rien_au_document_suivant():
    avant = imprimer("<p>Texte</p>")
    imprimer("<style>@font-face { font-family: Marianne; src: local('Liberation Serif') } p { color: red }</style>")
    assert imprimer("<p>Texte</p>") == avant


# Démesure


@pytest.mark.parametrize(
    ("corps", "message"),
    [
        ("mot " * 100_001, "Le document est trop long pour être imprimé : réduisez la période ou les filtres."),
        ("x" * 2_000, "Le document contient un mot démesuré, sans espace."),
        ("<br>" * 12_001, "Le document a trop de lignes : réduisez la période ou les filtres."),
        ("<div>" * 500, "Le document est trop imbriqué."),
    ],
)
def test_demesure_est_refusee_avant_la_mise_en_page(corps, message):
    with pytest.raises(pdf.ImpressionImpossible) as refus:
        imprimer(corps)
    assert str(refus.value) == message


def test_fusion_demesuree_est_ignoree():
    assert len(textes(imprimer('<table><tr><td colspan="100000000" rowspan="²">x</td></tr></table>'))) == 1


def test_pages_en_trop_sont_refusees():
    with pytest.raises(pdf.TropDePages, match="2 pages au lieu de 1"):
        imprimer("<p>x</p>" * 60, pages_max=1)


# Ce qui sort


def test_pdf_est_archivable_balise_et_titre():
    with pikepdf.open(io.BytesIO(imprimer("<h1>Titre</h1>"))) as document:
        with document.open_metadata() as metadonnees:
            assert (metadonnees["pdfaid:part"], metadonnees["pdfaid:conformance"]) == ("3", "A")
            assert metadonnees["dc:title"] == "Essai"
        assert (str(document.Root.Lang), bool(document.Root.MarkInfo.Marked)) == ("fr", True)
        assert document.Root.OutputIntents[0].DestOutputProfile.N == 3
        assert document.Root.StructTreeRoot.K[0].K[0].S == pikepdf.Name.H1


def test_pdf_est_identique_a_date_egale_meme_le_premier_du_processus():
    programme = (
        "import django; django.setup()\n"
        "from tests.lib.test_lettre import imprimer\n"
        "from hashlib import sha256\n"
        "print(sha256(imprimer()).hexdigest()); print(sha256(imprimer()).hexdigest())"
    )
    empreintes = []
    for graine in ("1", "2"):
        environnement = {**os.environ, "DJANGO_SETTINGS_MODULE": settings.SETTINGS_MODULE, "PYTHONHASHSEED": graine}
        sortie = subprocess.run(
            [sys.executable, "-c", programme],
            env=environnement,
            cwd=settings.RACINE,
            capture_output=True,
            text=True,
            check=True,
        )
        empreintes += sortie.stdout.split()
    assert (len(empreintes), len(set(empreintes))) == (4, 1)


def test_pdf_embarque_marianne_et_elle_seule():
    coupures = "anticonstitu&shy;tionnelle&shy;ment et " * 20  # U+2010, la coupure ordinaire, manque à Marianne
    octets = imprimer(f"<p>{coupures}<p>Œuvre – « dès » l’été : 1 234 €, coupure-essai <b>gras</b> <i>italique</i></p>")
    assert polices(octets) == {"Marianne": True, "Marianne-Bold": True, "Marianne-Italic": True}


def test_total_n_est_jamais_seul_en_haut_d_une_page():
    for combien in range(30, 80):
        lignes = "".join(f"<tr><th>Ligne {rang}</th><td>1</td></tr>" for rang in range(combien))
        tableau = f"<table><thead><tr><th>Nom</th><th>Nombre</th></tr></thead><tbody>{lignes}</tbody>"
        pages = textes(imprimer(f"{tableau}<tfoot><tr><th>Total</th><td>{combien}</td></tr></tfoot></table>"))
        if len(pages) == 2:
            break
    assert (len(pages), "Ligne" in pages[1], "Total" in pages[1]) == (2, True, True)


def test_image_confiee_parait_et_cle_inconnue_ne_dessine_rien():
    image = (pdf.image_admise(dessin()), "image/jpeg")
    octets = imprimer('<img src="interne:logo" alt="x"><img src="interne:autre" alt="y">', ressources={"logo": image})
    assert [objet[0] for objet in objets(octets) if objet[0] == "image"] == ["image"]


def test_reunion_vide_fait_disparaitre_ses_rubriques():
    octets = pdf.rendre_pdf(
        "pdf/reunion.html", {"nom_reseau": "Réseau de la Saône", "reunion": reunion()}, titre="Réunion", date=QUAND
    )
    assert textes(octets) == [
        "Réseau de la Saône\nRéunion\nLundi 2 mars 2026, à 9 h 30 – Vesoul\nAnimée par Jeanne Perrot.\n"
        "Réseau de la Saône – Réunion – édité le 02/03/2026 page 1 sur 1"
    ]


def test_reunion_complete_se_lit():
    action = {"quoi": "Chercher un terrain", "responsable": "Luc Garnier", "echeance": QUAND.date()}
    projets = [{"titre": "Agrandir", "nature": "Production", "actions": [action]}]
    projets += [{"titre": "Former", "nature": "", "actions": []}]
    visite = {"entreprise": "Mécanique Vauthier", "commune": "Luxeuil", "visitee_le": QUAND.date()}
    visite |= {"developpeur": "Odile Tissot", "phrase": "Un atelier trop petit.", "interlocuteur": "Luc Garnier"}
    octets = pdf.rendre_pdf(
        "pdf/reunion.html",
        {"nom_reseau": "Réseau", "reunion": reunion(restitutions=[visite | {"projets": projets}])},
        titre="Réunion",
        date=QUAND,
    )
    lignes = textes(octets)[0].splitlines()
    assert lignes[4:-1] == [
        "Restitution des visites",
        "Mécanique Vauthier, Luxeuil",
        "Visitée le 02/03/2026 par Odile Tissot – interlocuteur du chef d’entreprise : Luc Garnier",
        "Un atelier trop petit.",
        "Projet Action Responsable Échéance",
        "Agrandir Chercher un terrain Luc Garnier 02/03/2026",
        "Production",
        "Former Aucune action.",
    ]


# Images


def test_image_admise_est_un_jpeg_opaque_et_reduit():
    image = Image.open(io.BytesIO(pdf.image_admise(dessin(3000, 1000))))
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (1000, 333))
    assert image.getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.parametrize("octets", [b"", b"<svg/>", b"%!PS-Adobe-3.0 EPSF-3.0", dessin(genre="GIF", mode="RGB"), dessin()[:60]])
def test_image_illisible_est_refusee(octets):
    with pytest.raises(pdf.ImpressionImpossible, match="ni un PNG ni un JPEG lisible"):
        pdf.image_admise(octets)


def test_image_demesuree_est_refusee():
    with pytest.raises(pdf.ImpressionImpossible, match="trop de pixels"):
        pdf.image_admise(dessin(5000, 4001, "L"))
    with pytest.raises(pdf.ImpressionImpossible, match="dépasse 5 Mo"):
        pdf.image_admise(b"x" * (pdf.OCTETS_IMAGE_MAX + 1))


# Lots


def un_pdf(numero):
    image = (pdf.image_admise(dessin()), "image/jpeg")
    return imprimer(f'<p>Lettre {numero}</p><img src="interne:logo" alt="Logo">', ressources={"logo": image})


def test_lot_garde_ordre_balises_et_archivage():
    relies = lot([un_pdf(1), un_pdf(2), un_pdf(3)], titre="Lettres de mars")
    assert textes(relies) == ["Lettre 1\npage 1 sur 1", "Lettre 2\npage 1 sur 1", "Lettre 3\npage 1 sur 1"]
    with pikepdf.open(io.BytesIO(relies)) as document:
        racine = document.Root.StructTreeRoot
        arbre = racine.ParentTree.Nums
        numeros = {int(arbre[rang]): arbre[rang + 1] for rang in range(0, len(arbre), 2)}
        for page, balises in zip(document.pages, racine.K, strict=True):
            paragraphe = balises.K[0]
            assert paragraphe.Pg.objgen == page.obj.objgen
            assert numeros[int(page.obj.StructParents)][0].objgen == paragraphe.objgen
            assert balises.P.objgen == racine.objgen
        with document.open_metadata() as metadonnees:
            assert (metadonnees["pdfaid:conformance"], metadonnees["dc:title"]) == ("A", "Lettres de mars")
        assert len(document.Root.OutputIntents) == 1


def test_lot_n_ecrit_qu_une_fois_l_image_commune():
    with pikepdf.open(io.BytesIO(lot([un_pdf(1), un_pdf(2)], titre="Lot"))) as document:
        images = [page.obj.Resources.XObject for page in document.pages]
        assert len({next(iter(page.values())).objgen for page in map(dict, images)}) == 1


def test_lot_est_identique_a_date_egale():
    pdfs = [un_pdf(1), un_pdf(2)]
    assert lot(pdfs, titre="Lot") == lot(pdfs, titre="Lot")


@pytest.mark.parametrize("pdfs", [[], [b"pas un PDF"]])
def test_lot_vide_ou_illisible_est_refuse(pdfs):
    with pytest.raises(pdf.ImpressionImpossible):
        lot(pdfs, titre="Lot")
