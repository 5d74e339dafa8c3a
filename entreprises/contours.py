"""Les contours des communes : d'un fichier GeoJSON à des tracés légers, frontières communes gardées communes.

Un tracé est l'attribut « d » d'un chemin SVG, en degrés × `ECHELLE`, latitude vers le bas : un point de départ absolu, puis des
pas relatifs. Une frontière est simplifiée une fois pour les deux communes qu'elle sépare (Douglas et Peucker, 1973).
"""

import json
import re
from collections import defaultdict
from itertools import pairwise

from django.utils.timezone import now

from entreprises.models import Commune, Contour
from entreprises.reference import lire_csv
from reseau.lib.erreurs import RegleEnfreinte

ECHELLE = 10_000  # unités par degré : environ onze mètres
TOLERANCE = 12  # unités : environ 130 mètres, moins qu'un trait sur une page
OCTETS_MAX = 150 * 1024 * 1024
SOURCE_EMBARQUEE = "IGN, ADMIN EXPRESS, Licence Ouverte"  # docs/sources.md
# « insee_com », « INSEE-COM » et « code_insee » se lisent sans casse ni ponctuation.
CLES = ("inseecom", "codeinsee", "codgeo", "codecommune", "comcode", "depcom", "insee", "inseecode", "code", "com", "id")
CODE = re.compile(r"(?:\d{2}|2[AB])\d{3}")


def lire(chemin):
    """{code Insee écrit au fichier: anneaux} d'un GeoJSON de communes ; un anneau est une liste de points (x, y) entiers.

    Lève `RegleEnfreinte`, avec la phrase à montrer, si le fichier est illisible, démesuré, ou n'est pas en degrés (WGS 84).
    """
    try:
        if chemin.stat().st_size > OCTETS_MAX:
            raise RegleEnfreinte(f"« {chemin.name} » dépasse 150 Mo : prenez des contours moins fins, ou un seul département.")
        collection = json.loads(chemin.read_bytes())
    except OSError as erreur:
        raise RegleEnfreinte(f"« {chemin} » ne se lit pas : {erreur.strerror}.") from erreur
    except (ValueError, RecursionError) as erreur:
        raise RegleEnfreinte(f"« {chemin.name} » n’est pas un fichier GeoJSON.") from erreur
    if not isinstance(collection, dict) or not isinstance(collection.get("features"), list):
        raise RegleEnfreinte(f"« {chemin.name} » n’est pas une collection GeoJSON (« FeatureCollection »).")
    contours = defaultdict(list)
    for entite in collection["features"]:
        code, anneaux = _code(entite), _anneaux(entite, chemin.name)
        if code and anneaux:
            contours[code] += anneaux
    if not contours:
        raise RegleEnfreinte(f"« {chemin.name} » ne contient aucune commune : ni code Insee, ni polygone reconnus.")
    return dict(contours)


def enregistrer(contours, source):
    """Écrit les contours {code: anneaux} des communes connues ; rend (nombre écrit, codes inconnus, triés).

    Une commune ancienne rejoint l'actuelle, et leur frontière disparaît. Rejouable : un contour déjà là est remplacé.
    """
    actuels, inconnus = _rattacher(contours)
    traces = {code: replier(anneaux) for code, anneaux in simplifier(actuels).items()}
    ecrire(traces.items(), source)
    return len(traces), inconnus


def ecrire(traces, source):
    """Pose ces tracés [(code de commune, tracé)] de cette source, en remplaçant ceux d'avant."""
    contours = [Contour(commune_id=code, trace=trace, source=source, charge_le=now()) for code, trace in traces]
    champs = {"unique_fields": ["commune"], "update_fields": ["trace", "source", "charge_le"]}
    Contour.objects.bulk_create(contours, batch_size=500, update_conflicts=True, **champs)
    return len(contours)


def charger_embarques():
    """Les contours embarqués des départements qui n'en ont aucun ; rend leur nombre. Ceux d'un fichier plus récent restent."""
    servis = set(Contour.objects.order_by().values_list("commune__departement", flat=True).distinct())
    embarques = ((ligne["code_insee"], ligne["trace"]) for ligne in lire_csv("contours"))
    return ecrire(((code, trace) for code, trace in embarques if departement_de(code) not in servis), SOURCE_EMBARQUEE)


