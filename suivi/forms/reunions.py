"""Convoquer une réunion, et ce que l'on saisit en séance."""

from hashlib import sha256

from django import forms

from entreprises.models import Entreprise
from reseau.lib.formulaires import Formulaire, FormulaireModele
from reseau.models import Expose, Membre, Reunion
from suivi.forms.choix import FAITS_UTILES, ListePartagee, demander_pourquoi

CONSIGNE_DU_RELEVE = f"{FAITS_UTILES} Ne nommez pas d’entreprise ici : un membre qui s’en déporte lit ce texte."
ECRIT_ENTRE_TEMPS = (
    "Quelqu’un a écrit dans ce relevé pendant que vous tapiez. Votre texte est conservé ; celui qui est enregistré est "
    "montré au-dessous : réunissez les deux, puis enregistrez."
)


class ReunionForm(FormulaireModele):
    """Date, heure, lieu, ordre du jour ; et l'exposé prévu, s'il y en a un."""

    versionne = True
    expose = forms.CharField(label="Exposé : son titre", required=False, max_length=160)
    intervenant = forms.CharField(required=False, max_length=120)
    organisme = forms.CharField(required=False, max_length=120)

    class Meta:
        model = Reunion
        fields = ["le", "heure", "lieu", "ordre_du_jour"]
        widgets = {"ordre_du_jour": forms.Textarea(attrs={"rows": 5})}
        labels = {"le": "Date"}
        help_texts = {"ordre_du_jour": "Une ligne par point. Les restitutions et le choix des entreprises y sont d’office."}

    def __init__(self, *args, le, **kwargs):
        self.jour = le
        super().__init__(*args, **kwargs)
        prevu = self.instance.exposes.first() if self.instance.pk else None
        if prevu:
            self.initial |= {"expose": prevu.titre, "intervenant": prevu.intervenant, "organisme": prevu.organisme}

    def clean_le(self):
        """Une réunion se convoque pour un jour à venir ; en corriger une passée garde son jour."""
        jour = self.cleaned_data["le"]
        if jour < self.jour and jour != self.initial.get("le"):
            raise forms.ValidationError("La date d’une réunion à convoquer est à venir.")
        return jour

    def clean(self):
        donnees = super().clean()
        if (donnees.get("intervenant") or donnees.get("organisme")) and not donnees.get("expose"):
            self.add_error("expose", "Donnez le titre de cet exposé.")
        return donnees

    @property
    def expose_prevu(self):
        """L'exposé saisi, pas encore enregistré, ou None."""
        donnees = self.cleaned_data
        if not donnees["expose"]:
            return None
        return Expose(titre=donnees["expose"], intervenant=donnees["intervenant"], organisme=donnees["organisme"])


class ExposeForm(FormulaireModele):
    class Meta:
        model = Expose
        fields = ["titre", "intervenant", "organisme"]


class PointForm(Formulaire):
    texte = forms.CharField(label="Point à mettre à l’ordre du jour", max_length=160)


class ReleveForm(Formulaire):
    """Le relevé de la discussion. `avant` est l'empreinte du texte lu : deux personnes n'écrasent pas l'une l'autre."""

    marquer_facultatifs = False
    avant = forms.CharField(widget=forms.HiddenInput, required=False)
    releve = forms.CharField(
        label="Relevé de la discussion",
        required=False,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=CONSIGNE_DU_RELEVE,
    )

    def __init__(self, *args, reunion, **kwargs):
        self.reunion = reunion
        super().__init__(*args, **kwargs)
        self.initial |= {"avant": empreinte(reunion.releve), "releve": reunion.releve}

    def signaler_un_conflit(self):
        """Vrai si quelqu'un d'autre a écrit depuis. Le texte tapé reste ; un second envoi l'emporte, en conscience."""
        actuelle = empreinte(self.reunion.releve)
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


class DesignationsForm(Formulaire):
    """Pour chaque projet, son interlocuteur ; pour chaque action, qui la prend. Seul ce qui change est décidé."""

    def __init__(self, *args, projets, actions, choix, presents, concurrentes=(), **kwargs):
        """`presents` : clés des membres pointés, montrés en tête de liste. `concurrentes` : celles de ces entreprises."""
        self.concurrentes = concurrentes
        self.projets, self.actions = {p.pk: p for p in projets}, {a.pk: a for a in actions}
        super().__init__(*args, **kwargs)
        liste = _presents_d_abord(choix.liste_des_responsables_a_plat, presents)
        directs = _presents_d_abord(choix.liste_des_interlocuteurs, presents)
        for projet in projets:
            self._ajouter("interlocuteur", projet, projet.interlocuteur_id, choix.interlocuteurs, directs)
        for action in actions:
            self._ajouter("responsable", action, action.responsable_id, choix.responsables, liste)
        demander_pourquoi(self, concurrentes)

    def _ajouter(self, role, objet, actuel, queryset, liste):
        champ = ListePartagee(Membre.objects.none(), required=False, label=f"{role.title()} : {objet}")
        champ.garnir(queryset, liste, "À désigner")
        champ.widget.attrs["class"] = "fr-select"
        self.fields[f"{role}-{objet.pk}"] = champ
        self.fields[f"avant-{role}-{objet.pk}"] = forms.IntegerField(required=False, widget=forms.HiddenInput)
        self.initial |= {f"{role}-{objet.pk}": actuel, f"avant-{role}-{objet.pk}": actuel}

    def paires(self, role, objet):
        """Le champ d'un objet et son témoin caché, pour le gabarit."""
        return self[f"{role}-{objet.pk}"], self[f"avant-{role}-{objet.pk}"]

    def clean(self):
        """Deux personnes saisissent : on n'efface pas sans le voir un choix que l'autre vient de faire."""
        donnees = super().clean()
        for role, objets in (("interlocuteur", self.projets), ("responsable", self.actions)):
            for cle, objet in objets.items():
                actuel, choisi = getattr(objet, role), donnees.get(f"{role}-{cle}")
                if choisi and choisi != actuel and donnees.get(f"avant-{role}-{cle}") != (actuel and actuel.pk):
                    self.add_error(f"{role}-{cle}", f"{objet} : confié entre-temps à {actuel}. Choisissez à nouveau.")
        return donnees

    def interlocuteurs_changes(self):
        """[(Projet, Membre)] : ceux que l'envoi confirme ou change."""
        return self._changes("interlocuteur", self.projets)

    def responsables_changes(self):
        """[(Action, Membre)]."""
        return self._changes("responsable", self.actions)

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
