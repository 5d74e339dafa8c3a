"""L'entreprise (l'établissement que l'on visite), ses contacts, et qui peut la voir."""

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from stdnum.fr import siret as numero_siret

from entreprises.enums import BORNES, Etat, OrigineAcces, Tranche
from entreprises.models.cible import LigneDeCible
from reseau.droits import SIENS, portee
from reseau.enums import Civilite
from reseau.lib.recherche import cle_de_recherche
from reseau.models import Versionne


def valider_siret(valeur):
    """Lève `ValidationError` si la clé de contrôle (Luhn, La Poste exceptée) est fausse."""
    if not numero_siret.is_valid(valeur):
        raise ValidationError("Ce numéro n’est pas un SIRET : quatorze chiffres, dont une clé de contrôle.")


class EntrepriseQuerySet(models.QuerySet):
    def visibles_par(self, membre):
        """Celles du réseau, moins ses déports ; pour un associé, celles où il est sollicité."""
        entreprises = self.filter(reseau=membre.reseau).distinctes()
        entreprises = entreprises.exclude(pk__in=Deport.objects.filter(membre=membre).values("entreprise"))
        if portee(membre, "entreprises.voir") is SIENS:
            entreprises = entreprises.filter(Exists(Acces.objects.filter(entreprise=OuterRef("pk"), membre=membre)))
        return entreprises

    def distinctes(self):
        """Sans les doublons, fusionnés dans une autre fiche."""
        return self.filter(fusionnee_dans=None)

    def actives(self):
        return self.distinctes().filter(etat=Etat.ACTIF)

    def sollicitables(self, le):
        """En activité et pas mises à l'abri par « ne plus solliciter jusqu'au »."""
        return self.actives().filter(Q(ne_plus_solliciter_jusqu_au=None) | Q(ne_plus_solliciter_jusqu_au__lt=le))

    def cherche(self, texte):
        """Tous les mots, sans accents ni casse, dans le nom, l'enseigne, la commune ; ou un SIREN, un SIRET."""
        entreprises = self
        for mot in cle_de_recherche(texte)[:200].split():
            entreprises = entreprises.filter(recherche__contains=mot)
        return entreprises

    def selon(self, criteres):
        """Les entreprises répondant à tous les critères d'une cible (voir `Cible.criteres`) ; un critère vide admet tout."""
        entreprises = self
        if zones := criteres.get("zones_emploi"):
            entreprises = entreprises.des_zones(zones)
        if divisions := criteres.get("divisions"):
            entreprises = entreprises.des_divisions(divisions)
        if tranches := criteres.get("tranches"):
            entreprises = entreprises.des_tranches(tranches)
        return entreprises

    def des_zones(self, codes):
        """Situées dans l'une de ces zones d'emploi."""
        return self.filter(commune__zone_emploi__in=codes)

    def des_divisions(self, codes):
        """De ces divisions d'activité ; la NAF 2025 ne parle que si la NAF rév. 2 se tait."""
        return self.filter(Q(naf__division__in=codes) | Q(naf=None, naf_2025__division__in=codes))

    def des_tranches(self, codes):
        """De cet effectif : le nombre connu fait foi, et la tranche de l'Insee quand il manque (voir `effectif_dit`)."""
        choix = Q(effectif=None, tranche_effectif__in=codes)
        for code in codes:
            if code in BORNES:
                choix |= Q(effectif__range=BORNES[code])
        return self.filter(choix)

    def de_la_cible(self, cible):
        """Sur la liste figée de cette cible, sans les écartées."""
        lignes = LigneDeCible.objects.retenues().filter(cible=cible)
        return self.filter(Exists(lignes.filter(entreprise=OuterRef("pk"))))

    def par_taille(self, *, decroissant=False):
        """Triées par effectif : le nombre connu, sinon le bas de la tranche ; les inconnues toujours à la fin."""
        planchers = [When(tranche_effectif=code, then=Value(plancher)) for code, (plancher, _) in BORNES.items()]
        taille = Coalesce("effectif", Case(*planchers, output_field=models.PositiveIntegerField()))
        ordre = taille.desc(nulls_last=True) if decroissant else taille.asc(nulls_last=True)
        return self.order_by(ordre, "recherche", "pk")

    def avec_references(self):
        return self.select_related("commune__zone_emploi", "naf")


