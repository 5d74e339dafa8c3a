"""L'assistant de départ : une liste par chose à redistribuer, et la date du départ."""

from django import forms

from reseau.lib.formulaires import Formulaire
from suivi.departs import TITRES

LAISSER = "Laisser pour l’instant"


class DepartForm(Formulaire):
    """Un champ par `Legs`, garni de qui peut le recevoir ; vide : on n'y touche pas."""

    marquer_facultatifs = False
    parti_le = forms.DateField(label="Quitte le réseau le", required=False, help_text="Vide : ne change pas la date du départ.")

    def __init__(self, *args, laisses, partant, **kwargs):
        super().__init__(*args, **kwargs)
        self.laisses, self.membres = laisses, {}
        self.initial["parti_le"] = partant.parti_le
        for leg in laisses:
            self.fields[leg.nom] = self._champ(leg)
            self.initial[leg.nom] = leg.propose.pk if leg.propose else ""
        self.fields["malgre_concurrence"] = forms.CharField(
            label="Si l’un d’eux suit une concurrente, pourquoi lui",
            required=False,
            max_length=200,
            help_text="Demandé seulement dans ce cas, et conservé.",
            widget=forms.TextInput(attrs={"class": "fr-input"}),
        )

    @property
    def groupes(self):
        """[(titre, [(legs, champ)])], dans l'ordre de l'écran ; un genre sans rien n'y est pas."""
        parts = [(titre, [(leg, self[leg.nom]) for leg in self.laisses if leg.genre == genre]) for genre, titre in TITRES.items()]
        return [(titre, lignes) for titre, lignes in parts if lignes]

    @property
    def choix(self):
        """[(genre, clé, Membre)] des choses à confier."""
        retenus = [(leg, self.cleaned_data[leg.nom]) for leg in self.laisses]
        return [(leg.genre, leg.objet.pk, self.membres[int(cle)]) for leg, cle in retenus if cle]

    def _champ(self, leg):
        self.membres |= {membre.pk: membre for membre in leg.permis}
        choix = [("", LAISSER), *((membre.pk, membre.nom_et_sigle) for membre in leg.permis)]
        liste = forms.Select(attrs={"class": "fr-select"})
        return forms.ChoiceField(required=False, label=leg.intitule, choices=choix, help_text=leg.raison, widget=liste)
