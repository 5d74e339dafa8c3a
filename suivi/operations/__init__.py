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
from suivi.operations.avis import prevenir, prevenir_apres
from suivi.operations.besoins import detacher, modifier_un_besoin, ouvrir_un_besoin, rattacher
from suivi.operations.brouillons import EcritAilleurs, garder_le_brouillon, synchroniser_le_brouillon
from suivi.operations.competences import confirmer_les_fiches, retirer_une_fiche, tenir_une_fiche
from suivi.operations.comptes_rendus import (
    Saisie,
    conclure,
    ouvrir_compte_rendu,
    peut_lire_la_reserve,
    rendre_compte,
    terminer,
    valider,
)
from suivi.operations.departs import redistribuer
from suivi.operations.echanges import ecrire_un_message, joindre_a_l_action
from suivi.operations.fusions import (
    Reprise,
    defaire_la_fusion,
    fusionner,
    garder_les_deux,
    reprises_par_defaut,
    signaler_un_doublon,
)
from suivi.operations.projets import designer_interlocuteur, modifier_projet, ouvrir_projet, supprimer_projet
from suivi.operations.reunions import (
    decider,
    defaire_la_restitution,
    exposer,
    pointer_les_presences,
    preparer,
    proposer_un_point,
    rediger_le_releve,
    renoncer,
    restituer_en_seance,
    retenir,
)
from suivi.operations.reveils import reveiller_a_date
from suivi.operations.suites import donner_les_suites, envoyer_les_suites, garder_les_suites, inscrire_l_envoi

__all__ = [
    "EcritAilleurs",
    "Reprise",
    "Saisie",
    "accepter",
    "clore",
    "conclure",
    "confirmer_les_fiches",
    "decider",
    "defaire_la_fusion",
    "defaire_la_restitution",
    "designer",
    "designer_interlocuteur",
    "detacher",
    "donner_les_suites",
    "ecrire_un_message",
    "endormir",
    "envoyer_les_suites",
    "exposer",
    "fusionner",
    "garder_le_brouillon",
    "garder_les_deux",
    "garder_les_suites",
    "inscrire_l_envoi",
    "joindre_a_l_action",
    "modifier_action",
    "modifier_projet",
    "modifier_un_besoin",
    "noter_la_suite",
    "ouvrir_compte_rendu",
    "ouvrir_projet",
    "ouvrir_un_besoin",
    "peut_lire_la_reserve",
    "pointer_les_presences",
    "preparer",
    "prevenir",
    "prevenir_apres",
    "proposer",
    "proposer_un_point",
    "rattacher",
    "rediger_le_releve",
    "redistribuer",
    "refuser",
    "rendre_compte",
    "renoncer",
    "reprises_par_defaut",
    "restituer_en_seance",
    "retenir",
    "retirer_une_fiche",
    "reveiller",
    "reveiller_a_date",
    "signaler_un_doublon",
    "supprimer_projet",
    "synchroniser_le_brouillon",
    "tenir_une_fiche",
    "terminer",
    "transmettre",
    "valider",
]
