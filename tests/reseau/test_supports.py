"""Ce qu'on remet à une entreprise : dimensions mesurées, rien ne déborde, rien que l'on n'ait accepté de publier."""

import io

import pdfplumber
import pytest

from reseau.lib.erreurs import RegleEnfreinte
from reseau.models import LogoDInstitution, Presentation
from reseau.presentation import PAR_DEFAUT, mots_a_eviter
from reseau.supports import imprimer_carte, imprimer_planche, imprimer_plaquette
from tests.factories import JOUR, InstitutionFactory, MembreFactory
from tests.lib.papier import MM, QUAND, couleurs, dessin, objets, textes

pytestmark = pytest.mark.django_db

MARGE = 4  # mm : ce qu'une coupe maladroite peut mordre
VERT = "#0b5a4a"
LONG = {
    "prenom": "Marie-Bénédicte Anne-Charlotte Éléonore de la Tour-Maubourg",
    "nom": "Dufresne-Valcourt de Saint-Germain-l’Auxerrois-Compostelle",
    "fonction": "chargée de mission développement économique territorial, transition et accompagnement des entreprises",
    "telephone": "+33 (0)6 39 98 00 00",
}
HOSTILE = {
    "prenom": "W" * 60,
    "nom": "<script>\u202e" + "\u0301" * 40 + "一二三",
    "fonction": "{{ settings.SECRET_KEY }} <img src=file:///etc/passwd> " * 2,
    "telephone": "M" * 20,
}


def dimensions(octets):
    """(largeur, hauteur) de chaque page, en millimètres."""
    with pdfplumber.open(io.BytesIO(octets)) as document:
        return [(round(page.width / MM, 1), round(page.height / MM, 1)) for page in document.pages]


def lettres(octets, page=0):
    return [objet for objet in objets(octets, page) if objet[0] == "char" and objet[5].strip()]


@pytest.fixture
def membre(reseau):
    institution = InstitutionFactory(reseau=reseau, sigle="CMA", nom="Chambre de métiers et de l’artisanat de la Haute-Saône")
    return MembreFactory(reseau=reseau, institution=institution, prenom="Zoé", nom="Essai", telephone="06 39 98 00 00")


@pytest.fixture
def presentation(reseau):
    return Presentation(reseau=reseau)


def avec_logos(membre):
    membre.reseau.logo = dessin()
    LogoDInstitution.objects.create(institution=membre.institution, image=dessin(100, 300))
    return membre


# La carte


def test_carte_dit_qui_et_comment_joindre(membre):
    membre.fonction = "conseillère aux artisans"
    octets = imprimer_carte(membre, date=QUAND)
    lu = textes(octets)[0].replace("-\n", "-").replace("\n", " ")
    assert dimensions(octets) == [(85, 55)]
    attendus = [membre.reseau.nom, "Zoé Essai", "Conseillère aux artisans", membre.institution.nom]
    for attendu in [*attendus, "06 39 98 00 00", membre.utilisateur.email]:
        assert attendu in lu


@pytest.mark.parametrize("logos", [False, True])
@pytest.mark.parametrize("champs", [LONG, HOSTILE])
def test_carte_ne_deborde_jamais(membre, champs, logos):
    for champ, valeur in champs.items():
        setattr(membre, champ, valeur)
    membre.institution.nom = "Direction départementale de l’emploi, du travail et des solidarités " * 2
    membre.reseau.nom = "Réseau départemental de développement des entreprises industrielles et artisanales de Haute-Saône"
    membre.utilisateur.email = f"{'x' * 60}@{'y' * 60}.exemple.fr"
    octets = imprimer_carte(avec_logos(membre) if logos else membre, date=QUAND)
    for _, x0, y0, x1, y1, _ in objets(octets):
        assert x0 >= MARGE
        assert x1 <= 85 - MARGE
        assert y0 >= MARGE
        assert y1 <= 55 - MARGE
    assert chevauchements(lettres(octets)) == []


def chevauchements(caracteres):
    """Les paires de lettres de lignes différentes qui se recouvrent de plus d'un tiers de leur hauteur."""
    trouves = []
    for rang, (_, x0, y0, x1, y1, lettre) in enumerate(caracteres):
        for _, a0, b0, a1, b1, autre in caracteres[rang + 1 :]:
            commun = min(y1, b1) - max(y0, b0)
            if abs(y0 - b0) > 0.2 and min(x1, a1) - max(x0, a0) > 0.1 and commun > (y1 - y0) / 3:
                trouves.append(lettre + autre)
    return trouves


def test_courriel_qui_ne_tient_pas_ne_s_imprime_pas_a_moitie(membre):
    membre.utilisateur.email = f"{'x' * 64}@{'y' * 180}.fr"
    assert "xxx" not in textes(imprimer_carte(membre, date=QUAND))[0]


def test_institution_trop_longue_se_dit_par_son_sigle(membre):
    membre.institution.nom = "Direction de tout ce qui se dirige " * 5
    assert "CMA" in textes(imprimer_carte(membre, date=QUAND))[0].splitlines()


