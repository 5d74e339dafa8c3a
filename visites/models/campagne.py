"""Le plan d'action : une période, une cible, un objectif par développeur."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from reseau.models import Versionne


class CampagneQuerySet(models.QuerySet):
    def visibles_par(self, membre):
        return self.filter(reseau=membre.reseau)

    def en_cours(self, le):
        return self.filter(debut_le__lte=le, fin_le__gte=le)


class Campagne(Versionne):
    reseau = models.ForeignKey("reseau.Reseau", models.PROTECT, related_name="campagnes")
    nom = models.CharField(max_length=120)
    cible = models.ForeignKey("entreprises.Cible", models.PROTECT, null=True, blank=True, related_name="campagnes")
    debut_le = models.DateField("du")
    fin_le = models.DateField("au")
    objectif = models.PositiveSmallIntegerField("visites par développeur", null=True, blank=True)

    objects = CampagneQuerySet.as_manager()

    class Meta:
        ordering = ["-debut_le", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(fin_le__gte=F("debut_le")),
                name="campagne_dates_dans_l_ordre",
                violation_error_message="La campagne finit après avoir commencé.",
            ),
            models.UniqueConstraint(
                fields=["reseau", "nom"],
                name="campagne_nom_unique",
                violation_error_message="Une campagne porte déjà ce nom.",
            ),
        ]

    def __str__(self):
        return self.nom

    def get_absolute_url(self):
        return reverse("visites:campagne", args=[self.reseau.slug, self.pk])
