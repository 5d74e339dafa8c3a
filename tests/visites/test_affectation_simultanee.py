"""Deux animateurs confient le même lot au même instant : chaque entreprise n'est confiée qu'une fois, et le second le lit."""

from datetime import date
from functools import partial

import pytest

from reseau.enums import Role
from tests.factories import CampagneFactory, EntrepriseFactory, MembreFactory, ReseauFactory
from tests.lib.simultane import ensemble
from visites.affectation import confier_lot
from visites.models import Visite

LE = date(2026, 6, 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("base_sur_disque")
def test_deux_confier_du_meme_lot():
    reseau = ReseauFactory()
    du_reseau = {"reseau": reseau}
    campagne = CampagneFactory(**du_reseau)
    fiches = EntrepriseFactory.create_batch(6, **du_reseau, naf_id=None, commune_id=None)
    animateurs = MembreFactory.create_batch(2, **du_reseau, role=Role.ANIMATEUR)
    developpeurs = MembreFactory.create_batch(2, **du_reseau)
    gestes = [
        partial(confier_lot, dict.fromkeys(sens, (developpeur, LE)), par=animateur, le=LE, campagne=campagne)
        for animateur, developpeur, sens in zip(animateurs, developpeurs, (fiches, fiches[::-1]), strict=True)
    ]
    lots = ensemble(*gestes)
    assert [lot for lot in lots if isinstance(lot, Exception)] == []
    assert sum(len(lot.bilan.faites) for lot in lots) == Visite.objects.count() == 6
    refus = [phrase for lot in lots for phrase in lot.bilan.refus]
    assert len(refus) == 6
    assert all("Visite déjà confiée à" in phrase for phrase in refus)
