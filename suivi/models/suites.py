"""Les suites d'une visite, dites au chef d'entreprise : ce qui a été décidé, et qui l'appellera."""

from django.db import models
from django.db.models import Exists, OuterRef, Q

from reseau.models import Versionne
from suivi.enums import Voie


class LettreDeSuitesQuerySet(models.QuerySet):
    def donnees(self):
        """Celles que le chef d'entreprise a reçues."""
        return self.filter(donnee_le__isnull=False)

    def attendues_de(self, visites):
        """Parmi ces visites, celles dont le compte rendu est terminé et dont les suites ne sont pas encore données."""
        rendues = visites.filter(compte_rendu__termine_le__isnull=False)
        return rendues.exclude(Exists(self.donnees().filter(visite=OuterRef("pk"))))


class LettreDeSuites(Versionne):
    """Le texte reste modifiable tant qu'il n'est pas donné ; ensuite il ne change plus.

    `pli` : le dernier courriel qui les porte. `echec` : pourquoi il n'est pas parti, ou pas encore.
    """

    visite = models.OneToOneField("visites.Visite", models.PROTECT, related_name="suites")
    objet = models.CharField(max_length=160)
    texte = models.TextField(max_length=4_000)
    courriel = models.EmailField("adresse du chef d’entreprise", blank=True)
    voie = models.CharField(max_length=20, choices=Voie, blank=True)
    donnee_le = models.DateField("données le", null=True, blank=True)
    donnee_par = models.ForeignKey("reseau.Membre", models.RESTRICT, null=True, blank=True, related_name="+")
    pli = models.ForeignKey("reseau.Pli", models.SET_NULL, null=True, blank=True, related_name="+", editable=False)
    echec = models.CharField("échec", max_length=200, blank=True)

    objects = LettreDeSuitesQuerySet.as_manager()

    class Meta:
        verbose_name = "lettre de suites"
        verbose_name_plural = "lettres de suites"
        constraints = [
            models.CheckConstraint(
                condition=Q(donnee_le=None, voie="", donnee_par=None)
                | Q(donnee_le__isnull=False, voie__in=Voie.values, donnee_par__isnull=False),
                name="suites_donnees_datees",
                violation_error_message="Des suites données ont une date, une voie et un auteur.",
            ),
        ]

    def __str__(self):
        return f"Suites de la visite de {self.visite.entreprise}"
