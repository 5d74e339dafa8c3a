"""H6 : ce que le code n'emploie pas, sauf aux endroits nommés ici avec leur raison ; et ce qu'une panne ne montre pas."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.adresses import routes
from tests.conftest import connecter
from tests.fiabilite.verification import verification
from tests.terrain import Terrain

RACINE = Path(__file__).parent.parent.parent
APPLICATIONS = ("reseau", "entreprises", "visites", "suivi")
APPELS = {
    "mark_safe",
    "SafeString",
    "eval",
    "exec",
    "RawSQL",
    "csrf_exempt",
    "cache_page",
    "xframe_options_exempt",
    "raw",
    "extra",
    "system",
    "popen",
}
EXECUTIONS = {"execute", "executemany", "executescript"}
MODULES = {"pickle", "marshal", "shelve", "subprocess", "yaml"}
REQUETES = {"filter", "exclude", "get", "annotate", "order_by", "values", "values_list", "update", "create"}
SAISIES = {"GET", "POST", "FILES", "COOKIES", "META", "request"}
# (fichier, règle) → pourquoi on l'y admet.
ADMIS = {
    ("entreprises/lecture/classeur.py", "subprocess"): "lit un classeur dans un enfant borné ; la commande est constante",
    ("reseau/sauvegarde/copies.py", "subprocess"): "demande à git la version du code ; la commande est constante",
    ("reseau/sauvegarde/moteurs.py", "subprocess"): "joue pg_dump, pg_restore et psql ; rien n’y vient d’une page",
    ("reseau/barriere.py", "SQL composé"): "nomme des tables et des rôles tirés des modèles et des réglages",
    ("reseau/sessions.py", "SQL composé"): "un délai, entier du code",
    ("reseau/garde.py", "SQL composé"): "nomme un déclencheur, constante du code",
    ("reseau/sauvegarde/echange.py", "SQL composé"): "nomme les tables et colonnes des modèles ; les valeurs sont des paramètres",
    ("entreprises/sirene/rangees.py", "SQL composé"): "nomme les colonnes reconnues d’un fichier, parmi une liste fermée",
}
# De même, pour ce que bandit relève : (fichier ou dossier, règle) → pourquoi.
ADMIS_DE_BANDIT = {
    ("entreprises/index.py", "B608"): "écrit des déclencheurs ; tout y est constante du code",
    ("entreprises/lecture/classeur.py", "B404"): "voir plus haut",
    ("entreprises/lecture/classeur.py", "B603"): "de même",
    ("entreprises/sirene/rangees.py", "B608"): "voir plus haut",
    ("reseau/barriere.py", "B608"): "voir plus haut",
    ("reseau/lib/allegement.py", "B314"): "lit nos gabarits, où toute saisie est échappée ; aucune entité externe ne s’y résout",
    ("reseau/lib/allegement.py", "B405"): "de même",
    ("reseau/lib/personnel.py", "B105"): "une phrase, pas un mot de passe",
    ("reseau/lib/pdf.py", "B314"): "lit les emblèmes de l’État, fichiers du code",
    ("reseau/lib/pdf.py", "B405"): "de même",
    ("reseau/lib/tableur.py", "B406"): "échappe ce qu’il écrit ; ne lit rien",
    ("reseau/sauvegarde/copies.py", "B404"): "voir plus haut",
    ("reseau/sauvegarde/copies.py", "B603"): "de même",
    ("reseau/sauvegarde/copies.py", "B607"): "git, où que le système l’ait mis",
    ("reseau/sauvegarde/echange.py", "B608"): "voir plus haut",
    ("reseau/sauvegarde/moteurs.py", "B404"): "voir plus haut",
    ("reseau/sauvegarde/moteurs.py", "B603"): "de même",
    ("suivi/demonstration", "B311"): "le hasard rejouable de la démonstration, qui ne protège rien",
}


def sources():
    """{chemin: texte} du code et des gabarits du produit."""
    dossiers = [RACINE / nom for nom in (*APPLICATIONS, "templates")]
    fichiers = [fichier for dossier in dossiers for fichier in dossier.rglob("*") if fichier.suffix in (".py", ".html", ".txt")]
    lues = {str(fichier.relative_to(RACINE)): fichier.read_text() for fichier in fichiers if "migrations" not in fichier.parts}
    return lues | PIEGES


PIEGES = {}


def un_fichier_dangereux(monkeypatch):
    """Ce qu'un collègue pressé ajouterait demain."""
    code = "def vue(request):\n    return mark_safe(Visite.objects.filter(**request.GET.dict()).order_by(request.GET['o']))\n"
    monkeypatch.setitem(PIEGES, "visites/views/piege.py", code)
    monkeypatch.setitem(PIEGES, "templates/piege.html", "{{ visite.note|safe }}")


def dangers(chemin, texte):
    """Les règles que ce fichier enfreint."""
    if chemin.endswith(".py"):
        return {regle for noeud in ast.walk(ast.parse(texte)) for regle in _dangers_du_noeud(noeud)}
    sans_echappement = re.search(r"\|\s*safe(seq)?\b", texte) or (chemin.endswith(".html") and "autoescape off" in texte)
    return {"texte non échappé"} if sans_echappement else set()


