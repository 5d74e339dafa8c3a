"""Ce que coûtent les tableaux sur cinq ans et dix mille actions : la fonction d'indicateurs à côté des agrégats SQL bruts.

Côte à côte dans une même exécution, tours alternés, médianes. La fonction compose l'objet `Tableau`, sans rendu ; les agrégats
sont écrits à la main, et lus jusqu'à la dernière ligne. Les deux comptent pareil : le banc s'arrête s'ils diffèrent.
"""

import statistics
import time
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from random import Random

from django.core.management import call_command
from django.db import connection

from entreprises.models import Activite, Cible, Commune, Entreprise, LigneDeCible
from reseau.models import Institution, Membre, Presence, Reseau, Reunion, Utilisateur
from suivi.enums import Nature, Sujet, TypeAction
from suivi.indicateurs import (
    tableau_2_5,
    tableau_2_7,
    tableau_de_la_valeur_ajoutee,
    tableau_des_delais,
    tableau_des_refus,
    tableau_des_suites,
    tableau_des_territoires,
)
from suivi.models import Action, LettreDeSuites, Projet
from tests.factories import siret_fictif
from visites.enums import MotifRefus
from visites.models import CompteRendu, Visite

DEBUT, FIN = date(2021, 1, 4), date(2025, 12, 31)
JOURS = (FIN - DEBUT).days
FAITES = "v.etat IN ('realisee', 'restituee')"
DU_RESEAU = f"v.reseau_id = %(r)s AND {FAITES}"


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
        mesures = [(_chrono(lambda r=requetes: bruts(grand, r)), _chrono(lambda c=composer: c(grand))) for _ in range(tours + 1)][
            1:
        ]
        brut, fonction = (statistics.median(mesure[rang] for mesure in mesures) for rang in (0, 1))
        au_mieux = min(mesure[1] for mesure in mesures) / min(mesure[0] for mesure in mesures)
        jouees = [_compter(lambda r=reseau, c=composer: c(r)) for reseau in (petit, grand)]
        print(
            f"{code:12} {brut:9.1f} {fonction:9.1f} {fonction / brut:7.2f} {au_mieux:7.2f}   {jouees[1]} ({jouees[0]})",
            flush=True,
        )
        VERIFIER[code](composer(grand), bruts(grand, requetes))


def bruts(reseau, requetes):
    """Le résultat de chaque requête écrite à la main ; « K » y tient lieu du jour où le compte rendu fut terminé."""
    lus = []
    with connection.cursor() as curseur:
        for requete in requetes:
            dialecte = DIALECTES[connection.vendor]
            texte = requete.format(**dialecte).replace("K", dialecte["jour"].format("k.termine_le"))
            curseur.execute(texte, {"r": reseau.pk, "au": FIN, "du": DEBUT})
            lus.append(curseur.fetchall())
    return lus


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


DIALECTES = {
    "sqlite": {
        "jours": "CAST(julianday({1}) - julianday({0}) AS INTEGER)",
        "mois": "strftime('%%Y-%%m', {0})",
        "jour": "date({0})",
    },
    "postgresql": {"jours": "({1} - {0})", "mois": "to_char({0}, 'YYYY-MM')", "jour": "({0} AT TIME ZONE 'UTC')::date"},
}


class _Fonction(str):
    """« {jours[a,b]} » dans une requête : l'écart en jours, dans la langue de la base."""

    def __getitem__(self, arguments):
        return self.format(*(argument.strip() for argument in arguments.split(",")))


DIALECTES = {moteur: {nom: _Fonction(texte) for nom, texte in mots.items()} for moteur, mots in DIALECTES.items()}

