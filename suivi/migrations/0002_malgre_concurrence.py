from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("suivi", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="action",
            name="malgre_concurrence",
            field=models.CharField(
                blank=True,
                default="",
                help_text="Pourquoi confier l’action à qui suit une entreprise concurrente.",
                max_length=200,
                verbose_name="malgré une concurrente",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="projet",
            name="malgre_concurrence",
            field=models.CharField(
                blank=True,
                default="",
                help_text="Pourquoi un interlocuteur qui suit une entreprise concurrente.",
                max_length=200,
                verbose_name="malgré une concurrente",
            ),
            preserve_default=False,
        ),
    ]
