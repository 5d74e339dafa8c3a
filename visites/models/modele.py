"""Les modèles de lettre d'un réseau : un texte à variables contrôlées, modifiable à l'écran."""

from django.db import models
from django.db.models import Q
from django.urls import reverse

from reseau.lib.lettre import MODELE_DE_RELANCE, MODELE_PAR_DEFAUT, ModeleDeLettre, en_paragraphes
from reseau.models import Versionne
from visites.enums import GenreCourrier

# Ce qui sert tant que le réseau n'a rien écrit.
FOURNIS = {GenreCourrier.ANNONCE: MODELE_PAR_DEFAUT, GenreCourrier.RELANCE: MODELE_DE_RELANCE}
CORPS_MAX = 6_000  # caractères ; une page en porte la moitié


class ModeleDeCourrierQuerySet(models.QuerySet):
    def visibles_par(self, membre):
        return self.filter(reseau=membre.reseau)

    def en_service(self):
        return self.filter(retire_le=None)

    def textes_par_defaut(self, reseau):
        """Dictionnaire genre → `ModeleDeLettre` que suit une lettre sans modèle choisi ; une requête."""
        choisis = {modele.genre: modele.texte for modele in self.filter(reseau=reseau, par_defaut=True)}
        return {genre: choisis.get(genre, fourni) for genre, fourni in FOURNIS.items()}


class ModeleDeCourrier(Versionne):
    """Un texte de lettre : ses variables sont celles de `reseau.lib.lettre.VARIABLES`, et elles seules."""

    reseau = models.ForeignKey("reseau.Reseau", models.PROTECT, related_name="modeles_de_courrier")
    genre = models.CharField("sert à", max_length=20, choices=GenreCourrier, default=GenreCourrier.ANNONCE)
    nom = models.CharField("nom du modèle", max_length=80)
    objet = models.CharField(max_length=160)
    corps = models.TextField("texte", max_length=CORPS_MAX, help_text="Un paragraphe par alinéa.")
    politesse = models.CharField("formule de politesse", max_length=300)
    par_defaut = models.BooleanField("suivi par les prochaines lettres", default=False)
    retire_le = models.DateField("retiré le", null=True, blank=True, editable=False)

    objects = ModeleDeCourrierQuerySet.as_manager()

    class Meta:
        verbose_name = "modèle de lettre"
        verbose_name_plural = "modèles de lettre"
        ordering = ["genre", "nom", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["reseau", "nom"],
                condition=Q(retire_le=None),
                name="modele_nom_unique",
                violation_error_message="Un modèle porte déjà ce nom.",
            ),
            models.UniqueConstraint(
                fields=["reseau", "genre"],
                condition=Q(par_defaut=True),
                name="modele_un_seul_par_defaut",
                violation_error_message="Un autre modèle est déjà suivi par les prochaines lettres.",
            ),
            models.CheckConstraint(
                condition=Q(par_defaut=False) | Q(retire_le=None),
                name="modele_retire_ne_sert_plus",
                violation_error_message="Un modèle retiré n’est plus suivi par les prochaines lettres.",
            ),
        ]

    def __str__(self):
        return self.nom

    def get_absolute_url(self):
        return reverse("visites:modele-modifier", args=[self.reseau.slug, self.pk])

    @property
    def texte(self):
        """Son `ModeleDeLettre`."""
        return ModeleDeLettre(self.objet, en_paragraphes(self.corps), self.politesse)
