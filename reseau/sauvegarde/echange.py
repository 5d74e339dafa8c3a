"""L'export complet, réversible : une ligne JSON par fiche, les fichiers à part, un mode d'emploi ; et sa reprise ailleurs.

Il ne dépend d'aucun moteur : c'est le chemin de SQLite à PostgreSQL, et retour. Pour une installation, toutes les tables ; pour
un réseau, ce qui tient à lui (`reseau.cloisons`) et les comptes de ses membres, sans leurs mots de passe : un compte peut entrer
dans d'autres réseaux, que cet export ne doit pas ouvrir.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.management.color import no_style
from django.db import DEFAULT_DB_ALIAS, Error, connections, models, transaction

from reseau import cloisons
from reseau.lib.erreurs import RegleEnfreinte
from reseau.sauvegarde import archive
from reseau.sauvegarde.copies import Bilan, decrire, non_vides
from reseau.sauvegarde.empreintes import PAR_LOT, ecarts, ecrite, empreinte, lire_ecrite, migrations, registre

EXPORT = "export"
INSTALLATION = "installation"
NOM = "export-{}-{:%Y%m%d-%H%M%S}.zip"
TABLE = "tables/{}.jsonl"
GENRES = {b"%PDF": "pdf", b"\xff\xd8\xff": "jpg", b"\x89PNG": "png", b"PK\x03\x04": "zip"}
PARAMETRES = 900  # par requête : SQLite en admettait 999
SANS_MOT_DE_PASSE = "!export"  # aucun mot de passe n'a cette empreinte
LISEZ_MOI = """Export complet : {portee}
Fait le {faite_le}, par la version {version}.

MANIFESTE.json   ce que contient l'archive : membres, tailles, empreintes SHA-256 ; tables, nombres de lignes, empreintes
tables/          une table par fichier ; une fiche par ligne, en JSON (UTF-8), sous les noms de ses colonnes
fichiers/        documents, images, lettres et tableaux figés ; la fiche en donne le chemin : {{"fichier": "fichiers/…"}}

Dates et heures sont en ISO 8601, les heures en temps universel ; les nombres à virgule sont entre guillemets.
Pour reprendre cet export dans une installation neuve de même version (base vide, `manage.py migrate`{references}) :

    manage.py importer_tout ARCHIVE

