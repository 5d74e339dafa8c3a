"""La boîte d'envoi : un pli par courriel et par adresse, inscrit avec le geste qui le fait naître (`reseau.expedition`)."""

import uuid
from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils.timezone import now

from reseau.conservation import DUREES
from reseau.enums import EtatPli, GenrePli

VALIDITE = timedelta(days=5)  # au-delà, un courriel jamais parti n'a plus rien à dire : on l'abandonne, et on le signale
GARDE_DU_CONTENU = DUREES["pli_contenu"].delai
GARDE_DE_LA_TRACE = DUREES["pli_trace"].delai
SANS_NOUVELLES = timedelta(minutes=10)


def bientot():
    return now() + VALIDITE


class PliQuerySet(models.QuerySet):
    def visibles_par(self, membre):
        """Ceux du réseau ; ils ne disent ni leur objet ni leur texte, et `page` mène à ce que chacun peut lire."""
        return self.filter(reseau=membre.reseau)

    def en_attente(self):
        return self.filter(etat=EtatPli.ATTEND)

    def en_route_ou_en_attente(self):
        return self.filter(etat__in=[EtatPli.ATTEND, EtatPli.EN_COURS])

    def a_expedier(self, instant):
        return self.en_attente().filter(prochain_le__lte=instant, perime_le__gt=instant)

    def perimes(self, instant):
        return self.en_attente().filter(perime_le__lte=instant)

    def interrompus(self, instant):
        """Pris depuis longtemps par un processus qui n'a plus rien dit : partis ou non, on ne le sait pas."""
        return self.filter(etat=EtatPli.EN_COURS, essaye_le__lt=instant - SANS_NOUVELLES)

    def en_echec(self):
        """Ceux qu'un humain doit regarder : abandonnés, ou sans nouvelles."""
        return self.filter(etat__in=[EtatPli.ABANDONNE, EtatPli.INCERTAIN])

    def abandonnes(self):
        """Ceux dont on est sûr qu'ils ne sont pas partis."""
        return self.filter(etat=EtatPli.ABANDONNE)

    def partis(self):
        return self.filter(etat=EtatPli.PARTI)

    def oublies(self, avant):
        """Inscrits à cet instant ou avant, et qui ne sont pas en train de partir."""
        return self.filter(inscrit_le__lte=avant).exclude(etat=EtatPli.EN_COURS)

    def rejouables(self):
        return self.en_echec().filter(efface_le=None)


class Pli(models.Model):
    """`membre` : le destinataire, s'il est du réseau ; il ne reçoit rien après son départ. `page` : ce que le pli annonce.

    Objet, texte, adresses et pièces s'effacent dès qu'il est parti ou retiré (`efface_le`), sinon au bout de trente jours.
    `reference` fait son Message-ID : le même à chaque essai.
    """

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reseau = models.ForeignKey("reseau.Reseau", models.PROTECT, null=True, blank=True, related_name="plis")
    genre = models.CharField(max_length=20, choices=GenrePli)
    membre = models.ForeignKey("reseau.Membre", models.PROTECT, null=True, blank=True, related_name="plis")
    par = models.ForeignKey("reseau.Membre", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="demandé par")
    destinataire = models.EmailField(blank=True)
    copies = models.JSONField(default=list, blank=True)
    repondre_a = models.EmailField("répondre à", blank=True)
    objet = models.CharField(max_length=250, blank=True)
    corps = models.TextField(blank=True)
    page = models.CharField(max_length=200, blank=True)
    etat = models.CharField("état", max_length=20, choices=EtatPli, default=EtatPli.ATTEND)
    inscrit_le = models.DateTimeField("inscrit le", default=now)
    prochain_le = models.DateTimeField("prochain essai le", default=now)
    perime_le = models.DateTimeField("périmé le", default=bientot)
    essais = models.PositiveSmallIntegerField(default=0)
    essaye_le = models.DateTimeField("essayé le", null=True, blank=True)
    parti_le = models.DateTimeField("parti le", null=True, blank=True)
    efface_le = models.DateTimeField("contenu effacé le", null=True, blank=True)
    echec = models.CharField("pourquoi il n’est pas parti", max_length=200, blank=True)

    objects = PliQuerySet.as_manager()

    class Meta:
        verbose_name = "courriel"
        ordering = ["-inscrit_le", "-pk"]
        indexes = [
            models.Index(fields=["etat", "prochain_le"], name="pli_a_expedier"),
            models.Index(fields=["reseau", "-inscrit_le"], name="pli_du_reseau"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(etat__in=EtatPli.values), name="pli_etat_connu"),
            models.CheckConstraint(
                condition=Q(etat="parti", parti_le__isnull=False, echec="") | ~Q(etat="parti") & Q(parti_le=None),
                name="pli_parti_date",
                violation_error_message="Un courriel parti porte sa date.",
            ),
        ]

    def __str__(self):
        return self.get_genre_display()

    @property
    def en_attente(self):
        return self.etat == EtatPli.ATTEND

    def en_route(self, instant):
        """En train de partir, ou inscrit à l'instant et pas encore essayé : ce n'est pas le moment d'en écrire un autre."""
        frais = self.en_attente and not self.essais and self.inscrit_le > instant - SANS_NOUVELLES
        return frais or self.etat == EtatPli.EN_COURS

    @property
    def parti(self):
        return self.etat == EtatPli.PARTI

    @property
    def rejouable(self):
        return self.etat in (EtatPli.ABANDONNE, EtatPli.INCERTAIN) and self.efface_le is None

    @property
    def a_qui(self):
        """Le membre, sinon à quel titre : l'adresse d'un chef d'entreprise dirait quelle entreprise."""
        return str(self.membre) if self.membre else "hors du réseau"


class PieceJointe(models.Model):
    """Une pièce d'un pli ; sans `nom`, une autre forme de son texte (l'évènement que l'agenda ouvre)."""

    pli = models.ForeignKey(Pli, models.CASCADE, related_name="pieces")
    nom = models.CharField(max_length=120, blank=True)
    genre = models.CharField("type de contenu", max_length=120)
    octets = models.BinaryField()

    class Meta:
        verbose_name = "pièce jointe"
        verbose_name_plural = "pièces jointes"
        ordering = ["pk"]

    def __str__(self):
        return self.nom or self.genre
