"""Le rapport d'une période, et le filtre des tableaux figés."""

from datetime import timedelta

import django_filters
from django import forms

from reseau.lib.dates import plus_mois, premier_du_mois
from reseau.lib.formulaires import Formulaire, FormulaireFiltre
from reseau.models import Reunion
from suivi.models import TableauFige

GENRES = [
    ("2.4", "Actions"),
    ("2.5", "Présences et visites"),
    ("2.7", "Projets et actions"),
    ("suites", "Suites données"),
    ("delais", "Délais"),
    ("refus", "Refus"),
    ("territoires", "Territoires et secteurs"),
    ("valeur", "Valeur ajoutée"),
    ("institution", "Relevés d’institution"),
    ("reseaux", "Le réseau parmi les autres"),
    ("entretiens", "Réponses au guide d’entretien"),
    ("evaluations", "Évaluations"),
    ("rapport", "Rapports"),
]


class RapportForm(Formulaire):
    """Une période achevée ; d'abord les six derniers mois entiers."""

    du = forms.DateField(label="Du")
    au = forms.DateField(label="Au", help_text="Les visites, les réunions et les actions de ces jours, bornes comprises.")
    MOIS = 6

    def __init__(self, donnees, *, le):
        premier = premier_du_mois(le)
        super().__init__(donnees, initial={"du": plus_mois(premier, -self.MOIS), "au": premier - timedelta(days=1)})
        self.le = le

    def clean(self):
        donnees = super().clean()
        du, au = donnees.get("du"), donnees.get("au")
        if au and au > self.le:
            self.add_error("au", "Cette date est dans l’avenir : un rapport porte sur une période achevée.")
        if du and au and du > au:
            self.add_error("du", "Le début de la période vient avant sa fin.")
        return donnees


class FigesFilter(django_filters.FilterSet):
    code = django_filters.ChoiceFilter(label="Tableau", choices=GENRES, empty_label="Tous")
    reunion = django_filters.ModelChoiceFilter(label="Réunion", queryset=Reunion.objects.none(), empty_label="Toutes")

    class Meta:
        model = TableauFige
        form = FormulaireFiltre
        fields = []

    def __init__(self, *args, membre, **kwargs):
        super().__init__(*args, **kwargs)
        self.filters["reunion"].queryset = Reunion.objects.visibles_par(membre).tenues()
