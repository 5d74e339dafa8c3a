"""Ce que le réseau ajoute aux fiches pour s'y retrouver : étiquettes, vues enregistrées, documents."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse

from entreprises.enums import ENTRE_ETIQUETTES


class EtiquetteQuerySet(models.QuerySet):
    def visibles_par(self, membre):
        return self.filter(reseau=membre.reseau)


class Etiquette(models.Model):
    """Un mot du réseau posé sur des entreprises, pour les retrouver ensemble."""

    reseau = models.ForeignKey("reseau.Reseau", models.CASCADE, related_name="etiquettes")
    nom = models.CharField(max_length=40)

    objects = EtiquetteQuerySet.as_manager()

    class Meta:
        verbose_name = "étiquette"
        ordering = ["nom"]
        constraints = [
            models.UniqueConstraint(
                "reseau", Lower("nom"), name="etiquette_unique", violation_error_message="Cette étiquette existe déjà."
            ),
            models.CheckConstraint(
                condition=~Q(nom__regex=f"[{ENTRE_ETIQUETTES}]"),
                name="etiquette_sans_separateur",
                violation_error_message="Un nom d’étiquette se passe de virgule, de point-virgule et de barre.",
            ),
        ]

    def __str__(self):
        return self.nom


class VueEnregistreeQuerySet(models.QuerySet):
    def visibles_par(self, membre):
        """Les siennes, et celles que le réseau partage."""
        return self.filter(Q(membre=membre) | Q(partagee=True), membre__reseau=membre.reseau)


class VueEnregistree(models.Model):
    """Des filtres et un tri gardés sous un nom. `parametres` : la fin de l'adresse, sans « ? » ni page."""

    membre = models.ForeignKey("reseau.Membre", models.CASCADE, related_name="vues_enregistrees")
    nom = models.CharField(max_length=60)
    parametres = models.TextField("paramètres", blank=True)
    partagee = models.BooleanField("proposée à tout le réseau", default=False)

    objects = VueEnregistreeQuerySet.as_manager()

    class Meta:
        verbose_name = "vue enregistrée"
        verbose_name_plural = "vues enregistrées"
        ordering = ["nom", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["membre", "nom"],
                name="vue_enregistree_unique",
                violation_error_message="Vous avez déjà une vue de ce nom.",
            )
        ]

    def __str__(self):
        return self.nom


class DocumentQuerySet(models.QuerySet):
    def visibles_par(self, membre, entreprises):
        """Ceux des entreprises qu'il voit, sans leur contenu."""
        return self.filter(entreprise__reseau=membre.reseau, entreprise__in=entreprises).defer("contenu")


class Document(models.Model):
    """Une pièce jointe à une entreprise ; `contenu` : les octets, jamais interprétés."""

    entreprise = models.ForeignKey("entreprises.Entreprise", models.CASCADE, related_name="documents")
    membre = models.ForeignKey("reseau.Membre", models.RESTRICT, verbose_name="déposé par")
    nom = models.CharField(max_length=120)
    contenu = models.BinaryField(editable=False)
    taille = models.PositiveIntegerField(help_text="octets")
    depose_le = models.DateTimeField("déposé le", auto_now_add=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ["-depose_le", "-pk"]

    def __str__(self):
        return self.nom

    def get_absolute_url(self):
        return reverse("entreprises:document", args=[self.entreprise.reseau.slug, self.pk])
