"""Les réseaux volontaires, comparés sans se nommer : chacun y lit sa valeur, la médiane et l'étendue de la moitié des autres.

Rien à moins de cinq réseaux ; une année entière, jamais moins : deux lectures ne se soustraient pas en un réseau.
"""

from collections import Counter, defaultdict
from datetime import date
from statistics import median, quantiles

from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils.timezone import localdate, localtime

from entreprises.models import Cible, LigneDeCible
from reseau.barriere import tous_les_reseaux
from reseau.enums import EtatPresence, Qualite
from reseau.lib.ecarts import Jours, mediane
from reseau.lib.tableau import Colonne, Section, Tableau, Valeur
from reseau.models import Membre, Presence, Reseau, Reunion
from suivi.indicateurs.perimetre import fraction
from suivi.indicateurs.valeur import confiees, confiees_ailleurs
from suivi.models import Action, LettreDeSuites
from visites.enums import EtatVisite
from visites.models import Visite

RESEAUX_AU_MOINS = 5
TROP_PEU = f"moins de {RESEAUX_AU_MOINS} réseaux"
COLONNES = (
    Colonne("nom", "Mesure"),
    Colonne("sien", "Votre réseau", "nombre", decimales=2),
    Colonne("mediane", "Médiane des réseaux", "nombre", decimales=2),
    Colonne("bas", "Un quart est au-dessous de", "nombre", decimales=2),
    Colonne("haut", "Un quart est au-dessus de", "nombre", decimales=2),
    Colonne("reseaux", "Réseaux comptés", "nombre"),
)
MESURES = {
    "par_developpeur": ("Visites réalisées par développeur direct", "nombre"),
    "refus": ("Taux de refus", "pourcentage"),
    "couverture": ("Couverture de la cible", "pourcentage"),
    "rapport": ("Actions par visite", "nombre"),
    "ailleurs": ("Part des actions confiées à une autre institution", "pourcentage"),
    "suites": ("Délai médian des suites (jours)", "nombre"),
    "presents": ("Présents par réunion", "nombre"),
}
LEXIQUE = (
    ("Réseaux comptés", "réseaux volontaires de cette installation où la mesure existe ; le vôtre en est. Aucun n’est nommé."),
    ("Visites par développeur", "visites réalisées dans l’année, sur les développeurs directs membres à sa fin."),
    ("Taux de refus", "refus de l’année, sur les visites réalisées et les refus."),
    (
        "Couverture de la cible",
        "entreprises de la cible en vigueur à la fin de l’année, visitées ou ayant refusé, sur celles de la cible.",
    ),
    ("Actions par visite", "actions nées des visites de l’année, sur ces visites."),
    ("Part confiée à une autre institution", "que celle du visiteur ; sur les actions qui ont un responsable."),
    ("Délai des suites", "jours entre la visite et les suites données au chef d’entreprise."),
    ("Présents par réunion", "présences pointées, sur les réunions tenues."),
)
NON_VOLONTAIRE = "Votre réseau ne se compare pas : l’animateur peut l’y inscrire dans les paramètres du réseau."


@tous_les_reseaux()
def tableau_des_reseaux(reseau, *, annee=None, le=None):
    """`Tableau` de l'année (la dernière achevée par défaut) : le même pour tous les lecteurs du réseau. Dix requêtes au plus."""
    annee = annee or (le or localdate()).year - 1
    volontaires = list(Reseau.objects.filter(comparaison=True).order_by().values_list("pk", flat=True))
    comparable = reseau.pk in volontaires and len(volontaires) >= RESEAUX_AU_MOINS
    mesures = mesurer(volontaires, annee) if comparable else {}
    return Tableau(
        code="reseaux",
        titre="Le réseau parmi les autres",
        sous_titre="Réseaux volontaires, aucun n’est nommé",
        periode=f"Année {annee}",
        sections=[
            Section(
                "Votre réseau et les autres",
                COLONNES,
                [_ligne(cle, mesures[cle], reseau.pk) for cle in MESURES if cle in mesures],
                notes=_notes(reseau.pk in volontaires, len(volontaires)),
                nature="constaté" if comparable else "",
                comparees=("sien", "mediane") if comparable else (),
            )
        ],
        definitions=LEXIQUE,
        reseau=reseau.nom,
        edite_le=localtime(),
    )


def _notes(volontaire, nombre):
    if not volontaire:
        return [NON_VOLONTAIRE]
    if nombre < RESEAUX_AU_MOINS:
        return [f"La comparaison commence à {RESEAUX_AU_MOINS} réseaux volontaires ; il y en a {nombre}."]
    return []


