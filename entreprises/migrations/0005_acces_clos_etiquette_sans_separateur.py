from django.db import migrations, models


def remplacer_les_separateurs(apps, editeur):
    """« Bois, meubles » devient « Bois - meubles » ; son numéro la distingue si ce nom est pris."""
    Etiquette = apps.get_model("entreprises", "Etiquette")
    for etiquette in Etiquette.objects.filter(nom__regex="[,;|]"):
        morceaux = etiquette.nom.replace(";", ",").replace("|", ",").split(",")
        nom = " - ".join(filter(None, map(str.strip, morceaux)))[:40] or str(etiquette.pk)
        if Etiquette.objects.filter(reseau=etiquette.reseau_id, nom__iexact=nom).exclude(pk=etiquette.pk).exists():
            nom = f"{nom[:28]} {etiquette.pk}"
        Etiquette.objects.filter(pk=etiquette.pk).update(nom=nom)


class Migration(migrations.Migration):
    dependencies = [
        ("entreprises", "0004_import_de_contacts"),
    ]

    operations = [
        migrations.AddField(
            model_name="acces",
            name="clos_le",
            field=models.DateField(blank=True, null=True, verbose_name="close le"),
        ),
        migrations.RunPython(remplacer_les_separateurs, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="etiquette",
            constraint=models.CheckConstraint(
                condition=models.Q(("nom__regex", "[,;|]"), _negated=True),
                name="etiquette_sans_separateur",
                violation_error_message="Un nom d’étiquette se passe de virgule, de point-virgule et de barre.",
            ),
        ),
    ]
