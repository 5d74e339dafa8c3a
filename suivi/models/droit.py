"""Une personne exerce ses droits : ce qu'elle demande, qui on cherche, et ce qu'il en reste une fois répondu : rien d'elle."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.timezone import localdate

from reseau.conservation import il_y_a_des_mois
from reseau.lib.identite import Identite
from reseau.models import Versionne
from suivi.enums import DroitExerce

DELAI_MOIS = 1  # RGPD, article 12, 3


class DemandeDeDroitQuerySet(models.QuerySet):
    def visibles_par(self, membre):
        return self.filter(reseau=membre.reseau)

    def a_traiter(self):
        return self.filter(traitee_le=None)


class DemandeDeDroit(Versionne):
    """Qui l'on cherche (vidé dès la réponse), et des nombres. `bilan` : {« textes » : 12, …}, jamais de contenu."""

    reseau = models.ForeignKey("reseau.Reseau", models.PROTECT, related_name="demandes_de_droit")
    droit = models.CharField("elle demande", max_length=20, choices=DroitExerce)
    nom = models.CharField(max_length=80, blank=True)
    prenom = models.CharField("prénom", max_length=80, blank=True)
    courriel = models.EmailField(blank=True)
    telephone = models.CharField("téléphone", max_length=20, blank=True)
    recue_le = models.DateField("reçue le")
    ouverte_par = models.ForeignKey("reseau.Membre", models.RESTRICT, related_name="+")
    traitee_le = models.DateField("répondue le", null=True, blank=True)
    traitee_par = models.ForeignKey("reseau.Membre", models.RESTRICT, null=True, blank=True, related_name="+")
    bilan = models.JSONField(default=dict, blank=True)

    objects = DemandeDeDroitQuerySet.as_manager()

    class Meta:
        verbose_name = "demande de droit"
        verbose_name_plural = "demandes de droits"
        ordering = [models.F("traitee_le").desc(nulls_first=True), "recue_le", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(droit__in=DroitExerce.values), name="droit_connu"),
            models.CheckConstraint(
                condition=Q(traitee_le=None) | Q(nom="", prenom="", courriel="", telephone=""),
                name="droit_traite_sans_nom",
                violation_error_message="Une demande répondue ne garde le nom de personne.",
            ),
        ]

    def __str__(self):
        return f"Demande n° {self.pk}"

    def get_absolute_url(self):
        return reverse("suivi:droit", args=[self.reseau.slug, self.pk])

    @property
    def traitee(self):
        return self.traitee_le is not None

    @property
    def qui(self):
        """« Élise Zabulon », ou ce que l'on sait d'elle ; vide une fois répondu."""
        return f"{self.prenom} {self.nom}".strip() or self.courriel or self.telephone

    @property
    def identite(self):
        return Identite.de(nom=self.nom, prenom=self.prenom, courriels=[self.courriel], telephones=[self.telephone])

    @property
    def repondre_avant(self):
        return il_y_a_des_mois(self.recue_le, -DELAI_MOIS)

    @property
    def en_retard(self):
        return not self.traitee and self.repondre_avant < localdate()