JOINTURE = "suivi_action a JOIN suivi_projet p ON p.id = a.projet_id JOIN visites_visite v ON v.id = p.visite_id"
LIEU = "c.zone_emploi_id, c.arrondissement_id, c.epci_id, d.section"
LIEUX = (
    "JOIN entreprises_entreprise e ON e.id = v.entreprise_id LEFT JOIN entreprises_commune c ON c.code = e.commune_id "
    "LEFT JOIN entreprises_activite n ON n.code = e.naf_id LEFT JOIN entreprises_division d ON d.code = n.division_id"
)
DEPUIS = "v.realisee_le >= (SELECT MAX(decidee_le) FROM entreprises_cible WHERE reseau_id = %(r)s) AND v.realisee_le <= %(au)s"
SORTIE = " OR ".join(f"v.{champ} <= %(au)s" for champ in ("realisee_le", "refusee_le", "injoignable_le", "annulee_le"))
CONFIEE = f"v.programmee_le <= %(au)s AND COALESCE({SORTIE}, FALSE) = FALSE"
TOUCHEE = (
    "EXISTS (SELECT 1 FROM visites_visite v WHERE v.entreprise_id = l.entreprise_id AND ("
    f"{FAITES} AND v.realisee_le BETWEEN c.decidee_le AND %(au)s "
    "OR v.etat = 'refusee' AND v.refusee_le BETWEEN c.decidee_le AND %(au)s))"
)
PROGRAMMEE = f"EXISTS (SELECT 1 FROM visites_visite v WHERE v.entreprise_id = l.entreprise_id AND {CONFIEE})"
REQUETES_2_5 = [
    f"SELECT v.developpeur_id, COUNT(*) FROM visites_visite v WHERE {DU_RESEAU} AND {DEPUIS} GROUP BY 1",
    f"SELECT v.developpeur_id, COUNT(*) FROM visites_visite v WHERE v.reseau_id = %(r)s AND {CONFIEE} GROUP BY 1",
    "SELECT COUNT(*) FROM visites_visite v WHERE v.reseau_id = %(r)s AND v.etat = 'refusee' AND v.refusee_le <= %(au)s",
    "SELECT id, le FROM reseau_reunion WHERE reseau_id = %(r)s AND etat = 'tenue' AND le <= %(au)s",
    "SELECT x.membre_id, x.reunion_id FROM reseau_presence x JOIN reseau_reunion u ON u.id = x.reunion_id "
    "WHERE x.etat = 'present' AND u.reseau_id = %(r)s AND u.etat = 'tenue' AND u.le > '2024-12-31' AND u.le <= %(au)s",
    "SELECT m.id, m.nom, m.prenom, i.sigle FROM reseau_membre m JOIN reseau_institution i ON i.id = m.institution_id "
    "WHERE m.reseau_id = %(r)s",
    "SELECT id, sigle FROM reseau_institution WHERE reseau_id = %(r)s",
    f"SELECT COUNT(*), SUM(CASE WHEN {TOUCHEE} THEN 1 ELSE 0 END), "
    f"SUM(CASE WHEN NOT {TOUCHEE} AND {PROGRAMMEE} THEN 1 ELSE 0 END) "
    "FROM entreprises_lignedecible l JOIN entreprises_cible c ON c.id = l.cible_id "
    "WHERE c.reseau_id = %(r)s AND l.motif_d_ecart = ''",
]
EMPLOIS = [f"emplois_{nom}" for nom in ("investissement", "embauche", "developpement")] + [
    f"embauche_{nom}" for nom in ("cadres", "commerciaux", "temps_partage")
]
SOMMES = ", ".join(f"SUM(p.{nom}), COUNT(DISTINCT CASE WHEN p.{nom} > 0 THEN v.entreprise_id END)" for nom in EMPLOIS)
AU_MOINS_UN = " OR ".join(f"p.{nom} > 0" for nom in EMPLOIS[:3])
REQUETES_2_7 = [
    f"SELECT COUNT(*) FROM visites_visite v WHERE {DU_RESEAU}",
    f"SELECT p.nature, a.type, a.sujet, COUNT(*) FROM {JOINTURE} WHERE {DU_RESEAU} GROUP BY 1, 2, 3",
    f"SELECT i.sigle, a.organisme_id, a.organisme_exterieur, COUNT(*) FROM {JOINTURE} LEFT JOIN reseau_institution i "
    f"ON i.id = a.organisme_id WHERE a.type = 'contact' AND {DU_RESEAU} GROUP BY 1, 2, 3",
    f"SELECT {SOMMES}, COUNT(DISTINCT CASE WHEN {AU_MOINS_UN} THEN v.entreprise_id END) FROM suivi_projet p "
    f"JOIN visites_visite v ON v.id = p.visite_id WHERE {DU_RESEAU}",
]
REQUETES_DES_SUITES = [
    "SELECT {mois[v.realisee_le]}, {jours[v.realisee_le, s.donnee_le]}, COUNT(*) FROM visites_visite v "
    "JOIN visites_compterendu k ON k.visite_id = v.id AND k.termine_le IS NOT NULL "
    f"LEFT JOIN suivi_lettredesuites s ON s.visite_id = v.id WHERE {DU_RESEAU} GROUP BY 1, 2"
]
REQUETES_DES_DELAIS = [
    "SELECT v.id, {jours[v.realisee_le, MIN(a.acceptee_le)]}, {jours[MIN(a.acceptee_le), MAX(a.fin_reelle)]}, COUNT(a.id), "
    f"COUNT(a.fin_reelle) FROM {JOINTURE} WHERE {DU_RESEAU} GROUP BY v.id, v.realisee_le",
    "SELECT v.id, {jours[v.annoncee_le, v.realisee_le]}, {jours[v.realisee_le, K]} FROM visites_visite v "
    f"LEFT JOIN visites_compterendu k ON k.visite_id = v.id WHERE {DU_RESEAU}",
]
REQUETES_DES_REFUS = [
    f"SELECT v.etat, v.motif_refus, COUNT(*) FROM visites_visite v WHERE v.reseau_id = %(r)s AND ({FAITES} "
    "OR v.etat IN ('refusee', 'injoignable')) GROUP BY 1, 2"
]
REQUETES_DES_TERRITOIRES = [
    f"SELECT v.etat, {LIEU}, COUNT(*) FROM visites_visite v {LIEUX} "
    f"WHERE v.reseau_id = %(r)s AND ({FAITES} OR v.etat = 'refusee') "
    "GROUP BY 1, 2, 3, 4, 5",
    f"SELECT {LIEU}, COUNT(*) FROM suivi_projet p JOIN visites_visite v ON v.id = p.visite_id {LIEUX} WHERE {DU_RESEAU} "
    "GROUP BY 1, 2, 3, 4",
    f"SELECT {LIEU}, COUNT(*) FROM {JOINTURE} {LIEUX} WHERE {DU_RESEAU} GROUP BY 1, 2, 3, 4",
    *(
        f"SELECT code, nom FROM entreprises_{table} "
        f"WHERE code IN (SELECT {table}_{suite} FROM entreprises_commune WHERE departement = '70')"
        for table, suite in (("arrondissement", "id"), ("epci", "id"))
    ),
    "SELECT code, nom FROM entreprises_zoneemploi "
    "WHERE code IN (SELECT zone_emploi_id FROM entreprises_commune WHERE departement = '70')",
]
REQUETES_DE_LA_VALEUR = [
    "SELECT m.institution_id, w.institution_id, a.etat, COUNT(*) "
    f"FROM {JOINTURE} LEFT JOIN reseau_membre m ON m.id = v.developpeur_id LEFT JOIN reseau_membre w ON w.id = a.responsable_id "
    f"WHERE {DU_RESEAU} GROUP BY 1, 2, 3",
    "SELECT p.id, COUNT(DISTINCT w.institution_id) FROM suivi_projet p JOIN visites_visite v ON v.id = p.visite_id "
    "LEFT JOIN suivi_action a ON a.projet_id = p.id LEFT JOIN reseau_membre w ON w.id = a.responsable_id "
    f"WHERE {DU_RESEAU} GROUP BY 1",
    "SELECT id, sigle FROM reseau_institution WHERE reseau_id = %(r)s",
]
TABLEAUX = {
    "2.5": (lambda reseau: tableau_2_5(reseau, au=FIN), REQUETES_2_5),
    "2.7": (tableau_2_7, REQUETES_2_7),
    "suites": (tableau_des_suites, REQUETES_DES_SUITES),
    "délais": (tableau_des_delais, REQUETES_DES_DELAIS),
    "refus": (tableau_des_refus, REQUETES_DES_REFUS),
    "territoires": (tableau_des_territoires, REQUETES_DES_TERRITOIRES),
    "valeur": (tableau_de_la_valeur_ajoutee, REQUETES_DE_LA_VALEUR),
}


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


