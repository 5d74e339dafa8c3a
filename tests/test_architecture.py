"""La forme du projet : chaîne d'imports, migrations à jour, gabarits employés, interdits."""

import ast
import re
from pathlib import Path

import pytest
from django.core.management import call_command
from importlinter.cli import lint_imports

RACINE = Path(__file__).resolve().parent.parent
APPLICATIONS = ["reseau", "entreprises", "visites", "suivi"]
NOMS_VAGUES = {"utils", "helpers", "mixins", "common", "core", "misc", "services"}
FICHIERS = [fichier for nom in APPLICATIONS for fichier in (RACINE / nom).rglob("*.py") if "migrations" not in fichier.parts]
GABARITS = list((RACINE / "templates").rglob("*.html"))


def test_imports_ne_vont_que_vers_le_bas():
    assert lint_imports(no_cache=True) == 0


@pytest.mark.django_db
def test_migrations_sont_a_jour():
    call_command("makemigrations", "--check", "--dry-run")


def test_noms_de_fichiers_disent_quelque_chose():
    assert [str(fichier) for fichier in FICHIERS if fichier.stem in NOMS_VAGUES] == []


def test_fichiers_tiennent_en_400_lignes():
    longs = [str(fichier.relative_to(RACINE)) for fichier in FICHIERS if len(fichier.read_text().splitlines()) > 400]
    assert longs == []


def test_fonctions_tiennent_en_50_lignes():
    longues = [
        f"{fichier.relative_to(RACINE)}:{noeud.lineno} {noeud.name}"
        for fichier in FICHIERS
        for noeud in ast.walk(ast.parse(fichier.read_text()))
        if isinstance(noeud, ast.FunctionDef) and noeud.end_lineno - noeud.lineno >= 50
    ]
    assert longues == []


def test_gabarits_sans_style_ni_script_en_ligne():
    interdits = re.compile(r'\sstyle="|<style[\s>]|\son[a-z]+="|\|safe\b|href="#"|<script(?![^>]*\bsrc=)[^>]*>\s*\S')
    fautifs = [str(gabarit.relative_to(RACINE)) for gabarit in GABARITS if interdits.search(gabarit.read_text())]
    assert fautifs == []


def test_filtres_ne_viennent_jamais_du_navigateur():
    interdits = re.compile(r"(filter|exclude|get|order_by)\(\s*\**request\.(GET|POST)|\.extra\(|\.raw\(|mark_safe")
    fautifs = [str(fichier.relative_to(RACINE)) for fichier in FICHIERS if interdits.search(fichier.read_text())]
    assert fautifs == []


def test_partie_reservee_ne_se_joint_nulle_part_ailleurs():
    """La table de la réserve n'a qu'un chemin, `suivi.reserve` : nulle jointure, nul autre import ne la ramène."""
    declares = {"visites/models/compte_rendu.py", "visites/models/__init__.py", "suivi/reserve.py", "suivi/lecteurs.py"}
    declares |= {"suivi/demonstration/recits.py", "suivi/dossier_personnel.py"}
    jointure = re.compile(
        r"PartieReservee\b|compte_rendu__reserve|reserve__|[\"']reserve[\"']\)\.first|related\([^)]*reserve|\.reserve\.texte"
    )
    assert {str(fichier.relative_to(RACINE)) for fichier in FICHIERS if jointure.search(fichier.read_text())} == declares


def test_gardes_de_la_base_ne_se_levent_que_pour_la_demonstration():
    levees = re.compile(r"garde\.(levee|retirer)\(")
    noms = {str(fichier.relative_to(RACINE)) for fichier in FICHIERS if levees.search(fichier.read_text())}
    assert noms == {"suivi/demonstration/registre.py", "visites/garde.py"}


def test_regles_ne_vivent_pas_dans_les_signaux_de_django():
    interdits = re.compile(r"\b(post|pre)_(save|delete)\b")
    assert [str(fichier) for fichier in FICHIERS if interdits.search(fichier.read_text())] == []


def test_courriels_partent_par_un_seul_chemin():
    """La boîte d'envoi (`reseau.expedition`) ; ailleurs, un courriel se perdrait avec le serveur, ou partirait deux fois."""
    chemin = {"reseau/expedition.py", "reseau/lib/courriels.py", "reseau/lib/smtp.py"}
    envoi = re.compile(r"(import|from) (django\.core\.mail|smtplib)|Guichet")
    assert {str(fichier.relative_to(RACINE)) for fichier in FICHIERS if envoi.search(fichier.read_text())} == chemin


def test_gabarits_servent_tous():
    """Un gabarit est nommé par une vue, un autre gabarit, ou l'usage de Django et de ses paquets."""
    textes = "\n".join(fichier.read_text() for fichier in [*FICHIERS, *GABARITS])
    d_usage = ("registration/", "dsfr/", "400.html", "403", "404.html", "500.html", "widget_tweaks/", "django/")
    noms = [str(gabarit.relative_to(RACINE / "templates")) for gabarit in GABARITS]
    assert [nom for nom in noms if not nom.startswith(d_usage) and nom not in textes] == []
