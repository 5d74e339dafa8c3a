"""Les champs où l'on choisit un membre du réseau, par son nom et le sigle de son institution."""

from django import forms


class ChoixDeMembre(forms.ModelChoiceField):
    """Un membre, ou personne."""

    def label_from_instance(self, membre):
        return membre.nom_et_sigle


class ChoixDeMembres(forms.ModelMultipleChoiceField):
    """Plusieurs."""

    label_from_instance = ChoixDeMembre.label_from_instance
