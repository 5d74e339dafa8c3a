"""Des jours ouvrés et des jeudis : le calendrier d'un réseau dont personne ne se réunit un 15 août."""

from datetime import datetime, time, timedelta

from django.utils.timezone import make_aware

from reseau.lib.jours import est_ouvre

JEUDI = 3
METROPOLE = ""  # sans département, les jours fériés de tous


def calme(jour):
    """Les deux creux de l'année, où l'on ne visite ni ne se réunit : début août, fin décembre."""
    return (jour.month == 8 and jour.day <= 21) or (jour.month == 12 and jour.day >= 23)


def travaille(jour):
    """Un jour ouvré de métropole, hors des deux creux."""
    return est_ouvre(jour, METROPOLE) and not calme(jour)


def ouvre_avant(jour):
    """Ce jour, ou le dernier jour travaillé qui le précède."""
    while not travaille(jour):
        jour -= timedelta(days=1)
    return jour


def ouvre_apres(jour):
    """Ce jour, ou le premier jour travaillé qui le suit."""
    while not travaille(jour):
        jour += timedelta(days=1)
    return jour


def jeudis(du, au):
    """Les jeudis travaillés entre deux jours compris."""
    jours = (du + timedelta(days=rang) for rang in range((au - du).days + 1))
    return [jour for jour in jours if jour.weekday() == JEUDI and travaille(jour)]


def repartir(elements, combien):
    """`combien` éléments pris à intervalles réguliers, le premier et le dernier compris."""
    if combien == 1:
        return [elements[-1]]
    pas = (len(elements) - 1) / (combien - 1)
    return [elements[round(rang * pas)] for rang in range(combien)]


def instant(jour, heure=9, minute=0):
    """Ce jour à cette heure, à Paris."""
    return make_aware(datetime.combine(jour, time(heure, minute)))
