"""Les suites d'une visite : le texte, l'adresse, et le jour où elles ont été données autrement que par courriel."""

from django import forms
from django.utils.timezone import localdate

from reseau.lib.formulaires import FormulaireModele
from reseau.lib.saisie import plusieurs_lignes, une_ligne
from suivi.models import LettreDeSuites

LE_MANQUE = "Dites quel jour elles ont été données."


class SuitesForm(FormulaireModele):
    """Le geste décide de ce qui est exigé : l'adresse pour un courriel, le jour pour le reste."""

    versionne = True
    le = forms.DateField(
        label="Données le",
        initial=localdate,
        required=False,
        help_text="Si elles sont parties par la poste, ou dites de vive voix.",
    )

    class Meta:
        model = LettreDeSuites
        fields = ["courriel", "objet", "texte"]
        widgets = {"texte": forms.Textarea(attrs={"rows": 12})}
        help_texts = {"texte": "Le chef d’entreprise lira exactement ceci : relisez, ôtez ce qui ne le regarde pas."}

    def clean_objet(self):
        return une_ligne(self.cleaned_data["objet"])

    def clean_texte(self):
        return plusieurs_lignes(self.cleaned_data["texte"])

    def clean(self):
        donnees, geste = super().clean(), self.data.get("geste", "")
        if geste == "courriel" and not donnees.get("courriel") and "courriel" not in self.errors:
            self.add_error("courriel", "Donnez l’adresse du chef d’entreprise.")
        if geste in ("poste", "vive_voix") and not donnees.get("le") and "le" not in self.errors:
            self.add_error("le", LE_MANQUE)
        return donnees
