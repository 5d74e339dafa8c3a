"""H5 : les dépendances sont épinglées, avec leurs empreintes, et au-dessus de toute faille que l'on connaît.

Deux contrôles : une table locale de planchers, qui ne dépend de personne, et pip-audit, qui interroge le service d'avis. Un
service injoignable n'est pas une réussite : l'essai est alors sauté, et le rapport le nomme.
"""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.version import Version

from tests.fiabilite.rapport import RACINE
from tests.fiabilite.verification import sans_rien_abimer, verification

VERROUS = ["requirements.txt", "requirements-dev.txt"]
LIGNE = re.compile(r"^(?P<nom>[A-Za-z0-9_.-]+)(?:==(?P<version>[^\s\\]+))?", re.MULTILINE)
EMPREINTE = re.compile(r"--hash=sha256:[0-9a-f]{64}\b")
# Paquet → (première version saine, la faille qu'elle corrige). À relever à chaque avis ; le paquet absent n'a pas de faille.
PLANCHERS = {
    "brotli": ("1.2.0", "CVE-2025-6176, décompression sans borne"),
    "certifi": ("2024.7.4", "CVE-2024-39689, autorité retirée"),
    "cryptography": ("44.0.1", "CVE-2024-12797, OpenSSL"),
    "django": ("5.2.19", "quarante-cinq avis de 5.2.2 à 5.2.19"),
    "django-filter": ("2.4.0", "CVE-2020-15225, nombres sans borne"),
    "django-select2": ("8.4.1", "listes restreintes partagées entre demandes"),
    "fonttools": ("4.60.2", "CVE-2025-66034, écriture de fichiers"),
    "gunicorn": ("22.0.0", "CVE-2024-1135 et CVE-2024-6827, demandes dissimulées"),
    "idna": ("3.7", "CVE-2024-3651, temps sans borne"),
    "lxml": ("4.9.1", "CVE-2022-2309"),
    "openpyxl": ("99", "CVE-2017-5992 et classeurs piégés : ce service lit avec calamine"),
    "pillow": ("11.3.0", "CVE-2025-48379, débordement"),
    "pyjwt": ("2.10.1", "CVE-2024-53861, émetteur mal comparé"),
    "requests": ("2.32.4", "CVE-2024-47081, fuite d'identifiants"),
    "sqlparse": ("0.5.0", "CVE-2024-4340, récursion"),
    "urllib3": ("2.6.0", "CVE-2025-66418 et CVE-2025-66471, décompression sans borne"),
    "weasyprint": ("70.0", "CVE-2026-55073, fichiers locaux lus"),
}


def verrou(nom):
    """Le texte de ce verrou, commentaires ôtés."""
    return re.sub(r"^\s*#.*\n", "", (RACINE / nom).read_text(), flags=re.MULTILINE)


def django_ancien(monkeypatch):
    _abimer(monkeypatch, lambda texte: re.sub(r"^django==\S+", "django==5.2.0", texte, flags=re.MULTILINE))


def sans_empreinte(monkeypatch):
    _abimer(monkeypatch, lambda texte: EMPREINTE.sub("", texte))


def sans_version(monkeypatch):
    _abimer(monkeypatch, lambda texte: re.sub(r"^(pillow)==\S+", r"\1", texte, flags=re.MULTILINE))


def _abimer(monkeypatch, abimer):
    monkeypatch.setattr(sys.modules[__name__], "verrou", lambda nom, lire=verrou: abimer(lire(nom)))


def paquets(texte):
    """[(nom, version ou None, nombre d'empreintes)], une entrée par paquet du verrou."""
    entrees = re.split(r"\n(?=\S)", texte.strip())
    lus = [(LIGNE.match(entree), len(EMPREINTE.findall(entree))) for entree in entrees]
    return [(ligne["nom"].lower(), ligne["version"], empreintes) for ligne, empreintes in lus]


@verification("H5", "versions et empreintes", rapide=True, casser=(django_ancien, sans_empreinte, sans_version))
def test_dependances_sont_epinglees_et_au_dessus_des_planchers(bilan):
    for nom_du_verrou in VERROUS:
        for nom, version, empreintes in paquets(verrou(nom_du_verrou)):
            bilan.noter(version is not None and empreintes > 0, f"{nom_du_verrou} : {nom} sans version ou sans empreinte")
            plancher, faille = PLANCHERS.get(nom, ("0", ""))
            bilan.noter(version is None or Version(version) >= Version(plancher), f"{nom} {version} : {faille}")


@verification("H5", "verrous fidèles à pyproject.toml", rapide=True, casser=django_ancien)
def test_verrous_suivent_le_projet(bilan):
    projet = tomllib.loads((RACINE / "pyproject.toml").read_text())["project"]
    verrouilles = {nom: {paquet: version for paquet, version, _ in paquets(verrou(nom))} for nom in VERROUS}
    demandes = {"requirements.txt": projet["dependencies"], "requirements-dev.txt": projet["optional-dependencies"]["dev"]}
    for nom_du_verrou, lignes in demandes.items():
        for ligne in lignes:
            nom, _, version = ligne.partition("==")
            bilan.noter(verrouilles[nom_du_verrou].get(nom.lower()) == version, f"{nom_du_verrou} : {ligne}")


def auditer(texte, dossier):
    """Ce que pip-audit dit de ce verrou : {paquet: [failles]}. Saute l'essai s'il manque, ou si le service ne répond pas."""
    outil = shutil.which("pip-audit") or shutil.which(str(Path(sys.executable).parent / "pip-audit"))
    if outil is None:
        pytest.skip("pip-audit n'est pas installé : aucun paquet audité")
    fichier = dossier / "requirements.txt"
    fichier.write_text(texte)
    options = ["--strict", "--disable-pip", "--no-deps", "--progress-spinner=off", "--format=json", f"--requirement={fichier}"]
    joue = subprocess.run([outil, *options], capture_output=True, text=True, timeout=300)
    if not joue.stdout.strip():
        pytest.skip(f"service d'avis injoignable, aucun paquet audité : {joue.stderr.strip()[-160:]}")
    audites = json.loads(joue.stdout)["dependencies"]
    return {paquet["name"].lower(): [avis["id"] for avis in paquet["vulns"]] for paquet in audites}


@verification("H5", "avis publiés, par pip-audit", casser=sans_rien_abimer)
def test_aucun_avis_ne_vise_une_dependance(bilan, tmp_path):
    """La contre-épreuve audite Django 5.2.0, dont les failles sont publiées."""
    texte = "django==5.2.0\n" if bilan.casse else verrou("requirements.txt")
    audites = auditer(texte, tmp_path)
    for nom, _, _ in paquets(texte):
        bilan.noter(not audites.get(nom, ["non audité"]), f"{nom} : {audites.get(nom, 'non audité')}")
