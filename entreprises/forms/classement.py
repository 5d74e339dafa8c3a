"""Nommer une étiquette."""

from django import forms

from entreprises.enums import ENTRE_ETIQUETTES
from entreprises.models import Etiquette
from reseau.lib.formulaires import Formulaire


class EtiquetteForm(Formulaire):
    """Un nom d'étiquette, sans virgule : l'export les sépare ainsi. `etiquette` : celle que l'on renomme."""

    nom = forms.CharField(label="Étiquette", max_length=40)

    def __init__(self, *arguments, membre, etiquette=None, **mots):
        super().__init__(*arguments, **mots)
        self.membre, self.etiquette = membre, etiquette

    def clean_nom(self):
        nom = " ".join(self.cleaned_data["nom"].split()).strip("='")
        if not nom or set(ENTRE_ETIQUETTES) & set(nom):
            raise forms.ValidationError("Un nom d’étiquette se passe de virgule, de point-virgule et de barre.")
        autres = Etiquette.objects.visibles_par(self.membre).filter(nom__iexact=nom)
        if self.etiquette and autres.exclude(pk=self.etiquette.pk).exists():
            raise forms.ValidationError("Cette étiquette existe déjà.")
        return nom
