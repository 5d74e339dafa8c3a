"""Filtrer la liste des entreprises ; chaque filtre appelle une méthode du QuerySet, chaque choix est borné au réseau."""

from django_filters import CharFilter, ChoiceFilter, FilterSet, ModelChoiceFilter

from entreprises.enums import Etat, Tranche
from entreprises.models import Cible, Division, Entreprise, ZoneEmploi
from reseau.droits import NON, portee
from reseau.lib.formulaires import FormulaireFiltre


def zones_du_reseau(request):
    return ZoneEmploi.objects.du_departement(request.reseau.departement)


def cibles_decidees(request):
    return Cible.objects.visibles_par(request.membre).decidees()


class EntrepriseFilter(FilterSet):
    """`request` est obligatoire : il porte le réseau et le membre qui bornent les choix."""

    q = CharFilter(label="Nom, commune ou SIRET", method="chercher")
    zone = ModelChoiceFilter(label="Zone d’emploi", queryset=zones_du_reseau, empty_label="Toutes", method="de_la_zone")
    division = ModelChoiceFilter(
        label="Activité (NAF)", queryset=Division.objects.all(), empty_label="Toutes", method="de_la_division"
    )
    tranche = ChoiceFilter(label="Effectif", choices=Tranche.choices, empty_label="Tous", method="de_la_tranche")
    etat = ChoiceFilter(label="État", choices=Etat.choices, empty_label="Tous")
    cible = ModelChoiceFilter(label="Cible", queryset=cibles_decidees, empty_label="Toutes", method="de_la_cible")

    class Meta:
        model = Entreprise
        fields = []
        form = FormulaireFiltre

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if portee(self.request.membre, "cibles.voir") is NON:
            del self.filters["cible"]

    @property
    def selection(self):
        """Les lignes retenues ; aucune si un filtre est faux : tout montrer (ou tout exporter) serait pire."""
        return self.qs if self.form.is_valid() else self.queryset.none()

    @property
    def choix(self):
        """[(libellé, choix en mots)] des filtres remplis, pour l'export."""
        remplis = {nom: valeur for nom, valeur in self.form.cleaned_data.items() if valeur}
        return [(self.form.fields[nom].label, self._en_mots(nom, valeur)) for nom, valeur in remplis.items()]

    def _en_mots(self, nom, valeur):
        """Un code se dit par son libellé ; une ligne de la base, par son nom."""
        return str(dict(self.filters[nom].extra.get("choices", [])).get(valeur, valeur))

    def chercher(self, entreprises, nom, texte):
        return entreprises.cherche(texte)

    def de_la_zone(self, entreprises, nom, zone):
        return entreprises.des_zones([zone])

    def de_la_division(self, entreprises, nom, division):
        return entreprises.des_divisions([division])

    def de_la_tranche(self, entreprises, nom, code):
        return entreprises.des_tranches([code])

    def de_la_cible(self, entreprises, nom, cible):
        return entreprises.de_la_cible(cible)
