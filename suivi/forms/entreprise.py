"""Les formulaires de la fiche entreprise : filtrer sa chronologie, signaler un doublon, choisir ce qu'une fusion garde."""

from django import forms

from reseau.lib.formulaires import Formulaire, FormulaireFiltre
from suivi.enums import GenreEvenement


class ChronologieForm(FormulaireFiltre):
    """Ne propose que les genres que le lecteur a le droit de lire."""

    genre = forms.ChoiceField(label="Ne montrer que", required=False)

    def __init__(self, *args, genres, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["genre"].choices = [("", "Tout"), *((genre.value, genre.label) for genre in genres)]

    @property
    def genres(self):
        """Les genres demandés, None pour tous."""
        genre = self.cleaned_data.get("genre") if self.is_valid() else ""
        return [GenreEvenement(genre)] if genre else None


class SignalementForm(Formulaire):
    """L'autre fiche se choisit dans les résultats d'une recherche ; `trouvees` borne ce que l'on accepte."""

    autre = forms.ModelChoiceField(queryset=None, widget=forms.HiddenInput)
    note = forms.CharField(
        label="Pourquoi sont-elles la même entreprise ?",
        max_length=200,
        required=False,
        help_text="Changement de nom, ancien SIRET, saisie en double…",
    )

    def __init__(self, *args, visibles, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["autre"].queryset = visibles


class FusionForm(Formulaire):
    """Un choix par bloc où les deux fiches diffèrent : « gardee » ou « autre »."""

    def __init__(self, *args, differences, **kwargs):
        super().__init__(*args, **kwargs)
        for bloc in differences:
            self.fields[bloc.cle] = forms.ChoiceField(
                label=bloc.libelle,
                choices=[("gardee", bloc.gardee), ("autre", bloc.autre)],
                initial="autre" if bloc.a_reprendre else "gardee",
                widget=forms.RadioSelect,
            )

    @property
    def reprises(self):
        """Les blocs à prendre de l'autre fiche."""
        return {bloc for bloc, choix in self.cleaned_data.items() if choix == "autre"}
