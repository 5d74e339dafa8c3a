"""Le texte de la lettre est désormais celui d'un modèle (`visites.ModeleDeCourrier`)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("reseau", "0001_initial"), ("visites", "0004_reprise_du_texte")]

    operations = [migrations.RemoveField(model_name="reseau", name="modele_de_lettre")]
