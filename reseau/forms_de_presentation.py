"""Formulaire de ce que le réseau montre de lui."""

from django import forms

from reseau.forms import FicheForm
from reseau.models import Presentation
from reseau.presentation import TEXTES, en_paragraphes, texte

PRESENTATION_MAX = 2500  # caractères d'un texte ; un volet de la plaquette en tient un peu moins


class PresentationForm(FicheForm):
    """La couleur, la page publique et les textes ; un texte fourni, s'il n'est pas changé, n'est pas recopié."""

    sans_mention = frozenset(["le_reseau", "un_developpeur", "une_visite"])

    class Meta:
        model = Presentation
        fields = ["couleur", "ouverte", *TEXTES]
        widgets = {
            "couleur": forms.TextInput(attrs={"type": "color"}),
            **{nom: forms.Textarea(attrs={"rows": 8, "maxlength": PRESENTATION_MAX}) for nom in TEXTES[1:]},
        }
        labels = {"ouverte": "Ouvrir la page publique"}
        help_texts = {
            "couleur": "Des cartes, de la plaquette et de la page publique. Assez sombre pour que du blanc s’y lise.",
            "ouverte": "Tout le monde pourra la lire, et un chef d’entreprise y demander une visite.",
            "accroche": "Sur la couverture de la plaquette et en tête de la page. Vide : le texte fourni.",
            "le_reseau": "Un paragraphe par alinéa. Vide : le texte fourni revient.",
            "une_visite": "Une étape par alinéa.",
        }

    def __init__(self, *args, reseau, **kwargs):
        super().__init__(*args, **kwargs)
        self.instance.reseau = reseau
        for nom in TEXTES:
            self.initial[nom] = "\n\n".join(en_paragraphes(texte(self.instance, nom)))

    def clean(self):
        donnees = super().clean()
        vide = Presentation(reseau=self.instance.reseau)
        for nom in TEXTES:
            paragraphes = en_paragraphes(donnees.get(nom, ""))
            donnees[nom] = "" if paragraphes == en_paragraphes(texte(vide, nom)) else "\n\n".join(paragraphes)
            if len(donnees[nom]) > PRESENTATION_MAX:
                self.add_error(nom, f"{PRESENTATION_MAX} caractères au plus : le volet de la plaquette n’en tient pas davantage.")
        return donnees
