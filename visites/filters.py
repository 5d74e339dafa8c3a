"""Filtres des listes de visites, d'entreprises à programmer et de lettres : bornés à ce que le lecteur voit."""

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q
from django.utils.timezone import localdate

from entreprises.enums import Tranche
from entreprises.models import Division, Entreprise, ZoneEmploi
from reseau.enums import Qualite
from reseau.lib.dates import plus_mois, premier_du_mois
from reseau.lib.formulaires import FormulaireFiltre
from reseau.lib.tableau import mois_long
from reseau.models import Membre
from visites.enums import EtatCourrier, EtatVisite
from visites.models import Campagne, Courrier, Visite

EN_COURS, AU_PLAN, A_REVOIR = "en_cours", "au_plan", "a_revoir"
TEXTE_MAX = 100


def mois_proches(le, avant=24, apres=18):
    """Choix (« 2026-03 », « mars 2026 ») autour du mois courant, du plus lointain à venir au plus ancien."""
    courant = premier_du_mois(le)
    mois = [plus_mois(courant, rang) for rang in range(apres, -avant - 1, -1)]
    return [(f"{jour:%Y-%m}", mois_long(jour)) for jour in mois]


class ChampMembre(django_filters.fields.ModelChoiceField):
    """Les personnes par ordre alphabétique, nom d'abord."""

    def label_from_instance(self, membre):
        return membre.nom_alphabetique


class FiltreMembre(django_filters.ModelChoiceFilter):
    field_class = ChampMembre


def visiteurs(request):
    """Les développeurs directs du réseau, et ceux, partis ou non, à qui une visite a été confiée."""
    visites = Visite.objects.filter(developpeur=OuterRef("pk"))
    return Membre.objects.visibles_par(request.membre).filter(Q(qualite=Qualite.DIRECT) | Exists(visites))


def campagnes(request):
    return Campagne.objects.visibles_par(request.membre)


def zones(request):
    """Les zones d'emploi où ce lecteur voit une entreprise."""
    visibles = Entreprise.objects.visibles_par(request.membre).order_by()
    return ZoneEmploi.objects.filter(pk__in=visibles.values("commune__zone_emploi"))


def divisions(request):
    visibles = Entreprise.objects.visibles_par(request.membre).order_by()
    return Division.objects.filter(pk__in=visibles.values("naf__division"))


class VisiteFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="Rechercher", method="chercher", max_length=TEXTE_MAX)
    etat = django_filters.ChoiceFilter(
        label="État",
        choices=[
            (EN_COURS, "En cours"),
            *EtatVisite.choices,
            (AU_PLAN, "Confiées ou faites"),
            (A_REVOIR, "À revoir"),
        ],
        method="dans_l_etat",
        empty_label="Tous",
    )
    developpeur = FiltreMembre(label="Développeur", queryset=visiteurs, empty_label="Tous")
    zone = django_filters.ModelChoiceFilter(
        label="Zone d’emploi", queryset=zones, field_name="entreprise__commune__zone_emploi", empty_label="Toutes"
    )
    campagne = django_filters.ModelChoiceFilter(label="Campagne", queryset=campagnes, empty_label="Toutes")
    mois = django_filters.ChoiceFilter(label="Mois", method="dans_le_mois", empty_label="Tous")

    class Meta:
        model = Visite
        fields = []
        form = FormulaireFiltre

    def __init__(self, *arguments, **mots):
        super().__init__(*arguments, **mots)
        self.filters["mois"].extra["choices"] = mois_proches(localdate())

    def chercher(self, visites, nom, texte):
        return visites.cherche(texte)

    def dans_l_etat(self, visites, nom, etat):
        if etat == EN_COURS:
            return visites.en_cours()
        if etat == AU_PLAN:
            return visites.au_plan()
        if etat == A_REVOIR:
            return visites.a_revoir(self.request.reseau, localdate())
        return visites.filter(etat=etat)

    def dans_le_mois(self, visites, nom, mois):
        return visites.du_mois(_premier(mois))


class ProgrammationFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="Rechercher", method="chercher", max_length=TEXTE_MAX)
    zone = django_filters.ModelChoiceFilter(
        label="Zone d’emploi", queryset=zones, field_name="commune__zone_emploi", empty_label="Toutes"
    )
    division = django_filters.ModelChoiceFilter(
        label="Activité", queryset=divisions, field_name="naf__division", empty_label="Toutes"
    )
    taille = django_filters.ChoiceFilter(label="Taille", choices=Tranche.choices, method="de_cette_taille", empty_label="Toutes")

    class Meta:
        model = Entreprise
        fields = []
        form = FormulaireFiltre

    def chercher(self, entreprises, nom, texte):
        return entreprises.cherche(texte)

    def de_cette_taille(self, entreprises, nom, tranche):
        return entreprises.des_tranches([tranche])


class CourrierFilter(django_filters.FilterSet):
    etat = django_filters.ChoiceFilter(label="État", choices=EtatCourrier.choices, empty_label="Tous")
    campagne = django_filters.ModelChoiceFilter(
        label="Campagne", queryset=campagnes, field_name="visite__campagne", empty_label="Toutes"
    )
    developpeur = FiltreMembre(label="Développeur", queryset=visiteurs, field_name="visite__developpeur", empty_label="Tous")

    class Meta:
        model = Courrier
        fields = []
        form = FormulaireFiltre


def _premier(mois):
    """« 2026-03 » (déjà validé par les choix) → le 1er mars 2026."""
    return forms.DateField(input_formats=["%Y-%m"]).clean(mois)
