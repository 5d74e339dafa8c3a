"""Les absences de l'exemple : passées et à venir, sans chevauchement, jamais un jour de visite ou de réunion."""

from datetime import date

import pytest
from django.db import transaction
from django.db.models import F, Q

from reseau.models import Absence, Presence
from suivi.demonstration import creer
from visites.models import Visite

LE = date(2026, 9, 14)


@pytest.fixture(scope="module")
def exemple(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield creer(1, graine=7, le=LE)[0]
        transaction.set_rollback(True)


def test_absences_passees_et_a_venir(exemple):
    assert Absence.objects.a_venir(LE).count() >= 3
    assert Absence.objects.passees(LE).count() >= 3


def test_absences_d_un_membre_ne_se_chevauchent_pas(exemple):
    memes = Q(membre__absences__debut_le__lte=F("fin_le"), membre__absences__fin_le__gte=F("debut_le"))
    paires = Absence.objects.filter(memes).values_list("pk", "membre__absences")
    assert all(une == autre for une, autre in paires)


def test_absences_ne_contredisent_ni_visite_ni_reunion(exemple):
    for absence in Absence.objects.select_related("membre"):
        periode = (absence.debut_le, absence.fin_le)
        visites = Visite.objects.de_l_equipe(absence.membre)
        assert not visites.filter(Q(realisee_le__range=periode) | Q(rendez_vous_le__date__range=periode)).exists()
        assert not Presence.objects.filter(membre=absence.membre, reunion__le__range=periode).exists()
