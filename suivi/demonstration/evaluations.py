"""Les retours des chefs d'entreprise : des questionnaires sans réponse, des retours francs, des témoignages, un panel."""

from datetime import timedelta
from random import Random

from entreprises.models import Contact
from suivi.demonstration.calendrier import instant
from suivi.enums import VoieDEvaluation
from suivi.models import ChefDuPanel, ConsultationDuPanel, Evaluation, LettreDeSuites
from suivi.models.evaluation import VALIDITE

PART = 0.3  # des suites données, celles dont on a demandé l'avis
REPONDENT = 0.6
PANEL = 3
# Combien penchent vers chaque note, de 1 à 5.
PENCHANTS = {"ecoute": (0, 1, 2, 5, 9), "utilite": (1, 1, 3, 6, 5), "suites": (1, 3, 3, 5, 4), "clarte": (0, 1, 3, 5, 6)}
COMMENTAIRES = (
    "On m’a rappelé dans la semaine, comme promis.",
    "Visite utile ; il a fallu relancer pour le second dossier.",
    "Quelqu’un qui écoute avant de parler de ses dispositifs, c’est rare.",
    "J’attends encore une réponse sur le terrain.",
    "",
)
TEMOIGNAGES = (
    "Un seul interlocuteur, et les bonnes personnes au bout du fil.",
    "La visite m’a fait ressortir un projet que je repoussais depuis trois ans.",
)
AVIS = (
    ("La plaquette du réseau", "Trop de sigles ; le numéro à appeler ne se voit pas."),
    ("Le questionnaire après visite", "Court, c’est bien. Laissez une place pour dire merci à quelqu’un."),
    ("La lettre du préfet", "Dites plus tôt combien de temps dure la visite."),
)


def poser(chantier):
    """Crée questionnaires et panel, en lot, d'un tirage à eux : le reste de la démonstration n'en change pas."""
    hasard = Random(f"évaluations {chantier.reseau.slug}")
    donnees = LettreDeSuites.objects.donnees().filter(visite__reseau=chantier.reseau).select_related("visite__developpeur")
    donnees = list(donnees.select_related("visite__entreprise").order_by("donnee_le", "pk"))
    choisies = hasard.sample(donnees, round(PART * len(donnees)))
    Evaluation.objects.bulk_create(_evaluation(chantier, suites, hasard) for suites in choisies)
    _poser_le_panel(chantier, [suites.visite.entreprise_id for suites in donnees])


def _evaluation(chantier, suites, hasard):
    jour = min(suites.donnee_le + timedelta(days=3), chantier.le)
    evaluation = Evaluation(
        visite=suites.visite,
        voie=VoieDEvaluation.LIEN,
        courriel=suites.courriel,
        proposee_le=instant(jour),
        proposee_par=suites.visite.developpeur,
        expire_le=instant(jour) + VALIDITE,
    )
    repondue_le = jour + timedelta(days=hasard.randrange(1, 20))
    if hasard.random() < REPONDENT and repondue_le <= chantier.le:
        _repondre(evaluation, repondue_le, hasard)
    return evaluation


def _repondre(evaluation, jour, hasard):
    evaluation.repondue_le = instant(jour)
    evaluation.voie = hasard.choice([VoieDEvaluation.LIEN, VoieDEvaluation.LIEN, VoieDEvaluation.ENTRETIEN])
    for nom, poids in PENCHANTS.items():
        setattr(evaluation, nom, hasard.choices([1, 2, 3, 4, 5, None], [*poids, 2])[0])
    evaluation.recommande = hasard.choices([True, False, None], [7, 1, 2])[0]
    evaluation.commentaire = hasard.choice(COMMENTAIRES)
    if hasard.random() < 0.2:
        evaluation.temoignage = hasard.choice(TEMOIGNAGES)
        evaluation.signature = f"Le dirigeant, {evaluation.visite.entreprise.raison_sociale}"
        evaluation.accord_le = jour if hasard.random() < 0.7 else None


def _poser_le_panel(chantier, visitees):
    dirigeants = Contact.objects.filter(dirigeant=True, entreprise__in=visitees).order_by("pk")[:PANEL]
    chefs = ChefDuPanel.objects.bulk_create(
        ChefDuPanel(reseau=chantier.reseau, contact=contact, entre_le=chantier.il_y_a(200)) for contact in dirigeants
    )
    par = chantier.comptes["animateur"]
    ConsultationDuPanel.objects.bulk_create(
        ConsultationDuPanel(chef=chef, le=chantier.il_y_a(60), sujet=sujet, avis=avis, membre=par)
        for chef, (sujet, avis) in zip(chefs, AVIS, strict=False)
    )
