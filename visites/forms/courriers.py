"""Formulaires des lettres : un modèle, le texte d'une lettre, un rejet, un retour."""

from django import forms
from django.utils.timezone import localdate

from reseau.lib.etiquettes import PLANCHES
from reseau.lib.formulaires import Formulaire, FormulaireModele
from reseau.lib.lettre import VARIABLES, en_paragraphes, verifier
from reseau.lib.polices import caracteres
from reseau.lib.saisie import visible
from visites.enums import MotifRetour
from visites.models import Courrier, ModeleDeCourrier
from visites.models.modele import CORPS_MAX

GRAND = forms.Textarea(attrs={"rows": 16})


class ModeleForm(FormulaireModele):
    """Un modèle : chaque texte à variables se contrôle avant de s'enregistrer."""

    sans_mention = frozenset(["corps", "politesse"])

    versionne = True

    class Meta:
        model = ModeleDeCourrier
        fields = ["nom", "genre", "objet", "corps", "politesse", "par_defaut"]
        widgets = {"corps": GRAND}
        help_texts = {
            "corps": "Un paragraphe par alinéa. Évitez d’y parler d’emploi ou d’aides.",
            "politesse": "Avec {appel}, elle s’accorde à la civilité.",
            "par_defaut": "Il remplace celui que suivaient les lettres de ce genre.",
        }

    def __init__(self, *arguments, **mots):
        super().__init__(*arguments, **mots)
        if self.instance.pk:  # ses lettres perdraient leur sens
            del self.fields["genre"]

    def clean_nom(self):
        nom = self.cleaned_data["nom"]
        memes = ModeleDeCourrier.objects.filter(reseau=self.instance.reseau, nom=nom).en_service()
        if memes.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError("Un modèle porte déjà ce nom.")
        return nom

    def clean_objet(self):
        return imprimable(controler(self.cleaned_data["objet"]))

    def clean_corps(self):
        return "\n\n".join(en_paragraphes(imprimable(controler(self.cleaned_data["corps"]))))

    def clean_politesse(self):
        return imprimable(controler(self.cleaned_data["politesse"]))


class CorrectionForm(FormulaireModele):
    """Le texte d'une seule lettre, variables déjà remplies : ce qui s'y écrit s'imprime tel quel.

    Il emporte les valeurs affichées (`faits`) : si le développeur change pendant qu'on écrit, le texte sera à relire.
    """

    sans_mention = frozenset(["corps", "politesse"])

    versionne = True
    objet = forms.CharField(max_length=160)
    corps = forms.CharField(label="Texte", max_length=CORPS_MAX, widget=GRAND, help_text="Un paragraphe par alinéa.")
    politesse = forms.CharField(label="Formule de politesse", max_length=300)
    faits = forms.JSONField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Courrier
        fields = []

    def __init__(self, *arguments, lettre, faits, **mots):
        super().__init__(*arguments, **mots)
        self.initial |= {"objet": lettre.objet, "corps": "\n\n".join(lettre.paragraphes), "politesse": lettre.politesse}
        self.initial["faits"] = faits

    def clean_faits(self):
        faits = self.cleaned_data["faits"]
        faits = faits if isinstance(faits, dict) else {}
        return {nom: valeur for nom, valeur in faits.items() if nom in VARIABLES and isinstance(valeur, str)}

    def clean_objet(self):
        return imprimable(self.cleaned_data["objet"])

    def clean_corps(self):
        return imprimable(self.cleaned_data["corps"])

    def clean_politesse(self):
        return imprimable(self.cleaned_data["politesse"])

    @property
    def correction(self):
        """Ce que `Courrier.correction` garde ; None si le modèle n’y est pas changé. Relu tel quel, un texte vaut de nouveau."""
        if not self.instance.correction and set(self.changed_data) <= {"faits"}:
            return None
        donnees = self.cleaned_data
        return {
            "objet": donnees["objet"],
            "paragraphes": list(en_paragraphes(donnees["corps"])),
            "politesse": donnees["politesse"],
            "faits": donnees["faits"],
        }


class ChoixDeModeleForm(FormulaireModele):
    """Le modèle que suit cette lettre ; vide : celui du réseau."""

    versionne = True

    class Meta:
        model = Courrier
        fields = ["modele"]

    def __init__(self, *arguments, **mots):
        super().__init__(*arguments, **mots)
        modeles = ModeleDeCourrier.objects.filter(reseau=self.instance.reseau, genre=self.instance.genre)
        self.fields["modele"].queryset = modeles.en_service() | modeles.filter(pk=self.instance.modele_id)
        self.fields["modele"].empty_label = "Celui que suit le réseau"


class EtiquettesForm(Formulaire):
    """Le format de la planche, et la première case encore libre d'une feuille entamée."""

    planche = forms.ChoiceField(label="Planche", choices=[(cle, planche.libelle) for cle, planche in PLANCHES.items()])
    premiere = forms.IntegerField(label="Première étiquette libre", min_value=1, initial=1, required=False)

    def clean_planche(self):
        return PLANCHES[self.cleaned_data["planche"]]

    def clean(self):
        donnees = super().clean()
        donnees["premiere"] = donnees.get("premiere") or 1
        planche = donnees.get("planche")
        if planche and donnees["premiere"] > planche.nombre:
            self.add_error("premiere", f"Cette planche n’a que {planche.nombre} étiquettes.")
        return donnees


class RejetForm(Formulaire):
    motif = forms.CharField(label="Ce qui est à reprendre", max_length=300)


class RetourForm(Formulaire):
    """La lettre revenue : le motif qu'a coché le facteur, ou un courriel non remis ; et le jour."""

    motif = forms.ChoiceField(label="Motif porté sur le pli", choices=MotifRetour, widget=forms.RadioSelect)
    le = forms.DateField(label="Revenue le")

    def __init__(self, *arguments, par_courriel, **mots):
        super().__init__(*arguments, initial={"le": localdate()}, **mots)
        self.fields["motif"].choices = [
            (motif.value, motif.label) for motif in MotifRetour if par_courriel is (motif == MotifRetour.NON_REMIS)
        ]
        if par_courriel:
            self.fields["motif"].label, self.initial["motif"] = "Motif", MotifRetour.NON_REMIS

    def clean_le(self):
        if self.cleaned_data["le"] > localdate():
            raise forms.ValidationError("Cette date est dans l’avenir.")
        return self.cleaned_data["le"]


def imprimable(texte):
    """Le texte sans ses caractères invisibles ; `ValidationError` si la police de la lettre n'en sait pas dessiner un."""
    texte = visible(texte)
    inconnus = [caractere for caractere in dict.fromkeys(texte) if not caractere.isspace() and caractere not in caracteres()]
    if inconnus and caracteres():
        raise forms.ValidationError(f"La police de la lettre n’a pas ce caractère, remplacez-le\u00a0: {' '.join(inconnus[:5])}")
    return texte


def controler(texte):
    """Le texte, si ses variables sont de la liste ; `ValidationError` qui nomme la fautive sinon."""
    try:
        verifier(texte)
    except ValueError as erreur:
        raise forms.ValidationError(str(erreur)) from erreur
    return texte
