"""Les agrégats des tableaux écrits à la main, en SQL, pour l'un et l'autre moteur."""

from django.db import connection

from tests.bancs.cinq_ans import DEBUT, FIN

FAITES = "v.etat IN ('realisee', 'restituee')"
DU_RESEAU = f"v.reseau_id = %(r)s AND {FAITES}"
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
