"""G1 : de chaque chose, juste sous sa limite elle reste, juste au-delà elle part ; une seconde purge ne trouve rien."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.core.cache.backends import filebased
from django.core.management import call_command
from django.db.models import Q
from django.utils.timezone import now

from entreprises import annuaire_public
from reseau.conservation import DUREES, LIGNES
from reseau.lib.cache import CacheEnFichiers
from reseau.lib.personnel import Sort
from reseau.models import Journal, Membre
from reseau.sauvegarde import copies
from suivi import personnel, purge
from suivi.management.commands import purger
from suivi.operations import anonymisations, purges
from suivi.purge import PURGEURS
from tests.factories import MembreFactory
from tests.fiabilite.choses_datees import Pose
from tests.fiabilite.personne_plantee import Jetons
from tests.fiabilite.test_g_vie_privee import chiffres
from tests.fiabilite.verification import verification
from tests.lib.base_de_version import base_a_jour
from tests.lib.jetons import vidage
from tests.navigateur import test_sans_reseau
from visites.models import PdfFige

JUSTE = timedelta(days=1)  # de part et d'autre de la limite : les dates sont des jours
LIMITE = type(LIGNES[0]).limite  # lue d'avance : une contre-épreuve la déplace


def cote_a_cote(cle, reseau, maintenant):
    """(date, périmée ?) juste sous la limite, juste au-delà ; à deux minutes près quand la durée se compte en heures."""
    limite = LIMITE(DUREES[cle], maintenant, reseau)
    ecart = timedelta(minutes=2) if DUREES[cle].heures else JUSTE
    return [(limite + ecart, False), (limite - ecart, True)]


def poser(reseau, lecteur):
    """[(ce qui reste ou non, périmé ?)] : une chose de chaque genre de part et d'autre de sa limite."""
    jetons, maintenant = Jetons("qg"), now()
    genres = [("dernier_contact", "entreprise"), *((cle, cle) for cle in sorted({purgeur.cle for purgeur in PURGEURS}))]
    return [
        (reste, perimee)
        for genre, cle in genres
        for quand, perimee in cote_a_cote(cle, reseau, maintenant)
        for reste in Pose(genre, reseau, quand, lecteur, jetons).restes
    ]


def une_table_oubliee(monkeypatch):
    """Personne ne purge les brouillons."""
    monkeypatch.setattr(purge, "PURGEURS", tuple(purgeur for purgeur in PURGEURS if purgeur.cle != "brouillon"))
    monkeypatch.setattr(purger, "PURGEURS", purge.PURGEURS)


def une_limite_trop_courte(monkeypatch):
    """Toutes les durées perdent deux jours : des vivants partent. Hors le journal, que la base garde d'elle-même."""

    def limite(ligne, instant, reseau=None):
        return LIMITE(ligne, instant, reseau) + (0 if ligne.cle == "journal" else 2) * JUSTE

    monkeypatch.setattr(type(LIGNES[0]), "limite", limite)


def une_lettre_gardee(monkeypatch):
    """Le PDF de la lettre survit à la fiche."""
    liees = anonymisations.entreprises_liees
    monkeypatch.setattr(
        anonymisations, "entreprises_liees", lambda modele, cles: Q(pk__in=[]) if modele is PdfFige else liees(modele, cles)
    )


def une_reserve_neutre(monkeypatch):
    """La partie réservée passe pour neutre."""
    monkeypatch.setitem(personnel.TOUS, "visites.partiereservee", {"texte": Sort.NEUTRE})


def a_blanc_qui_ecrit(monkeypatch):
    """Compter purge."""

    def compter(purgeurs, reseau, instant, horizon=None):
        purges.purger(purgeurs, reseau, instant=instant)
        return []

    monkeypatch.setattr(purges, "compter", compter)


@verification(
    "G1",
    "chaque texte posé de part et d’autre de sa durée, cherché dans toute la base",
    casser=(une_table_oubliee, une_limite_trop_courte, a_blanc_qui_ecrit, une_lettre_gardee, une_reserve_neutre),
)
def test_purge_prend_ce_qui_est_au_dela_et_rien_d_autre(bilan, reseau, animateur, capsys):
    poses = poser(reseau, animateur)
    comptes = chiffres(reseau)
    call_command("purger")
    base = vidage()
    bilan.noter_lot(len(poses), [f"à blanc, {en_clair(reste)} a disparu" for reste, _ in poses if not reste.tient(base)])
    call_command("purger", ecrire=True)
    base = vidage()
    faux = [(reste, perimee) for reste, perimee in poses if reste.tient(base) == perimee]
    bilan.noter_lot(
        len(poses), [f"{en_clair(reste)} : {'reste au-delà' if perimee else 'parti avant'} sa durée" for reste, perimee in faux]
    )
    bilan.noter(chiffres(reseau) == comptes, "un tableau a changé")
    eprouvees = {(reste.cle, perimee) for reste, perimee in poses}
    for cle in set(DUREES) - set(AILLEURS):
        bilan.noter({(cle, True), (cle, False)} <= eprouvees, f"{cle} : rien n’éprouve cette durée")
    capsys.readouterr()
    call_command("purger", ecrire=True)
    bilan.noter("Purgé : 0." in capsys.readouterr().out, "une seconde purge a trouvé de quoi purger")


