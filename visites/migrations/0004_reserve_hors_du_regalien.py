"""Nul d'une institution régalienne ne lit une partie réservée qui n'est pas la sienne (voir `visites/garde.py`)."""

from django.db import migrations

from visites import garde


def poser(apps, editeur):
    garde.poser(editeur.connection)


def retirer(apps, editeur):
    garde.retirer(editeur.connection)


class Migration(migrations.Migration):
    dependencies = [("visites", "0003_envois_par_la_boite"), ("reseau", "0008_deontologie")]

    operations = [migrations.RunPython(poser, retirer)]
