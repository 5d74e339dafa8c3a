"""Tout ce que la base garde, lu comme le ferait qui la vole : chaque table, et ce que chaque fichier contient."""

import subprocess
import zipfile
import zlib
from io import BytesIO

import pytest
from django.db import connection

from reseau.models import Journal


def vidage():
    """Le texte de toute la base, tables de l'index comprises, PDF lus par pdftotext, archives et traces décompressées."""
    return "\n".join(f"{table} : {texte_de(valeur)}" for table in _tables() for ligne in _lignes(table) for valeur in ligne)


def ligne_du_journal(quand, **champs):
    """Une ligne du journal datée d'autrefois : il s'écrit à l'instant, et ne se récrit pas."""
    champ = Journal._meta.get_field("le")
    with pytest.MonkeyPatch.context() as date:
        date.setattr(champ, "auto_now_add", False)
        return Journal.objects.create(le=quand, geste="lecture", objet="essai", **champs)


def texte_de(valeur):
    """Ce qu'on lit dans cette valeur ; d'un fichier, son texte et ses octets."""
    if not isinstance(valeur, bytes | bytearray | memoryview):
        return str(valeur)
    octets = bytes(valeur)
    return "\n".join([octets.decode("latin-1"), octets.decode("utf-8", "ignore"), *_deplie(octets)])


def pdf_en_texte(octets):
    """Le texte d'un PDF, par pdftotext ; sur une ligne, les césures de la mise en page effacées."""
    lu = subprocess.run(["pdftotext", "-layout", "-", "-"], input=bytes(octets), capture_output=True, check=False).stdout.decode()
    return lu + "\n" + " ".join(lu.split())


def _deplie(octets):
    if octets[:5] == b"%PDF-":
        yield pdf_en_texte(octets)
    if octets[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(BytesIO(octets)) as archive:
            yield from (texte_de(archive.read(piece)) for piece in archive.namelist())
    if octets[:1] == b"\x78":
        try:
            yield zlib.decompress(octets).decode("utf-8", "ignore")
        except zlib.error:
            return


def _tables():
    if connection.vendor == "sqlite":
        # Les tables cachées de l'index plein texte ne sont pas des modèles : un mot peut y rester.
        with connection.cursor() as curseur:
            curseur.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND sql IS NOT NULL")
            return [nom for (nom,) in curseur.fetchall() if nom != "entreprises_index"]
    return connection.introspection.table_names()


def _lignes(table):
    with connection.cursor() as curseur:
        curseur.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
        yield from curseur.fetchall()
