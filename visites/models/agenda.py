"""Ce que les agendas savent : les invitations parties, une par personne, et le flux personnel de chaque membre."""

import secrets

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from reseau.enums import EtatPli
from visites.enums import MethodeInvitation, RoleInvite

OCTETS_DE_GRAINE = 32
SEL = "visites.flux-agenda"


def nouvelle_graine():
    return secrets.token_hex(OCTETS_DE_GRAINE)


class InvitationQuerySet(models.QuerySet):
    def parties(self):
        return self.filter(envoyee_le__isnull=False)

    def en_attente(self):
        """Celles dont le courriel n'est pas encore parti."""
        return self.filter(envoyee_le=None, pli__etat=EtatPli.ATTEND)

    def a_constater(self):
        """Celles dont le courriel est parti, ou en a été empêché, sans qu'elles le disent encore."""
        return self.filter(envoyee_le=None, pli__isnull=False).filter(Q(pli__etat=EtatPli.PARTI) | ~Q(pli__echec=F("echec")))


class Invitation(models.Model):
    """Un courriel d'agenda à une adresse : ce qu'il disait du rendez-vous, s'il est parti, et quand."""

    visite = models.ForeignKey("visites.Visite", models.PROTECT, related_name="invitations")
    methode = models.CharField("méthode", max_length=10, choices=MethodeInvitation)
    sequence = models.PositiveIntegerField("numéro d’ordre")
    role = models.CharField("au titre de", max_length=20, choices=RoleInvite)
    membre = models.ForeignKey("reseau.Membre", models.PROTECT, null=True, blank=True, related_name="+")
    nom = models.CharField(max_length=200)
    courriel = models.EmailField()
    debut_le = models.DateTimeField("début")
    fin_le = models.DateTimeField("fin")
    lieu = models.CharField(max_length=500, blank=True)
    visiteurs = models.CharField(max_length=300)
    demandee_par = models.ForeignKey("reseau.Membre", models.RESTRICT, related_name="+")
    demandee_le = models.DateTimeField("demandée le", auto_now_add=True)
    envoyee_le = models.DateTimeField("envoyée le", null=True, blank=True)
    echec = models.CharField("pourquoi elle n’est pas partie", max_length=200, blank=True)
    pli = models.OneToOneField("reseau.Pli", models.SET_NULL, null=True, blank=True, related_name="invitation")

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(methode__in=MethodeInvitation.values) & models.Q(role__in=RoleInvite.values),
                name="invitation_genre_connu",
                violation_error_message="Méthode ou rôle inconnus.",
            ),
            models.CheckConstraint(
                condition=models.Q(envoyee_le=None) | models.Q(echec=""),
                name="invitation_partie_ou_non",
                violation_error_message="Une invitation est partie, ou ne l’est pas.",
            ),
            models.CheckConstraint(
                condition=models.Q(fin_le__gt=models.F("debut_le")),
                name="invitation_dates_dans_l_ordre",
                violation_error_message="Un rendez-vous finit après avoir commencé.",
            ),
        ]

    def __str__(self):
        return f"{self.get_methode_display()} à {self.nom}"

    @property
    def tient(self):
        """Une invitation, que rien n'a retirée depuis si c'est la dernière."""
        return self.methode == MethodeInvitation.DEMANDE


class FluxAgenda(models.Model):
    """L'adresse secrète où l'agenda d'un membre lit ses rendez-vous.

    Le jeton ne se garde nulle part : il se recalcule de `graine` et de la clé du service, et se compare en temps constant.
    Renouveler change la graine, révoquer date `revoque_le` ; changer la clé du service révoque tout.
    """

    membre = models.OneToOneField("reseau.Membre", models.CASCADE, related_name="flux_agenda")
    graine = models.CharField(max_length=64, default=nouvelle_graine, editable=False)
    cree_le = models.DateTimeField("créé le", auto_now_add=True)
    revoque_le = models.DateTimeField("révoqué le", null=True, blank=True)
    lu_le = models.DateTimeField("lu le", null=True, blank=True)
    empreinte = models.CharField(max_length=64, blank=True, editable=False)
    change_le = models.DateTimeField("changé le", null=True, blank=True)

    class Meta:
        verbose_name = "flux d’agenda"
        verbose_name_plural = "flux d’agenda"

    def __str__(self):
        return f"Agenda de {self.membre}"

    @property
    def jeton(self):
        """Soixante-quatre chiffres hexadécimaux, 256 bits."""
        return salted_hmac(SEL, f"{self.pk}.{self.graine}", algorithm="sha256").hexdigest()

    @property
    def chemin(self):
        return reverse("flux-agenda", args=[self.pk, self.jeton])

    def reconnait(self, jeton):
        return constant_time_compare(self.jeton, jeton)

    def ferme(self, le):
        """Révoqué, ou son membre n'est plus (ou pas encore) du réseau, ou son compte est fermé : plus rien ne se lit."""
        membre = self.membre
        present = membre.entre_le <= le and not membre.est_parti(le) and membre.utilisateur.is_active
        return self.revoque_le is not None or not present
