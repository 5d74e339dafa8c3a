"""Des jours ouvrés et des jeudis : le calendrier d'un réseau dont personne ne se réunit un 15 août."""

from datetime import date, datetime, time, timedelta

from django.utils.timezone import make_aware

FERIES_FIXES = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
DEPUIS_PAQUES = (1, 39, 50)  # lundi de Pâques, Ascension, lundi de Pentecôte
JEUDI = 3


def paques(annee):
    """Dimanche de Pâques (comput grégorien, méthode de Butcher)."""
    a, b, c = annee % 19, annee // 100, annee % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    k = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * k) // 451
    mois, jour = divmod(h + k - 7 * m + 114, 31)
    return date(annee, mois, jour + 1)


def ferie(jour):
    """Vrai pour les onze jours fériés de métropole."""
    depuis = (jour - paques(jour.year)).days
    return (jour.month, jour.day) in FERIES_FIXES or depuis in DEPUIS_PAQUES


def calme(jour):
    """Les deux creux de l'année, où l'on ne visite ni ne se réunit : début août, fin décembre."""
    return (jour.month == 8 and jour.day <= 21) or (jour.month == 12 and jour.day >= 23)


def travaille(jour):
    return jour.weekday() < 5 and not ferie(jour) and not calme(jour)


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