def test_planche_porte_dix_cartes_et_leurs_traits_de_coupe(membre):
    octets = imprimer_planche(membre, date=QUAND)
    assert dimensions(octets) == [(210, 297)]
    assert textes(octets)[0].count("06 39 98 00 00") == 10
    traces = [tuple(round(mesure) for mesure in objet[1:5]) for objet in objets(octets) if objet[0] in ("rect", "line")]
    verticaux = {x0 for x0, y0, x1, y1 in traces if x0 == x1 and y1 - y0 == 5}
    horizontaux = {y0 for x0, y0, x1, y1 in traces if y0 == y1 and x1 - x0 == 5}
    assert (verticaux, horizontaux) == ({20, 105, 190}, {11, 66, 121, 176, 231, 286})


def test_planche_ne_pose_rien_sur_ses_coupes(membre):
    octets = imprimer_planche(avec_logos(membre), date=QUAND)
    for _, x0, y0, x1, y1, _ in lettres(octets):
        assert all(not x0 - MARGE < coupe < x1 + MARGE for coupe in (20, 105, 190))
        assert all(not y0 - MARGE < coupe < y1 + MARGE for coupe in (11, 66, 121, 176, 231, 286))


def test_carte_est_a_la_couleur_du_reseau(membre):
    Presentation.objects.create(reseau=membre.reseau, couleur=VERT)
    attendue = tuple(round(int(VERT[rang : rang + 2], 16) / 255, 2) for rang in (1, 3, 5))
    trouvees = {tuple(round(part, 2) for part in couleur) for couleur in couleurs(imprimer_carte(membre, date=QUAND))}
    assert attendue in trouvees


# La plaquette


def test_plaquette_tient_sur_deux_faces_et_dans_ses_volets(presentation, membre):
    for rang in range(12):
        MembreFactory(reseau=membre.reseau, institution=membre.institution, publiable=True, competence=f"Sait faire {rang} " * 8)
    avec_logos(membre).reseau.save()
    octets = imprimer_plaquette(presentation, le=JOUR, date=QUAND, adresse="https://reseau.exemple.fr/haute-saone/presentation/")
    assert dimensions(octets) == [(297, 210)] * 2
    for page, plis in enumerate([(97, 197), (100, 200)]):
        for _, x0, y0, x1, y1, lettre in lettres(octets, page):
            assert all(not x0 - MARGE < pli < x1 + MARGE for pli in plis), (page, lettre)
            assert x0 >= MARGE
            assert x1 <= 297 - MARGE
            assert y0 >= MARGE
            assert y1 <= 210 - MARGE


def test_plaquette_ne_nomme_que_ceux_qui_l_acceptent(presentation, membre):
    MembreFactory(reseau=membre.reseau, institution=membre.institution, prenom="Ariane", publiable=True)
    parti = {"publiable": True, "parti_le": JOUR}
    MembreFactory(reseau=membre.reseau, institution=membre.institution, prenom="Basile", **parti)
    lu = "\n".join(textes(imprimer_plaquette(presentation, le=JOUR, date=QUAND)))
    assert [prenom in lu for prenom in ("Ariane", "Basile", "Zoé")] == [True, False, False]


@pytest.mark.parametrize("nombre", [25, 80])
def test_plaquette_de_nombreux_membres_dit_combien_manquent(presentation, membre, nombre):
    for rang in range(nombre):
        fiche = {"nom": f"Essai{rang:02d}", "competence": "Financer un investissement, trouver un terrain ou un local. " * 2}
        MembreFactory(reseau=membre.reseau, institution=membre.institution, publiable=True, **fiche)
    lu = textes(imprimer_plaquette(presentation, le=JOUR, date=QUAND))[1]
    noms = lu.count("Camille Essai")
    assert noms == 25 if nombre == 25 else f"et {80 - noms} autres" in lu


def test_texte_qui_ne_tient_pas_sur_son_volet_est_refuse(presentation):
    presentation.un_developpeur = "Il écoute. " * 300
    with pytest.raises(RegleEnfreinte, match="Ce que fait un développeur"):
        imprimer_plaquette(presentation, le=JOUR, date=QUAND)


def test_texte_hostile_reste_du_texte(presentation):
    presentation.le_reseau = "{{ settings.SECRET_KEY }} <img src=file:///etc/passwd> <style>@import url(//exemple.fr)</style>"
    lu = textes(imprimer_plaquette(presentation, le=JOUR, date=QUAND))[1].replace("\n", " ")
    assert "{{ settings.SECRET_KEY }} <img" in lu


def test_textes_fournis_ne_mettent_en_avant_ni_emploi_ni_aides():
    assert mots_a_eviter(*PAR_DEFAUT.values()) == []
    assert mots_a_eviter("Des Aides à l’embauche", "une exonération", "nos aidants") == ["aides", "embauche", "exoneration"]
