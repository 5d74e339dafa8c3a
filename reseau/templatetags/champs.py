"""Rendu DSFR d'un champ : ce que templates/dsfr/field.html demande au champ."""

from itertools import chain, groupby
from operator import itemgetter

from django import forms, template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeData

from reseau.lib.formulaires import FormulaireFiltre, ecrire_options, est_libre

register = template.Library()

CLASSES = {"texte": "fr-input", "select": "fr-select", "fichier": "fr-upload"}
GROUPES = {"texte": "fr-input-group", "select": "fr-select-group", "fichier": "fr-upload-group"}


@register.filter
def nature(champ):
    """« cache », « case », « radios », « cases », « fichier », « select » ou « texte »."""
    widget = champ.field.widget
    natures = (
        ("cache", champ.is_hidden),
        ("case", isinstance(widget, forms.CheckboxInput)),
        # Dans Django, les cases multiples descendent des boutons radio : elles passent avant.
        ("cases", isinstance(widget, forms.CheckboxSelectMultiple)),
        ("radios", isinstance(widget, forms.RadioSelect)),
        ("fichier", isinstance(widget, forms.FileInput)),
        ("select", isinstance(widget, forms.Select)),
    )
    return next((nom for nom, vrai in natures if vrai), "texte")


@register.filter
def groupe(champ):
    """Classe du bloc qui porte l'étiquette, la saisie et ses messages."""
    return GROUPES[nature(champ)]


@register.filter
def saisie(champ):
    """Le champ lui-même, avec sa classe DSFR et son lien vers ses messages."""
    descriptions = [f"{champ.auto_id}_aide"] if aide_en_liste(champ) else []
    attributs = {"aria-describedby": " ".join([*descriptions, f"{champ.auto_id}_messages"])}
    classe = CLASSES.get(nature(champ), "")
    propres = champ.field.widget.attrs.get("class", "").split()
    if classe:
        attributs["class"] = " ".join([classe, *(nom for nom in propres if nom != classe)])
    return champ.as_widget(attrs=attributs)


@register.filter
def en_options(groupes):
    """Les choix d'une liste déroulante, ceux d'un groupe sous son nom ; Django fait un groupe de chaque choix qui n'en a pas."""
    par_nom = groupby(groupes, key=itemgetter(0))
    return format_html_join("", "{}", ((_options(nom, chain(*(choix for _, choix, _ in suite))),) for nom, suite in par_nom))


def _options(groupe, choix):
    options = ecrire_options((un["value"], un["selected"], un["label"]) for un in choix)
    return format_html('<optgroup label="{}">{}</optgroup>', groupe, options) if groupe else options


@register.filter
def libre(champ):
    """Vrai si l'on y écrit ce que l'on veut : la mention (`dsfr/_mention.html`) l'accompagne, sauf dans un modèle, un filtre."""
    if isinstance(champ.form, FormulaireFiltre):
        return False
    return est_libre(champ.field) and champ.name not in getattr(champ.form, "sans_mention", ())


@register.filter
def facultatif(champ):
    """Vrai s'il faut écrire « facultatif » : le DSFR marque l'exception ; une case à cocher n'en est pas une."""
    marque = getattr(champ.form, "marquer_facultatifs", True)
    return marque and not champ.field.required and nature(champ) != "case"


@register.filter
def aide_en_liste(champ):
    """Vrai pour une aide en HTML (règles du mot de passe) : une liste n'a pas sa place dans une étiquette."""
    aide = str(champ.help_text)
    return isinstance(aide, SafeData) and "<ul" in aide


@register.filter
def ancre(champ):
    """Identifiant que vise le résumé d'erreurs : la saisie, ou la première option d'un groupe."""
    return f"{champ.auto_id}_0" if nature(champ) in ("radios", "cases") else champ.id_for_label


@register.filter
def champs_en_erreur(formulaire):
    """Champs visibles fautifs, dans l'ordre de la page."""
    return [champ for champ in formulaire.visible_fields() if champ.errors]


@register.filter
def erreurs_generales(formulaire):
    """Messages qui ne visent aucun champ visible : ceux du formulaire entier et ceux des champs cachés."""
    cachees = [erreur for champ in formulaire.hidden_fields() for erreur in champ.errors]
    return [*formulaire.non_field_errors(), *cachees]


@register.filter
def filtres_actifs(formulaire):
    """Nombre de filtres remplis (le tri n'en est pas un)."""
    return sum(1 for champ in formulaire if champ.name != "tri" and champ.value() not in (None, "", False, []))
