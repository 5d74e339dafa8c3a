"""Un document à retoucher dans un traitement de texte : titres, paragraphes, listes et tableaux, en .docx.

Comme la lettre (`lettre_modifiable`), c'est du XML zippé que nos gabarits disent en entier, échappé par Django : un gabarit de
`templates/bureautique/document/` écrit le corps, les styles sont communs, le reste est celui de la lettre.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.template.loader import render_to_string

from reseau.lib.lettre_modifiable import PIECES_DOCX, sans_interdits, zipper

# Ce que XML 1.0 n'admet pas, sauf les fins de ligne du gabarit.
_INTERDITS = re.compile(r"[\x00-\x08\x0B\x0C\x0E-\x1F\uD800-\uDFFF\uFFFE\uFFFF]")
_STYLES = "bureautique/document/styles.xml"


def document_en_docx(gabarit: str, contexte: Mapping[str, Any], *, titre: str, edite_le: datetime) -> bytes:
    """Le fichier Word de ce gabarit ; à contexte et date égaux, mêmes octets."""
    instant = f"{edite_le.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    donnees = {**contexte, "titre": sans_interdits(titre), "instant": instant, "edite_le": edite_le, "images": [], "genres": []}
    gabarits = {nom: f"bureautique/docx/{nom}" for nom in PIECES_DOCX}
    gabarits |= {"word/document.xml": gabarit, "word/styles.xml": _STYLES}
    pieces = {nom: _INTERDITS.sub("", render_to_string(source, donnees)).encode() for nom, source in gabarits.items()}
    return zipper(pieces, "word/media", [], edite_le)
