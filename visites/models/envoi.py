"""L'envoi par courriel d'une lettre signée : ce qui est parti, à qui, et ce qui n'a pas pu partir."""

from datetime import timedelta

from django.db import models
from django.db.models import F, Q

from reseau.enums import EtatPli
from reseau.models.pli import VALIDITE

SANS_NOUVELLES = timedelta(minutes=10)  # au-delà, ni la page ni le processus qui l'avait pris ne reviendra


class EnvoiDeLettreQuerySet(models.QuerySet):
    def en_attente(self):
        """Inscrits, que personne n'a encore mis dans la boîte d'envoi."""
        return self.filter(pris_le=None, echec="")

    def interrompus(self, maintenant):
        """Jamais mis dans la boîte d'envoi : la page du lot s'est fermée, ou le serveur s'est arrêté en chemin."""
        limite = maintenant - SANS_NOUVELLES
        return self.filter(Q(pris_le__lt=limite) | Q(pris_le=None, demande_le__lt=limite), pli=None, envoye_le=None, echec="")

    def oublies(self, maintenant):
        """Ceux-là, tant qu'on les attend encore : un lot laissé là depuis des semaines ne part pas par surprise."""
        return self.interrompus(maintenant).filter(demande_le__gt=maintenant - VALIDITE)

    def qui_attendent(self):
        """Dans la boîte d'envoi, à réessayer : un premier essai a échoué."""
        return self.filter(pli__etat=EtatPli.ATTEND).exclude(echec="")

    def a_constater(self):
        """Ceux dont le courriel est parti, ou en a été empêché, sans qu'ils le disent encore."""
        return self.filter(envoye_le=None, pli__isnull=False).filter(Q(pli__etat=EtatPli.PARTI) | ~Q(pli__echec=F("echec")))

    def partis(self):
        return self.filter(envoye_le__isnull=False)

    def echoues(self):
        return self.exclude(echec="").exclude(pli__etat=EtatPli.ATTEND)


class EnvoiDeLettre(models.Model):
    """Un courriel qui porte la lettre. Il s'inscrit avec le geste, se prend par qui compose son papier et le met dans la
    boîte d'envoi (`pli`), puis se date ou dit pourquoi il n'est pas parti.

    `lot` : commun aux envois demandés ensemble ; None pour une lettre seule. `copies` : les adresses en copie.
    """

    courrier = models.ForeignKey("visites.Courrier", models.PROTECT, related_name="envois")
    lot = models.UUIDField(null=True, blank=True, db_index=True)
    courriel = models.EmailField()
    copies = models.JSONField(default=list, blank=True)
    objet = models.CharField(max_length=160)
    corps = models.TextField(max_length=3_000)
    demande_par = models.ForeignKey("reseau.Membre", models.RESTRICT, related_name="+")
    demande_le = models.DateTimeField("demandé le", auto_now_add=True)
    pris_le = models.DateTimeField("pris le", null=True, blank=True)
    envoye_le = models.DateTimeField("envoyé le", null=True, blank=True)
    echec = models.CharField("pourquoi il n’est pas parti", max_length=200, blank=True)
    pli = models.OneToOneField("reseau.Pli", models.SET_NULL, null=True, blank=True, related_name="envoi")

    objects = EnvoiDeLettreQuerySet.as_manager()

    class Meta:
        verbose_name = "envoi de lettre"
        verbose_name_plural = "envois de lettres"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["courrier"],
                condition=Q(echec=""),
                name="envoi_un_seul_par_lettre",
                violation_error_message="Cette lettre part déjà par courriel.",
            ),
            models.CheckConstraint(
                condition=Q(envoye_le=None) | Q(echec="", pris_le__isnull=False),
                name="envoi_parti_ou_non",
                violation_error_message="Un courriel est parti, ou ne l’est pas.",
            ),
        ]

    def __str__(self):
        return f"Courriel à {self.courriel}"
