"""Un tableau figé : ses chiffres et ses fichiers tels qu'ils étaient ce jour-là, jamais refaits."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from entreprises.models import Deport
from reseau.droits import SIENS, TOUT, portee
from suivi.enums import Lecteurs


class TableauFigeQuerySet(models.QuerySet):
    def visibles_par(self, membre):
        """Ceux de sa classe de droits sans aucune entreprise dont il se déporte ; l'expurgé, à défaut de l'entier."""
        deports = Deport.objects.filter(membre=membre)
        nommees = TableauFige.entreprises.through.objects.filter(
            tableaufige=OuterRef("pk"), entreprise__in=deports.order_by().values("entreprise")
        )
        classes = [classe for classe in Lecteurs if portee(membre, DROITS[classe]) in PORTEES[classe]]
        lisibles = self.filter(reseau=membre.reseau, lecteurs__in=classes).exclude(Exists(nommees))
        entier = TableauFige.objects.filter(lot=OuterRef("lot"), code=OuterRef("code"), expurge=False).exclude(Exists(nommees))
        superflus = Q(expurge=True) & Q(Exists(entier))
        return lisibles.exclude(superflus)

    def avec_noms(self):
        return self.select_related("reseau", "reunion__reseau", "institution", "fige_par")


class TableauFige(models.Model):
    """`contenu` : les `Tableau.en_json()` qu'il porte. `lot` : ce qui fut figé ensemble. `entreprises` : celles qu'il nomme, ou
    qu'il compte dans un choix plus étroit que le réseau. `expurge` : sans celles dont un membre se déportait ce jour-là.
    `envoye_a` : les adresses dont le courriel est inscrit à la boîte d'envoi.
    """

    reseau = models.ForeignKey("reseau.Reseau", models.PROTECT, related_name="tableaux_figes")
    lot = models.UUIDField(editable=False)
    code = models.CharField(max_length=20)
    titre = models.CharField(max_length=160)
    periode = models.CharField("période", max_length=200)
    lecteurs = models.CharField("ouvert à", max_length=20, choices=Lecteurs)
    expurge = models.BooleanField("sans les entreprises d’un déport", default=False)
    contenu = models.JSONField()
    entreprises = models.ManyToManyField(
        "entreprises.Entreprise", related_name="+", verbose_name="entreprises nommées ou comptées"
    )
    reunion = models.ForeignKey("reseau.Reunion", models.PROTECT, null=True, blank=True, related_name="tableaux_figes")
    institution = models.ForeignKey("reseau.Institution", models.PROTECT, null=True, blank=True, related_name="releves_figes")
    du = models.DateField("du", null=True, blank=True)
    au = models.DateField("au", null=True, blank=True)
    fige_le = models.DateTimeField("figé le")
    fige_par = models.ForeignKey(
        "reseau.Membre", models.RESTRICT, null=True, blank=True, related_name="+", verbose_name="figé par"
    )
    refige_le = models.DateTimeField("refigé le", null=True, blank=True)
    detruit_le = models.DateTimeField("détruit le", null=True, blank=True)  # contenu et octets sont alors vides
    envoye_le = models.DateTimeField("envoyé le", null=True, blank=True)
    envoye_a = models.JSONField("envoyé à", default=list, blank=True)

    objects = TableauFigeQuerySet.as_manager()

    class Meta:
        verbose_name = "tableau figé"
        verbose_name_plural = "tableaux figés"
        ordering = ["-fige_le", "code", "pk"]
        indexes = [models.Index(fields=["reseau", "-fige_le"], name="fige_du_reseau")]
        constraints = [
            models.UniqueConstraint(fields=["lot", "code", "lecteurs", "expurge", "institution"], name="fige_un_par_lot"),
            models.CheckConstraint(condition=Q(lecteurs__in=Lecteurs.values), name="fige_lecteurs_connus"),
            models.UniqueConstraint(
                fields=["reseau", "code", "du", "au"],
                condition=Q(code="rapport", fige_par=None),
                name="fige_rapport_une_fois",
            ),
        ]

    def __str__(self):
        return f"{self.titre}, {self.periode[:1].lower()}{self.periode[1:]}"

    def get_absolute_url(self):
        return reverse("suivi:fige", args=[self.reseau.slug, self.pk])

    @property
    def nom_de_fichier(self):
        """« tableau-2-5-2026-03-02 »."""
        return f"{'rapport' if self.code == 'rapport' else 'tableau-' + self.code.replace('.', '-')}-{self.fige_le:%Y-%m-%d}"


class FichierFige(models.Model):
    """Les octets d'un format, et leur empreinte ; à part du tableau, pour qu'une liste ne les lise pas."""

    tableau = models.ForeignKey(TableauFige, models.PROTECT, related_name="fichiers")
    genre = models.CharField(max_length=10)
    octets = models.BinaryField()
    empreinte = models.CharField("empreinte SHA-256", max_length=64)

    class Meta:
        verbose_name = "fichier figé"
        verbose_name_plural = "fichiers figés"
        ordering = ["genre"]
        constraints = [models.UniqueConstraint(fields=["tableau", "genre"], name="fichier_fige_unique")]

    def __str__(self):
        return self.empreinte


# Ce qu'il faut pour lire chaque classe de tableaux figés.
DROITS = {
    Lecteurs.ACTIONS: "tableaux.actions",
    Lecteurs.LIGNES: "tableaux.lignes",
    Lecteurs.COMPTES_RENDUS: "comptes_rendus.lire",
    Lecteurs.EVALUATIONS: "evaluations.agregats",
    Lecteurs.TOTAUX: "tableaux.voir",
}
# « Ses chiffres et les totaux » : les totaux se lisent aussi de qui, pour le reste, n'a que les siens.
PORTEES = {classe: [TOUT, SIENS] if classe == Lecteurs.TOTAUX else [TOUT] for classe in Lecteurs}
