"""L'action : un responsable qui l'accepte, une fin prévue, une fin réelle, une issue."""

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Concat, TruncDate
from django.urls import reverse

from entreprises.models import Deport
from reseau.droits import SIENS, portee
from reseau.lib.dates import jour_en_mots
from reseau.lib.recherche import cle_de_recherche
from reseau.models import Versionne
from suivi.enums import EtatAction, Issue, Mouvement, Sujet, TypeAction

NUMERO_MAX = 2**31 - 1  # ce que tient la colonne
OUVERTES = [EtatAction.PROPOSEE, EtatAction.ACCEPTEE, EtatAction.EN_COURS, EtatAction.ENDORMIE]


class ActionQuerySet(models.QuerySet):
    def visibles_par(self, membre):
        """Celles du réseau, moins ses déports ; pour un associé, les siennes et celles des visites qu'il accompagne."""
        deports = Deport.objects.filter(entreprise=OuterRef("projet__visite__entreprise"), membre=membre)
        actions = self.filter(reseau=membre.reseau).exclude(Exists(deports))
        if portee(membre, "actions.voir") is SIENS:
            actions = actions.filter(Q(responsable=membre) | Q(projet__visite__accompagnant=membre))
        return actions

    def avec_entreprise(self):
        """Ce qu'il faut pour y mener et dire chez qui ; `avec_noms` dit aussi qui s'en occupe."""
        return self.select_related("reseau", "projet__visite__entreprise").defer("reseau__logo")

    def avec_noms(self):
        noms = ("projet__interlocuteur__institution", "responsable__institution", "organisme")
        return self.avec_entreprise().select_related(*noms)

    def ouvertes(self):
        return self.filter(etat__in=OUVERTES)

    def closes(self):
        return self.filter(etat=EtatAction.CLOSE)

    def du_responsable(self, membre):
        return self.filter(responsable=membre)

    def echues(self, le):
        """Ouvertes, éveillées, et dont la fin prévue est passée."""
        return self.ouvertes().exclude(etat=EtatAction.ENDORMIE).filter(fin_prevue__lt=le)

    def sans_responsable(self):
        """Revenues chez l'animateur : refusées, ou jamais confiées."""
        return self.ouvertes().filter(responsable=None)

    def a_accepter(self):
        """Proposées à quelqu'un, qui n'a pas encore répondu."""
        return self.filter(etat=EtatAction.PROPOSEE, responsable__isnull=False)

    def refusees(self):
        """Refusées par qui on les avait proposées, et que nul n'a reprises."""
        return self.sans_responsable()._restees_sur(Mouvement.REFUS)

    def suivies_par(self, membre):
        """Celles qu'il a confiées : de ses visites ou des projets dont il est l'interlocuteur, et menées par un autre."""
        siennes = Q(projet__interlocuteur=membre) | Q(projet__visite__developpeur=membre)
        return self.filter(siennes).exclude(responsable=membre)

    def avec_refus(self):
        """Annote `refusee_le`, `refusee_par` et `refus` (ses mots) : le dernier refus, None s'il n'y en a pas."""
        refus = MouvementDAction.objects.filter(action=OuterRef("pk"), mouvement=Mouvement.REFUS).order_by("-pk")
        noms = Concat("membre__prenom", Value(" "), "membre__nom")
        return self.annotate(
            refusee_le=Subquery(refus.values("le")[:1]),
            refus=Subquery(refus.values("texte")[:1]),
            refusee_par=Subquery(refus.annotate(qui=noms).values("qui")[:1]),
        )

    def a_reprendre(self):
        """Ouvertes, sorties de la réserve, et où rien ne s'est passé depuis ; annote `reveillee_le`, ce jour-là."""
        reveils = MouvementDAction.objects.filter(action=OuterRef("pk"), mouvement=Mouvement.REVEIL).order_by("-pk")
        jour = Subquery(reveils.annotate(jour=TruncDate("le")).values("jour")[:1])
        return self.ouvertes()._restees_sur(Mouvement.REVEIL).annotate(reveillee_le=jour)

    def _restees_sur(self, mouvement):
        """Celles dont ce mouvement est le dernier du journal."""
        dernier = MouvementDAction.objects.filter(action=OuterRef("pk")).order_by("-pk").values("mouvement")[:1]
        return self.annotate(dernier=Subquery(dernier)).filter(dernier=mouvement)

    def a_reveiller(self, le):
        return self.filter(etat=EtatAction.ENDORMIE, reveil_le__lte=le)

    def cherche(self, texte):
        """Le numéro de l'action ; ou les mots dans la société (sans accents), dans l'action ou dans son projet."""
        trouvees = Q(libelle__icontains=texte) | Q(projet__titre__icontains=texte)
        mots = cle_de_recherche(texte).split()
        if mots:
            trouvees |= Q(*(Q(projet__visite__entreprise__recherche__contains=mot) for mot in mots))
        if texte.isdecimal():
            trouvees |= Q(numero=min(int(texte), NUMERO_MAX))
        return self.filter(trouvees)

    def par_urgence(self, le):
        """À accepter d'abord, puis les échues, puis par échéance ; les endormies et les closes à la fin."""
        rang = Case(
            When(etat=EtatAction.PROPOSEE, then=0),
            When(etat__in=[EtatAction.ACCEPTEE, EtatAction.EN_COURS], fin_prevue__lt=le, then=1),
            When(etat__in=[EtatAction.ACCEPTEE, EtatAction.EN_COURS], then=2),
            When(etat=EtatAction.ENDORMIE, then=3),
            default=4,
        )
        return self.order_by(rang, F("fin_prevue").asc(nulls_last=True), "numero")

    def par_reponse(self):
        """Sans responsable d'abord (refusées), puis celles qui attendent une réponse, puis par échéance."""
        rang = Case(When(responsable=None, then=0), When(etat=EtatAction.PROPOSEE, then=1), default=2)
        return self.order_by(rang, F("fin_prevue").asc(nulls_last=True), "numero")


