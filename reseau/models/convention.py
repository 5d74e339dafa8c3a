"""La convention d'adhésion d'une institution, et l'exemplaire signé qu'on en garde."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models


class Convention(models.Model):
    """Ce que l'imprimé d'adhésion d'une institution a de propre ; sa date de signature est sur l'institution."""

    institution = models.OneToOneField("reseau.Institution", models.CASCADE, related_name="convention")
    signataire = models.CharField(
        "représentée par", max_length=160, blank=True, help_text="Prénom, nom et titre de qui signe pour l’institution."
    )
    annees = models.PositiveSmallIntegerField(
        "durée, en années",
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(10)],
        help_text="Ensuite, elle se prolonge d’année en année.",
    )

    def __str__(self):
        return f"Convention d’adhésion de {self.institution}"


class ConventionSignee(models.Model):
    """L'exemplaire signé : ses octets vivent à part, aucune liste ne les lit."""

    institution = models.OneToOneField("reseau.Institution", models.CASCADE, related_name="convention_deposee")
    nom = models.CharField(max_length=120)
    contenu = models.BinaryField()
    taille = models.PositiveIntegerField("octets")
    deposee_le = models.DateTimeField("déposée le", auto_now=True)
    membre = models.ForeignKey("reseau.Membre", models.RESTRICT, related_name="+", verbose_name="déposée par")

    class Meta:
        verbose_name = "convention signée"
        verbose_name_plural = "conventions signées"

    def __str__(self):
        return self.nom
