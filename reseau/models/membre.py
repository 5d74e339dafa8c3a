"""Les personnes et leurs institutions. L'appartenance est datée : les gens partent, leur travail reste."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.timezone import localdate

from reseau.droits import concerne_par_la_charte, profil
from reseau.enums import Cercle, Civilite, FrequenceResume, Pole, Qualite, Role, SecondFacteur
from reseau.lib.recherche import cle_de_recherche
from reseau.models.charte import Engagement, annotations
from reseau.models.registre import Versionne


class UtilisateurManager(BaseUserManager):
    """Comptes identifiés par courriel, sans distinction de casse."""

    def create_user(self, email, password=None, **champs):
        utilisateur = self.model(email=self.normalize_email(email).lower(), **champs)
        utilisateur.set_password(password)
        utilisateur.save(using=self._db)
        return utilisateur

    def create_superuser(self, email, password=None, **champs):
        return self.create_user(email, password, is_superuser=True, **champs)

    def get_by_natural_key(self, email):
        return self.get(email=email.lower())


class Utilisateur(AbstractBaseUser, PermissionsMixin):
    """Un compte ; ce qu'il peut faire tient dans ses appartenances (`Membre`)."""

    email = models.EmailField("courriel", unique=True, error_messages={"unique": "Ce courriel a déjà un compte."})
    is_active = models.BooleanField("compte ouvert", default=True)
    cree_le = models.DateTimeField("créé le", auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    objects = UtilisateurManager()

    class Meta:
        verbose_name = "compte"
        ordering = ["email"]

    def __str__(self):
        return self.email


class InstitutionQuerySet(models.QuerySet):
    def visibles_par(self, membre):
        return self.filter(reseau=membre.reseau)

    def ouvertes(self, le):
        """Encore dans le réseau ce jour-là."""
        return self.filter(Q(fermee_le=None) | Q(fermee_le__gt=le))

    def fermees(self, le):
        """Celles qui ont quitté le réseau."""
        return self.filter(fermee_le__lte=le)

    def sans_convention(self, le):
        """Encore dans le réseau, sans convention d'adhésion signée."""
        return self.ouvertes(le).filter(convention_signee_le=None)

    def avec_logo(self):
        """Annote `a_un_logo`, sans lire l'image."""
        return self.annotate(a_un_logo=Q(logo__isnull=False))

    def avec_nb_membres(self, le):
        """Annote `nb_membres` : ses membres actifs ce jour-là."""
        actifs = Q(membres__entre_le__lte=le) & (Q(membres__parti_le=None) | Q(membres__parti_le__gt=le))
        return self.annotate(nb_membres=Count("membres", filter=actifs))


class Institution(Versionne):
    reseau = models.ForeignKey("reseau.Reseau", models.PROTECT, related_name="institutions")
    sigle = models.CharField(max_length=30)
    nom = models.CharField(max_length=160)
    pole = models.CharField("pôle", max_length=20, choices=Pole)
    cercle = models.CharField(max_length=20, choices=Cercle, default=Cercle.MEMBRE)
    convention_signee_le = models.DateField("convention signée le", null=True, blank=True)
    regalienne = models.BooleanField(
        "exerce des fonctions régaliennes",
        default=False,
        help_text="Contrôle ou impôt : ses membres ne lisent jamais la partie réservée des comptes rendus.",
    )
    chef_de_service = models.CharField(
        "chef de service", max_length=120, blank=True, help_text="Celui ou celle qui reçoit le relevé de l’institution."
    )
    chef_courriel = models.EmailField("courriel du chef de service", blank=True)
    successeur = models.ForeignKey("self", models.PROTECT, null=True, blank=True, verbose_name="remplacée par")
    fermee_le = models.DateField("a quitté le réseau le", null=True, blank=True)

    objects = InstitutionQuerySet.as_manager()

    class Meta:
        ordering = ["sigle"]
        constraints = [
            models.UniqueConstraint(
                fields=["reseau", "sigle"],
                name="institution_sigle_unique",
                violation_error_message="Ce sigle désigne déjà une institution du réseau.",
            )
        ]

    def __str__(self):
        return self.sigle


class MembreQuerySet(models.QuerySet):
    def actifs(self, le):
        """Entrés et pas encore partis ce jour-là."""
        return self.filter(Q(parti_le=None) | Q(parti_le__gt=le), entre_le__lte=le)

    def restants(self, le):
        """Pas encore partis ce jour-là, y compris ceux qui n'entreront que plus tard."""
        return self.filter(Q(parti_le=None) | Q(parti_le__gt=le))

    def partis(self, le):
        """Ceux qui ont quitté le réseau."""
        return self.filter(parti_le__lte=le)

    def cherche(self, texte):
        """Tous les mots, sans accents ni casse, dans le nom, la fonction ou l'institution (une requête de plus).

        Ni SQLite ni PostgreSQL ne savent ôter les accents sans extension ; un réseau a quelques dizaines de membres.
        """
        mots = cle_de_recherche(texte).split()
        fiches = self.values_list("pk", "prenom", "nom", "fonction", "institution__sigle", "institution__nom")
        trouves = [pk for pk, *champs in fiches if _porte(mots, cle_de_recherche(" ".join(champs)))]
        return self.filter(pk__in=trouves)

    def publiables(self, le):
        """Ceux qui, actifs ce jour-là, ont accepté de paraître hors du réseau."""
        return self.actifs(le).filter(publiable=True).select_related("institution")

    def directs(self):
        return self.filter(qualite=Qualite.DIRECT)

    def visibles_par(self, membre):
        return self.filter(reseau=membre.reseau).select_related("institution")

    def affectables(self, le):
        """Ceux à qui une visite peut être confiée : actifs et directs (conception, section 4)."""
        return self.actifs(le).directs().select_related("institution")

    def avec_engagement(self):
        """Annote ce que `Membre.engagement` lirait sinon d'une requête de plus."""
        return self.annotate(**annotations())

    def pour(self, utilisateur, slug):
        """L'appartenance de ce compte à ce réseau, ou None."""
        # Sans le logo : une image à lire à chaque requête, que seule sa page et les lettres montrent.
        membres = self.avec_engagement().select_related("reseau", "institution").defer("reseau__logo")
        return membres.filter(utilisateur=utilisateur, reseau__slug=slug).first()


def _porte(mots, texte):
    return all(mot in texte for mot in mots)


class Membre(Versionne):
    """Une personne dans un réseau, au titre d'une institution, de son entrée à son départ."""

    utilisateur = models.ForeignKey(Utilisateur, models.PROTECT, related_name="appartenances", verbose_name="compte")
    reseau = models.ForeignKey("reseau.Reseau", models.PROTECT, related_name="membres")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="membres")
    civilite = models.CharField("civilité", max_length=3, choices=Civilite)
    prenom = models.CharField("prénom", max_length=60)
    nom = models.CharField(max_length=60)
    fonction = models.CharField("fonction imprimée", max_length=120, blank=True)
    telephone = models.CharField("téléphone", max_length=20, blank=True)
    role = models.CharField("rôle d’accès", max_length=20, choices=Role)
    qualite = models.CharField("qualité de visiteur", max_length=20, choices=Qualite, default=Qualite.AUCUN)
    entre_le = models.DateField("entré le")
    parti_le = models.DateField("parti le", null=True, blank=True)
    hierarchie_le = models.DateField("autorisation de la hiérarchie du", null=True, blank=True)
    rythme = models.DecimalField(
        "visites par mois", max_digits=4, decimal_places=2, null=True, blank=True, help_text="Vide : celui du réseau."
    )
    competence = models.CharField("ce que je peux apporter à une entreprise", max_length=120, blank=True)
    publiable = models.BooleanField("paraître sur la plaquette et la page publique", default=False)
    resume = models.CharField(
        "résumé de ce qui m’attend, par courriel", max_length=20, choices=FrequenceResume, default=FrequenceResume.SEMAINE
    )
    restitutions = models.BooleanField("nouveaux comptes rendus avant chaque réunion, par courriel", default=True)

    objects = MembreQuerySet.as_manager()

    class Meta:
        ordering = ["nom", "prenom", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["utilisateur", "reseau"],
                condition=Q(parti_le=None),
                name="membre_une_appartenance_en_cours",
                violation_error_message="Ce compte est déjà membre du réseau.",
            ),
            models.CheckConstraint(
                condition=Q(parti_le=None) | Q(parti_le__gte=F("entre_le")),
                name="membre_dates_dans_l_ordre",
                violation_error_message="Le départ vient après l’entrée.",
            ),
            models.CheckConstraint(
                condition=Q(role__in=Role.values) & Q(qualite__in=Qualite.values),
                name="membre_role_connu",
                violation_error_message="Rôle ou qualité inconnus.",
            ),
            models.CheckConstraint(
                condition=~Q(role=Role.DEVELOPPEUR, qualite=Qualite.AUCUN),
                name="membre_developpeur_qualifie",
                violation_error_message="Un développeur est direct ou associé.",
            ),
        ]

    def __str__(self):
        return f"{self.prenom} {self.nom}"

    def get_absolute_url(self):
        return reverse("reseau:membre", args=[self.reseau.slug, self.pk])

    @property
    def profil(self):
        return profil(self.role, self.qualite)

    @cached_property
    def engagement(self):
        """Son `Engagement` vis-à-vis de la charte du réseau ; une requête si `avec_engagement` ne l'a pas déjà lu."""
        lu = self if "charte_en_vigueur" in self.__dict__ else Membre.objects.avec_engagement().filter(pk=self.pk).first()
        if lu is None or lu.charte_en_vigueur is None:
            return Engagement(None, None, 0)
        return Engagement(lu.charte_en_vigueur, lu.acceptee_le and localdate(lu.acceptee_le), self.reseau.charte_mois)

    @property
    def charte_a_accepter(self):
        """Vrai si la charte en vigueur lui reste à accepter : ce qui en dépend lui est fermé."""
        return self.engagement.a_accepter(localdate())

    @property
    def charte_a_renouveler(self):
        return concerne_par_la_charte(self) and self.engagement.a_renouveler(localdate())

    @property
    def charte_reclamee(self):
        """Elle lui ferme des pages, aujourd'hui."""
        return concerne_par_la_charte(self) and self.charte_a_accepter

    @property
    def nom_alphabetique(self):
        return f"{self.nom} {self.prenom}"

    @property
    def nom_et_sigle(self):
        """« Fictif Achille (DDETS) » : le nom d'abord, les listes sont alphabétiques."""
        return f"{self.nom_alphabetique} ({self.institution.sigle})"

    @property
    def rang_alphabetique(self):
        """Clé de tri sans accents : les bases rangent « Étienne » après « Zoé »."""
        return cle_de_recherche(self.nom_alphabetique)

    @property
    def civilite_et_nom(self):
        return f"{self.civilite} {self.prenom} {self.nom}"

    @property
    def role_dit(self):
        """Le rôle en mots, avec la qualité de visiteur quand elle s'y ajoute."""
        if self.role == Role.DEVELOPPEUR:
            return self.get_qualite_display()
        return self.get_role_display() if self.qualite == Qualite.AUCUN else f"{self.get_role_display()}, visite aussi"

    @property
    def jamais_connecte(self):
        return self.utilisateur.last_login is None

    @property
    def doit_un_second_facteur(self):
        """Le réseau l'exige de lui."""
        exige = self.reseau.second_facteur
        return exige == SecondFacteur.TOUS or (exige == SecondFacteur.ANIMATEURS and self.role == Role.ANIMATEUR)

    def peut_gerer(self, autre):
        """Seul un animateur touche à la fiche d'un animateur."""
        return self.role == Role.ANIMATEUR or autre.role != Role.ANIMATEUR

    def est_parti(self, le):
        return self.parti_le is not None and self.parti_le <= le
