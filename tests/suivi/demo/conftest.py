"""Les réseaux d'exemple, créés une fois pour tous les essais de ce dossier."""

import io
from datetime import date

import pytest
from django.core.management import call_command
from django.db import transaction

from reseau.models import Membre, Reseau

LE = date(2026, 3, 5)


@pytest.fixture(scope="package")
def exemples(django_db_setup, django_db_blocker):
    """Deux réseaux d'exemple, défaits à la fin du dossier."""
    with django_db_blocker.unblock(), transaction.atomic():
        sortie = io.StringIO()
        call_command("demo", reseaux=2, graine="1996", le=LE, stdout=sortie)
        yield sortie.getvalue()
        transaction.set_rollback(True)


@pytest.fixture
def haute_saone(exemples, db):
    return Reseau.objects.get(slug="haute-saone")


@pytest.fixture
def vosges(exemples, db):
    return Reseau.objects.get(slug="vosges")


@pytest.fixture(params=["haute-saone", "vosges"])
def un_reseau(request, exemples, db):
    return Reseau.objects.get(slug=request.param)


def compte(role, reseau):
    return Membre.objects.select_related("reseau", "institution").get(
        reseau=reseau, utilisateur__email=f"{role}@{reseau.slug}.test"
    )
