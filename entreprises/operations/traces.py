"""Ce qu'un import laisse pour qu'on puisse l'annuler : une trace par lot, compressée."""

import hashlib
import json
import zlib
from datetime import date

from entreprises.models import Contact, Entreprise, LotEcrit

FIGES = {
    Entreprise: (
        *("siret", "raison_sociale", "enseigne", "naf_id", "naf_2025_id", "tranche_effectif", "effectif", "filiere"),
        *("adresse", "complement", "code_postal", "commune_id", "ville", "telephone", "courriel", "site", "etat"),
        *("diffusible", "ne_plus_solliciter_jusqu_au", "ne_plus_solliciter_motif", "fusionnee_dans_id"),
    ),
    Contact: ("entreprise_id", "civilite", "prenom", "nom", "fonction", "telephone", "courriel", "dirigeant"),
}


def empreinte(fiche):
    """Seize caractères qui changent dès qu'une valeur saisie de la fiche change."""
    valeurs = "\0".join([str(getattr(fiche, nom)) for nom in FIGES[type(fiche)]])
    return hashlib.blake2b(valeurs.encode(), digest_size=8).hexdigest()


def en_json(valeur):
    """La valeur telle que le JSON la rendra : une date devient son texte ISO."""
    return valeur.isoformat() if isinstance(valeur, date) else valeur


def garder(depot, numero, trace):
    """Enregistre la trace d'un lot, une ligne ; rien si le lot n'a rien changé."""
    if trace:
        octets = zlib.compress(json.dumps(trace, ensure_ascii=False, separators=(",", ":")).encode())
        LotEcrit.objects.create(depot=depot, numero=numero, avant=octets)


def relire(lot):
    """Le dictionnaire donné à `garder`."""
    return json.loads(zlib.decompress(bytes(lot.avant)))
