"""L'ordre du jour d'une séance : l'ordre-type du dossier (II.5), rempli par les données, et ce que l'animateur y change.

L'ouverture vient en tête, les autres points et la clôture à la fin ; le reste se déplace et se retire (`suivi.models.Point`).
"""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, Subquery

from reseau.enums import EtatPresence
from reseau.models import Expose
from suivi.echelle import epuisees
from suivi.enums import GenreDePoint
from suivi.models import Action, MouvementDAction, Point
from visites.enums import EtatVisite
from visites.models import Visite

OUVERTURE, EN_SOUFFRANCE, RELEVE, CLOTURE = "ouverture", "souffrance", "releve", "cloture"
ACTIONS, PROCHAINES, EXPOSE = GenreDePoint.ACTIONS.value, GenreDePoint.PROCHAINES.value, GenreDePoint.EXPOSE.value


@dataclass(frozen=True)
class Sujet:
    """Un sujet de la séance ; `code` est dans l'adresse (« visite-12 »), `fait` dit s'il est derrière nous.

    `demande_par` : le membre qui a demandé ce point libre, ou None.
    """

    code: str
    titre: str
    precision: str = ""
    fait: bool = False
    demande_par: object = None

    @property
    def genre(self):
        return GenreDePoint.LIBRE.value if self.point else self.code.partition("-")[0]

    @property
    def visite(self):
        """La clé de la visite de ce sujet, ou None."""
        return self._cle("visite")

    @property
    def point(self):
        """La clé du point libre de ce sujet, ou None."""
        return self._cle("point")

    def _cle(self, attendu):
        genre, _, cle = self.code.partition("-")
        return int(cle) if genre == attendu else None


def ordre_du_jour(reunion, lecteur, le):
    """Les `Sujet` de la séance, dans l'ordre où on les prend ; nombre de requêtes constant."""
    presents = reunion.presences.filter(etat=EtatPresence.PRESENT).count()
    return [
        Sujet(OUVERTURE, "Ouverture et présences", _compte(presents, "présent"), presents > 0),
        *sujets_a_ordonner(reunion, lecteur, le),
        *_en_souffrance(lecteur, le),
        Sujet(RELEVE, "Autres points", fait=bool(reunion.releve.strip())),
        Sujet(CLOTURE, "Clore la séance"),
    ]


def sujets_a_ordonner(reunion, lecteur, le):
    """Ceux que l'on peut déplacer et retirer : ce que les données y mettent, puis les points demandés."""
    points = list(reunion.points.avec_noms())
    retires = {point.code for point in points if point.retire_le}
    rangs = {point.code: point.rang for point in points if point.rang is not None}
    libres = [point for point in points if point.genre == GenreDePoint.LIBRE]
    sujets = [
        *_visites(reunion, lecteur),
        *_actions(reunion, lecteur, le),
        _prochaines(reunion, lecteur),
        _expose(reunion),
        *(Sujet(p.code, p.titre, f"demandé par {p.demande_par}", bool(p.texte.strip()), p.demande_par) for p in libres),
    ]
    return _ranger([sujet for sujet in sujets if sujet.code not in retires], rangs)


def points_retires(reunion):
    """Les `Point` retirés de l'ordre du jour qui n'y nomment aucune entreprise, ceux des membres avec leur motif."""
    return reunion.points.retires().filter(visite=None).avec_noms().order_by("retire_le")


def visites_de_la_seance(reunion, lecteur):
    """Les visites à restituer, sauf celles retirées de cet ordre du jour, et celles que cette séance a restituées."""
    visibles = Visite.objects.visibles_par(lecteur)
    retirees = Point.objects.retires().filter(reunion=reunion, visite=OuterRef("pk"))
    a_restituer = Q(etat=EtatVisite.REALISEE, compte_rendu__termine_le__isnull=False) & ~Exists(retirees)
    return visibles.filter(a_restituer | Q(restituee_en=reunion)).avec_noms().order_by("realisee_le", "pk")


def visites_retirees(reunion, lecteur):
    """Celles que l'on a remises à une autre réunion ; `motif_de_retrait` : ce que l'on en a dit."""
    retirees = Point.objects.retires().filter(reunion=reunion, visite=OuterRef("pk"))
    visites = Visite.objects.visibles_par(lecteur).filter(Exists(retirees), etat=EtatVisite.REALISEE)
    visites = visites.annotate(motif_de_retrait=Subquery(retirees.values("motif_de_retrait")[:1]))
    return visites.avec_noms().order_by("realisee_le", "pk")


def actions_a_debloquer(reunion, lecteur, le):
    """Sans responsable, ou restées sans effet après la dernière relance ; et celles dont la séance vient de décider.

    Celles d'une visite que l'on restitue se décident avec elle : elles ne reviennent pas ici.
    """
    visibles = Action.objects.visibles_par(lecteur)
    bloquees = visibles.sans_responsable() | epuisees(lecteur, le)[0]
    decidees = visibles.filter(_confiee_en(reunion))
    ailleurs = visites_de_la_seance(reunion, lecteur).order_by().values("pk")
    return (bloquees | decidees).exclude(projet__visite__in=ailleurs).avec_noms().order_by("numero")


def _confiee_en(reunion):
    return Exists(MouvementDAction.objects.filter(action=OuterRef("pk"), reunion=reunion))


def _visites(reunion, lecteur):
    return [
        Sujet(f"visite-{visite.pk}", str(visite.entreprise), str(visite.developpeur), visite.restituee_en_id is not None)
        for visite in visites_de_la_seance(reunion, lecteur)
    ]


def _actions(reunion, lecteur, le):
    actions = actions_a_debloquer(reunion, lecteur, le)
    nombre, decidees = actions.count(), actions.filter(_confiee_en(reunion)).count()
    if not nombre:
        return []
    return [Sujet(ACTIONS, "Actions à débloquer", _compte(nombre, "action"), fait=decidees == nombre)]


def visites_en_souffrance(lecteur, le):
    """Sans compte rendu, sans rendez-vous après la lettre ou sans suites données, au-delà de la dernière relance."""
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


def _ranger(sujets, rangs):
    """Les déplacés à leur rang ; un sujet arrivé depuis se met après les siens, une restitution en tête s'il n'y en a pas."""
    ranges = sorted((sujet for sujet in sujets if sujet.code in rangs), key=lambda sujet: rangs[sujet.code])
    if not ranges:
        return sujets
    for sujet in sujets:
        if sujet.code not in rangs:
            siens = [place for place, autre in enumerate(ranges) if autre.genre == sujet.genre]
            d_office = 0 if sujet.visite else len(ranges)
            ranges.insert(siens[-1] + 1 if siens else d_office, sujet)
    return ranges


def _compte(nombre, mot):
    return f"{nombre} {mot}{'s' if nombre > 1 else ''}"
