"""Les gestes d'une action qui demandent quelques mots."""

from django import forms

from reseau.lib.dates import plus_mois
from reseau.lib.formulaires import Formulaire
from reseau.models import Membre
from suivi.enums import Issue
from suivi.forms.choix import BoutonsEnLigne, ListePartagee, demander_pourquoi, refuser_le_passe
from suivi.operations.actions import RESERVE_MOIS
from suivi.propositions import conseil

CHANGEE = (
    "Quelqu’un a fait avancer cette action depuis que vous avez ouvert la page. "
    "Voyez où elle en est, puis recommencez si c’est encore utile."
)


class GesteForm(Formulaire):
    """Base : reçoit l'action et les choix permis ; `arguments` est ce que l'opération attend.

    `version` : celle de l'action quand la page s'est ouverte ; on n'agit pas sur ce qu'un autre vient de changer.
    """

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, action, choix, **kwargs):
        super().__init__(*args, **kwargs)
        self.action, self.choix = action, choix
        self.initial["version"] = action.version

    @property
    def arguments(self):
        return {nom: valeur for nom, valeur in self.cleaned_data.items() if nom != "version"}

    def clean_version(self):
        """Une version dépassée est une erreur de tout le formulaire ; ce qui est tapé reste."""
        if self.cleaned_data["version"] != self.action.version:
            self.add_error(None, CHANGEE)
            self.data = self.data.copy()
            self.data["version"] = self.action.version
        return self.cleaned_data["version"]


class RefusForm(GesteForm):
    motif = forms.CharField(max_length=300, label="Pourquoi", help_text="L’action revient chez l’animateur, avec ce motif.")


class TransmissionForm(GesteForm):
    responsable = ListePartagee(Membre.objects.none(), label="À qui")
    motif = forms.CharField(max_length=300, label="Pourquoi lui", required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["responsable"].garnir(self.choix.responsables, self.choix.liste_des_responsables, "Choisir")
        if trouve := conseil(self.action, self.choix):
            self.initial["responsable"], self["responsable"].help_text = trouve.membre.pk, trouve.phrase
        demander_pourquoi(self, self.choix.concurrentes)


class SuiteForm(GesteForm):
    texte = forms.CharField(max_length=300, label="Ce qui a été fait")
    fin_prevue = forms.DateField(label="Nouvelle fin prévue", required=False, help_text="Vide : elle ne change pas.")

    def clean(self):
        donnees = super().clean()
        refuser_le_passe(self, donnees)
        return donnees


class SommeilForm(GesteForm):
    reveil_le = forms.DateField(label="À réveiller le", required=False, help_text="D’ici là, l’action n’est plus relancée.")
    reveil_motif = forms.CharField(
        max_length=120,
        label="Ou quand ceci arrive",
        required=False,
        help_text=f"Le permis est accordé, le bilan est clos… Sans date, elle se réveille au bout de {RESERVE_MOIS} mois.",
    )
    texte = forms.CharField(max_length=300, label="Pourquoi attendre", required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("reveil_le", plus_mois(self.choix.le, 3))

    def clean(self):
        donnees = super().clean()
        if not self.errors and not (donnees.get("reveil_le") or donnees.get("reveil_motif")):
            self.add_error("reveil_le", "Donnez une date, ou dites ce qui doit arriver.")
        return donnees


class ReponseAUneActionForm(TransmissionForm):
    """La réponse donnée depuis le courriel : accepter, refuser avec un motif, ou transmettre."""

    ACCEPTER, REFUSER, TRANSMETTRE = "accepter", "refuser", "transmettre"
    reponse = forms.ChoiceField(choices=[(mot, mot) for mot in (ACCEPTER, REFUSER, TRANSMETTRE)], widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["motif"].required = self._repond(self.REFUSER)
        self.fields["responsable"].required = self._repond(self.TRANSMETTRE)

    @property
    def arguments(self):
        """Ceux de l'opération que `reponse` désigne."""
        gardes = {self.ACCEPTER: [], self.REFUSER: ["motif"]}.get(self.cleaned_data["reponse"])
        arguments = {nom: valeur for nom, valeur in super().arguments.items() if nom != "reponse"}
        return arguments if gardes is None else {nom: arguments[nom] for nom in gardes}

    def _repond(self, reponse):
        return self.data.get("reponse") == reponse


class MessageForm(Formulaire):
    """Un mot au fil de l'action."""

    texte = forms.CharField(label="Votre message", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class ClotureForm(GesteForm):
    issue = forms.ChoiceField(label="Comment elle finit", choices=Issue.choices, widget=BoutonsEnLigne)
    texte = forms.CharField(max_length=300, label="En une phrase", required=False)
    fin_reelle = forms.DateField(label="Fin réelle")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("fin_reelle", self.choix.le)
        self.fields["fin_reelle"].widget.attrs["max"] = self.choix.le.isoformat()
