"""Les fiches devenues sans nom : à part, pour ne pas toucher à la table des entreprises."""

from django.db import models


class Anonymisation(models.Model):
    """Cette fiche a perdu ses noms, ce jour-là ; elle ne revient ni dans une recherche ni dans une cible."""

    entreprise = models.OneToOneField("entreprises.Entreprise", models.CASCADE, related_name="anonymisation")
    le = models.DateTimeField()

    def __str__(self):
        return f"Fiche n° {self.entreprise_id} anonymisée"
