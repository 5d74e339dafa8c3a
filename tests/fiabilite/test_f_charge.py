"""F1, F3, F4 : le service en marche, chargé de gens qui travaillent.

Le service est le vrai : gunicorn, trois ouvriers de quatre fils, les réglages de la production, PostgreSQL ; ceux qui le chargent
sont dans ce processus-ci, sur les mêmes cœurs. Rien d'autre ne doit tourner : `script/test` les joue à la fin, l'une après
l'autre. `CHARGE_SECONDES` (300) et `ENDURANCE_MINUTES` (30) : ce que durent F1 et F3.
"""

import os
import time
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.urls import reverse

from reseau.enums import Profil, Qualite, Role
from tests.bancs.cinq_ans import DEBUT, FIN, peupler
from tests.bancs.lots import lot
from tests.factories import MembreFactory
from tests.fiabilite import budgets
from tests.fiabilite.lieu_de_charge import analyser_la_base, lieu, session
from tests.fiabilite.verification import sans_rien_abimer, verification
from tests.lib.occupation import ensemble, memoire, pic, processeur
from tests.lib.personnes import ASSEZ, foule
from tests.lib.service import FILS, LENTE, OUVRIERS, RETENANTE, SAINE, servir

pytestmark = pytest.mark.base
SEULE = {"longue": True, "seule": True, "moteurs": ("postgresql",)}
RECHAUFFE = 15  # secondes
# F1 : combien de gens, de combien de réseaux, et le quantile 95 de chaque page au plus, en secondes
CHARGES = ((20, 1, 0.5), (100, 5, 1.0))
SECONDES = int(os.environ.get("CHARGE_SECONDES", "300"))
# F3
MINUTES = float(os.environ.get("ENDURANCE_MINUTES", "30"))
REPOS = 5  # minutes avant d'en juger : chaque ouvrier a tout chargé
CROISSANCE_MAX, OUVRIER_MAX, TOUT_MAX = 1.05, 250, 2048  # fois, Mio, Mio
RELEVE = 5  # secondes
# F4
LETTRES_MAX, MEMOIRE_DES_LETTRES, AUTRES_MAX = 30, 400, 1.0  # secondes, Mio, secondes (quantile 95)
ACTIONS = 10_000
CINQ_ANS = ("2.4", "2.5", "2.7", "suites", "delais", "refus", "territoires", "valeur")


@pytest.fixture(scope="module")
def garni(tmp_path_factory, django_db_blocker):
    with django_db_blocker.unblock(), lieu(tmp_path_factory.mktemp("lieu")) as garni:
        yield garni


# F1


@verification("F1", "vingt personnes d’un réseau, puis cent de cinq", casser=sans_rien_abimer, **SEULE)
def test_chaque_page_repond_a_temps(bilan, garni, tmp_path):
    """Sous la borne commune ; et, à vingt personnes d'un réseau, sous le budget que chaque page garde d'une version à l'autre."""
    application, accordes = LENTE if bilan.casse else SAINE, budgets.accordes()
    for combien, reseaux, borne in CHARGES:
        personnes = garni.personnes(combien, reseaux)
        with servir(tmp_path, application) as service, foule(service, personnes, rechauffe=RECHAUFFE) as gens:
            avant = processeur(service.pid)
            mesures = gens.mesurer(bilan.taille(60, SECONDES))
            cout = 1000 * (processeur(service.pid) - avant) / max(1, mesures.nombre)
        dit = f"{mesures.en_clair()} ; {cout:.0f} ms de processeur par page ; {os.getloadavg()[0]:.1f} de charge"
        bilan.mesurer(f"{combien} personnes", dit)
        bilan.noter_lot(mesures.nombre, mesures.erreurs)
        for nom in mesures.pages():
            p95 = mesures.quantile(95, nom)
            bilan.mesurer(f"{combien} personnes, {nom}", f"p95 {1000 * p95:.0f} ms")
            accorde = min(borne, accordes.get(nom, 0)) if reseaux == 1 else borne
            bilan.noter(p95 <= accorde, f"{nom}, à {combien} : p95 {1000 * p95:.0f} ms pour {1000 * accorde:.0f}")
        if reseaux == 1 and not bilan.casse:
            budgets.relever(mesures)
        bilan.noter(0 < mesures.quantile(95) <= borne, f"à {combien} : p95 {1000 * mesures.quantile(95):.0f} ms")


