"""Lire un PDF comme le ferait un contrôleur : texte, traits et images en millimètres depuis le haut gauche."""

import io
from datetime import datetime
from zoneinfo import ZoneInfo

import pdfplumber
import pikepdf
from PIL import Image

from reseau.lib.atelier import relier

QUAND = datetime(2026, 3, 2, 9, 30, tzinfo=ZoneInfo("Europe/Paris"))
MM = 72 / 25.4


def lot(pdfs, **mots):
    """Les octets de ces PDF reliés."""
    with relier(pdfs, date=QUAND, **mots) as fichier:
        return fichier.read()


def textes(octets):
    """Le texte de chaque page."""
    with pdfplumber.open(io.BytesIO(octets)) as document:
        return [page.extract_text() for page in document.pages]


def objets(octets, page=0):
    """(genre, x0, y0, x1, y1, caractère) de tout ce qui marque la page, en millimètres."""
    with pdfplumber.open(io.BytesIO(octets)) as document:
        tout = document.pages[page].objects
    return [
        (genre, trace["x0"] / MM, trace["top"] / MM, trace["x1"] / MM, trace["bottom"] / MM, trace.get("text", ""))
        for genre, liste in tout.items()
        for trace in liste
    ]


def couleurs(octets):
    """Les couleurs (rouge, vert, bleu) des caractères et des traits."""
    with pdfplumber.open(io.BytesIO(octets)) as document:
        traces = [trace for page in document.pages for liste in page.objects.values() for trace in liste]
    return {tuple(trace["non_stroking_color"]) for trace in traces if trace.get("non_stroking_color")}


def contenu(octets):
    """Tout ce qu'un PDF contient, flux décompressés et texte compris : de quoi y chercher un canari."""
    morceaux = [texte.encode() for texte in textes(octets)]
    with pikepdf.open(io.BytesIO(octets)) as document:
        for objet in document.objects:
            if isinstance(objet, pikepdf.Stream):
                try:
                    morceaux.append(objet.read_bytes())
                except pikepdf.PdfError:
                    morceaux.append(objet.read_raw_bytes())
    return b"\n".join(morceaux)


def polices(octets):
    """Nom de police sans son préfixe → est-elle embarquée ?"""
    with pikepdf.open(io.BytesIO(octets)) as document:
        descripteurs = [objet for objet in document.objects if _est_un_descripteur(objet)]
        return {
            str(objet.FontName)[1:].partition("+")[2]: any(f"/FontFile{suite}" in objet for suite in ("", "2", "3"))
            for objet in descripteurs
        }


def _est_un_descripteur(objet):
    return isinstance(objet, pikepdf.Dictionary) and objet.get("/Type") == pikepdf.Name.FontDescriptor


def dessin(largeur=300, hauteur=120, mode="RGBA", genre="PNG"):
    """Un logo inventé : un fond transparent et un carré noir."""
    image = Image.new(mode, (largeur, hauteur))
    image.paste(Image.new(mode, (hauteur // 2, hauteur // 2), "black"), (hauteur // 4, hauteur // 4))
    sortie = io.BytesIO()
    image.save(sortie, genre)
    return sortie.getvalue()
