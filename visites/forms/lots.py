"""Ce que demande chaque geste par lot, et ce que demande une vue enregistrée."""

from django import forms

from entreprises.exports import GENRES
from entreprises.forms import EtiquetteForm, ProtectionForm
from entreprises.models import Etiquette, VueEnregistree
from reseau.droits import TOUT, portee
from reseau.lib.formulaires import Formulaire, FormulaireModele
from visites.models import Campagne


class EtiquetageForm(EtiquetteForm):
    """Une étiquette existante ou nouvelle : le navigateur propose celles du réseau, le clavier en invente une."""

    nom = forms.CharField(
        label="Étiquette",
        max_length=40,
        help_text="Choisissez une étiquette du réseau, ou écrivez-en une nouvelle.",
        widget=forms.TextInput(attrs={"list": "etiquettes-du-reseau", "autocomplete": "off"}),
    )

    def __init__(self, *arguments, membre, le, **mots):
        super().__init__(*arguments, membre=membre, **mots)

    @property
    def suggestions(self):
        return Etiquette.objects.visibles_par(self.membre)


class RetraitForm(Formulaire):
    etiquette = forms.ModelChoiceField(label="Étiquette à retirer", queryset=Etiquette.objects.none(), empty_label="Choisir…")

    def __init__(self, *arguments, membre, le, **mots):
        super().__init__(*arguments, **mots)
        self.fields["etiquette"].queryset = Etiquette.objects.visibles_par(membre)


class AbriForm(ProtectionForm):
    def __init__(self, *arguments, membre, le, **mots):
        super().__init__(*arguments, le=le, **mots)
        self.fields["motif"].help_text = "Il se lit sur chaque fiche, par tout le réseau."


class ChoixDeCampagneForm(Formulaire):
    campagne = forms.ModelChoiceField(label="Dans la campagne", queryset=Campagne.objects.none(), empty_label="Choisir…")

    def __init__(self, *arguments, membre, le, **mots):
        super().__init__(*arguments, **mots)
        self.fields["campagne"].queryset = Campagne.objects.visibles_par(membre).filter(fin_le__gte=le)


class ExportForm(Formulaire):
    genre = forms.ChoiceField(label="Format", choices=GENRES.items(), widget=forms.RadioSelect, initial="xlsx")

    def __init__(self, *arguments, membre, le, **mots):
        super().__init__(*arguments, **mots)


class VueForm(FormulaireModele):
    """Nommer une vue ; la proposer à tous demande le droit de partager."""

    class Meta:
        model = VueEnregistree
        fields = ["nom", "partagee"]
        labels = {"nom": "Nom de la vue", "partagee": "La proposer à tout le réseau"}

    def __init__(self, *arguments, membre, **mots):
        super().__init__(*arguments, **mots)
        self.instance.membre = membre
        if portee(membre, "vues.partager") is not TOUT:
            del self.fields["partagee"]

    def clean_nom(self):
        """Le membre n'est pas un champ : Django ne contrôle pas seul l'unicité du nom parmi ses vues."""
        nom = self.cleaned_data["nom"]
        if VueEnregistree.objects.filter(membre=self.instance.membre, nom=nom).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError("Vous avez déjà une vue de ce nom.")
        return nom
