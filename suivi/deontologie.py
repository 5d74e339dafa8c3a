"""Ce que la déontologie du réseau attend de chacun, et d'abord de l'animateur : les lignes qu'elle ajoute à l'accueil."""

from django.urls import reverse

from reseau.droits import autorise
from reseau.models import Alerte, Institution
from suivi.comptes import compter
from visites.models import Visite


def attentes(membre, le):
    """[(nombre, quoi, adresse)], de la plus pressante à la moins ; rien pour qui est en règle et ne tient rien."""
    lignes = [*_charte(membre), *(ligne for ligne in _a_tenir(membre, le) if ligne[0])]
    return [(nombre, quoi, _adresse(membre, nom, suite)) for nombre, quoi, nom, suite in lignes]


def _adresse(membre, nom, suite):
    return reverse(nom, args=[membre.reseau.slug]) + suite


def _charte(membre):
    if membre.engagement.charte is None and autorise(membre, "charte.tenir"):
        return [(1, "charte de déontologie à adopter : un texte est prêt", "reseau:charte-adopter", "")]
    if membre.charte_reclamee:
        return [(1, "charte de déontologie à accepter : elle ouvre les comptes rendus", "reseau:charte", "")]
    if membre.charte_a_renouveler:
        echeance = f"{membre.engagement.echeance:%d/%m/%Y}"
        return [(1, f"charte de déontologie à renouveler d’un clic, avant le {echeance}", "reseau:charte", "")]
    return []


def _a_tenir(membre, le):
    """Les lignes de ceux que ce membre tient, comptées d'une seule requête."""
    sources = [
        (
            "alertes.suivre",
            Alerte.objects.visibles_par(membre).a_voir(),
            ("alerte de lecture en masse", "alertes de lecture en masse"),
            ("reseau:journal", ""),
        ),
        (
            "deports.gerer",
            Visite.objects.visibles_par(membre).confiees().avec_deport().filter(deporte=True),
            ("visite confiée à qui s’en déporte", "visites confiées à qui s’en déporte"),
            ("entreprises:deports", ""),
        ),
        (
            "conventions.tenir",
            Institution.objects.visibles_par(membre).sans_convention(le),
            ("institution sans convention signée", "institutions sans convention signée"),
            ("reseau:institutions", "?convention=a_signer"),
        ),
    ]
    tenues = [source for source in sources if autorise(membre, source[0])]
    comptes = compter(membre.reseau, [lignes for _, lignes, _, _ in tenues])
    for nombre, (_, _, mots, adresse) in zip(comptes, tenues, strict=True):
        yield nombre, mots[nombre > 1], *adresse
