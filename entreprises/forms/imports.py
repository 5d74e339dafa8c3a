"""Formulaire de l'assistant d'import : où va chaque colonne du fichier."""

from django import forms

from entreprises.enums import Canal, GenreImport, ObjetDeContact
from entreprises.lecture.refus import MEBI, TAILLE_MAX
from reseau.droits import TOUT, portee
from reseau.lib.formulaires import Formulaire
from reseau.models import Institution

D_ENTREPRISES = {
    "siret": "SIRET",
    "siren": "SIREN (avec le NIC)",
    "nic": "NIC (fin du SIRET)",
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
DE_CONTACTS = {
    "siret": "SIRET",
    "siren": "SIREN",
    "nic": "NIC (fin du SIRET)",
    "raison_sociale": "Nom de l’entreprise",
    "code_postal": "Code postal",
    "code_commune": "Code commune",
    "ville": "Commune",
    "le": "Date du contact",
    "canal": "Comment",
    "objet": "À quel sujet",
    "agent": "Agent de l’institution",
    "precision": "Précision",
}
CHAMPS = {
    GenreImport.ENTREPRISES: D_ENTREPRISES,
    GenreImport.SIRENE: D_ENTREPRISES,
    GenreImport.SOLLICITATIONS: DE_CONTACTS,
}
IGNORER = ("", "Ignorer")


def champ_fichier(label, suffisent):
    """Le champ où déposer une liste ; `suffisent` : les colonnes sans lesquelles rien ne se lit."""
    return forms.FileField(
        label=label,
        help_text=f"CSV, XLSX, XLS ou ODS, {TAILLE_MAX // MEBI} Mo au plus. Deux colonnes suffisent : {suffisent}.",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx,.xls,.ods,.gz"}),
    )


class DepotForm(Formulaire):
    fichier = champ_fichier("Fichier d’entreprises", "SIRET et raison sociale")

    def clean_fichier(self):
        fichier = self.cleaned_data["fichier"]
        if fichier.size > TAILLE_MAX:
            raise forms.ValidationError(
                f"Ce fichier pèse {fichier.size // MEBI} Mo : la limite est de {TAILLE_MAX // MEBI} Mo. Découpez-le."
            )
        return fichier


class DepotContactsForm(DepotForm):
    """La liste d'une institution ; de la sienne seulement, sauf pour l'animation du réseau."""

    fichier = champ_fichier("Liste des contacts", "SIRET et date du contact")
    institution = forms.ModelChoiceField(
        Institution.objects.none(), label="Institution qui a pris les contacts", empty_label=None
    )
    canal = forms.ChoiceField(label="Comment, si le fichier ne le dit pas", choices=Canal, initial=Canal.VISITE)
    objet = forms.ChoiceField(
        label="À quel sujet, si le fichier ne le dit pas", choices=ObjetDeContact, initial=ObjetDeContact.AUTRE
    )
    field_order = ["institution", "fichier"]

    def __init__(self, *args, membre, le, **kwargs):
        super().__init__(*args, **kwargs)
        permises = Institution.objects.visibles_par(membre)
        if portee(membre, "imports.suivre") is TOUT:
            permises = permises.ouvertes(le)
        else:
            permises = permises.filter(pk=membre.institution_id)
        self.fields["institution"].queryset, self.initial["institution"] = permises, membre.institution_id


class ColonnesForm(Formulaire):
    """Un choix par colonne. `champs` : voir `CHAMPS` ; `colonnes` : [{"entete", "champ", "exemples"}]."""

    def __init__(self, *args, champs, colonnes, **kwargs):
        super().__init__(*args, **kwargs)
        self.colonnes = colonnes
        for rang, colonne in enumerate(colonnes):
            self.fields[f"colonne_{rang}"] = forms.ChoiceField(
                label=colonne["entete"] or f"Colonne {rang + 1}, sans nom",
                choices=[IGNORER, *champs.items()],
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
