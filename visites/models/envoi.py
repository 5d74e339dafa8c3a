"""L'envoi par courriel d'une lettre signée : ce qui est parti, à qui, et ce qui n'a pas pu partir."""

from datetime import timedelta

from django.db import models
from django.db.models import Q

SANS_NOUVELLES = timedelta(minutes=10)  # un envoi pris et jamais daté : le serveur s'est arrêté en chemin


class EnvoiDeLettreQuerySet(models.QuerySet):
    def en_attente(self):
        """Inscrits, que personne n'a encore fait partir."""
        return self.filter(pris_le=None, echec="")

    def partis(self):
        return self.filter(envoye_le__isnull=False)

    def echoues(self):
        return self.exclude(echec="")

    def interrompus(self, maintenant):
        """Pris depuis longtemps, sans que l'on sache s'ils sont partis."""
        return self.filter(pris_le__lt=maintenant - SANS_NOUVELLES, envoye_le=None, echec="")


class EnvoiDeLettre(models.Model):
    """Un courriel qui porte la lettre. Il s'inscrit avec le geste, se prend par qui le fait partir, puis se date ou échoue.

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
