"""L'index plein texte des entreprises, propre à chaque moteur (voir `entreprises/index.py`)."""

from django.db import migrations

from entreprises import index


def poser(apps, editeur):
    index.poser(editeur.connection)


def retirer(apps, editeur):
    index.retirer(editeur.connection)


class Migration(migrations.Migration):
    dependencies = [("entreprises", "0001_initial")]

    operations = [migrations.RunPython(poser, retirer)]
