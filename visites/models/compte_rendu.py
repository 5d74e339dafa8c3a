"""Le compte rendu : une phrase obligatoire, une partie partagée ; la partie réservée vit dans sa propre table."""

from django.db import models
from django.db.models import Q
from django.urls import reverse

from reseau.droits import SIENS, TOUT, portee
from reseau.models import Versionne


class CompteRenduQuerySet(models.QuerySet):
    def visibles_par(self, membre, visites):
        """Ceux des visites qu'il voit, s'il lit les comptes rendus."""
        etendue = portee(membre, "comptes_rendus.lire")
        return self.filter(visite__in=visites) if etendue in (TOUT, SIENS) else self.none()

    def termines(self):
        return self.filter(termine_le__isnull=False)


class CompteRendu(Versionne):
    visite = models.OneToOneField("visites.Visite", models.PROTECT, related_name="compte_rendu")
    auteur = models.ForeignKey("reseau.Membre", models.RESTRICT, related_name="comptes_rendus")
    saisi_par = models.ForeignKey("reseau.Membre", models.RESTRICT, related_name="+")
    vu = models.ForeignKey("entreprises.Contact", models.SET_NULL, null=True, blank=True, verbose_name="personne vue")
    phrase = models.CharField("En une phrase, que retenez-vous ?", max_length=300, blank=True)
    entendu = models.TextField("Ce que j’ai entendu", blank=True)
    urgent = models.BooleanField("à traiter d’urgence", default=False)
    ouvert_le = models.DateTimeField("commencé le", auto_now_add=True)
    termine_le = models.DateTimeField("terminé le", null=True, blank=True)
    valide_le = models.DateTimeField("validé par son auteur le", null=True, blank=True)

    objects = CompteRenduQuerySet.as_manager()

    class Meta:
        verbose_name = "compte rendu"
        verbose_name_plural = "comptes rendus"
        ordering = ["-termine_le", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(termine_le=None) | ~Q(phrase=""),
                name="compte_rendu_une_phrase",
                violation_error_message="Une phrase suffit, mais il en faut une.",
            )
        ]

    def __str__(self):
        return f"Compte rendu de {self.visite.entreprise}"

    def get_absolute_url(self):
        return reverse("suivi:compte-rendu", args=[self.visite.reseau.slug, self.visite_id])

    @property
    def termine(self):
        return self.termine_le is not None


class PartieReserveeQuerySet(models.QuerySet):
    def ecrites(self):
        return self.exclude(texte="")

    def lisibles_par(self, membre, visites, suivies):
        """Parmi ces `visites` : toutes pour l'animateur, celles des `suivies` pour l'interlocuteur, la sienne pour l'auteur.

        D'une institution régalienne, quel que soit son rôle : la sienne seulement.
        """
        vues, siennes = self.filter(compte_rendu__visite__in=visites), Q(compte_rendu__auteur=membre)
        etendue = portee(membre, "comptes_rendus.lire_la_reserve")
        if etendue is TOUT and not membre.institution.regalienne:
            return vues
        if etendue is SIENS and not membre.institution.regalienne:
            return vues.filter(siennes | Q(compte_rendu__visite__in=suivies))
        return vues.filter(siennes)


class PartieReservee(models.Model):
    """Lue par l'auteur, l'interlocuteur du chef d'entreprise et l'animateur ; jamais par une institution régalienne."""

    # Ce que la base refuse d'elle-même quand la barrière SQL est posée (`reseau.barriere`) : le régalien n'y lit que la sienne.
    POLITIQUE_SQL = (
        "(SELECT current_setting('reseau.regalien', true) IS DISTINCT FROM 'oui') OR EXISTS (SELECT 1 FROM visites_compterendu r"
        " WHERE r.id = compte_rendu_id AND r.auteur_id = (SELECT NULLIF(current_setting('reseau.membre', true), '')::bigint))"
    )

    compte_rendu = models.OneToOneField(CompteRendu, models.CASCADE, related_name="reserve")
    texte = models.TextField("partie réservée", blank=True)

    objects = PartieReserveeQuerySet.as_manager()

    class Meta:
        verbose_name = "partie réservée"

    def __str__(self):
        return "Partie réservée"