def _dangers_du_noeud(noeud):
    if isinstance(noeud, (ast.Import, ast.ImportFrom)):
        noms = [alias.name for alias in noeud.names] if isinstance(noeud, ast.Import) else [noeud.module or ""]
        yield from MODULES & {nom.partition(".")[0] for nom in noms}
    elif isinstance(noeud, ast.Call):
        nom = getattr(noeud.func, "attr", getattr(noeud.func, "id", ""))
        yield from {nom} & APPELS
        if nom == "format_html" and not isinstance(noeud.args[0], ast.Constant):
            yield "format_html composé"
        if nom in EXECUTIONS and noeud.args and _compose(noeud.args[0]):
            yield "SQL composé"
        if nom in REQUETES and any(_vient_d_une_saisie(mot.value) for mot in noeud.keywords if mot.arg is None):
            yield "critères de l’adresse"
        if nom == "order_by" and any(_vient_d_une_saisie(argument) for argument in noeud.args):
            yield "tri de l’adresse"
        if any(mot.arg == "shell" for mot in noeud.keywords):
            yield "shell"


def _compose(expression):
    """Vrai d'un texte assemblé : f"…", "…" % x, "…" + x, "…".format(x)."""
    if isinstance(expression, ast.Call):
        return getattr(expression.func, "attr", "") in ("format", "join", "replace")
    return isinstance(expression, ast.JoinedStr | ast.BinOp)


def _vient_d_une_saisie(expression):
    """Vrai si l'expression lit la demande telle quelle ; ce qu'une fonction en fait (`ordre(request, TRIS)`) est à elle."""
    if isinstance(expression, ast.Starred):
        expression = expression.value
    if isinstance(expression, ast.Call) and not isinstance(expression.func, ast.Attribute):
        return False
    noms = {getattr(noeud, "attr", getattr(noeud, "id", "")) for noeud in ast.walk(expression)}
    return bool(noms & SAISIES)


def du_sql_compose(monkeypatch):
    """Une requête assemblée à la main, sans f"…"."""
    monkeypatch.setitem(PIEGES, "visites/piege.py", "def lire(curseur, nom):\n    curseur.execute('SELECT * FROM %s' % nom)\n")


def une_commande_du_systeme(monkeypatch):
    monkeypatch.setitem(PIEGES, "visites/piege.py", "import os\nos.system('ls ' + input())\n")


DANGERS = (un_fichier_dangereux, du_sql_compose, une_commande_du_systeme)


@verification("H6", "chaque fichier de code et de gabarit", casser=DANGERS, rapide=True)
def test_rien_de_dangereux_hors_de_la_liste(bilan):
    trouves = {(chemin, regle) for chemin, texte in sources().items() for regle in dangers(chemin, texte)}
    bilan.noter_lot(len(sources()), [f"{chemin} : {regle}" for chemin, regle in sorted(trouves - set(ADMIS))])
    bilan.noter_lot(len(ADMIS), [f"plus employé : {chemin}, {regle}" for chemin, regle in sorted(set(ADMIS) - trouves)])


@verification("H6", "chaque fichier de code, lu par bandit", casser=(du_sql_compose, une_commande_du_systeme))
def test_bandit_ne_releve_rien_hors_de_la_liste(bilan, tmp_path):
    """Contre-épreuve : le seul fichier piégé."""
    for chemin, texte in PIEGES.items():
        (tmp_path / Path(chemin).name).write_text(texte)
    lus, releves = _bandit(*([tmp_path] if bilan.casse else APPLICATIONS))
    trouves = {_situer(faute) for faute in releves}
    bilan.noter_lot(lus, [f"{chemin} : {regle}" for chemin, regle in sorted(trouves - set(ADMIS_DE_BANDIT))])
    perimes = [] if bilan.casse else sorted(set(ADMIS_DE_BANDIT) - trouves)
    bilan.noter_lot(len(perimes), [f"plus relevé : {chemin}, {regle}" for chemin, regle in perimes])


def _bandit(*cibles):
    """(nombre de fichiers lus, ce que bandit y relève)."""
    commande = [sys.executable, "-m", "bandit", "--quiet", "--recursive", "--format", "json", *map(str, cibles)]
    rendu = json.loads(subprocess.run(commande, cwd=RACINE, capture_output=True, check=False).stdout)
    assert rendu["errors"] == []
    return len(rendu["metrics"]) - 1, rendu["results"]  # « _totals » n'est pas un fichier


def _situer(faute):
    """(fichier, règle) ; la démonstration s'admet en entier."""
    chemin = faute["filename"].removeprefix("./")
    dossier = "suivi/demonstration"
    return dossier if chemin.startswith(f"{dossier}/") else chemin, faute["test_id"]


def pannes_bavardes(monkeypatch):
    """DEBUG en production."""
    monkeypatch.setattr("django.conf.settings.DEBUG", True)


@verification("H6", "cinquante pannes provoquées", casser=pannes_bavardes)
@pytest.mark.django_db
def test_une_panne_ne_montre_rien(bilan, monkeypatch):
    terrain = Terrain()
    client = connecter(terrain.membres["animateur"])
    client.raise_request_exception = False
    adresses = [route.adresse(terrain.reseau.slug, terrain.a_eux) for route in routes() if "GET" in route.vue.methodes][:50]

    def tomber(*arguments):
        raise RuntimeError("JETON-DE-PANNE")

    monkeypatch.setattr("reseau.acces.portee", tomber)
    for adresse in adresses:
        response = client.get(adresse)
        corps = response.content.decode()
        muette = response.status_code == 500 and "JETON-DE-PANNE" not in corps and "Traceback" not in corps
        bilan.noter(muette, f"{adresse} : {response.status_code}")
        bilan.noter('lang="fr"' in corps, f"{adresse} : la page de panne n’est pas en français")
