"""Envoyer une lettre par courriel : à qui, avec quelles copies, en quels mots."""

from django import forms

from reseau.lib.formulaires import Formulaire
from visites.enums import EnCopie
from visites.forms.courriers import controler

D_OFFICE = [EnCopie.DEVELOPPEUR, EnCopie.ACCOMPAGNANT]


class TexteDuCourrielForm(Formulaire):
    """L'objet et le corps ; l'opération les tient sur leurs lignes."""

    sans_mention = frozenset(["corps"])

    objet = forms.CharField(max_length=160)
    corps = forms.CharField(label="Message", max_length=3_000, widget=forms.Textarea(attrs={"rows": 9}))


class EnvoiForm(TexteDuCourrielForm):
    """L'envoi d'une lettre ; les cases sont les `Copie` possibles, les premières cochées d'avance."""

    courriel = forms.EmailField(label="Adresse du destinataire")
    en_copie = forms.MultipleChoiceField(label="En copie", required=False, widget=forms.CheckboxSelectMultiple)
    field_order = ["courriel", "en_copie", "objet", "corps"]

    def __init__(self, *arguments, copies, **mots):
        super().__init__(*arguments, **mots)
        self.initial["en_copie"] = [copie.role for copie in copies if copie.coche]
        self.fields["en_copie"].choices = [(copie.role, _libelle(copie)) for copie in copies]
        if not copies:
            del self.fields["en_copie"]


class EnvoiDuLotForm(TexteDuCourrielForm):
    """L'envoi d'un lot : un texte à variables, rempli lettre par lettre."""

    en_copie = forms.MultipleChoiceField(
        label="En copie", required=False, widget=forms.CheckboxSelectMultiple, choices=EnCopie, initial=D_OFFICE
    )
    field_order = ["en_copie", "objet", "corps"]

    def clean_objet(self):
        return controler(self.cleaned_data["objet"])

    def clean_corps(self):
        return controler(self.cleaned_data["corps"])


def _libelle(copie):
    role = EnCopie(copie.role).label
    qui = copie.nom if copie.nom == role else f"{copie.nom} ({role.lower()})"
    return f"{qui}\u00a0: {copie.courriel}"
