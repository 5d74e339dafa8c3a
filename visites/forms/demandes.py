"""Les formulaires des demandes de visite : celui du chef d'entreprise, sans compte, et ceux du réseau."""

import re

from django import forms
from django.core.signing import BadSignature, SignatureExpired, TimestampSigner

from entreprises.models.entreprise import valider_siret
from reseau.lib.formulaires import Formulaire, FormulaireModele
from reseau.lib.saisie import plusieurs_lignes, une_ligne
from visites.models import DemandeDeVisite

SIGNATURE = TimestampSigner(salt="visites.demande")
OUVERT, LEURRE = "ouvert", "site_web"  # noms de champs cachés ; le second ne dit rien de ce qu'il est
DELAI_MIN, DELAI_MAX = 3, 12 * 3600  # secondes entre l'ouverture de la page et son envoi
TELEPHONE = re.compile(r"\+?[0-9][0-9 .()/-]{7,18}")
TROP_VITE = "L’envoi est parti trop vite pour une main humaine : relisez, puis envoyez à nouveau."
TROP_TARD = "La page est restée ouverte trop longtemps : relisez, puis envoyez à nouveau."


class DemandeForm(FormulaireModele):
    """Ce qu'un inconnu envoie : nettoyé, borné, et refusé s'il arrive plus vite qu'on n'écrit.

    `est_un_leurre` : un champ que personne ne voit est rempli ; on répond alors comme si de rien n'était.
    """

    # Le champ du modèle compte quatorze chiffres ; ici des espaces sont permises.
    siret = forms.CharField(
        label="SIRET",
        required=False,
        max_length=20,
        help_text="Quatorze chiffres, sur vos factures ou votre extrait Kbis.",
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )

    class Meta:
        model = DemandeDeVisite
        fields = ["raison_sociale", "siret", "nom", "fonction", "telephone", "courriel", "message"]
        labels = {"raison_sociale": "Votre entreprise", "nom": "Vos prénom et nom", "fonction": "Votre fonction"}
        help_texts = {
            "telephone": "Pour convenir d’un rendez-vous : 03 84 00 00 00.",
            "courriel": "Vous y recevrez un lien pour confirmer la demande : nom@exemple.fr.",
            "message": "De quoi aimeriez-vous parler ? Rien de confidentiel ici : vous le direz de vive voix.",
        }
        widgets = {
            "raison_sociale": forms.TextInput(attrs={"autocomplete": "organization"}),
            "nom": forms.TextInput(attrs={"autocomplete": "name"}),
            "fonction": forms.TextInput(attrs={"autocomplete": "organization-title"}),
            "telephone": forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
            "courriel": forms.EmailInput(attrs={"autocomplete": "email"}),
            "message": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(self, *arguments, **mots):
        super().__init__(*arguments, **mots)
        self.est_un_leurre = bool(self.data.get(LEURRE))

    @property
    def horodatage(self):
        """Ce que la page renvoie pour dire quand elle s'est ouverte ; celui qu'on a reçu, s'il est encore bon."""
        recu = self.data.get(OUVERT, "")
        return recu if recu and not self._retard(recu, au_plus_tot=0) else SIGNATURE.sign(OUVERT)

    def clean_raison_sociale(self):
        return _garder(une_ligne(self.cleaned_data["raison_sociale"]), "Écrivez le nom de votre entreprise.")

    def clean_nom(self):
        return _garder(une_ligne(self.cleaned_data["nom"]), "Écrivez vos prénom et nom.")

    def clean_fonction(self):
        return une_ligne(self.cleaned_data["fonction"])

    def clean_message(self):
        return plusieurs_lignes(self.cleaned_data["message"])

    def clean_siret(self):
        return _siret(self.cleaned_data["siret"])

    def clean_telephone(self):
        numero = une_ligne(self.cleaned_data["telephone"])
        if not TELEPHONE.fullmatch(numero):
            raise forms.ValidationError("Écrivez un numéro de téléphone : 03 84 00 00 00.")
        return numero

    def clean(self):
        donnees = super().clean()
        retard = self._retard(self.data.get(OUVERT, ""), au_plus_tot=DELAI_MIN)
        if retard and not self.est_un_leurre:
            raise forms.ValidationError(retard)
        return donnees

    def _retard(self, recu, *, au_plus_tot):
        """Ce qui ne va pas dans l'heure d'ouverture de la page, ou vide."""
        try:
            SIGNATURE.unsign(recu, max_age=DELAI_MAX)
        except SignatureExpired:
            return TROP_TARD
        except BadSignature:
            return TROP_TARD
        try:
            SIGNATURE.unsign(recu, max_age=au_plus_tot)
        except SignatureExpired:
            return ""
        return TROP_VITE if au_plus_tot else ""


class ChampEntreprise(forms.ModelChoiceField):
    """Quelques entreprises, ou aucune."""

    widget = forms.RadioSelect

    def label_from_instance(self, entreprise):
        return f"{entreprise}, {entreprise.commune or 'commune inconnue'} ({entreprise.siret})"


class AcceptationForm(Formulaire):
    """Laquelle de nos fiches, ou le SIRET de celle à créer."""

    marquer_facultatifs = False  # l'une ou l'autre : aucune des deux n'est facultative

    entreprise = ChampEntreprise(
        label="De quelle entreprise s’agit-il ?", queryset=None, required=False, blank=True, empty_label="Aucune : créer sa fiche"
    )
    siret = forms.CharField(
        label="SIRET de la fiche à créer", required=False, max_length=20, help_text="Quatorze chiffres, espaces permises."
    )

    def __init__(self, *arguments, candidates, demande, **mots):
        super().__init__(*arguments, **mots)
        self.fields["entreprise"].queryset = candidates
        self.initial |= {"siret": demande.siret, "entreprise": demande.entreprise_id or ""}

    def clean_siret(self):
        return _siret(self.cleaned_data["siret"])

    def clean(self):
        donnees = super().clean()
        if not self.errors and not donnees["entreprise"] and not donnees["siret"]:
            self.add_error("siret", "Choisissez une entreprise, ou donnez le SIRET de celle à créer.")
        return donnees


class DeclinForm(Formulaire):
    motif = forms.CharField(
        label="Pourquoi le réseau n’y donne pas suite",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Lu par le réseau seulement : prévenez vous-même l’entreprise.",
    )


def _siret(saisi):
    """Quatorze chiffres de bonne clé, ou vide."""
    chiffres = "".join(saisi.split())
    if chiffres:
        valider_siret(chiffres)
    return chiffres


def _garder(texte, message):
    if not texte:
        raise forms.ValidationError(message)
    return texte
