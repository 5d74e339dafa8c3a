"""Toutes les adresses d'un réseau, tirées des routes, et un objet pour remplir chacune."""

from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver, reverse

RESEAU = "<slug:reseau>"

# Ce que désigne le numéro d'une adresse : le début du nom de la route, le plus long l'emporte.
OBJETS = {
    "reseau:membre": "membre",
    "reseau:institution": "institution",
    "reseau:presentation-institution": "institution",
    "reseau:signataire": "signataire",
    "reseau:charte": "charte",
    "reseau:dispositif": "dispositif",
    "reseau:formation": "formation",
    "entreprises:": "entreprise",
    "entreprises:contact-ajouter": "entreprise",
    "entreprises:contact": "contact",
    "entreprises:deport-ajouter": "entreprise",
    "entreprises:deport-declarer": "entreprise",
    "entreprises:deport": "deport",
    "entreprises:import": "import",
    "entreprises:etiquette-": "etiquette",
    "entreprises:document": "document",
    "entreprises:documents": "entreprise",
    "entreprises:document-deposer": "entreprise",
    "entreprises:cible": "cible",
    "entreprises:cible-ecarter": "ligne",
    "entreprises:cible-ecarter-ensemble": "cible",
    "entreprises:cible-reprendre": "ligne",
    "entreprises:concurrence-ajouter": "entreprise",
    "entreprises:concurrence-retirer": "concurrence",
    "entreprises:sollicitation": "sollicitation",
    "entreprises:sollicitations": "entreprise",
    "entreprises:sollicitation-ajouter": "entreprise",
    "visites:": "visite",
    "visites:absence": "absence",
    "visites:invitation": "rendez_vous",
    "visites:entreprise": "entreprise",
    "visites:proposer": "entreprise",
    "visites:vue": "vue",
    "visites:demande": "demande",
    "visites:cible": "cible",
    "visites:campagne": "campagne",
    "visites:programmer": "campagne",
    "visites:propositions": "campagne",
    "visites:courrier": "courrier",
    "visites:courrier-preparer": "visite",
    "visites:courriers": "campagne",
    "visites:modele": "modele",
    "visites:guide": "guide",
    "visites:theme": "theme",
    "visites:question": "question",
    "suivi:entreprise": "entreprise",
    "suivi:chronologie": "entreprise",
    "suivi:preparation": "entreprise",
    "suivi:fusionner": "entreprise",
    "suivi:fusion": "fusion",
    "suivi:fusion-defaire": "fusion",
    "suivi:doublon-signaler": "entreprise",
    "suivi:doublon-ecarter": "doublon",
    "suivi:compte-rendu": "visite",
    "suivi:suites": "rendue",
    "suivi:fige": "fige",
    "suivi:evaluation": "evaluation",
    "suivi:evaluation-demander": "visite",
    "suivi:evaluation-entretien": "visite",
    "suivi:panel": "chef",
    "suivi:projet-ajouter": "visite",
    "suivi:projet": "projet",
    "suivi:action-ajouter": "projet",
    "suivi:action": "action",
    "suivi:besoin": "besoin",
    "suivi:competence-": "competence",
    "suivi:depart": "membre",
    "suivi:droit": "droit",
    "suivi:pli": "pli",
    "suivi:reunion": "reunion",
    "suivi:seance": "reunion",
}


@dataclass(frozen=True)
class Route:
    """Une adresse nommée : `nom` (« visites:visite »), ses arguments hors réseau, la vue qui la sert."""

    nom: str
    arguments: tuple[str, ...]
    vue: object

    @property
    def cloisonnee(self):
        return hasattr(self.vue, "droit")

    @property
    def publique(self):
        return hasattr(self.vue, "publique")

    def objet(self, argument):
        """Le genre d'objet que cet argument désigne."""
        if argument != "pk":
            return argument
        prefixes = [prefixe for prefixe in OBJETS if self.nom.startswith(prefixe)]
        return OBJETS[max(prefixes, key=len)]

    def adresse(self, slug, exemples):
        """L'adresse dans ce réseau ; `exemples` donne une valeur par genre d'objet."""
        mots = {argument: exemples[self.objet(argument)] for argument in self.arguments}
        return reverse(self.nom, kwargs={"reseau": slug, **mots})


def routes():
    """Toutes les routes d'un réseau qui demandent d'en être membre."""
    return [route for route in _routes_d_un_reseau() if not route.publique]


def routes_publiques():
    """Les routes de la page publique d'un réseau."""
    return [route for route in _routes_d_un_reseau() if route.publique]


def _routes_d_un_reseau(resolveur=None, espace="", dans_un_reseau=False):
    """Toutes les routes nommées du projet, celles d'un réseau (`dans_un_reseau`) ou les autres."""
    trouvees = []
    for motif in (resolveur or get_resolver()).url_patterns:
        if isinstance(motif, URLResolver):
            nom = f"{espace}{motif.namespace}:" if motif.namespace else espace
            trouvees += _routes_d_un_reseau(motif, nom, dans_un_reseau or RESEAU in str(motif.pattern))
        elif isinstance(motif, URLPattern) and dans_un_reseau:
            trouvees.append(Route(f"{espace}{motif.name}", tuple(motif.pattern.converters), motif.callback))
    return trouvees


def routes_hors_reseau(resolveur=None, espace=""):
    """Les routes qui ne portent pas de réseau : connexion, mot de passe, choix, pages publiques."""
    trouvees = []
    for motif in (resolveur or get_resolver()).url_patterns:
        if isinstance(motif, URLPattern):
            trouvees.append(Route(f"{espace}{motif.name}", tuple(motif.pattern.converters), motif.callback))
        elif RESEAU not in str(motif.pattern):
            nom = f"{espace}{motif.namespace}:" if motif.namespace else espace
            trouvees += routes_hors_reseau(motif, nom)
    return trouvees
