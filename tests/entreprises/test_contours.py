"""Les contours : du GeoJSON au tracé, sans perdre une frontière ni se tromper de commune."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from entreprises.contours import OCTETS_MAX, deplier, fusionner, lire, replier, simplifier
from entreprises.models import Contour
from reseau.lib.erreurs import RegleEnfreinte

CARRE = [[6.0, 47.0], [6.1, 47.0], [6.1, 47.1], [6.0, 47.1], [6.0, 47.0]]
VOISIN = [[6.1, 47.0], [6.2, 47.0], [6.2, 47.1], [6.1, 47.1], [6.1, 47.0]]


def geojson(tmp_path, *entites, nom="communes.geojson"):
    """Fichier d'entités (propriétés, genre, coordonnées)."""
    features = [
        {"type": "Feature", "properties": proprietes, "geometry": {"type": genre, "coordinates": coordonnees}}
        for proprietes, genre, coordonnees in entites
    ]
    chemin = tmp_path / nom
    chemin.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return chemin


def charger(*chemins, **options):
    sortie, erreurs = StringIO(), StringIO()
    call_command("charger_contours", *map(str, chemins), stdout=sortie, stderr=erreurs, **options)
    return sortie.getvalue()


@pytest.mark.parametrize("cle", ["code", "INSEE_COM", "insee", "code_insee", "codgeo", "Code INSEE"])
def test_lecture_reconnait_les_cles_usuelles_du_code(tmp_path, cle):
    chemin = geojson(tmp_path, ({cle: "70550", "nom": "Vesoul"}, "Polygon", [CARRE]))
    assert lire(chemin) == {"70550": [[(60000, -470000), (61000, -470000), (61000, -471000), (60000, -471000)]]}


def test_lecture_retablit_le_zero_et_garde_la_corse(tmp_path):
    chemin = geojson(
        tmp_path,
        ({"code": 1001}, "Polygon", [CARRE]),
        ({"insee": "2a004"}, "Polygon", [CARRE]),
        ({"code": "x"}, "Polygon", [CARRE]),
    )
    assert sorted(lire(chemin)) == ["01001", "2A004"]


def test_lecture_prend_toutes_les_pieces_d_un_multipolygone(tmp_path):
    chemin = geojson(tmp_path, ({"code": "70550"}, "MultiPolygon", [[CARRE], [VOISIN]]))
    assert len(lire(chemin)["70550"]) == 2


@pytest.mark.parametrize(
    ("contenu", "message"),
    [
        ("ceci n’est pas du JSON", "« c.geojson » n’est pas un fichier GeoJSON."),
        ("[1, 2]", "« c.geojson » n’est pas une collection GeoJSON (« FeatureCollection »)."),
        ('{"features": []}', "« c.geojson » ne contient aucune commune : ni code Insee, ni polygone reconnus."),
        (
            '{"features": [{"properties": {"code": "70550"}, "geometry": {"type": "Polygon", "coordinates": [[1, 2, 3, 4]]}}]}',
            "« c.geojson » contient un contour mal formé.",
        ),
    ],
)
def test_lecture_refuse_un_fichier_qui_n_en_est_pas_un(tmp_path, contenu, message):
    chemin = tmp_path / "c.geojson"
    chemin.write_text(contenu, encoding="utf-8")
    with pytest.raises(RegleEnfreinte) as refus:
        lire(chemin)
    assert str(refus.value) == message


def test_lecture_refuse_le_lambert_93_en_disant_quoi_faire(tmp_path):
    lambert = [[x * 150_000, y * 140_000] for x, y in CARRE]
    with pytest.raises(RegleEnfreinte, match="Lambert 93 : convertissez-le"):
        lire(geojson(tmp_path, ({"code": "70550"}, "Polygon", [lambert])))


def test_lecture_refuse_un_fichier_demesure_sans_le_lire(tmp_path):
    chemin = tmp_path / "enorme.geojson"
    with chemin.open("wb") as flux:
        flux.truncate(OCTETS_MAX + 1)
    with pytest.raises(RegleEnfreinte, match="dépasse 150 Mo"):
        lire(chemin)


