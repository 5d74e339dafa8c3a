"""Les formulaires que montrent les pages, tels qu'un navigateur les lirait : leurs champs, leurs choix, leur adresse."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.db import transaction

from reseau.droits import NON, portee
from tests.adresses import routes

SANS_VALEUR = {"submit", "button", "reset", "image"}
COCHES = {"checkbox", "radio"}


@dataclass
class Champ:
    """Un champ : son genre (« text », « select », « hidden »…), les valeurs qu'il offre, et celles qu'il enverrait."""

    genre: str
    offertes: list[str] = field(default_factory=list)
    choisies: list[str] = field(default_factory=list)


@dataclass
class Formulaire:
    """Un formulaire d'une page : où il s'envoie, et ses champs par nom."""

    route: str
    action: str
    champs: dict[str, Champ] = field(default_factory=dict)

    def saisie(self, **forcees):
        """Ce que le navigateur enverrait tel quel, `forcees` mises à la place."""
        return {nom: champ.choisies for nom, champ in self.champs.items() if champ.choisies} | forcees


class _Lecteur(HTMLParser):
    """Rassemble les formulaires « post » d'une page."""

    def __init__(self, route, adresse):
        super().__init__()
        self.route, self.adresse, self.lus, self.ouvert, self.choix, self.texte = route, adresse, [], None, None, None

    def handle_starttag(self, balise, attributs):
        attributs = dict(attributs)
        if balise == "form":
            poste = attributs.get("method", "get").lower() == "post"
            self.ouvert = Formulaire(self.route, attributs.get("action") or self.adresse) if poste else None
            self.lus += [self.ouvert] if poste else []
        elif self.ouvert and balise in ("input", "select", "textarea") and attributs.get("name"):
            self._champ(balise, attributs)
        elif self.choix and balise == "option":
            self.choix.offertes.append(attributs.get("value") or "")
            if "selected" in attributs:
                self.choix.choisies.append(attributs.get("value") or "")

    def _champ(self, balise, attributs):
        genre = attributs.get("type", "text") if balise == "input" else balise
        if genre in SANS_VALEUR:
            return
        champ = self.ouvert.champs.setdefault(attributs["name"], Champ(genre))
        if balise != "input":
            self.choix, self.texte = (champ, None) if balise == "select" else (None, champ)
            return
        valeur = attributs.get("value") or ("on" if genre in COCHES else "")
        champ.offertes.append(valeur)
        if genre not in COCHES or "checked" in attributs:
            champ.choisies.append(valeur)

    def handle_data(self, texte):
        if self.texte:
            self.texte.choisies.append(texte.removeprefix("\n"))

    def handle_endtag(self, balise):
        if balise == "textarea" and self.texte:
            self.texte.choisies, self.texte = ["".join(self.texte.choisies)], None
        if balise == "form":
            self.ouvert = self.choix = None
        elif balise == "select" and self.choix:
            self.choix.choisies = self.choix.choisies or self.choix.offertes[:1]
            self.choix = None


def des_pages(client, membre, objets):
    """Les formulaires de toutes les pages que ce membre peut lire, un par adresse d'envoi et par jeu de champs."""
    vus = set()
    for route in routes():
        if "GET" not in route.vue.methodes or portee(membre, route.vue.droit) is NON:
            continue
        for formulaire in lus(client, route.nom, route.adresse(membre.reseau.slug, objets)):
            signature = (formulaire.action, frozenset(formulaire.champs))
            if signature not in vus and formulaire.action.startswith(f"/{membre.reseau.slug}/"):
                vus.add(signature)
                yield formulaire


def lus(client, route, adresse):
    """Les formulaires de cette page ; aucun si ce n'en est pas une."""
    with transaction.atomic():
        response = client.get(adresse)
        transaction.set_rollback(True)
    if response.status_code != 200 or not response.headers["Content-Type"].startswith("text/html"):
        return []
    lecteur = _Lecteur(route, adresse)
    lecteur.feed(response.content.decode())
    return lecteur.lus