Cet export contient tout ce que le réseau a recueilli, partie réservée comprise : gardez-le chiffré, effacez-le dès qu'il a servi.
"""


@dataclass
class Lot:
    """Les lignes d'une table à exporter, et les champs à n'y pas mettre : {nom de l'attribut: valeur de remplacement}."""

    lignes: models.QuerySet
    remplaces: dict


def exporter(dossier: Path, *, maintenant, reseau=None, avancer=lambda *_: None) -> Bilan:
    """Écrit l'archive de ce réseau, ou de toute l'installation ; `RegleEnfreinte` si le dossier ne le permet pas."""
    portee = reseau.slug if reseau else INSTALLATION
    cible = dossier / NOM.format(portee, maintenant)
    with archive.brouillon(dossier) as brouillon, transaction.atomic():
        _instantane()
        lots = _du_reseau(reseau) if reseau else _de_l_installation()
        tables, faites, total = {}, 0, sum(lot.lignes.count() for lot in lots)
        for lot in lots:
            avancer("Export", faites, total)
            relevee = tables[lot.lignes.model._meta.db_table] = _verser(brouillon, lot)
            faites += relevee["lignes"]
        manifeste = decrire(EXPORT, maintenant) | {"portee": portee, "migrations": migrations(), "tables": tables}
        with brouillon.membre("LISEZ-MOI.txt") as ecrire:
            references = ", `manage.py charger_references`" if reseau else ""
            ecrire(LISEZ_MOI.format(references=references, **manifeste).encode())
        brouillon.finir(manifeste, cible)
    return Bilan(cible, len(tables), sum(table["lignes"] for table in tables.values()), 0, maintenant)


def importer(chemin: Path, *, avancer=lambda *_: None) -> Bilan:
    """Reprend un export dans cette base, neuve et au même schéma ; tout ou rien, vérifié table à table avant de valider."""
    with archive.ouvrir(chemin) as (manifeste, zip_):
        _admettre(manifeste)
        modeles = {modele._meta.db_table: modele for modele in cloisons.tables()}
        repris = [modeles[table] for table in manifeste["tables"]]
        try:
            with transaction.atomic():
                for modele in repris:
                    modele._base_manager.all()._raw_delete(DEFAULT_DB_ALIAS)  # ce que « migrate » y a mis
                for rang, modele in enumerate(repris):
                    avancer("Reprise", rang, len(repris))
                    _reprendre(zip_, modele)
                _verifier(manifeste, modeles)
                _remettre_les_compteurs(repris)
        except Error as erreur:
            raise RegleEnfreinte(f"La base refuse cet export, rien n’est écrit : {erreur}") from erreur
    lignes = sum(table["lignes"] for table in manifeste["tables"].values())
    return Bilan(chemin, len(repris), lignes, 0, None, [f"Portée : {manifeste['portee']}"])


def _instantane():
    connexion = connections[DEFAULT_DB_ALIAS]
    if connexion.vendor == "postgresql" and not connexion.savepoint_ids:
        with connexion.cursor() as curseur:
            curseur.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")


def _de_l_installation():
    if registre() is not cloisons.apps:
        raise RegleEnfreinte("La base n’est pas à jour : jouez d’abord manage.py migrate.")
    return [Lot(modele._base_manager.all(), {}) for modele in cloisons.tables()]


def _du_reseau(reseau):
    attaches = cloisons.attaches()
    lots = [
        Lot(modele._base_manager.filter(**{cloisons.chemin(modele, attaches): reseau.pk}), {})
        for modele in sorted(attaches, key=lambda modele: modele._meta.db_table)
    ]
    comptes = next(modele for modele in cloisons.tables() if modele._meta.label == settings.AUTH_USER_MODEL)
    siens = comptes._base_manager.filter(appartenances__reseau=reseau).distinct()
    # Ni mot de passe, ni pouvoir sur l'installation, ni date de connexion dans un autre réseau.
    return [*lots, Lot(siens, {"password": SANS_MOT_DE_PASSE, "is_superuser": False, "last_login": None})]


def _verser(brouillon, lot) -> dict:
    """Écrit la table et ses fichiers ; rend son relevé, tel que le redonnera la base qui la reprendra."""
    modele, fichiers = lot.lignes.model, []
    champs = modele._meta.local_concrete_fields
    with brouillon.membre(TABLE.format(modele._meta.db_table)) as ecrire:
        for valeurs in lot.lignes.order_by("pk").values(*(champ.attname for champ in champs)).iterator(chunk_size=PAR_LOT):
            fiche, siens = _fiche(champs, valeurs, lot.remplaces)
            fichiers += siens
            ecrire(json.dumps(fiche, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n")
    for chemin, cle, colonne in fichiers:  # relus un à un : ensemble, ils ne tiendraient pas toujours en mémoire
        with brouillon.membre(chemin) as ecrire:
            ecrire(bytes(modele._base_manager.values_list(colonne, flat=True).get(pk=cle)))
    return _relever(lot)


def _fiche(champs, valeurs, remplaces):
    """(la fiche telle qu'elle s'écrit, [(chemin, clé, colonne)] des octets qu'elle renvoie à un fichier)."""
    fiche, fichiers = {}, []
    for champ in champs:
        nom, valeur = champ.attname, valeurs[champ.attname]
        if nom in remplaces:
            fiche[nom] = remplaces[nom]
        elif isinstance(champ, models.BinaryField) and valeur:
            cle = valeurs[champ.model._meta.pk.attname]
            fiche[nom] = {"fichier": _nom_de_fichier(champ.model, cle, nom, bytes(valeur[:4]))}
            fichiers.append((fiche[nom]["fichier"], cle, nom))
        else:
            fiche[nom] = ecrite(champ, valeur)
    return fiche, fichiers


def _relever(lot):
    """Le relevé d'une table exportée ; des valeurs remplacées, il ne se tire pas de la base : ces colonnes n'y comptent pas."""
    champs = [champ for champ in lot.lignes.model._meta.local_concrete_fields if champ.attname not in lot.remplaces]
    return empreinte(lot.lignes, champs)


def _nom_de_fichier(modele, cle, champ, debut):
    genre = next((genre for marque, genre in GENRES.items() if debut.startswith(marque)), "bin")
    return f"fichiers/{modele._meta.db_table}/{cle}-{champ}.{genre}"


def _admettre(manifeste):
    if manifeste["genre"] != EXPORT:
        raise RegleEnfreinte("Cette archive est une sauvegarde : remettez-la avec manage.py restaurer.")
    if manifeste["migrations"] != migrations():
        raise RegleEnfreinte(
            f"Cet export est de la version {manifeste['version']} : reprenez-le avec elle, sur une base à jour, puis migrez."
        )
    if pleines := non_vides():
        raise RegleEnfreinte(f"La base n’est pas vide ({', '.join(pleines[:3])}…) : un export ne se reprend que dans une neuve.")


def _reprendre(zip_, modele):
    champs = modele._meta.local_concrete_fields
    par_lot = max(1, PARAMETRES // len(champs))
    lot = []
    with zip_.open(TABLE.format(modele._meta.db_table)) as lignes:
        for ligne in lignes:
            fiche = json.loads(ligne.decode("utf-8", "surrogatepass"))
            lot.append([_valeur(zip_, champ, fiche[champ.attname]) for champ in champs])
            if len(lot) == par_lot:
                _inserer(modele, champs, lot)
                lot = []
    _inserer(modele, champs, lot)


def _valeur(zip_, champ, dite):
    if isinstance(dite, dict) and isinstance(champ, models.BinaryField):
        return zip_.read(dite["fichier"])
    return lire_ecrite(champ, dite)


def _inserer(modele, champs, lot):
    """En SQL : `bulk_create` daterait de maintenant les fiches que le modèle date à leur création."""
    if not lot:
        return
    connexion = connections[DEFAULT_DB_ALIAS]
    nommer = connexion.ops.quote_name
    colonnes = ", ".join(nommer(champ.column) for champ in champs)
    places = ", ".join([f"({', '.join(['%s'] * len(champs))})"] * len(lot))
    valeurs = [champ.get_db_prep_save(v, connexion) for ligne in lot for champ, v in zip(champs, ligne, strict=True)]
    with connexion.cursor() as curseur:
        curseur.execute(f"INSERT INTO {nommer(modele._meta.db_table)} ({colonnes}) VALUES {places}", valeurs)


def _verifier(manifeste, modeles):
    trouvees = {}
    for table, dite in manifeste["tables"].items():
        champs = [champ for champ in modeles[table]._meta.local_concrete_fields if champ.column in dite["colonnes"]]
        trouvees[table] = empreinte(modeles[table]._base_manager.all(), champs)
    if differences := ecarts(manifeste["tables"], trouvees):
        raise RegleEnfreinte(f"La reprise ne redonne pas l’export, rien n’est écrit. {' ; '.join(differences)}.")


def _remettre_les_compteurs(modeles):
    """La prochaine fiche prendra le numéro suivant ; SQLite le tient de lui-même."""
    connexion = connections[DEFAULT_DB_ALIAS]
    with connexion.cursor() as curseur:
        for ordre in connexion.ops.sequence_reset_sql(no_style(), modeles):
            curseur.execute(ordre)
