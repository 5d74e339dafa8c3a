"""« Ce que disent les entreprises » : les réponses au guide d'entretien, mêlées, sans que l'on puisse en isoler une.

Trois précautions, parce qu'un chiffre anonyme cesse de l'être dès que deux chiffres se soustraient :
- rien au-dessous de cinq réponses d'entreprises différentes ;
- pour seul choix une année entière, et « toutes les années » n'est que la somme des années montrées ;
- les réponses entrent cinq par cinq, dans leur ordre d'arrivée : d'un jour à l'autre, le changement porte sur cinq à la fois.
Aucun filtre de personne, de lieu ni de secteur, et le même tableau pour tous les lecteurs : un déport en retrancherait une
entreprise, que la comparaison de deux lectures nommerait.
"""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from django.utils.timezone import localtime

from reseau.lib.tableau import Colonne, Section, Tableau
from suivi.indicateurs.perimetre import fraction
from visites.enums import GenreDeQuestion
from visites.models import CompteRendu, Guide, Question, Reponse

LOT = 5  # réponses : le moins que l'on montre, et ce qui entre ensemble
MOINS_DE_CINQ = "moins de 5 réponses"
COMPTES, REPARTIES, NOMBRES = "Ce qui est compté", "Réponses, question par question", "Nombres"
TROP_PEU = "Trop peu de réponses pour être montrées"
QUESTION = Colonne("question", "Question")
COLONNES = {
    COMPTES: (Colonne("nom", "Mesure"), Colonne("nombre", "Nombre", "nombre")),
    REPARTIES: (
        QUESTION,
        Colonne("reponse", "Réponse"),
        Colonne("nombre", "Nombre", "nombre"),
        Colonne("part", "Part", "pourcentage"),
        Colonne("sur", "Sur", "nombre"),
        Colonne("mediane", "Médiane", "nombre", decimales=1),
    ),
    NOMBRES: (QUESTION, Colonne("sur", "Réponses", "nombre"), Colonne("mediane", "Médiane", "nombre", decimales=1)),
    TROP_PEU: (QUESTION, Colonne("sur", "Réponses")),
}
NATURES = {COMPTES: "constaté", REPARTIES: "déclaré", NOMBRES: "déclaré", TROP_PEU: ""}
COMPAREES = {COMPTES: ("nombre",), REPARTIES: ("nombre", "part"), NOMBRES: ("sur", "mediane")}
LEXIQUE = (
    ("Comptes rendus", "terminés, des visites réalisées dans la période. Le guide est facultatif : tous n’y répondent pas."),
    (
        "Nombre",
        "réponses d’entreprises différentes : chacune compte une fois par question et par année, pour sa première réponse.",
    ),
    ("Part", "le nombre de la ligne, sur toutes les réponses que le tableau compte pour cette question (colonne « Sur »)."),
    ("Médiane", "autant de réponses sont au-dessous qu’au-dessus ; pour les nombres et les échelles de 1 à 5."),
    (
        "Par lots de cinq",
        "les réponses entrent au tableau cinq par cinq, année par année ; les dernières arrivées attendent les suivantes. "
        "Aucun total ne permet ainsi de retrouver ce qu’a dit une entreprise.",
    ),
    ("Textes libres", "ils ne sont ni comptés ni montrés ici ; ils se lisent dans chaque compte rendu."),
)


@dataclass(frozen=True)
class Sujet:
    """Ce qui fait qu'une question est la même d'une version ou d'un guide à l'autre : ses mots, son genre, ses réponses."""

    libelle: str
    genre: str
    choix: tuple[str, ...]

    @property
    def question(self):
        return Question(libelle=self.libelle, genre=self.genre, choix=list(self.choix))


def tableau_des_entretiens(reseau, *, annee=None):
    """`Tableau` des réponses aux questions fermées, toutes les années ou une seule (celle de la visite). Cinq requêtes."""
    rendus = CompteRendu.objects.termines().filter(visite__in=_realisees(reseau))
    if annee:
        rendus = rendus.filter(visite__realisee_le__year=annee)
    comptees = _comptees(rendus)
    sections = {COMPTES: _compter(rendus), REPARTIES: [], NOMBRES: [], TROP_PEU: []}
    for sujet, question in _sujets(reseau, comptees).items():
        titre, lignes = _lignes(sujet, question, comptees.get(sujet, []))
        sections[titre] += lignes
    return Tableau(
        code="entretiens",
        titre="Ce que disent les entreprises",
        sous_titre="Réponses au guide d’entretien ; aucune entreprise n’est nommée",
        periode=f"Visites réalisées en {annee}" if annee else "Visites réalisées, toutes les années",
        sections=[
            Section(titre, COLONNES[titre], lignes, nature=NATURES[titre], comparees=COMPAREES.get(titre, ()))
            for titre, lignes in sections.items()
            if lignes
        ],
        definitions=LEXIQUE,
        reseau=reseau.nom,
        edite_le=localtime(),
    )


