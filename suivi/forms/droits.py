"""Les droits des personnes : qui l'on cherche, ce que l'on efface, la confirmation."""

from django import forms

from reseau.lib.formulaires import Formulaire, FormulaireModele
from suivi.models import DemandeDeDroit
from suivi.operations.effacements import GARDER, PHRASES, TOUT

MOT = "EFFACER"
PURGER = "PURGER"


class DemandeDeDroitForm(FormulaireModele):
    """Au moins de quoi reconnaître quelqu'un : un nom, un courriel ou un téléphone."""

    versionne = True

    class Meta:
        model = DemandeDeDroit
        fields = ["droit", "nom", "prenom", "courriel", "telephone", "recue_le"]
        labels = {"droit": "Cette personne demande à"}
        help_texts = {
            "nom": "Accents et majuscules sont indifférents.",
            "prenom": "Sans lui, un homonyme se distingue mal.",
            "recue_le": "La réponse est due dans le mois.",
        }

    def clean(self):
        donnees = super().clean()
        if not any(donnees.get(nom) for nom in ("nom", "courriel", "telephone")):
            self.add_error(None, "Donnez au moins un nom, un courriel ou un téléphone.")
        if donnees.get("prenom") and not donnees.get("nom"):
            self.add_error("nom", "Un prénom seul désignerait trop de monde : donnez le nom.")
        return donnees


class EffacementForm(Formulaire):
    """Un choix par passage ou papier qu'un homonyme expliquerait ; puis la confirmation."""

    marquer_facultatifs = False
    verifiee = forms.BooleanField(label="J’ai vérifié que la demande vient bien de cette personne.")
    confirmation = forms.CharField(
        label=f"Pour confirmer, écrivez {MOT}", max_length=20, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, *args, a_trancher, textes, **kwargs):
        super().__init__(*args, **kwargs)
        self.trouves = {}
        for trouve in a_trancher:
            self._ajouter(trouve, [(GARDER, "Ce n’est pas elle : garder"), (PHRASES, "C’est elle : effacer")], GARDER)
        for passage in textes:
            self._ajouter(passage, [(PHRASES, "Les phrases qui la nomment"), (TOUT, "Tout ce texte")], PHRASES)

    @property
    def choix(self):
        """Clé → geste, tel que `effacer` le demande."""
        return {cle: self.cleaned_data[f"choix-{cle}"] for cle in self.trouves if self.cleaned_data.get(f"choix-{cle}")}

    @property
    def lignes(self):
        """[(passage ou papier, champ)], dans l'ordre de l'écran."""
        return [(trouve, self[f"choix-{cle}"]) for cle, trouve in self.trouves.items()]

    def clean_confirmation(self):
        if self.cleaned_data["confirmation"].strip() != MOT:
            raise forms.ValidationError(f"Écrivez {MOT}, en majuscules : c’est sans retour.")
        return MOT

    def _ajouter(self, trouve, choix, initial):
        self.trouves[trouve.cle] = trouve
        liste = forms.Select(attrs={"class": "fr-select"})
        champ = forms.ChoiceField(label="Ce que l’on en fait", choices=choix, initial=initial, required=False, widget=liste)
        self.fields[f"choix-{trouve.cle}"] = champ


class PurgeForm(Formulaire):
    """La purge est sans retour : elle se confirme en toutes lettres."""

    confirmation = forms.CharField(
        label=f"Pour confirmer, écrivez {PURGER}", max_length=20, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def clean_confirmation(self):
        if self.cleaned_data["confirmation"].strip() != PURGER:
            raise forms.ValidationError(f"Écrivez {PURGER}, en majuscules : c’est sans retour.")
        return PURGER
