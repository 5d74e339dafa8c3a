"""L'ordre du jour d'une réunion : ce que l'on change à ce que les données y mettent, et les entreprises proposées."""

from django.db import models
from django.db.models import F, Q

from suivi.enums import GenreDePoint

NOTE_MAX = 300


class PointQuerySet(models.QuerySet):
    def inscrits(self):
        return self.filter(retire_le=None)

    def retires(self):
        return self.filter(retire_le__isnull=False)

    def avec_noms(self):
        return self.select_related("visite__entreprise", "demande_par__institution", "retire_par")


class Point(models.Model):
    """Une ligne de l'ordre du jour. Celles que donnent les données n'ont de `Point` que déplacées ou retirées.

    Un point libre porte son titre, qui l'a demandé et ce qui s'en est dit. Demandé par un autre que qui le retire, il ne
    se retire qu'avec un motif, gardé et montré.
    """

    reunion = models.ForeignKey("reseau.Reunion", models.CASCADE, related_name="points")
    genre = models.CharField(max_length=20, choices=GenreDePoint)
    visite = models.ForeignKey("visites.Visite", models.CASCADE, null=True, blank=True, related_name="points")
    titre = models.CharField(max_length=160, blank=True)
    demande_par = models.ForeignKey("reseau.Membre", models.RESTRICT, null=True, blank=True, related_name="+")
    texte = models.TextField("ce qui s’est dit", blank=True)
    rang = models.PositiveIntegerField(null=True, blank=True)
    retire_le = models.DateTimeField("retiré le", null=True, blank=True)
    retire_par = models.ForeignKey("reseau.Membre", models.RESTRICT, null=True, blank=True, related_name="+")
    motif_de_retrait = models.CharField("motif du retrait", max_length=200, blank=True)

    objects = PointQuerySet.as_manager()

    class Meta:
        verbose_name = "point de l’ordre du jour"
        verbose_name_plural = "points de l’ordre du jour"
        ordering = [F("rang").asc(nulls_last=True), "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["reunion", "visite"], condition=Q(visite__isnull=False), name="point_d_une_visite_unique"
            ),
            models.UniqueConstraint(
                fields=["reunion", "genre"],
                condition=Q(genre__in=["actions", "prochaines", "expose"]),
                name="point_de_ce_genre_unique",
            ),
            models.CheckConstraint(
                condition=Q(genre="visite", visite__isnull=False)
                | Q(genre="libre", visite=None, demande_par__isnull=False) & ~Q(titre="")
                | Q(genre__in=["actions", "prochaines", "expose"], visite=None),
                name="point_genre_complet",
                violation_error_message="Un point libre a un titre et un demandeur ; une restitution, sa visite.",
            ),
            models.CheckConstraint(
                condition=Q(retire_le=None, retire_par=None, motif_de_retrait="")
                | Q(retire_le__isnull=False, retire_par__isnull=False),
                name="point_retire_date",
                violation_error_message="Un point retiré dit quand et par qui.",
            ),
            models.CheckConstraint(
                condition=Q(retire_le=None) | Q(demande_par=None) | Q(retire_par=F("demande_par")) | ~Q(motif_de_retrait=""),
                name="point_retire_motive",
                violation_error_message="Un point demandé par un membre ne se retire qu’avec un motif.",
            ),
        ]

    def __str__(self):
        return self.titre or self.get_genre_display()

    @property
    def code(self):
        """Ce qui nomme ce sujet dans l'adresse de la séance : « visite-12 », « point-4 », « actions »."""
        if self.genre == GenreDePoint.VISITE:
            return f"visite-{self.visite_id}"
        return f"point-{self.pk}" if self.genre == GenreDePoint.LIBRE else self.genre


class PropositionQuerySet(models.QuerySet):
    def visibles_par(self, entreprises):
        """Celles des entreprises que le lecteur voit."""
        return self.filter(entreprise__in=entreprises)

    def en_attente(self):
        """Celles dont aucune réunion n'a décidé : elles reviennent à la suivante."""
        return self.filter(decidee_en=None)

    def ecartees(self):
        """Celles qu'une réunion n'a pas retenues."""
        return self.exclude(motif_d_ecart="")

    def avec_noms(self):
        return self.select_related("entreprise__commune", "proposee_par__institution").prefetch_related(
            "notes__membre__institution"
        )


class Proposition(models.Model):
    """Une entreprise qu'un membre propose de visiter ; une réunion la choisit, ou l'écarte avec un motif."""

    entreprise = models.ForeignKey("entreprises.Entreprise", models.PROTECT, related_name="propositions")
    proposee_par = models.ForeignKey("reseau.Membre", models.RESTRICT, related_name="+")
    proposee_le = models.DateField("proposée le")
    decidee_en = models.ForeignKey("reseau.Reunion", models.PROTECT, null=True, blank=True, related_name="propositions")
    motif_d_ecart = models.CharField("motif de l’écart", max_length=200, blank=True)

    objects = PropositionQuerySet.as_manager()

    class Meta:
        ordering = ["proposee_le", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(motif_d_ecart="") | Q(decidee_en__isnull=False),
                name="proposition_ecartee_en_reunion",
                violation_error_message="Une proposition s’écarte en réunion.",
            )
        ]

    def __str__(self):
        return f"Proposition : {self.entreprise}"


class Note(models.Model):
    """Ce qu'un membre sait d'une entreprise proposée : une note chacun, que son auteur peut changer."""

    proposition = models.ForeignKey(Proposition, models.CASCADE, related_name="notes")
    membre = models.ForeignKey("reseau.Membre", models.RESTRICT, related_name="+")
    texte = models.CharField("note", max_length=NOTE_MAX)
    le = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["membre__nom", "membre__prenom", "membre"]
        constraints = [
            models.UniqueConstraint(
                fields=["proposition", "membre"],
                name="note_unique",
                violation_error_message="Vous avez déjà laissé une note sur cette entreprise.",
            )
        ]

    def __str__(self):
        return f"Note de {self.membre}"
