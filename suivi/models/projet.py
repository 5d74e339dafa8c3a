"""Le projet dormant qu'une visite a fait émerger."""

from django.db import models
from django.db.models import F, Prefetch, Q

from reseau.models import Versionne
from suivi.enums import Maturite, Nature
from suivi.models.action import Action


class ProjetQuerySet(models.QuerySet):
    def visibles_par(self, visites):
        """Les projets des visites que le lecteur voit."""
        return self.filter(visite__in=visites)

    def avec_noms(self):
        return self.select_related("reseau", "visite__entreprise", "visite__developpeur", "interlocuteur__institution")

    def avec_decisions(self):
        """Avec leurs actions, qui s'en charge, et l'interlocuteur du chef d'entreprise ; une requête de plus."""
        actions = Action.objects.select_related("responsable__institution")
        qui = ("interlocuteur__institution", "interlocuteur__utilisateur")
        return self.select_related(*qui).prefetch_related(Prefetch("actions", actions))


class Projet(Versionne):
    reseau = models.ForeignKey("reseau.Reseau", models.PROTECT, related_name="projets")
    visite = models.ForeignKey("visites.Visite", models.PROTECT, related_name="projets")
    titre = models.CharField(max_length=160)
    nature = models.CharField(max_length=20, choices=Nature)
    maturite = models.CharField("maturité", max_length=20, choices=Maturite, blank=True)
    interlocuteur = models.ForeignKey(
        "reseau.Membre",
        models.PROTECT,
        related_name="projets_suivis",
        verbose_name="interlocuteur du chef d’entreprise",
    )
    interlocuteur_confirme_en = models.ForeignKey(
        "reseau.Reunion", models.PROTECT, null=True, blank=True, related_name="designations"
    )
    malgre_concurrence = models.CharField(
        "malgré une concurrente",
        max_length=200,
        blank=True,
        help_text="Pourquoi un interlocuteur qui suit une entreprise concurrente.",
    )
    emplois_investissement = models.PositiveSmallIntegerField("emplois liés aux investissements matériels", default=0)
    emplois_embauche = models.PositiveSmallIntegerField("projets d’embauche", default=0)
    embauche_cadres = models.PositiveSmallIntegerField("dont cadres", default=0)
    embauche_commerciaux = models.PositiveSmallIntegerField("dont commerciaux", default=0)
    embauche_temps_partage = models.PositiveSmallIntegerField("dont temps partagé", default=0)
    emplois_developpement = models.PositiveSmallIntegerField("emplois liés à des développements", default=0)
    cree_le = models.DateField("né le")

    objects = ProjetQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(nature__in=Nature.values), name="projet_nature_connue"),
            models.CheckConstraint(
                condition=Q(emplois_embauche__gte=F("embauche_cadres") + F("embauche_commerciaux") + F("embauche_temps_partage")),
                name="projet_embauches_detaillees",
                violation_error_message="Le détail des embauches dépasse leur total.",
            ),
        ]

    def __str__(self):
        return self.titre

    @property
    def emplois(self):
        """Emplois projetés, déclarés par le chef d'entreprise."""
        return self.emplois_investissement + self.emplois_embauche + self.emplois_developpement
