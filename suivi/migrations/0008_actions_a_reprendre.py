"""Une action sortie de la réserve se relance ; celles qui y étaient sans date en reçoivent une, dans six mois."""

from django.db import migrations, models
from django.utils.timezone import localdate

from reseau.lib.dates import plus_mois


def dater(apps, editeur):
    sans_date = apps.get_model("suivi", "Action").objects.filter(etat="endormie", reveil_le=None)
    sans_date.update(reveil_le=plus_mois(localdate(), 6))


class Migration(migrations.Migration):
    dependencies = [("suivi", "0007_droits_des_personnes")]

    operations = [
        migrations.AlterField(
            model_name="relance",
            name="motif",
            field=models.CharField(
                choices=[
                    ("echue", "Action échue"),
                    ("sans_reponse", "Action confiée, sans réponse"),
                    ("a_reprendre", "Action sortie de la réserve, à reprendre"),
                    ("sans_compte_rendu", "Visite sans compte rendu"),
                    ("sans_rendez_vous", "Lettre sans rendez-vous"),
                    ("suites", "Suites à donner au chef d’entreprise"),
                ],
                max_length=20,
            ),
        ),
        migrations.RunPython(dater, migrations.RunPython.noop),
    ]
