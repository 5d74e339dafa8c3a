"""Rendre un fichier au navigateur sans qu'il s'y devine un autre genre ; répondre à un lien secret sans l'écrire nulle part."""

from django.http import FileResponse, HttpResponse
from django.utils.http import content_disposition_header

GENRES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "zip": "application/zip",
    "ics": "text/calendar; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "png": "image/png",
    "jpg": "image/jpeg",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "odt": "application/vnd.oasis.opendocument.text",
}


def fichier(contenu, nom, genre, *, en_ligne=False):
    """Réponse portant `contenu`, des octets ou un fichier ouvert ; `nom` sans extension, `genre` une clé de `GENRES`."""
    reponse = FileResponse if hasattr(contenu, "read") else HttpResponse
    response = reponse(contenu, content_type=GENRES[genre])
    response.headers["Content-Disposition"] = content_disposition_header(not en_ligne, f"{nom}.{genre}")
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def muette(response):
    """La réponse, que les journaux de Django ne retiendront pas : ils écriraient l'adresse, donc le jeton."""
    response._has_been_logged = True
    return response
