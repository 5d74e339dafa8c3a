"""La visite, d'« à programmer » à « restituée » : chaque état porte sa date, et la base y veille."""

from datetime import timedelta
from typing import NamedTuple

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.db.models.functions import Coalesce, TruncDate
from django.urls import reverse
from django.utils.timezone import localdate

from entreprises.models import Deport, Entreprise
from reseau.droits import SIENS, portee
from reseau.lib.agenda import apres
from reseau.lib.dates import plus_mois
from reseau.models import Versionne
from visites.enums import CONFIEES, EN_COURS, FAITES, EtatVisite, MotifRefus, OrigineVisite
from visites.models.courrier import Courrier

# Les dates par lesquelles une visite cesse d'être en cours, et comment les dire.
SORTIES = {
    "realisee_le": "réalisée le",
    "refusee_le": "refus le",
    "injoignable_le": "injoignable le",
    "annulee_le": "annulée le",
}


class VisiteQuerySet(models.QuerySet):
    def visibles_par(self, membre):
        """Celles du réseau, moins les entreprises dont il se déporte ; pour un associé, celles qu'il accompagne."""
        visites = self.filter(reseau=membre.reseau)
        visites = visites.exclude(entreprise__in=Deport.objects.filter(membre=membre).values("entreprise"))
        if portee(membre, "visites.voir") is SIENS:
            visites = visites.filter(accompagnant=membre)
        return visites

    def avec_entreprise(self):
        """Ce qu'il faut pour la nommer et y mener ; `avec_noms` dit aussi qui, et de quelle campagne."""
        return self.select_related("reseau", "entreprise").defer("reseau__logo")

    def avec_noms(self):
        noms = self.select_related(
            "reseau", "entreprise__commune", "developpeur__institution", "accompagnant__institution", "campagne"
        )
        return noms.defer("reseau__logo")

    def avec_deport(self):
        """Annote `deporte` : son développeur s'est déporté de l'entreprise depuis qu'on la lui a confiée."""
        deports = Deport.objects.filter(entreprise=OuterRef("entreprise"), membre=OuterRef("developpeur"))
        return self.annotate(deporte=Exists(deports))

    def avec_repere(self):
        """Annote `repere_le` : la date qui range la visite au plan ; voir `Visite.repere`."""
        return self.annotate(repere_le=Coalesce(*SORTIES, TruncDate("rendez_vous_le"), "prevue_le", "creee_le"))

    def du_mois(self, premier):
        """Celles que le plan range dans le mois commençant le `premier`."""
        return self.avec_repere().filter(repere_le__gte=premier, repere_le__lt=plus_mois(premier, 1))

    def cherche(self, texte):
        """Celles des entreprises que trouve `Entreprise.objects.cherche`."""
        return self.filter(entreprise__in=Entreprise.objects.cherche(texte).values("pk"))

    def en_cours(self):
        return self.filter(etat__in=EN_COURS)

    def confiees(self):
        """Programmées, annoncées ou rendez-vous pris : le stock « programmées » du tableau 2.5."""
        return self.filter(etat__in=CONFIEES)

    def au_plan(self):
        """Confiées ou faites : ce que compte la charge d'un développeur."""
        return self.filter(etat__in=[*CONFIEES, *FAITES])

    def confiees_au(self, jour):
        """Le stock « programmées » au soir de ce jour : confiées d'ici là, et pas encore sorties."""
        sorties = Q()
        for champ in SORTIES:
            sorties |= Q(**{f"{champ}__lte": jour})
        return self.filter(programmee_le__lte=jour).exclude(sorties)

    def a_programmer(self):
        return self.filter(etat=EtatVisite.A_PROGRAMMER)

    def du_developpeur(self, membre):
        return self.filter(developpeur=membre)

    def de_l_equipe(self, membre):
        """Celles où il est titulaire ou accompagnant."""
        return self.filter(Q(developpeur=membre) | Q(accompagnant=membre))

    def realisees(self, du=None, au=None):
        """Réalisées ou restituées, datées dans la période, bornes comprises (annexe 2.5)."""
        return _entre(self.filter(etat__in=FAITES), "realisee_le", du, au)

    def refusees(self, du=None, au=None):
        return _entre(self.filter(etat=EtatVisite.REFUSEE), "refusee_le", du, au)

    def injoignables(self, du=None, au=None):
        return _entre(self.filter(etat=EtatVisite.INJOIGNABLE), "injoignable_le", du, au)

    def touchees(self, du=None, au=None):
        """Réalisées ou refusées dans la période : ce que compte la couverture d'une cible."""
        realisees = Q(_bornes("realisee_le", du, au), etat__in=FAITES)
        return self.filter(realisees | Q(_bornes("refusee_le", du, au), etat=EtatVisite.REFUSEE))

    def sorties(self, du=None, au=None):
        """Faites, refusées ou injoignables dans la période."""
        sorts = [("realisee_le", FAITES), ("refusee_le", [EtatVisite.REFUSEE]), ("injoignable_le", [EtatVisite.INJOIGNABLE])]
        return self.filter(Q(*[Q(_bornes(champ, du, au), etat__in=etats) for champ, etats in sorts], _connector=Q.OR))

    def a_revoir(self, reseau, le):
        """La dernière visite des entreprises que l'espacement (et un refus) laisse revoir, et que rien ne programme."""
        memes = Visite.objects.filter(entreprise=OuterRef("entreprise"))
        refus = memes.filter(refusee_le__gt=plus_mois(le, -reseau.refus_mois))
        plus_recentes = memes.realisees().filter(
            Q(realisee_le__gt=OuterRef("realisee_le")) | Q(realisee_le=OuterRef("realisee_le"), pk__gt=OuterRef("pk"))
        )
        anciennes = self.realisees(au=plus_mois(le, -reseau.espacement_mois))
        anciennes = anciennes.filter(entreprise__in=Entreprise.objects.sollicitables(le).values("pk"))
        return anciennes.exclude(Exists(memes.en_cours())).exclude(Exists(plus_recentes)).exclude(Exists(refus))

    def a_annoncer(self):
        """Programmées, et sans lettre, même en brouillon ; une lettre revenue est à refaire."""
        return self.filter(etat=EtatVisite.PROGRAMMEE).exclude(Exists(Courrier.objects.vivants().filter(visite=OuterRef("pk"))))

    def a_restituer(self):
        """Réalisées, avec compte rendu terminé, pas encore restituées en réunion."""
        return self.filter(etat=EtatVisite.REALISEE, compte_rendu__termine_le__isnull=False)

    def sans_compte_rendu(self, le, jours=0):
        """Rendez-vous passé ou visite réalisée depuis plus de `jours`, sans compte rendu terminé."""
        avant = le - timedelta(days=jours)
        passees = Q(etat=EtatVisite.RENDEZ_VOUS_PRIS, rendez_vous_le__date__lte=avant) | Q(
            etat=EtatVisite.REALISEE, realisee_le__lte=avant
        )
        return self.filter(passees).exclude(compte_rendu__termine_le__isnull=False)

    def annoncees_sans_rendez_vous(self, le, jours):
        """Lettre partie il y a plus de `jours`, et toujours pas de rendez-vous."""
        return self.filter(etat=EtatVisite.ANNONCEE, annoncee_le__lt=le - timedelta(days=jours))

    def rendez_vous_du(self, jour):
        return self.filter(etat=EtatVisite.RENDEZ_VOUS_PRIS, rendez_vous_le__date=jour).order_by("rendez_vous_le")

    def au_calendrier(self, du, au):
        """Rendez-vous pris et visites faites de ces jours, bornes comprises ; annote `jour_le`, où chacune se range."""
        jour = Case(When(etat__in=FAITES, then=F("realisee_le")), default=TruncDate("rendez_vous_le"))
        tenues = self.filter(etat__in=[EtatVisite.RENDEZ_VOUS_PRIS, *FAITES]).annotate(jour_le=jour)
        return tenues.filter(jour_le__range=(du, au)).order_by("jour_le", "rendez_vous_le", "pk")

    def prevues_sans_date(self, premier):
        """Confiées pour le mois commençant le `premier`, et pas encore de rendez-vous."""
        confiees = self.filter(etat__in=[EtatVisite.PROGRAMMEE, EtatVisite.ANNONCEE], rendez_vous_le=None)
        return confiees.filter(prevue_le__gte=premier, prevue_le__lt=plus_mois(premier, 1))

    def rendez_vous_entre(self, du, au):
        """Rendez-vous pris d'un jour à l'autre, bornes comprises."""
        pris = self.filter(etat=EtatVisite.RENDEZ_VOUS_PRIS, rendez_vous_le__date__gte=du, rendez_vous_le__date__lte=au)
        return pris.order_by("rendez_vous_le", "pk")

    def a_l_agenda(self, membre, *, depuis, sorties_depuis):
        """Ses rendez-vous, titulaire ou accompagnant, à partir de l'instant `depuis`.

        Ceux tombés (refus, injoignable, annulation) le restent jusqu'à `sorties_depuis` : le temps que les agendas les retirent.
        """
        siennes = self.de_l_equipe(membre).filter(rendez_vous_le__gte=depuis)
        tenus = Q(etat__in=[EtatVisite.RENDEZ_VOUS_PRIS, *FAITES])
        tombes = Q(refusee_le__gte=sorties_depuis) | Q(injoignable_le__gte=sorties_depuis) | Q(annulee_le__gte=sorties_depuis)
        return siennes.filter(tenus | tombes).order_by("rendez_vous_le", "pk")


