"""Les réunions du réseau : leur date, qui y est convoqué, qui y était, ce qu'on y a exposé."""

from django.db import models
from django.db.models import Q
from django.urls import reverse

from reseau.enums import EtatPli, EtatPresence, EtatReunion
from reseau.models.registre import Versionne


class ReunionQuerySet(models.QuerySet):
    def avec_adresse(self):
        """Ce qu'il faut pour y mener."""
        return self.select_related("reseau").defer("reseau__logo")

    def visibles_par(self, membre):
        return self.filter(reseau=membre.reseau)

    def tenues(self, du=None, au=None):
        """Réunions tenues, entre deux jours compris s'ils sont donnés ; les annulées n'en sont jamais."""
        reunions = self.filter(etat=EtatReunion.TENUE)
        if du:
            reunions = reunions.filter(le__gte=du)
        return reunions.filter(le__lte=au) if au else reunions

    def a_venir(self, le):
        return self.filter(etat=EtatReunion.PREVUE, le__gte=le).order_by("le", "heure")


class Reunion(Versionne):
    reseau = models.ForeignKey("reseau.Reseau", models.PROTECT, related_name="reunions")
    le = models.DateField("date")
    heure = models.TimeField("heure")
    lieu = models.CharField(max_length=120)
    etat = models.CharField("état", max_length=20, choices=EtatReunion, default=EtatReunion.PREVUE)
    close_le = models.DateTimeField("close le", null=True, blank=True)
    annulee_le = models.DateTimeField("annulée le", null=True, blank=True)
    message = models.TextField("mot de la convocation", blank=True)
    releve = models.TextField("relevé de la discussion", blank=True)
    diffusee_le = models.DateTimeField("compte rendu diffusé le", null=True, blank=True)

    objects = ReunionQuerySet.as_manager()

    class Meta:
        verbose_name = "réunion"
        ordering = ["-le", "-heure", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(etat=EtatReunion.PREVUE, close_le=None, annulee_le=None)
                | Q(etat=EtatReunion.TENUE, close_le__isnull=False, annulee_le=None)
                | Q(etat=EtatReunion.ANNULEE, close_le=None, annulee_le__isnull=False),
                name="reunion_etat_date",
                violation_error_message="L’état de la réunion et sa date ne concordent pas.",
            ),
            models.CheckConstraint(
                condition=Q(diffusee_le=None) | Q(etat=EtatReunion.TENUE),
                name="reunion_diffusee_tenue",
                violation_error_message="Seul le compte rendu d’une réunion tenue se diffuse.",
            ),
        ]

    def __str__(self):
        return f"Réunion du {self.le:%d/%m/%Y}"

    def get_absolute_url(self):
        return reverse("suivi:reunion", args=[self.reseau.slug, self.pk])

    @property
    def ouverte(self):
        return self.etat == EtatReunion.PREVUE

    @property
    def details(self):
        """Ce qu'un convoqué doit savoir ; s'il en change un mot, on le prévient."""
        return self.le, self.heure, self.lieu


class Presence(models.Model):
    """Une personne à une réunion : réponse avant, pointage en séance."""

    reunion = models.ForeignKey(Reunion, models.CASCADE, related_name="presences")
    membre = models.ForeignKey("reseau.Membre", models.RESTRICT, related_name="presences")
    reponse = models.CharField("réponse", max_length=20, choices=EtatPresence, blank=True)
    remplacant = models.CharField("remplaçant", max_length=120, blank=True)
    repondu_le = models.DateTimeField("répondu le", null=True, blank=True)
    etat = models.CharField("pointage", max_length=20, choices=EtatPresence, blank=True)

    class Meta:
        verbose_name = "présence"
        ordering = ["membre__nom", "membre__prenom", "membre"]
        constraints = [
            models.UniqueConstraint(
                fields=["reunion", "membre"],
                name="presence_unique",
                violation_error_message="Cette personne est déjà sur la liste.",
            ),
            models.CheckConstraint(condition=Q(etat__in=["", *EtatPresence.values]), name="presence_etat_connu"),
            models.CheckConstraint(
                condition=~Q(reponse=EtatPresence.REPRESENTE) | ~Q(remplacant=""),
                name="presence_remplacant_nomme",
                violation_error_message="Dites qui vous remplace.",
            ),
        ]

    def __str__(self):
        return f"{self.membre} : {self.get_etat_display() or 'à pointer'}"


class ConvocationQuerySet(models.QuerySet):
    def dites(self):
        """Celles dont le courriel est parti, ou partira : qui doit recevoir les autres ne sait encore rien."""
        return self.exclude(pli__etat__in=[EtatPli.ABANDONNE, EtatPli.RETIRE])


class Convocation(models.Model):
    """Un courriel d'agenda à un membre : ce qu'il disait de la réunion. `pli` : le courriel, tant qu'on en garde trace."""

    reunion = models.ForeignKey(Reunion, models.CASCADE, related_name="convocations")
    membre = models.ForeignKey("reseau.Membre", models.RESTRICT, related_name="+")
    annule = models.BooleanField("retire la réunion de l’agenda", default=False)
    sequence = models.PositiveIntegerField("numéro d’ordre")
    le = models.DateField("date")
    heure = models.TimeField()
    lieu = models.CharField(max_length=120)
    demandee_le = models.DateTimeField("demandée le")
    pli = models.OneToOneField("reseau.Pli", models.SET_NULL, null=True, blank=True, related_name="convocation")

    objects = ConvocationQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return f"{'Annulation' if self.annule else 'Convocation'} de {self.membre}"

    @property
    def details(self):
        """Ce qu'elle a dit : jour, heure, lieu."""
        return self.le, self.heure, self.lieu


class Expose(models.Model):
    """Exposé d'un organisme pendant une réunion (annexe 2.6)."""

    reunion = models.ForeignKey(Reunion, models.CASCADE, related_name="exposes")
    titre = models.CharField(max_length=160)
    intervenant = models.CharField(max_length=120, blank=True)
    organisme = models.CharField(max_length=120, blank=True)
    programme = models.TextField(blank=True)

    class Meta:
        verbose_name = "exposé"
        ordering = ["pk"]

    def __str__(self):
        return self.titre
