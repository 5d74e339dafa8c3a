"""Ce qu'un service charge avant que naissent ses ouvriers."""

import gc

from django.template import engines

from reseau.lib.prechauffe import prechauffer


def test_prechauffer_lit_les_gabarits_et_soulage_le_ramasse_miettes():
    gabarits = engines["django"].engine.template_loaders[0]
    gabarits.reset()
    vivants = len(gc.get_objects())
    prechauffer()
    try:
        assert {"visites/entreprise_liste.html", "pdf/carte.html"} <= set(gabarits.get_template_cache)
        assert gc.get_freeze_count() > vivants / 2
    finally:
        gc.unfreeze()
