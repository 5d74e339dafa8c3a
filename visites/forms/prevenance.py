"""Prévenir avant d'enregistrer : le formulaire revient une fois, dit ce qu'il faut savoir, et demande de confirmer."""

from hashlib import sha256

from django import forms

from reseau.lib.formulaires import Formulaire


class Prevenance(Formulaire):
    """Base des formulaires qui préviennent : `prevenir` dit quoi, la case « quand même » passe outre.

    La case vaut pour les phrases lues : d'autres dates, d'autres avertissements, et elle est à recocher.
    """

    confirmer = "Enregistrer quand même"
    prevenances, a_confirmer = (), False

    def is_valid(self):
        """Ni faux ni bon à enregistrer tant qu'on n'a pas confirmé : ce n'est pas une erreur, rien n'est rougi."""
        return super().is_valid() and not self.a_confirmer

    def prevenir(self, valeurs):
        """[phrase] à lire avant d'enregistrer ces valeurs, toutes justes."""
        raise NotImplementedError

    def clean(self):
        valeurs = super().clean()
        if not self.errors:
            self.prevenances = self.prevenir(self.cleaned_data)
        if self.prevenances:
            self._demander_confirmation()
        return valeurs

    def _demander_confirmation(self):
        lues = sha256("\n".join(self.prevenances).encode()).hexdigest()[:16]
        case = forms.CheckboxInput(attrs={"value": lues})
        self.fields["quand_meme"] = forms.BooleanField(label=self.confirmer, required=False, widget=case)
        self.a_confirmer = self.data.get(self.add_prefix("quand_meme")) != lues
