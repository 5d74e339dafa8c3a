"""Ce que le chef d'entreprise pense de la visite et de ses suites : par un lien sans compte, ou saisi pendant un entretien."""

from datetime import timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from entreprises.models import Deport
from reseau.droits import SIENS, portee
from reseau.models import Versionne
from suivi.enums import VoieDEvaluation
from suivi.models.action import Action

VALIDITE = timedelta(days=45)  # d'un lien ; au-delà, le questionnaire ne s'ouvre plus
NOTES = {
    "ecoute": "On a écouté ce que je voulais faire",
    "utilite": "La visite m’a été utile",
    "suites": "Ce qui avait été promis a été fait",
    "clarte": "Je sais à qui m’adresser maintenant",
}


def note(libelle):
    bornes = [MinValueValidator(1), MaxValueValidator(5)]
    return models.PositiveSmallIntegerField(libelle, null=True, blank=True, validators=bornes)


class EvaluationQuerySet(models.QuerySet):
    def visibles_par(self, membre):
        """Celles du réseau, moins ses déports ; pour qui n'a que les siennes : ce qu'il a visité, suivi ou porté."""
        deports = Deport.objects.filter(entreprise=OuterRef("visite__entreprise"), membre=membre)
        evaluations = self.filter(visite__reseau=membre.reseau).exclude(Exists(deports))
        if portee(membre, "evaluations.lire") is SIENS:
            evaluations = evaluations.filter(self._de(membre))
        return evaluations

    def _de(self, membre):
        portees = Action.objects.filter(projet__visite=OuterRef("visite"))
        aide = Exists(portees.filter(Q(responsable=membre) | Q(projet__interlocuteur=membre)))
        return Q(visite__developpeur=membre) | Q(visite__accompagnant=membre) | Q(aide)

    def avec_noms(self):
        return self.select_related("visite__reseau", "visite__entreprise", "visite__developpeur__institution")

    def repondues(self):
        return self.filter(repondue_le__isnull=False)

    def attendues_de(self, visites):
        """Parmi ces visites, celles faites dont le chef d'entreprise n'a pas encore donné son avis, la dernière d'abord."""
        faites = visites.realisees().exclude(Exists(self.repondues().filter(visite=OuterRef("pk"))))
        return faites.order_by("-realisee_le", "-pk")

    def ouvertes(self, instant):
        """Celles dont le lien sert encore."""
        return self.filter(repondue_le=None, expire_le__gt=instant).exclude(empreinte="")

    def publiables(self):
        """Témoignages que leur auteur a permis de publier, à une date, et n'a pas retirés."""
        return self.repondues().filter(accord_le__isnull=False, accord_retire_le=None).exclude(temoignage="")


