"""La lettre du préfet : brouillon, à la signature, signée (numérotée, figée), envoyée ; parfois revenue."""

from django.db import models
from django.db.models import Exists, OuterRef, Q

from entreprises.models import Deport
from reseau.droits import SIENS, portee
from reseau.models import Versionne
from visites.enums import EtatCourrier, GenreCourrier, MotifRetour

NUMEROTEES = [EtatCourrier.SIGNEE, EtatCourrier.ENVOYEE]


class CourrierQuerySet(models.QuerySet):
    def visibles_par(self, membre):
        """Ceux du réseau, moins ses déports ; pour un développeur direct, ceux de ses visites."""
        courriers = self.filter(reseau=membre.reseau)
        deports = Deport.objects.filter(entreprise=OuterRef("visite__entreprise"), membre=membre)
        courriers = courriers.exclude(Exists(deports))
        if portee(membre, "courriers.voir") is SIENS:
            courriers = courriers.filter(visite__developpeur=membre)
        return courriers

    def avec_noms(self):
        noms = ["visite__entreprise__commune", "visite__developpeur__institution", "visite__campagne", "signataire", "modele"]
        return self.select_related("reseau", *noms).defer("reseau__logo", "signataire__signature").avec_deport()

    def avec_deport(self):
        """Annote `deporte` : le développeur de la visite s'est déporté de l'entreprise depuis qu'on la lui a confiée."""
        deports = Deport.objects.filter(entreprise=OuterRef("visite__entreprise"), membre=OuterRef("visite__developpeur"))
        return self.annotate(deporte=Exists(deports))

    def brouillons(self):
        return self.filter(etat=EtatCourrier.BROUILLON)

    def corriges(self):
        """Pas encore signés, et d'un texte à eux."""
        return self.filter(correction__isnull=False, numero=None)

    def a_signer(self):
        return self.filter(etat=EtatCourrier.A_SIGNER)

    def signes(self):
        """Signés, envoyés ou non : ceux qui ont un numéro."""
        return self.filter(etat__in=NUMEROTEES)

    def a_envoyer(self):
        """Signés, pas encore partis."""
        return self.filter(etat=EtatCourrier.SIGNEE)

    def vivants(self):
        """Qui n'est pas revenu à l'expéditeur."""
        return self.filter(retour_le=None)

    def annonces(self):
        return self.filter(genre=GenreCourrier.ANNONCE)

    def courant(self, visite):
        """La lettre dont on s'occupe pour cette visite : la dernière, revenue ou non ; None s'il n'y en a pas."""
        return self.filter(visite=visite).order_by("-pk").first()

    def a_figer(self):
        """Signés dont le PDF n'est pas encore composé : une coupure se reprend ici."""
        return self.signes().filter(fige=None)

    def figes(self):
        """Signés dont le papier est là : composé, et pas détruit depuis."""
        return self.signes().filter(fige__isnull=False, fige__detruit_le=None)


