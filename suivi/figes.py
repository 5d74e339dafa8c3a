"""Ce que l'on fige : les tableaux d'une réunion, un tableau à la demande, le rapport d'une période.

Chacun est composé pour une classe de droits, jamais filtré après coup : avec le détail pour qui le lit, en totaux pour les
autres. Le 2.4 nomme des entreprises, un choix plus étroit que le réseau en isole : si l'une est l'objet d'un déport, une version
sans elles est figée en même temps.
"""

from dataclasses import dataclass, field
from datetime import date
from functools import partial

from entreprises.models import Deport
from reseau.models import Institution
from suivi.enums import Lecteurs
from suivi.indicateurs import (
    releve_d_institution,
    tableau_2_4,
    tableau_2_5,
    tableau_2_7,
    tableau_de_la_valeur_ajoutee,
    tableau_des_delais,
    tableau_des_refus,
    tableau_des_suites,
    tableau_des_territoires,
)
from suivi.indicateurs.actions import entreprises_du_2_4

RAPPORT = "rapport"
DETAILLES = {"2.5": Lecteurs.LIGNES, "valeur": Lecteurs.LIGNES}  # composés deux fois : avec le détail, puis en totaux
TOTAUX = {
    "2.7": tableau_2_7,
    "suites": tableau_des_suites,
    "delais": tableau_des_delais,
    "refus": tableau_des_refus,
    "territoires": tableau_des_territoires,
}
CLASSES = {"2.4": Lecteurs.ACTIONS, "institution": Lecteurs.LIGNES, "evaluations": Lecteurs.EVALUATIONS}


@dataclass(frozen=True)
class Piece:
    """Ce qui sera un `TableauFige` : un ou plusieurs `Tableau`, et qui le lira. `dessine` : avec ses graphiques."""

    code: str
    titre: str
    periode: str
    tableaux: list
    lecteurs: Lecteurs
    expurge: bool = False
    entreprises: set = field(default_factory=set)
    institution: Institution | None = None
    du: date | None = None
    au: date | None = None
    dessine: bool = True


def pieces_de_la_reunion(reseau, *, au, codes=None):
    """Les `Piece` d'une réunion, au soir du jour `au` : les trois annexes, et les totaux qui les éclairent ; ou `codes` seuls."""
    ouvertes = {"au": au, "ouvertes": True}
    composer = {
        "2.4": lambda: _avec_et_sans(
            reseau, partial(tableau_2_4, reseau, **ouvertes), CLASSES["2.4"], entreprises_du_2_4(reseau, **ouvertes)
        ),
        "2.5": lambda: _en_double("2.5", partial(tableau_2_5, reseau, au=au)),
        **{code: partial(_totaux, fonction, reseau) for code, fonction in TOTAUX.items()},
        "valeur": lambda: _en_double("valeur", partial(tableau_de_la_valeur_ajoutee, reseau)),
    }
    return [piece for code in codes or composer for piece in composer[code]()]


def _totaux(fonction, reseau):
    return [_piece(fonction(reseau), Lecteurs.TOTAUX)]


def pieces_du_choix(form, code):
    """Les `Piece` d'un tableau tel que ce formulaire le choisit, ouvertes à qui pourrait le choisir de même."""
    lecteurs = Lecteurs.COMPTES_RENDUS if form.serre else CLASSES.get(code, Lecteurs.TOTAUX)
    composer, entreprises = partial(_avec_et_sans, form.membre.reseau), form.entreprises()
    if code not in DETAILLES or form.serre:
        return composer(form.composer_pour_tous, lecteurs, entreprises)
    entieres = composer(form.composer_pour_tous, DETAILLES[code], entreprises)
    return entieres + composer(partial(form.composer_pour_tous, detail=False), Lecteurs.TOTAUX, entreprises)


def pieces_du_rapport(reseau, *, du, au):
    """Le rapport de la période, en totaux, pour le préfet et les chefs de service ; puis le relevé de chaque institution."""
    bornes = {"du": du, "au": au}
    tableaux = [
        tableau_2_5(reseau, visites_depuis=du, participation_du=du, au=au, detail=False),
        tableau_2_7(reseau, **bornes),
        tableau_des_territoires(reseau, **bornes),
        tableau_des_refus(reseau, **bornes),
        tableau_des_delais(reseau, **bornes),
        tableau_des_suites(reseau, **bornes),
        tableau_de_la_valeur_ajoutee(reseau, **bornes, detail=False),
    ]
    periode = tableaux[1].periode.removeprefix("Visites réalisées ")
    rapport = Piece(RAPPORT, f"Rapport d’activité : {reseau.nom}", f"Période {periode}", tableaux, Lecteurs.TOTAUX, **bornes)
    institutions = Institution.objects.filter(reseau=reseau).ouvertes(au)
    return [rapport, *(_releve(reseau, institution, bornes) for institution in institutions)]


def _releve(reseau, institution, bornes):
    tableau = releve_d_institution(reseau, institution=institution, **bornes)
    return _piece(tableau, Lecteurs.LIGNES, institution=institution, **bornes)


def _piece(tableau, lecteurs, **mots):
    return Piece(tableau.code, tableau.titre, tableau.periode, [tableau], lecteurs, **mots)


def _en_double(code, composer):
    return [_piece(composer(), DETAILLES[code]), _piece(composer(detail=False), Lecteurs.TOTAUX)]


def _avec_et_sans(reseau, composer, lecteurs, entreprises):
    """L'entier ; et, si l'une de ces entreprises est l'objet d'un déport, le même sans elles."""
    deports = Deport.objects.filter(entreprise__reseau=reseau, entreprise__in=entreprises)
    taites = set(deports.order_by().values_list("entreprise", flat=True))
    entier = _piece(composer(), lecteurs, entreprises=entreprises)
    if not taites:
        return [entier]
    return [entier, _piece(composer(sauf=taites), lecteurs, expurge=True, entreprises=entreprises - taites)]