class Repere(NamedTuple):
    """Ce que le plan dit d'une visite : « rendez-vous le », une date, et la forme où l'écrire (filtre `date_fr`)."""

    mot: str
    quand: object
    forme: str = "long"


def _entre(visites, champ, du, au):
    return visites.filter(_bornes(champ, du, au))


def _bornes(champ, du, au):
    """Condition : ce champ entre ces jours, compris s'ils sont donnés."""
    return Q(*[(f"{champ}__{borne}", jour) for borne, jour in (("gte", du), ("lte", au)) if jour])


def _etat_date(nom, etats, message, **champs):
    return models.CheckConstraint(
        condition=~Q(etat__in=etats) | Q(**champs), name=f"visite_{nom}", violation_error_message=message
    )


class Visite(Versionne):
    reseau = models.ForeignKey("reseau.Reseau", models.PROTECT, related_name="visites")
    entreprise = models.ForeignKey("entreprises.Entreprise", models.PROTECT, related_name="visites")
    campagne = models.ForeignKey("visites.Campagne", models.PROTECT, null=True, blank=True, related_name="visites")
    origine = models.CharField(max_length=20, choices=OrigineVisite, default=OrigineVisite.CIBLE)
    etat = models.CharField("état", max_length=20, choices=EtatVisite, default=EtatVisite.A_PROGRAMMER)
    developpeur = models.ForeignKey(
        "reseau.Membre", models.PROTECT, null=True, blank=True, related_name="visites", verbose_name="développeur"
    )
    accompagnant = models.ForeignKey("reseau.Membre", models.PROTECT, null=True, blank=True, related_name="accompagnements")
    prevue_le = models.DateField("prévue pour", null=True, blank=True, help_text="Le mois visé, à défaut de rendez-vous.")
    derogation = models.CharField(
        "motif pour passer outre",
        max_length=200,
        blank=True,
        help_text="Pourquoi visiter malgré l’espacement ou le refus.",
    )
    malgre_contact = models.CharField(
        "malgré un contact récent",
        max_length=200,
        blank=True,
        help_text="Pourquoi visiter alors qu’une institution vient de la contacter.",
    )
    malgre_concurrence = models.CharField(
        "malgré une concurrente",
        max_length=200,
        blank=True,
        help_text="Pourquoi confier la visite à qui suit une entreprise concurrente.",
    )
    choisie_en = models.ForeignKey("reseau.Reunion", models.PROTECT, null=True, blank=True, related_name="entreprises_choisies")

    creee_le = models.DateField("créée le")
    programmee_le = models.DateField("programmée le", null=True, blank=True)
    annoncee_le = models.DateField("annoncée le", null=True, blank=True)
    rendez_vous_le = models.DateTimeField("rendez-vous", null=True, blank=True)
    rendez_vous_lieu = models.CharField("lieu du rendez-vous", max_length=160, blank=True)
    rendez_vous_adresse = models.CharField("adresse du rendez-vous", max_length=200, blank=True)
    rendez_vous_minutes = models.PositiveSmallIntegerField(
        "durée du rendez-vous", null=True, blank=True, validators=[MinValueValidator(15), MaxValueValidator(480)]
    )
    realisee_le = models.DateField("réalisée le", null=True, blank=True)
    restituee_le = models.DateField("restituée le", null=True, blank=True)
    restituee_en = models.ForeignKey("reseau.Reunion", models.PROTECT, null=True, blank=True, related_name="restitutions")
    refusee_le = models.DateField("refusée le", null=True, blank=True)
    motif_refus = models.CharField("motif du refus", max_length=20, choices=MotifRefus, blank=True)
    injoignable_le = models.DateField("injoignable le", null=True, blank=True)
    annulee_le = models.DateField("annulée le", null=True, blank=True)
    precision = models.CharField("précision", max_length=300, blank=True)

    objects = VisiteQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["reseau", "etat"], name="visite_par_etat"),
            models.Index(fields=["reseau", "realisee_le"], name="visite_par_date"),
            models.Index(fields=["entreprise", "reseau", "etat", "realisee_le"], name="visite_par_entreprise"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["entreprise"],
                condition=Q(etat__in=[etat.value for etat in EN_COURS]),
                name="visite_une_en_cours",
                violation_error_message="Une visite de cette entreprise est déjà en cours.",
            ),
            models.CheckConstraint(condition=Q(etat__in=EtatVisite.values), name="visite_etat_connu"),
            _etat_date(
                "programmee_datee",
                [etat.value for etat in [*CONFIEES, *FAITES]],
                "Une visite programmée a un développeur et une date de programmation.",
                programmee_le__isnull=False,
                developpeur__isnull=False,
            ),
            _etat_date("annoncee_datee", ["annoncee"], "Une visite annoncée porte sa date.", annoncee_le__isnull=False),
            _etat_date("rendez_vous_date", ["rendez_vous_pris"], "Le rendez-vous a une date.", rendez_vous_le__isnull=False),
            _etat_date("realisee_datee", ["realisee", "restituee"], "Une visite réalisée a sa date.", realisee_le__isnull=False),
            _etat_date("restituee_datee", ["restituee"], "Une visite restituée a sa date.", restituee_le__isnull=False),
            models.CheckConstraint(
                condition=Q(etat="refusee", refusee_le__isnull=False) & ~Q(motif_refus="")
                | ~Q(etat="refusee") & Q(refusee_le=None),
                name="visite_refusee_datee",
                violation_error_message="Un refus porte sa date et son motif.",
            ),
            _etat_date("injoignable_datee", ["injoignable"], "Porte sa date.", injoignable_le__isnull=False),
            _etat_date("annulee_datee", ["annulee"], "Une annulation porte sa date.", annulee_le__isnull=False),
        ]

    def __str__(self):
        return f"Visite de {self.entreprise}"

    def get_absolute_url(self):
        return reverse("visites:visite", args=[self.reseau.slug, self.pk])

    @property
    def en_cours(self):
        return self.etat in EN_COURS

    @property
    def confiee(self):
        return self.etat in CONFIEES

    @property
    def faite(self):
        return self.etat in FAITES

    @property
    def conjointe(self):
        """Deux institutions y vont ensemble."""
        return bool(self.accompagnant_id) and self.accompagnant.institution_id != self.developpeur.institution_id

    @property
    def rendez_vous_duree(self):
        """`timedelta` : celle de ce rendez-vous, sinon celle du réseau."""
        return timedelta(minutes=self.rendez_vous_minutes or self.reseau.rendez_vous_minutes)

    @property
    def rendez_vous_fin(self):
        """L'instant où le rendez-vous finit ; None s'il n'y en a pas."""
        return apres(self.rendez_vous_le, self.rendez_vous_duree) if self.rendez_vous_le else None

    @property
    def adresse_du_rendez_vous(self):
        """Sur une ligne : celle du rendez-vous, sinon celle de l'entreprise."""
        entreprise = self.entreprise
        lignes = (entreprise.adresse, entreprise.complement, f"{entreprise.code_postal} {entreprise.ville}".strip())
        return self.rendez_vous_adresse or ", ".join(ligne for ligne in lignes if ligne)

    @property
    def lieu_du_rendez_vous(self):
        """Le lieu puis l'adresse : « À l’accueil, 12 rue des Essais, 70000 Vesoul »."""
        return ", ".join(mot for mot in (self.rendez_vous_lieu, self.adresse_du_rendez_vous) if mot)

    @property
    def rendez_vous_tenu(self):
        """Le rendez-vous est à l'agenda : pris, ou la visite a eu lieu ce jour-là ou après."""
        if self.rendez_vous_le is None:
            return False
        avancee = self.faite and self.realisee_le < localdate(self.rendez_vous_le, self.reseau.fuseau)
        return self.etat == EtatVisite.RENDEZ_VOUS_PRIS or (self.faite and not avancee)

    @property
    def date_parlante(self):
        """La date qui compte dans l'état où elle est."""
        dates = {
            EtatVisite.A_PROGRAMMER: self.creee_le,
            EtatVisite.PROGRAMMEE: self.programmee_le,
            EtatVisite.ANNONCEE: self.annoncee_le,
            EtatVisite.RENDEZ_VOUS_PRIS: self.rendez_vous_le,
            EtatVisite.REALISEE: self.realisee_le,
            EtatVisite.RESTITUEE: self.realisee_le,
            EtatVisite.REFUSEE: self.refusee_le,
            EtatVisite.INJOIGNABLE: self.injoignable_le,
            EtatVisite.ANNULEE: self.annulee_le,
        }
        return dates[self.etat]

    @property
    def repere(self):
        """Sa date au plan : sa sortie, sinon son rendez-vous, sinon le mois visé, sinon son entrée dans la liste."""
        for champ, mot in SORTIES.items():
            if quand := getattr(self, champ):
                return Repere(mot, quand)
        if self.rendez_vous_le:
            return Repere("rendez-vous le", self.rendez_vous_le, "heure")
        return Repere("prévue en", self.prevue_le, "mois") if self.prevue_le else Repere("dans la liste depuis le", self.creee_le)
