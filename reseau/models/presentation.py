"""Ce que le réseau montre de lui : sa couleur, ses textes, les logos de ses institutions, sa page publique."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from reseau.lib.couleurs import BLEU_FRANCE, CONTRASTE_MIN, COULEUR, contraste_avec_le_blanc
from reseau.models.registre import Versionne


def valider_couleur(valeur):
    """Lève `ValidationError` si ce n'est pas « #rrggbb », ou si du blanc ne s'y lirait pas (WCAG 2.1, AA)."""
    if not COULEUR.fullmatch(valeur):
        raise ValidationError("Une couleur s’écrit par un dièse et six chiffres de 0 à f : #000091.")
    contraste = contraste_avec_le_blanc(valeur)
    if contraste < CONTRASTE_MIN:
        dit = f"{contraste:.1f}".replace(".", ",")
        raise ValidationError(f"Trop claire : du blanc y contraste à {dit} pour 1, il en faut 4,5. Choisissez-la plus sombre.")


class PresentationQuerySet(models.QuerySet):
    def ouvertes(self):
        """Celles dont la page publique se lit sans compte."""
        return self.filter(ouverte=True)

    def de(self, reseau):
        """Celle de ce réseau ; tant qu'il n'a rien réglé, celle par défaut, pas encore enregistrée."""
        return self.filter(reseau=reseau).first() or self.model(reseau=reseau)


class Presentation(Versionne):
    """Les textes vides valent ceux que fournit `reseau.presentation`."""

    reseau = models.OneToOneField("reseau.Reseau", models.PROTECT, related_name="presentation")
    couleur = models.CharField("couleur du réseau", max_length=7, default=BLEU_FRANCE, validators=[valider_couleur])
    ouverte = models.BooleanField("page publique ouverte", default=False)
    accroche = models.CharField(max_length=120, blank=True)
    le_reseau = models.TextField("le réseau", blank=True)
    un_developpeur = models.TextField("ce que fait un développeur", blank=True)
    une_visite = models.TextField("comment se passe une visite", blank=True)

    objects = PresentationQuerySet.as_manager()

    class Meta:
        verbose_name = "présentation du réseau"
        verbose_name_plural = "présentations"
        constraints = [
            models.CheckConstraint(
                condition=Q(couleur__regex=rf"^{COULEUR.pattern}$"),
                name="presentation_couleur_lisible",
                violation_error_message="Une couleur s’écrit #000091.",
            )
        ]

    def __str__(self):
        return f"Présentation de {self.reseau}"


class LogoDInstitution(models.Model):
    """À part de l'institution, qui se lit à chaque page : une image ne se charge que là où elle se montre."""

    institution = models.OneToOneField("reseau.Institution", models.CASCADE, related_name="logo")
    image = models.BinaryField()

    class Meta:
        verbose_name = "logo d’institution"
        verbose_name_plural = "logos d’institutions"

    def __str__(self):
        return f"Logo de {self.institution}"
