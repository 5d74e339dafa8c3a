"""Le compte rendu tel qu'il s'écrit, avant « Terminer » : lu et repris par celui qui l'écrit, et lui seul."""

from django.db import models


class Brouillon(models.Model):
    """`contenu` : le formulaire encodé comme le navigateur l'envoie (`QueryDict.urlencode`), partie réservée comprise."""

    visite = models.ForeignKey("visites.Visite", models.CASCADE, related_name="brouillons")
    membre = models.ForeignKey("reseau.Membre", models.CASCADE, related_name="+")
    contenu = models.TextField()
    enregistre_le = models.DateTimeField("enregistré le", auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["visite", "membre"], name="brouillon_unique")]

    def __str__(self):
        return f"Brouillon du {self.enregistre_le:%d/%m/%Y}"

    @property
    def marque(self):
        """Ce que le navigateur renvoie pour dire de quel enregistrement il part : un autre appareil en a-t-il fait un depuis ?"""
        return self.enregistre_le.isoformat()