# Cinq ans de vie


def peupler(slug, nombre):
    """Un réseau où cinq ans ont laissé `nombre` actions, la moitié de visites, un dixième de refus ; en lots, déterministe."""
    hasard = Random(f"{slug} {nombre}")
    reseau = Reseau.objects.create(
        slug=slug,
        nom=slug,
        territoire="Haute-Saône",
        de_territoire="de la Haute-Saône",
        departement="70",
        prefecture="x",
        lieu="y",
    )
    membres = _membres(reseau, hasard)
    entreprises = _entreprises(reseau, nombre, hasard)
    visites = _visites(reseau, entreprises, membres, nombre, hasard)
    _reunions(reseau, membres, hasard)
    _suites(visites, membres, hasard)
    _actions(reseau, visites, membres, nombre, hasard)
    return reseau


def _membres(reseau, hasard):
    institutions = Institution.objects.bulk_create(
        Institution(reseau=reseau, sigle=f"I{rang}", nom=f"Institution {rang}", pole="economique") for rang in range(15)
    )
    comptes = Utilisateur.objects.bulk_create(Utilisateur(email=f"{reseau.slug}{rang}@exemple.fr") for rang in range(25))
    qui = {
        "reseau": reseau,
        "civilite": "Mme",
        "prenom": "Camille",
        "role": "developpeur",
        "qualite": "direct",
        "entre_le": DEBUT,
    }
    return Membre.objects.bulk_create(
        Membre(utilisateur=compte, institution=institutions[rang % 15], nom=f"Nom{rang}", **qui)
        for rang, compte in enumerate(comptes)
    )


