"""Ce que les chefs d'entreprise pensent du réseau : leurs réponses mêlées, avec les précautions des entretiens.

Rien au-dessous de cinq réponses ; les réponses entrent cinq par cinq, année par année, dans leur ordre d'arrivée ; aucun filtre
de personne, de lieu ni de secteur. Voir `suivi.indicateurs.entretiens`.
"""

from collections import Counter

from django.utils.timezone import localtime

from reseau.lib.ecarts import mediane
from reseau.lib.tableau import Colonne, Section, Tableau
from suivi.indicateurs.entretiens import LOT, MOINS_DE_CINQ
from suivi.indicateurs.perimetre import fraction
from suivi.models import Evaluation
from suivi.models.evaluation import NOTES

CONSEIL = "Je conseillerais une visite à un autre chef d’entreprise"
D_ACCORD = 4  # note à partir de laquelle on compte « d'accord »
COMPTES = (Colonne("nom", "Mesure"), Colonne("nombre", "Nombre", "nombre"), Colonne("part", "Part", "pourcentage"))
REPONSES = (
    Colonne("nom", "Phrase proposée"),
    Colonne("accord", "D’accord (4 ou 5)", "nombre"),
    Colonne("part", "Part", "pourcentage"),
    Colonne("sur", "Réponses", "nombre"),
    Colonne("mediane", "Médiane, de 1 à 5", "nombre", decimales=1),
)
LEXIQUE = (
    ("Questionnaires", "proposés par un lien envoyé au chef d’entreprise, ou remplis avec lui pendant un entretien."),
    ("Réponses", "chefs d’entreprise qui ont répondu à cette phrase ; aucune n’est obligatoire."),
    ("D’accord", "note de 4 ou 5 sur une échelle de 1 (pas du tout) à 5 (tout à fait)."),
    ("Part", "d’accord, sur les réponses que le tableau compte ; pour les questionnaires, réponses sur questionnaires proposés."),
    (
        "Par lots de cinq",
        "les réponses entrent au tableau cinq par cinq, année par année : aucun total ne permet de retrouver ce qu’a dit "
        "une entreprise. Au-dessous de cinq, rien ne se montre.",
    ),
)


def tableau_des_evaluations(reseau, *, annee=None):
    """`Tableau` des réponses aux questionnaires, toutes les années ou une seule (celle de la réponse). Deux requêtes."""
    evaluations = Evaluation.objects.filter(visite__reseau=reseau)
    proposees = evaluations.filter(proposee_le__year=annee) if annee else evaluations
    valeurs = _comptees(evaluations.repondues().filter(**{"repondue_le__year": annee} if annee else {}))
    return Tableau(
        code="evaluations",
        titre="Ce que les chefs d’entreprise pensent du réseau",
        sous_titre="Réponses au questionnaire ; aucune entreprise n’est nommée",
        periode=f"Réponses reçues en {annee}" if annee else "Réponses reçues, toutes les années",
        sections=[
            _questionnaires(proposees),
            Section(
                "Réponses",
                REPONSES,
                [_ligne(nom, phrase, valeurs) for nom, phrase in _phrases()],
                nature="déclaré",
                comparees=("part", "mediane"),
            ),
        ],
        definitions=LEXIQUE,
        reseau=reseau.nom,
        edite_le=localtime(),
    )


def annees_des_evaluations(reseau):
    """Les années où le réseau a reçu une réponse, la dernière d'abord."""
    repondues = Evaluation.objects.filter(visite__reseau=reseau).repondues().order_by()
    return [jour.year for jour in repondues.datetimes("repondue_le", "year", order="DESC")]


def _phrases():
    return [*NOTES.items(), ("recommande", CONSEIL)]


def _questionnaires(evaluations):
    proposes, repondus = evaluations.count(), evaluations.repondues().count()
    # Le nombre des réponses, lui aussi, avance cinq par cinq.
    montres = repondus // LOT * LOT
    lignes = [
        {"nom": "Questionnaires proposés", "nombre": proposes},
        {
            "nom": "Réponses reçues, par lots de cinq",
            "nombre": montres if montres else MOINS_DE_CINQ,
            "part": fraction(montres, proposes) if montres else None,
        },
    ]
    return Section("Questionnaires", COMPTES, lignes, nature="constaté", comparees=("nombre", "part"))


def _comptees(evaluations):
    """{question: valeurs} que l'on peut montrer : par année, en lots pleins, dans l'ordre d'arrivée."""
    noms = [nom for nom, _ in _phrases()]
    par_annee: dict = {}
    for repondue_le, *valeurs in evaluations.order_by("repondue_le", "pk").values_list("repondue_le", *noms):
        for nom, valeur in zip(noms, valeurs, strict=True):
            if valeur is not None:
                par_annee.setdefault((nom, repondue_le.year), []).append(valeur)
    comptees: dict = {}
    for (nom, _), valeurs in par_annee.items():
        comptees.setdefault(nom, []).extend(valeurs[: len(valeurs) // LOT * LOT])
    return comptees


def _ligne(nom, phrase, valeurs):
    dites = valeurs.get(nom, [])
    if not dites:
        return {"nom": phrase, "accord": MOINS_DE_CINQ}
    oui_non = nom == "recommande"
    accord = sum(1 for valeur in dites if valeur is True or (not oui_non and valeur >= D_ACCORD))
    milieu = None if oui_non else mediane(Counter(dites))
    return {"nom": phrase, "accord": accord, "part": fraction(accord, len(dites)), "sur": len(dites), "mediane": milieu}