def test_commande_refuse_un_fichier_absent_avec_le_code_deux(tmp_path):
    with pytest.raises(SystemExit) as sortie:
        charger(tmp_path / "absent.geojson")
    assert sortie.value.code == 2


def test_frontiere_simplifiee_reste_la_meme_des_deux_cotes():
    """Une frontière en dents de scie : les deux voisines n'en gardent que les mêmes points."""
    dents = [(1000 + (rang % 2) * 3, rang * 10) for rang in range(101)]
    ouest = [(0, 0), *dents, (0, 1000)]
    est = [(2000, 1000), *reversed(dents), (2000, 0)]
    allegees = simplifier({"ouest": [ouest], "est": [est]})
    communs = set(allegees["ouest"][0]) & set(allegees["est"][0])
    assert communs == {(1000, 0), (1000, 1000)}
    assert len(allegees["ouest"][0]) == 4


def test_communes_fusionnees_perdent_leur_frontiere_commune():
    un = [(0, 0), (10, 0), (10, 10), (0, 10)]
    autre = [(10, 0), (20, 0), (20, 10), (10, 10)]
    assert fusionner([[un], [autre]]) == [[(0, 0), (10, 0), (20, 0), (20, 10), (10, 10), (0, 10)]]


def test_trace_se_replie_et_se_deplie():
    anneaux = [[(5, -3), (12, 7), (0, 0)], [(-100, 4), (1, 1), (2, -9)]]
    assert deplier(replier(anneaux)) == anneaux


@pytest.mark.django_db
def test_commande_remplace_le_contour_et_nomme_les_inconnus(tmp_path):
    chemin = geojson(tmp_path, ({"code": "70550"}, "Polygon", [CARRE]), ({"code": "70999"}, "Polygon", [VOISIN]))
    assert charger(chemin) == "1 contour de commune, départements : 70.\n1 code(s) inconnu(s), laissé(s) de côté : 70999.\n"
    assert Contour.objects.get(pk="70550").trace == "M61000-470000l0-1000-1000 0 0 1000z"


@pytest.mark.django_db
def test_commande_retient_la_source_ou_le_nom_du_fichier(tmp_path):
    chemin = geojson(tmp_path, ({"code": "70550"}, "Polygon", [CARRE]))
    charger(chemin)
    assert Contour.objects.get(pk="70550").source == chemin.name
    charger(chemin, source="Cadastre d’essai")
    assert Contour.objects.get(pk="70550").source == "Cadastre d’essai"


@pytest.mark.django_db
def test_commune_ancienne_rejoint_l_actuelle(tmp_path):
    """70264 et 70180 ne font plus qu'une commune : leur frontière s'efface."""
    chemin = geojson(tmp_path, ({"code": "70264"}, "Polygon", [CARRE]), ({"code": "70180"}, "Polygon", [VOISIN]))
    assert charger(chemin) == "1 contour de commune, départements : 70.\n"
    (anneau,) = deplier(Contour.objects.get(pk="70180").trace)
    assert set(anneau) == {(60000, -470000), (62000, -470000), (62000, -471000), (60000, -471000)}


@pytest.mark.django_db
def test_contours_embarques_couvrent_les_deux_departements():
    nombres = {
        departement: Contour.objects.filter(commune__departement=departement).count() for departement in ("70", "88", "57")
    }
    assert nombres == {"70": 536, "88": 506, "57": 0}


@pytest.mark.django_db
def test_references_ne_recouvrent_pas_un_contour_plus_recent():
    Contour.objects.filter(pk="70550").update(trace="M0 0l1 1 2 2z")
    call_command("charger_references", verbosity=0)
    assert Contour.objects.get(pk="70550").trace == "M0 0l1 1 2 2z"


def test_contours_embarques_sont_legers():
    assert Path("entreprises/reference/contours.csv").stat().st_size < 400_000
