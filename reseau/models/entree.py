"""Entrer : les sessions ouvertes, les essais comptés à chaque porte, l'identité qu'un fournisseur atteste."""

from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models


class SessionQuerySet(models.QuerySet):
    def de(self, utilisateur):
        return self.filter(utilisateur=utilisateur)

    def vivantes(self, instant):
        return self.filter(expire_date__gt=instant)


class Session(AbstractBaseSession):
    """Une session, et ce qu'il en faut pour la reconnaître et la fermer : à qui, depuis quel appareil, vue quand.

    `utilisateur` est vide tant que personne n'est entré. Ce que la ligne dit de plus que `session_data` s'en déduit
    (`reseau.sessions`).
    """

    utilisateur = models.ForeignKey("reseau.Utilisateur", models.CASCADE, null=True, related_name="sessions")
    appareil = models.CharField(max_length=60, blank=True)
    ouverte_le = models.DateTimeField("ouverte le", null=True)
    vue_le = models.DateTimeField("vue le", null=True)

    objects = BaseSessionManager.from_queryset(SessionQuerySet)()

    class Meta(AbstractBaseSession.Meta):
        abstract = False
        verbose_name = "session"
        ordering = ["-vue_le", "session_key"]

    def __str__(self):
        return self.appareil or "Appareil inconnu"

    @classmethod
    def get_session_store_class(cls):
        """Demandé par `AbstractBaseSession` pour relire une ligne ; l'outil ne s'en sert pas."""
        raise NotImplementedError


class EssaiQuerySet(models.QuerySet):
    def depuis(self, instant):
        return self.filter(le__gt=instant)


class Essai(models.Model):
    """Un essai à une porte : `cle` est l'empreinte à clé de la porte et de qui s'y présente, illisible sans la clé du service."""

    cle = models.CharField("clé", max_length=64)
    le = models.DateTimeField()

    objects = EssaiQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["cle", "le"], name="essai_compte"), models.Index(fields=["le"], name="essai_perime")]

    def __str__(self):
        return f"{self.cle[:8]}… {self.le:%d/%m/%Y %H:%M}"


class IdentiteAttestee(models.Model):
    """Le numéro (`sub`) sous lequel un fournisseur d'identité connaît un compte : il reste quand le courriel change."""

    utilisateur = models.ForeignKey("reseau.Utilisateur", models.CASCADE, related_name="identites")
    emetteur = models.CharField("émetteur", max_length=200)
    sub = models.CharField("numéro chez l’émetteur", max_length=255)
    le = models.DateTimeField("reconnue le", auto_now_add=True)

    class Meta:
        verbose_name = "identité attestée"
        verbose_name_plural = "identités attestées"
        constraints = [
            models.UniqueConstraint(fields=["emetteur", "sub"], name="identite_un_compte"),
            models.UniqueConstraint(fields=["emetteur", "utilisateur"], name="identite_une_par_compte"),
        ]

    def __str__(self):
        return f"{self.utilisateur} ({self.emetteur})"
