"""Écrire un guide d'entretien, et y répondre : rien n'est obligatoire dans les réponses."""

from dataclasses import dataclass

from django import forms
from dsfr.widgets import InlineRadioSelect

from reseau.lib.formulaires import Formulaire, FormulaireModele
from reseau.lib.saisie import lire_cle
from visites.enums import GenreDeQuestion
from visites.guides import guide_de
from visites.models import Guide, Question, Theme
from visites.models.guide import TEXTE_MAX

CHOIX_MAX, LONGUEUR_D_UN_CHOIX = 12, 80
SANS_REPONSE = ("", "Sans réponse")


class GuideForm(FormulaireModele):
    """Le nom du guide."""

    versionne = True

    class Meta:
        model = Guide
        fields = ["nom"]

    def clean_nom(self):
        nom = " ".join(self.cleaned_data["nom"].split())
        autres = Guide.objects.courants().filter(reseau=self.instance.reseau, nom__iexact=nom).exclude(pk=self.instance.pk)
        if autres.exists():
            raise forms.ValidationError("Un guide porte déjà ce nom.")
        return nom


class PieceForm(FormulaireModele):
    """Un thème ou une question : la version est celle du guide, que l'opération compare sous verrou."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *arguments, guide, **mots):
        mots["initial"] = {"version": guide.version, **mots.get("initial", {})}
        super().__init__(*arguments, **mots)

    def clean_version(self):
        return self.cleaned_data["version"]


class ThemeForm(PieceForm):
    class Meta:
        model = Theme
        fields = ["titre"]


class QuestionForm(PieceForm):
    sans_mention = frozenset(["libelle", "aide", "liste"])

    liste = forms.CharField(
        label="Réponses offertes",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Pour un choix dans une liste seulement : une réponse par ligne, de la première à la dernière.",
    )

    class Meta:
        model = Question
        fields = ["libelle", "aide", "genre"]
        widgets = {"genre": forms.RadioSelect}

    def __init__(self, *arguments, **mots):
        super().__init__(*arguments, **mots)
        self.fields["genre"].choices = GenreDeQuestion.choices
        self.initial["liste"] = "\n".join(self.instance.choix)

    def clean(self):
        donnees = super().clean()
        lignes = [" ".join(ligne.split()) for ligne in donnees.get("liste", "").splitlines()]
        choix = list(dict.fromkeys(ligne for ligne in lignes if ligne))
        if donnees.get("genre") != GenreDeQuestion.CHOIX:
            choix = []
        elif not 2 <= len(choix) <= CHOIX_MAX:
            self.add_error("liste", f"Donnez de 2 à {CHOIX_MAX} réponses différentes, une par ligne.")
        elif any(len(ligne) > LONGUEUR_D_UN_CHOIX for ligne in choix):
            self.add_error("liste", f"Une réponse a {LONGUEUR_D_UN_CHOIX} caractères au plus.")
        self.instance.choix = choix
        return donnees


@dataclass(frozen=True)
class ThemeASaisir:
    """Un thème replié : ses `champs`, le nombre de réponses déjà là, et s'il doit s'ouvrir (une faute à montrer)."""

    titre: str
    champs: list
    reponses: int
    ouvert: bool


class ReponsesForm(Formulaire):
    """Les réponses au guide, toutes facultatives. `guide` : None si le réseau s'en passe, et rien ne paraît.

    La page redit quel guide elle montrait : une version née entre-temps ne fait perdre aucune réponse.
    """

    marquer_facultatifs = False

    def __init__(self, donnees=None, *, reseau, compte_rendu=None, guide=None, prefix="guide"):
        super().__init__(donnees, prefix=prefix)
        self.guide = guide or guide_de(compte_rendu, reseau, self._demande())
        self.questions = [question for theme in self._themes() for question in theme.questions.all()]
        for question in self.questions:
            self.fields[nom_du_champ(question)] = _champ(question)
        deja = compte_rendu.reponses.all() if self.guide and compte_rendu and compte_rendu.pk else []
        self.initial = {f"q{reponse.question_id}": reponse.valeur for reponse in deja}

    @property
    def themes(self):
        """[`ThemeASaisir`] dans l'ordre du guide."""
        return [self._theme(theme) for theme in self._themes()]

    @property
    def orphelines(self):
        """Les réponses envoyées à des questions qui ne sont plus au guide : à montrer, non à perdre."""
        connues = {self.add_prefix(nom) for nom in self.fields}
        return [valeur for nom, valeur in self._remplies() if nom not in connues]

    @property
    def valeurs(self):
        """Clé de question → valeur à garder, vide si rien n'est répondu ; à lire après `is_valid`."""
        return {question.pk: _en_texte(self.cleaned_data.get(nom_du_champ(question))) for question in self.questions}

    def clean(self):
        for valeur in self.orphelines:
            self.add_error(None, f"Une question du guide a été retirée entre-temps. Vous y répondiez : « {valeur} ».")
        return self.cleaned_data

    def _demande(self):
        """Le guide que la page montrait, si l'on y a répondu."""
        cle = self.data.get(self.add_prefix("guide")) if self.is_bound else None
        return lire_cle(cle) if self._remplies() else None

    def _remplies(self):
        """[(nom du champ, valeur)] des réponses envoyées."""
        debut = self.add_prefix("q")
        noms = [nom for nom in self.data if nom.startswith(debut)] if self.is_bound else []
        return [(nom, self.data.get(nom)) for nom in noms if str(self.data.get(nom)).strip()]

    def _themes(self):
        return self.guide.themes.all() if self.guide else []

    def _theme(self, theme):
        champs = [self[nom_du_champ(question)] for question in theme.questions.all()]
        remplis = sum(1 for champ in champs if champ.value() not in (None, ""))
        return ThemeASaisir(theme.titre, champs, remplis, any(champ.errors for champ in champs))


def nom_du_champ(question):
    return f"q{question.pk}"


def _champ(question):
    """Le champ d'une question, selon son genre ; jamais obligatoire."""
    communs = {"label": question.libelle, "help_text": question.aide, "required": False}
    if question.genre == GenreDeQuestion.TEXTE:
        return forms.CharField(max_length=TEXTE_MAX, **communs)
    if question.genre == GenreDeQuestion.NOMBRE:
        saisie = forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"})
        return forms.DecimalField(max_digits=11, decimal_places=2, widget=saisie, **communs)
    if question.genre == GenreDeQuestion.CHOIX:
        return forms.ChoiceField(choices=[SANS_REPONSE, *question.options], **communs)
    return forms.ChoiceField(choices=[*question.options, SANS_REPONSE], widget=InlineRadioSelect, **communs)


def _en_texte(valeur):
    """La valeur telle qu'elle se garde : un nombre sans zéro inutile, un texte sur une ligne."""
    if valeur is None:
        return ""
    return " ".join(valeur.split()) if isinstance(valeur, str) else f"{valeur.normalize():f}"
