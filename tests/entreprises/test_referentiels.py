"""Les références de l'Insee en base : complètes, rejouables, silencieuses quand il n'y a rien à faire."""

from io import StringIO

import pytest
from django.core.management import call_command

from entreprises import referentiels
from entreprises.models import Activite, Commune, Division, ZoneEmploi

pytestmark = pytest.mark.django_db


def sortie(**options):
    flux = StringIO()
    call_command("charger_references", stdout=flux, **options)
    return flux.getvalue()


def test_references_sont_toutes_chargees():
    nombres = [modele.objects.count() for modele in (ZoneEmploi, Commune, Division, Activite)]
    assert nombres == [306, 34969, 88, 1479]


def test_commune_connait_son_departement_et_sa_zone_d_emploi():
    vesoul = Commune.objects.select_related("zone_emploi").get(pk="70550")
    assert (vesoul.nom, vesoul.departement, vesoul.zone_emploi.nom) == ("Vesoul", "70", "Vesoul")


def test_activite_des_deux_nomenclatures_a_sa_division():
    assert list(Activite.objects.filter(pk__in=["16.10A", "16.11Y"]).values_list("division", flat=True)) == ["16", "16"]


def test_nomenclatures_se_distinguent_par_leur_derniere_lettre():
    assert (Activite.objects.rev2().count(), Activite.objects.naf_2025().count()) == (732, 747)


def test_division_industrielle_est_des_sections_b_et_c():
    codes = [division.code for division in Division.objects.all() if division.industrielle]
    assert codes == ["05", "06", "07", "08", "09", *map(str, range(10, 34))]


def test_zones_du_departement_y_ont_une_commune():
    noms = [zone.nom for zone in ZoneEmploi.objects.du_departement("70")]
    assert noms == ["Belfort", "Besançon", "Dijon", "Montbéliard", "Vesoul"]


def test_rechargement_ne_dit_ni_n_ecrit_rien(requetes):
    assert sortie() == ""
    assert requetes(referentiels.charger) == 6


def test_rechargement_repare_ce_qui_a_change():
    Commune.objects.filter(pk="70550").update(nom="Vezoul")
    assert sortie() == "Références de l’Insee : 1 ligne mise à jour.\n"
    assert Commune.objects.get(pk="70550").nom == "Vesoul"


def test_rechargement_se_tait_si_on_le_demande():
    Commune.objects.filter(pk="70550").update(nom="Vezoul")
    assert sortie(verbosity=0) == ""
