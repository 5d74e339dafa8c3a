"""Les territoires et les secteurs : où vont les visites, et ce qu'elles y font naître."""

from collections import Counter, defaultdict

from django.db.models import Count
from django.utils.timezone import localtime

from entreprises.enums import Section as SectionNaf
from entreprises.models import Arrondissement, Epci, ZoneEmploi
from reseau.lib.recherche import cle_de_recherche
from reseau.lib.tableau import ADRESSES, Colonne, Section, Tableau
from suivi.indicateurs.champ import Champ
from suivi.indicateurs.perimetre import fraction
from visites.enums import EtatVisite

INCONNU = "Non renseigné"
LEXIQUE = (
    ("Visites", "réalisées ou restituées, datées dans la période ; le lieu est celui de l’établissement visité."),
    ("Refus", "visites refusées dans la période."),
    ("Projets, actions", "nés des visites réalisées de la ligne."),
    ("Actions par visite", "actions de la ligne, sur ses visites."),
    ("Zone d’emploi", "zonage de l’Insee (2020) : le bassin d’emploi."),
    (
        "Secteur",
        "section de la NAF rév. 2 de l’activité principale ; une activité notée en NAF 2025 seulement n’est pas classée.",
    ),
)
CHIFFRES = (
    Colonne("visites", "Visites", "nombre"),
    Colonne("refus", "Refus", "nombre"),
    Colonne("projets", "Projets", "nombre"),
    Colonne("actions", "Actions", "nombre"),
    Colonne("rapport", "Actions par visite", "nombre", decimales=2),
)
DE_L_ENTREPRISE = ("commune__zone_emploi", "commune__arrondissement", "commune__epci", "naf__division__section")
# Ce que découpe chaque section, dans l'ordre de `DE_L_ENTREPRISE` : (titre, en-tête, critère, noms)
DECOUPAGES = (
    ("Par zone d’emploi", "Zone d’emploi", "zone", lambda cles: _noms(ZoneEmploi, cles)),
    ("Par arrondissement", "Arrondissement", "arrondissement", lambda cles: _noms(Arrondissement, cles)),
    ("Par intercommunalité", "Intercommunalité", "epci", lambda cles: _noms(Epci, cles)),
    ("Par secteur d’activité", "Secteur", "secteur", lambda cles: {cle: SectionNaf(cle).label for cle in cles}),
)


def tableau_des_territoires(reseau, *, lecteur=None, **choix):
    """`Tableau` des visites, refus, projets et actions par lieu et par secteur. `choix` : ceux d'un `Champ`. Six requêtes."""
    champ = Champ(reseau, lecteur, **choix)
    comptes = {
        "visites": Counter(),
        "refus": Counter(),
        "projets": _lire(champ.projets(), "visite__entreprise__"),
        "actions": _lire(champ.actions(), "projet__visite__entreprise__"),
    }
    for (etat, *lieu), nombre in _lire(champ.sorties(), "entreprise__", "etat").items():
        comptes["refus" if etat == EtatVisite.REFUSEE else "visites"][tuple(lieu)] += nombre
    return Tableau(
        code="territoires",
        titre="Territoires et secteurs",
        sous_titre="",
        periode=f"Visites réalisées ou refusées {champ.periode}",
        sections=[_section(champ, comptes, rang, *decoupage) for rang, decoupage in enumerate(DECOUPAGES)],
        definitions=LEXIQUE,
        reseau=reseau.nom,
        edite_le=localtime(),
        filtres=champ.choix,
    )


def _lire(fiches, prefixe, *avant):
    cles = [*avant, *(prefixe + champ for champ in DE_L_ENTREPRISE)]
    lignes = fiches.order_by().values_list(*cles).annotate(nombre=Count("pk"))
    return Counter({tuple(ligne[:-1]): ligne[-1] for ligne in lignes})


def _section(champ, comptes, rang, titre, entete, critere, nommer):
    par_lieu = defaultdict(Counter)
    for mesure, decompte in comptes.items():
        for lieu, nombre in decompte.items():
            par_lieu[lieu[rang]][mesure] += nombre
    connus = nommer([cle for cle in par_lieu if cle is not None])
    ordre = sorted(connus, key=lambda cle: cle_de_recherche(connus[cle]))
    lignes = [_ligne(connus[cle], par_lieu[cle], _adresses(champ, **{critere: cle})) for cle in ordre]
    if None in par_lieu:
        lignes.append(_ligne(INCONNU, par_lieu[None], _adresses(champ, sans=critere)))
    totaux = Counter({mesure: decompte.total() for mesure, decompte in comptes.items()})
    pied = [_ligne("Total", totaux, _adresses(champ))]
    return Section(titre, (Colonne("nom", entete), *CHIFFRES), lignes, pied, nature="constaté", comparees=("visites", "actions"))


def _ligne(nom, chiffres, adresses):
    mesures = {mesure: chiffres[mesure] for mesure in ("visites", "refus", "projets", "actions")}
    return {"nom": nom, **mesures, "rapport": fraction(chiffres["actions"], chiffres["visites"]), ADRESSES: adresses}


def _adresses(champ, **lieu):
    return {
        "visites": champ.adresse("visites", etat="realisees", **lieu),
        "refus": champ.adresse("visites", etat="refusees", **lieu),
        "projets": champ.adresse("projets", **lieu),
        "actions": champ.adresse("actions", **lieu),
    }


def _noms(modele, cles):
    return dict(modele.objects.filter(pk__in=cles).values_list("pk", "nom"))
