"""La lecture en masse se voit et s'arrête : ce que chacun ouvre, compté sur dix minutes et sur une journée (fiabilité, G5).

Les seuils tiennent loin au-dessus d'une journée chargée (relire les comptes rendus avant une réunion, préparer une campagne) et
loin au-dessous d'une copie du fichier. On compte des fiches distinctes : rouvrir la même n'en fait pas une de plus. L'alerte
s'écrit dans la même demande, et part avec elle.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.timezone import localdate, now

from reseau import expedition
from reseau.enums import GenreDAlerte, GenrePli, Geste, Role
from reseau.models import Alerte, Journal, Membre

FICHES, COMPTES_RENDUS, EXPORTS = GenreDAlerte.FICHES, GenreDAlerte.COMPTES_RENDUS, GenreDAlerte.EXPORTS
DIX_MINUTES, JOURNEE = 10, 24 * 60
# Ce que l'on ouvre d'une entreprise, une page à la fois ; et, d'un coup, ce que ses visites ont raconté.
LUS = {
    FICHES: {
        "entreprises.entreprise",
        "entreprises.contact",
        "entreprises.document",
        "entreprises.sollicitation",
        "entreprises.lignedecible",
        "visites.visite",
        "visites.courrier",
        "visites.demandedevisite",
        "suivi.projet",
        "suivi.action",
    },
    COMPTES_RENDUS: {"visites.compterendu", "visites.partiereservee", "suivi.evaluation", "reseau.reunion"},
}
# Les seuls exports qui ne sont pas une copie du fichier : des totaux, et le papier d'une réunion envoyé à ses membres.
SANS_FICHES = {"suivi.tableaufige", "reseau.reunion", "annuaire des compétences"}
TABLEAU, NOMINATIF = "tableau ", "tableau 2.4"
EMPORTENT = ~Q(objet__in=SANS_FICHES) & (~Q(objet__startswith=TABLEAU) | Q(objet=NOMINATIF))
GESTES = {
    FICHES: {Geste.LECTURE, Geste.IMPRESSION},
    COMPTES_RENDUS: {Geste.LECTURE, Geste.IMPRESSION},
    EXPORTS: {Geste.EXPORT},
}


class TropDeLectures(Exception):
    """Le plafond est atteint : la page ne s'ouvre pas. `minutes` : la durée sur laquelle on compte."""

    def __init__(self, minutes):
        super().__init__("Trop de lectures en peu de temps.")
        self.minutes = minutes


@dataclass(frozen=True)
class Seuil:
    """En `minutes`, `alerte` objets préviennent l'animateur, `plafond` arrêtent la lecture."""

    genre: GenreDAlerte
    minutes: int
    alerte: int
    plafond: int

    @property
    def nom(self):
        return f"{self.genre}_{self.minutes}"

    def compte(self, maintenant):
        """L'agrégat qui le mesure, sur le journal d'un membre."""
        lues = Q(geste__in=GESTES[self.genre], le__gt=maintenant - timedelta(minutes=self.minutes))
        lues &= EMPORTENT if self.genre is EXPORTS else Q(objet__in=LUS[self.genre])
        # Un export en vaut un autre ; une fiche rouverte n'en est pas une de plus.
        return Count("pk", filter=lues) if self.genre is EXPORTS else Count("objet_id", filter=lues, distinct=True)


SEUILS = (
    Seuil(FICHES, DIX_MINUTES, 60, 120),
    Seuil(FICHES, JOURNEE, 250, 500),
    Seuil(COMPTES_RENDUS, DIX_MINUTES, 40, 80),
    Seuil(COMPTES_RENDUS, JOURNEE, 120, 240),
    Seuil(EXPORTS, DIX_MINUTES, 5, 10),
    Seuil(EXPORTS, JOURNEE, 20, 40),
)


def surveiller(membre, ligne):
    """Avant cette ligne du journal : alerte si elle passe un seuil, lève `TropDeLectures` au plafond. Une requête."""
    seuils = [seuil for seuil in SEUILS if ligne.geste in GESTES[seuil.genre] and _compte(seuil.genre, ligne.objet)]
    if not seuils:
        return
    maintenant = now()
    du_membre = Journal.objects.filter(membre=membre, le__gt=maintenant - timedelta(minutes=JOURNEE))
    comptes = du_membre.aggregate(**{seuil.nom: seuil.compte(maintenant) for seuil in seuils})
    passes = [seuil for seuil in seuils if comptes[seuil.nom] >= seuil.alerte]
    for seuil in passes:
        _alerter(membre, seuil, comptes[seuil.nom] + 1, maintenant)
    depasses = [seuil for seuil in passes if comptes[seuil.nom] >= seuil.plafond]
    if depasses:
        raise TropDeLectures(max(seuil.minutes for seuil in depasses))


def _compte(genre, objet):
    """Vrai si cet objet est de ceux que ce genre d'alerte compte (`EMPORTENT`, pour une ligne pas encore écrite)."""
    if genre is not EXPORTS:
        return objet in LUS[genre]
    return objet not in SANS_FICHES and (not objet.startswith(TABLEAU) or objet == NOMINATIF)


@transaction.atomic
def _alerter(membre, seuil, nombre, maintenant):
    """Une alerte par membre, par genre et par durée ; l'arrêt de la lecture la complète."""
    arret, depuis = nombre > seuil.plafond, maintenant - timedelta(minutes=seuil.minutes)
    recentes = Alerte.objects.filter(membre=membre, genre=seuil.genre, minutes=seuil.minutes, le__gt=depuis)
    if recentes.filter(arret=True).exists() or (not arret and recentes.exists()):
        return
    Membre.objects.select_for_update(no_key=True).get(pk=membre.pk)  # deux pages ouvertes au même instant : une alerte
    deja = recentes.first()
    if deja:
        if arret:
            recentes.update(arret=True, nombre=nombre, vue_le=None)
        return
    champs = {"genre": seuil.genre, "minutes": seuil.minutes, "nombre": nombre, "arret": arret, "le": maintenant}
    prevenir(Alerte.objects.create(reseau_id=membre.reseau_id, membre=membre, **champs))


def prevenir(alerte):
    """Écrit aux animateurs en fonction ; rend les plis. Le courriel dit qui et combien, jamais quoi."""
    reseau = alerte.membre.reseau
    animateurs = Membre.objects.filter(reseau=reseau, role=Role.ANIMATEUR).actifs(localdate(alerte.le))
    page = reverse("reseau:journal", args=[reseau.slug])
    donnees = {"alerte": alerte, "reseau": reseau, "lien": settings.ADRESSE_DU_SERVICE + page}
    adresse = {"membres": animateurs.select_related("utilisateur"), "reseau": reseau, "page": page}
    return expedition.ecrire(GenrePli.ALERTE, "reseau/courriels/alerte", donnees, **adresse)


@transaction.atomic
def classer(alertes, *, par, maintenant):
    """L'animateur les a regardées ; rend leur nombre."""
    return alertes.a_voir().update(vue_le=maintenant, vue_par=par)
