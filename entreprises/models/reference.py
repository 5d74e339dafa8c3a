"""Références de l'Insee, chargées des fichiers embarqués (`docs/sources.md`) ; communes à tous les réseaux."""

from django.db import models


class ZoneEmploiQuerySet(models.QuerySet):
    def du_departement(self, code):
        """Celles qui ont au moins une commune dans ce département."""
        return self.filter(pk__in=Commune.objects.filter(departement=code).order_by().values("zone_emploi"))


class ZoneEmploi(models.Model):
    """Zone d'emploi 2020 : le « bassin d'emploi » du dossier."""

    code = models.CharField(max_length=4, primary_key=True)
    nom = models.CharField(max_length=80)

    objects = ZoneEmploiQuerySet.as_manager()

    class Meta:
        verbose_name = "zone d’emploi"
        ordering = ["nom"]

    def __str__(self):
        return self.nom


class Arrondissement(models.Model):
    """Circonscription d'une sous-préfecture."""

    code = models.CharField(max_length=4, primary_key=True)
    nom = models.CharField(max_length=80)
    departement = models.CharField("département", max_length=3, db_index=True)

    class Meta:
        ordering = ["nom"]

    def __str__(self):
        return self.nom


class EpciQuerySet(models.QuerySet):
    def du_departement(self, code):
        """Ceux qui ont au moins une commune dans ce département."""
        return self.filter(pk__in=Commune.objects.filter(departement=code).order_by().values("epci"))


class Epci(models.Model):
    """Intercommunalité à fiscalité propre, désignée par son SIREN."""

    code = models.CharField("SIREN", max_length=9, primary_key=True)
    nom = models.CharField(max_length=120)

    objects = EpciQuerySet.as_manager()

    class Meta:
        verbose_name = "intercommunalité"
        ordering = ["nom"]

    def __str__(self):
        return self.nom


class Commune(models.Model):
    """`latitude` et `longitude` : le centre de la commune, en degrés (WGS 84) ; None s'il est inconnu."""

    code = models.CharField("code Insee", max_length=5, primary_key=True)
    nom = models.CharField(max_length=80)
    departement = models.CharField("département", max_length=3, db_index=True)
    arrondissement = models.ForeignKey(Arrondissement, models.PROTECT, null=True)
    epci = models.ForeignKey(Epci, models.PROTECT, null=True)
    zone_emploi = models.ForeignKey(ZoneEmploi, models.PROTECT, null=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)

    class Meta:
        ordering = ["nom", "code"]

    def __str__(self):
        return self.nom


class Contour(models.Model):
    """Contour d'une commune : un tracé SVG (attribut « d »), en degrés × 10 000, latitude vers le bas.

    `source` : qui l'a produit et sous quelle licence, que la carte doit citer.
    """

    commune = models.OneToOneField(Commune, models.CASCADE, primary_key=True)
    trace = models.TextField("tracé")
    source = models.CharField(max_length=120, blank=True)
    charge_le = models.DateTimeField("chargé le")

    def __str__(self):
        return f"Contour de {self.commune_id}"


class Division(models.Model):
    """Division de la NAF rév. 2 (deux chiffres) et sa section (une lettre) : le secteur d'un filtre ou d'une cible."""

    code = models.CharField(max_length=2, primary_key=True)
    libelle = models.CharField("libellé", max_length=200)
    section = models.CharField(max_length=1)

    class Meta:
        ordering = ["code"]

    def __str__(self):
        return f"{self.code} {self.libelle}"

    @property
    def industrielle(self):
        """Industrie et agroalimentaire : sections B (extraction) et C (divisions 10 à 33)."""
        return self.section in ("B", "C")


class ActiviteQuerySet(models.QuerySet):
    """La dernière lettre d'un code dit sa nomenclature : A à F ou Z en rév. 2, G à L ou Y en 2025."""

    def rev2(self):
        return self.filter(code__regex=r"[A-FZ]$")

    def naf_2025(self):
        return self.filter(code__regex=r"[G-LY]$")


class Activite(models.Model):
    """Sous-classe d'activité, NAF rév. 2 ou NAF 2025 : aucun code n'est commun aux deux."""

    code = models.CharField(max_length=6, primary_key=True)
    libelle = models.CharField("libellé", max_length=250)
    division = models.ForeignKey(Division, models.PROTECT, null=True)

    objects = ActiviteQuerySet.as_manager()

    class Meta:
        verbose_name = "activité"
        ordering = ["code"]

    def __str__(self):
        return f"{self.code} {self.libelle}"
