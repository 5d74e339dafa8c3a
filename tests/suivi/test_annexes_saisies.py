"""Constat du chantier D : les annexes du dossier, retapées par les écrans dans un réseau vide, ressortent en PDF et en xlsx.

La suite en retape l'essentiel ; `ANNEXES_ENTIERES=1` en retape toutes les lignes (319 entreprises, 413 actions).
"""

import io
import os
import re
from collections import Counter
from datetime import date
from itertools import islice

import pytest
from django.db import connection
from python_calamine import CalamineWorkbook

from suivi.demonstration.annexes import (
    ACTIONS_2_7,
    ANNEXE_2_4,
    ANNEXE_2_5,
    AU_MEME_ORGANISME,
    CONTACTS_A_ORGANISME_CONNU,
    EMPLOIS_2_7,
    REFUS_2_5,
    RESPONSABLE_2_4,
    REUNIONS_DE_L_ANNEE,
    SANS_CONTACT,
    VISITES_2_7,
)
from suivi.enums import TypeAction
from tests.lib.papier import textes
from tests.suivi.saisie_des_annexes import Saisie, saisir_le_2_4, saisir_le_2_5, saisir_le_2_7

pytestmark = pytest.mark.django_db
ENTIERES = bool(os.environ.get("ANNEXES_ENTIERES"))
MOIS = ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"]


def papier(response):
    return re.sub("[\u00a0\u202f]", " ", "\n".join(textes(response.content)))


def feuille(response, titre):
    """{première case: les autres} d'une feuille du classeur."""
    classeur = CalamineWorkbook.from_filelike(io.BytesIO(response.content))
    return {rangee[0]: rangee[1:] for rangee in classeur.get_sheet_by_name(titre).to_python()}


def mois(rang):
    return f"{MOIS[rang % 12]} {1997 + rang // 12}" if rang is not None else ""


def test_annexe_2_4(monkeypatch):
    saisie = Saisie(monkeypatch, date(1995, 11, 15))
    membre, actions = saisir_le_2_4(saisie, ANNEXE_2_4, RESPONSABLE_2_4)
    pdf = papier(saisie.lire("suivi:tableau-pdf", "2.4", responsable=membre.pk))
    lignes = feuille(saisie.lire("suivi:tableau-xlsx", "2.4", responsable=membre.pk), "Michu Agathe")
    assert "Liste des actions dont est responsable : Michu Agathe" in pdf
    for case in ANNEXE_2_4:
        rangee = lignes[str(actions[case.societe].numero)]
        fins = [jour and f"{MOIS[jour.month - 1]} {jour.year}" for jour in rangee[3:5]]
        assert rangee[:3] == [case.societe, case.action, case.projet]
        assert fins == [mois(case.prevue), mois(case.reelle)]
        assert rangee[5] == "Visiteur Autre"  # l'interlocuteur n'est pas le responsable, comme le dit l'annexe
        assert all(mot in pdf for mot in [case.societe.split()[0], mois(case.prevue), mois(case.reelle)])


def test_annexe_2_5(monkeypatch):
    annexe = ANNEXE_2_5 if ENTIERES else ANNEXE_2_5[:3]
    refus, sans_contact = (REFUS_2_5, SANS_CONTACT) if ENTIERES else (2, 3)
    reunions = REUNIONS_DE_L_ANNEE if ENTIERES else 5
    saisie = Saisie(monkeypatch, date(1996, 12, 16))
    a_l_echelle = lambda case: None if case.presences is None else case.presences * reunions // REUNIONS_DE_L_ANNEE  # noqa: E731
    saisir_le_2_5(saisie, annexe, refus=refus, sans_contact=sans_contact, reunions=reunions, presences=a_l_echelle)
    pdf = papier(saisie.lire("suivi:tableau-pdf", "2.5")).splitlines()
    lignes = feuille(saisie.lire("suivi:tableau-xlsx", "2.5"), "Par développeur")
    for case in annexe:
        rangee, nom = lignes[f"{case.nom} {case.prenom}"], f"{case.nom} {case.prenom}"
        part = "départ" if case.presences is None else case.presences / REUNIONS_DE_L_ANNEE
        assert rangee[:3] == [case.realisees, case.programmees or ("" if case.presences is None else 0), part]
        attendu = (
            f"{nom} {case.realisees} départ"
            if case.presences is None
            else f"{nom} {case.realisees} {case.programmees} {part:.0%}"
        )
        assert any(ligne.startswith(attendu.replace("%", " %")) for ligne in pdf), attendu
    _verifier_le_pied(lignes, pdf, annexe, refus, sans_contact)
    assert lignes["Part de la cible"][0] == pytest.approx(_couverture_en_sql())


def _verifier_le_pied(lignes, pdf, annexe, refus, sans_contact):
    realisees, programmees = sum(case.realisees for case in annexe), sum(case.programmees for case in annexe)
    sommees = [lignes[f"{case.nom} {case.prenom}"] for case in annexe]
    assert (sum(rangee[0] for rangee in sommees), sum(rangee[1] or 0 for rangee in sommees)) == (realisees, programmees)
    assert lignes["Somme"][:2] == [realisees, programmees]
    assert (lignes["Refus"][0], lignes["Total"][:2]) == (refus, [realisees + refus, programmees])
    part = (realisees + refus) / (realisees + refus + programmees + sans_contact)
    for attendue in (f"Somme {realisees} {programmees}", f"Refus {refus}", f"Part de la cible {100 * part:.0f} %"):
        assert attendue in pdf


