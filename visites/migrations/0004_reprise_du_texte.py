"""Le texte que chaque réseau avait écrit devient un modèle, suivi par ses prochaines lettres."""

from django.db import migrations

from reseau.lib.lettre import MODELE_PAR_DEFAUT


def reprendre(apps, editeur):
    Modele = apps.get_model("visites", "ModeleDeCourrier")
    Modele.objects.bulk_create(
        Modele(
            reseau=reseau,
            genre="annonce",
            nom="Texte du réseau",
            objet=MODELE_PAR_DEFAUT.objet,
            corps=reseau.modele_de_lettre,
            politesse=MODELE_PAR_DEFAUT.politesse,
            par_defaut=True,
        )
        for reseau in apps.get_model("reseau", "Reseau").objects.exclude(modele_de_lettre="")
    )


class Migration(migrations.Migration):
    dependencies = [("visites", "0003_modeles_de_lettre"), ("reseau", "0001_initial")]

    operations = [migrations.RunPython(reprendre, migrations.RunPython.noop)]
