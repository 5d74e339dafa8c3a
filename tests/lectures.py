"""Tout ce qui se lit d'un réseau, en texte : chaque adresse, sur les objets d'un terrain, et chaque courriel."""

import io
import zipfile
import zlib

from django.db import transaction

from tests.adresses import routes
from tests.lib.papier import textes

MOT = "Zyxcanari"  # ne se rencontre nulle part ailleurs


def pages(terrain, mot=MOT):
    """(nom, adresse) de chaque lecture, sur les objets du terrain ; les listes, aussi en cherchant `mot` et par filtre."""
    # « cherche » et « sujet » ne parlent qu'à la séance, « mois » qu'au tableau des contacts : ensemble, une lecture de moins.
    recherches = [f"q={mot}", f"cherche={mot}&sujet=prochaines&mois=2026-03"]
    for route in routes():
        if "GET" not in route.vue.methodes:
            continue
        adresse = route.adresse(terrain.reseau.slug, terrain.a_eux)
        yield route.nom, adresse
        if [*map(route.objet, route.arguments)] == ["import"]:
            yield f"{route.nom} écrit", route.adresse(terrain.reseau.slug, {"import": terrain.a_eux["import écrit"]})
        if "." in adresse or "export" in route.nom:
            continue  # un fichier se compose lentement, et sa page a été lue sous les mêmes filtres
        if not route.arguments or route.objet(route.arguments[0]) in {"reunion", "cible", "campagne"}:
            yield from ((route.nom, f"{adresse}?{recherche}") for recherche in recherches)
        if route.nom == "suivi:seance":
            yield route.nom, f"{adresse}?sujet=actions"


def lire(client, adresse):
    """La réponse suivie jusqu'au bout, et tout ce qu'elle contient, décompressé, en minuscules."""
    with transaction.atomic():
        response = client.get(adresse, follow=True)
        transaction.set_rollback(True)
    octets = response.getvalue()
    adresses = " ".join(lien for lien, _ in response.redirect_chain)
    return response, f"{adresses}\n{en_texte(octets)}".lower()


def en_texte(octets):
    """Ce que ces octets disent : le texte d'un PDF, chaque fichier d'une archive, les lignes dépliées d'un agenda."""
    if octets.startswith(b"%PDF") and b"%%EOF" in octets[-1024:]:
        return "\n".join(textes(octets))
    if octets.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            return "\n".join(en_texte(archive.read(nom)) for nom in archive.namelist())
    if octets.startswith(b"\x1f\x8b"):
        octets = zlib.decompress(octets, 47)
    texte = octets.decode(errors="replace")
    return texte.replace("\r\n ", "") if texte.startswith("BEGIN:VCALENDAR") else texte


def dit(courriel):
    """Ce qu'un courriel dit : ses adresses, son objet, son texte et ses pièces jointes, décompressées, en minuscules."""
    pieces = [piece.content for piece in (*courriel.alternatives, *courriel.attachments)]
    contenus = [en_texte(piece if isinstance(piece, bytes) else piece.encode()) for piece in pieces]
    return "\n".join([*courriel.recipients(), courriel.subject, courriel.body, *contenus]).lower()
