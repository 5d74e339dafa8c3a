"""Les dispositifs que le réseau sait mobiliser : une aide ou une procédure, son organisme, son domaine, ses dates."""

from django.core.validators import URLValidator
from django.db import models
from django.db.models import F, Q

from reseau.enums import Domaine
from reseau.models.registre import Versionne


class DispositifQuerySet(models.QuerySet):
    def visibles_par(self, membre):
        return self.filter(reseau=membre.reseau)

    def en_vigueur(self, le):
        """Ceux que l'on peut mobiliser ce jour-là ; sans date, on les tient pour ouverts."""
        ouverts = self.filter(Q(debut_le=None) | Q(debut_le__lte=le))
        return ouverts.filter(Q(fin_le=None) | Q(fin_le__gte=le))


class Dispositif(Versionne):
    reseau = models.ForeignKey("reseau.Reseau", models.PROTECT, related_name="dispositifs")
    nom = models.CharField(max_length=120)
    organisme = models.CharField(max_length=120, help_text="Qui l’instruit : une institution du réseau ou une autre.")
    domaine = models.CharField(max_length=20, choices=Domaine)
    lien = models.CharField(
        max_length=300,
        blank=True,
        validators=[URLValidator(["https", "http"])],
        help_text="La page qui le décrit, adresse entière : https://…",
    )
    debut_le = models.DateField("en vigueur du", null=True, blank=True)
    fin_le = models.DateField("au", null=True, blank=True)

    objects = DispositifQuerySet.as_manager()

    class Meta:
        ordering = ["domaine", "nom", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(domaine__in=Domaine.values), name="dispositif_domaine_connu"),
            models.CheckConstraint(
                condition=Q(debut_le=None) | Q(fin_le=None) | Q(fin_le__gte=F("debut_le")),
                name="dispositif_dates_dans_l_ordre",
                violation_error_message="La fin vient après le début.",
            ),
        ]

    def __str__(self):
        return self.nom

    def vaut(self, le):
        """En vigueur ce jour-là : la même règle que `en_vigueur`, sans requête."""
        return (self.debut_le is None or self.debut_le <= le) and (self.fin_le is None or self.fin_le >= le)
