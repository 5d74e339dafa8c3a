"""La table des droits (conception, section 5) : vues, gabarits et essais la lisent tous.

Une ligne par droit, une colonne par profil. « TOUT » : tout le réseau ; « SIENS » : ce dont la personne est
titulaire, auteur ou invitée ; « NON » : rien. Ce que l'on voit tient dans les QuerySets (404 sinon), ce que l'on
peut tient ici (403 sinon).
"""

from enum import Enum

from reseau.enums import Profil, Qualite, Role


class Portee(Enum):
    TOUT = "oui"
    SIENS = "les siens"
    NON = "non"


TOUT, SIENS, NON = Portee.TOUT, Portee.SIENS, Portee.NON

# Dans l'ordre de Profil :    animateur secrétariat direct associé préfecture observateur
TABLE = {
    "accueil.voir": (TOUT, TOUT, TOUT, TOUT, TOUT, TOUT),
    "entreprises.voir": (TOUT, TOUT, TOUT, SIENS, TOUT, NON),
    "entreprises.modifier": (TOUT, TOUT, TOUT, NON, NON, NON),
    "entreprises.importer": (TOUT, TOUT, NON, NON, NON, NON),
    "imports.suivre": (TOUT, TOUT, SIENS, SIENS, SIENS, NON),
    "entreprises.exporter": (TOUT, TOUT, TOUT, NON, NON, NON),
    "entreprises.fusionner": (TOUT, TOUT, NON, NON, NON, NON),
    "etiquettes.gerer": (TOUT, TOUT, NON, NON, NON, NON),
    "vues.partager": (TOUT, TOUT, NON, NON, NON, NON),
    "documents.voir": (TOUT, TOUT, TOUT, SIENS, NON, NON),
    "documents.deposer": (TOUT, TOUT, TOUT, SIENS, NON, NON),
    "sollicitations.voir": (TOUT, TOUT, TOUT, SIENS, TOUT, NON),
    "sollicitations.saisir": (TOUT, TOUT, TOUT, SIENS, TOUT, NON),
    "sollicitations.corriger": (TOUT, TOUT, SIENS, SIENS, SIENS, NON),
    "sollicitations.tableau": (TOUT, TOUT, TOUT, NON, TOUT, NON),
    "deports.gerer": (TOUT, NON, NON, NON, NON, NON),
    "deports.declarer": (TOUT, TOUT, TOUT, SIENS, TOUT, NON),
    "cibles.voir": (TOUT, TOUT, TOUT, NON, TOUT, NON),
    "cibles.gerer": (TOUT, TOUT, NON, NON, NON, NON),
    "cibles.voter": (TOUT, TOUT, TOUT, NON, TOUT, NON),
    "agenda.tenir": (SIENS, SIENS, SIENS, SIENS, SIENS, NON),
    "campagnes.voir": (TOUT, TOUT, TOUT, NON, TOUT, NON),
    "campagnes.gerer": (TOUT, TOUT, NON, NON, NON, NON),
    "visites.voir": (TOUT, TOUT, TOUT, SIENS, TOUT, NON),
    "visites.programmer": (TOUT, TOUT, NON, NON, NON, NON),
    "visites.prendre": (TOUT, NON, TOUT, NON, NON, NON),
    "visites.conduire": (TOUT, TOUT, SIENS, NON, NON, NON),
    "demandes.traiter": (TOUT, TOUT, NON, NON, NON, NON),
    "courriers.voir": (TOUT, TOUT, SIENS, NON, TOUT, NON),
    "courriers.preparer": (TOUT, TOUT, SIENS, NON, TOUT, NON),
    "courriers.modeles": (TOUT, TOUT, NON, NON, TOUT, NON),
    "courriers.signer": (NON, NON, NON, NON, TOUT, NON),
    "courriers.imprimer": (TOUT, TOUT, NON, NON, TOUT, NON),
    "comptes_rendus.lire": (TOUT, TOUT, TOUT, SIENS, NON, NON),
    "comptes_rendus.rediger": (TOUT, TOUT, SIENS, NON, NON, NON),
    "comptes_rendus.lire_la_reserve": (TOUT, NON, SIENS, NON, NON, NON),
    "preparations.lire": (TOUT, TOUT, TOUT, SIENS, TOUT, NON),
    "guides.voir": (TOUT, TOUT, TOUT, TOUT, TOUT, NON),
    "guides.gerer": (TOUT, TOUT, NON, NON, NON, NON),
    "reunions.voir": (TOUT, TOUT, TOUT, TOUT, TOUT, NON),
    "reunions.voir_les_restitutions": (TOUT, TOUT, TOUT, SIENS, NON, NON),
    "reunions.repondre": (TOUT, TOUT, TOUT, TOUT, TOUT, NON),
    "reunions.convoquer": (TOUT, NON, NON, NON, NON, NON),
    "reunions.pointer": (TOUT, TOUT, NON, NON, NON, NON),
    "reunions.decider": (TOUT, NON, NON, NON, NON, NON),
    "formations.voir": (TOUT, TOUT, TOUT, TOUT, TOUT, NON),
    "formations.gerer": (TOUT, TOUT, NON, NON, NON, NON),
    "actions.voir": (TOUT, TOUT, TOUT, SIENS, NON, NON),
    "actions.proposer": (TOUT, TOUT, TOUT, NON, NON, NON),
    "actions.conduire": (TOUT, TOUT, SIENS, SIENS, NON, NON),
    "actions.discuter": (TOUT, TOUT, TOUT, SIENS, NON, NON),
    "besoins.voir": (TOUT, TOUT, TOUT, NON, NON, NON),
    "besoins.tenir": (TOUT, TOUT, TOUT, NON, NON, NON),
    "tableaux.voir": (TOUT, TOUT, TOUT, SIENS, TOUT, TOUT),
    "tableaux.lignes": (TOUT, TOUT, TOUT, SIENS, TOUT, NON),
    "tableaux.actions": (TOUT, TOUT, TOUT, SIENS, NON, NON),
    "tableaux.exporter": (TOUT, TOUT, TOUT, SIENS, TOUT, NON),
    "tableaux.figer": (TOUT, TOUT, NON, NON, NON, NON),
    "rapports.envoyer": (TOUT, NON, NON, NON, NON, NON),
    "evaluations.lire": (TOUT, NON, SIENS, SIENS, NON, NON),
    "evaluations.agregats": (TOUT, NON, NON, NON, TOUT, NON),
    "evaluations.saisir": (TOUT, TOUT, SIENS, NON, NON, NON),
    "panel.tenir": (TOUT, TOUT, NON, NON, NON, NON),
    "annuaire.voir": (TOUT, TOUT, TOUT, TOUT, TOUT, NON),
    "annuaire.gerer": (TOUT, TOUT, NON, NON, NON, NON),
    "membres.gerer": (TOUT, TOUT, NON, NON, NON, NON),
    "acces.reinitialiser": (TOUT, NON, NON, NON, NON, NON),
    "fiche.modifier": (SIENS, SIENS, SIENS, SIENS, SIENS, SIENS),
    "absences.voir": (TOUT, TOUT, TOUT, TOUT, TOUT, SIENS),
    "competences.tenir": (TOUT, TOUT, SIENS, SIENS, SIENS, NON),
    "absences.tenir": (TOUT, SIENS, SIENS, SIENS, SIENS, SIENS),
    "envois.suivre": (TOUT, TOUT, NON, NON, NON, NON),
    "reseau.exporter": (TOUT, NON, NON, NON, NON, NON),
    "parametres.gerer": (TOUT, NON, NON, NON, NON, NON),
    "journal.voir": (TOUT, NON, SIENS, SIENS, NON, NON),
    "journal.exporter": (TOUT, NON, NON, NON, NON, NON),
    "journal.mes_lecteurs": (SIENS, NON, SIENS, SIENS, NON, NON),
    "alertes.suivre": (TOUT, NON, NON, NON, NON, NON),
    "charte.voir": (TOUT, TOUT, TOUT, TOUT, TOUT, TOUT),
    "charte.accepter": (SIENS, SIENS, SIENS, SIENS, SIENS, SIENS),
    "charte.tenir": (TOUT, NON, NON, NON, NON, NON),
    "conventions.voir": (TOUT, TOUT, NON, NON, TOUT, NON),
    "conventions.tenir": (TOUT, TOUT, NON, NON, NON, NON),
    "vie_privee.gerer": (TOUT, NON, NON, NON, NON, NON),
}

