"""Convoquer une réunion, et ce que l'on saisit en séance."""

from copy import deepcopy
from hashlib import sha256

from django import forms

from entreprises.models import Entreprise
from reseau.enums import EtatPresence
from reseau.lib.formulaires import Formulaire, FormulaireModele, SaisieDate
from reseau.models import Expose, Membre, Reunion
from suivi.forms.choix import ListePartagee, demander_pourquoi
from suivi.models import Action, Projet
from suivi.models.ordre_du_jour import NOTE_MAX

SANS_ENTREPRISE = "Ne nommez pas d’entreprise ici : un membre qui s’en déporte lit ce texte."
CONSIGNE_DU_RELEVE = SANS_ENTREPRISE
TITRE_MAX = 160
DE_L_EXPOSE = ("intervenant", "organisme", "programme")
REPONSES = [
    (EtatPresence.PRESENT.value, "J’y serai"),
    (EtatPresence.EXCUSE.value, "Je m’excuse"),
    (EtatPresence.REPRESENTE.value, "Quelqu’un me remplace"),
]
ECRIT_ENTRE_TEMPS = (
    "Quelqu’un a écrit dans ce relevé pendant que vous tapiez. Votre texte est conservé ; celui qui est enregistré est "
    "montré au-dessous : réunissez les deux, puis enregistrez."
)


