"""Un projet et ses actions, dans le compte rendu ou sur leur propre page."""

from datetime import timedelta

from django import forms

from reseau.lib.dates import plus_mois
from reseau.lib.formulaires import FormulaireModele
from reseau.models import Institution, Membre
from suivi.enums import Nature, Sujet, TypeAction
from suivi.forms.choix import BoutonsEnLigne, ListePartagee, demander_pourquoi, refuser_le_passe
from suivi.models import Action, Projet

UNE_DATE, ECHEANCE_D_OFFICE = "date", "1_mois"
ECHEANCES = {
    "15_jours": ("15 jours", lambda le: le + timedelta(days=15)),
    "1_mois": ("1 mois", lambda le: plus_mois(le, 1)),
    "3_mois": ("3 mois", lambda le: plus_mois(le, 3)),
}
TYPES_PRECISES = [TypeAction.INFORMATION, TypeAction.CONTACT, TypeAction.AIDE]
SUJETS = [(type_.label, [(sujet.value, sujet.label) for sujet in Sujet.du_type(type_)]) for type_ in TYPES_PRECISES]


class ProjetForm(FormulaireModele):
    """Le projet tel que le compte rendu le saisit ; les emplois sont facultatifs et déclaratifs."""

    marquer_facultatifs = False
    nature = forms.ChoiceField(choices=Nature.choices, widget=BoutonsEnLigne)

    class Meta:
        model = Projet
        fields = [
            "titre",
            "nature",
            "emplois_investissement",
            "emplois_embauche",
            "embauche_cadres",
            "embauche_commerciaux",
            "embauche_temps_partage",
            "emplois_developpement",
        ]
        labels = {"titre": "En quelques mots"}

    def __init__(self, *args, choix, **kwargs):
        self.choix = choix
        super().__init__(*args, **kwargs)
        for champ in self.emplois:
            champ.field.required = False
            self.initial[champ.name] = self.initial.get(champ.name) or None
            champ.field.widget.attrs |= {"inputmode": "numeric", "min": 0, "max": 999}

    @property
    def emplois(self):
        """Les champs des emplois projetés, que la page replie."""
        return [self[nom] for nom in self.fields if nom.startswith(("emplois_", "embauche_"))]

    @property
    def a_des_emplois(self):
        return any(champ.value() not in (None, "", 0, "0") for champ in self.emplois)

    def clean(self):
        """Un nombre d'emplois laissé vide vaut zéro."""
        super().clean()
        for champ in self.emplois:
            if self.cleaned_data.get(champ.name, 0) is None:
                self.cleaned_data[champ.name] = 0
        return self.cleaned_data


class ProjetSuiviForm(ProjetForm):
    """Le même, sur sa page : avec sa maturité et l'interlocuteur du chef d'entreprise."""

    versionne = True
    interlocuteur = ListePartagee(Membre.objects.none(), label="Interlocuteur du chef d’entreprise")

    class Meta(ProjetForm.Meta):
        fields = ["titre", "nature", "maturite", "interlocuteur", *ProjetForm.Meta.fields[2:]]

    def __init__(self, *args, choix, **kwargs):
        super().__init__(*args, choix=choix, **kwargs)
        self.fields["interlocuteur"].garnir(choix.interlocuteurs, choix.liste_des_interlocuteurs, "Choisir")
        if choix.propose and not self.instance.pk:
            self.initial["interlocuteur"] = choix.propose.pk
        self.initial["malgre_concurrence"] = self.instance.malgre_concurrence
        demander_pourquoi(self, choix.concurrentes)

    def clean(self):
        donnees = super().clean()
        self.instance.malgre_concurrence = donnees.get("malgre_concurrence", self.instance.malgre_concurrence)
        return donnees


class ActionForm(FormulaireModele):
    """Une action : son type, ce qu'il y a à faire, qui, pour quand."""

    versionne = True
    marquer_facultatifs = False
    type = forms.ChoiceField(label="Type", choices=TypeAction.choices, widget=BoutonsEnLigne)
    sujet = forms.ChoiceField(required=False, choices=[("", "À préciser"), *SUJETS])
    organisme = ListePartagee(Institution.objects.none(), required=False, label="Organisme mis en contact")
    responsable = ListePartagee(Membre.objects.none(), required=False, label="Qui")
    echeance = forms.ChoiceField(
        label="Pour quand",
        initial=ECHEANCE_D_OFFICE,
        choices=[*((cle, libelle) for cle, (libelle, _) in ECHEANCES.items()), (UNE_DATE, "Une date")],
        widget=BoutonsEnLigne,
    )

    class Meta:
        model = Action
        fields = ["type", "sujet", "organisme", "organisme_exterieur", "libelle", "responsable", "fin_prevue"]
        labels = {"libelle": "Quoi", "fin_prevue": "Date", "organisme_exterieur": "Ou un organisme hors du réseau"}

    def __init__(self, *args, choix, **kwargs):
        self.choix = choix
        super().__init__(*args, **kwargs)
        self.fields["organisme"].garnir(choix.organismes, choix.liste_des_organismes, "Aucun")
        if self.instance.pk:
            self._pour_une_action_existante()
            return
        self.fields["responsable"].garnir(choix.responsables, choix.liste_des_responsables, "À désigner en réunion")
        if choix.propose:
            self.initial["responsable"] = choix.propose.pk
            self["responsable"].help_text = choix.raison

    def _pour_une_action_existante(self):
        """Le responsable ne change que par les gestes qui laissent trace : transmettre, désigner."""
        del self.fields["responsable"]
        self.initial["echeance"] = UNE_DATE

    def clean(self):
        super().clean()
        donnees = self.cleaned_data
        self._verifier_le_sujet(donnees)
        if donnees.get("type") != TypeAction.CONTACT:
            donnees["organisme"], donnees["organisme_exterieur"] = None, ""
        if donnees.get("echeance") in ECHEANCES:
            donnees["fin_prevue"] = ECHEANCES[donnees["echeance"]][1](self.choix.le)
        elif donnees.get("echeance") == UNE_DATE and not donnees.get("fin_prevue") and "fin_prevue" not in self.errors:
            self.add_error("fin_prevue", "Donnez la date, ou choisissez un délai.")
        elif "fin_prevue" in self.changed_data:
            refuser_le_passe(self, donnees)
        return donnees

    def _verifier_le_sujet(self, donnees):
        sujet, type_ = donnees.get("sujet"), donnees.get("type")
        if sujet and type_ and sujet not in Sujet.du_type(type_):
            self.add_error("sujet", f"Ce sujet ne précise pas une action de type « {TypeAction(type_).label.lower()} ».")


class ActionProposeeForm(ActionForm):
    """La même, seule sur sa page ; dans le compte rendu, le motif est commun à tout ce qu'on y confie."""

    def __init__(self, *args, choix, **kwargs):
        super().__init__(*args, choix=choix, **kwargs)
        demander_pourquoi(self, choix.concurrentes)

    def clean(self):
        donnees = super().clean()
        self.instance.malgre_concurrence = donnees.get("malgre_concurrence", "")
        return donnees
