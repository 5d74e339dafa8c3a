"""Les références de l'Insee en base : zones d'emploi, communes, divisions et activités, tirées des fichiers embarqués."""

from functools import partial

from entreprises.contours import charger_embarques
from entreprises.models import Activite, Arrondissement, Commune, Division, Epci, ZoneEmploi
from entreprises.reference import lire_csv
from entreprises.reference.controle import controler
from reseau.lib.erreurs import RegleEnfreinte

CHAMPS_DE_COMMUNE = (
    "code",
    "nom",
    "departement",
    "arrondissement_id",
    "epci_id",
    "zone_emploi_id",
    "latitude",
    "longitude",
)


def mettre_a_jour(dossier):
    """Contrôle un dossier de CSV plus récents, puis y accorde la base ; rend (noms lus, nombre de lignes écrites).

    Lève `RegleEnfreinte` en disant chaque défaut, sans avoir rien écrit.
    """
    noms, defauts = controler(dossier)
    if defauts:
        raise RegleEnfreinte("Rien n’est écrit. " + "\n".join(defauts))
    return noms, charger(dossier)


def charger(dossier=None):
    """Met la base au niveau des fichiers de référence, ceux de `dossier` d'abord ; rend le nombre de lignes écrites.

    Rejouable et rapide : on compare, et l'on n'écrit que ce qui diffère. Rien n'est supprimé : une commune disparue garde
    ses entreprises.
    """
    lire = partial(lire_csv, dossier=dossier)
    return sum(
        [
            _accorder(ZoneEmploi, ("code", "nom"), ((zone["code"], zone["nom"]) for zone in lire("zones_emploi"))),
            _accorder(Arrondissement, ("code", "nom", "departement"), _arrondissements(lire)),
            _accorder(Epci, ("code", "nom"), ((epci["siren"], epci["nom"]) for epci in lire("epci"))),
            _accorder(Commune, CHAMPS_DE_COMMUNE, _communes(lire)),
            _accorder(Division, ("code", "libelle", "section"), _divisions(lire)),
            _accorder(Activite, ("code", "libelle", "division_id"), _activites(lire)),
            charger_embarques(),
        ]
    )


def _accorder(modele, champs, voulues):
    """Écrit les lignes (tuples dans l'ordre de `champs`, la clé en tête) que la base n'a pas telles quelles."""
    presentes = set(modele.objects.order_by().values_list(*champs))
    manquantes = [modele(**dict(zip(champs, ligne, strict=True))) for ligne in voulues if ligne not in presentes]
    modele.objects.bulk_create(
        manquantes,
        batch_size=2_000,
        update_conflicts=True,
        unique_fields=[champs[0]],
        update_fields=[champ.removesuffix("_id") for champ in champs[1:]],
    )
    return len(manquantes)


def _arrondissements(lire):
    for arrondissement in lire("arrondissements"):
        yield arrondissement["code"], arrondissement["nom"], arrondissement["departement"]


def _communes(lire):
    for commune in lire("communes"):
        rattachements = (commune[cle] or None for cle in ("arrondissement", "epci", "zone_emploi"))
        degres = (float(commune[cle]) if commune[cle] else None for cle in ("latitude", "longitude"))
        yield commune["code_insee"], commune["nom"], commune["departement"], *rattachements, *degres


def _divisions(lire):
    lignes = (ligne for ligne in lire("naf_rev2") if ligne["niveau"] == "division")
    return ((ligne["code"], ligne["libelle"], ligne["parent"]) for ligne in lignes)


def _activites(lire):
    """Les deux nomenclatures : une division de la NAF 2025 garde le numéro qu'elle avait dans la NAF rév. 2."""
    for nomenclature in ("naf_rev2", "naf_2025"):
        for ligne in lire(nomenclature):
            if ligne["niveau"] == "sous-classe":
                yield ligne["code"], ligne["libelle"], ligne["code"][:2]
