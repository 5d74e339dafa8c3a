"""Les logos au bas de la lettre : tous, à la plus grande taille qui tient."""

import pytest

from reseau.lib import logos
from tests.lib.papier import dessin, objets, textes
from tests.lib.test_lettre import imprimer


@pytest.mark.parametrize(
    ("combien", "attendu"), [(0, ("grands", 0)), (5, ("grands", 5)), (12, ("moyens", 12)), (40, ("petits", 24))]
)
def test_logos_prennent_la_plus_grande_taille_qui_les_montre(combien, attendu):
    taille, montres = logos.ajuster({f"I{rang}": dessin(300, 100) for rang in range(combien)}, dessous=["I"] * 3)
    assert (taille, len(montres)) == attendu


def test_logos_restent_dans_le_pied():
    deposes = {f"I{rang}": dessin(300, 120) for rang in range(18)}
    octets = imprimer(logos_institutions=deposes, institutions=list(deposes))
    places = [objet for objet in objets(octets) if objet[0] == "image"]
    assert min(objet[2] for objet in places) >= 264
    assert max(objet[4] for objet in places) <= 289
    assert "Institutions membres" in textes(octets)[0]
