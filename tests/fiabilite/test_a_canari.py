"""A5 : l'entreprise-canari d'un autre réseau, cherchée par chaque rôle dans chaque page, export et papier du sien."""

import pytest

from tests.conftest import connecter
from tests.fiabilite.verification import verification
from tests.terrain import PROFILS, Terrain
from tests.test_acces import reseau_oublie
from tests.test_deport import Canari, pages, relever

pytestmark = pytest.mark.django_db


@verification("A5", "le canari d’un autre réseau, cherché par chaque rôle", casser=reseau_oublie)
@pytest.mark.parametrize("profil", [profil for profil in PROFILS if profil != "observateur"])
def test_canari_d_un_autre_reseau_n_est_nulle_part(bilan, profil):
    Canari(Terrain(), profil)
    ici = Terrain()
    ici.a_eux["import écrit"] = ici.a_eux["import"]
    client = connecter(ici.membres[profil])
    client.raise_request_exception = False
    for nom, adresse in pages(ici):
        lue = relever(client, adresse)
        bilan.noter(lue.statut < 500 and not lue.traces, f"{nom} {adresse.partition('?')[2]} : {lue.statut}, {lue.traces}")
