"""Ne pas sursolliciter : les contacts de toutes les institutions ; et les entreprises concurrentes."""

from django.db import models
from django.db.models import F, Q

from entreprises.enums import Canal, ObjetDeContact


class SollicitationQuerySet(models.QuerySet):
    def visibles_par(self, membre, entreprises):
        """Celles du réseau dont il voit l'entreprise."""
        return self.filter(reseau=membre.reseau, entreprise__in=entreprises)

    def du_mois(self, premier, suivant):
        """Du jour `premier` compris au jour `suivant` exclu."""
        return self.filter(le__gte=premier, le__lt=suivant)


class Sollicitation(models.Model):
    """Un contact d'une institution avec une entreprise : qui, quand, comment, à quel sujet."""

    reseau = models.ForeignKey("reseau.Reseau", models.PROTECT, related_name="sollicitations")
    entreprise = models.ForeignKey("entreprises.Entreprise", models.CASCADE, related_name="sollicitations")
    institution = models.ForeignKey("reseau.Institution", models.PROTECT, related_name="sollicitations")
    membre = models.ForeignKey("reseau.Membre", models.PROTECT, null=True, blank=True, verbose_name="par")
    le = models.DateField("le")
    canal = models.CharField(max_length=20, choices=Canal, default=Canal.TELEPHONE)
    objet = models.CharField(max_length=20, choices=ObjetDeContact, default=ObjetDeContact.AUTRE)
    precision = models.CharField("précision", max_length=200, blank=True)
    depot = models.ForeignKey(
        "entreprises.Import", models.CASCADE, null=True, blank=True, editable=False, related_name="sollicitations"
    )
    saisie_le = models.DateTimeField("saisie le", auto_now_add=True)

    objects = SollicitationQuerySet.as_manager()

    class Meta:
        ordering = ["-le", "-pk"]
        indexes = [models.Index(fields=["reseau", "le"], name="sollicitation_par_date")]
        constraints = [
            models.UniqueConstraint(
                fields=["entreprise", "institution", "le", "canal", "objet"],
                name="sollicitation_unique",
                violation_error_message="Ce contact est déjà au journal.",
            )
        ]

    def __str__(self):
        return f"{self.institution}, {self.get_objet_display().lower()}"


class ConcurrenceQuerySet(models.QuerySet):
    def visibles_par(self, membre, entreprises):
        """Les liens dont il voit les deux entreprises."""
        return self.filter(reseau=membre.reseau, entreprise__in=entreprises, concurrente__in=entreprises)

    def de(self, entreprise):
        """Ceux de cette entreprise, d'un côté ou de l'autre."""
        return self.filter(Q(entreprise=entreprise) | Q(concurrente=entreprise))


class Concurrence(models.Model):
    """Deux entreprises se disputent un marché : ce qu'on apprend chez l'une ne se répète pas chez l'autre."""

    reseau = models.ForeignKey("reseau.Reseau", models.PROTECT, related_name="concurrences")
    entreprise = models.ForeignKey("entreprises.Entreprise", models.CASCADE, related_name="+")
    concurrente = models.ForeignKey("entreprises.Entreprise", models.CASCADE, related_name="+")
    motif = models.CharField("à quel sujet", max_length=200, blank=True)

    objects = ConcurrenceQuerySet.as_manager()

    class Meta:
        verbose_name = "lien de concurrence"
        verbose_name_plural = "liens de concurrence"
        constraints = [
            models.CheckConstraint(
                condition=Q(entreprise__lt=F("concurrente")),
                name="concurrence_ordonnee",
                violation_error_message="Une entreprise n’est pas sa propre concurrente.",
            ),
            models.UniqueConstraint(
                fields=["entreprise", "concurrente"],
                name="concurrence_unique",
                violation_error_message="Ce lien est déjà enregistré.",
            ),
        ]

    def __str__(self):
        return f"{self.entreprise} et {self.concurrente}"