# Ce que nul n'ouvre sans avoir accepté la charte du réseau (conception, section 4). Écrire une action ou répondre à une
# convocation n'en demande pas tant ; y lire un compte rendu, si.
SOUMIS_A_LA_CHARTE = frozenset(
    {
        "comptes_rendus.lire",
        "comptes_rendus.rediger",
        "comptes_rendus.lire_la_reserve",
        "documents.voir",
        "preparations.lire",
        "reunions.voir_les_restitutions",
    }
)


def profil(role, qualite):
    """Colonne de la table pour ce rôle d'accès et cette qualité de visiteur."""
    if role == Role.DEVELOPPEUR:
        return Profil.DIRECT if qualite == Qualite.DIRECT else Profil.ASSOCIE
    return Profil(role)


def portee(membre, droit):
    """`Portee` du droit pour ce membre ; NON tant qu'il n'a pas accepté la charte, si ce droit en dépend.

    Lève `KeyError` si le droit n'est pas dans la table.
    """
    return NON if attend_la_charte(membre, droit) else au_tableau(membre, droit)


def au_tableau(membre, droit):
    """La case de la table, charte acceptée ou non."""
    return TABLE[droit][list(Profil).index(membre.profil)]


def attend_la_charte(membre, droit):
    """Vrai si seule la charte, pas encore acceptée, lui ferme ce droit."""
    return droit in SOUMIS_A_LA_CHARTE and au_tableau(membre, droit) is not NON and membre.charte_a_accepter


def concerne_par_la_charte(membre):
    """Vrai si au moins un de ses droits en dépend."""
    return any(au_tableau(membre, droit) is not NON for droit in SOUMIS_A_LA_CHARTE)


def autorise(membre, droit, *concernes):
    """Vrai si le membre a ce droit, ou l'a pour ce qui le concerne et figure parmi `concernes`."""
    etendue = portee(membre, droit)
    return etendue is TOUT or (etendue is SIENS and membre in concernes)


def droits_de(membre):
    """Dictionnaire « entreprises_voir » → booléen (au moins pour les siens), pour les gabarits.

    La charte n'y change rien : le lien reste, et mène à elle.
    """
    return {droit.replace(".", "_"): au_tableau(membre, droit) is not NON for droit in TABLE}
