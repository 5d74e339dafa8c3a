"""Ce qu'un fichier SIRENE apprend des entreprises déjà connues : fermées, rouvertes, déménagées, d'un autre effectif.

On ne relève que ce que le fichier dit : un établissement qui n'y est pas n'est réputé ni fermé ni parti.
"""

from collections import Counter

from entreprises.enums import Etat, GenreChangement, Tranche
from entreprises.lecture.nettoyage import cle
from entreprises.models import Changement, Commune

LONGUEUR = 200  # caractères d'« avant » et d'« après »
ADRESSE = ("adresse", "code_postal", "ville", "commune_id")


def relever(lot, depot):
    """{genre: nombre} des changements d'un `Lot` ; les écrit d'un coup si `depot`, le lot étant alors enregistré."""
    communes = _communes_d_avant(lot)
    changements = [
        Changement(depot=depot, entreprise=fiche, genre=genre, avant=ancien[:LONGUEUR], apres=nouveau[:LONGUEUR])
        for fiche in lot.a_modifier
        for genre, ancien, nouveau in _changements(fiche, lot.avant.get(fiche.pk, {}), communes)
    ]
    if depot:
        Changement.objects.bulk_create(changements)
    return Counter(changement.genre.value for changement in changements)


def _communes_d_avant(lot):
    """Code → commune, pour nommer celles que des fiches viennent de quitter."""
    return Commune.objects.in_bulk({avant["commune_id"][0] for avant in lot.avant.values() if "commune_id" in avant})


def _changements(fiche, avant, communes):
    """(genre, avant, après), en mots. `avant` : {attribut: [valeur d'avant, valeur d'après]}, ce qui a changé et rien d'autre."""
    if "etat" in avant:
        genre = GenreChangement.FERMETURE if fiche.etat == Etat.FERME else GenreChangement.REOUVERTURE
        yield genre, *(Etat(etat).label for etat in avant["etat"])
    if _demenage(avant):
        # D'une entreprise qui ne veut pas être diffusée, on ne redit que la commune.
        nouvelle = {nom: getattr(fiche, nom) for nom in ADRESSE} | ({} if fiche.diffusible else {"adresse": ""})
        ancienne = {nom: avant[nom][0] if nom in avant and nouvelle[nom] else nouvelle[nom] for nom in ADRESSE}
        actuelles = {fiche.commune_id: fiche.commune} if fiche.commune_id else {}
        yield GenreChangement.DEMENAGEMENT, _situer(ancienne, actuelles | communes), _situer(nouvelle, actuelles)
    if all(avant.get("tranche_effectif", [""])):
        yield GenreChangement.EFFECTIF, *(Tranche(code).label for code in avant["tranche_effectif"])


def _demenage(avant):
    """Une autre commune, ou une autre voie : ni une première adresse, ni la même écrite autrement."""
    if all(avant.get("commune_id", [None])):
        return True
    ancienne, nouvelle = avant.get("adresse", ["", ""])
    return bool(ancienne) and cle(ancienne) != cle(nouvelle)


def _situer(adresse, communes):
    commune = communes.get(adresse["commune_id"])
    lieu = f"{adresse['code_postal']} {adresse['ville'] or (commune.nom if commune else '')}".strip()
    return ", ".join(filter(None, (adresse["adresse"], lieu)))
