"""Formulaires au système de design de l'État : saisies natives, bornes, version de la fiche."""

from datetime import date
from functools import lru_cache

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms.utils import flatatt
from django.utils.html import format_html_join
from dsfr.forms import DsfrBaseForm

from reseau.lib.saisie import CHIFFRES_MAX

FICHE_MODIFIEE = (
    "Cette fiche a été modifiée depuis que vous l’avez ouverte : rien n’a été enregistré. "
    "Rechargez la page pour voir le nouvel état, puis refaites votre changement."
)

HORS_DU_TEMPS = "Vérifiez l’année : une date se lit ici entre 1900 et 2100."
BORNES_DES_DATES = [MinValueValidator(date(1900, 1, 1), HORS_DU_TEMPS), MaxValueValidator(date(2100, 12, 31), HORS_DU_TEMPS)]

LONG = 200  # caractères : au-delà, un champ d'une ligne porte une phrase, pas un nom


class SaisieDate(forms.DateInput):
    """Calendrier du navigateur : la valeur voyage en ISO (2026-03-31) quelle que soit la langue."""

    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class SaisieHeure(forms.TimeInput):
    """Heure du navigateur, valeur « 14:05 »."""

    input_type = "time"

    def __init__(self, attrs=None):
        super().__init__(attrs=attrs, format="%H:%M")


class SaisieDateHeure(forms.DateTimeInput):
    """Date et heure du navigateur, valeur « 2026-03-31T14:05 »."""

    input_type = "datetime-local"

    def __init__(self, attrs=None):
        super().__init__(attrs=attrs, format="%Y-%m-%dT%H:%M")


class ListePublique(forms.Select):
    """Une liste déroulante de ce que publie l'Insee : ses options, des centaines, les mêmes pour tous, ne s'écrivent qu'une fois.

    À ne pas prendre pour une liste de personnes ou d'entreprises : ce qu'elle a montré reste en mémoire.
    """

    template_name = "django/forms/widgets/liste_publique.html"

    def get_context(self, name, value, attrs):
        """Celui d'une saisie, et `options` ; sans les groupes que Django ferait de chaque choix."""
        contexte = forms.Widget.get_context(self, name, value, attrs)
        choix = tuple((str(cle), str(nom)) for cle, nom in self.choices)
        contexte["widget"]["options"] = _options(choix, *self.format_value(value))
        return contexte


@lru_cache(maxsize=64)  # quelques listes par département, nues ou avec un choix fait
def _options(choix, choisi):
    return ecrire_options((cle, cle == choisi, nom) for cle, nom in choix)


def ecrire_options(choix):
    """Les options d'une liste déroulante, de (valeur, si elle est choisie, ce qu'elle dit)."""
    choisie = flatatt({"selected": True})
    lignes = ((valeur, choisie if est_choisie else "", dit) for valeur, est_choisie, dit in choix)
    return format_html_join("", '<option value="{}"{}>{}</option>', lignes)


SAISIES_NATIVES = {
    forms.DateInput: SaisieDate,
    forms.TimeInput: SaisieHeure,
    forms.DateTimeInput: SaisieDateHeure,
}


class Formulaire(DsfrBaseForm):
    """Base de tout formulaire : `{{ form|crispy }}` et `{{ form }}` rendent le même DSFR."""

    template_name = "dsfr/uni_form.html"
    marquer_facultatifs = True
    sans_mention = frozenset()  # champs longs où l'on ne parle de personne : un modèle de lettre, une adresse

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for champ in self.fields.values():
            # DsfrBaseForm pose sur les boutons un attribut « dsfr » que HTML ne connaît pas : nos gabarits s'en passent.
            champ.widget.attrs.pop("dsfr", None)
            _poser_saisie_native(champ)
            _borner(champ)

    def get_context(self):
        # DsfrBaseForm avertit à chaque rendu d'un réglage de transition que nos gabarits ne lisent pas.
        return super(DsfrBaseForm, self).get_context()


class FormulaireModele(forms.ModelForm, Formulaire):
    """Base des formulaires d'une ligne. Si `versionne`, refuse d'écraser une fiche changée entre-temps.

    La fiche doit alors porter un entier `version` ; le champ caché ne l'écrit pas, l'opération s'en charge.
    """

    versionne = False

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.versionne and self.instance.pk:
            self.fields["version"] = forms.IntegerField(
                required=False,
                widget=forms.HiddenInput,
                initial=self.instance.version,
                error_messages={"invalid": FICHE_MODIFIEE},
            )

    def clean_version(self):
        """Version lue à l'ouverture ; une version absente ou dépassée est une erreur de tout le formulaire."""
        version = self.cleaned_data["version"]
        if version != self.instance.version:
            self.add_error(None, FICHE_MODIFIEE)
        return version


class FormulaireFiltre(Formulaire):
    """Base des filtres (`FilterSet.Meta.form`) : tout y est facultatif, inutile de l'écrire à chaque champ."""

    marquer_facultatifs = False


def est_libre(champ):
    """Vrai si l'on y écrit ce que l'on veut, assez longuement pour y parler de quelqu'un."""
    if type(champ) is not forms.CharField or isinstance(champ.widget, forms.HiddenInput):
        return False
    return isinstance(champ.widget, forms.Textarea) or (champ.max_length or 0) >= LONG


def _poser_saisie_native(champ):
    native = SAISIES_NATIVES.get(type(champ.widget))
    if native:
        champ.widget = native(attrs=champ.widget.attrs)


def _borner(champ):
    """Ce que les champs de Django laissent passer, et qui tombe plus loin : l'an 1, l'an 9999, un numéro de trente chiffres."""
    if isinstance(champ, forms.DateField):
        champ.validators = [*champ.validators, *BORNES_DES_DATES]
    if isinstance(champ, forms.ModelMultipleChoiceField):
        champ.clean = _numeros_possibles(champ, champ.clean)


def _numeros_possibles(champ, nettoyer):
    def clean(valeurs):
        for valeur in valeurs or ():
            if len(str(valeur)) > CHIFFRES_MAX:
                raise ValidationError(champ.error_messages["invalid_pk_value"], code="invalid_pk_value", params={"pk": valeur})
        return nettoyer(valeurs)

    return clean
