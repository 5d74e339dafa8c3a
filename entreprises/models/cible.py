"""La cible : des critères, une décision du réseau, une liste figée ; les générations se suivent."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from entreprises.enums import EtatCible, Voix
from reseau.models import Versionne


class CibleQuerySet(models.QuerySet):
    def visibles_par(self, membre):
        return self.filter(reseau=membre.reseau)

    def decidees(self):
        return self.filter(etat=EtatCible.DECIDEE)

    def en_preparation(self):
        return self.filter(etat=EtatCible.BROUILLON)

    def au_vote(self):
        return self.filter(vote_ouvert_le__isnull=False, vote_clos_le=None)

    def avec_nombre(self):
        """Annote `nombre` : les entreprises de la liste figée, sans les écartées."""
        retenues = models.Count("lignes", filter=Q(lignes__motif_d_ecart=""))
        return self.annotate(nombre=retenues).order_by(*self.model._meta.ordering)

    def en_vigueur(self, reseau, le):
        """La dernière cible décidée à cette date, ou None."""
        return self.decidees().filter(reseau=reseau, decidee_le__lte=le).order_by("-decidee_le", "-pk").first()


class Cible(Versionne):
    """`criteres` : {"zones_emploi": [codes], "arrondissements": [codes], "epci": [codes], "divisions": [codes NAF],
    "tranches": [codes Insee], "filieres": [noms], "etiquettes": [clés]} ; une liste vide ou absente admet tout.
    """

    reseau = models.ForeignKey("reseau.Reseau", models.PROTECT, related_name="cibles")
    nom = models.CharField(max_length=120)
    generation = models.PositiveSmallIntegerField("génération", default=1)
    criteres = models.JSONField("critères", default=dict)
    etat = models.CharField("état", max_length=20, choices=EtatCible, default=EtatCible.BROUILLON)
    decidee_le = models.DateField("décidée le", null=True, blank=True)
    reunion = models.ForeignKey(
        "reseau.Reunion",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cibles",
        verbose_name="décidée en réunion",
    )
    precedente = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="suivantes", verbose_name="génération d’avant"
    )
    vote_ouvert_le = models.DateTimeField("vote ouvert le", null=True, blank=True)
    vote_clos_le = models.DateTimeField("vote clos le", null=True, blank=True)

    objects = CibleQuerySet.as_manager()

    class Meta:
        ordering = ["-decidee_le", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(etat=EtatCible.BROUILLON, decidee_le=None) | Q(etat=EtatCible.DECIDEE, decidee_le__isnull=False),
                name="cible_decidee_datee",
                violation_error_message="Une cible décidée porte la date de sa décision.",
            ),
            models.UniqueConstraint(
                fields=["precedente"],
                name="cible_une_suivante",
                violation_error_message="La génération suivante de cette cible est déjà préparée.",
            ),
            models.CheckConstraint(
                condition=Q(vote_clos_le=None) | Q(vote_ouvert_le__isnull=False, vote_clos_le__gte=F("vote_ouvert_le")),
                name="cible_vote_dans_l_ordre",
                violation_error_message="Un vote se clôt après s’être ouvert.",
            ),
        ]

    def __str__(self):
        return self.nom

    def get_absolute_url(self):
        return reverse("entreprises:cible", args=[self.reseau.slug, self.pk])

    @property
    def decidee(self):
        """Sa liste est figée : ses critères ne changent plus."""
        return self.etat == EtatCible.DECIDEE

    @property
    def vote_en_cours(self):
        return self.vote_ouvert_le is not None and self.vote_clos_le is None

    @property
    def vote_clos(self):
        return self.vote_clos_le is not None


class Vote(models.Model):
    """La voix d'un membre sur une cible en préparation : une par membre, qu'il peut changer tant que le vote est ouvert."""

    cible = models.ForeignKey(Cible, models.CASCADE, related_name="votes")
    membre = models.ForeignKey("reseau.Membre", models.PROTECT, related_name="votes")
    voix = models.CharField(max_length=20, choices=Voix)
    le = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cible", "membre"], name="vote_unique", violation_error_message="Vous avez déjà voté."
            )
        ]

    def __str__(self):
        # Jamais la voix elle-même : ce texte peut s'afficher, et un vote ne se montre qu'en totaux.
        return f"Voix de {self.membre}"


class LigneDeCibleQuerySet(models.QuerySet):
    def visibles_par(self, membre, entreprises):
        """Celles du réseau dont il voit l'entreprise."""
        return self.filter(cible__reseau=membre.reseau, entreprise__in=entreprises)

    def retenues(self):
        return self.filter(motif_d_ecart="")

    def ecartees(self):
        return self.exclude(motif_d_ecart="")


class LigneDeCible(models.Model):
    """Une entreprise de la liste figée, ou écartée avec son motif."""

    cible = models.ForeignKey(Cible, models.CASCADE, related_name="lignes")
    entreprise = models.ForeignKey("entreprises.Entreprise", models.PROTECT, related_name="lignes_de_cible")
    motif_d_ecart = models.CharField("motif de l’écart", max_length=200, blank=True)

    objects = LigneDeCibleQuerySet.as_manager()

    class Meta:
        verbose_name = "ligne de cible"
        constraints = [
            models.UniqueConstraint(
                fields=["cible", "entreprise"],
                name="ligne_de_cible_unique",
                violation_error_message="Cette entreprise est déjà dans la liste.",
            )
        ]

    def __str__(self):
        return str(self.entreprise)
