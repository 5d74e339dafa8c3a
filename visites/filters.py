"""Filtres des listes (entreprises, à programmer ou non, visites, lettres, demandes) : bornés à ce que le lecteur voit."""

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q
from django.utils.timezone import localdate

from entreprises.enums import Tranche
from entreprises.filters import NON_PAS, OUI, EntrepriseFilter, zones_du_reseau
from entreprises.models import Division, Entreprise, Sollicitation
from reseau.enums import Qualite
from reseau.lib.dates import plus_mois, premier_du_mois
from reseau.lib.formulaires import FormulaireFiltre
from reseau.lib.saisie import lire_cles
from reseau.lib.tableau import mois_long
from reseau.models import Membre
from visites.enums import EtatCourrier, EtatDemande, EtatVisite
from visites.models import Campagne, Courrier, DemandeDeVisite, Visite

EN_COURS, FAITES, AU_PLAN, A_REVOIR = "en_cours", "faites", "au_plan", "a_revoir"
JAMAIS, DEPUIS_UN_AN, A_L_ESPACEMENT, DANS_L_ANNEE = "jamais", "plus_un_an", "espacement", "moins_un_an"
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


class VisiteFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="Rechercher", method="chercher", max_length=TEXTE_MAX)
    etat = django_filters.ChoiceFilter(
        label="État",
        choices=[
            (EN_COURS, "En cours"),
            *EtatVisite.choices,
            (FAITES, "Réalisées ou restituées"),
            (AU_PLAN, "Confiées ou faites"),
            (A_REVOIR, "À revoir"),
        ],
        method="dans_l_etat",
        empty_label="Tous",
    )
    developpeur = FiltreMembre(label="Développeur", queryset=visiteurs, empty_label="Tous")
    zone = django_filters.ModelChoiceFilter(
        label="Zone d’emploi", queryset=zones_du_reseau, field_name="entreprise__commune__zone_emploi", empty_label="Toutes"
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
        if etat == FAITES:
            return visites.realisees()
        if etat == AU_PLAN:
            return visites.au_plan()
        if etat == A_REVOIR:
            return visites.a_revoir(self.request.reseau, localdate())
        return visites.filter(etat=etat)

    def dans_le_mois(self, visites, nom, mois):
        return visites.du_mois(_premier(mois))


class EntrepriseSuivieFilter(EntrepriseFilter):
    """Les entreprises, filtrées aussi sur leurs visites et leurs contacts : la liste, l'export et la carte l'emploient.

    Chaque filtre est une sous-requête que la base joue une fois, bornée aux visites que voit le lecteur.
    """

    derniere = django_filters.ChoiceFilter(label="Dernière visite", method="selon_la_derniere", empty_label="Toutes")
    en_cours = django_filters.ChoiceFilter(
        label="Visite en cours",
        choices=[(OUI, "Une visite est en cours"), (NON_PAS, "Aucune visite en cours")],
        method="selon_l_encours",
        empty_label="Toutes",
    )
    refus = django_filters.ChoiceFilter(label="Refus", method="selon_le_refus", empty_label="Toutes")
    developpeur = FiltreMembre(label="Confiée à", queryset=visiteurs, method="confiees_a", empty_label="Tous")
    contact = django_filters.ChoiceFilter(
        label="Contact d’une institution",
        choices=[(OUI, "Dans le dernier mois"), (NON_PAS, "Aucun depuis un mois")],
        method="selon_le_contact",
        empty_label="Toutes",
    )

    COURANTS = (*EntrepriseFilter.COURANTS, "derniere")

    def __init__(self, *arguments, **mots):
        super().__init__(*arguments, **mots)
        reseau = self.request.reseau
        self.filters["derniere"].extra["choices"] = [
            (JAMAIS, "Jamais visitée"),
            (DEPUIS_UN_AN, "Il y a plus d’un an"),
            (A_L_ESPACEMENT, f"Il y a plus de {reseau.espacement_mois} mois (à revoir)"),
            (DANS_L_ANNEE, "Dans les 12 derniers mois"),
        ]
        self.filters["refus"].extra["choices"] = [
            (OUI, f"A refusé depuis moins de {reseau.refus_mois} mois"),
            (NON_PAS, "Pas de refus récent"),
        ]

    @property
    def visites(self):
        return Visite.objects.visibles_par(self.request.membre).order_by()

    def selon_la_derniere(self, entreprises, nom, quand):
        if quand == JAMAIS:
            return _sans(entreprises, self.visites.realisees())
        recul = self.request.reseau.espacement_mois if quand == A_L_ESPACEMENT else 12
        recentes = self.visites.realisees().filter(realisee_le__gt=plus_mois(localdate(), -recul))
        if quand == DANS_L_ANNEE:
            return _parmi(entreprises, recentes)
        return _sans(_parmi(entreprises, self.visites.realisees()), recentes)

    def selon_l_encours(self, entreprises, nom, reponse):
        return _selon(entreprises, self.visites.en_cours(), reponse)

    def selon_le_refus(self, entreprises, nom, reponse):
        limite = plus_mois(localdate(), -self.request.reseau.refus_mois)
        return _selon(entreprises, self.visites.refusees().filter(refusee_le__gt=limite), reponse)

    def confiees_a(self, entreprises, nom, developpeur):
        return _parmi(entreprises, self.visites.du_developpeur(developpeur))

    def selon_le_contact(self, entreprises, nom, reponse):
        limite = plus_mois(localdate(), -1)
        contacts = Sollicitation.objects.filter(reseau=self.request.reseau, le__gte=limite).order_by()
        return _selon(entreprises, contacts, reponse)


class ProgrammationFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label="Rechercher", method="chercher", max_length=TEXTE_MAX)
    zone = django_filters.ModelChoiceFilter(
        label="Zone d’emploi", queryset=zones_du_reseau, field_name="commune__zone_emploi", empty_label="Toutes"
    )
    division = django_filters.ModelChoiceFilter(
        label="Activité",
        queryset=Division.objects.all(),
        field_name="naf__division",
        empty_label="Toutes",
    )
    taille = django_filters.ChoiceFilter(label="Taille", choices=Tranche.choices, method="de_cette_taille", empty_label="Toutes")
    parmi = django_filters.CharFilter(widget=forms.HiddenInput, method="parmi_celles_ci", max_length=4_000)

    class Meta:
        model = Entreprise
        fields = []
        form = FormulaireFiltre

    def chercher(self, entreprises, nom, texte):
        return entreprises.cherche(texte)

    def parmi_celles_ci(self, entreprises, nom, cles):
        """Celles d'un lot choisi dans la liste des entreprises : « 12,45,78 »."""
        return entreprises.filter(pk__in=lire_cles(cles.split(",")))

    def de_cette_taille(self, entreprises, nom, tranche):
        return entreprises.des_tranches([tranche])


