"""La borne des demandes, sur le cache des essais et sur celui du service."""

import pytest
from django.core.cache import cache

from reseau.lib import limite

EN_FICHIERS = "django.core.cache.backends.filebased.FileBasedCache"
EN_MEMOIRE = "django.core.cache.backends.locmem.LocMemCache"


@pytest.fixture(params=[EN_FICHIERS, EN_MEMOIRE])
def horloge(request, settings, tmp_path, monkeypatch):
    """`horloge(t)` règle l'heure ; le cache est neuf."""
    settings.CACHES = {"default": {"BACKEND": request.param, "LOCATION": str(tmp_path)}}
    regler = lambda quand: monkeypatch.setattr(limite, "time", lambda: quand)  # noqa: E731
    regler(7_200)
    yield regler
    cache.clear()


def test_borne_se_franchit_une_fois_passee(horloge):
    assert [limite.depasse("a", 3, 3600) for _ in range(5)] == [False, False, False, True, True]


def test_borne_ne_melange_pas_les_cles(horloge):
    assert [limite.depasse(cle, 1, 3600) for cle in ("a", "b", "a")] == [False, False, True]


def test_borne_repart_a_la_tranche_suivante(horloge):
    limite.depasse("a", 1, 3600)
    horloge(10_800)
    assert limite.depasse("a", 1, 3600) is False
