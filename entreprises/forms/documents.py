"""Le formulaire d'une pièce jointe."""

from django import forms

from reseau.lib.documents import ADMIS, OCTETS_MAX
from reseau.lib.formulaires import Formulaire


class DocumentForm(Formulaire):
    fichier = forms.FileField(
        label="Document à joindre",
        help_text=f"{ADMIS}, 5 Mo au plus. Qui voit l’entreprise et lit les comptes rendus pourra le télécharger.",
        widget=forms.FileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg,.docx,.xlsx,.odt,.ods"}),
        max_length=255,
    )

    def clean_fichier(self):
        fichier = self.cleaned_data["fichier"]
        if fichier.size > OCTETS_MAX:
            raise forms.ValidationError("Ce fichier dépasse 5 Mo.")
        return fichier