# F3


@verification("F3", "vingt personnes une demi-heure : mémoire et connexions", casser=sans_rien_abimer, **SEULE)
def test_le_service_dure_sans_grossir(bilan, garni, tmp_path):
    """La moyenne d'une minute au repère, puis celle de la dernière : un ouvrier respire d'une page à l'autre."""
    minutes = bilan.taille(1.5, MINUTES)
    repere = min(REPOS, minutes / 2)
    with servir(tmp_path, RETENANTE if bilan.casse else SAINE) as service:
        nes = service.ouvriers()
        with foule(service, garni.personnes(20, 1), rechauffe=RECHAUFFE) as gens:
            releves = _relever(service, nes, minutes)
            mesures = gens.mesures
        bilan.noter_lot(mesures.nombre, mesures.erreurs)
        bilan.noter(service.ouvriers() == nes, "un ouvrier est mort en route")
        bilan.noter(_connexions()[1] == 0, f"{_connexions()[1]} transactions restées ouvertes")
    _juger(bilan, releves, repere, minutes)
    bilan.noter(_connexions()[0] == 0, f"{_connexions()[0]} connexions après l’arrêt")
    bilan.mesurer(f"{minutes:g} minutes", mesures.en_clair())


def _relever(service, nes, minutes):
    """[(minutes écoulées, Mio de chaque ouvrier, Mio en tout, connexions)], toutes les cinq secondes."""
    depart, releves = time.monotonic(), []
    while (ecoule := (time.monotonic() - depart) / 60) < minutes:
        releves.append((ecoule, [memoire(pid) for pid in nes], ensemble(service.pid), _connexions()[0]))
        time.sleep(RELEVE)
    return releves


def _juger(bilan, releves, repere, minutes):
    duree = min(1, repere)  # minute
    au_repere = _moyennes(releves, repere - duree, repere)
    a_la_fin = _moyennes(releves, minutes - duree, minutes)
    for rang, (avant, apres) in enumerate(zip(au_repere, a_la_fin, strict=True)):
        dit = f"ouvrier {rang} : {avant:.0f} puis {apres:.0f} Mio"
        bilan.mesurer(f"{minutes:g} minutes", dit)
        bilan.noter(apres < avant * CROISSANCE_MAX, dit)
        bilan.noter(max(occupes[rang] for _, occupes, _, _ in releves) <= OUVRIER_MAX, f"{dit}, plus de {OUVRIER_MAX}")
    tout, connexions = max(releve[2] for releve in releves), max(releve[3] for releve in releves)
    bilan.mesurer(f"{minutes:g} minutes", f"{tout:.0f} Mio et {connexions} connexions au plus")
    bilan.noter(tout <= TOUT_MAX, f"{tout:.0f} Mio en tout")
    bilan.noter(connexions <= OUVRIERS * FILS, f"{connexions} connexions pour {OUVRIERS * FILS} fils")


def _moyennes(releves, de, a):
    """La mémoire moyenne de chaque ouvrier entre ces deux instants, en minutes."""
    retenus = [occupes for instant, occupes, _, _ in releves if de <= instant < a]
    return [sum(siens) / len(siens) for siens in zip(*retenus, strict=True)]


