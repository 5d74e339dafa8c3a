"""La valeur ajoutée du réseau : ce qu'un service visite et qu'un autre prend en charge."""

from collections import Counter

from django.db.models import Count
from django.utils.timezone import localtime

from reseau.droits import TOUT
from reseau.lib.recherche import cle_de_recherche
from reseau.lib.tableau import ADRESSES, Colonne, Section, Tableau, nombre_francais
from reseau.models import Institution
from suivi.indicateurs.champ import Champ
from suivi.indicateurs.perimetre import etendue, fraction

PLUSIEURS = 3  # institutions : au-delà, on ne détaille plus
LEXIQUE = (
    ("Actions", "nées des visites réalisées dans la période."),
    ("Confiées ailleurs", "le responsable est d’une autre institution que le développeur qui a fait la visite."),
    ("Part confiée ailleurs", "actions confiées ailleurs, sur les actions qui ont un responsable."),
    ("Institutions mobilisées", "institutions différentes des responsables des actions d’un projet."),
    (
        "Données, reçues",
        "actions nées de ses visites et confiées ailleurs ; actions nées des visites d’une autre et confiées à elle.",
    ),
    (
        "Usage",
        "ce tableau montre ce que le réseau ajoute à chacun ; il ne compare pas les institutions : l’ordre est alphabétique.",
    ),
)
MESURES = (Colonne("nom", "Mesure"), Colonne("nombre", "Nombre", "nombre", decimales=2), Colonne("part", "Part", "pourcentage"))
PROJETS = (
    Colonne("nom", "Institutions mobilisées"),
    Colonne("nombre", "Projets", "nombre"),
    Colonne("part", "Part", "pourcentage"),
)
INSTITUTIONS = (
    Colonne("nom", "Institution"),
    Colonne("nees", "Actions nées de ses visites", "nombre"),
    Colonne("donnees", "dont données à une autre", "nombre"),
    Colonne("recues", "Actions reçues d’une autre", "nombre"),
    Colonne("portees", "Actions portées", "nombre"),
    Colonne("closes", "dont closes", "nombre"),
)


def tableau_de_la_valeur_ajoutee(reseau, *, lecteur=None, detail=True, **choix):
    """`Tableau` des actions données et reçues entre institutions, qu'il nomme si `detail`. `choix` : ceux d'un `Champ`."""
    champ = Champ(reseau, lecteur, **choix)
    echanges = relever_les_echanges(champ.actions())
    sections = [_mesures(champ, echanges), _par_projet(champ)]
    if detail and etendue(lecteur, "tableaux.lignes") is TOUT:
        sections.append(_par_institution(champ, echanges))
    return Tableau(
        code="valeur",
        titre="Valeur ajoutée du réseau",
        sous_titre="Ce qu’un service visite et qu’un autre prend en charge",
        periode=f"Visites réalisées {champ.periode}",
        sections=sections,
        definitions=LEXIQUE,
        reseau=reseau.nom,
        edite_le=localtime(),
        filtres=champ.choix,
    )


def relever_les_echanges(actions):
    """Counter (institution du visiteur, institution du responsable ou None, close) → actions ; une requête."""
    cles = ("projet__visite__developpeur__institution", "responsable__institution", "etat")
    echanges: Counter = Counter()
    for visiteuse, porteuse, etat, nombre in actions.order_by().values_list(*cles).annotate(Count("pk")):
        echanges[visiteuse, porteuse, etat == "close"] += nombre
    return echanges


def _somme(echanges, condition):
    return sum(nombre for (visiteuse, porteuse, close), nombre in echanges.items() if condition(visiteuse, porteuse, close))


def confiees(echanges):
    return _somme(echanges, lambda visiteuse, porteuse, close: porteuse is not None)


def confiees_ailleurs(echanges):
    return _somme(echanges, lambda visiteuse, porteuse, close: porteuse not in (None, visiteuse))


def _mesures(champ, echanges):
    total, avec, ailleurs = echanges.total(), confiees(echanges), confiees_ailleurs(echanges)
    mesures = [
        ("Actions", total, None, {}),
        ("Actions qui ont un responsable", avec, fraction(avec, total), {"confiee": "oui"}),
        ("dont confiées ailleurs", ailleurs, fraction(ailleurs, avec), {"ailleurs": "oui"}),
    ]
    lignes = [
        {"nom": nom, "nombre": nombre, "part": part, ADRESSES: {"nombre": champ.adresse("actions", **criteres)}}
        for nom, nombre, part, criteres in mesures
    ]
    return Section(
        "Actions confiées d’une institution à l’autre", MESURES, lignes, nature="constaté", comparees=("nombre", "part")
    )


