"""La carte d'un département : rien ne s'y perd, où que soient les entreprises."""

import pytest
from django.template.loader import render_to_string
from django.utils.timezone import now

from entreprises.carte import INTERCOMMUNALITES, EtatDeCarte, dessiner, reunir
from entreprises.cercles import ECART_MAX, ecarter, rayon, secteur
from entreprises.models import Commune, Contour

pytestmark = pytest.mark.django_db
ETATS = (EtatDeCarte("jamais", "Jamais visitée", "vide"), EtatDeCarte("visitee", "Visitée"))
DEPARTEMENTS = ["70", "88", "57", "2A", "974", "975", "000"]


def communes(departement):
    return list(Commune.objects.filter(departement=departement).values_list("pk", flat=True))


def test_carte_place_vesoul_dans_son_cadre():
    carte = dessiner("70", {"70550": {"jamais": 9, "visitee": 3}}, etats=ETATS)
    (groupe,) = carte.groupes
    assert (groupe.nom, groupe.total, [part.nombre for part in groupe.parts]) == ("Vesoul", 12, [9, 3])
    assert 0 < groupe.x < carte.largeur
    assert 0 < groupe.y < carte.hauteur
    assert groupe.en_mots == "Vesoul : 12 entreprises – jamais visitée : 9 – visitée : 3"


@pytest.mark.parametrize("departement", DEPARTEMENTS)
@pytest.mark.parametrize("par", ["communes", INTERCOMMUNALITES])
def test_total_est_celui_qu_on_a_donne_dans_tout_departement(departement, par):
    nombres = dict.fromkeys(communes(departement), 2) | {None: 3, "25056": 1}
    carte = dessiner(departement, nombres, par=par)
    assert carte.total == sum(nombres.values())
    assert carte.sans_commune == 3
    assert "carte-titre" in render_to_string("entreprises/_carte.html", {"carte": carte})


def test_departement_sans_contours_le_dit():
    html = render_to_string("entreprises/_carte.html", {"carte": dessiner("57", {"57463": 4})})
    assert "charger_contours" in html
    assert html.count("carte__groupe") == 1


def test_carte_cite_la_source_de_ses_contours():
    assert "Contours des communes : IGN, ADMIN EXPRESS, Licence Ouverte." in rendue("70")
    Contour.objects.filter(commune__departement="70").update(source="Cadastre d’essai")
    Contour.objects.filter(pk="70550").update(source="Relevé d’essai", charge_le=now())
    assert "Contours des communes : Cadastre d’essai ; Relevé d’essai." in rendue("70")
    assert "Contours des communes :" not in rendue("57")


def rendue(departement):
    return render_to_string("entreprises/_carte.html", {"carte": dessiner(departement, {})})


def test_commune_sans_centre_est_comptee_a_part():
    Commune.objects.filter(pk="90010").update(latitude=None, longitude=None)
    carte = dessiner("70", {"90010": 5, "70285": 1})
    assert (carte.hors_carte, [groupe.total for groupe in carte.groupes]) == (5, [1])
    assert carte.reserves == ["5 entreprises hors du cadre, ou dans une commune dont le centre est inconnu."]


def test_intercommunalite_additionne_ses_communes():
    membres = list(
        Commune.objects.filter(departement="70", epci=Commune.objects.get(pk="70550").epci).values_list("pk", flat=True)
    )
    carte = dessiner("70", {code: {"jamais": 1} for code in membres}, etats=ETATS, par=INTERCOMMUNALITES)
    assert [(groupe.nom, groupe.total) for groupe in carte.groupes] == [("CA de Vesoul", len(membres))]


def test_tableau_de_la_carte_garde_les_lieux_non_places():
    assert [(lieu.nom, nombres) for lieu, nombres in reunir("70", {"25056": 2, None: 1})] == [("Besançon", {"": 2})]


def test_lien_ne_mene_qu_aux_lieux_du_departement():
    carte = dessiner("70", {"70550": 1, "90010": 1}, lien=lambda code: f"/?commune={code}")
    assert {groupe.code: groupe.adresse for groupe in carte.groupes} == {"70550": "/?commune=70550", "90010": ""}


def test_carte_pleine_demande_a_etre_regroupee():
    nombres = dict.fromkeys(communes("70"), 12)
    assert (dessiner("70", nombres).serree, dessiner("70", nombres, par=INTERCOMMUNALITES).serree) == (True, False)


def test_fond_suit_les_contours(django_assert_num_queries):
    dessiner("70", {})
    with django_assert_num_queries(1):
        dessiner("70", {"70550": 1})
    Commune.objects.get(pk="70550").contour.delete()
    assert len(dessiner("70", {}).contours) == 535


def test_aire_suit_le_nombre():
    assert rayon(100, 100) == 2 * rayon(25, 100)


def test_cercles_confondus_s_ecartent_sans_s_egarer():
    (x, y), (autre_x, autre_y) = ecarter([(100, 100, 30), (100, 100, 10)])
    assert abs(autre_x - x) > 20
    assert max(abs(x - 100), abs(y - 100), abs(autre_x - 100), abs(autre_y - 100)) <= ECART_MAX


def test_part_entiere_est_un_disque():
    assert secteur(10, 10, 5, 0, 1) == "M10 5.0a5 5 0 1 1 -.01 0z"
