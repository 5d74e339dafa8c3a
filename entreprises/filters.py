"""Filtrer les entreprises sur ce que dit leur fiche ; chaque choix est borné au réseau et à ce que voit le lecteur.

`visites.filters.EntrepriseSuivieFilter` y ajoute ce que disent leurs visites : c'est elle que les pages emploient.
"""

from typing import NamedTuple

from django.db.models import Case, Q, Value, When
from django_filters import CharFilter, ChoiceFilter, FilterSet, ModelChoiceFilter, fields

from entreprises.enums import Etat, Section, Tranche
from entreprises.models import Activite, Arrondissement, Cible, Commune, Division, Entreprise, Epci, Etiquette, ZoneEmploi
from reseau.droits import NON, portee
from reseau.lib.formulaires import FormulaireFiltre, ListePublique

OUI, NON_PAS = "oui", "non"


class FiltreActif(NamedTuple):
    """Un filtre rempli, en mots, et l'adresse de la page sans lui."""

    libelle: str
    valeur: str
    adresse: str


def zones_du_reseau(request):
    return ZoneEmploi.objects.du_departement(request.reseau.departement)


def arrondissements_du_reseau(request):
    return Arrondissement.objects.filter(departement=request.reseau.departement)


def epci_du_reseau(request):
    return Epci.objects.du_departement(request.reseau.departement)


def communes_du_reseau(request):
    return Commune.objects.filter(departement=request.reseau.departement)


def cibles_decidees(request):
    return Cible.objects.visibles_par(request.membre).decidees()


def etiquettes_du_reseau(request):
    return Etiquette.objects.visibles_par(request.membre)


class NomsDesCommunes(fields.ModelChoiceIterator):
    """Des centaines de choix, sans en faire autant d'objets : le code et le nom suffisent."""

    def __iter__(self):
        yield "", self.field.empty_label
        yield from self.queryset.values_list("pk", "nom")


class ChampCommune(fields.ModelChoiceField):
    iterator = NomsDesCommunes


class FiltreCommune(ModelChoiceFilter):
    field_class = ChampCommune