def annees_des_entretiens(reseau):
    """Les années des visites dont un compte rendu porte une réponse, la dernière d'abord."""
    jours = _realisees(reseau).filter(compte_rendu__reponses__isnull=False)
    return [jour.year for jour in jours.order_by().dates("realisee_le", "year", order="DESC")]


def _realisees(reseau):
    return reseau.visites.realisees()


def _compter(rendus):
    repondus = Reponse.objects.filter(compte_rendu__in=rendus.order_by()).values("compte_rendu").distinct().count()
    return [
        {"nom": "Comptes rendus terminés", "nombre": rendus.count()},
        {"nom": "Avec une réponse au moins", "nombre": repondus},
    ]


def _comptees(rendus):
    """{`Sujet`: valeurs} que l'on peut montrer : la première réponse de chaque entreprise, par année, en lots pleins."""
    lignes = Reponse.objects.filter(compte_rendu__in=rendus.order_by()).exclude(question__genre=GenreDeQuestion.TEXTE)
    visite, premieres = "compte_rendu__visite__", {}
    champs = ["question__libelle", "question__genre", "question__choix", f"{visite}realisee_le", f"{visite}entreprise", "valeur"]
    for libelle, genre, choix, jour, entreprise, valeur in lignes.order_by("pk").values_list(*champs):
        annee = (Sujet(libelle, genre, tuple(choix)), jour.year)
        premieres.setdefault(annee, {}).setdefault(entreprise, valeur)
    comptees: dict[Sujet, list[str]] = {}
    for (sujet, _), par_entreprise in premieres.items():
        valeurs = list(par_entreprise.values())
        pleines = valeurs[: len(valeurs) // LOT * LOT]
        if pleines:
            comptees.setdefault(sujet, []).extend(pleines)
    return comptees


def _sujets(reseau, comptees):
    """{`Sujet`: titre} : les questions fermées des guides que tient le réseau, puis celles d'anciennes versions."""
    sujets: dict[Sujet, str] = {}
    guides = Guide.objects.filter(reseau=reseau).courants()
    for question in Question.objects.filter(theme__guide__in=guides).order_by("theme__guide", "theme", "rang", "pk"):
        if question.genre != GenreDeQuestion.TEXTE:
            sujets[_sujet(question)] = _titre(question)
    for sujet in sorted(set(comptees) - set(sujets), key=lambda sujet: (sujet.libelle, sujet.genre, sujet.choix)):
        sujets[sujet] = f"{sujet.libelle} (ancienne version)"
    return sujets


def _titre(question):
    """Le libellé ; pour une échelle, ce que veulent dire ses bouts."""
    if question.genre == GenreDeQuestion.ECHELLE and question.aide:
        return f"{question.libelle} ({question.aide.rstrip('.')})"
    return question.libelle


def _sujet(question):
    return Sujet(question.libelle, question.genre, tuple(question.choix))


def _mediane(valeurs):
    milieu = median(Decimal(valeur) for valeur in valeurs)
    return int(milieu) if milieu == int(milieu) else milieu


def _lignes(sujet, question, valeurs):
    """(titre de la section, lignes) de cette question."""
    effectif = {"question": question, "sur": len(valeurs)}
    if not valeurs:
        return TROP_PEU, [effectif | {"sur": MOINS_DE_CINQ}]
    chiffree = sujet.genre in (GenreDeQuestion.NOMBRE, GenreDeQuestion.ECHELLE)
    milieu = {"mediane": _mediane(valeurs)} if chiffree else {}
    if sujet.genre == GenreDeQuestion.NOMBRE:
        return NOMBRES, [effectif | milieu]
    comptes = Counter(valeurs)
    return REPARTIES, [
        effectif | milieu | {"reponse": libelle, "nombre": comptes[valeur], "part": fraction(comptes[valeur], len(valeurs))}
        for valeur, libelle in sujet.question.options
    ]
