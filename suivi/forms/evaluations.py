"""Le questionnaire au chef d'entreprise, le même par un lien ou pendant un entretien ; le panel et ses avis."""

from django import forms

from entreprises.models import Contact
from reseau.lib.formulaires import Formulaire, FormulaireModele
from reseau.lib.saisie import plusieurs_lignes, une_ligne
from suivi.indicateurs.evaluations import CONSEIL
from suivi.models import ChefDuPanel, ConsultationDuPanel
from suivi.models.evaluation import NOTES

ECHELLE = [(5, "Tout à fait"), (4, "Plutôt oui"), (3, "Entre les deux"), (2, "Plutôt non"), (1, "Pas du tout")]
RIEN = "Répondez au moins à une phrase, ou écrivez un mot."
A_ECRIRE = "Pour être publié, le témoignage s’écrit et porte un nom."


def _note(libelle):
    return forms.TypedChoiceField(
        label=libelle,
        choices=ECHELLE,
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect(attrs={"class": "fr-fieldset--inline"}),
    )


class QuestionnaireForm(Formulaire):
    """Rien n'y est obligatoire ; une réponse au moins. Les identifiants sont ceux d'`Evaluation`."""

    marquer_facultatifs = False

    ecoute, utilite, suites, clarte = (_note(libelle) for libelle in NOTES.values())
    recommande = forms.TypedChoiceField(
        label=CONSEIL,
        choices=[("oui", "Oui"), ("non", "Non")],
        coerce=lambda valeur: valeur == "oui",
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )
    commentaire = forms.CharField(
        label="Ce qui a servi, ce qui a manqué", required=False, max_length=1_500, widget=forms.Textarea(attrs={"rows": 4})
    )
    temoignage = forms.CharField(
        label="Quelques mots que le réseau pourrait publier",
        required=False,
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Seulement si vous le voulez, et si vous cochez l’accord ci-dessous.",
    )
    signature = forms.CharField(
        label="Nom sous le témoignage", required=False, max_length=120, help_text="Votre nom, votre fonction, votre entreprise."
    )
    accord = forms.BooleanField(label="J’accepte que ce témoignage soit publié sous ce nom", required=False)

    def clean_commentaire(self):
        return plusieurs_lignes(self.cleaned_data["commentaire"])

    def clean_temoignage(self):
        return plusieurs_lignes(self.cleaned_data["temoignage"])

    def clean_signature(self):
        return une_ligne(self.cleaned_data["signature"])

    def clean(self):
        donnees = super().clean()
        if self.errors:
            return donnees
        if donnees["accord"] and not (donnees["temoignage"] and donnees["signature"]):
            self.add_error("accord", A_ECRIRE)
        dites = (donnees[nom] for nom in (*NOTES, "recommande", "commentaire", "temoignage"))
        if all(valeur in (None, "") for valeur in dites):
            raise forms.ValidationError(RIEN)
        return donnees


class EntretienForm(QuestionnaireForm):
    """Les mêmes questions, posées de vive voix ; l'accord a pu se donner avant la saisie."""

    accord = forms.BooleanField(label="Le chef d’entreprise accepte que ce témoignage soit publié sous ce nom", required=False)
    accord_le = forms.DateField(label="Accord donné le", required=False, help_text="Vide : aujourd’hui.")

    def __init__(self, *args, le, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["accord_le"].widget.attrs["max"] = le.isoformat()


class AccordForm(Formulaire):
    """L'accord de publier un témoignage, donné après coup."""

    signature = forms.CharField(label="Nom sous le témoignage", max_length=120, help_text="Tel qu’il accepte de le voir publié.")
    le = forms.DateField(label="Accord donné le", help_text="Le jour où il vous l’a dit ou écrit.")

    def __init__(self, *args, evaluation, le, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial |= {"signature": evaluation.signature, "le": le}
        self.fields["le"].widget.attrs["max"] = le.isoformat()

    def clean_signature(self):
        return une_ligne(self.cleaned_data["signature"])


class DemandeDAvisForm(Formulaire):
    courriel = forms.EmailField(label="Adresse du chef d’entreprise", help_text="Il y reçoit un lien à lui, sans compte à créer.")


class ChefDuPanelForm(FormulaireModele):
    """Un chef d'entreprise que l'on a vu, et qui accepte d'être interrogé."""

    class Meta:
        model = ChefDuPanel
        fields = ["contact", "entre_le", "note"]

    def __init__(self, *args, visibles, **kwargs):
        super().__init__(*args, **kwargs)
        champ = self.fields["contact"]
        contacts = Contact.objects.filter(dirigeant=True, entreprise__in=visibles, entreprise__visites__realisee_le__isnull=False)
        champ.queryset = contacts.select_related("entreprise").distinct().order_by("entreprise__raison_sociale", "nom")
        champ.label_from_instance = lambda contact: f"{contact.entreprise} – {contact}"
        champ.help_text = "Le dirigeant d’une entreprise déjà visitée."


class ConsultationForm(FormulaireModele):
    class Meta:
        model = ConsultationDuPanel
        fields = ["le", "sujet", "avis"]
        widgets = {"avis": forms.Textarea(attrs={"rows": 4})}
        help_texts = {"sujet": "Un projet de lettre, une plaquette, une manière de faire…"}
