"""Choisir à qui écrire ; les cases sont celles du `Tour`, et rien d'autre ne se poste."""

from django import forms

from visites.forms.gestes import FormulaireDeGeste


class InvitationForm(FormulaireDeGeste):
    courriel = forms.MultipleChoiceField(
        label="Personnes à prévenir",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Cochez au moins une personne à prévenir.",
            "invalid_choice": "La liste a changé depuis que vous l’avez ouverte : vérifiez les cases.",
        },
    )

    def __init__(self, *arguments, visite, tour, **mots):
        cochees = [d.courriel for d in tour.destinataires if d.coche]
        super().__init__(*arguments, visite=visite, initial={"courriel": cochees}, **mots)
        self.fields["courriel"].choices = [(d.courriel, _libelle(d)) for d in tour.destinataires]


def _libelle(destinataire):
    qui = f"{destinataire.nom} ({destinataire.role_dit.lower()}), {destinataire.suite.value}"
    return f"{qui}\u00a0: {destinataire.courriel}"
