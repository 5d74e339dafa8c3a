"""Deux fiches pour une entreprise : le signaler, les fusionner sans rien perdre, défaire."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse


class DoublonQuerySet(models.QuerySet):
    def visibles_par(self, membre, entreprises):
        """Ceux dont il voit les deux fiches. Joue deux requêtes dès l'appel : les signalements sont peu, leurs clés aussi.

        D'une seule requête, une base sans statistiques joindrait toutes les fiches du réseau entre elles.
        """
        paires = self.filter(entreprise__reseau=membre.reseau).order_by().values_list("entreprise", "autre")
        visibles = set(entreprises.filter(pk__in={cle for paire in paires for cle in paire}).values_list("pk", flat=True))
        return self.filter(entreprise__in=visibles, autre__in=visibles)

    def a_traiter(self):
        return self.filter(traite_le=None)


class Doublon(models.Model):
    """Un membre signale que deux fiches sont la même entreprise ; l'animateur tranche."""

    entreprise = models.ForeignKey("entreprises.Entreprise", models.CASCADE, related_name="+")
    autre = models.ForeignKey("entreprises.Entreprise", models.CASCADE, related_name="+")
    signale_par = models.ForeignKey("reseau.Membre", models.PROTECT, related_name="+", verbose_name="signalé par")
    note = models.CharField(max_length=200, blank=True)
    signale_le = models.DateTimeField("signalé le", auto_now_add=True)
    traite_le = models.DateTimeField("traité le", null=True, blank=True)

    objects = DoublonQuerySet.as_manager()

    class Meta:
        ordering = ["signale_le", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(entreprise=F("autre")),
                name="doublon_de_deux_fiches",
                violation_error_message="Une fiche n’est pas le doublon d’elle-même.",
            ),
            models.UniqueConstraint(
                fields=["entreprise", "autre"],
                condition=Q(traite_le=None),
                name="doublon_unique",
                violation_error_message="Ce doublon est déjà signalé.",
            ),
        ]

    def __str__(self):
        return f"{self.entreprise} et {self.autre}"


class FusionQuerySet(models.QuerySet):
    def visibles_par(self, membre, entreprises):
        """Celles dont il voit la fiche gardée."""
        return self.filter(reseau=membre.reseau, gardee__in=entreprises)


class Fusion(models.Model):
    """Une fiche absorbée par une autre. `deplaces` : ce qui a changé de fiche, et ce que la gardée a repris, pour défaire."""

    reseau = models.ForeignKey("reseau.Reseau", models.PROTECT, related_name="fusions")
    gardee = models.ForeignKey("entreprises.Entreprise", models.PROTECT, related_name="fusions", verbose_name="fiche gardée")
    absorbee = models.ForeignKey("entreprises.Entreprise", models.PROTECT, related_name="+", verbose_name="fiche absorbée")
    par = models.ForeignKey("reseau.Membre", models.PROTECT, related_name="+")
    faite_le = models.DateTimeField("faite le", auto_now_add=True)
    defaite_le = models.DateTimeField("défaite le", null=True, blank=True)
    defaite_par = models.ForeignKey("reseau.Membre", models.PROTECT, null=True, blank=True, related_name="+")
    deplaces = models.JSONField("déplacés", default=dict)

    objects = FusionQuerySet.as_manager()

    class Meta:
        ordering = ["-faite_le", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["absorbee"],
                condition=Q(defaite_le=None),
                name="fusion_une_seule_fois",
                violation_error_message="Cette fiche est déjà fusionnée.",
            )
        ]

    def __str__(self):
        return f"{self.absorbee} dans {self.gardee}"

    def get_absolute_url(self):
        return reverse("suivi:fusion", args=[self.reseau.slug, self.pk])