class Action(Versionne):
    reseau = models.ForeignKey("reseau.Reseau", models.PROTECT, related_name="actions")
    numero = models.PositiveIntegerField("n°")
    projet = models.ForeignKey("suivi.Projet", models.PROTECT, related_name="actions")
    type = models.CharField(max_length=20, choices=TypeAction)
    sujet = models.CharField(max_length=20, choices=Sujet, blank=True)
    organisme = models.ForeignKey(
        "reseau.Institution", models.PROTECT, null=True, blank=True, verbose_name="organisme mis en contact"
    )
    organisme_exterieur = models.CharField("organisme hors du réseau", max_length=120, blank=True)
    libelle = models.CharField("ce qu’il y a à faire", max_length=200)
    responsable = models.ForeignKey(
        "reseau.Membre", models.PROTECT, null=True, blank=True, related_name="actions", verbose_name="responsable"
    )
    etat = models.CharField("état", max_length=20, choices=EtatAction, default=EtatAction.PROPOSEE)
    proposee_le = models.DateField("proposée le")
    acceptee_le = models.DateField("acceptée le", null=True, blank=True)
    fin_prevue = models.DateField("fin prévue", null=True, blank=True)
    fin_reelle = models.DateField("fin réelle", null=True, blank=True)
    issue = models.CharField(max_length=20, choices=Issue, blank=True)
    reveil_le = models.DateField("à réveiller le", null=True, blank=True)
    reveil_motif = models.CharField("à réveiller quand", max_length=120, blank=True)
    nee_de = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="filles", verbose_name="née de l’action"
    )
    malgre_concurrence = models.CharField(
        "malgré une concurrente",
        max_length=200,
        blank=True,
        help_text="Pourquoi confier l’action à qui suit une entreprise concurrente.",
    )

    objects = ActionQuerySet.as_manager()

    class Meta:
        ordering = ["numero"]
        indexes = [models.Index(fields=["reseau", "responsable", "etat"], name="action_par_responsable")]
        constraints = [
            models.UniqueConstraint(fields=["reseau", "numero"], name="action_numero_unique"),
            models.CheckConstraint(
                condition=Q(etat__in=EtatAction.values) & Q(type__in=TypeAction.values), name="action_etat_connu"
            ),
            models.CheckConstraint(
                condition=Q(etat="close", fin_reelle__isnull=False) & ~Q(issue="")
                | ~Q(etat="close") & Q(fin_reelle=None, issue=""),
                name="action_close_datee",
                violation_error_message="Une action close a une date et une issue.",
            ),
            models.CheckConstraint(
                condition=~Q(etat__in=["acceptee", "en_cours"]) | Q(responsable__isnull=False, acceptee_le__isnull=False),
                name="action_acceptee_datee",
                violation_error_message="Une action acceptée a un responsable et une date.",
            ),
            models.CheckConstraint(
                condition=~Q(etat="endormie") | Q(reveil_le__isnull=False) | ~Q(reveil_motif=""),
                name="action_endormie_se_reveille",
                violation_error_message="Une action en réserve a une date de réveil, ou ce qui la réveillera.",
            ),
        ]

    def __str__(self):
        return f"{self.numero} {self.libelle}"

    def get_absolute_url(self):
        return reverse("suivi:action", args=[self.reseau.slug, self.pk])

    @property
    def ouverte(self):
        return self.etat in OUVERTES

    @property
    def nom_de_l_organisme(self):
        return self.organisme.sigle if self.organisme else self.organisme_exterieur

    @property
    def a_accepter(self):
        return self.etat == EtatAction.PROPOSEE and self.responsable_id is not None

    @property
    def en_route(self):
        """Acceptée et éveillée : on peut y noter une suite."""
        return self.etat in (EtatAction.ACCEPTEE, EtatAction.EN_COURS)

    @property
    def endormie(self):
        return self.etat == EtatAction.ENDORMIE

    @property
    def reveil_dit(self):
        """« le 3 mars 2026, ou quand le permis est accordé » : ce qui la sortira de la réserve."""
        quand = [f"le {jour_en_mots(self.reveil_le)}"] if self.reveil_le else []
        return ", ou ".join([*quand, *([f"quand : {self.reveil_motif}"] if self.reveil_motif else [])])

    @property
    def type_et_sujet(self):
        """« Information : Export »."""
        return f"{self.get_type_display()} : {self.get_sujet_display()}" if self.sujet else self.get_type_display()

    def est_echue(self, le):
        return self.ouverte and self.etat != EtatAction.ENDORMIE and bool(self.fin_prevue) and self.fin_prevue < le


class MouvementDAction(models.Model):
    """Une ligne du journal d'une action : on y ajoute, on n'y touche plus."""

    action = models.ForeignKey(Action, models.CASCADE, related_name="mouvements")
    le = models.DateTimeField(auto_now_add=True)
    membre = models.ForeignKey("reseau.Membre", models.RESTRICT, related_name="+", verbose_name="par")
    mouvement = models.CharField(max_length=20, choices=Mouvement)
    responsable = models.ForeignKey("reseau.Membre", models.RESTRICT, null=True, related_name="+")
    reunion = models.ForeignKey("reseau.Reunion", models.PROTECT, null=True, related_name="mouvements", verbose_name="en réunion")
    texte = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = "mouvement d’une action"
        verbose_name_plural = "mouvements d’une action"
        ordering = ["pk"]

    def __str__(self):
        return f"{self.get_mouvement_display()} : {self.texte}"

    @property
    def note(self):
        """Ce qui s'en est dit ; pas la réunion, qu'une désignation répète dans son texte."""
        return "" if self.reunion and self.texte == str(self.reunion) else self.texte
