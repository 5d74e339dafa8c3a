"""Classer le tissu : étiquettes et « ne plus solliciter », posées par lot, et ce qui les défait.

Les clés reçues sont déjà bornées à ce que voit le membre. Un lot est une transaction et une ligne de journal.
"""

from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import F

from entreprises.models import Entreprise, Etiquette
from reseau.enums import Geste
from reseau.lib.erreurs import RegleEnfreinte
from reseau.operations import noter

PAQUET = 2_000
OBJET = Entreprise._meta.label_lower
Pose = Entreprise.etiquettes.through
ETIQUETER, RETIRER, PROTEGER = "etiqueter", "retirer", "proteger"


@transaction.atomic
def etiqueter(cles, nom, *, par):
    """Pose l'étiquette de ce nom (créée au besoin) sur ces entreprises ; rend (étiquette, clés qui ne l'avaient pas)."""
    etiquette = _nommee(nom, par)
    deja = set(_poses(cles, etiquette).values_list("entreprise", flat=True))
    neuves = [cle for cle in cles if cle not in deja]
    _poser(neuves, etiquette)
    _noter(par, neuves, f"étiquette n° {etiquette.pk} posée")
    return etiquette, neuves


@transaction.atomic
def retirer_etiquette(cles, etiquette, *, par):
    """Retire l'étiquette de ces entreprises ; rend les clés de celles qui la portaient."""
    poses = _poses(cles, etiquette)
    portaient = list(poses.values_list("entreprise", flat=True))
    poses.delete()
    _noter(par, portaient, f"étiquette n° {etiquette.pk} retirée")
    return portaient


@transaction.atomic
def proteger_lot(cles, *, jusqu_au, motif, par, le):
    """« Ne plus solliciter jusqu'au » sur ces entreprises ; rend l'ancien état : [(date ISO ou None, motif, clés)]."""
    if jusqu_au < le:
        raise RegleEnfreinte("Cette date est passée : ces entreprises ne seraient protégées d’aucune visite.")
    avant = {}
    fiches = Entreprise.objects.filter(pk__in=cles).select_for_update(no_key=True)
    for cle, ancienne, raison in fiches.values_list("pk", "ne_plus_solliciter_jusqu_au", "ne_plus_solliciter_motif"):
        avant.setdefault((ancienne and ancienne.isoformat(), raison), []).append(cle)
    _proteger(cles, jusqu_au, motif)
    _noter(par, cles, f"ne plus solliciter jusqu’au {jusqu_au:%d/%m/%Y}")
    return [(ancienne, raison, groupe) for (ancienne, raison), groupe in avant.items()]


@transaction.atomic
def defaire_lot(lot, visibles, *, par):
    """Défait un lot décrit par {"geste", "etiquette" ou "avant" et "jusqu_au"} sur ce qu'il voit encore (`visibles`).

    Rend le nombre d'entreprises revenues en arrière ; ce que quelqu'un a changé depuis ne bouge pas.
    """
    cles = [cle for cle in lot["cles"] if cle in visibles]
    if lot["geste"] == PROTEGER:
        nombre = _rendre_la_protection(lot, visibles)
    else:
        etiquette = Etiquette.objects.visibles_par(par).filter(pk=lot["etiquette"]).first()
        if etiquette is None:
            raise RegleEnfreinte("Cette étiquette n’existe plus : il n’y a rien à annuler.")
        nombre = len(cles)
        if lot["geste"] == ETIQUETER:
            _poses(cles, etiquette).delete()
        else:
            _poser(cles, etiquette)
    _noter(par, cles, "lot annulé")
    return nombre


@transaction.atomic
def renommer_etiquette(etiquette, nom, *, par):
    """Change le nom de l'étiquette partout où elle est posée ; `RegleEnfreinte` s'il est pris."""
    etiquette.nom = nom
    try:
        with transaction.atomic():
            etiquette.save(update_fields=["nom"])
    except IntegrityError as erreur:
        raise RegleEnfreinte("Cette étiquette existe déjà.") from erreur
    noter(par, Geste.MODIFICATION, etiquette, precision="renommée")
    return etiquette


@transaction.atomic
def supprimer_etiquette(etiquette, *, par):
    """Efface l'étiquette et la retire de toutes les entreprises ; rend le nombre de celles qui la portaient."""
    nombre = Pose.objects.filter(etiquette=etiquette).count()
    noter(par, Geste.MODIFICATION, etiquette, nombre=max(nombre, 1), precision="supprimée")
    etiquette.delete()
    return nombre


def _nommee(nom, par):
    """L'étiquette de ce nom, majuscules ou non ; de deux qui la créent ensemble, le second trouve celle du premier."""
    du_reseau = Etiquette.objects.visibles_par(par)
    if trouvee := du_reseau.filter(nom__iexact=nom).first():
        return trouvee
    try:
        with transaction.atomic():
            return Etiquette.objects.create(reseau=par.reseau, nom=nom)
    except IntegrityError:
        return du_reseau.get(nom__iexact=nom)


def _poses(cles, etiquette):
    return Pose.objects.filter(etiquette=etiquette, entreprise__in=cles)


def _poser(cles, etiquette):
    poses = [Pose(entreprise_id=cle, etiquette=etiquette) for cle in cles]
    Pose.objects.bulk_create(poses, batch_size=PAQUET, ignore_conflicts=True)


def _proteger(cles, jusqu_au, motif, **encore):
    """La version avance : qui avait la fiche ouverte lira qu'elle a changé."""
    fiches = Entreprise.objects.filter(pk__in=cles, **encore)
    change = {"ne_plus_solliciter_jusqu_au": jusqu_au, "ne_plus_solliciter_motif": motif}
    return fiches.update(**change, version=F("version") + 1)


def _rendre_la_protection(lot, visibles):
    posee = date.fromisoformat(lot["jusqu_au"])
    return sum(
        _proteger(
            [cle for cle in cles if cle in visibles],
            ancienne and date.fromisoformat(ancienne),
            motif,
            ne_plus_solliciter_jusqu_au=posee,
        )
        for ancienne, motif, cles in lot["avant"]
    )


def _noter(par, cles, precision):
    if cles:
        noter(par, Geste.MODIFICATION, OBJET, nombre=len(cles), precision=precision)