class Entreprise(Versionne):
    reseau = models.ForeignKey("reseau.Reseau", models.PROTECT, related_name="entreprises")
    siret = models.CharField("SIRET", max_length=14, validators=[valider_siret])
    raison_sociale = models.CharField(max_length=200)
    enseigne = models.CharField(max_length=100, blank=True)
    naf = models.ForeignKey("entreprises.Activite", models.PROTECT, null=True, blank=True, verbose_name="activité (NAF rév. 2)")
    naf_2025 = models.ForeignKey(
        "entreprises.Activite",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="activité (NAF 2025)",
    )
    tranche_effectif = models.CharField("tranche d’effectif", max_length=2, choices=Tranche, blank=True)
    effectif = models.PositiveIntegerField("effectif", null=True, blank=True)
    adresse = models.CharField("numéro et voie", max_length=120, blank=True)
    complement = models.CharField("complément d’adresse", max_length=120, blank=True)
    code_postal = models.CharField(max_length=5, blank=True)
    commune = models.ForeignKey("entreprises.Commune", models.PROTECT, null=True, blank=True)
    ville = models.CharField("ville écrite sur l’enveloppe", max_length=80, blank=True)
    telephone = models.CharField("téléphone", max_length=20, blank=True)
    courriel = models.EmailField(blank=True)
    site = models.CharField("site internet", max_length=200, blank=True, validators=[URLValidator(["http", "https"])])
    filiere = models.CharField("filière", max_length=60, blank=True)
    etat = models.CharField("état administratif", max_length=10, choices=Etat, default=Etat.ACTIF)
    diffusible = models.BooleanField(
        default=True, help_text="Non diffusible au répertoire SIRENE : aucune lettre ne lui est adressée."
    )
    ne_plus_solliciter_jusqu_au = models.DateField("ne plus solliciter jusqu’au", null=True, blank=True)
    ne_plus_solliciter_motif = models.CharField("pourquoi", max_length=200, blank=True)
    etiquettes = models.ManyToManyField("entreprises.Etiquette", blank=True, related_name="entreprises", verbose_name="étiquettes")
    fusionnee_dans = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="absorbees", verbose_name="fusionnée dans"
    )
    recherche = models.TextField(editable=False, blank=True)
    cree_le = models.DateTimeField("créée le", auto_now_add=True)

    objects = EntrepriseQuerySet.as_manager()

    class Meta:
        ordering = ["raison_sociale", "pk"]
        indexes = [
            models.Index(fields=["reseau", "recherche", "id"], name="entreprise_par_nom"),
            models.Index(fields=["reseau", "commune"], name="entreprise_par_commune"),
            models.Index(fields=["reseau", "naf"], name="entreprise_par_activite"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["reseau", "siret"],
                name="entreprise_siret_unique",
                violation_error_message="Ce SIRET est déjà dans le réseau.",
            ),
            models.CheckConstraint(
                condition=Q(siret__regex=r"^[0-9]{14}$"),
                name="entreprise_siret_en_chiffres",
                violation_error_message="Un SIRET compte quatorze chiffres.",
            ),
        ]

    def __str__(self):
        return self.raison_sociale

    def get_absolute_url(self):
        return reverse("entreprises:fiche", args=[self.reseau.slug, self.pk])

    @property
    def siren(self):
        return self.siret[:9]

    @property
    def effectif_dit(self):
        """L'effectif connu, sinon sa tranche, en mots."""
        if self.effectif is not None:
            return f"{self.effectif}\u00a0salarié{'s' if self.effectif > 1 else ''}"
        return self.get_tranche_effectif_display() or "effectif inconnu"

    def sollicitable(self, le):
        """En activité et pas mise à l'abri ce jour-là ; la même règle que `EntrepriseQuerySet.sollicitables`."""
        abri = self.ne_plus_solliciter_jusqu_au
        return self.etat == Etat.ACTIF and (abri is None or abri < le)

    def composer_recherche(self):
        """Texte sans accents ni casse où l'on cherche ; à recalculer avant chaque enregistrement."""
        commune = self.commune.nom if self.commune_id else ""
        return cle_de_recherche(" ".join([self.raison_sociale, self.enseigne, commune, self.ville, self.siret]))


class Contact(models.Model):
    """Une personne de l'entreprise ; au plus un dirigeant, à qui la lettre du préfet s'adresse."""

    entreprise = models.ForeignKey(Entreprise, models.CASCADE, related_name="contacts")
    civilite = models.CharField("civilité", max_length=3, choices=Civilite, blank=True)
    prenom = models.CharField("prénom", max_length=80, blank=True)
    nom = models.CharField(max_length=80)
    fonction = models.CharField(max_length=100, blank=True)
    telephone = models.CharField("téléphone", max_length=20, blank=True)
    courriel = models.EmailField(blank=True)
    dirigeant = models.BooleanField("c’est le dirigeant", default=False)

    class Meta:
        ordering = ["-dirigeant", "nom", "prenom", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["entreprise"],
                condition=Q(dirigeant=True),
                name="contact_un_seul_dirigeant",
                violation_error_message="L’entreprise a déjà un dirigeant.",
            )
        ]

    def __str__(self):
        return " ".join(mot for mot in (self.civilite, self.prenom, self.nom) if mot)


class Deport(models.Model):
    """Un membre se déporte d'une entreprise : il ne la voit plus et ne peut plus y être affecté."""

    entreprise = models.ForeignKey(Entreprise, models.CASCADE, related_name="deports")
    membre = models.ForeignKey("reseau.Membre", models.PROTECT, related_name="deports")
    motif = models.CharField(max_length=200)
    le = models.DateField("décidé le")

    class Meta:
        verbose_name = "déport"
        constraints = [
            models.UniqueConstraint(
                fields=["entreprise", "membre"],
                name="deport_unique",
                violation_error_message="Ce déport est déjà enregistré.",
            )
        ]

    def __str__(self):
        return f"{self.membre} se déporte"


class Acces(models.Model):
    """Quelle entreprise voit un développeur associé ; écrit par les opérations de `visites` et de `suivi`."""

    entreprise = models.ForeignKey(Entreprise, models.CASCADE, related_name="acces")
    membre = models.ForeignKey("reseau.Membre", models.CASCADE, related_name="acces")
    origine = models.CharField(max_length=20, choices=OrigineAcces)

    class Meta:
        verbose_name = "accès"
        verbose_name_plural = "accès"
        constraints = [models.UniqueConstraint(fields=["entreprise", "membre", "origine"], name="acces_unique")]

    def __str__(self):
        return f"{self.membre} : {self.get_origine_display()}"