def departement_de(code):
    """Le département d'un code de commune : « 70 », « 2A », « 974 »."""
    return code[:3] if code.startswith(("97", "98")) else code[:2]


# Lire


def _code(entite):
    """Le code Insee parmi les propriétés d'une entité, ou son identifiant ; « » si rien n'y ressemble."""
    if not isinstance(entite, dict):
        return ""
    proprietes = {"id": entite.get("id")} | (entite.get("properties") or {})
    par_cle = {re.sub(r"[^a-z]", "", str(cle).lower()): valeur for cle, valeur in proprietes.items()}
    for cle in CLES:
        valeur = par_cle.get(cle)
        valeur = valeur[0] if isinstance(valeur, list) and valeur else valeur
        texte = str(valeur).strip().upper().zfill(5)
        if valeur is not None and CODE.fullmatch(texte):
            return texte
    return ""


def _anneaux(entite, nom):
    geometrie = (entite.get("geometry") if isinstance(entite, dict) else None) or {}
    polygones = {"Polygon": lambda g: [g], "MultiPolygon": lambda g: g}.get(geometrie.get("type"), lambda g: [])
    try:
        anneaux = [anneau for polygone in polygones(geometrie.get("coordinates")) for anneau in polygone]
        return [_ferme([_point(x, y, nom) for x, y, *_ in anneau]) for anneau in anneaux if len(anneau) > 3]
    except (TypeError, ValueError) as erreur:
        raise RegleEnfreinte(f"« {nom} » contient un contour mal formé.") from erreur


def _point(longitude, latitude, nom):
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise RegleEnfreinte(
            f"« {nom} » n’est pas en degrés (WGS 84) mais sans doute en Lambert 93 : "
            "convertissez-le, par exemple par « ogr2ogr -t_srs EPSG:4326 »."
        )
    return round(longitude * ECHELLE), -round(latitude * ECHELLE)


def _ferme(points):
    """L'anneau sans points répétés ni retour au départ."""
    uniques = [point for rang, point in enumerate(points) if rang == 0 or point != points[rang - 1]]
    return uniques[:-1] if uniques[0] == uniques[-1] else uniques


def _rattacher(contours):
    anciennes = {ligne["code_insee"]: ligne["commune_actuelle"] for ligne in lire_csv("communes_anciennes")}
    connues = set(Commune.objects.order_by().values_list("pk", flat=True))
    actuels, inconnus = defaultdict(list), []
    for code, anneaux in contours.items():
        actuel = code if code in connues else anciennes.get(code)
        if actuel in connues:
            actuels[actuel].append(anneaux)
        else:
            inconnus.append(code)
    return {code: fusionner(morceaux) for code, morceaux in actuels.items()}, sorted(inconnus)


# Simplifier


def fusionner(morceaux):
    """Les anneaux de plusieurs communes devenues une : un côté parcouru dans les deux sens est intérieur, il s'efface."""
    if len(morceaux) == 1:
        return morceaux[0]
    cotes = {cote for anneaux in morceaux for anneau in anneaux for cote in zip(anneau, anneau[1:] + anneau[:1], strict=True)}
    suivants = defaultdict(list)
    for depart, arrivee in sorted(cotes):
        if (arrivee, depart) not in cotes:
            suivants[depart].append(arrivee)
    anneaux = []
    while suivants:
        anneaux.append(_suivre(suivants, min(suivants)))
    return [anneau for anneau in anneaux if len(anneau) > 2]


def _suivre(suivants, depart):
    """L'anneau qui part de ce point, côté après côté ; retire de `suivants` ceux qu'il prend."""
    anneau, point = [], depart
    while point in suivants and (point != depart or not anneau):
        anneau.append(point)
        arrivees = suivants[point]
        suite = arrivees.pop()
        if not arrivees:
            del suivants[point]
        point = suite
    return anneau


