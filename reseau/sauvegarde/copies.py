"""Sauvegarder, restaurer, éprouver : une archive datée, que l'on sait remettre et dont on a la preuve qu'elle se remet.

La clé de signature n'est pas dans l'archive : elle ouvrirait, avec la base, tous les liens signés. L'archive en garde une
empreinte, pour dire à la restauration si c'est la bonne.
"""

import contextlib
import re
import subprocess
import tempfile
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from django.conf import settings
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, Error, connections, transaction
from django.utils.crypto import salted_hmac

from reseau import barriere, cloisons
from reseau.lib.erreurs import RegleEnfreinte
from reseau.sauvegarde import archive, base_a_part, moteurs
from reseau.sauvegarde.empreintes import ecarts, empreintes, migrations, migrations_du_code, registre

SAUVEGARDE = "sauvegarde"
NOM = "reseau-{:%Y%m%d-%H%M%S}.zip"
NOMS = re.compile(r"reseau-\d{8}-\d{6}\.zip")
DIFFERE = "La base remise n’est pas celle de l’archive. Tables en cause : {}."
CLE = (
    "SECRET_KEY n’est pas celle du service sauvegardé : remettez l’ancienne, sinon les liens signés, les flux d’agenda et "
    "tout ce qu’elle protège ne vaudront plus."
)


@dataclass
class Bilan:
    """Ce qu'un geste a fait : l'archive, ses tables et ses lignes, sa durée, et ce que l'exploitant doit savoir."""

    archive: Path
    tables: int
    lignes: int
    secondes: float
    faite_le: datetime | None = None
    avis: list[str] = field(default_factory=list)


def sauvegarder(dossier: Path, *, maintenant, garder=0, avancer=lambda *_: None) -> Bilan:
    """Écrit une archive datée dans `dossier` et n'en garde que les `garder` dernières (0 : toutes) ; `RegleEnfreinte` sinon."""
    debut, cible = monotonic(), dossier / NOM.format(maintenant.astimezone(UTC))
    if cible.exists():
        raise RegleEnfreinte(f"{cible} existe déjà : une sauvegarde vient d’être faite.")
    with archive.brouillon(dossier) as brouillon:
        connexion = connections[DEFAULT_DB_ALIAS]
        membre = moteurs.MEMBRES[connexion.vendor]
        copie = brouillon.dossier / membre
        with moteurs.copier(copie, avancer=avancer) as alias:
            manifeste = decrire(SAUVEGARDE, maintenant) | {"migrations": migrations(alias)}
            manifeste["tables"] = empreintes(alias, avancer=avancer)
        avancer("Archive")
        brouillon.verser(membre, copie, serrer=connexion.vendor == "sqlite")
        brouillon.finir(manifeste, cible)
    avis = [f"Archive ancienne effacée : {vieille.name}" for vieille in _alleger(dossier, garder)]
    return _bilan(cible, manifeste, debut, avis)


def restaurer(chemin: Path, *, remplacer=False, avancer=lambda *_: None) -> Bilan:
    """Vérifie l'archive, remet la base en une fois, puis vérifie table à table ; `RegleEnfreinte` avant d'écrire sinon."""
    debut = monotonic()
    with archive.ouvrir(chemin) as (manifeste, zip_):
        _admettre(manifeste)
        if not remplacer and (pleines := non_vides()):
            raise RegleEnfreinte(
                f"La base n’est pas vide ({', '.join(pleines[:3])}…) : ajoutez --remplacer pour en effacer le contenu."
            )
        _remettre(zip_, manifeste, DEFAULT_DB_ALIAS, avancer)
    avis = [] if manifeste["cle"] == empreinte_de_la_cle() else [CLE]
    if {*manifeste["migrations"]} != migrations_du_code():
        avis.append("L’archive est d’une version plus ancienne : jouez manage.py migrate avant de rouvrir le service.")
    if barriere.active():
        avis.append("Rejouez manage.py barriere --activer : la base remise ne connaît pas les droits du rôle du service.")
    return _bilan(chemin, manifeste, debut, avis)


def eprouver(chemin: Path, *, avancer=lambda *_: None) -> Bilan:
    """Restaure l'archive dans une base jetable, compare, la met à jour, y écrit une ligne ; rien d'autre n'est touché."""
    debut = monotonic()
    with archive.ouvrir(chemin) as (manifeste, zip_), tempfile.TemporaryDirectory(prefix="exercice-") as dossier:
        _admettre(manifeste)
        with base_a_part.jetable(Path(dossier)) as alias:
            _remettre(zip_, manifeste, alias, avancer)
            avancer("Mise à jour de la copie")
            call_command("migrate", database=alias, verbosity=0, interactive=False)
            connections[alias].check_constraints()
            _ecrire_une_ligne(alias)
    return _bilan(chemin, manifeste, debut, [])


