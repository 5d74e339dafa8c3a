"""Le compte rendu d'une réunion tel qu'il a été diffusé : mêmes octets ensuite, une version par classe de droits."""

from django.db import models
from django.db.models import Q

from suivi.enums import VersionDuCompteRendu


class CompteRenduFige(models.Model):
    """Le PDF, le .docx d'une version et leurs empreintes ; refaits (`refige_le`) pour y effacer une personne, et pour cela seul.

    `sans` : les clés des entreprises que la version expurgée tait, celles dont un membre se déportait à la diffusion.
    """

    reunion = models.ForeignKey("reseau.Reunion", models.PROTECT, related_name="figes")
    version = models.CharField(max_length=20, choices=VersionDuCompteRendu)
    pdf = models.BinaryField()
    docx = models.BinaryField()
    empreinte_pdf = models.CharField("empreinte SHA-256 du PDF", max_length=64)
    empreinte_docx = models.CharField("empreinte SHA-256 du .docx", max_length=64)
    sans = models.JSONField(default=list, blank=True)
    le = models.DateTimeField()
    refige_le = models.DateTimeField("refigé le", null=True, blank=True)
    detruit_le = models.DateTimeField("détruit le", null=True, blank=True)  # `pdf` et `docx` sont alors vides

    class Meta:
        verbose_name = "compte rendu diffusé"
        verbose_name_plural = "comptes rendus diffusés"
        constraints = [
            models.UniqueConstraint(fields=["reunion", "version"], name="compte_rendu_fige_unique"),
            models.CheckConstraint(condition=Q(version__in=VersionDuCompteRendu.values), name="compte_rendu_fige_version_connue"),
        ]

    def __str__(self):
        return f"{self.get_version_display()} : {self.empreinte_pdf[:12]}"
