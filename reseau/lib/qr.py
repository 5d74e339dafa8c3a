"""Un code QR en SVG, sans style ni script, dans l'adresse d'une image : la politique de contenu de la page l'admet."""

import segno


def image(texte: str) -> str:
    """L'adresse `data:` d'une image du code QR de ce texte, noire sur blanc, marge comprise."""
    return segno.make(texte, error="m", micro=False).svg_data_uri(scale=4, border=4, light="#fff")
