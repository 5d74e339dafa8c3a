"""Les références de l'Insee en base : zones d'emploi, communes, divisions et activités, tirées des fichiers embarqués."""

from entreprises.models import Activite, Arrondissement, Commune, Division, Epci, ZoneEmploi
from entreprises.reference import lire_csv


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


def charger():
    """Met la base au niveau des fichiers embarqués ; rend le nombre de lignes écrites (0 si tout y était).

    Rejouable et rapide : on compare avant d'écrire. Rien n'est supprimé : une commune disparue garde ses entreprises.
    """
    return sum(
        [
            _accorder(ZoneEmploi, ("code", "nom"), ((zone["code"], zone["nom"]) for zone in lire_csv("zones_emploi"))),
            _accorder(Arrondissement, ("code", "nom", "departement"), _arrondissements()),
            _accorder(Epci, ("code", "nom"), ((epci["siren"], epci["nom"]) for epci in lire_csv("epci"))),
            _accorder(Commune, CHAMPS_DE_COMMUNE, _communes()),
            _accorder(Division, ("code", "libelle", "section"), _divisions()),
            _accorder(Activite, ("code", "libelle", "division_id"), _activites()),
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


def _arrondissements():
    for arrondissement in lire_csv("arrondissements"):
        yield arrondissement["code"], arrondissement["nom"], arrondissement["departement"]


def _communes():
    for commune in lire_csv("communes"):
        rattachements = (commune[cle] or None for cle in ("arrondissement", "epci", "zone_emploi"))
        degres = (float(commune[cle]) if commune[cle] else None for cle in ("latitude", "longitude"))
        yield commune["code_insee"], commune["nom"], commune["departement"], *rattachements, *degres


def _divisions():
    lignes = (ligne for ligne in lire_csv("naf_rev2") if ligne["niveau"] == "division")
    return ((ligne["code"], ligne["libelle"], ligne["parent"]) for ligne in lignes)


def _activites():
    """Les deux nomenclatures : une division de la NAF 2025 garde le numéro qu'elle avait dans la NAF rév. 2."""
    for nomenclature in ("naf_rev2", "naf_2025"):
        for ligne in lire_csv(nomenclature):
            if ligne["niveau"] == "sous-classe":
                yield ligne["code"], ligne["libelle"], ligne["code"][:2]
