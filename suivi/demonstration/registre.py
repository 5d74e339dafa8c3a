"""Le journal de lecture : qui a lu et imprimé quoi ces dernières semaines."""

from datetime import timedelta

from django.db import connection

from reseau import garde
from reseau.enums import Geste
from reseau.models import Journal
from suivi.demonstration.calendrier import instant, ouvre_avant
from visites.models import CompteRendu

LECTURES = 40


def poser(chantier):
    """Remplace les traces de la création par celles d'un mois de travail."""
    lignes = [*_lectures(chantier), *_impressions(chantier)]
    with garde.levee(connection, {"journal_sans_retouche", "journal_sans_gomme"}):
        Journal.objects.filter(reseau=chantier.reseau).delete()
        Journal.objects.bulk_create(lignes)
        for ligne in lignes:
            ligne.le = ligne.quand
        Journal.objects.bulk_update(lignes, ["le"])


def _lectures(chantier):
    recits = list(CompteRendu.objects.filter(visite__reseau=chantier.reseau).termines().order_by("pk"))
    lecteurs = [chantier.comptes[role] for role in ("animateur", "adjoint", "secretariat", "direct")]
    for rang, recit in enumerate(recits[-LECTURES:]):
        lecteur = lecteurs[rang % len(lecteurs)]
        if chantier.peut(lecteur, recit.visite.entreprise):
            yield _ligne(chantier, lecteur, Geste.LECTURE, "visites.compterendu", objet_id=recit.pk)


def _impressions(chantier):
    animateur, prefecture = chantier.comptes["animateur"], chantier.comptes["prefecture"]
    nombre = sum(1 for visite in chantier.visites if visite.annoncee_le)
    yield _ligne(chantier, prefecture, Geste.SIGNATURE, "lettres signées", nombre=nombre)
    yield _ligne(chantier, animateur, Geste.IMPRESSION, "tableau 2.5")
    yield _ligne(chantier, animateur, Geste.EXPORT, "tableau 2.7")


def _ligne(chantier, membre, geste, objet, **champs):
    jour = ouvre_avant(chantier.il_y_a(chantier.hasard.randint(1, 30)))
    ligne = Journal(reseau=chantier.reseau, membre=membre, geste=geste, objet=objet, **champs)
    ligne.quand = instant(jour, 9) + timedelta(minutes=chantier.hasard.randrange(8 * 60))
    return ligne
