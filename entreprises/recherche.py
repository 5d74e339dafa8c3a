"""Tenir le vocabulaire et l'index de recherche."""

from django.db import connection, transaction

from entreprises import index
from entreprises.models import Entreprise, Mot
from entreprises.models.recherche import MOT_MAX, MOT_MIN, Requete

LOT = 2_000  # mots ou fiches lus et écrits ensemble


def apprendre(fiches):
    """Ajoute au vocabulaire les mots que ces fiches (leur champ `recherche`) apportent ; une lecture et une écriture."""
    mots = {mot for fiche in fiches for mot in fiche.recherche.split() if MOT_MIN <= len(mot) <= MOT_MAX}
    mots = sorted(mot for mot in mots if not mot.isdecimal())
    for debut in range(0, len(mots), LOT):
        _ajouter(mots[debut : debut + LOT])


@transaction.atomic
def reindexer():
    """Refait l'index, le texte de chaque fiche et le vocabulaire ; rend le nombre de fiches.

    À jouer si une migration a refait la table des entreprises sur SQLite : ses déclencheurs tombent avec elle.
    """
    if connection.vendor == "sqlite":  # la colonne de PostgreSQL, calculée, ne peut pas s'écarter du texte
        index.poser(connection)
    Mot.objects.all().delete()
    nombre, lot = 0, []
    for fiche in Entreprise.objects.select_related("commune").prefetch_related("contacts").order_by("pk").iterator(LOT):
        lot.append(fiche)
        if len(lot) == LOT:
            nombre, lot = nombre + _recomposer(lot), []
    nombre += _recomposer(lot)
    return nombre


def rafraichir(cles):
    """Recompose le texte de recherche de ces fiches, et oublie les mots que plus aucune ne porte, jusque dans l'index."""
    fiches = list(Entreprise.objects.filter(pk__in=cles).select_related("commune").prefetch_related("contacts"))
    anciens = {mot for fiche in fiches for mot in fiche.recherche.split()}
    _recomposer(fiches)
    oublier(anciens - {mot for fiche in fiches for mot in fiche.recherche.split()})


def oublier(mots):
    """Retire du vocabulaire ceux de ces mots que plus aucune fiche ne porte, tous réseaux confondus."""
    perdus = [
        mot
        for mot in mots
        if mot.isalnum() and not Entreprise.objects.filter(recherche__mots=Requete((((mot, False),),))).exists()
    ]
    Mot.objects.filter(mot__in=perdus).delete()
    if perdus and connection.vendor == "sqlite":
        # FTS5 n'efface un mot qu'en refondant ses segments ; PostgreSQL récrit la ligne, et son ramasse-miettes fait le reste.
        with connection.cursor() as curseur:
            curseur.execute("INSERT INTO entreprises_index (entreprises_index) VALUES ('optimize')")


def _recomposer(fiches):
    changees = []
    for fiche in fiches:
        texte = fiche.composer_recherche()
        if texte != fiche.recherche:
            fiche.recherche = texte
            changees.append(fiche)
    Entreprise.objects.bulk_update(changees, ["recherche"], batch_size=500)
    apprendre(fiches)
    return len(fiches)


def _ajouter(mots):
    connus = set(Mot.objects.filter(mot__in=mots).values_list("mot", flat=True))
    Mot.objects.bulk_create(Mot(mot=mot, envers=mot[::-1], longueur=len(mot)) for mot in mots if mot not in connus)
