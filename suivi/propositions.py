"""Qui proposer pour mener une action, d'après l'annuaire du réseau : toujours une personne, toujours une raison."""

from reseau.enums import Domaine
from reseau.lib.recherche import cle_de_recherche
from reseau.models import Dispositif
from suivi.correspondants import Correspondant, correspondant, lire
from suivi.enums import Nature, Sujet
from suivi.territoires import codes_de, territoires_de

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
# Sujets dont aucun dispositif n'a le domaine, mais dont une fiche de compétence en a un.
DOMAINES_DES_FICHES = {
    Sujet.INFO_AIDES: Domaine.FINANCE,
    Sujet.INFO_EMPLOI: Domaine.FORMATION,
    Sujet.INFO_EXPORT: Domaine.COMMERCE,
    Sujet.INFO_QUALITE: Domaine.PRODUCTION,
}
DOMAINES_D_UNE_NATURE = {
    Nature.IDENTITE: Domaine.IDENTITE,
    Nature.PRODUCTION: Domaine.PRODUCTION,
    Nature.PRODUITS: Domaine.PRODUITS,
    Nature.FORMATION: Domaine.FORMATION,
    Nature.ENVIRONNEMENT: Domaine.ENVIRONNEMENT,
}
MUET = (None, ())


def propositions(choix):
    """{"visiteur": [clé du membre, raison], "sujets": {sujet: […]}, "organismes": {clé: […]}} : le visiteur à défaut d'autre.

    Devant une concurrente, confier à un autre que le visiteur demande un motif : on n'en propose pas.
    """
    visiteur = [choix.propose.pk, choix.raison] if choix.propose else ["", ""]
    if choix.concurrentes:
        return {"visiteur": visiteur, "sujets": {}, "organismes": {}}
    guide = Guide(choix)
    trouves = {sujet.value: guide.pour_un_sujet(sujet) for sujet in Sujet}
    return {
        "visiteur": visiteur,
        "sujets": {sujet: _en_paire(trouve) for sujet, trouve in trouves.items() if trouve},
        "organismes": _par_organisme(choix.membres_responsables),
    }


def conseil(action, choix):
    """Le `Correspondant` le mieux placé pour reprendre cette action, autre que son responsable ; None si l'annuaire se tait."""
    if choix.concurrentes:
        return None
    guide = Guide(choix, sauf=action.responsable_id)
    if action.sujet:
        return guide.pour_un_sujet(Sujet(action.sujet))
    return guide.pour_un_domaine(DOMAINES_D_UNE_NATURE.get(action.projet.nature))


class Guide:
    """L'annuaire lu une fois pour une entreprise : les fiches, les mots de chacun, les dispositifs de son institution."""

    def __init__(self, choix, sauf=None):
        self.membres = [membre for membre in choix.membres_responsables if membre.pk != sauf]
        self.permis = {membre.pk: membre for membre in self.membres}
        self.dispositifs = list(Dispositif.objects.visibles_par(choix.membre).en_vigueur(choix.le))
        self.annuaire = lire(choix.membre, choix.le, territoires_de(choix.membre.reseau))
        self.lieux = codes_de(choix.entreprise)

    def pour_un_sujet(self, sujet):
        """D'abord une fiche de compétence, puis qui dit pouvoir l'apporter, enfin l'institution d'un dispositif."""
        domaine, mots = ANNUAIRE.get(sujet, MUET)
        fiche = self.pour_un_domaine(domaine or DOMAINES_DES_FICHES.get(sujet))
        return fiche or _selon_les_mots(self._presents, self.dispositifs, domaine, mots)

    def pour_un_domaine(self, domaine):
        return correspondant(self.annuaire, domaine, self.lieux, self.permis) if domaine else None

    @property
    def _presents(self):
        return [membre for membre in self.membres if membre.pk not in self.annuaire.absences]


def _selon_les_mots(membres, dispositifs, domaine, mots):
    """D'abord qui dit pouvoir l'apporter, sinon qui est de l'institution d'un dispositif de ce domaine."""
    for membre in membres:
        if mots and any(mot.startswith(mots) for mot in cle_de_recherche(membre.competence).split()):
            return Correspondant(membre, f"qui dit pouvoir apporter « {membre.competence} »")
    for dispositif in (dispositif for dispositif in dispositifs if domaine and dispositif.domaine == domaine):
        organisme = cle_de_recherche(dispositif.organisme)
        for membre in membres:
            if organisme in map(cle_de_recherche, (membre.institution.sigle, membre.institution.nom)):
                return Correspondant(membre, f"dont l’institution instruit « {dispositif} »")
    return None


def _par_organisme(membres):
    """Le premier membre de chaque institution, dans l'ordre de l'annuaire."""
    premiers = {}
    for membre in membres:
        premiers.setdefault(str(membre.institution_id), _en_paire(Correspondant(membre, "de l’organisme mis en contact")))
    return premiers


def _en_paire(trouve):
    return [trouve.membre.pk, trouve.phrase]
