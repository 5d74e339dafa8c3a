"""Noter un contact en dix secondes, et mettre une entreprise à l'abri."""

from datetime import timedelta

from django import forms

from entreprises.lecture.sollicitations import PREMIER_JOUR
from entreprises.models import Sollicitation
from reseau.lib.formulaires import Formulaire, FormulaireModele
from reseau.models import Institution

ABRI_MAX = timedelta(days=10 * 366)


class BoutonsEnLigne(forms.RadioSelect):
    """Boutons radio côte à côte : un toucher au lieu des deux d'une liste déroulante."""

    inline = True


class SollicitationForm(FormulaireModele):
    """Aujourd'hui, mon institution : il ne reste qu'à toucher un canal et un objet."""

    class Meta:
        model = Sollicitation
        fields = ["canal", "objet", "le", "institution", "precision"]
        widgets = {"canal": BoutonsEnLigne, "objet": BoutonsEnLigne}
        labels = {"le": "Date", "objet": "À quel sujet", "canal": "Comment"}

    def __init__(self, *arguments, membre, le, **mots):
        super().__init__(*arguments, **mots)
        du_reseau = Institution.objects.visibles_par(membre)
        self.fields["institution"].queryset = du_reseau.ouvertes(le) | du_reseau.filter(pk=self.instance.institution_id)
        self.fields["institution"].empty_label = None
        self.jour = le
        if self.instance.pk is None:
            self.initial |= {"le": le, "institution": membre.institution_id}

    def clean_le(self):
        jour = self.cleaned_data["le"]
        if jour < PREMIER_JOUR:
            raise forms.ValidationError("Vérifiez l’année.")
        return jour


class ProtectionForm(Formulaire):
    """Mettre à l'abri des sollicitations, dix ans au plus."""

    jusqu_au = forms.DateField(label="Ne plus solliciter jusqu’au")
    motif = forms.CharField(label="Pourquoi", max_length=200, help_text="Il se lit sur la fiche, par tout le réseau.")

    def __init__(self, *arguments, le, **mots):
        super().__init__(*arguments, **mots)
        self.le = le

    def clean_jusqu_au(self):
        jusqu_au = self.cleaned_data["jusqu_au"]
        if jusqu_au - self.le > ABRI_MAX:
            raise forms.ValidationError("Vérifiez l’année : dix ans au plus.")
        return jusqu_au