def derniere(dossier: Path) -> Path:
    """La dernière archive de ce dossier ; `RegleEnfreinte` s'il n'y en a pas."""
    archives = _archives(dossier)
    if not archives:
        raise RegleEnfreinte(f"Il n’y a pas de sauvegarde dans {dossier}.")
    return archives[-1]


def decrire(genre, maintenant) -> dict:
    """L'en-tête commun des manifestes."""
    return {
        "genre": genre,
        "faite_le": maintenant.isoformat(),
        "moteur": connections[DEFAULT_DB_ALIAS].vendor,
        "version_du_moteur": moteurs.version(connections[DEFAULT_DB_ALIAS]),
        "version": tomllib.loads((settings.RACINE / "pyproject.toml").read_text())["project"]["version"],
        "commit": commit_du_code(),
        "cle": empreinte_de_la_cle(),
    }


def empreinte_de_la_cle() -> str:
    return salted_hmac("reseau.sauvegarde", "clé", algorithm="sha256").hexdigest()[:16]


def non_vides(alias=DEFAULT_DB_ALIAS) -> list[str]:
    """Les tables de réseaux et de comptes qui portent déjà des lignes ; les références de l'Insee n'en sont pas."""
    connues = {*connections[alias].introspection.table_names()}
    etat = registre(alias)
    modeles = [
        *cloisons.attaches(etat),
        *(m for m in etat.get_models() if m._meta.label_lower == settings.AUTH_USER_MODEL.lower()),
    ]
    presentes = [m for m in modeles if m._meta.db_table in connues]
    return sorted(m._meta.db_table for m in presentes if m._base_manager.using(alias).exists())


def _admettre(manifeste):
    """Refuse ce que cette commande ou ce code ne savent pas remettre."""
    if manifeste["genre"] != SAUVEGARDE:
        raise RegleEnfreinte("Cette archive est un export : reprenez-le avec manage.py importer_tout.")
    moteur = connections[DEFAULT_DB_ALIAS].vendor
    if manifeste["moteur"] != moteur:
        raise RegleEnfreinte(
            f"Cette sauvegarde vient de {manifeste['version_du_moteur']}, cette base est sur {moteur} : "
            "passez par exporter_tout et importer_tout."
        )
    if inconnues := sorted({*manifeste["migrations"]} - migrations_du_code()):
        raise RegleEnfreinte(f"L’archive est d’une version plus récente que ce code ({inconnues[-1]}) : mettez-le à jour.")


def _remettre(zip_, manifeste, alias, avancer):
    membre = moteurs.MEMBRES[manifeste["moteur"]]
    with tempfile.TemporaryDirectory(prefix="restauration-") as dossier:
        try:
            archive.extraire(zip_, membre, Path(dossier) / membre)
        except OSError as erreur:
            raise RegleEnfreinte(f"Impossible de déplier l’archive dans {dossier} : {erreur.strerror}.") from erreur
        moteurs.remettre(Path(dossier) / membre, alias, avancer=avancer)
    if differences := ecarts(manifeste["tables"], empreintes(alias, avancer=avancer)):
        raise RegleEnfreinte(DIFFERE.format(" ; ".join(differences)))


def _ecrire_une_ligne(alias):
    """Une base remise dont les compteurs de clés seraient en retard refuserait la première écriture."""
    modele = next(m for m in cloisons.attaches() if m._meta.label_lower == cloisons.RESEAU)
    champs = {"nom": "Exercice", "territoire": "T", "de_territoire": "T", "departement": "70", "prefecture": "P", "lieu": "L"}
    with contextlib.suppress(_Defaire), transaction.atomic(using=alias):
        try:
            modele._base_manager.using(alias).create(slug="exercice-de-restauration", **champs)
        except Error as erreur:
            raise RegleEnfreinte(f"La base remise refuse une écriture : {erreur}") from erreur
        raise _Defaire


class _Defaire(Exception):
    pass


def _alleger(dossier, garder):
    vieilles = _archives(dossier)[:-garder] if garder else []
    for vieille in vieilles:
        vieille.unlink(missing_ok=True)
    return vieilles


def _archives(dossier):
    return sorted(fichier for fichier in dossier.glob("reseau-*.zip") if NOMS.fullmatch(fichier.name))


def _bilan(chemin, manifeste, debut, avis):
    lignes = sum(table["lignes"] for table in manifeste["tables"].values())
    faite_le = datetime.fromisoformat(manifeste["faite_le"])
    return Bilan(chemin, len(manifeste["tables"]), lignes, monotonic() - debut, faite_le, avis)


def commit_du_code():
    """Le commit du code en service, vide s'il n'est pas tiré d'un dépôt."""
    with contextlib.suppress(OSError):
        dit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=settings.RACINE, capture_output=True, text=True, check=False)
        return dit.stdout.strip()
    return ""