def _connexions():
    """Combien de connexions a cette base, sans la nôtre ; et combien retiennent une transaction depuis une minute."""
    with connection.cursor() as curseur:
        curseur.execute(
            "SELECT count(*), count(*) FILTER (WHERE state LIKE 'idle in%' AND xact_start < now() - interval '1 minute') "
            "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return curseur.fetchone()


# F4


@verification("F4", "cinq cents lettres, un export complet, des tableaux sur cinq ans", casser=sans_rien_abimer, **SEULE)
def test_un_gros_geste_ne_gene_personne(bilan, garni, tmp_path):
    """Vingt personnes à côté. La contre-épreuve : un seul ouvrier d'un seul fil, chacun attend que le geste finisse."""
    lettres, prefet = lot(bilan.taille(100, 500))
    grand = peupler(f"grand-{tmp_path.name[-20:]}", ACTIONS)
    animateur = MembreFactory(reseau=grand, role=Role.ANIMATEUR, qualite=Qualite.AUCUN)
    analyser_la_base()
    choix = {"ouvriers": 1, "fils": 1} if bilan.casse else {}
    with servir(tmp_path, **choix) as service, foule(service, garni.personnes(20, 1), rechauffe=RECHAUFFE) as gens:
        gestes = {
            f"{lettres.count()} lettres": (lambda: _lettres(service, lettres, prefet), LETTRES_MAX, MEMOIRE_DES_LETTRES),
            "export complet": (lambda: _export(service, garni.membre(Profil.ANIMATEUR)), None, None),
            "tableaux de cinq ans": (lambda: _tableaux(service, animateur), None, None),
        }
        for nom, (geste, secondes, mio) in gestes.items():
            _pendant(bilan, service, gens, nom, geste, secondes, mio)


def _pendant(bilan, service, gens, nom, geste, secondes_max, mio_max):
    """Joue ce geste ; note sa durée, la mémoire qu'il ajoute au service, et ce qu'attendent les autres pendant ce temps."""
    avant, mesures, depart = ensemble(service.pid), gens.mesurer(), time.monotonic()
    with pic(lambda: ensemble(service.pid)) as plus_haut:
        echecs = geste()
        secondes = time.monotonic() - depart
        while mesures.nombre < ASSEZ and not bilan.casse and not echecs:  # un geste trop bref pour qu'on en juge
            echecs = geste()
    mio = plus_haut[0] - avant
    bilan.mesurer(nom, f"{secondes:.1f} s, {mio:.0f} Mio de plus ; les autres : {mesures.en_clair()}")
    bilan.noter_lot(1, echecs)
    bilan.noter_lot(mesures.nombre, mesures.erreurs)
    bilan.noter(secondes_max is None or secondes <= secondes_max, f"{nom} : {secondes:.1f} s")
    bilan.noter(mio_max is None or mio <= mio_max, f"{nom} : {mio:.0f} Mio")
    bilan.noter(mesures.quantile(95) < AUTRES_MAX, f"pendant {nom}, les autres attendent {mesures.quantile(95):.1f} s")


def _lettres(service, lettres, prefet):
    """Comme à l'écran : signer, composer paquet par paquet, ouvrir le lot."""
    temoin, slug = session(prefet), prefet.reseau.slug
    cles = ",".join(str(cle) for cle in lettres.values_list("pk", flat=True))
    signer = reverse("visites:courriers-signer", args=[slug])
    statut, _, entetes = service.demander(signer, temoin, urlencode({"tout": "1", "toutes": cles}))
    if statut != 302:
        return [f"signer : {statut}"]
    while statut in (200, 302) and lettres.a_figer().exists():
        statut, _, _ = service.demander(entetes["Location"], temoin, "", Accept="application/json")
    papier = reverse("visites:courriers-pdf", args=[slug]) + "?" + entetes["Location"].partition("?")[2]
    statut, octets, _ = service.demander(papier, temoin)
    return [] if statut == 200 and octets.startswith(b"%PDF") else [f"lettres : {statut}"]


def _export(service, animateur):
    statut, octets, _ = service.demander(reverse("suivi:export-complet", args=[animateur.reseau.slug]), session(animateur), "")
    return [] if statut == 200 and octets.startswith(b"PK") else [f"export : {statut}"]


def _tableaux(service, animateur):
    """Tous, et le sommaire, sur cinq ans et dix mille actions."""
    temoin, slug = session(animateur), animateur.reseau.slug
    periode = {"du": DEBUT, "visites_depuis": DEBUT, "participation_du": DEBUT, "au": FIN}
    adresses = [reverse("suivi:tableau", args=[slug, code]) + "?" + urlencode(periode) for code in CINQ_ANS]
    statuts = {adresse: service.demander(adresse, temoin)[0] for adresse in [reverse("suivi:tableaux", args=[slug]), *adresses]}
    return [f"{adresse} : {statut}" for adresse, statut in statuts.items() if statut != 200]
