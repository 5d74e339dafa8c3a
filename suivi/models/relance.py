"""Ce que l'outil a déjà écrit à chacun : le résumé d'une semaine ou d'une réunion, et les paliers de relance qu'il portait."""

from django.db import models
from django.db.models import Q

from suivi.enums import MotifRelance


class Resume(models.Model):
    """Un par membre et par semaine, ou par membre et par réunion. Sans `pli`, il n'y avait rien à dire cette semaine-là.

    `semaine` : son lundi.
    """

    membre = models.ForeignKey("reseau.Membre", models.PROTECT, related_name="resumes")
    semaine = models.DateField("semaine du", null=True, blank=True)
    reunion = models.ForeignKey("reseau.Reunion", models.PROTECT, null=True, blank=True, related_name="resumes")
    compose_le = models.DateTimeField("composé le")
    pli = models.ForeignKey("reseau.Pli", models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = "résumé"
        ordering = ["-compose_le", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["membre", "semaine"], name="resume_un_par_semaine"),
            models.UniqueConstraint(fields=["membre", "reunion"], name="resume_un_par_reunion"),
            models.CheckConstraint(
                condition=Q(semaine=None, reunion__isnull=False) | Q(semaine__isnull=False, reunion=None),
                name="resume_d_une_semaine_ou_d_une_reunion",
            ),
        ]

    def __str__(self):
        return f"Résumé du {self.compose_le:%d/%m/%Y}"


class Relance(models.Model):
    """Un palier dit à un membre, sur une action ou une visite. `depuis` : la date de l'objet d'où court l'échelle.

    Qu'elle change (une échéance reportée, une action confiée à un autre jour), et c'est une autre échelle.
    """

    resume = models.ForeignKey(Resume, models.CASCADE, related_name="relances")
    membre = models.ForeignKey("reseau.Membre", models.PROTECT, related_name="+")
    motif = models.CharField(max_length=20, choices=MotifRelance)
    action = models.ForeignKey("suivi.Action", models.CASCADE, null=True, blank=True, related_name="relances")
    visite = models.ForeignKey("visites.Visite", models.CASCADE, null=True, blank=True, related_name="relances")
    depuis = models.DateField()
    palier = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(action__isnull=False, visite=None) | Q(action=None, visite__isnull=False), name="relance_d_un_objet"
            ),
            models.UniqueConstraint(
                fields=["membre", "motif", "action", "depuis", "palier"],
                condition=Q(visite=None),
                name="relance_une_fois_par_action",
            ),
            models.UniqueConstraint(
                fields=["membre", "motif", "visite", "depuis", "palier"],
                condition=Q(action=None),
                name="relance_une_fois_par_visite",
            ),
        ]

    def __str__(self):
        return f"{self.get_motif_display()}, palier {self.palier}"