class PlanFilter(ProgrammationFilter):
    """Le plan montre des fiches, sans en-têtes de colonnes où cliquer : l'ordre se choisit avec les filtres."""

    tri = django_filters.ChoiceFilter(
        label="Ranger par", choices=[("commune", "Commune"), ("taille", "Taille")], method="sans_effet", empty_label="Nom"
    )

    def sans_effet(self, entreprises, nom, tri):
        """La page range : ici le choix ne fait que se montrer."""
        return entreprises


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


class DemandeFilter(django_filters.FilterSet):
    etat = django_filters.ChoiceFilter(label="État", choices=EtatDemande.choices[1:], empty_label="Toutes")

    class Meta:
        model = DemandeDeVisite
        fields = []
        form = FormulaireFiltre


def _parmi(entreprises, liees):
    return entreprises.filter(pk__in=liees.values("entreprise"))


def _sans(entreprises, liees):
    return entreprises.exclude(pk__in=liees.values("entreprise"))


def _selon(entreprises, liees, reponse):
    return _parmi(entreprises, liees) if reponse == OUI else _sans(entreprises, liees)


def _premier(mois):
    """« 2026-03 » (déjà validé par les choix) → le 1er mars 2026."""
    return forms.DateField(input_formats=["%Y-%m"]).clean(mois)
