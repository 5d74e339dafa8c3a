"""Les gestes du tissu d'entreprises : importer, tenir les fiches, décider une cible."""

from entreprises.operations.cibles import (
    FIGEE,
    avertir_de_la_taille,
    candidates,
    creer_cible,
    decider_cible,
    ecarter,
    modifier_cible,
    reprendre,
)
from entreprises.operations.fiches import (
    ajouter_entreprise,
    deporter,
    enregistrer_contact,
    modifier_entreprise,
    retirer_deport,
    supprimer_contact,
)
from entreprises.operations.imports import (
    Apercu,
    Bilan,
    abandonner_import,
    analyser_import,
    deposer,
    ecrire_import,
    importer,
    rejets_en_csv,
)

__all__ = [
    "FIGEE",
    "Apercu",
    "Bilan",
    "abandonner_import",
    "ajouter_entreprise",
    "analyser_import",
    "avertir_de_la_taille",
    "candidates",
    "creer_cible",
    "decider_cible",
    "deporter",
    "deposer",
    "ecarter",
    "ecrire_import",
    "enregistrer_contact",
    "importer",
    "modifier_cible",
    "modifier_entreprise",
    "rejets_en_csv",
    "reprendre",
    "retirer_deport",
    "supprimer_contact",
]