def _ligne(cle, valeurs, sien):
    libelle, genre = MESURES[cle]
    ligne = {"nom": libelle, "sien": Valeur(valeurs.get(sien), genre), "reseaux": len(valeurs)}
    if len(valeurs) < RESEAUX_AU_MOINS:
        return ligne | {"mediane": TROP_PEU, "reseaux": None}
    bas, _, haut = quantiles(valeurs.values(), n=4, method="inclusive")
    milieu = median(valeurs.values())
    return ligne | {"mediane": Valeur(milieu, genre), "bas": Valeur(bas, genre), "haut": Valeur(haut, genre)}


def mesurer(reseaux, annee):
    """{mesure: {clé de réseau: valeur}} ; un réseau sans dénominateur n'y est pas."""
    du, au = date(annee, 1, 1), date(annee, 12, 31)
    parmi = {"reseau__in": reseaux}
    visites = Visite.objects.filter(**parmi)
    sorties = _par_reseau(visites.touchees(du, au), "etat")
    faites, refus = Counter(), Counter()
    for (reseau, etat), nombre in sorties.items():
        (refus if etat == EtatVisite.REFUSEE else faites)[reseau] += nombre
    directs = _par_reseau(Membre.objects.filter(**parmi, qualite=Qualite.DIRECT).actifs(au))
    reunions = _par_reseau(Reunion.objects.filter(**parmi).tenues(du, au))
    presences = Presence.objects.filter(
        etat=EtatPresence.PRESENT, reunion__in=Reunion.objects.filter(**parmi).tenues(du, au).order_by()
    )
    presents = dict(presences.order_by().values_list("reunion__reseau").annotate(Count("pk")))
    actions = _echanges(Action.objects.filter(projet__visite__in=visites.realisees(du, au).order_by()))
    rapports = {
        "par_developpeur": {cle: (faites[cle], directs.get((cle,), 0)) for cle in reseaux},
        "refus": {cle: (refus[cle], faites[cle] + refus[cle]) for cle in reseaux},
        "couverture": _couvertures(reseaux, au),
        "rapport": {cle: (actions[cle].total(), faites[cle]) for cle in reseaux},
        "ailleurs": {cle: (confiees_ailleurs(actions[cle]), confiees(actions[cle])) for cle in reseaux},
        "presents": {cle: (presents.get(cle, 0), reunions.get((cle,), 0)) for cle in reseaux},
    }
    mesures = {
        mesure: {cle: fraction(*paire) for cle, paire in paires.items() if paire[1]} for mesure, paires in rapports.items()
    }
    return mesures | {"suites": _delais(visites.realisees(du, au))}


def _par_reseau(fiches, *cles):
    return {tuple(ligne[:-1]): ligne[-1] for ligne in fiches.order_by().values_list("reseau", *cles).annotate(Count("pk"))}


def _echanges(actions):
    cles = ("reseau", "projet__visite__developpeur__institution", "responsable__institution")
    echanges = defaultdict(Counter)
    for reseau, visiteuse, porteuse, nombre in actions.order_by().values_list(*cles).annotate(Count("pk")):
        echanges[reseau][visiteuse, porteuse, False] += nombre
    return echanges


def _couvertures(reseaux, au):
    """{réseau: (touchées, entreprises)} des cibles en vigueur ce jour-là."""
    decidees = Cible.objects.decidees().filter(reseau__in=reseaux, decidee_le__lte=au).order_by("decidee_le", "pk")
    en_vigueur = dict(decidees.values_list("reseau", "pk"))
    depuis = Q(realisee_le__gte=OuterRef("cible__decidee_le")) | Q(refusee_le__gte=OuterRef("cible__decidee_le"))
    touchees = Visite.objects.filter(depuis, entreprise=OuterRef("entreprise")).touchees(None, au)
    lignes = LigneDeCible.objects.retenues().filter(cible__in=en_vigueur.values()).annotate(touchee=Exists(touchees))
    comptes = lignes.order_by().values_list("cible__reseau")
    comptes = comptes.annotate(touchees=Count("pk", filter=Q(touchee=True)), entreprises=Count("pk"))
    return {reseau: (touchees, entreprises) for reseau, touchees, entreprises in comptes}


def _delais(visites):
    suites = LettreDeSuites.objects.donnees().filter(visite__in=visites.order_by()).order_by()
    jours = suites.annotate(jours=Jours(F("visite__realisee_le"), F("donnee_le")))
    decomptes = defaultdict(Counter)
    for reseau, delai, nombre in jours.values_list("visite__reseau", "jours").annotate(Count("pk")):
        decomptes[reseau][delai] += nombre
    return {reseau: mediane(comptes) for reseau, comptes in decomptes.items()}