class Courrier(Versionne):
    """`contenu` : les champs de `reseau.lib.lettre.Lettre` (sans images), figés à la signature.

    `correction` : l'objet, les paragraphes et la politesse propres à cette lettre, et les `faits` qu'ils nomment ; None, elle
    suit son modèle (`modele`, sinon celui du réseau).
    """

    reseau = models.ForeignKey("reseau.Reseau", models.PROTECT, related_name="courriers")
    visite = models.ForeignKey("visites.Visite", models.PROTECT, related_name="courriers")
    genre = models.CharField(max_length=20, choices=GenreCourrier, default=GenreCourrier.ANNONCE)
    modele = models.ForeignKey(
        "visites.ModeleDeCourrier", models.PROTECT, null=True, blank=True, related_name="courriers", verbose_name="modèle"
    )
    correction = models.JSONField("texte corrigé", null=True, blank=True)
    etat = models.CharField("état", max_length=20, choices=EtatCourrier, default=EtatCourrier.BROUILLON)
    prepare_le = models.DateField("préparée le")
    soumis_le = models.DateField("mise à la signature le", null=True, blank=True)
    rejet = models.CharField("motif du rejet", max_length=300, blank=True)
    annee = models.PositiveIntegerField("année", null=True, blank=True)
    numero = models.PositiveIntegerField("numéro", null=True, blank=True)
    signe_le = models.DateField("signée le", null=True, blank=True)
    signataire = models.ForeignKey("reseau.Signataire", models.PROTECT, null=True, blank=True)
    signe_par = models.ForeignKey("reseau.Membre", models.RESTRICT, null=True, blank=True, related_name="+")
    contenu = models.JSONField(default=dict, blank=True)
    envoye_le = models.DateField("envoyée le", null=True, blank=True)
    courriel = models.EmailField("envoyée au courriel", blank=True)  # vide : elle est partie par la poste
    retour_le = models.DateField("revenue le", null=True, blank=True)
    motif_retour = models.CharField("motif du retour", max_length=20, choices=MotifRetour, blank=True)

    objects = CourrierQuerySet.as_manager()

    class Meta:
        verbose_name = "lettre"
        ordering = ["-annee", "-numero", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["reseau", "annee", "numero"], name="courrier_numero_unique"),
            models.UniqueConstraint(
                fields=["visite", "genre"],
                condition=Q(retour_le=None),
                name="courrier_un_par_genre",
                violation_error_message="Cette visite a déjà une lettre de ce genre.",
            ),
            models.CheckConstraint(
                condition=Q(retour_le=None, motif_retour="") | Q(etat="envoyee", retour_le__isnull=False) & ~Q(motif_retour=""),
                name="courrier_retour_date",
                violation_error_message="Seule une lettre envoyée revient, avec sa date et son motif.",
            ),
            models.CheckConstraint(
                condition=Q(
                    etat__in=["signee", "envoyee"],
                    numero__isnull=False,
                    annee__isnull=False,
                    signe_le__isnull=False,
                    signataire__isnull=False,
                )
                | Q(etat__in=["brouillon", "a_signer"], numero=None, annee=None, signe_le=None),
                name="courrier_numero_a_la_signature",
                violation_error_message="Le numéro naît à la signature.",
            ),
            models.CheckConstraint(
                condition=~Q(etat="envoyee") | Q(envoye_le__isnull=False),
                name="courrier_envoye_date",
                violation_error_message="Une lettre envoyée porte sa date.",
            ),
            models.CheckConstraint(
                condition=Q(courriel="") | Q(etat="envoyee"),
                name="courrier_courriel_a_l_envoi",
                violation_error_message="Seule une lettre envoyée porte l’adresse où elle est partie.",
            ),
        ]

    def __str__(self):
        return f"Lettre n° {self.reference}" if self.numero else "Lettre en brouillon"

    @property
    def reference(self):
        """« 2026-0042 », ou vide avant la signature."""
        return f"{self.annee}-{self.numero:04d}" if self.numero else ""

    @property
    def voie(self):
        """Par où elle est partie, en mots : « par la poste » ; vide tant qu'elle ne l'est pas."""
        if self.etat != EtatCourrier.ENVOYEE:
            return ""
        return f"par courriel, à {self.courriel}" if self.courriel else "par la poste"

    @property
    def signee(self):
        return self.etat in NUMEROTEES


class PdfFige(models.Model):
    """Le papier tel qu'il a été signé, et son empreinte ; jamais refait. Détruit avec qui il nomme, il garde son empreinte."""

    courrier = models.OneToOneField(Courrier, models.PROTECT, related_name="fige")
    pdf = models.BinaryField()
    empreinte = models.CharField("empreinte SHA-256", max_length=64)
    le = models.DateTimeField(auto_now_add=True)
    detruit_le = models.DateTimeField("détruit le", null=True, blank=True)  # `pdf` est alors vide

    class Meta:
        verbose_name = "lettre figée"
        verbose_name_plural = "lettres figées"

    def __str__(self):
        return self.empreinte
