"""Les formulaires que montrent les pages, tels qu'un navigateur les lirait : leurs champs, leurs choix, leur adresse."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.contrib import messages
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import resolve

from reseau.droits import NON, portee
from tests.adresses import routes
from tests.conftest import connecter
from tests.fiabilite.mise_en_scene import ENVOIS, SAISIES, SANS_ENVOI, portes_publiques, scene

SANS_VALEUR = {"submit", "button", "reset", "image"}
REPONSES = {"date": "2027-03-02", "time": "14:00", "number": "3", "email": "essai@exemple.fr", "text": "Une réponse"}
COCHES = {"checkbox", "radio"}


@dataclass
class Champ:
    """Un champ : son genre (« text », « select », « hidden »…), les valeurs qu'il offre, et celles qu'il enverrait."""

    genre: str
    offertes: list[str] = field(default_factory=list)
    choisies: list[str] = field(default_factory=list)
    exige: bool = False

    @property
    def rempli(self):
        """Ce qu'il enverrait ; s'il est exigé et vide, la première réponse venue."""
        if any(self.choisies) or not self.exige:
            return self.choisies
        if self.genre == "file":
            return [SimpleUploadedFile("essai.pdf", b"%PDF-1.4 fictif")]
        return [REPONSES.get(self.genre) or next(filter(None, self.offertes), "Une réponse")]


@dataclass
class Formulaire:
    """Un formulaire : où il s'envoie, ses champs par nom, et la page qui le montre, s'il y en a une."""

    route: str
    action: str
    champs: dict[str, Champ] = field(default_factory=dict)
    page: str = ""
    client: object = None

    @property
    def envoi(self):
        """Le nom de la route qui le reçoit."""
        return resolve(self.action.partition("?")[0]).view_name

    def saisie(self, **forcees):
        """Ce que le navigateur enverrait, ce qui est exigé une fois rempli, `forcees` mises à la place."""
        return {nom: champ.rempli for nom, champ in self.champs.items() if champ.rempli} | forcees


class _Lecteur(HTMLParser):
    """Rassemble les formulaires « post » d'une page."""

    def __init__(self, route, adresse):
        super().__init__()
        self.route, self.adresse, self.lus, self.ouvert, self.choix, self.texte = route, adresse, [], None, None, None

    def handle_starttag(self, balise, attributs):
        attributs = dict(attributs)
        if balise == "form":
            poste = attributs.get("method", "get").lower() == "post"
            self.ouvert = Formulaire(self.route, attributs.get("action") or self.adresse, page=self.adresse) if poste else None
            self.lus += [self.ouvert] if poste else []
        elif self.ouvert and balise == "button" and attributs.get("formaction"):
            self.lus.append(Formulaire(self.route, attributs["formaction"], self.ouvert.champs, self.adresse))
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
        champ.exige |= "required" in attributs
        if balise != "input":
            self.choix, self.texte = (champ, None) if balise == "select" else (None, champ)
            return
        valeur = attributs.get("value", "on" if genre in COCHES else "")
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


def tous(terrain, objets=None):
    """Un formulaire au moins par route qui reçoit un envoi : ceux que l'animateur lit, puis ceux de `mise_en_scene`."""
    objets = objets or scene(terrain)
    animateur = terrain.membres["animateur"]
    for formulaire in des_pages(_entrer(animateur), animateur, terrain.a_eux):
        _completer(formulaire, SAISIES.get(formulaire.envoi, {}), objets)
        yield formulaire
    for route in routes():
        for envoi in ENVOIS.get(route.nom, ()):
            yield _mis_en_scene(route, envoi, terrain, objets)


def publics(terrain):
    """Ceux que l'on remplit sans compte : entrer, demander une visite, répondre à un lien reçu par courriel."""
    client = Client(raise_request_exception=False)
    for nom, adresse in portes_publiques(terrain).items():
        for formulaire in lus(client, nom, adresse):
            formulaire.client = client
            yield formulaire


def jamais_atteintes(atteintes):
    """Les routes d'envoi que ces noms laissent de côté sans raison dite, et les raisons qui n'ont plus d'objet."""
    envois = {route.nom for route in routes() if "POST" in route.vue.methodes}
    perimees = {nom for nom in SANS_ENVOI if nom in atteintes or nom not in envois}
    return (envois - SANS_ENVOI.keys() - set(atteintes)) | perimees


def _entrer(membre):
    client = connecter(membre)
    client.raise_request_exception = False
    return client


def _mis_en_scene(route, envoi, terrain, objets):
    """Le formulaire que la page montre dans cet état, ou un formulaire vide, complété de ce que dit l'envoi."""
    client = _entrer(terrain.membres[envoi.profil])
    adresse = route.adresse(terrain.reseau.slug, objets | {genre: objets[nom] for genre, nom in envoi.objets.items()})
    adresse += f"?{envoi.requete.format(**objets)}" if envoi.requete else ""
    montres = lus(client, route.nom, adresse) if "GET" in route.vue.methodes else []
    formulaire = next((montre for montre in montres if montre.envoi == route.nom), Formulaire(route.nom, adresse))
    formulaire.client = client
    _completer(formulaire, envoi.champs, objets)
    return formulaire


def _completer(formulaire, champs, objets):
    """Met ces valeurs dans ses champs, en ajoutant ceux qui y manquent ; « {visite} » : un numéro de la scène."""
    for nom, valeur in champs.items():
        numero = valeur.format(**objets)
        champ = formulaire.champs.setdefault(nom.format(**objets), Champ("text" if numero == valeur else "select"))
        champ.offertes, champ.choisies = champ.offertes or [numero], [numero]


def accepte(response):
    """Vrai si l'envoi est allé au bout : il mène ailleurs sans message d'erreur, ou rend autre chose qu'une page à corriger."""
    if response.status_code == 302:
        dits = get_messages(response.wsgi_request)._queued_messages
        return not any(message.level == messages.ERROR for message in dits)
    return response.status_code == 200 and not response.headers["Content-Type"].startswith("text/html")


def des_pages(client, membre, objets):
    """Les formulaires de toutes les pages que ce membre peut lire, un par adresse d'envoi et par jeu de champs."""
    vus = set()
    recoivent = {route.nom for route in routes() if "POST" in route.vue.methodes}
    for route in routes():
        if "GET" not in route.vue.methodes or portee(membre, route.vue.droit) is NON:
            continue
        for formulaire in lus(client, route.nom, route.adresse(membre.reseau.slug, objets)):
            signature = (formulaire.action, frozenset(formulaire.champs))
            du_reseau = formulaire.action.startswith(f"/{membre.reseau.slug}/") and formulaire.envoi in recoivent
            if signature not in vus and du_reseau:
                vus.add(signature)
                formulaire.client = client
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
