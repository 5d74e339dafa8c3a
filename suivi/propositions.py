"""Qui proposer pour mener une action, d'après l'annuaire du réseau : toujours une personne, toujours une raison."""

from reseau.enums import Domaine
from reseau.lib.recherche import cle_de_recherche
from reseau.models import Dispositif
from suivi.enums import Sujet

# Sujet → le domaine des dispositifs qui le servent, et les débuts de mots qui le disent dans « ce que je peux apporter ».
ANNUAIRE = {
    Sujet.INFO_EMPLOI: (None, ("emploi", "recrutement")),
    Sujet.INFO_FORMATION: (Domaine.FORMATION, ("formation", "competence")),
    Sujet.INFO_EXPORT: (None, ("export", "international")),
    Sujet.INFO_IMMOBILIER: (Domaine.LOCAUX, ("immobilier", "foncier", "locaux")),
    Sujet.INFO_FINANCES: (Domaine.FINANCE, ("financ", "tresorerie", "bancaire")),
    Sujet.INFO_ICPE: (Domaine.ENVIRONNEMENT, ("environnement", "icpe")),
    Sujet.INFO_QUALITE: (None, ("qualite", "certification")),
    Sujet.INFO_AUTRES: (Domaine.ENVIRONNEMENT, ("energie", "energetique")),
    Sujet.CONTACT_IDENTITE: (Domaine.IDENTITE, ("transmission", "reprise")),
    Sujet.CONTACT_PRODUITS: (Domaine.PRODUITS, ("produit", "marche")),
    Sujet.CONTACT_COMMERCE: (Domaine.COMMERCE, ("commerc", "vente")),
    Sujet.CONTACT_RECHERCHE: (Domaine.RECHERCHE, ("recherche", "laboratoire", "innovation")),
    Sujet.CONTACT_PRODUCTION: (Domaine.PRODUCTION, ("production", "atelier")),
    Sujet.CONTACT_FINANCE: (Domaine.FINANCE, ("financ", "tresorerie", "bancaire")),
    Sujet.CONTACT_FORMATION: (Domaine.FORMATION, ("formation", "competence")),
    Sujet.CONTACT_LOCAUX: (Domaine.LOCAUX, ("immobilier", "foncier", "locaux")),
    **dict.fromkeys(Sujet.du_type("aide"), (Domaine.RECHERCHE, ("innovation", "recherche"))),
}


def propositions(choix):
    """{"visiteur": [clé du membre, raison], "sujets": {sujet: […]}, "organismes": {clé: […]}} : le visiteur à défaut d'autre.

    Devant une concurrente, confier à un autre que le visiteur demande un motif : on n'en propose pas.
    """
    visiteur = [choix.propose.pk, choix.raison] if choix.propose else ["", ""]
    if choix.concurrentes:
        return {"visiteur": visiteur, "sujets": {}, "organismes": {}}
    membres = choix.membres_responsables
    dispositifs = list(Dispositif.objects.visibles_par(choix.membre).en_vigueur(choix.le))
    trouvees = {sujet.value: _selon_l_annuaire(membres, dispositifs, *cles) for sujet, cles in ANNUAIRE.items()}
    return {
        "visiteur": visiteur,
        "sujets": {sujet: trouvee for sujet, trouvee in trouvees.items() if trouvee},
        "organismes": _par_organisme(membres),
    }


def _selon_l_annuaire(membres, dispositifs, domaine, mots):
    """D'abord qui dit pouvoir l'apporter, sinon qui est de l'institution d'un dispositif de ce domaine."""
    for membre in membres:
        if any(mot.startswith(mots) for mot in cle_de_recherche(membre.competence).split()):
            return _proposer(membre, f"qui dit pouvoir apporter « {membre.competence} »")
    for dispositif in (dispositif for dispositif in dispositifs if dispositif.domaine == domaine):
        organisme = cle_de_recherche(dispositif.organisme)
        for membre in membres:
            if organisme in map(cle_de_recherche, (membre.institution.sigle, membre.institution.nom)):
                return _proposer(membre, f"dont l’institution instruit « {dispositif} »")
    return None


def _par_organisme(membres):
    """Le premier membre de chaque institution, dans l'ordre de l'annuaire."""
    premiers = {}
    for membre in membres:
        premiers.setdefault(str(membre.institution_id), _proposer(membre, "de l’organisme mis en contact"))
    return premiers


def _proposer(membre, pourquoi):
    return [membre.pk, f"Proposé d’après l’annuaire : {membre} ({membre.institution}), {pourquoi}."]
