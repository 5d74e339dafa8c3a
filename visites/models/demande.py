"""La demande de visite d'un chef d'entreprise, déposée sur la page publique et confirmée par courriel. Jamais publiée."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from entreprises.models import Deport
from entreprises.models.entreprise import valider_siret
from reseau.conservation import DUREES
from reseau.models import Versionne
from visites.enums import EtatDemande

VALIDITE = DUREES["demande_a_confirmer"].delai  # d'un lien de confirmation ; au-delà, la demande s'efface
GARDE = DUREES["demande_traitee"].delai  # d'une demande traitée
MESSAGE_MAX = 1_500


class DemandeDeVisiteQuerySet(models.QuerySet):
    def confirmees(self):
        """Celles qui existent pour le réseau."""
        return self.exclude(etat=EtatDemande.A_CONFIRMER)

    def visibles_par(self, membre):
        """Les confirmées de son réseau, moins celles des entreprises dont il se déporte."""
        deports = Deport.objects.filter(entreprise=OuterRef("entreprise"), membre=membre)
        return self.confirmees().filter(reseau=membre.reseau).exclude(Exists(deports))

    def a_traiter(self):
        return self.filter(etat=EtatDemande.A_TRAITER)

    def avec_noms(self):
        noms = self.select_related("reseau", "entreprise__commune", "visite", "traitee_par")
        return noms.defer("reseau__logo")

    def a_confirmer(self, instant):
        """Celles dont le lien sert encore."""
        return self.filter(etat=EtatDemande.A_CONFIRMER, deposee_le__gt=instant - VALIDITE)

    def depuis(self, instant):
        return self.filter(deposee_le__gt=instant)

    def a_effacer(self, instant):
        """Les non confirmées dont le lien ne sert plus, et les traitées de longue date."""
        perimees = Q(etat=EtatDemande.A_CONFIRMER, deposee_le__lte=instant - VALIDITE)
        return self.filter(perimees | Q(traitee_le__lte=(instant - GARDE).date()))


class DemandeDeVisite(Versionne):
    """`empreinte` : celle du jeton de confirmation, vidée dès qu'il a servi. `expediteur` : celle de l'adresse IP, vidée le
    lendemain ; elle ne sert qu'à borner les envois.
    """

    reseau = models.ForeignKey("reseau.Reseau", models.PROTECT, related_name="demandes")
    etat = models.CharField("état", max_length=20, choices=EtatDemande, default=EtatDemande.A_CONFIRMER)
    raison_sociale = models.CharField(max_length=160)
    siret = models.CharField("SIRET", max_length=14, blank=True, validators=[valider_siret])
    nom = models.CharField("prénom et nom", max_length=80)
    fonction = models.CharField(max_length=100, blank=True)
    telephone = models.CharField("téléphone", max_length=20)
    courriel = models.EmailField()
    message = models.TextField("en quelques mots", max_length=MESSAGE_MAX, blank=True)
    deposee_le = models.DateTimeField("déposée le")
    confirmee_le = models.DateTimeField("confirmée le", null=True, blank=True)
    empreinte = models.CharField(max_length=64, blank=True, editable=False)
    expediteur = models.CharField("expéditeur", max_length=64, blank=True, editable=False)

    entreprise = models.ForeignKey("entreprises.Entreprise", models.PROTECT, null=True, blank=True, related_name="demandes")
    visite = models.ForeignKey("visites.Visite", models.PROTECT, null=True, blank=True, related_name="demandes")
    motif = models.CharField(max_length=300, blank=True)
    traitee_le = models.DateField("traitée le", null=True, blank=True)
    traitee_par = models.ForeignKey("reseau.Membre", models.RESTRICT, null=True, blank=True, related_name="+")

    objects = DemandeDeVisiteQuerySet.as_manager()

    class Meta:
        verbose_name = "demande de visite"
        verbose_name_plural = "demandes de visite"
        ordering = ["-confirmee_le", "-pk"]
        indexes = [
            models.Index(fields=["reseau", "etat"], name="demande_par_etat"),
            models.Index(fields=["deposee_le"], name="demande_par_date"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["empreinte"], condition=~Q(empreinte=""), name="demande_empreinte_unique"),
            models.CheckConstraint(condition=Q(etat__in=EtatDemande.values), name="demande_etat_connu"),
            models.CheckConstraint(
                condition=Q(etat="a_confirmer", confirmee_le=None) | ~Q(etat="a_confirmer") & Q(confirmee_le__isnull=False),
                name="demande_confirmee_datee",
                violation_error_message="Une demande confirmée porte sa date.",
            ),
            models.CheckConstraint(
                condition=Q(etat__in=["a_confirmer", "a_traiter"], traitee_le=None)
                | ~Q(etat__in=["a_confirmer", "a_traiter"]) & Q(traitee_le__isnull=False),
                name="demande_traitee_datee",
                violation_error_message="Une demande traitée porte sa date.",
            ),
            models.CheckConstraint(
                condition=~Q(etat="acceptee") | Q(entreprise__isnull=False, visite__isnull=False),
                name="demande_acceptee_rattachee",
                violation_error_message="Une demande acceptée mène à une visite.",
            ),
            models.CheckConstraint(
                condition=~Q(etat="declinee") | ~Q(motif=""),
                name="demande_declinee_motivee",
                violation_error_message="Une demande déclinée porte son motif.",
            ),
        ]

    def __str__(self):
        return self.raison_sociale

    def get_absolute_url(self):
        return reverse("visites:demande", args=[self.reseau.slug, self.pk])

    @property
    def a_traiter(self):
        return self.etat == EtatDemande.A_TRAITER
