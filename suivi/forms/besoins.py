"""Les formulaires d'un besoin commun."""

from django import forms

from reseau.lib.formulaires import Formulaire, FormulaireModele
from suivi.models import BesoinCommun, Projet, dossiers


class BesoinForm(FormulaireModele):
    versionne = True

    class Meta:
        model = BesoinCommun
        fields = ["titre", "nature", "suite", "clos_le"]
        labels = {"clos_le": "Traité le"}
        help_texts = {"clos_le": "Quand le réseau y a répondu ; vide tant qu’il est ouvert."}


class RapprochementForm(Formulaire):
    """Un besoin déjà ouvert, ou le titre d'un nouveau."""

    besoin = forms.ModelChoiceField(
        BesoinCommun.objects.none(), required=False, label="Un besoin déjà repéré", empty_label="Aucun : c’est un besoin nouveau"
    )
    titre = forms.CharField(
        required=False, max_length=160, label="Ou un besoin nouveau", help_text="Sans nommer d’entreprise : trouver un repreneur…"
    )

    def __init__(self, *args, projet, membre, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["besoin"].queryset = BesoinCommun.objects.visibles_par(membre).ouverts().exclude(projets=projet)

    def clean(self):
        donnees = super().clean()
        if not self.errors and bool(donnees.get("besoin")) == bool(donnees.get("titre")):
            self.add_error("titre", "Choisissez un besoin déjà repéré, ou nommez-en un nouveau.")
        return donnees


class RattachementForm(Formulaire):
    """Les projets cochés, parmi ceux que ce membre voit."""

    projet = forms.ModelMultipleChoiceField(Projet.objects.none())

    def __init__(self, *args, membre, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["projet"].queryset = Projet.objects.visibles_par(dossiers(membre))
