"""L'annuaire des compétences : ce que chacun peut faire pour une entreprise, confirmé une fois l'an."""

from django.db import models
from django.db.models import Q

from reseau.droits import TOUT, portee
from reseau.enums import Domaine
from reseau.lib.dates import plus_mois
from reseau.models.registre import Versionne

MOIS_DE_CONFIANCE = 12


class FicheCompetenceQuerySet(models.QuerySet):
    def visibles_par(self, membre):
        return self.filter(membre__reseau=membre.reseau)

    def gerables_par(self, membre):
        """Celles qu'il tient : les siennes, celles de chacun pour l'animation."""
        visibles = self.visibles_par(membre)
        return visibles if portee(membre, "competences.tenir") is TOUT else visibles.filter(membre=membre)

    def en_service(self, le):
        """Ni retirées, ni d'un membre parti ou pas encore entré."""
        presents = Q(membre__parti_le=None) | Q(membre__parti_le__gt=le)
        return self.filter(presents, retiree_le=None, membre__entre_le__lte=le)

    def a_confirmer(self, le):
        """En service, et que personne n'a confirmées depuis un an : l'intéressé est à rappeler (conception, section 2)."""
        return self.en_service(le).filter(confirmee_le__lte=plus_mois(le, -MOIS_DE_CONFIANCE))

    def avec_noms(self):
        return self.select_related("membre__institution").prefetch_related("dispositifs")


class FicheCompetence(Versionne):
    """Un domaine d'un membre. `territoires` : codes d'arrondissements (« arr-701 ») et de bassins d'emploi (« ze-4302 »).

    Des codes et non des clés : leurs tables sont celles d'`entreprises`, au-dessus. Aucun : tout le territoire du réseau.
    """

    membre = models.ForeignKey("reseau.Membre", models.PROTECT, related_name="fiches")
    domaine = models.CharField(max_length=20, choices=Domaine)
    apport = models.CharField("ce que je peux faire pour une entreprise", max_length=200)
    territoires = models.JSONField(default=list, blank=True)
    dispositifs = models.ManyToManyField("reseau.Dispositif", blank=True, related_name="fiches")
    confirmee_le = models.DateField("confirmée le")
    retiree_le = models.DateField("retirée le", null=True, blank=True)
    reprise_de = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="reprises")

    objects = FicheCompetenceQuerySet.as_manager()

    class Meta:
        verbose_name = "fiche de compétence"
        verbose_name_plural = "fiches de compétence"
        ordering = ["membre__nom", "membre__prenom", "domaine", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(domaine__in=Domaine.values), name="fichecompetence_domaine_connu"),
            models.UniqueConstraint(
                fields=["membre", "domaine"],
                condition=Q(retiree_le=None),
                name="fichecompetence_une_par_domaine",
                violation_error_message="Ce membre a déjà une fiche dans ce domaine : complétez-la.",
            ),
        ]

    def __str__(self):
        return f"{self.get_domaine_display()}, {self.membre}"

    def est_a_confirmer(self, le):
        """La même règle que `a_confirmer`, sans requête, pour une fiche en service."""
        return self.confirmee_le <= plus_mois(le, -MOIS_DE_CONFIANCE)

    def couvre(self, territoires):
        """Vrai si la fiche vaut partout, ou pour l'un de ces codes."""
        return not self.territoires or bool(set(self.territoires) & set(territoires))