class ReunionForm(FormulaireModele):
    """Date, heure, lieu, mot de la convocation ; l'exposé prévu s'il y en a un ; à la création, les points à inscrire."""

    sans_mention = frozenset(["programme"])

    versionne = True
    points = forms.CharField(
        label="Points à inscrire",
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=f"Un par ligne. Restitutions, actions échues, entreprises et exposé y sont d’office. {SANS_ENTREPRISE}",
    )
    expose = forms.CharField(label="Exposé : son titre", required=False, max_length=160)
    intervenant = forms.CharField(required=False, max_length=120)
    organisme = forms.CharField(required=False, max_length=120)
    programme = forms.CharField(label="Programme de l’exposé", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    envoyer = forms.BooleanField(label="Envoyer la convocation par courriel aussitôt", required=False, initial=True)

    class Meta:
        model = Reunion
        fields = ["le", "heure", "lieu", "message"]
        widgets = {"message": forms.Textarea(attrs={"rows": 3})}
        labels = {"le": "Date"}
        help_texts = {"message": f"Ce que la convocation dit en plus de l’ordre du jour. {SANS_ENTREPRISE}"}

    def __init__(self, *args, le, **kwargs):
        self.jour = le
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["points"], self.fields["envoyer"]
        prevu = self.instance.exposes.first() if self.instance.pk else None
        if prevu:
            self.initial |= {"expose": prevu.titre, **{nom: getattr(prevu, nom) for nom in DE_L_EXPOSE}}

    def clean_le(self):
        """Une réunion se convoque pour un jour à venir ; en corriger une passée garde son jour."""
        jour = self.cleaned_data["le"]
        if jour < self.jour and jour != self.initial.get("le"):
            raise forms.ValidationError("La date d’une réunion à convoquer est à venir.")
        return jour

    def clean_points(self):
        """Les titres, un par ligne non vide."""
        titres = [ligne.strip() for ligne in self.cleaned_data["points"].splitlines() if ligne.strip()]
        if any(len(titre) > TITRE_MAX for titre in titres):
            raise forms.ValidationError(f"Un point tient en {TITRE_MAX} caractères.")
        return titres

    def clean(self):
        donnees = super().clean()
        if any(donnees.get(nom) for nom in DE_L_EXPOSE) and not donnees.get("expose"):
            self.add_error("expose", "Donnez le titre de cet exposé.")
        return donnees

    @property
    def expose_prevu(self):
        """L'exposé saisi, pas encore enregistré, ou None."""
        donnees = self.cleaned_data
        if not donnees["expose"]:
            return None
        return Expose(titre=donnees["expose"], **{nom: donnees[nom] for nom in DE_L_EXPOSE})


class ReponseALaConvocationForm(Formulaire):
    """La réponse d'un convoqué : présent, excusé, ou remplacé par quelqu'un qu'il nomme."""

    reponse = forms.ChoiceField(choices=REPONSES, widget=forms.RadioSelect, label="Votre réponse")
    remplacant = forms.CharField(
        label="Qui vous remplace",
        required=False,
        max_length=120,
        help_text="Son nom et son service, s’il vient à votre place.",
    )

    def clean(self):
        donnees = super().clean()
        if donnees.get("reponse") == EtatPresence.REPRESENTE and not donnees.get("remplacant"):
            self.add_error("remplacant", "Dites qui vous remplace.")
        return donnees


class ExposeForm(FormulaireModele):
    sans_mention = frozenset(["programme"])

    class Meta:
        model = Expose
        fields = ["titre", *DE_L_EXPOSE]
        widgets = {"programme": forms.Textarea(attrs={"rows": 3})}


class PointForm(Formulaire):
    texte = forms.CharField(label="Point à mettre à l’ordre du jour", max_length=TITRE_MAX, help_text=SANS_ENTREPRISE)


class RetraitForm(Formulaire):
    """Un sujet que l'on retire de l'ordre du jour. Le motif, que l'opération exige pour un point demandé, est montré."""

    sujet = forms.CharField(max_length=30)
    motif = forms.CharField(required=False, max_length=200)


class NoteForm(Formulaire):
    """Une entreprise que l'on propose ou que l'on connaît déjà, et ce qu'il est utile d'en savoir avant d'y aller."""

    entreprise = forms.ModelChoiceField(Entreprise.objects.none())
    texte = forms.CharField(label="Votre note", required=False, max_length=NOTE_MAX)

    def __init__(self, *args, membre, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["entreprise"].queryset = Entreprise.objects.visibles_par(membre)


class ReleveForm(Formulaire):
    """Un texte écrit en séance. `avant` est l'empreinte du texte lu : deux personnes n'écrasent pas l'une l'autre."""

    marquer_facultatifs = False
    avant = forms.CharField(widget=forms.HiddenInput, required=False)
    releve = forms.CharField(
        label="Relevé de la discussion",
        required=False,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=CONSIGNE_DU_RELEVE,
    )

    def __init__(self, *args, enregistre, question="", **kwargs):
        """`enregistre` : le texte qui est en base ; `question` : ce que l'on demande d'y écrire."""
        self.enregistre = enregistre
        if question:
            self.base_fields = deepcopy(self.base_fields)
            self.base_fields["releve"].label = question
        super().__init__(*args, **kwargs)
        self.initial |= {"avant": empreinte(enregistre), "releve": enregistre}

    def signaler_un_conflit(self):
        """Vrai si quelqu'un d'autre a écrit depuis. Le texte tapé reste ; un second envoi l'emporte, en conscience."""
        actuelle = empreinte(self.enregistre)
        if self.cleaned_data["avant"] == actuelle:
            return False
        self.add_error(None, ECRIT_ENTRE_TEMPS)
        self.data = self.data.copy()
        self.data["avant"] = actuelle
        return True


class RetenueForm(Formulaire):
    """Une entreprise choisie en séance, le développeur à qui on la confie, et pourquoi on passe outre."""

    entreprise = forms.ModelChoiceField(Entreprise.objects.none())
    developpeur = ListePartagee(Membre.objects.none(), label="Développeur", required=False)
    derogation = forms.CharField(label="Motif pour passer outre", required=False, max_length=200)
    malgre_contact = forms.CharField(label="Motif malgré un contact récent", required=False, max_length=200)
    malgre_concurrence = forms.CharField(label="Motif malgré une concurrente", required=False, max_length=200)

    def __init__(self, *args, membre, developpeurs, le, **kwargs):
        """`developpeurs` : la liste des choix, déjà lue."""
        super().__init__(*args, **kwargs)
        self.fields["entreprise"].queryset = Entreprise.objects.visibles_par(membre)
        affectables = Membre.objects.visibles_par(membre).affectables(le)
        self.fields["developpeur"].garnir(affectables, developpeurs, "À désigner plus tard")


class ActionEnSeanceForm(FormulaireModele):
    """Une action née de la discussion : sur quel projet, quoi, qui, pour quand."""

    projet = forms.ModelChoiceField(Projet.objects.none(), widget=forms.HiddenInput)
    responsable = ListePartagee(Membre.objects.none(), required=False, label="Qui")

    class Meta:
        model = Action
        fields = ["type", "libelle", "responsable", "fin_prevue"]
        labels = {"libelle": "Quoi", "fin_prevue": "Pour quand"}

    def __init__(self, *args, projets, choix, presents, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["projet"].queryset = projets
        liste = _presents_d_abord(choix.liste_des_responsables_a_plat, presents)
        self.fields["responsable"].garnir(choix.responsables, liste, "À désigner")
        self.fields["fin_prevue"].required = True

    def _get_validation_exclusions(self):
        # Le responsable se pose à la désignation, qui en vérifie les règles et laisse sa trace.
        return super()._get_validation_exclusions() | {"responsable"}

    @property
    def decision(self):
        """(l'action à proposer, sans responsable, le projet, le responsable ou None)."""
        donnees = self.cleaned_data
        action = Action(**{nom: donnees[nom] for nom in ("type", "libelle", "fin_prevue")})
        return action, donnees["projet"], donnees["responsable"]


class DesignationsForm(Formulaire):
    """Pour chaque projet, son interlocuteur ; pour chaque action, qui la prend et pour quand. Seul ce qui change est décidé."""

    def __init__(self, *args, projets, actions, choix, presents, concurrentes=(), **kwargs):
        """`presents` : clés des membres pointés, montrés en tête de liste. `concurrentes` : celles de ces entreprises."""
        self.concurrentes = concurrentes
        self.projets, self.actions = {p.pk: p for p in projets}, {a.pk: a for a in actions}
        super().__init__(*args, **kwargs)
        self.choix = choix
        liste = _presents_d_abord(choix.liste_des_responsables_a_plat, presents)
        directs = _presents_d_abord(choix.liste_des_interlocuteurs, presents)
        for projet in projets:
            self._ajouter("interlocuteur", projet, projet.interlocuteur_id, choix.interlocuteurs, directs)
        for action in actions:
            self._ajouter("responsable", action, action.responsable_id, choix.responsables, liste)
            self._dater(action)
        demander_pourquoi(self, concurrentes)

    def _ajouter(self, role, objet, actuel, queryset, liste):
        champ = ListePartagee(Membre.objects.none(), required=False, label=f"{role.title()} : {objet}")
        champ.garnir(queryset, liste, "À désigner")
        champ.widget.attrs["class"] = "fr-select"
        self.fields[f"{role}-{objet.pk}"] = champ
        self.fields[f"avant-{role}-{objet.pk}"] = forms.IntegerField(required=False, widget=forms.HiddenInput)
        self.initial |= {f"{role}-{objet.pk}": actuel, f"avant-{role}-{objet.pk}": actuel}

    def _dater(self, action):
        saisie = SaisieDate(attrs={"class": "fr-input", "aria-label": f"Pour quand : {action.libelle}"})
        self.fields[f"echeance-{action.pk}"] = forms.DateField(required=False, widget=saisie)
        self.fields[f"avant-echeance-{action.pk}"] = forms.DateField(required=False, widget=forms.HiddenInput)
        iso = action.fin_prevue and action.fin_prevue.isoformat()
        self.initial |= {f"echeance-{action.pk}": action.fin_prevue, f"avant-echeance-{action.pk}": iso}

    def paires(self, role, objet):
        """Le champ d'un objet et son témoin caché, pour le gabarit."""
        return self[f"{role}-{objet.pk}"], self[f"avant-{role}-{objet.pk}"]

    def clean(self):
        """Deux personnes saisissent : on n'efface pas sans le voir un choix que l'autre vient de faire."""
        donnees = super().clean()
        for role, objets in (("interlocuteur", self.projets), ("responsable", self.actions)):
            for cle, objet in objets.items():
                actuel, choisi = getattr(objet, role), donnees.get(f"{role}-{cle}")
                change = choisi and choisi.pk != donnees.get(f"avant-{role}-{cle}")
                if change and choisi != actuel and donnees.get(f"avant-{role}-{cle}") != (actuel and actuel.pk):
                    self.add_error(f"{role}-{cle}", f"{objet} : confié entre-temps à {actuel}. Choisissez à nouveau.")
        for cle, action in self.actions.items():
            choisie, lue = donnees.get(f"echeance-{cle}"), donnees.get(f"avant-echeance-{cle}")
            if choisie and choisie != lue and action.fin_prevue not in (None, lue, choisie):
                self.add_error(f"echeance-{cle}", f"{action} : reportée entre-temps au {action.fin_prevue:%d/%m/%Y}.")
        return donnees

    def interlocuteurs_changes(self):
        """[(Projet, Membre)] : ceux que l'envoi confirme ou change."""
        return self._changes("interlocuteur", self.projets)

    def responsables_changes(self):
        """[(Action, Membre)]."""
        return self._changes("responsable", self.actions)

    def echeances_changees(self):
        """[(Action, date)] : une date effacée ne change rien."""
        for cle, action in self.actions.items():
            choisie = self.cleaned_data.get(f"echeance-{cle}")
            if choisie and choisie != self.cleaned_data.get(f"avant-echeance-{cle}"):
                yield action, choisie

    def _changes(self, role, objets):
        for cle, objet in objets.items():
            choisi = self.cleaned_data.get(f"{role}-{cle}")
            if choisi and choisi.pk != self.cleaned_data.get(f"avant-{role}-{cle}"):
                yield objet, choisi


def empreinte(texte):
    """Seize chiffres qui changent dès que le texte change."""
    return sha256(texte.replace("\r\n", "\n").encode()).hexdigest()[:16]


def _presents_d_abord(liste, presents):
    ici = [choix for choix in liste if choix[0] in presents]
    ailleurs = [choix for choix in liste if choix[0] not in presents]
    return [("Présents", ici), ("Pas dans la salle", ailleurs)] if ici else ailleurs