def simplifier(contours, tolerance=TOLERANCE):
    """Les mêmes contours {code: anneaux}, allégés ; deux communes voisines gardent exactement la même frontière."""
    voisins = defaultdict(set)
    for anneaux in contours.values():
        for anneau in anneaux:
            for rang, point in enumerate(anneau):
                voisins[point] |= {anneau[rang - 1], anneau[(rang + 1) % len(anneau)]}
    noeuds = {point for point, autour in voisins.items() if len(autour) > 2}
    allegees = {}
    return {code: [_alleger(anneau, noeuds, tolerance, allegees) for anneau in anneaux] for code, anneaux in contours.items()}


def _alleger(anneau, noeuds, tolerance, allegees):
    """L'anneau coupé aux nœuds (où trois frontières se joignent), chaque arc simplifié dans le même sens des deux côtés."""
    coupes = [rang for rang, point in enumerate(anneau) if point in noeuds]
    if len(coupes) < 2:
        premier = min(anneau)
        loin = max(anneau, key=lambda point: (_carre(point, premier), point))
        coupes = sorted({anneau.index(premier), anneau.index(loin), *coupes})
    anneau = anneau[coupes[0] :] + anneau[: coupes[0]] + [anneau[coupes[0]]]
    bornes = [coupe - coupes[0] for coupe in coupes] + [len(anneau) - 1]
    allege = []
    for debut, fin in pairwise(bornes):
        arc = anneau[debut : fin + 1]
        sens = arc if arc <= arc[::-1] else arc[::-1]
        cle = tuple(sens)
        if cle not in allegees:
            allegees[cle] = _douglas_peucker(sens, tolerance)
        allege += allegees[cle][:-1] if sens is arc else allegees[cle][:0:-1]
    return allege if len(allege) > 2 else anneau[:-1]


def _douglas_peucker(arc, tolerance):
    """Les points de l'arc qui s'écartent de plus de `tolerance` de la corde, et ses bouts ; sans récursion."""
    gardes, pile = {0, len(arc) - 1}, [(0, len(arc) - 1)]
    while pile:
        debut, fin = pile.pop()
        ecarts = [(_ecart(arc[rang], arc[debut], arc[fin]), rang) for rang in range(debut + 1, fin)]
        plus_grand, rang = max(ecarts, default=(0, 0))
        if plus_grand > tolerance:
            gardes.add(rang)
            pile += [(debut, rang), (rang, fin)]
    return [arc[rang] for rang in sorted(gardes)]


def _ecart(point, debut, fin):
    """Distance d'un point à une corde ; à son bout, si elle est nulle."""
    longueur = _carre(debut, fin) ** 0.5
    if not longueur:
        return _carre(point, debut) ** 0.5
    aire = (fin[0] - debut[0]) * (debut[1] - point[1]) - (debut[0] - point[0]) * (fin[1] - debut[1])
    return abs(aire) / longueur


def _carre(un, autre):
    return (un[0] - autre[0]) ** 2 + (un[1] - autre[1]) ** 2


# Le tracé


def replier(anneaux):
    """Le tracé SVG de ces anneaux : « M66227 -476133l-104 -194…z », un départ absolu puis des pas."""
    morceaux = []
    for anneau in anneaux:
        pas = [f"{x - avant_x} {y - avant_y}" for (avant_x, avant_y), (x, y) in pairwise(anneau)]
        morceaux.append(f"M{anneau[0][0]} {anneau[0][1]}l{' '.join(pas)}z")
    return "".join(morceaux).replace(" -", "-")


def deplier(trace):
    """Les anneaux d'un tracé de `replier`."""
    anneaux = []
    for morceau in trace.split("z")[:-1]:
        nombres = [int(nombre) for nombre in re.findall(r"-?\d+", morceau)]
        x, y = nombres[:2]
        anneau = [(x, y)]
        for pas_x, pas_y in zip(nombres[2::2], nombres[3::2], strict=True):
            x, y = x + pas_x, y + pas_y
            anneau.append((x, y))
        anneaux.append(anneau)
    return anneaux
