"""La charte de déontologie du réseau, ses versions, et qui l'a acceptée quand."""

import re
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils.timezone import localdate, now

from reseau.lib.dates import plus_mois
from reseau.models.registre import Versionne

TITRE = re.compile(r"\d+\. [^\n]{1,80}")
ANNONCE = timedelta(days=15)  # la réacceptation s'annonce d'avance, sans rien fermer (conception, section 4)


class CharteQuerySet(models.QuerySet):
    def visibles_par(self, membre):
        return self.filter(reseau=membre.reseau_id)

    def adoptees(self):
        return self.filter(adoptee_le__isnull=False)

    def brouillons(self):
        return self.filter(adoptee_le=None)

    def en_vigueur(self):
        """Celles que nulle version adoptée n'a remplacées : une par réseau."""
        suivantes = Charte.objects.adoptees().filter(reseau=OuterRef("reseau"), numero__gt=OuterRef("numero"))
        return self.adoptees().exclude(Exists(suivantes))


class Charte(Versionne):
    """Une version de la charte : un brouillon se modifie ; adoptée en réunion, elle est figée (garde de la base)."""

    reseau = models.ForeignKey("reseau.Reseau", models.PROTECT, related_name="chartes")
    numero = models.PositiveIntegerField("numéro")
    texte = models.TextField(validators=[MinLengthValidator(200, "Une charte tient en plus de quelques mots.")])
    adoptee_le = models.DateField("adoptée le", null=True, blank=True)
    reunion = models.ForeignKey(
        "reseau.Reunion", models.PROTECT, null=True, blank=True, related_name="chartes", verbose_name="adoptée à la réunion"
    )

    objects = CharteQuerySet.as_manager()

    class Meta:
        ordering = ["-numero"]
        constraints = [
            models.UniqueConstraint(fields=["reseau", "numero"], name="charte_numero_unique"),
            models.UniqueConstraint(
                fields=["reseau"],
                condition=Q(adoptee_le=None),
                name="charte_un_brouillon",
                violation_error_message="Une version est déjà en préparation.",
            ),
            models.CheckConstraint(
                condition=Q(reunion=None) | Q(adoptee_le__isnull=False),
                name="charte_adoptee_en_reunion",
                violation_error_message="Dites quand la charte a été adoptée.",
            ),
        ]

    def __str__(self):
        return f"Charte, version {self.numero}"

    @property
    def adoptee(self):
        return self.adoptee_le is not None

    @property
    def blocs(self):
        """[(est un titre, texte)] : une ligne seule qui commence par un numéro, « 3. Le déport », est un titre."""
        alineas = filter(None, (alinea.strip() for alinea in re.split(r"\n\s*\n", self.texte.replace("\r", ""))))
        return [(bool(TITRE.fullmatch(alinea)), alinea) for alinea in alineas]


class Acceptation(models.Model):
    """Un membre a lu et accepté cette version : une ligne à chaque fois, on n'y touche plus."""

    charte = models.ForeignKey(Charte, models.PROTECT, related_name="acceptations")
    membre = models.ForeignKey("reseau.Membre", models.CASCADE, related_name="acceptations")
    le = models.DateTimeField("acceptée le", default=now, editable=False)

    class Meta:
        verbose_name = "acceptation de la charte"
        ordering = ["-le", "-pk"]
        indexes = [models.Index(fields=["membre", "charte", "-le"], name="acceptation_du_membre")]

    def __str__(self):
        return f"Acceptée le {localdate(self.le):%d/%m/%Y}"


class Engagement(NamedTuple):
    """Où en est un membre : `charte`, clé de celle en vigueur (None s'il n'y en a pas), quand il l'a acceptée, pour combien."""

    charte: int | None
    acceptee_le: date | None
    mois: int

    @property
    def echeance(self):
        """Le jour où il faut l'avoir acceptée de nouveau ; None si elle ne l'a jamais été."""
        return plus_mois(self.acceptee_le, self.mois) if self.acceptee_le else None

    def a_accepter(self, le):
        return self.charte is not None and (self.acceptee_le is None or self.echeance <= le)

    def a_renouveler(self, le):
        """Encore en cours, mais plus pour longtemps."""
        return self.charte is not None and not self.a_accepter(le) and self.echeance - ANNONCE <= le


@cache
def annotations():
    """`charte_en_vigueur` (clé) et `acceptee_le` (instant), pour un QuerySet de membres : sans requête de plus.

    Toute page servie s'en sert : composées une fois.
    """
    courante = Charte.objects.adoptees().filter(reseau=OuterRef("reseau")).order_by("-numero").values("pk")[:1]
    # Acceptée vaut pour la version en vigueur seulement : une version nouvelle s'accepte.
    acceptations = Acceptation.objects.filter(membre=OuterRef("pk"), charte=OuterRef("charte_en_vigueur"))
    return {"charte_en_vigueur": Subquery(courante), "acceptee_le": Subquery(acceptations.order_by("-le").values("le")[:1])}
