"""Ce que les institutions se disent et se passent à propos d'une action : le fil, les pièces jointes."""

from django.db import models
from django.db.models import Q

from suivi.models.action import Action


class MessageDActionQuerySet(models.QuerySet):
    def adresses_a(self, membre):
        """Ceux que d'autres ont laissés sur les actions qu'il mène ou qu'il suit auprès du chef d'entreprise."""
        siennes = Q(action__responsable=membre) | Q(action__projet__interlocuteur=membre)
        visibles = Action.objects.visibles_par(membre).order_by().values("pk")
        return self.filter(siennes, action__in=visibles).exclude(membre=membre)

    def depuis(self, instant):
        return self.filter(le__gte=instant)

    def avec_noms(self):
        """Qui écrit, d'où, et l'action où mener."""
        return self.select_related("membre__institution", "action__reseau").defer("action__reseau__logo")

    def entre(self, debut, fin):
        """Après le premier instant, jusqu'au second compris : deux tranches qui se suivent n'ont aucun message en commun."""
        return self.filter(le__gt=debut, le__lte=fin)


class MessageDAction(models.Model):
    """Un message du fil d'une action : on y ajoute, on n'y touche plus. Lu de qui voit l'action."""

    action = models.ForeignKey("suivi.Action", models.CASCADE, related_name="messages")
    membre = models.ForeignKey("reseau.Membre", models.RESTRICT, related_name="+", verbose_name="de")
    le = models.DateTimeField(auto_now_add=True)
    texte = models.TextField(max_length=2000)

    objects = MessageDActionQuerySet.as_manager()

    class Meta:
        verbose_name = "message d’une action"
        verbose_name_plural = "messages d’une action"
        ordering = ["pk"]

    def __str__(self):
        return self.texte[:80]


class PieceDAction(models.Model):
    """Un document de l'entreprise joint à cette action : mêmes contrôles, même téléchargement, même sauvegarde."""

    action = models.ForeignKey("suivi.Action", models.CASCADE, related_name="pieces")
    document = models.ForeignKey("entreprises.Document", models.CASCADE, related_name="+")

    class Meta:
        verbose_name = "pièce jointe d’une action"
        verbose_name_plural = "pièces jointes d’une action"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["action", "document"], name="pieceaction_unique")]

    def __str__(self):
        return str(self.document)
