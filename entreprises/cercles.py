"""La géométrie des cercles d'une carte : leur taille, leur place quand ils se gênent, leurs parts. Sans modèle."""

from itertools import islice
from math import cos, hypot, pi, sin, sqrt

RAYON_MAX, RAYON_MIN = 32, 5
NOMBRE_PLEIN = 12  # entreprises d'un cercle au plus grand rayon : une seule entreprise ne couvre pas le département
CHEVAUCHEMENT = 0.75  # deux cercles « se touchent trop » quand leurs centres sont plus près que cette part des rayons
ECART_MAX = 24  # unités : on décale un peu un cercle couvert, sans le sortir de ses environs
TOURS = 12


def rayon(nombre, plein):
    """L'aire suit le nombre ; un plancher garde visible une entreprise seule."""
    return round(max(RAYON_MIN, RAYON_MAX * sqrt(nombre / plein)), 1)


def voisins(cercles, jeu=0):
    """Couples de rangs (i, j) des cercles (x, y, rayon) qui se touchent, ou que `jeu` unités séparent au plus."""
    rangs = sorted(range(len(cercles)), key=lambda rang: cercles[rang][0])
    for place, un in enumerate(rangs):
        x, y, rayon_un = cercles[un]
        for autre in islice(rangs, place + 1, None):
            autre_x, autre_y, rayon_autre = cercles[autre]
            if autre_x - x > 2 * RAYON_MAX + jeu:
                break
            if hypot(autre_x - x, autre_y - y) <= rayon_un + rayon_autre + jeu:
                yield un, autre


def recouverts(cercles):
    """Combien de cercles en recouvrent nettement un autre."""
    touches = set()
    for un, autre in voisins(cercles):
        (x, y, r), (autre_x, autre_y, autre_r) = cercles[un], cercles[autre]
        if hypot(autre_x - x, autre_y - y) < CHEVAUCHEMENT * (r + autre_r):
            touches |= {un, autre}
    return len(touches)


def ecarter(cercles):
    """Les centres [(x, y)] des cercles, décalés d'au plus `ECART_MAX` pour qu'ils se recouvrent moins ; le grand bouge peu."""
    places = [[x, y] for x, y, _ in cercles]
    couples = list(voisins(cercles, jeu=ECART_MAX))
    for _ in range(TOURS):
        for un, autre in couples:
            _separer(places[un], places[autre], cercles[un][2], cercles[autre][2])
        for place, (x, y, _) in zip(places, cercles, strict=True):
            loin = hypot(place[0] - x, place[1] - y)
            if loin > ECART_MAX:
                place[:] = x + (place[0] - x) * ECART_MAX / loin, y + (place[1] - y) * ECART_MAX / loin
    return [(round(x, 1), round(y, 1)) for x, y in places]


def _separer(un, autre, rayon_un, rayon_autre):
    distance = hypot(autre[0] - un[0], autre[1] - un[1])
    trop = rayon_un + rayon_autre + 1 - distance
    if trop <= 0:
        return
    sens = ((autre[0] - un[0]) / distance, (autre[1] - un[1]) / distance) if distance else (1, 0)
    part = rayon_autre / (rayon_un + rayon_autre)
    for axe in (0, 1):
        un[axe] -= sens[axe] * trop * part
        autre[axe] += sens[axe] * trop * (1 - part)


def secteur(x, y, rayon, debut, fin):
    """Tracé SVG d'un secteur entre deux fractions de tour, depuis midi ; un tour entier est un disque."""
    if fin - debut >= 1:
        return f"M{x:g} {y - rayon:.1f}a{rayon} {rayon} 0 1 1 -.01 0z"
    x_debut, y_debut = x + rayon * sin(2 * pi * debut), y - rayon * cos(2 * pi * debut)
    x_fin, y_fin = x + rayon * sin(2 * pi * fin), y - rayon * cos(2 * pi * fin)
    grand = int(fin - debut > 0.5)
    return f"M{x:g} {y:g}L{x_debut:.1f} {y_debut:.1f}A{rayon} {rayon} 0 {grand} 1 {x_fin:.1f} {y_fin:.1f}z"
