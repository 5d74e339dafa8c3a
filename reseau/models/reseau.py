"""Le réseau, ses réglages (conception, section 6) et les signataires de ses lettres."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from reseau.enums import Civilite, SecondFacteur
from reseau.lib.fuseaux import fuseau_du
from reseau.models.registre import Versionne


class Reseau(Versionne):
    """Un réseau par territoire ; plusieurs, cloisonnés, par installation."""

    slug = models.SlugField("adresse", unique=True)
    nom = models.CharField(max_length=120)
    territoire = models.CharField(max_length=80, help_text="Son nom seul : Haute-Saône.")
    de_territoire = models.CharField(
        "complément de nom", max_length=90, help_text="Le territoire précédé de sa préposition : de la Haute-Saône."
    )
    departement = models.CharField("département", max_length=3, help_text="Code : 70, 2A, 974…")
    prefecture = models.CharField("préfecture", max_length=120, help_text="Par exemple : Préfet de la Haute-Saône.")
    lieu = models.CharField("lieu des lettres", max_length=60, help_text="Ville écrite en tête des lettres.")
    affaire_suivie_par = models.CharField(max_length=120, blank=True)
    telephone = models.CharField("téléphone", max_length=20, blank=True)
    courriel = models.EmailField(blank=True)
    logo = models.BinaryField(null=True, blank=True, editable=False)

    rythme = models.DecimalField("visites par mois et par développeur", max_digits=4, decimal_places=2, default=Decimal("2"))
    reunions_par_mois = models.PositiveSmallIntegerField("réunions par mois", default=2)
    espacement_mois = models.PositiveSmallIntegerField("mois entre deux visites d’une entreprise", default=24)
    refus_mois = models.PositiveSmallIntegerField("mois sans visite après un refus", default=12)
    taille_minimum = models.PositiveSmallIntegerField("participants, au moins", default=15)
    taille_maximum = models.PositiveSmallIntegerField("participants, au plus", default=20)
    cible_minimum = models.PositiveSmallIntegerField("entreprises dans une cible, au moins", default=100)
    lettre_relance_jours = models.PositiveSmallIntegerField("jours avant de relancer une lettre", default=15)
    compte_rendu_relance_jours = models.PositiveSmallIntegerField("jours avant de relancer un compte rendu", default=7)
    rendez_vous_minutes = models.PositiveSmallIntegerField(
        "minutes d’un rendez-vous", default=90, validators=[MinValueValidator(15), MaxValueValidator(480)]
    )
    suite_jours = models.PositiveSmallIntegerField("jours pour informer le chef d’entreprise", default=15)
    sollicitation_meme_objet_mois = models.PositiveSmallIntegerField("mois entre deux contacts, même objet", default=6)
    sollicitation_tout_objet_mois = models.PositiveSmallIntegerField("mois entre deux contacts, tout objet", default=1)
    anonymisation_mois = models.PositiveSmallIntegerField(
        "mois avant d’anonymiser, après le dernier contact",
        default=60,
        validators=[MinValueValidator(12), MaxValueValidator(120)],
        help_text="Les fiches d’entreprises et de membres partis perdent alors leurs noms ; les chiffres restent.",
    )

    charte_mois = models.PositiveSmallIntegerField(
        "mois avant de réaccepter la charte", default=3, validators=[MinValueValidator(1), MaxValueValidator(24)]
    )

    comparaison = models.BooleanField(
        "comparer ce réseau aux autres, sans les nommer",
        default=False,
        help_text="Les réseaux volontaires lisent la médiane de tous, dès qu’ils sont cinq. Aucun n’est nommé.",
    )
    rapport_mois = models.PositiveSmallIntegerField(
        "mois entre deux rapports", default=0, validators=[MaxValueValidator(12)], help_text="0 : aucun rapport de lui-même."
    )
    rapport_courriel = models.EmailField("courriel où le préfet reçoit le rapport", blank=True)
    evaluation = models.BooleanField(
        "proposer le questionnaire aux chefs d’entreprise",
        default=True,
        help_text="Quelques questions, après les suites, par un lien sans compte.",
    )
    second_facteur = models.CharField(
        "exiger un second facteur", max_length=20, choices=SecondFacteur, default=SecondFacteur.AUCUN
    )

    class Meta:
        verbose_name = "réseau"
        verbose_name_plural = "réseaux"
        ordering = ["nom"]
        constraints = [
            models.CheckConstraint(
                condition=Q(rythme__gt=0),
                name="reseau_rythme_positif",
                violation_error_message="Le rythme est un nombre de visites supérieur à zéro.",
            ),
            models.CheckConstraint(
                condition=Q(taille_maximum__gte=F("taille_minimum")),
                name="reseau_taille_dans_l_ordre",
                violation_error_message="La taille maximale est au moins égale à la taille minimale.",
            ),
            models.CheckConstraint(condition=Q(second_facteur__in=SecondFacteur.values), name="reseau_second_facteur_connu"),
        ]

    def __str__(self):
        return self.nom

    def get_absolute_url(self):
        return reverse("suivi:accueil", args=[self.slug])

    @property
    def fuseau(self):
        """L'heure du territoire (`ZoneInfo`) : celle de ses pages, de ses rendez-vous et de ses agendas."""
        return fuseau_du(self.departement)

    @property
    def intitule(self):
        """Lignes du bloc du préfet : « Préfet », « de la », « Haute-Saône »."""
        avant = self.prefecture.removesuffix(self.territoire).split(maxsplit=1)
        return [ligne.strip() for ligne in [*avant, self.territoire] if ligne.strip()]


class SignataireQuerySet(models.QuerySet):
    def visibles_par(self, membre):
        return self.filter(reseau=membre.reseau)

    def en_fonction(self, le):
        """Qui signe ce jour-là ; le dernier arrivé l'emporte (intérim)."""
        return self.filter(Q(fin_le=None) | Q(fin_le__gte=le), debut_le__lte=le).order_by("-debut_le", "-pk")


class Signataire(Versionne):
    """Préfet (ou intérimaire) dont la signature porte les lettres d'une période."""

    reseau = models.ForeignKey(Reseau, models.PROTECT, related_name="signataires")
    civilite = models.CharField("civilité", max_length=3, choices=Civilite)
    nom = models.CharField("prénom et nom", max_length=120)
    titre = models.CharField("titre exact", max_length=160, help_text="Le préfet, La préfète, Le préfet par intérim…")
    debut_le = models.DateField("depuis le")
    fin_le = models.DateField("jusqu’au", null=True, blank=True)
    signature = models.BinaryField(null=True, blank=True, editable=False)

    objects = SignataireQuerySet.as_manager()

    class Meta:
        ordering = ["-debut_le", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(fin_le=None) | Q(fin_le__gte=F("debut_le")),
                name="signataire_dates_dans_l_ordre",
                violation_error_message="La fin vient après le début.",
            )
        ]

    def __str__(self):
        return f"{self.nom}, {self.titre}"

    def chevauche(self, autre):
        """Vrai si les deux périodes ont au moins un jour en commun."""
        finit_avant = self.fin_le is not None and self.fin_le < autre.debut_le
        commence_apres = autre.fin_le is not None and autre.fin_le < self.debut_le
        return not (finit_avant or commence_apres)
