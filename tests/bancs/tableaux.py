"""Ce que coûtent les tableaux sur cinq ans et dix mille actions : la fonction d'indicateurs à côté des agrégats SQL bruts.

Côte à côte dans une même exécution, tours alternés, médianes. La fonction compose l'objet `Tableau`, sans rendu ; les agrégats
sont écrits à la main, et lus jusqu'à la dernière ligne. Les deux comptent pareil : le banc s'arrête s'ils diffèrent.
"""

import statistics
import time
from io import StringIO

from django.core.management import call_command
from django.db import connection

from suivi.indicateurs import (
    tableau_2_5,
    tableau_2_7,
    tableau_de_la_valeur_ajoutee,
    tableau_des_delais,
    tableau_des_refus,
    tableau_des_suites,
    tableau_des_territoires,
)
from suivi.models import Action
from tests.bancs.agregats import (
    REQUETES_2_5,
    REQUETES_2_7,
    REQUETES_DE_LA_VALEUR,
    REQUETES_DES_DELAIS,
    REQUETES_DES_REFUS,
    REQUETES_DES_SUITES,
    REQUETES_DES_TERRITOIRES,
    bruts,
)
from tests.bancs.cinq_ans import FIN, peupler

TABLEAUX = {
    "2.5": (lambda reseau: tableau_2_5(reseau, au=FIN), REQUETES_2_5),
    "2.7": (tableau_2_7, REQUETES_2_7),
    "suites": (tableau_des_suites, REQUETES_DES_SUITES),
    "délais": (tableau_des_delais, REQUETES_DES_DELAIS),
    "refus": (tableau_des_refus, REQUETES_DES_REFUS),
    "territoires": (tableau_des_territoires, REQUETES_DES_TERRITOIRES),
    "valeur": (tableau_de_la_valeur_ajoutee, REQUETES_DE_LA_VALEUR),
}


def principal(actions, tours):
    """Imprime une ligne par tableau : médianes en ms, leur rapport, celui des meilleurs tours, et les requêtes aux deux tailles.

    Le rapport des meilleurs tours est celui que la machine, occupée ailleurs, dérange le moins.
    """
    call_command("migrate", verbosity=0)
    call_command("charger_references", verbosity=0, stdout=StringIO())
    petit, grand = peupler("petit", actions // 10), peupler("grand", actions)
    with connection.cursor() as curseur:
        curseur.execute("ANALYZE")
    nombre = Action.objects.filter(reseau=grand).count()
    print(f"{connection.vendor} : {nombre} actions, {grand.visites.count()} visites, cinq ans")
    print(f"{'tableau':12} {'SQL (ms)':>9} {'fonction':>9} rapport au mieux  requêtes (au dixième)")
    for code, (composer, requetes) in TABLEAUX.items():
        mesures = [(_chrono(lambda r=requetes: bruts(grand, r)), _chrono(lambda c=composer: c(grand))) for _ in range(tours + 1)]
        del mesures[0]  # le premier tour chauffe
        brut, fonction = (statistics.median(mesure[rang] for mesure in mesures) for rang in (0, 1))
        au_mieux = min(mesure[1] for mesure in mesures) / min(mesure[0] for mesure in mesures)
        jouees = [_compter(lambda r=reseau, c=composer: c(r)) for reseau in (petit, grand)]
        print(
            f"{code:12} {brut:9.1f} {fonction:9.1f} {fonction / brut:7.2f} {au_mieux:7.2f}   {jouees[1]} ({jouees[0]})",
            flush=True,
        )
        VERIFIER[code](composer(grand), bruts(grand, requetes))


def _chrono(geste):
    depart = time.perf_counter()
    geste()
    return (time.perf_counter() - depart) * 1000


def _compter(geste):
    jouees = []

    def ecouter(jouer, sql, params, many, contexte):
        jouees.append(sql)
        return jouer(sql, params, many, contexte)

    with connection.execute_wrapper(ecouter):
        geste()
    return len(jouees)


def _egal(quoi, lu, attendu):
    if lu != attendu:
        raise SystemExit(f"{quoi} : la fonction compte {lu}, le SQL {attendu}")


def _verifier_le_2_5(tableau, lus):
    pied = tableau.sections[0].pied
    _egal(
        "2.5, visites", (pied[0]["realisees"], pied[0]["programmees"]), tuple(sum(n for _, n in rangees) for rangees in lus[:2])
    )
    cible = tableau.sections[-1]
    _egal(
        "2.5, cible", (cible.pied[0]["entreprises"], *(x["entreprises"] for x in cible.lignes[:2])), tuple(map(int, lus[-1][0]))
    )


def _verifier_les_delais(tableau, lus):
    franchies = [ligne["franchie"] for ligne in tableau.sections[0].lignes]
    _egal("délais", franchies[:2], [sum(1 for visite in lus[1] if visite[rang] is not None) for rang in (1, 2)])
    _egal("délais, fins", franchies[3], sum(1 for visite in lus[0] if visite[1] is not None and visite[3] == visite[4]))


VERIFIER = {
    "2.5": _verifier_le_2_5,
    "2.7": lambda t, lus: _egal(
        "2.7", [x["nombre"] for x in t.sections[0].lignes[:2]], [lus[0][0][0], sum(x[-1] for x in lus[1])]
    ),
    "suites": lambda t, lus: _egal("suites", t.sections[0].lignes[0]["rendues"], sum(x[-1] for x in lus[0])),
    "délais": _verifier_les_delais,
    "refus": lambda t, lus: _egal("refus", t.sections[1].pied[0]["nombre"], sum(x[-1] for x in lus[0] if x[0] == "refusee")),
    "territoires": lambda t, lus: _egal("territoires", t.sections[0].pied[0]["actions"], sum(x[-1] for x in lus[2])),
    "valeur": lambda t, lus: _egal("valeur", t.sections[0].lignes[0]["nombre"], sum(x[-1] for x in lus[0])),
}
