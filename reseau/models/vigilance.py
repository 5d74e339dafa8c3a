"""Les alertes de lecture en masse : qui, combien, quand ; jamais quoi."""

from django.db import models
from django.db.models import Q
from django.utils.timezone import now

from reseau.enums import GenreDAlerte


class AlerteQuerySet(models.QuerySet):
    def visibles_par(self, membre):
        return self.filter(reseau=membre.reseau_id)

    def a_voir(self):
        """Celles que nul animateur n'a encore regardées."""
        return self.filter(vue_le=None)


class Alerte(models.Model):
    """Un membre a lu, en `minutes`, bien plus que son travail n'en demande."""

    reseau = models.ForeignKey("reseau.Reseau", models.PROTECT)
    membre = models.ForeignKey("reseau.Membre", models.CASCADE, related_name="alertes")
    genre = models.CharField(max_length=20, choices=GenreDAlerte)
    minutes = models.PositiveIntegerField("en combien de minutes")
    nombre = models.PositiveIntegerField("combien")
    arret = models.BooleanField("la lecture a été arrêtée", default=False)
    le = models.DateTimeField("quand", default=now, editable=False)
    vue_le = models.DateTimeField("vue le", null=True, blank=True)
    vue_par = models.ForeignKey("reseau.Membre", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="vue par")

    objects = AlerteQuerySet.as_manager()

    class Meta:
        verbose_name = "alerte de lecture"
        verbose_name_plural = "alertes de lecture"
        ordering = ["-le", "-pk"]
        indexes = [models.Index(fields=["membre", "-le"], name="alerte_du_membre")]
        constraints = [models.CheckConstraint(condition=Q(genre__in=GenreDAlerte.values), name="alerte_genre_connu")]

    def __str__(self):
        return f"{self.nombre} {self.get_genre_display().lower()}"

    @property
    def duree(self):
        """« dix minutes », « une journée »"""
        return "dix minutes" if self.minutes == 10 else "une journée"
