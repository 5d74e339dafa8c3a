"""Aucune liste de personnes ne se trie par un chiffre : ni en-tête, ni adresse, ni export (conception, section 2).

Toutes les pages et tous les classeurs d'un réseau sont parcourus. Trois membres y ont des chiffres qui ne suivent l'alphabet
ni à l'endroit ni à l'envers : leur ordre trahirait un classement.
"""

import io
import re
import zipfile
from html.parser import HTMLParser

import pytest
from django.utils.timezone import localdate
from python_calamine import CalamineWorkbook

from suivi.indicateurs.periodes import CHOIX
from tests.adresses import routes
from tests.conftest import connecter
from tests.factories import (
    AccesFactory,
    ActionFactory,
    CampagneFactory,
    CompteRenduFactory,
    MembreFactory,
    ProjetFactory,
    VisiteFactory,
)
from tests.terrain import Terrain

pytestmark = pytest.mark.django_db

NOMS = ["Aaron-Zyx", "Moulin-Zyx", "Zoe-Zyx"]
CHIFFRES = [2, 3, 1]
ALPHABETIQUES = [NOMS, NOMS[::-1]]
# Ce qu'une adresse pourrait porter pour classer des gens.
SUSPECTS = ["realisees", "-nombre", "actions"]
PAR_LE_NOM = {"nom", "institution", "role", "developpeur", "responsable"}
FICHIERS = ("xlsx", "ods", "zip", "csv", "export")


class Lignes(HTMLParser):
    """Les liens de tri d'une page, et le texte de ce qui nomme chaque ligne de ses tableaux."""

    def __init__(self, html):
        super().__init__()
        self.tris, self.nommees, self._dans = set(), [], False
        self.feed(html)

    def handle_starttag(self, balise, attributs):
        attributs = dict(attributs)
        self.tris |= set(re.findall(r"[?&]tri=-?([\w-]+)", attributs.get("href") or ""))
        if balise == "th" and attributs.get("scope") == "row":
            self._dans = True
            self.nommees.append("")

    def handle_endtag(self, balise):
        self._dans = self._dans and balise != "th"

    def handle_data(self, texte):
        if self._dans:
            self.nommees[-1] += texte

    @property
    def personnes(self):
        """Celles de nos membres qui nomment une ligne, dans l'ordre de la page."""
        return ordre(" ".join(self.nommees))


def ordre(texte):
    """Nos membres, chacun à sa première place dans ce texte."""
    places = {nom: texte.find(nom) for nom in NOMS}
    return sorted((nom for nom in NOMS if places[nom] >= 0), key=places.get)


@pytest.fixture
def terrain():
    """Autant de visites, de visites programmées, d'actions et de rythme que le chiffre de chacun."""
    terrain = Terrain()
    for rang, nom in zip(CHIFFRES, NOMS, strict=True):
        membre = MembreFactory(reseau=terrain.reseau, nom=nom, rythme=rang)
        for _ in range(rang):
            visite = VisiteFactory(reseau=terrain.reseau, developpeur=membre, realisee=True, realisee_le=localdate())
            CompteRenduFactory(visite=visite, termine=True)
            ActionFactory.create_batch(rang, projet=ProjetFactory(visite=visite), responsable=membre, acceptee=True)
            campagne = CampagneFactory(reseau=terrain.reseau)
            VisiteFactory(reseau=terrain.reseau, developpeur=membre, campagne=campagne, programmee=True)
            AccesFactory(entreprise=visite.entreprise, membre=membre)
    return terrain


def lues(terrain, *, fichiers):
    """(nom, adresse) de chaque page, ou de chaque classeur, que lit l'animateur ; un tableau de bord par code."""
    for route in routes():
        un_fichier = any(mot in route.nom for mot in FICHIERS)
        if "GET" not in route.vue.methodes or "pdf" in route.nom or un_fichier is not fichiers:
            continue
        codes = CHOIX if "code" in route.arguments else [None]
        for code in codes:
            objets = terrain.a_eux | ({"code": code} if code else {})
            yield f"{route.nom} {code or ''}".strip(), route.adresse(terrain.reseau.slug, objets)


def test_aucune_page_ne_range_des_personnes_par_un_chiffre(terrain):
    client, listes, fautes = connecter(terrain.membres["animateur"]), [], []
    for nom, adresse in lues(terrain, fichiers=False):
        response = client.get(adresse)
        octets = response.getvalue()  # un fichier lu jusqu'au bout se ferme
        page = Lignes(octets.decode(errors="replace") if "html" in response.headers["Content-Type"] else "")
        if len(page.personnes) < len(NOMS):
            continue
        listes.append(nom)
        if page.tris - PAR_LE_NOM:
            fautes.append(f"{nom} : en-têtes {sorted(page.tris - PAR_LE_NOM)}")
        triees = {tri: Lignes(client.get(adresse, {"tri": tri, "o": tri, "ordre": tri}).content.decode()) for tri in SUSPECTS}
        fautes += [f"{nom} : ?tri={tri}" for tri, lue in triees.items() if lue.personnes not in ALPHABETIQUES]
    assert fautes == []
    assert {"reseau:membres", "visites:plan", "suivi:tableau 2.5"} <= set(listes)


def test_aucun_classeur_ne_range_des_personnes_par_un_chiffre(terrain):
    client, listes, fautes = connecter(terrain.membres["animateur"]), [], []
    for nom, adresse in lues(terrain, fichiers=True):
        for tri in ("", *SUSPECTS):
            response = client.get(adresse, {"tri": tri} if tri else {})
            octets = response.getvalue()
            if response.status_code != 200 or not octets.startswith(b"PK") or "zip" in response.headers["Content-Type"]:
                continue
            classeur = CalamineWorkbook.from_filelike(io.BytesIO(octets))
            for feuille in classeur.sheet_names:
                personnes = ordre(
                    "\n".join(str(rangee[0]) for rangee in classeur.get_sheet_by_name(feuille).to_python() if rangee)
                )
                if len(personnes) == len(NOMS):
                    listes.append(nom)
                    fautes += [] if personnes in ALPHABETIQUES else [f"{nom}, {feuille} : {personnes}"]
    assert fautes == []
    assert "suivi:tableau-xlsx 2.5" in listes


def test_classeur_d_une_liste_de_personnes_n_a_pas_de_filtre_de_colonne(terrain):
    """Un clic sur un en-tête d'Excel y ferait un classement : la feuille des personnes n'en propose pas."""
    client = connecter(terrain.membres["animateur"])
    tableau = client.get(f"/{terrain.reseau.slug}/tableaux/2.5/").context["tableau"]
    par_personne, par_institution, *_ = tableau.sections
    assert (par_personne.personnes, par_institution.personnes) == (True, False)
    assert b"autoFilter" not in feuille_xml(client.get(f"/{terrain.reseau.slug}/tableaux/2.5.xlsx").content)


def feuille_xml(octets):
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        return archive.read("xl/worksheets/sheet1.xml")
