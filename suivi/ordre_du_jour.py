"""L'ordre du jour d'une séance : l'ordre-type du dossier (II.5) et où l'on en est."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from reseau.enums import EtatPresence
from reseau.models import Expose
from suivi.echelle import epuisees
from suivi.models import Action, MouvementDAction
from visites.enums import EtatVisite
from visites.models import Visite

OUVERTURE, ACTIONS, EN_SOUFFRANCE, PROCHAINES, EXPOSE, RELEVE, CLOTURE = (
    "ouverture",
    "actions",
    "souffrance",
    "prochaines",
    "expose",
    "releve",
    "cloture",
)


@dataclass(frozen=True)
class Sujet:
    """Un sujet de la séance ; `code` est dans l'adresse (« visite-12 »), `fait` dit s'il est derrière nous."""

    code: str
    titre: str
    precision: str = ""
    fait: bool = False

    @property
    def visite(self):
        """La clé de la visite de ce sujet, ou None."""
        genre, _, cle = self.code.partition("-")
        return int(cle) if genre == "visite" else None


def ordre_du_jour(reunion, lecteur, le):
    """Les `Sujet` dans l'ordre où on les prend ; nombre de requêtes constant."""
    presents = reunion.presences.filter(etat=EtatPresence.PRESENT).count()
    visites = [
        Sujet(f"visite-{visite.pk}", str(visite.entreprise), str(visite.developpeur), visite.restituee_en_id is not None)
        for visite in visites_de_la_seance(reunion, lecteur)
    ]
    return [
        Sujet(OUVERTURE, "Ouverture et présences", _compte(presents, "présent"), presents > 0),
        *visites,
        *_actions(reunion, lecteur, le),
        *_en_souffrance(lecteur, le),
        _prochaines(reunion, lecteur),
        _expose(reunion),
        Sujet(RELEVE, "Autres points", fait=bool(reunion.releve.strip())),
        Sujet(CLOTURE, "Clore la séance"),
    ]


def visites_de_la_seance(reunion, lecteur):
    """Les visites à restituer, et celles que cette séance a restituées, par date de visite."""
    visibles = Visite.objects.visibles_par(lecteur)
    attendues = Q(etat=EtatVisite.REALISEE, compte_rendu__termine_le__isnull=False) | Q(restituee_en=reunion)
    return visibles.filter(attendues).avec_noms().order_by("realisee_le", "pk")


def actions_a_debloquer(reunion, lecteur, le):
    """Sans responsable, ou restées sans effet après la dernière relance ; et celles que la séance vient de confier.

    Celles d'une visite que l'on restitue se décident avec elle : elles ne reviennent pas ici.
    """
    visibles = Action.objects.visibles_par(lecteur)
    bloquees = visibles.sans_responsable() | epuisees(lecteur, le)[0]
    decidees = visibles.filter(_confiee_en(reunion))
    ailleurs = visites_de_la_seance(reunion, lecteur).order_by().values("pk")
    return (bloquees | decidees).exclude(projet__visite__in=ailleurs).avec_noms().order_by("numero")


def _confiee_en(reunion):
    return Exists(MouvementDAction.objects.filter(action=OuterRef("pk"), reunion=reunion))


def _actions(reunion, lecteur, le):
    actions = actions_a_debloquer(reunion, lecteur, le)
    nombre, decidees = actions.count(), actions.filter(_confiee_en(reunion)).count()
    if not nombre:
        return []
    return [Sujet(ACTIONS, "Actions à débloquer", _compte(nombre, "action"), fait=decidees == nombre)]


def visites_en_souffrance(lecteur, le):
    """Sans compte rendu, ou sans rendez-vous après la lettre, au-delà de la dernière relance."""
    return epuisees(lecteur, le)[1].avec_noms().order_by("pk")


def _en_souffrance(lecteur, le):
    nombre = visites_en_souffrance(lecteur, le).count()
    return [Sujet(EN_SOUFFRANCE, "Visites restées sans suite", _compte(nombre, "visite"), fait=True)] if nombre else []


def _prochaines(reunion, lecteur):
    visites = Visite.objects.visibles_par(lecteur).filter(choisie_en=reunion).exclude(etat=EtatVisite.ANNULEE)
    nombre = visites.count()
    return Sujet(PROCHAINES, "Prochaines entreprises", f"{_compte(nombre, 'choisie')}" if nombre else "", nombre > 0)


def _expose(reunion):
    titres = list(Expose.objects.filter(reunion=reunion).values_list("titre", flat=True))
    return Sujet(EXPOSE, "Exposé", ", ".join(titres))


def _compte(nombre, mot):
    return f"{nombre} {mot}{'s' if nombre > 1 else ''}"
