"""Ce que l'écran tire d'un tableau déjà composé : graphiques et chiffres-clés. Aucun calcul nouveau, aucune requête."""

from dataclasses import dataclass
from itertools import groupby

from reseau.lib.tableau import INSECABLE, Valeur, nombre_francais
from suivi.suites import DELAI_JOURS


@dataclass(frozen=True)
class Chiffre:
    """Un chiffre-clé : `valeur` déjà en français, `sur` son dénominateur en mots."""

    libelle: str
    valeur: str
    sur: str = ""
    definition: str = ""


# Tableau → (rang de la section, colonne dessinée, unité) ; et le titre, quand une section se dessine deux fois
DESSINS = {
    "2.7": [(1, "nombre", "action,actions"), (2, "nombre", "action,actions")],
    "delais": [(0, "mediane", "jour,jours")],
    "refus": [(1, "nombre", "refus,refus")],
    "territoires": [(0, "visites", "visite,visites"), (3, "visites", "visite,visites")],
    "valeur": [(0, "nombre", "action,actions"), (1, "nombre", "projet,projets")],
    "institution": [(2, "donnees", "action,actions", "Actions données"), (2, "recues", "action,actions", "Actions reçues")],
    "evaluations": [(1, "accord", "accord,accords")],
}

PARMI_LES_AUTRES = (("sien", "Votre réseau"), ("mediane", "Médiane des réseaux"))


def graphiques(tableau, le):
    """[(titre, [(libellé, nombre)], unité)] à dessiner au-dessus du tableau ; `le` sert à dire ce qui est échu."""
    if tableau.code == "2.4":
        return [("Actions, selon où elles en sont", _avancement(tableau, le), "action,actions")]
    if tableau.code == "2.5":
        couverture = [section for section in tableau.sections if section.titre == "Couverture de la cible"]
        return [("Où en est la cible", _barres(section, "entreprises"), "entreprise,entreprises") for section in couverture]
    if tableau.code == "entretiens":
        return _reponses(tableau)
    if tableau.code == "suites":
        return _suites(tableau)
    if tableau.code == "reseaux":
        return _parmi_les_autres(tableau)
    return [
        (*titre, _barres(section, cle), unite) if titre else (section.titre, _barres(section, cle), unite)
        for rang, cle, unite, *titre in DESSINS.get(tableau.code, ())
        for section in tableau.sections[rang : rang + 1]
    ]


def chiffres(tableau, le):
    """Les chiffres-clés d'un tableau, pour le sommaire."""
    return CHIFFRES[tableau.code](tableau, le)


def _reponses(tableau):
    """Un graphique par question à réponses comptées."""
    lignes = [ligne for section in tableau.sections for ligne in section.lignes if "reponse" in ligne]
    questions = groupby(lignes, key=lambda ligne: ligne["question"])
    return [
        (question, [(ligne["reponse"], ligne["nombre"]) for ligne in siennes if "nombre" in ligne], "réponse,réponses")
        for question, siennes in questions
    ]


def _suites(tableau):
    (total,) = tableau.sections[0].lignes
    if not total["rendues"]:
        return []
    barres = [
        (f"Données sous {DELAI_JOURS} jours", total["a_temps"]),
        ("Données plus tard", total["donnees"] - total["a_temps"]),
        ("En attente", total["attendues"]),
    ]
    return [("Les suites, selon le temps mis à les donner", barres, "visite,visites")]


def _parmi_les_autres(tableau):
    """Un graphique par mesure, chacune ayant son unité : le sien, et la médiane de tous."""
    mesures = [ligne for ligne in tableau.sections[0].lignes if isinstance(ligne["mediane"], Valeur)]
    return [
        (
            ligne["nom"],
            [(nom, _dessinable(ligne[cle])) for cle, nom in PARMI_LES_AUTRES if ligne[cle].valeur is not None],
            "%,%" if ligne["mediane"].genre == "pourcentage" else ",",
        )
        for ligne in mesures
    ]


def _dessinable(valeur):
    return round(100 * valeur.valeur if valeur.genre == "pourcentage" else valeur.valeur, 2)


