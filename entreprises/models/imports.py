"""Un fichier déposé, gardé le temps de l'aperçu, et le bilan de son import."""

from django.db import models
from django.db.models import Q
from django.urls import reverse

from entreprises.enums import Canal, EtatImport, GenreChangement, GenreImport, ObjetDeContact
from reseau.droits import SIENS, portee


class ImportQuerySet(models.QuerySet):
    def visibles_par(self, membre):
        """Ceux du réseau ; à qui n'importe pas d'entreprises, les listes de contacts de son institution."""
        depots = self.filter(reseau=membre.reseau)
        if portee(membre, "imports.suivre") is SIENS:
            depots = depots.filter(institution=membre.institution_id)
        return depots.defer("contenu", "rejets").select_related("membre", "institution")

    def oublies(self, avant):
        """Déposés avant cet instant et jamais confirmés."""
        return self.filter(etat=EtatImport.APERCU, depose_le__lt=avant)


class Import(models.Model):
    """Un dépôt. `contenu` : le fichier tant qu'on hésite, puis ses seules lignes rejetées (CSV) ; vide si abandonné.

    `bilan` : lus, crees, modifies, inchanges, rejetes (nombres), puis la description du fichier (`Apercu.en_json`).
    `rejets` : [{"ligne": n, "raison": "…"}]. `correspondance` : {"champ": [rangs de colonnes]} corrigée à l'écran, {} si
    les colonnes sont prises telles que leurs noms les désignent. Sans membre, c'est une commande qui l'a importé.
    """

    reseau = models.ForeignKey("reseau.Reseau", models.PROTECT, related_name="imports")
    membre = models.ForeignKey(
        "reseau.Membre", models.RESTRICT, null=True, blank=True, verbose_name="déposé par", help_text="vide : une commande"
    )
    genre = models.CharField(max_length=20, choices=GenreImport, default=GenreImport.ENTREPRISES)
    institution = models.ForeignKey(
        "reseau.Institution", models.PROTECT, null=True, blank=True, related_name="+", help_text="celle dont ce sont les contacts"
    )
    canal = models.CharField(max_length=20, choices=Canal, blank=True, help_text="des contacts dont le fichier ne le dit pas")
    objet = models.CharField(
        max_length=20, choices=ObjetDeContact, blank=True, help_text="des contacts dont le fichier ne le dit pas"
    )
    nom = models.CharField("fichier", max_length=200)
    correspondance = models.JSONField(default=dict, blank=True)
    contenu = models.BinaryField(editable=False)
    depose_le = models.DateTimeField("déposé le", auto_now_add=True)
    etat = models.CharField("état", max_length=20, choices=EtatImport, default=EtatImport.APERCU)
    ecrit_le = models.DateTimeField("importé le", null=True, blank=True)
    annule_le = models.DateTimeField("annulé le", null=True, blank=True)
    annule_par = models.ForeignKey(
        "reseau.Membre", models.RESTRICT, null=True, blank=True, related_name="+", verbose_name="annulé par"
    )
    bilan = models.JSONField(default=dict)
    rejets = models.JSONField(default=list)

    objects = ImportQuerySet.as_manager()

    class Meta:
        ordering = ["-depose_le", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(etat=EtatImport.ECRIT) | Q(ecrit_le__isnull=False), name="import_ecrit_date"),
            models.CheckConstraint(condition=~Q(etat=EtatImport.ANNULE) | Q(annule_le__isnull=False), name="import_annule_date"),
            models.CheckConstraint(
                condition=Q(genre=GenreImport.SOLLICITATIONS, institution__isnull=False, membre__isnull=False)
                & ~Q(canal="")
                & ~Q(objet="")
                | ~Q(genre=GenreImport.SOLLICITATIONS) & Q(institution=None),
                name="import_contacts_d_une_institution",
            ),
        ]

    def __str__(self):
        return self.nom

    def get_absolute_url(self):
        return reverse("entreprises:import", args=[self.reseau.slug, self.pk])

    @property
    def a_confirmer(self):
        return self.etat == EtatImport.APERCU


class LotEcritQuerySet(models.QuerySet):
    def autour_de(self, entreprise):
        """Ceux de son réseau dont les fiches créées l'encadrent ; seule leur trace dit s'ils l'ont créée, elle."""
        return self.filter(depot__reseau=entreprise.reseau_id, premiere__lte=entreprise.pk, derniere__gte=entreprise.pk)


class LotEcrit(models.Model):
    """Ce qu'un lot de l'import a écrit, pour pouvoir l'annuler : une ligne par lot, jamais par entreprise.

    `avant` : du JSON compressé, dont `operations/annulation.py` dit la forme. `premiere`, `derniere` : les clés extrêmes
    des entreprises créées, None s'il n'y en a pas : de quoi retrouver le lot d'une fiche sans en ouvrir cinquante.
    """

    depot = models.ForeignKey(Import, models.CASCADE, related_name="lots")
    numero = models.PositiveIntegerField("numéro")
    avant = models.BinaryField(editable=False)
    premiere = models.BigIntegerField("première créée", null=True, editable=False)
    derniere = models.BigIntegerField("dernière créée", null=True, editable=False)

    objects = LotEcritQuerySet.as_manager()

    class Meta:
        ordering = ["numero"]
        constraints = [models.UniqueConstraint(fields=["depot", "numero"], name="lot_ecrit_unique")]

    def __str__(self):
        return f"Lot {self.numero}"


class ChangementQuerySet(models.QuerySet):
    def visibles_par(self, membre, entreprises):
        return self.filter(depot__reseau=membre.reseau, entreprise__in=entreprises)


class Changement(models.Model):
    """Une fermeture, un déménagement, un effectif changé, appris d'un fichier ; `avant` et `apres` en mots."""

    depot = models.ForeignKey(Import, models.CASCADE, related_name="changements")
    entreprise = models.ForeignKey("entreprises.Entreprise", models.CASCADE, related_name="changements")
    genre = models.CharField(max_length=20, choices=GenreChangement)
    avant = models.CharField(max_length=200, blank=True)
    apres = models.CharField("après", max_length=200, blank=True)

    objects = ChangementQuerySet.as_manager()

    class Meta:
        ordering = ["genre", "pk"]

    def __str__(self):
        return f"{self.get_genre_display()} : {self.entreprise}"


class Correspondance(models.Model):
    """Les colonnes qu'un réseau a corrigées une fois, reprises au prochain fichier de mêmes en-têtes.

    `entetes` : l'empreinte des en-têtes en clés de comparaison ; `colonnes` : {"champ": [rangs]}.
    """

    reseau = models.ForeignKey("reseau.Reseau", models.CASCADE, related_name="correspondances")
    genre = models.CharField(max_length=20, choices=GenreImport, default=GenreImport.ENTREPRISES)
    entetes = models.CharField("en-têtes", max_length=64, help_text="empreinte SHA-256 des en-têtes")
    nom = models.CharField("fichier d’origine", max_length=200)
    colonnes = models.JSONField(default=dict)
    retenue_le = models.DateTimeField("retenue le", auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reseau", "genre", "entetes"], name="correspondance_unique")]

    def __str__(self):
        return self.nom