class EntrepriseFilter(FilterSet):
    """`request` est obligatoire : il porte le réseau et le membre qui bornent les choix."""

    q = CharFilter(label="Nom, commune ou SIRET", method="chercher", max_length=200)
    zone = ModelChoiceFilter(
        label="Zone d’emploi", queryset=zones_du_reseau, empty_label="Toutes", method="de_la_zone", widget=ListePublique
    )
    section = ChoiceFilter(label="Secteur (NAF)", choices=Section.choices, empty_label="Tous", method="de_la_section")
    tranche = ChoiceFilter(label="Effectif", choices=Tranche.choices, empty_label="Tous", method="de_la_tranche")
    division = ModelChoiceFilter(
        label="Division d’activité (NAF)",
        queryset=Division.objects.all(),
        empty_label="Toutes",
        method="de_la_division",
        widget=ListePublique,
    )
    arrondissement = ModelChoiceFilter(
        label="Arrondissement",
        queryset=arrondissements_du_reseau,
        method="de_l_arrondissement",
        empty_label="Tous",
        widget=ListePublique,
    )
    epci = ModelChoiceFilter(
        label="Intercommunalité", queryset=epci_du_reseau, method="de_l_epci", empty_label="Toutes", widget=ListePublique
    )
    commune = FiltreCommune(label="Commune", queryset=communes_du_reseau, empty_label="Toutes", widget=ListePublique)
    filiere = ChoiceFilter(label="Filière", empty_label="Toutes")
    cible = ModelChoiceFilter(label="Cible", queryset=cibles_decidees, empty_label="Toutes", method="de_la_cible")
    etiquette = ModelChoiceFilter(label="Étiquette", queryset=etiquettes_du_reseau, empty_label="Toutes", method="de_l_etiquette")
    etat = ChoiceFilter(label="État", choices=Etat.choices, empty_label="Tous")
    diffusible = ChoiceFilter(
        label="Diffusion SIRENE",
        choices=[(OUI, "Diffusible"), (NON_PAS, "Non diffusible")],
        empty_label="Toutes",
        method="selon_la_diffusion",
    )

    COURANTS = ("q", "zone", "section", "tranche")

    class Meta:
        model = Entreprise
        fields = []
        form = FormulaireFiltre

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        visibles = Entreprise.objects.visibles_par(self.request.membre)
        self.filters["filiere"].extra["choices"] = lambda: [(nom, nom) for nom in visibles.filieres()]
        if portee(self.request.membre, "cibles.voir") is NON:
            del self.filters["cible"]

    @property
    def selection(self):
        """Les lignes retenues ; aucune si un filtre est faux : tout montrer (ou tout exporter) serait pire."""
        return self.qs if self.form.is_valid() else self.queryset.none()

    @property
    def choix(self):
        """[(libellé, choix en mots)] des filtres remplis et justes."""
        return [(self.form.fields[nom].label, self._en_mots(nom, valeur)) for nom, valeur in self._remplis()]

    @property
    def actifs(self):
        """`FiltreActif` de chaque filtre rempli, chacun avec l'adresse qui le retire."""
        return [
            FiltreActif(self.form.fields[nom].label, self._en_mots(nom, valeur), self._adresse_sans(nom))
            for nom, valeur in self._remplis()
        ]

    @property
    def champs_courants(self):
        """Les champs toujours sous les yeux."""
        return [self.form[nom] for nom in self.form.fields if nom in self.COURANTS]

    @property
    def champs_avances(self):
        """Les autres, repliés tant qu'aucun ne sert."""
        return [self.form[nom] for nom in self.form.fields if nom not in self.COURANTS]

    @property
    def avances_ouverts(self):
        return any(champ.value() for champ in self.champs_avances)

    def _remplis(self):
        self.form.is_valid()
        return [(nom, valeur) for nom, valeur in self.form.cleaned_data.items() if valeur]

    def _adresse_sans(self, nom):
        requete = self.data.copy()
        for retire in (nom, "page"):
            requete.pop(retire, None)
        return f"?{requete.urlencode()}"

    def _en_mots(self, nom, valeur):
        """Un code se dit par son libellé ; une ligne de la base, par son nom."""
        choix = self.filters[nom].extra.get("choices", [])
        return str(dict(choix() if callable(choix) else choix).get(valeur, valeur))

    def chercher(self, entreprises, nom, texte):
        return entreprises.cherche(texte)

    def de_la_zone(self, entreprises, nom, zone):
        return _en_parcourant(entreprises, Q(commune__in=_codes(Commune, zone_emploi=zone)))

    def de_l_arrondissement(self, entreprises, nom, arrondissement):
        return _en_parcourant(entreprises, Q(commune__in=_codes(Commune, arrondissement=arrondissement)))

    def de_l_epci(self, entreprises, nom, epci):
        return _en_parcourant(entreprises, Q(commune__in=_codes(Commune, epci=epci)))

    def de_la_section(self, entreprises, nom, lettre):
        """La NAF 2025 ne parle que si la NAF rév. 2 se tait, comme dans `des_divisions`."""
        activites = _codes(Activite, division__section=lettre)
        return _en_parcourant(entreprises, Q(naf__in=activites) | Q(naf=None, naf_2025__in=activites))

    def de_la_division(self, entreprises, nom, division):
        return entreprises.des_divisions([division])

    def de_la_tranche(self, entreprises, nom, code):
        return entreprises.des_tranches([code])

    def de_la_cible(self, entreprises, nom, cible):
        return entreprises.de_la_cible(cible)

    def de_l_etiquette(self, entreprises, nom, etiquette):
        return entreprises.etiquetees(etiquette)

    def selon_la_diffusion(self, entreprises, nom, reponse):
        return entreprises.filter(diffusible=reponse == OUI)


def _codes(reference, **choix):
    return reference.objects.filter(**choix).order_by().values("pk")


def _en_parcourant(entreprises, condition):
    """Retient sans chercher : la base lit l'index des noms dans l'ordre et s'arrête à la page.

    Un territoire ou une section compte souvent la moitié du tissu ; par leur propre index, il faudrait lire et trier toutes ces
    lignes avant d'en montrer vingt-cinq. `CASE` cache la condition à cet index.
    """
    return entreprises.filter(Case(When(condition, then=Value(True)), default=Value(False)))
