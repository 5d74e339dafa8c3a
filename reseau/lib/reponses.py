"""Rendre un fichier au navigateur, sans qu'il s'y devine un autre genre ni qu'il reste en cache."""

from django.http import HttpResponse

GENRES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "png": "image/png",
}


def fichier(octets, nom, genre, *, en_ligne=False):
    """Réponse portant `octets` ; `nom` sans extension, `genre` une clé de `GENRES`."""
    response = HttpResponse(octets, content_type=GENRES[genre])
    response.headers["Content-Disposition"] = f'{"inline" if en_ligne else "attachment"}; filename="{nom}.{genre}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
