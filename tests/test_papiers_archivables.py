"""Tous les papiers du produit, contrôlés : PDF/A-3a, balisage, langue, titre, polices, rien d'actif.

Leur liste se tire des vues : une adresse de plus qui rend un PDF, un gabarit de papier de plus, et l'essai les demande.
"""

import ast
import inspect
import io
import zipfile
from datetime import date
from pathlib import Path
from textwrap import dedent

import pikepdf
import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from reseau.lib import atelier, pdf
from reseau.lib.etiquettes import PLANCHES, imprimer_etiquettes
from reseau.lib.lettre import imprimer_lettre
from reseau.lib.reponses import fichier
from suivi import operations
from suivi.models import TableauFige
from tests.adresses import routes, routes_publiques
from tests.conftest import connecter
from tests.factories import CourrierFactory, LigneDeCibleFactory, VisiteFactory
from tests.lib.archive import manques, titre
from tests.lib.papier import QUAND, dessin, lot
from tests.lib.test_lettre import une_lettre
from visites import courriers
from visites.models import Courrier
from visites.papier_des_lettres import figer

PDF = {"pdf", "application/pdf"}
GABARITS = [f"pdf/{feuille.name}" for feuille in Path("templates/pdf").glob("[!_]*.html") if feuille.name != "base.html"]
MODELE = {"nom": "Essai", "genre": "annonce", "objet": "Objet", "corps": "Bonjour.", "politesse": "Salut.", "pdf": "oui"}
DEPOSES = {
    "reseau:institution-convention-signee",
    "entreprises:document",
}  # rendus tels que reçus : le produit ne les compose pas
# Ce qu'il faut demander de plus que l'adresse.
DEMANDES = {
    "visites:courriers-etiquettes": ("get", {"planche": "e21"}),
    "visites:modele-creer": ("post", MODELE),
    "visites:modele-modifier": ("post", MODELE | {"version": 1}),
}


def rend_un_pdf(vue, vues=()):
    """Vrai si cette vue, ou une fonction de son module qu'elle appelle, nomme le genre « pdf » en appelant."""
    for appel in ast.walk(ast.parse(dedent(inspect.getsource(vue)))):
        if isinstance(appel, ast.Call) and isinstance(appel.func, ast.Name):
            dits = [*appel.args, *(mot.value for mot in appel.keywords)]
            if any(isinstance(dit, ast.Constant) and dit.value in PDF for dit in dits):
                return True
            suivante = vue.__globals__.get(appel.func.id)
            du_module = inspect.isfunction(suivante) and suivante.__module__ == vue.__module__ and suivante not in vues
            if du_module and rend_un_pdf(suivante, (*vues, vue)):
                return True
    return False


ROUTES = routes()
PRODUCTEURS = [route for route in [*ROUTES, *routes_publiques()] if rend_un_pdf(inspect.unwrap(route.vue))]
LETTRES = {
    "signee": {"logo": dessin(900, 300), "signature": dessin(), "logos_institutions": {"CCI": dessin()}},
    "brouillon": {"numero": None, "datee_du": None},
    "serree": {"paragraphes": ["Une phrase pour allonger la lettre de quelques mots encore, et un peu plus."] * 14},
}


@pytest.mark.parametrize("genre", LETTRES)
def test_lettre_est_archivable(genre):
    octets = imprimer_lettre(une_lettre(**LETTRES[genre]), edite_le=QUAND)
    assert (manques(octets), titre(octets)) == ([], une_lettre(**LETTRES[genre]).titre)


@pytest.mark.parametrize("combien", [3, atelier.SEUIL])
def test_lot_de_lettres_est_archivable(combien):
    """Relié ici, ou par un processus à part."""
    pdfs = [imprimer_lettre(une_lettre(**LETTRES[genre]), edite_le=QUAND) for genre in ("signee", "brouillon", "signee")]
    relies = lot((pdfs * combien)[:combien], titre="Lettres du préfet")
    assert (manques(relies), titre(relies)) == ([], "Lettres du préfet")


def test_etiquettes_sont_archivables():
    octets = imprimer_etiquettes([["ATELIERS", "70000 VESOUL"]] * 3, PLANCHES["e21"], edite_le=QUAND)
    assert manques(octets) == []


@pytest.fixture
def gabarits(monkeypatch):
    """Les gabarits de papier remplis jusqu'ici."""
    remplis, remplir = set(), pdf._remplir
    monkeypatch.setattr(pdf, "_remplir", lambda gabarit, contexte: remplis.add(gabarit) or remplir(gabarit, contexte))
    return remplis


