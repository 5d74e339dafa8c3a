"""Un guide d'entretien en service par réseau, et des réponses pour deux visites sur cinq : il est facultatif, cela se voit."""

from random import Random

from suivi.demonstration.calendrier import instant
from visites.enums import GenreDeQuestion
from visites.guides import installer, mettre_en_service
from visites.guides_fournis import CODES
from visites.models import CompteRendu, Guide, Question, Reponse

PART_DES_VISITES = 0.4
PART_DES_QUESTIONS = 0.7
DU_PREMIER = ("court", "fonctions", "une_page", "complet")  # un guide par réseau, tour à tour
NOMBRES = {"%": (5, 70), "années": (2, 30), "Semaines": (3, 26), "jours": (30, 75), "m²": (100, 1200)}
TEXTES = (
    "Un agrandissement, remis d’année en année.",
    "La relève de l’atelier, sans calendrier.",
    "Un essai chez un client, à reprendre au printemps.",
    "Le dirigeant rappellera après l’inventaire.",
    "Une gamme plus courte, vendue en direct.",
    "Le plan des machines est à revoir.",
)


def poser(chantier):
    """Installe le guide et pose les réponses, d'un tirage à lui : le reste de la démonstration n'en change pas."""
    hasard = Random(f"guide {chantier.reseau.slug}")
    par = chantier.comptes["animateur"]
    guide = mettre_en_service(installer(DU_PREMIER[chantier.plan.rang % len(CODES)], par=par), par=par)
    Guide.objects.filter(pk=guide.pk).update(cree_le=instant(chantier.debut))
    questions = list(Question.objects.filter(theme__guide=guide).order_by("theme__rang", "rang"))
    rendus = list(CompteRendu.objects.filter(visite__reseau=chantier.reseau).termines().order_by("pk"))
    reponses = [
        Reponse(compte_rendu=rendu, question=question, valeur=_repondre(question, hasard))
        for rendu in hasard.sample(rendus, round(PART_DES_VISITES * len(rendus)))
        for question in questions
        if hasard.random() < PART_DES_QUESTIONS
    ]
    Reponse.objects.bulk_create(reponses, batch_size=500)


def _repondre(question, hasard):
    if question.genre == GenreDeQuestion.TEXTE:
        return hasard.choice(TEXTES)
    if question.genre == GenreDeQuestion.NOMBRE:
        bornes = next((bornes for mot, bornes in NOMBRES.items() if mot in question.libelle), (1, 20))
        return str(hasard.randint(*bornes))
    valeurs = [valeur for valeur, _ in question.options]
    # Les réponses ne se valent pas : une question penche toujours du même côté.
    poids = [1 + (len(question.libelle) * (rang + 3)) % 7 for rang in range(len(valeurs))]
    return hasard.choices(valeurs, poids)[0]