def _barres(section, cle):
    """Les lignes qui portent un nombre ; une barre « moins de 5 réponses » n'aurait pas de longueur."""
    return [(ligne["nom"], ligne[cle]) for ligne in section.lignes if isinstance(ligne.get(cle), int | float)]


def _avancement(tableau, le):
    lignes = [ligne for section in tableau.sections for ligne in section.lignes]
    closes = [ligne for ligne in lignes if ligne["fin_reelle"]]
    ouvertes = [ligne for ligne in lignes if not ligne["fin_reelle"]]
    echues = [ligne for ligne in ouvertes if ligne["fin_prevue"] and ligne["fin_prevue"] < le]
    return [
        ("Ouvertes, fin prévue à venir", len(ouvertes) - len(echues)),
        ("Ouvertes, fin prévue passée", len(echues)),
        ("Closes", len(closes)),
    ]


def _chiffres_2_4(tableau, le):
    a_venir, echues, closes = (nombre for _, nombre in _avancement(tableau, le))
    total = a_venir + echues + closes
    ouvertes = Chiffre("Actions ouvertes", str(a_venir + echues), f"sur {total} actions", "Pas encore closes.")
    return [ouvertes, Chiffre("Fin prévue passée", str(echues), f"sur {a_venir + echues} actions ouvertes")]


def _chiffres_2_5(tableau, le):
    pied = {ligne["nom"]: ligne for ligne in tableau.sections[0].pied}
    realisees, refus = pied["Somme"]["realisees"], pied["Refus"]["realisees"]
    liste = [
        Chiffre("Visites réalisées", str(realisees), f"et {refus} refus, soit {pied['Total']['realisees']}"),
        Chiffre("Visites programmées", str(pied["Somme"]["programmees"]), "", "Confiées et pas encore faites."),
    ]
    if "Part de la cible" in pied:
        note = tableau.sections[0].notes[-1].removeprefix("Part de la cible : ")
        liste.append(Chiffre("Part de la cible", _pourcentage(pied["Part de la cible"]["realisees"]), note))
    return liste


def _chiffres_2_7(tableau, le):
    mesures = {ligne["nom"]: ligne["nombre"] for ligne in tableau.sections[0].lignes}
    rapport = mesures["Actions par visite"]
    emplois = tableau.sections[-1].pied[0]
    return [
        Chiffre("Actions", nombre_francais(mesures["Actions"]), f"pour {mesures['Visites réalisées']} visites"),
        Chiffre("Actions par visite", nombre_francais(rapport, 2) if rapport else "–", "", "Actions nées de ces visites."),
        Chiffre(
            "Emplois projetés", nombre_francais(emplois["nombre"]), f"dans {emplois['entreprises']} entreprises", "Déclaratif."
        ),
    ]


def _chiffres_des_entretiens(tableau, le):
    mesures = {ligne["nom"]: ligne["nombre"] for ligne in tableau.sections[0].lignes}
    rendus = nombre_francais(mesures["Comptes rendus terminés"])
    return [Chiffre("Comptes rendus avec une réponse", nombre_francais(mesures["Avec une réponse au moins"]), f"sur {rendus}")]


def _chiffres_des_suites(tableau, le):
    (total,) = tableau.sections[0].lignes
    sur, mediane = f"sur {nombre_francais(total['rendues'])} visites", total["mediane"]
    delai = "–" if mediane is None else f"{nombre_francais(mediane, int(mediane % 1 > 0))}{INSECABLE}jours"
    return [
        Chiffre("Délai médian", delai, f"pour {nombre_francais(total['donnees'])} suites données", "De la visite aux suites."),
        Chiffre(f"Données sous {DELAI_JOURS} jours", _pourcentage(total["part"]), sur),
        Chiffre("En attente", nombre_francais(total["attendues"]), sur),
    ]


CHIFFRES = {
    "2.4": _chiffres_2_4,
    "2.5": _chiffres_2_5,
    "2.7": _chiffres_2_7,
    "suites": _chiffres_des_suites,
    "entretiens": _chiffres_des_entretiens,
}


def _pourcentage(valeur):
    part = valeur.valeur if isinstance(valeur, Valeur) else valeur
    return "–" if part is None else f"{nombre_francais(100 * part)}{INSECABLE}%"