def _par_projet(champ):
    projets = (
        champ.projets().order_by().values("pk").annotate(mobilisees=Count("actions__responsable__institution", distinct=True))
    )
    comptes = Counter(projets.values_list("mobilisees", flat=True))
    total = comptes.total()
    par_nombre = Counter()
    for mobilisees, nombre in comptes.items():
        par_nombre[min(mobilisees, PLUSIEURS)] += nombre
    noms = ["Aucune encore", "Une", "Deux", "Trois ou plus"]
    moyenne = fraction(sum(mobilisees * nombre for mobilisees, nombre in comptes.items()), total)
    lignes = [
        {
            "nom": nom,
            "nombre": par_nombre[rang],
            "part": fraction(par_nombre[rang], total),
            ADRESSES: {"nombre": champ.adresse("projets", institutions=rang)},
        }
        for rang, nom in enumerate(noms)
    ]
    pied = [{"nom": "Projets", "nombre": total, "part": fraction(total, total), ADRESSES: {"nombre": champ.adresse("projets")}}]
    notes = [f"En moyenne, {nombre_francais(moyenne, 2)} institution par projet."] if total else []
    return Section(
        "Institutions mobilisées par projet", PROJETS, lignes, pied, notes, nature="constaté", comparees=("nombre", "part")
    )


def _par_institution(champ, echanges):
    sigles = sorted(
        Institution.objects.filter(reseau=champ.reseau).values_list("pk", "sigle"), key=lambda paire: cle_de_recherche(paire[1])
    )
    lignes = [
        ligne for cle, sigle in sigles if any((ligne := _ligne(champ, echanges, cle, sigle))[nom] for nom in ("nees", "portees"))
    ]
    # Le pied additionne des échanges : « données » et « reçues » y sont les mêmes actions, vues de deux côtés.
    ensemble = {"nom": "Ensemble", **{c.cle: sum(ligne[c.cle] for ligne in lignes) for c in INSTITUTIONS[1:]}}
    pied = [ensemble | {ADRESSES: _adresses_de_toutes(champ)}]
    return Section("Par institution", INSTITUTIONS, lignes, pied, nature="constaté")


def compter_l_institution(echanges, cle):
    """{nees, donnees, recues, portees, closes} : ce que cette institution fait naître, donne, reçoit, porte et clôt."""
    return {
        "nees": _somme(echanges, lambda visiteuse, porteuse, close: visiteuse == cle),
        "donnees": _somme(echanges, lambda visiteuse, porteuse, close: visiteuse == cle and porteuse not in (None, cle)),
        "recues": _somme(echanges, lambda visiteuse, porteuse, close: porteuse == cle and visiteuse != cle),
        "portees": _somme(echanges, lambda visiteuse, porteuse, close: porteuse == cle),
        "closes": _somme(echanges, lambda visiteuse, porteuse, close: porteuse == cle and close),
    }


def adresses_de_l_institution(champ, cle):
    criteres = {
        "nees": {"visiteuse": cle},
        "donnees": {"visiteuse": cle, "ailleurs": "oui"},
        "recues": {"porteuse": cle, "ailleurs": "oui"},
        "portees": {"porteuse": cle},
        "closes": {"porteuse": cle, "close": "oui"},
    }
    return {nom: champ.adresse("actions", **mots) for nom, mots in criteres.items()}


def _adresses_de_toutes(champ):
    """Toute action naît de la visite d'une institution ; donnée ou reçue, c'est la même, confiée ailleurs."""
    criteres = {
        "nees": {},
        "donnees": {"ailleurs": "oui"},
        "recues": {"ailleurs": "oui"},
        "portees": {"confiee": "oui"},
        "closes": {"confiee": "oui", "close": "oui"},
    }
    return {nom: champ.adresse("actions", **mots) for nom, mots in criteres.items()}


def _ligne(champ, echanges, cle, sigle):
    return {"nom": sigle, **compter_l_institution(echanges, cle), ADRESSES: adresses_de_l_institution(champ, cle)}
