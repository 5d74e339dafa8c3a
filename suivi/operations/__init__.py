"""Les gestes du suivi : rendre compte, ouvrir un projet, mener une action à sa fin, décider en séance."""

from suivi.operations.actions import (
    accepter,
    clore,
    designer,
    endormir,
    modifier_action,
    noter_la_suite,
    proposer,
    refuser,
    reveiller,
    transmettre,
)
from suivi.operations.comptes_rendus import (
    Saisie,
    conclure,
    garder_le_brouillon,
    ouvrir_compte_rendu,
    peut_lire_la_reserve,
    rendre_compte,
    terminer,
    valider,
)
from suivi.operations.projets import designer_interlocuteur, modifier_projet, ouvrir_projet, supprimer_projet
from suivi.operations.reunions import proposer_un_point, rediger_le_releve, renoncer, retenir

__all__ = [
    "Saisie",
    "accepter",
    "clore",
    "conclure",
    "designer",
    "designer_interlocuteur",
    "endormir",
    "garder_le_brouillon",
    "modifier_action",
    "modifier_projet",
    "noter_la_suite",
    "ouvrir_compte_rendu",
    "ouvrir_projet",
    "peut_lire_la_reserve",
    "proposer",
    "proposer_un_point",
    "rediger_le_releve",
    "refuser",
    "rendre_compte",
    "renoncer",
    "retenir",
    "reveiller",
    "supprimer_projet",
    "terminer",
    "transmettre",
    "valider",
]
