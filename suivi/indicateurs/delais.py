"""Les délais d'un dossier : lettre, visite, compte rendu, première action, fin."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count, F, Max, Min
from django.utils.timezone import localtime

from reseau.lib.ecarts import JourLocal, Jours, mediane
from reseau.lib.tableau import ADRESSES, Colonne, Section, Tableau
from suivi.indicateurs.champ import Champ
from suivi.indicateurs.perimetre import fraction

LEXIQUE = (
    ("Visites", "réalisées ou restituées, datées dans la période ; à chaque étape, celles qui en ont atteint le début."),
    ("De la lettre à la visite", "jours entre l’envoi de la lettre et la visite ; les visites sans lettre n’y sont pas."),
    ("De la visite au compte rendu", "jours entre la visite et le compte rendu terminé."),
    ("Du compte rendu à la première action", "jours entre le compte rendu et la première action qu’un responsable accepte."),
    (
        "De la première action à la fin",
        "jours entre cette acceptation et la fin réelle de la dernière action, toutes étant closes.",
    ),
    ("Franchie", "visites qui ont atteint la fin de l’étape, et leur part de celles qui en ont atteint le début."),
    ("En attente", "visites qui ont atteint le début de l’étape, et pas encore sa fin."),
    ("Délai médian", "sur les visites qui ont franchi l’étape ; autant sont au-dessous qu’au-dessus."),
)
COLONNES = (
    Colonne("nom", "Étape"),
    Colonne("visites", "Visites", "nombre"),
    Colonne("franchie", "Étape franchie", "nombre"),
    Colonne("part", "Part", "pourcentage"),
    Colonne("mediane", "Délai médian (jours)", "nombre", decimales=1),
    Colonne("attendues", "En attente", "nombre"),
)
# (étape, clé, critères des visites qui en ont atteint le début, la fin, et de celles qui l'attendent : après la lettre, aucune)
ETAPES = (
    ("De la lettre à la visite", "lettre", ("lettre", "lettre", None)),
    ("De la visite au compte rendu", "rendu", ("", "rendues", "a_rendre")),
    ("Du compte rendu à la première action", "action", ("rendues", "rendue_et_acceptee", "rendue_sans_action")),
    ("De la première action à la fin", "fin", ("acceptee", "finies", "inachevees")),
)
SANS_ACTION = (None, None, 0, 0)  # jours de la visite à l'action, de l'action à la fin ; actions nées, closes


@dataclass
class Etape:
    """`debut` : visites qui en ont atteint le début ; `jours` : délai → visites qui en ont atteint la fin."""

    debut: int
    jours: Counter

    @classmethod
    def de(cls, delais):
        """`delais` : un par visite qui en a atteint le début, None si elle n'en a pas atteint la fin."""
        jours = Counter(delais)
        debut = jours.total()
        jours.pop(None, None)
        return cls(debut, jours)


def tableau_des_delais(reseau, *, lecteur=None, **choix):
    """`Tableau` des délais, étape par étape ; jours calendaires. `choix` : ceux d'un `Champ`. Deux requêtes."""
    champ = Champ(reseau, lecteur, **choix)
    etapes = relever_les_etapes(champ.realisees())
    return Tableau(
        code="delais",
        titre="Délais, de la lettre à la fin des actions",
        sous_titre="",
        periode=f"Visites réalisées {champ.periode}",
        sections=[
            Section(
                "Délai de chaque étape",
                COLONNES,
                [_ligne(champ, nom, etapes[cle], mesures) for nom, cle, mesures in ETAPES],
                nature="constaté",
                comparees=("visites", "mediane"),
            )
        ],
        definitions=LEXIQUE,
        reseau=reseau.nom,
        edite_le=localtime(),
        filtres=champ.choix,
    )


def relever_les_etapes(visites):
    """{« lettre », « rendu », « action », « fin »: `Etape`} de ces visites ; des nombres de jours, deux requêtes.

    Le jour d'un compte rendu ne se lit qu'une fois par visite, sans jointure aux actions ; le délai de la première action se
    déduit des deux autres.
    """
    visites, actions = visites.order_by(), "projets__actions__"
    acceptee = Min(f"{actions}acceptee_le")
    suites = visites.filter(projets__actions__isnull=False).values("pk")
    suites = suites.annotate(
        a_l_action=Jours(F("realisee_le"), acceptee),
        a_la_fin=Jours(acceptee, Max(f"{actions}fin_reelle")),
        actions=Count(f"{actions}pk"),
        closes=Count(f"{actions}fin_reelle"),
    )
    de_la_visite = {ligne[0]: ligne[1:] for ligne in suites.values_list("pk", *suites.query.annotations)}
    jours = (Jours(F("annoncee_le"), F("realisee_le")), Jours(F("realisee_le"), JourLocal("compte_rendu__termine_le")))
    lues = visites.values_list("pk", *jours)
    mesures = [(lettre, rendu, *de_la_visite.get(cle, SANS_ACTION)) for cle, lettre, rendu in lues]
    return {
        "lettre": Etape.de(lettre for lettre, _, _, _, _, _ in mesures if lettre is not None),
        "rendu": Etape.de(rendu for _, rendu, _, _, _, _ in mesures),
        "action": Etape.de(
            None if action is None else action - rendu for _, rendu, action, _, _, _ in mesures if rendu is not None
        ),
        "fin": Etape.de(fin if closes == nees else None for _, _, action, fin, nees, closes in mesures if action is not None),
    }


def _ligne(champ, nom, etape, mesures):
    franchie = etape.jours.total()
    adresses = dict(zip(("visites", "franchie", "attendues"), mesures, strict=True))
    return {
        "nom": nom,
        "visites": etape.debut,
        "franchie": franchie,
        "part": fraction(franchie, etape.debut),
        "mediane": mediane(etape.jours),
        "attendues": etape.debut - franchie,
        ADRESSES: {
            cle: champ.adresse("visites", etat="realisees", mesure=mesure)
            for cle, mesure in adresses.items()
            if mesure is not None
        },
    }
