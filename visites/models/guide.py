"""Le guide d'entretien d'un réseau : facultatif, et versionné ; une réponse reste attachée à la version où elle fut donnée."""

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse

from reseau.models import Versionne
from visites.enums import GenreDeQuestion
from visites.models.compte_rendu import CompteRendu

OUI, NON = "oui", "non"
ECHELLE = ("1", "2", "3", "4", "5")
TEXTE_MAX = 300


class GuideQuerySet(models.QuerySet):
    def visibles_par(self, membre):
        return self.filter(reseau=membre.reseau)

    def courants(self):
        """Ceux que l'on tient : ni remplacés par une version plus récente, ni retirés."""
        return self.filter(retire_le=None)

    def en_service(self):
        """Celui que montrent les comptes rendus du réseau ; aucun si le réseau s'en passe."""
        return self.filter(en_service=True)

    def avec_contenu(self):
        """Les thèmes et leurs questions, dans l'ordre : deux requêtes de plus."""
        return self.prefetch_related("themes__questions")

    def avec_nombres(self):
        """Annote `nb_questions` et `a_servi` (des réponses lui sont attachées)."""
        reponses = Reponse.objects.filter(question__theme__guide=OuterRef("pk"))
        return self.annotate(nb_questions=Count("themes__questions"), a_servi=Exists(reponses))


class Guide(Versionne):
    """Une version d'un guide. `edition` est son numéro pour les gens ; `version` (héritée), celui de la dernière écriture.

    `fourni` : le code du guide fourni dont il vient (`visites.guides_fournis`), ou vide.
    """

    reseau = models.ForeignKey("reseau.Reseau", models.PROTECT, related_name="guides")
    nom = models.CharField(max_length=80)
    fourni = models.CharField(max_length=20, blank=True, editable=False)
    edition = models.PositiveSmallIntegerField("version", default=1, editable=False)
    precedent = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="suivant", editable=False)
    en_service = models.BooleanField(default=False, editable=False)
    cree_le = models.DateTimeField("créé le", auto_now_add=True)
    retire_le = models.DateTimeField("remplacé ou retiré le", null=True, blank=True, editable=False)

    objects = GuideQuerySet.as_manager()

    class Meta:
        verbose_name = "guide d’entretien"
        verbose_name_plural = "guides d’entretien"
        ordering = ["-en_service", "nom", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["reseau"],
                condition=Q(en_service=True),
                name="guide_un_seul_en_service",
                violation_error_message="Un autre guide est déjà en service.",
            ),
            models.UniqueConstraint(
                fields=["reseau", "nom"],
                condition=Q(retire_le=None),
                name="guide_nom_unique",
                violation_error_message="Un guide porte déjà ce nom.",
            ),
            models.CheckConstraint(
                condition=Q(en_service=False) | Q(retire_le=None),
                name="guide_retire_hors_service",
                violation_error_message="Un guide retiré n’est plus en service.",
            ),
        ]

    def __str__(self):
        return self.nom

    def get_absolute_url(self):
        return reverse("visites:guide", args=[self.reseau.slug, self.pk])


class Theme(models.Model):
    guide = models.ForeignKey(Guide, models.CASCADE, related_name="themes")
    titre = models.CharField(max_length=80)
    rang = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = "thème"
        ordering = ["rang", "pk"]

    def __str__(self):
        return self.titre


class Question(models.Model):
    """`choix` : les réponses offertes par une question à liste, dans l'ordre ; vide pour les autres genres."""

    theme = models.ForeignKey(Theme, models.CASCADE, related_name="questions", verbose_name="thème")
    libelle = models.CharField("question", max_length=200)
    aide = models.CharField(max_length=200, blank=True, help_text="Une précision pour le visiteur, imprimée en petit.")
    genre = models.CharField("genre de réponse", max_length=10, choices=GenreDeQuestion, default=GenreDeQuestion.TEXTE)
    choix = models.JSONField(default=list, blank=True)
    rang = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["rang", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(genre__in=GenreDeQuestion.values), name="question_genre_connu"),
            models.CheckConstraint(
                condition=Q(genre="choix") ^ Q(choix=[]),
                name="question_choix_d_une_liste",
                violation_error_message="Une question à liste offre des réponses ; les autres n’en ont pas.",
            ),
        ]

    def __str__(self):
        return self.libelle

    @property
    def options(self):
        """[(valeur, libellé)] offertes, dans l'ordre ; vide si l'on écrit ou compte librement."""
        if self.genre == GenreDeQuestion.OUI_NON:
            return [(OUI, "Oui"), (NON, "Non")]
        if self.genre == GenreDeQuestion.ECHELLE:
            return [(degre, degre) for degre in ECHELLE]
        return [(choix, choix) for choix in self.choix]

    def dire(self, valeur):
        """La réponse en français : « oui » → « Oui », « 12.5 » → « 12,5 »."""
        if self.genre == GenreDeQuestion.NOMBRE:
            return valeur.replace(".", ",")
        return dict(self.options).get(valeur, valeur)


class ReponseQuerySet(models.QuerySet):
    def visibles_par(self, membre, visites):
        """Celles des comptes rendus qu'il lit : une réponse suit la partie partagée."""
        lus = CompteRendu.objects.visibles_par(membre, visites)
        return self.filter(compte_rendu__in=lus.order_by().values("pk"))

    def dans_l_ordre(self):
        ordre = ["question__theme__rang", "question__theme", "question__rang", "question"]
        return self.select_related("question__theme").order_by(*ordre)


class Reponse(models.Model):
    """Ce qu'a répondu l'entreprise, noté ou non dans le compte rendu. `valeur` : « oui », « 4 », « 12.5 », le choix, le texte."""

    compte_rendu = models.ForeignKey(CompteRendu, models.CASCADE, related_name="reponses")
    question = models.ForeignKey(Question, models.PROTECT, related_name="reponses")
    valeur = models.CharField(max_length=TEXTE_MAX)

    objects = ReponseQuerySet.as_manager()

    class Meta:
        verbose_name = "réponse"
        constraints = [
            models.UniqueConstraint(fields=["compte_rendu", "question"], name="reponse_unique"),
            models.CheckConstraint(
                condition=~Q(valeur=""), name="reponse_dite", violation_error_message="Une réponse vide ne s’enregistre pas."
            ),
        ]

    def __str__(self):
        return self.question.dire(self.valeur)

    @property
    def dite(self):
        """La réponse en français."""
        return self.question.dire(self.valeur)
