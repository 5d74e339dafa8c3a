"""Le besoin commun : le même besoin repéré dans plusieurs entreprises, que le réseau traite d'un seul geste."""

from django.db import models
from django.db.models import Q
from django.urls import reverse

from reseau.models import Versionne
from suivi.enums import Nature


class BesoinCommunQuerySet(models.QuerySet):
    def visibles_par(self, membre):
        """Ceux du réseau ; les projets qu'ils regroupent se lisent, eux, selon ce que voit le lecteur."""
        return self.filter(reseau=membre.reseau)

    def ouverts(self):
        return self.filter(clos_le=None)


class BesoinCommun(Versionne):
    """Un besoin nommé une fois, et les projets où on l'a entendu."""

    reseau = models.ForeignKey("reseau.Reseau", models.PROTECT, related_name="besoins")
    titre = models.CharField("le besoin, en quelques mots", max_length=160)
    nature = models.CharField(max_length=20, choices=Nature)
    suite = models.CharField(
        "ce que le réseau en fait", max_length=300, blank=True, help_text="Une réunion commune, un dispositif, un exposé…"
    )
    ouvert_par = models.ForeignKey("reseau.Membre", models.RESTRICT, related_name="+")
    ouvert_le = models.DateField("repéré le")
    clos_le = models.DateField("traité le", null=True, blank=True)
    projets = models.ManyToManyField("suivi.Projet", through="suivi.BesoinRepere", related_name="besoins")

    objects = BesoinCommunQuerySet.as_manager()

    class Meta:
        verbose_name = "besoin commun"
        verbose_name_plural = "besoins communs"
        ordering = ["titre", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(nature__in=Nature.values), name="besoin_nature_connue"),
            models.UniqueConstraint(
                fields=["reseau", "titre"],
                condition=Q(clos_le=None),
                name="besoin_titre_unique",
                violation_error_message="Ce besoin est déjà ouvert : rattachez-y le projet.",
            ),
        ]

    def __str__(self):
        return self.titre

    def get_absolute_url(self):
        return reverse("suivi:besoin", args=[self.reseau.slug, self.pk])


class BesoinRepere(models.Model):
    """Ce besoin, dans ce projet : qui l'a rapproché, et quand."""

    besoin = models.ForeignKey(BesoinCommun, models.CASCADE, related_name="reperes")
    projet = models.ForeignKey("suivi.Projet", models.CASCADE, related_name="reperes")
    par = models.ForeignKey("reseau.Membre", models.RESTRICT, related_name="+")
    le = models.DateField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["besoin", "projet"], name="besoinrepere_unique")]

    def __str__(self):
        return f"{self.besoin} : {self.projet}"
