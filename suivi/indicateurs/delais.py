"""Les délais d'un dossier : lettre, visite, compte rendu, première action, fin."""

from collections import Counter
from dataclasses import dataclass, field

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
# (étape, clé, critère des visites qui en ont atteint le début, et la fin)
ETAPES = (
    ("De la lettre à la visite", "lettre", "lettre", "lettre"),
    ("De la visite au compte rendu", "rendu", "", "rendues"),
    ("Du compte rendu à la première action", "action", "rendues", "rendue_et_acceptee"),
    ("De la première action à la fin", "fin", "acceptee", "finies"),
)


@dataclass
class Etape:
    """`debut` : visites qui en ont atteint le début ; `jours` : délai → visites qui en ont atteint la fin."""

    debut: int = 0
    jours: Counter = field(default_factory=Counter)

    def compter(self, commencee, delai):
        self.debut += commencee
        if commencee and delai is not None:
            self.jours[delai] += 1


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
                [_ligne(champ, nom, etapes[cle], debut, fin) for nom, cle, debut, fin in ETAPES],
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
    de_la_visite = {cle: mesures for cle, *mesures in suites.values_list("pk", *suites.query.annotations)}
    jours = (Jours(F("annoncee_le"), F("realisee_le")), Jours(F("realisee_le"), JourLocal("compte_rendu__termine_le")))
    etapes = {cle: Etape() for _, cle, _, _ in ETAPES}
    for cle, lettre, rendu in visites.values_list("pk", *jours):
        action, fin, nees, closes = de_la_visite.get(cle, (None, None, 0, 0))
        etapes["lettre"].compter(lettre is not None, lettre)
        etapes["rendu"].compter(True, rendu)
        etapes["action"].compter(rendu is not None, None if None in (action, rendu) else action - rendu)
        etapes["fin"].compter(action is not None, fin if closes == nees else None)
    return etapes


def _ligne(champ, nom, etape, debut, fin):
    franchie = etape.jours.total()
    adresses = {"visites": debut, "franchie": fin}
    return {
        "nom": nom,
        "visites": etape.debut,
        "franchie": franchie,
        "part": fraction(franchie, etape.debut),
        "mediane": mediane(etape.jours),
        "attendues": etape.debut - franchie,
        ADRESSES: {cle: champ.adresse("visites", etat="realisees", mesure=mesure) for cle, mesure in adresses.items()},
    }
