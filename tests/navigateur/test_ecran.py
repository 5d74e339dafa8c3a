"""Ce qui juge les pages voit bien les fautes."""

import pytest

from tests.navigateur.ecran import violations

pytestmark = pytest.mark.navigateur
FAUTES = '<html lang="fr"><title>Essai</title><main><h1 style="color:#eee">Pâle</h1><img src="data:,"></main></html>'


def test_une_image_muette_et_un_texte_pale_se_voient(new_context):
    page = new_context().new_page()
    page.set_content(FAUTES)
    assert [faute.split()[0] for faute in violations(page)] == ["color-contrast", "image-alt"]
    assert [faute.split()[0] for faute in violations(page, contraste=False)] == ["image-alt"]
