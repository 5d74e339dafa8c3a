"""Ce que les vérifications partagent."""

import pytest

from tests.lib.base_de_version import MODELES


@pytest.fixture(scope="session", autouse=True)
def modeles_effaces():
    yield
    MODELES.close()
