"""Quand un membre n'est pas là : de quoi ne pas lui confier une visite, ni prendre un rendez-vous, sans le savoir."""

from django.db import models
from django.db.models import F, Q

from reseau.droits import TOUT, autorise, portee
from reseau.enums import Civilite
from reseau.lib.dates import periode_en_mots
from reseau.models.membre import Membre


class AbsenceQuerySet(models.QuerySet):
    def visibles_par(self, membre):
        """Celles du réseau, ou les siennes seulement pour qui n'en lit pas l'annuaire ; voir `Absence.motif_pour`."""
        absences = self.filter(membre__reseau=membre.reseau)
        return absences if portee(membre, "absences.voir") is TOUT else absences.filter(membre=membre)

    def gerables_par(self, membre):
        """Celles qu'il saisit et supprime : les siennes, celles de chacun pour l'animateur."""
        visibles = self.visibles_par(membre)
        return visibles if portee(membre, "absences.tenir") is TOUT else visibles.filter(membre=membre)

    def entre(self, du, au):
        """Celles dont un jour au moins tombe dans la période, bornes comprises."""
        return self.filter(debut_le__lte=au, fin_le__gte=du)

    def a_venir(self, le):
        """En cours ce jour-là ou plus tard."""
        return self.filter(fin_le__gte=le)

    def passees(self, le):
        return self.filter(fin_le__lt=le)


class Absence(models.Model):
    """Une période, bornes comprises. Deux absences d'un même membre ne se chevauchent pas (`noter_une_absence`)."""

    membre = models.ForeignKey(Membre, models.PROTECT, related_name="absences")
    debut_le = models.DateField("premier jour")
    fin_le = models.DateField("dernier jour")
    motif = models.CharField(max_length=120, blank=True)
    suppleant = models.ForeignKey(
        Membre, models.PROTECT, null=True, blank=True, related_name="suppleances", verbose_name="suppléant"
    )

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        ordering = ["debut_le", "membre__nom", "membre__prenom", "pk"]
        indexes = [models.Index(fields=["membre", "debut_le", "fin_le"], name="absence_du_membre")]
        constraints = [
            models.CheckConstraint(
                condition=Q(fin_le__gte=F("debut_le")),
                name="absence_dates_dans_l_ordre",
                violation_error_message="Le dernier jour vient avant le premier.",
            ),
            models.CheckConstraint(
                condition=Q(suppleant=None) | ~Q(suppleant=F("membre")),
                name="absence_suppleant_autre",
                violation_error_message="On ne se supplée pas soi-même.",
            ),
        ]

    def __str__(self):
        return f"Absence de {self.membre} {self.en_mots}"

    @property
    def en_mots(self):
        """« du 3 au 21 août 2026 », ou « le 3 août 2026 »."""
        return periode_en_mots(self.debut_le, self.fin_le)

    @property
    def phrase(self):
        """« Camille Fictif est absente du 3 au 21 août 2026 », sans point ni motif."""
        return f"{self.membre} est {self.accord} {self.en_mots}"

    @property
    def accord(self):
        return "absente" if self.membre.civilite == Civilite.MADAME else "absent"

    def comprend(self, jour):
        return self.debut_le <= jour <= self.fin_le

    def motif_pour(self, lecteur):
        """Le motif, que seuls lisent l'intéressé et l'animateur ; "" pour les autres."""
        return self.motif if autorise(lecteur, "absences.tenir", self.membre) else ""