class Evaluation(Versionne):
    """Une par visite. `empreinte` : celle du jeton du lien, vidée dès qu'il a servi. Les notes vont de 1 (pas du tout) à 5 (tout
    à fait) ; aucune n'est obligatoire. `accord_le` : le jour où le chef d'entreprise permet de publier son témoignage.
    """

    visite = models.OneToOneField("visites.Visite", models.PROTECT, related_name="evaluation")
    voie = models.CharField(max_length=20, choices=VoieDEvaluation)
    courriel = models.EmailField("adresse du chef d’entreprise", blank=True)
    empreinte = models.CharField(max_length=64, blank=True, editable=False)
    proposee_le = models.DateTimeField("proposée le")
    proposee_par = models.ForeignKey("reseau.Membre", models.RESTRICT, related_name="+", verbose_name="proposée par")
    expire_le = models.DateTimeField("expire le", null=True, blank=True)
    ouvertures = models.PositiveSmallIntegerField(default=0, editable=False)
    repondue_le = models.DateTimeField("répondue le", null=True, blank=True)
    ecoute, utilite, suites, clarte = (note(libelle) for libelle in NOTES.values())
    recommande = models.BooleanField("conseillerait le réseau", null=True, blank=True)
    commentaire = models.TextField("ce qui a servi, ce qui a manqué", max_length=1_500, blank=True)
    temoignage = models.TextField("témoignage", max_length=600, blank=True)
    signature = models.CharField("nom sous le témoignage", max_length=120, blank=True)
    accord_le = models.DateField("accord de publication du", null=True, blank=True)
    accord_retire_le = models.DateField("accord retiré le", null=True, blank=True)

    objects = EvaluationQuerySet.as_manager()

    class Meta:
        verbose_name = "évaluation"
        ordering = ["-repondue_le", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["empreinte"], condition=~Q(empreinte=""), name="evaluation_empreinte_unique"),
            models.CheckConstraint(condition=Q(voie__in=VoieDEvaluation.values), name="evaluation_voie_connue"),
            models.CheckConstraint(
                condition=Q(empreinte="") | Q(repondue_le=None, expire_le__isnull=False), name="evaluation_lien_perissable"
            ),
            models.CheckConstraint(
                condition=Q(accord_le=None) | (~Q(temoignage="") & ~Q(signature="") & Q(repondue_le__isnull=False)),
                name="evaluation_accord_d_un_temoignage",
                violation_error_message="L’accord porte sur un témoignage écrit et signé.",
            ),
            models.CheckConstraint(
                condition=Q(accord_retire_le=None) | Q(accord_le__isnull=False), name="evaluation_accord_retire"
            ),
            models.CheckConstraint(
                condition=Q(*((Q(**{f"{nom}__isnull": True}) | Q(**{f"{nom}__range": (1, 5)})) for nom in NOTES)),
                name="evaluation_notes_bornees",
                violation_error_message="Une note va de 1 à 5.",
            ),
        ]

    def __str__(self):
        return f"Évaluation de {self.visite.entreprise}"

    def get_absolute_url(self):
        return reverse("suivi:evaluation", args=[self.visite.reseau.slug, self.pk])

    @property
    def publiable(self):
        return bool(self.temoignage and self.accord_le and not self.accord_retire_le)

    @property
    def notes(self):
        """[(phrase, note ou None)]."""
        return [(libelle, getattr(self, nom)) for nom, libelle in NOTES.items()]


class ChefDuPanelQuerySet(models.QuerySet):
    def visibles_par(self, membre):
        deports = Deport.objects.filter(entreprise=OuterRef("contact__entreprise"), membre=membre)
        return self.filter(reseau=membre.reseau).exclude(Exists(deports))

    def actifs(self):
        return self.filter(sorti_le=None)

    def avec_noms(self):
        return self.select_related("reseau", "contact__entreprise__commune", "contact__entreprise__reseau")


class ChefDuPanel(Versionne):
    """Un chef d'entreprise-test : il accepte que le réseau l'interroge, sur lui-même et sur ses projets de documents."""

    reseau = models.ForeignKey("reseau.Reseau", models.PROTECT, related_name="panel")
    contact = models.ForeignKey("entreprises.Contact", models.CASCADE, related_name="panel", verbose_name="chef d’entreprise")
    entre_le = models.DateField("a accepté le")
    sorti_le = models.DateField("est sorti le", null=True, blank=True)
    note = models.CharField("ce sur quoi l’interroger", max_length=300, blank=True)

    objects = ChefDuPanelQuerySet.as_manager()

    class Meta:
        verbose_name = "chef d’entreprise-test"
        verbose_name_plural = "chefs d’entreprise-test"
        ordering = ["contact__nom", "contact__prenom", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["reseau", "contact"],
                condition=Q(sorti_le=None),
                name="panel_une_place",
                violation_error_message="Cette personne est déjà du panel.",
            )
        ]

    def __str__(self):
        return str(self.contact)


class ConsultationDuPanel(models.Model):
    """Ce qu'un chef d'entreprise-test a répondu, un jour, à ce qu'on lui a soumis."""

    chef = models.ForeignKey(ChefDuPanel, models.CASCADE, related_name="consultations")
    le = models.DateField("le")
    sujet = models.CharField("soumis à son avis", max_length=160)
    avis = models.TextField(max_length=1_500)
    membre = models.ForeignKey("reseau.Membre", models.RESTRICT, related_name="+", verbose_name="recueilli par")

    class Meta:
        verbose_name = "avis du panel"
        verbose_name_plural = "avis du panel"
        ordering = ["-le", "-pk"]

    def __str__(self):
        return self.sujet
