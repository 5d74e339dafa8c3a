"""Formulaire de l'assistant d'import : où va chaque colonne du fichier."""

from django import forms

from entreprises.lecture.refus import MEBI, TAILLE_MAX
from reseau.lib.formulaires import Formulaire

CHAMPS = {
    "siret": "SIRET",
    "raison_sociale": "Raison sociale",
    "enseigne": "Enseigne",
    "naf": "Activité (NAF)",
    "naf_2025": "Activité (NAF 2025)",
    "nomenclature": "Nomenclature d’activité",
    "tranche_effectif": "Tranche d’effectif",
    "effectif": "Effectif",
    "adresse": "Adresse",
    "numero_voie": "Numéro dans la voie",
    "repetition": "Bis, ter",
    "dernier_numero": "Dernier numéro",
    "derniere_repetition": "Dernier bis, ter",
    "type_voie": "Type de voie",
    "complement": "Complément d’adresse",
    "distribution": "Boîte postale",
    "code_postal": "Code postal",
    "code_commune": "Code commune",
    "ville": "Ville",
    "telephone": "Téléphone",
    "courriel": "Courriel",
    "site": "Site internet",
    "dirigeant_civilite": "Civilité du dirigeant",
    "dirigeant_nom": "Nom du dirigeant",
    "dirigeant_prenom": "Prénom du dirigeant",
    "dirigeant_fonction": "Fonction du dirigeant",
    "filiere": "Filière",
    "etiquettes": "Étiquettes (séparées par des virgules)",
    "ne_plus_solliciter_jusqu_au": "Ne plus solliciter jusqu’au",
    "etat": "État",
    "diffusion": "Statut de diffusion",
}
IGNORER = ("", "Ignorer")


class DepotForm(Formulaire):
    fichier = forms.FileField(
        label="Fichier d’entreprises",
        help_text=f"CSV, XLSX, XLS ou ODS, {TAILLE_MAX // MEBI} Mo au plus. Deux colonnes suffisent : SIRET et raison sociale.",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx,.xls,.ods,.gz"}),
    )

    def clean_fichier(self):
        fichier = self.cleaned_data["fichier"]
        if fichier.size > TAILLE_MAX:
            raise forms.ValidationError(
                f"Ce fichier pèse {fichier.size // MEBI} Mo : la limite est de {TAILLE_MAX // MEBI} Mo. Découpez-le."
            )
        return fichier


class ColonnesForm(Formulaire):
    """Un choix par colonne. `colonnes` : [{"entete", "champ", "exemples"}], voir `decrire_colonnes`."""

    def __init__(self, *args, colonnes, **kwargs):
        super().__init__(*args, **kwargs)
        self.colonnes = colonnes
        for rang, colonne in enumerate(colonnes):
            self.fields[f"colonne_{rang}"] = forms.ChoiceField(
                label=colonne["entete"] or f"Colonne {rang + 1}, sans nom",
                choices=[IGNORER, *CHAMPS.items()],
                initial=colonne["champ"],
                required=False,
                widget=forms.Select(attrs={"class": "fr-select"}),
            )

    def rangees(self):
        """(champ du formulaire, exemples) par colonne, pour le tableau."""
        return [(champ, colonne["exemples"]) for champ, colonne in zip(self, self.colonnes, strict=True)]

    @property
    def choix(self):
        """Le champ choisi pour chaque colonne, dans l'ordre du fichier."""
        return [self.cleaned_data[nom] for nom in self.fields]