def en_clair(reste):
    return f"{reste.cle}, {reste.place}"


@verification("G1", "journal de la purge", casser=lambda monkeypatch: monkeypatch.setattr(purges, "_noter", lambda *_: None))
def test_purge_se_journalise_en_nombres(bilan, reseau, animateur):
    Pose("brouillon", reseau, now() - timedelta(days=400), animateur, Jetons("qg"))
    call_command("purger", ecrire=True)
    lignes = list(Journal.objects.filter(objet="purge").values_list("geste", "nombre", "precision", "membre"))
    bilan.noter(lignes == [("effacement", 1, DUREES["brouillon"].donnee, None)], f"journal : {lignes}")


def test_membre_du_terrain_reste(reseau):
    """Un membre en fonction n'est jamais anonymisé, quel que soit son âge dans le réseau."""
    membre = MembreFactory(reseau=reseau, entre_le="1999-01-01")
    call_command("purger", ecrire=True)
    assert Membre.objects.get(pk=membre.pk).nom == membre.nom


@pytest.fixture
def repertoire_en_cache(settings, tmp_path):
    """Le cache du service, dans des fichiers ; le répertoire public, lui, ne répond pas."""
    settings.CACHES = {"default": {"BACKEND": "reseau.lib.cache.CacheEnFichiers", "LOCATION": tmp_path / "cache"}}
    settings.RECHERCHE_ENTREPRISES_URL = "http://127.0.0.1:9/"
    return tmp_path / "cache"


def reponses_gardees_un_an(monkeypatch):
    monkeypatch.setattr(annuaire_public, "GARDEE", 365 * 24 * 3600)


def cache_jamais_balaye(monkeypatch):
    monkeypatch.setattr(CacheEnFichiers, "balayer", lambda cache: 0)


@verification(
    "G1",
    "réponses du répertoire public, de part et d’autre de leur durée, relue ou non",
    casser=(reponses_gardees_un_an, cache_jamais_balaye),
)
def test_reponse_du_repertoire_ne_reste_pas_apres_sa_duree(bilan, db, repertoire_en_cache, monkeypatch):
    depart = now().timestamp()
    for cherchee in ("scierie", "que nul ne redemande"):
        annuaire_public._garder(cherchee, {"le": 0, "etablissements": [], "total": 0})
    for ecart, perimee in ((-JUSTE, False), (JUSTE, True)):
        instant = depart + (DUREES["annuaire"].delai + ecart).total_seconds()
        monkeypatch.setattr(filebased, "time", SimpleNamespace(time=lambda instant=instant: instant))
        bilan.noter((annuaire_public._relire("scierie") is None) == perimee, f"annuaire, à {ecart} de sa durée")
        call_command("purger", ecrire=True)
        restent = len(list(repertoire_en_cache.iterdir()))
        bilan.noter(restent == (0 if perimee else 2), f"{restent} réponses sur le disque, à {ecart} de leur durée")


def toutes_les_archives_gardees(monkeypatch):
    monkeypatch.setattr(copies, "_alleger", lambda dossier, garder: [])


@verification(
    "G1",
    "sauvegardes d’une nuit chacune, de part et d’autre de leur durée",
    casser=toutes_les_archives_gardees,
    moteurs=("sqlite",),
)
@pytest.mark.base
def test_sauvegarde_part_apres_sa_duree(bilan, tmp_path, django_db_blocker):
    """Une archive par nuit depuis quarante nuits, puis celle de ce soir, comme l'exploitant la fait."""
    nuits = {rang: tmp_path / copies.NOM.format(datetime.now(UTC) - rang * JUSTE) for rang in range(1, 41)}
    for archive in nuits.values():
        archive.write_bytes(b"PK")
    with django_db_blocker.unblock(), base_a_jour("v1-vide", tmp_path):
        call_command("sauvegarder", dossier=tmp_path)
    for rang, archive in nuits.items():
        gardee = timedelta(days=rang) < DUREES["sauvegarde"].delai
        bilan.noter(archive.exists() == gardee, f"archive d’il y a {rang} nuits : {'partie' if gardee else 'encore là'}")


# Ce que la purge ne fait pas elle-même → l'essai qui éprouve cette durée.
AILLEURS = {
    "annuaire": test_reponse_du_repertoire_ne_reste_pas_apres_sa_duree,
    "sauvegarde": test_sauvegarde_part_apres_sa_duree,
    "appareil": test_sans_reseau.test_appareil_oublie_a_sa_duree,
}
