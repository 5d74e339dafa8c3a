"""Un fichier déposé, gardé le temps de l'aperçu, et le bilan de son import."""

from django.db import models
from django.db.models import Q
from django.urls import reverse

from entreprises.enums import EtatImport


class ImportQuerySet(models.QuerySet):
    def visibles_par(self, membre):
        return self.filter(reseau=membre.reseau).defer("contenu", "rejets").select_related("membre")

    def oublies(self, avant):
        """Déposés avant cet instant et jamais confirmés."""
        return self.filter(etat=EtatImport.APERCU, depose_le__lt=avant)


class Import(models.Model):
    """Un dépôt. `contenu` : le fichier tant qu'on hésite, puis ses seules lignes rejetées (CSV) ; vide si abandonné.

    `bilan` : lus, crees, modifies, inchanges, rejetes (nombres), puis la description du fichier (`Apercu.en_json`).
    `rejets` : [{"ligne": n, "raison": "…"}].
    """

    reseau = models.ForeignKey("reseau.Reseau", models.PROTECT, related_name="imports")
    membre = models.ForeignKey("reseau.Membre", models.RESTRICT, verbose_name="déposé par")
    nom = models.CharField("fichier", max_length=200)
    contenu = models.BinaryField(editable=False)
    depose_le = models.DateTimeField("déposé le", auto_now_add=True)
    etat = models.CharField("état", max_length=20, choices=EtatImport, default=EtatImport.APERCU)
    ecrit_le = models.DateTimeField("importé le", null=True, blank=True)
    bilan = models.JSONField(default=dict)
    rejets = models.JSONField(default=list)

    objects = ImportQuerySet.as_manager()

    class Meta:
        ordering = ["-depose_le", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(etat=EtatImport.ECRIT) | Q(ecrit_le__isnull=False), name="import_ecrit_date")
        ]

    def __str__(self):
        return self.nom

    def get_absolute_url(self):
        return reverse("entreprises:import", args=[self.reseau.slug, self.pk])

    @property
    def a_confirmer(self):
        return self.etat == EtatImport.APERCU
