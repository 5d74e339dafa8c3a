"""Le vocabulaire d'un réseau : les mots de ses entreprises, où l'on retrouve celui qu'une faute de frappe a déformé."""

from django.db import models


class Mot(models.Model):
    """Un mot d'au moins une entreprise. `envers` : le mot à l'envers, pour chercher par la fin dans un index."""

    reseau = models.ForeignKey("reseau.Reseau", models.CASCADE, related_name="+")
    mot = models.CharField(max_length=40)
    envers = models.CharField(max_length=40)
    longueur = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reseau", "mot"], name="mot_unique")]
        indexes = [models.Index(fields=["reseau", "envers"], name="mot_par_la_fin")]

    def __str__(self):
        return self.mot