@pytest.fixture
def garni(terrain):
    """Le terrain, où chaque papier a de quoi s'imprimer : cible décidée, tableau figé, lettre signée, lettre à signer."""
    reseau, lettres = terrain.reseau, Courrier.objects.filter(reseau=terrain.reseau)
    confiee = VisiteFactory.create_batch(2, reseau=reseau, programmee=True)
    signee = CourrierFactory(visite=confiee[0], a_signer=True)
    courriers.signer(lettres.filter(pk=signee.pk), par=terrain.membres["prefecture"], le=localdate())
    figer(lettres)
    CourrierFactory(visite=confiee[1], a_signer=True)
    rapport = operations.etablir_le_rapport(reseau, du=date(2026, 1, 1), au=date(2026, 6, 30))
    terrain.a_eux |= {"cible": LigneDeCibleFactory(cible__reseau=reseau, cible__decidee=True).cible_id, "fige": rapport[0].pk}
    return terrain


@pytest.mark.django_db
def test_chaque_papier_du_produit_est_archivable(gabarits, garni):
    """Chaque adresse qui peut rendre un PDF en rend un ; et chaque gabarit de papier y passe."""
    client = connecter(garni.membres["animateur"])
    controles = {route.nom: demander(client, route, garni) for route in PRODUCTEURS}
    dossier = client.get(reverse("suivi:droit-exporter", args=[garni.reseau.slug, garni.a_eux["droit"]])).content
    with zipfile.ZipFile(io.BytesIO(dossier)) as archive:
        controles["suivi:droit-exporter"] = manques(archive.read("dossier.pdf"))
    assert {nom: manque for nom, manque in controles.items() if manque} == {}
    assert sorted(gabarits) == sorted(GABARITS)


def demander(client, route, terrain):
    """Ce qui manque au PDF de cette adresse, avec ce qu'elle demande de plus."""
    methode, donnees = DEMANDES.get(route.nom, ("get", {}))
    response = getattr(client, methode)(route.adresse(terrain.reseau.slug, terrain.a_eux), donnees)
    if response.get("Content-Type") != "application/pdf":
        return [f"aucun PDF : {response.status_code}"]
    return manques(response.getvalue())


@pytest.mark.django_db
def test_aucune_autre_adresse_ne_rend_de_pdf(garni, sans_corps):
    """Ce que la lecture des vues aurait manqué, leurs réponses le diraient."""
    client, connues = connecter(garni.membres["animateur"]), {route.nom for route in PRODUCTEURS}
    lues = [route for route in ROUTES if "GET" in route.vue.methodes and route.nom not in connues | DEPOSES]
    reponses = {route.nom: client.get(route.adresse(garni.reseau.slug, garni.a_eux)) for route in lues}
    assert [nom for nom, response in reponses.items() if response.get("Content-Type") == "application/pdf"] == []


def test_vue_qui_rend_un_pdf_se_reconnait():
    assert [rend_un_pdf(vue) for vue in (en_pdf, en_pdf_par_une_autre, en_classeur)] == [True, True, False]


def en_pdf(request):
    return fichier(b"", "essai", "pdf")


def en_pdf_par_une_autre(request):
    return en_pdf(request)


def en_classeur(request):
    return fichier(b"", "essai", "xlsx")


@pytest.mark.django_db
def test_un_rapport_fige_est_archivable(garni):
    for fige in TableauFige.objects.filter(reseau=garni.reseau, pk__gte=garni.a_eux["fige"]):
        assert manques(operations.octets_figes(fige, "pdf")) == []


# Le contrôle lui-même


@pytest.mark.parametrize(
    ("abimer", "manque"),
    [
        (lambda pdf: pdf.Root.__delitem__("/MarkInfo"), "balisage non déclaré"),
        (lambda pdf: pdf.Root.__delitem__("/StructTreeRoot"), "aucun arbre de balises"),
        (lambda pdf: pdf.Root.__delitem__("/Lang"), "langue absente"),
        (lambda pdf: pdf.Root.__delitem__("/OutputIntents"), "profil de couleur absent"),
        (lambda pdf: pdf.Root.__delitem__("/ViewerPreferences"), "le titre ne se montre pas"),
        (lambda pdf: pdf.Root.__setitem__("/OpenAction", pdf.pages[0].obj), "catalogue : /OpenAction"),
        (lambda pdf: renverser(pdf.Root.StructTreeRoot.K[0].K[0]), "lu avant ce qui est au-dessus, page 1"),
    ],
)
def test_controle_voit_ce_qui_manque(abimer, manque, tmp_path):
    chemin = tmp_path / "abime.pdf"
    chemin.write_bytes(imprimer_lettre(une_lettre(datee_du=date(2026, 3, 2)), edite_le=QUAND))
    with pikepdf.open(chemin, allow_overwriting_input=True) as pdf:
        abimer(pdf)
        pdf.save(chemin)
    assert manque in manques(chemin.read_bytes())


def test_controle_voit_des_balises_hors_de_l_ordre_des_pages():
    lettre = imprimer_lettre(une_lettre(), edite_le=QUAND)
    octets = io.BytesIO()
    with pikepdf.open(io.BytesIO(lot([lettre, lettre], titre="Lot"))) as papier:
        renverser(papier.Root.StructTreeRoot)
        papier.save(octets)
    assert manques(octets.getvalue()) == ["balises hors de l’ordre des pages"]


def renverser(balise):
    balise.K = pikepdf.Array(reversed(list(balise.K)))
