"""Se former ensemble : formations, immersions dans un service, binômes d'un ancien et d'un nouveau (dossier, II, formation)."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from reseau.enums import GenreDeFormation
from reseau.models.registre import Versionne


class FormationQuerySet(models.QuerySet):
    def visibles_par(self, membre):
        return self.filter(reseau=membre.reseau)

    def a_venir(self, le):
        """Celles qui ne sont pas finies ce jour-là, la plus proche d'abord."""
        return self.filter(Q(fin_le__gte=le) | Q(fin_le=None, le__gte=le)).order_by("le", "pk")

    def passees(self, le):
        return self.filter(Q(fin_le__lt=le) | Q(fin_le=None, le__lt=le)).order_by("-le", "-pk")


class Formation(Versionne):
    """Une formation, ou l'immersion dans un service : son programme, qui l'anime ou y accueille, et qui y vient."""

    reseau = models.ForeignKey("reseau.Reseau", models.PROTECT, related_name="formations")
    genre = models.CharField(max_length=20, choices=GenreDeFormation, default=GenreDeFormation.FORMATION)
    titre = models.CharField(max_length=160)
    le = models.DateField("date")
    fin_le = models.DateField("dernier jour", null=True, blank=True)
    lieu = models.CharField(max_length=120, blank=True)
    intervenant = models.CharField("intervenant", max_length=120, blank=True)
    organisme = models.CharField("organisme, ou service d’accueil", max_length=120, blank=True)
    programme = models.TextField(blank=True)

    objects = FormationQuerySet.as_manager()

    class Meta:
        ordering = ["-le", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(fin_le=None) | Q(fin_le__gte=F("le")),
                name="formation_dates_dans_l_ordre",
                violation_error_message="Le dernier jour vient après le premier.",
            ),
            models.CheckConstraint(condition=Q(genre__in=GenreDeFormation.values), name="formation_genre_connu"),
        ]

    def __str__(self):
        return self.titre

    def get_absolute_url(self):
        return reverse("reseau:formation", args=[self.reseau.slug, self.pk])


class Participation(models.Model):
    """Un membre à une formation : inscrit, puis pointé présent."""

    formation = models.ForeignKey(Formation, models.CASCADE, related_name="participations")
    membre = models.ForeignKey("reseau.Membre", models.RESTRICT, related_name="participations")
    present = models.BooleanField("présent", default=False)

    class Meta:
        ordering = ["membre__nom", "membre__prenom", "membre"]
        constraints = [
            models.UniqueConstraint(
                fields=["formation", "membre"],
                name="participation_unique",
                violation_error_message="Cette personne est déjà inscrite.",
            )
        ]

    def __str__(self):
        return str(self.membre)


class BinomeQuerySet(models.QuerySet):
    def visibles_par(self, membre):
        return self.filter(junior__reseau=membre.reseau)

    def avec_noms(self):
        return self.select_related("ancien__institution", "junior__institution")


class Binome(models.Model):
    """Un ancien accompagne un nouveau dans ses premières visites, de telle date à telle date."""

    ancien = models.ForeignKey("reseau.Membre", models.PROTECT, related_name="juniors")
    junior = models.ForeignKey("reseau.Membre", models.PROTECT, related_name="anciens", verbose_name="nouveau")
    debut_le = models.DateField("depuis le")
    fin_le = models.DateField("jusqu’au", null=True, blank=True)

    objects = BinomeQuerySet.as_manager()

    class Meta:
        verbose_name = "binôme"
        ordering = ["-debut_le", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(ancien=F("junior")),
                name="binome_deux_personnes",
                violation_error_message="Un binôme réunit deux personnes.",
            ),
            models.CheckConstraint(
                condition=Q(fin_le=None) | Q(fin_le__gte=F("debut_le")),
                name="binome_dates_dans_l_ordre",
                violation_error_message="Un binôme finit après avoir commencé.",
            ),
            models.UniqueConstraint(
                fields=["junior"],
                condition=Q(fin_le=None),
                name="binome_un_en_cours",
                violation_error_message="Ce nouveau a déjà un binôme en cours.",
            ),
        ]

    def __str__(self):
        return f"{self.ancien} et {self.junior}"