def _couverture_en_sql():
    """La couverture, écrite à part, sans rien du produit."""
    with connection.cursor() as curseur:
        curseur.execute(
            """
            SELECT 1.0 * COUNT(DISTINCT v.entreprise_id) / COUNT(DISTINCT l.entreprise_id)
              FROM entreprises_lignedecible l
              JOIN entreprises_cible c ON c.id = l.cible_id
              LEFT JOIN visites_visite v ON v.entreprise_id = l.entreprise_id
                   AND (v.etat = 'realisee' AND v.realisee_le >= c.decidee_le
                        OR v.etat = 'refusee' AND v.refusee_le >= c.decidee_le)
             WHERE l.motif_d_ecart = '' AND c.decidee_le IS NOT NULL
            """
        )
        return float(curseur.fetchone()[0])


def _suites_2_7():
    """[(nature, type, sujet)] : toutes celles de l'annexe, ou une de chaque."""
    return [
        (nature, *suite)
        for nature, suites in ACTIONS_2_7.items()
        for suite, nombre in suites.items()
        for _ in range(nombre if ENTIERES else 1)
    ]


def _emplois_2_7():
    """Un dictionnaire de champs par projet : ceux de l'annexe, ou les premiers."""
    e, projets = EMPLOIS_2_7, EMPLOIS_2_7.entreprises if ENTIERES else 4
    embauches = [2] * (e.embauche - e.entreprises) + [1] * (2 * e.entreprises - e.embauche)
    lignes = [{"emplois_embauche": nombre} for nombre in embauches[:projets]]
    genres = [("embauche_cadres", e.cadres), ("embauche_commerciaux", e.commerciaux), ("embauche_temps_partage", e.temps_partage)]
    rangs = iter(range(len(lignes)))
    for champ, nombre in genres:
        for rang in islice(rangs, nombre if ENTIERES else 1):
            lignes[rang][champ] = 1
    lignes[0] |= {"emplois_investissement": e.investissement, "emplois_developpement": e.developpement}
    return lignes


def _organismes_2_7(contacts):
    if not ENTIERES:
        return ["Bpifrance"] * (contacts // 2)
    autres = [f"Organisme {rang % 13:02}" for rang in range(CONTACTS_A_ORGANISME_CONNU - AU_MEME_ORGANISME)]
    return ["Bpifrance"] * AU_MEME_ORGANISME + autres


def test_annexe_2_7(monkeypatch):
    suites, emplois, visites = _suites_2_7(), _emplois_2_7(), VISITES_2_7 if ENTIERES else 12
    contacts = sum(1 for _, type_, _ in suites if type_ == TypeAction.CONTACT)
    organismes = _organismes_2_7(contacts)
    saisie = Saisie(monkeypatch, date(1996, 12, 16))
    saisir_le_2_7(saisie, suites, emplois, visites=visites, organismes=organismes)
    pdf, classeur = papier(saisie.lire("suivi:tableau-pdf", "2.7")).splitlines(), saisie.lire("suivi:tableau-xlsx", "2.7")
    mesures = feuille(classeur, "Visites et actions")
    assert (mesures["Visites réalisées"][0], mesures["Actions"][0]) == (visites, len(suites))
    assert f"Actions {len(suites)}" in pdf
    attendues = {
        "Première classification": Counter(nature.label for nature, _, _ in suites),
        "Deuxième classification": Counter(type_.label for _, type_, _ in suites),
        "Informations, par sujet": Counter(sujet.label for _, type_, sujet in suites if type_ == TypeAction.INFORMATION),
        "Mises en contact, par domaine": Counter(sujet.label for _, type_, sujet in suites if type_ == TypeAction.CONTACT),
        "Aides, par sorte": Counter(sujet.label for _, type_, sujet in suites if type_ == TypeAction.AIDE),
        "Mises en contact, par organisme": Counter(organismes) + Counter({"Non précisé": contacts - len(organismes)}),
    }
    for titre, comptes in attendues.items():
        _verifier_la_repartition(_feuille_nommee(classeur, titre), comptes, pdf)
    _verifier_les_emplois(feuille(classeur, "Emplois projetés (déclaratif)"), emplois, pdf)


def _feuille_nommee(classeur, titre):
    noms = CalamineWorkbook.from_filelike(io.BytesIO(classeur.content)).sheet_names
    return feuille(classeur, next(nom for nom in noms if " ".join(nom.split()).startswith(titre)))


def _verifier_la_repartition(lignes, comptes, pdf):
    total = lignes["Total"][0]
    corps = {nom: cases for nom, cases in list(lignes.items())[1:] if nom in comptes or (cases and cases[0] == 0)}
    assert {nom: cases[0] for nom, cases in corps.items() if cases[0]} == dict(comptes)
    assert sum(cases[0] for cases in corps.values()) == total == comptes.total()
    for nom, nombre in comptes.items():
        part = f"{int(100 * nombre / total + 0.5)} %"
        assert any(ligne.endswith(f"{nombre} {part}") for ligne in pdf), (nom, nombre, part)


def _verifier_les_emplois(lignes, emplois, pdf):
    somme = Counter()
    for projet in emplois:
        somme.update(projet)
    assert lignes["Projets d’embauche"][:2] == [somme["emplois_embauche"], len(emplois)]
    assert [lignes[f"dont {nom}"][0] for nom in ("cadres", "commerciaux", "temps partagé")] == [
        somme["embauche_cadres"],
        somme["embauche_commerciaux"],
        somme["embauche_temps_partage"],
    ]
    total = somme["emplois_embauche"] + somme["emplois_investissement"] + somme["emplois_developpement"]
    assert lignes["Total (déclaratif)"][0] == total
    assert any(ligne.startswith(f"Total (déclaratif) {total}") for ligne in pdf)
