"""Filtres de l'annuaire, des institutions et du journal : chacun appelle un QuerySet borné au réseau."""

import django_filters as filtres

from reseau.enums import Cercle, Geste, Pole, Role
from reseau.lib.formulaires import FormulaireFiltre, SaisieDate
from reseau.models import Institution, Journal, Membre


class MembreFilter(filtres.FilterSet):
    """Les membres d'aujourd'hui, sauf si l'on demande ceux qui sont partis, ou tous ; à donner toujours une requête."""

    texte = filtres.CharFilter(label="Nom, fonction ou institution", method="chercher", max_length=100)
    institution = filtres.ModelChoiceFilter(label="Institution", queryset=Institution.objects.none(), empty_label="Toutes")
    role = filtres.ChoiceFilter(label="Rôle", choices=Role, empty_label="Tous")
    presence = filtres.ChoiceFilter(
        label="Présence",
        choices=[("partis", "Partis"), ("tous", "Actifs et partis")],
        empty_label="Actifs",
        method="selon_presence",
    )

    class Meta:
        model = Membre
        fields = []
        form = FormulaireFiltre

    def __init__(self, *args, membre, le, **kwargs):
        super().__init__(*args, **kwargs)
        self.le = le
        self.filters["institution"].queryset = Institution.objects.visibles_par(membre)

    def filter_queryset(self, queryset):
        membres = super().filter_queryset(queryset)
        return membres if self.form.cleaned_data.get("presence") else membres.restants(self.le)

    def chercher(self, membres, nom, texte):
        return membres.cherche(texte)

    def selon_presence(self, membres, nom, choix):
        return membres.partis(self.le) if choix == "partis" else membres


class InstitutionFilter(filtres.FilterSet):
    convention = filtres.ChoiceFilter(
        label="Convention", choices=[("a_signer", "À signer")], empty_label="Toutes", method="selon_convention"
    )
    pole = filtres.ChoiceFilter(label="Pôle", choices=Pole, empty_label="Tous")
    cercle = filtres.ChoiceFilter(label="Cercle", choices=Cercle, empty_label="Tous")
    presence = filtres.ChoiceFilter(
        label="Présence",
        choices=[("parties", "Parties"), ("toutes", "Actuelles et parties")],
        empty_label="Actuelles",
        method="selon_presence",
    )

    class Meta:
        model = Institution
        fields = []
        form = FormulaireFiltre

    def __init__(self, *args, le, **kwargs):
        super().__init__(*args, **kwargs)
        self.le = le

    def filter_queryset(self, queryset):
        institutions = super().filter_queryset(queryset)
        return institutions if self.form.cleaned_data.get("presence") else institutions.ouvertes(self.le)

    def selon_convention(self, institutions, nom, choix):
        return institutions.sans_convention(self.le)

    def selon_presence(self, institutions, nom, choix):
        return institutions.fermees(self.le) if choix == "parties" else institutions


class JournalFilter(filtres.FilterSet):
    """Sans `personnes`, chacun ne lit que son propre journal : le filtre par personne disparaît."""

    geste = filtres.ChoiceFilter(label="Geste", choices=Geste, empty_label="Tous")
    membre = filtres.ChoiceFilter(label="Personne", empty_label="Toutes")
    du = filtres.DateFilter(label="Du", method="depuis", widget=SaisieDate)
    au = filtres.DateFilter(label="Au", method="jusqu_au", widget=SaisieDate)

    class Meta:
        model = Journal
        fields = []
        form = FormulaireFiltre

    def __init__(self, *args, personnes, **kwargs):
        super().__init__(*args, **kwargs)
        if personnes is None:
            del self.filters["membre"]
        else:
            tries = sorted(personnes, key=lambda membre: membre.rang_alphabetique)
            self.filters["membre"].extra["choices"] = [(membre.pk, membre.nom_alphabetique) for membre in tries]

    def depuis(self, lignes, nom, jour):
        return lignes.depuis(jour)

    def jusqu_au(self, lignes, nom, jour):
        return lignes.jusqu_au(jour)
