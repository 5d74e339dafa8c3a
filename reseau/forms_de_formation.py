"""Formulaires des formations : la formation et ses inscrits, ses présents, les binômes."""

from django import forms
from django.utils.timezone import localdate

from reseau.champs import ChoixDeMembre, ChoixDeMembres
from reseau.forms import FicheForm
from reseau.lib.formulaires import Formulaire
from reseau.models import Binome, Formation, Membre


class FormationForm(FicheForm):
    """Une formation ou une immersion, et qui y est inscrit."""

    sans_mention = frozenset(["programme"])

    inscrits = ChoixDeMembres(Membre.objects.none(), required=False, widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = Formation
        fields = ["genre", "titre", "le", "fin_le", "lieu", "intervenant", "organisme", "programme"]
        widgets = {"programme": forms.Textarea(attrs={"rows": 4})}
        help_texts = {"fin_le": "Si elle dure plus d’un jour.", "intervenant": "Pour une immersion, qui accueille."}

    def __init__(self, *args, par, **kwargs):
        super().__init__(*args, **kwargs)
        inscrits = set(self.instance.participations.values_list("membre", flat=True)) if self.instance.pk else set()
        membres = Membre.objects.visibles_par(par)
        actifs = membres.actifs(localdate()).select_related("institution") | membres.filter(pk__in=inscrits)
        self.fields["inscrits"].queryset = actifs.select_related("institution").distinct()
        self.initial["inscrits"] = inscrits


class PresentsForm(Formulaire):
    """Les présents, parmi les inscrits."""

    presents = ChoixDeMembres(Membre.objects.none(), required=False, widget=forms.CheckboxSelectMultiple, label="Présents")

    def __init__(self, *args, formation, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["presents"].queryset = Membre.objects.filter(participations__formation=formation).select_related(
            "institution"
        )
        self.initial["presents"] = formation.participations.filter(present=True).values_list("membre", flat=True)


class BinomeForm(FicheForm):
    """Un ancien et un nouveau, depuis une date."""

    hors_formulaire = frozenset(["fin_le"])

    class Meta:
        model = Binome
        fields = ["ancien", "junior", "debut_le"]
        field_classes = {"ancien": ChoixDeMembre, "junior": ChoixDeMembre}

    def __init__(self, *args, par, **kwargs):
        super().__init__(*args, **kwargs)
        membres = Membre.objects.visibles_par(par).actifs(localdate()).select_related("institution")
        for nom in ("ancien", "junior"):
            self.fields[nom].queryset = membres
        self.initial["debut_le"] = localdate()
