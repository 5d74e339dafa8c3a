"""L'annuaire des compétences : chercher, tenir une fiche."""

from django import forms

from reseau.champs import ChoixDeMembre
from reseau.droits import TOUT, portee
from reseau.enums import Domaine
from reseau.lib.formulaires import Formulaire, FormulaireFiltre, FormulaireModele
from reseau.models import Dispositif, FicheCompetence, Membre


class RechercheForm(FormulaireFiltre, Formulaire):
    """Ce dont l'entreprise a besoin, en quelques mots ; ou un domaine, un territoire, un dispositif."""

    q = forms.CharField(label="De quoi l’entreprise a besoin", required=False, max_length=100)
    domaine = forms.ChoiceField(required=False, choices=[("", "Tous"), *Domaine.choices])
    territoire = forms.ChoiceField(required=False)
    dispositif = forms.ModelChoiceField(Dispositif.objects.none(), required=False, empty_label="Tous")
    etat = forms.ChoiceField(label="Confirmation", required=False, choices=[("", "Toutes"), ("a_confirmer", "À confirmer")])

    def __init__(self, *args, membre, le, territoires, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["territoire"].choices = [("", "Tout le département"), *territoires.items()]
        self.fields["dispositif"].queryset = Dispositif.objects.visibles_par(membre).en_vigueur(le)

    @property
    def criteres(self):
        """Ce que demande une recherche valide ; rien d'une recherche qui ne l'est pas."""
        return self.cleaned_data if self.is_bound and self.is_valid() else {}


class FicheCompetenceForm(FormulaireModele):
    """Une fiche par domaine : la sienne, ou celle de chacun pour l'animation."""

    versionne = True
    territoires = forms.MultipleChoiceField(
        label="Où", required=False, widget=forms.CheckboxSelectMultiple, help_text="Rien de coché : tout le département."
    )

    class Meta:
        model = FicheCompetence
        fields = ["membre", "domaine", "apport", "territoires", "dispositifs"]
        field_classes = {"membre": ChoixDeMembre}
        widgets = {"dispositifs": forms.CheckboxSelectMultiple}
        labels = {"membre": "Qui", "dispositifs": "Dispositifs que je sais mobiliser"}
        help_texts = {"apport": "En une phrase, comme à un chef d’entreprise : monter un dossier de prêt, trouver un terrain…"}

    def __init__(self, *args, par, le, territoires, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["territoires"].choices = list(territoires.items())
        self.fields["dispositifs"].queryset = Dispositif.objects.visibles_par(par).en_vigueur(le)
        if self.instance.pk or portee(par, "competences.tenir") is not TOUT:
            del self.fields["membre"]
        else:
            self.fields["membre"].queryset = Membre.objects.visibles_par(par).restants(le)
            self.initial.setdefault("membre", par.pk)

    def _get_validation_exclusions(self):
        # L'unicité par membre et domaine se vérifie même quand le membre ne se choisit pas ici.
        return super()._get_validation_exclusions() - {"membre", "retiree_le"}
