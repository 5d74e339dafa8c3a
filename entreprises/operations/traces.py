"""Ce qu'un import laisse pour qu'on puisse l'annuler : une trace par lot, compressée."""

import hashlib
import json
import zlib
from datetime import date
from operator import attrgetter

from entreprises.models import Contact, Entreprise, LotEcrit

FIGES = {
    Entreprise: attrgetter(
        *("siret", "raison_sociale", "enseigne", "naf_id", "naf_2025_id", "tranche_effectif", "effectif", "filiere"),
        *("adresse", "complement", "code_postal", "commune_id", "ville", "telephone", "courriel", "site", "etat"),
        *("diffusible", "ne_plus_solliciter_jusqu_au", "ne_plus_solliciter_motif", "fusionnee_dans_id"),
    ),
    Contact: attrgetter("entreprise_id", "civilite", "prenom", "nom", "fonction", "telephone", "courriel", "dirigeant"),
}


def empreinte(fiche):
    """Seize caractères qui changent dès qu'une valeur saisie de la fiche change."""
    valeurs = "\0".join(map(str, FIGES[type(fiche)](fiche)))
    return hashlib.blake2b(valeurs.encode(), digest_size=8).hexdigest()


def en_json(valeur):
    """La valeur telle que le JSON la rendra : une date devient son texte ISO."""
    return valeur.isoformat() if isinstance(valeur, date) else valeur


def garder(depot, numero, trace):
    """Enregistre la trace d'un lot, une ligne ; rien si le lot n'a rien changé."""
    if trace:
        octets = comprimer(trace)
        crees = [cle for cle, _ in trace.get("crees", [])]
        bornes = {"premiere": min(crees, default=None), "derniere": max(crees, default=None)}
        LotEcrit.objects.create(depot=depot, numero=numero, avant=octets, **bornes)


def comprimer(trace):
    """Les octets d'une trace, que `relire` rend."""
    return zlib.compress(json.dumps(trace, ensure_ascii=False, separators=(",", ":")).encode())


def createur(entreprise):
    """L'`Import` qui a créé cette fiche ; None si elle a été saisie, ou si l'import ne s'en souvient plus. Une requête."""
    lots = LotEcrit.objects.autour_de(entreprise).select_related("depot__membre")
    lots = lots.defer("depot__contenu", "depot__rejets", "depot__bilan")
    return next((lot.depot for lot in lots if entreprise.pk in dict(relire(lot)["crees"])), None)


def relire(lot):
    """Le dictionnaire donné à `garder`."""
    return json.loads(zlib.decompress(bytes(lot.avant)))
