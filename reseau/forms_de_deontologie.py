"""Les formulaires de la déontologie : la charte et son adoption, la convention d'adhésion."""

from django import forms

from reseau.forms import FicheForm
from reseau.lib.dates import plus_mois
from reseau.lib.formulaires import Formulaire, FormulaireModele
from reseau.models import Charte, Convention, Institution, Reunion


class CharteForm(FicheForm):
    sans_mention = frozenset(["texte"])

    class Meta:
        model = Charte
        fields = ["texte"]
        widgets = {"texte": forms.Textarea(attrs={"rows": 24})}
        labels = {"texte": "Texte de la charte"}
        help_texts = {"texte": "Une ligne seule qui commence par un numéro, « 3. Le déport », devient un titre."}


class AdoptionForm(Formulaire):
    """Quand, et à quelle réunion, le réseau a adopté la version en préparation."""

    adoptee_le = forms.DateField(label="Adoptée le", widget=forms.DateInput())
    reunion = forms.ModelChoiceField(
        Reunion.objects.none(), label="À la réunion", required=False, empty_label="Aucune réunion de l’outil"
    )

    def __init__(self, *args, par, le, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reunion"].queryset = Reunion.objects.visibles_par(par).filter(
            le__range=(plus_mois(le, -6), le), annulee_le=None
        )
        self.fields["adoptee_le"].widget.attrs["max"] = le.isoformat()
        self.initial["adoptee_le"] = le


class ConventionForm(FormulaireModele):
    """Ce que l'imprimé de l'institution a de propre, et l'exemplaire une fois signé."""

    signee_le = forms.DateField(label="Signée le", required=False)
    exemplaire = forms.FileField(
        label="Exemplaire signé",
        required=False,
        help_text="PDF ou image, 5 Mo au plus. Il remplace celui qui serait déjà déposé.",
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/png,image/jpeg"}),
    )

    class Meta:
        model = Convention
        fields = ["signataire", "annees"]

    def __init__(self, *args, institution: Institution, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["signee_le"] = institution.convention_signee_le
        self.order_fields(["signataire", "annees", "signee_le", "exemplaire"])
