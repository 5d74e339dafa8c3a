"""Qui a lu mes comptes rendus et mes dossiers : les lignes du journal qui concernent un membre, sans leur contenu."""

from dataclasses import dataclass

from django.db.models import Q

from reseau.enums import Geste
from reseau.models import Journal, Reunion
from visites.models import CompteRendu, PartieReservee, Visite

GESTES = [Geste.LECTURE, Geste.IMPRESSION, Geste.EXPORT, Geste.ENVOI, Geste.REFUS]
RENDUS, RESERVES, VISITES, REUNIONS = (modele._meta.label_lower for modele in (CompteRendu, PartieReservee, Visite, Reunion))


@dataclass(frozen=True)
class Lecture:
    """Une ligne du journal et la visite dont elle parle, ou la réunion qui l'a restituée."""

    ligne: Journal
    objet: Visite | Reunion

    @property
    def nom(self):
        return self.objet if isinstance(self.objet, Reunion) else self.objet.entreprise


def lectures(membre):
    """`QuerySet` du journal : ce que d'autres ont ouvert de ses visites et de ses comptes rendus, le plus récent d'abord.

    Les siens : il en est le développeur, l'accompagnant ou l'auteur. Jamais d'une entreprise dont il se déporte.
    """
    visites = Visite.objects.visibles_par(membre).filter(
        Q(developpeur=membre) | Q(accompagnant=membre) | Q(compte_rendu__auteur=membre)
    )
    rendus = CompteRendu.objects.filter(visite__in=visites.values("pk"))
    reserves = PartieReservee.objects.filter(compte_rendu__in=rendus.values("pk"))
    siens = Q(objet=VISITES, objet_id__in=visites.values("pk"))
    siens |= Q(objet=REUNIONS, objet_id__in=visites.filter(restituee_en__isnull=False).values("restituee_en"))
    siens |= Q(objet=RENDUS, objet_id__in=rendus.values("pk")) | Q(objet=RESERVES, objet_id__in=reserves.values("pk"))
    lignes = Journal.objects.filter(siens, reseau=membre.reseau_id, geste__in=GESTES, membre__isnull=False)
    return lignes.exclude(membre=membre).avec_noms()


def avec_visites(lignes):
    """[`Lecture`] de ces lignes du journal : quatre requêtes, quel que soit leur nombre."""
    genres = (RENDUS, RESERVES, VISITES, REUNIONS)
    cles = {objet: {ligne.objet_id for ligne in lignes if ligne.objet == objet} for objet in genres}
    rendus = dict(CompteRendu.objects.filter(pk__in=cles[RENDUS]).values_list("pk", "visite"))
    reserves = dict(PartieReservee.objects.filter(pk__in=cles[RESERVES]).values_list("pk", "compte_rendu__visite"))
    de_quoi = {RENDUS: rendus, RESERVES: reserves, VISITES: {cle: cle for cle in cles[VISITES]}}
    toutes = {cle for visites in de_quoi.values() for cle in visites.values()}
    visites = Visite.objects.select_related("entreprise", "reseau").in_bulk(toutes)
    objets = {objet: {cle: visites[visite] for cle, visite in trouves.items()} for objet, trouves in de_quoi.items()}
    objets[REUNIONS] = Reunion.objects.select_related("reseau").in_bulk(cles[REUNIONS])
    return [Lecture(ligne, objets[ligne.objet][ligne.objet_id]) for ligne in lignes]