def _entreprises(reseau, nombre, hasard):
    communes = list(Commune.objects.filter(departement="70"))
    activites = list(Activite.objects.rev2().filter(division__section__in=["C", "F", "G", "H"])[:200])
    base = 1 if reseau.slug == "petit" else 20_000
    entreprises = Entreprise.objects.bulk_create(
        Entreprise(
            reseau=reseau,
            siret=siret_fictif(base + rang),
            raison_sociale=f"Société {rang}",
            commune=hasard.choice(communes),
            naf=hasard.choice(activites),
        )
        for rang in range(nombre // 2 + nombre // 10)
    )
    cible = Cible.objects.create(reseau=reseau, nom="Toutes", etat="decidee", decidee_le=DEBUT)
    LigneDeCible.objects.bulk_create(LigneDeCible(cible=cible, entreprise=entreprise) for entreprise in entreprises)
    return entreprises


def _visites(reseau, entreprises, membres, nombre, hasard):
    visites = []
    for rang, entreprise in enumerate(entreprises):
        jour = DEBUT + timedelta(days=hasard.randrange(JOURS - 60))
        commun = {
            "reseau": reseau,
            "entreprise": entreprise,
            "developpeur": hasard.choice(membres),
            "creee_le": jour,
            "programmee_le": jour,
        }
        if rang >= nombre // 2:
            sort = {"etat": "refusee", "refusee_le": jour, "motif_refus": hasard.choice(MotifRefus.values)}
        else:
            visitee = jour + timedelta(days=hasard.randrange(10, 40))
            sort = {
                "etat": "restituee",
                "realisee_le": visitee,
                "restituee_le": visitee,
                "annoncee_le": hasard.choice([jour, None]),
            }
        visites.append(Visite(**commun, **sort))
    return Visite.objects.bulk_create(visites)


def _reunions(reseau, membres, hasard):
    tenues = Reunion.objects.bulk_create(
        Reunion(
            reseau=reseau,
            le=DEBUT + timedelta(days=15 * rang),
            heure="14:00",
            lieu="Vesoul",
            etat="tenue",
            close_le=datetime(2026, 1, 1, tzinfo=UTC),
        )
        for rang in range(120)
    )
    Presence.objects.bulk_create(
        Presence(reunion=reunion, membre=membre, etat=hasard.choice(["present", "present", "absent"]))
        for reunion in tenues
        for membre in membres
    )


def _suites(visites, membres, hasard):
    faites = [visite for visite in visites if visite.realisee_le]
    CompteRendu.objects.bulk_create(
        CompteRendu(
            visite=visite,
            auteur=visite.developpeur,
            saisi_par=visite.developpeur,
            phrase="Une phrase.",
            termine_le=datetime(*visite.realisee_le.timetuple()[:3], 12, tzinfo=UTC) + timedelta(days=hasard.randrange(12)),
        )
        for visite in faites
    )
    LettreDeSuites.objects.bulk_create(
        LettreDeSuites(
            visite=visite,
            objet="Suites",
            texte="…",
            voie="poste",
            donnee_le=visite.realisee_le + timedelta(days=hasard.randrange(3, 40)),
            donnee_par=visite.developpeur,
        )
        for visite in faites
        if hasard.random() < 0.8
    )


def _actions(reseau, visites, membres, nombre, hasard):
    faites = [visite for visite in visites if visite.realisee_le]
    projets = Projet.objects.bulk_create(
        Projet(
            reseau=reseau,
            visite=visite,
            titre="Un projet",
            nature=hasard.choice(Nature.values),
            interlocuteur=visite.developpeur,
            cree_le=visite.realisee_le,
            emplois_embauche=hasard.choice([0, 0, 1, 3]),
        )
        for visite in faites
    )
    actions = []
    for rang in range(nombre):
        projet, type_ = projets[rang % len(projets)], hasard.choice(TypeAction.values)
        jour, close = projet.cree_le, hasard.random() < 0.6
        sujets = Sujet.du_type(type_)
        sort = (
            {"etat": "close", "fin_reelle": jour + timedelta(days=90), "issue": "information"} if close else {"etat": "acceptee"}
        )
        actions.append(
            Action(
                reseau=reseau,
                numero=rang + 1,
                projet=projet,
                type=type_,
                sujet=hasard.choice(sujets) if sujets else "",
                organisme_exterieur=hasard.choice(["", "Bpifrance", "École"]) if type_ == "contact" else "",
                libelle="Suite à donner",
                responsable=hasard.choice(membres),
                proposee_le=jour,
                acceptee_le=jour + timedelta(days=hasard.randrange(20)),
                **sort,
            )
        )
    Action.objects.bulk_create(actions, batch_size=2_000)
