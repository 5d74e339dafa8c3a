"""Ce qui tient le reste en ordre : version, journal, compteurs, jetons d'envoi."""

import uuid
from datetime import timedelta

from django.apps import apps
from django.db import models

from reseau.enums import Geste
from reseau.lib.dates import minuit


class Versionne(models.Model):
    """Fiche modifiée à plusieurs : le second à enregistrer lit un message au lieu d'écraser le premier."""

    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True


class JournalQuerySet(models.QuerySet):
    """Une borne en instants se lit dans l'index ; « le__date » le contournerait."""

    def visibles_par(self, membre, tout):
        """Le journal du réseau, ou seulement ce que ce membre y a laissé."""
        lignes = self.filter(reseau=membre.reseau)
        return lignes if tout else lignes.filter(membre=membre)

    def depuis(self, jour):
        return self.filter(le__gte=minuit(jour))

    def jusqu_au(self, jour):
        """Ce jour compris."""
        return self.filter(le__lt=minuit(jour + timedelta(days=1)))

    def avec_noms(self):
        return self.select_related("membre__institution")


class Journal(models.Model):
    """Qui a lu, exporté, modifié quoi : des identifiants, jamais de contenu. On y ajoute, on n'y touche plus."""

    reseau = models.ForeignKey("reseau.Reseau", models.PROTECT)
    membre = models.ForeignKey("reseau.Membre", models.RESTRICT, null=True, verbose_name="qui")
    le = models.DateTimeField("quand", auto_now_add=True)
    geste = models.CharField(max_length=20, choices=Geste)
    objet = models.CharField("quoi", max_length=60)
    objet_id = models.BigIntegerField("numéro", null=True)
    nombre = models.PositiveIntegerField("combien", default=1)
    precision = models.CharField("précision", max_length=200, blank=True)

    objects = JournalQuerySet.as_manager()

    class Meta:
        verbose_name = "ligne du journal"
        verbose_name_plural = "journal"
        ordering = ["-le", "-pk"]
        indexes = [
            models.Index(fields=["reseau", "-le"], name="journal_du_reseau"),
            models.Index(fields=["membre", "-le"], name="journal_du_membre"),
            models.Index(fields=["objet", "objet_id"], name="journal_de_l_objet"),
        ]

    def __str__(self):
        return f"{self.get_geste_display()} — {self.objet}"

    @property
    def objet_dit(self):
        """Le genre d'objet en français : « visites.visite » → « visite » ; un mot libre reste tel quel."""
        try:
            return apps.get_model(self.objet)._meta.verbose_name
        except (LookupError, ValueError):
            return self.objet


class Compteur(models.Model):
    """Numéros sans trou ni doublon, par réseau, série et année ; à lire verrouillé."""

    reseau = models.ForeignKey("reseau.Reseau", models.PROTECT)
    serie = models.CharField("série", max_length=20)
    annee = models.PositiveIntegerField("année")
    dernier = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reseau", "serie", "annee"], name="compteur_unique")]

    def __str__(self):
        return f"{self.serie} {self.annee} : {self.dernier}"


class JetonUtilise(models.Model):
    """Jeton d'un formulaire déjà reçu, et la page où cet envoi a mené."""

    valeur = models.UUIDField(default=uuid.uuid4)
    utilisateur = models.ForeignKey("reseau.Utilisateur", models.CASCADE)
    suite = models.CharField(max_length=500, blank=True)
    le = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "jeton d’envoi"
        constraints = [models.UniqueConstraint(fields=["utilisateur", "valeur"], name="jeton_unique")]

    def __str__(self):
        return str(self.valeur)
