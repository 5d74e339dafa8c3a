"""Le compte rendu sur un écran : la visite, ce qu'on en retient, ses projets et leurs actions, d'un seul envoi."""

import json

from django import forms
from django.forms.utils import ErrorDict
from django.utils.timezone import localdate

from entreprises.models import Contact
from reseau.enums import Civilite
from reseau.lib.dates import plus_mois
from reseau.lib.formulaires import Formulaire, FormulaireModele
from reseau.lib.tableau import date_longue
from reseau.models import Membre
from suivi.forms.choix import Choix, ListePartagee, demander_pourquoi
from suivi.forms.projets import ActionForm, ProjetForm
from suivi.operations import Saisie
from suivi.propositions import propositions
from suivi.reserve import lire_la_reserve, peut_lire_la_reserve
from visites.enums import EtatVisite
from visites.forms import ReponsesForm
from visites.models import CompteRendu

PROJETS_MAX, ACTIONS_MAX = 8, 8  # au plus 800 champs : Django en refuse plus de mille
PROJET_VIERGE, ACTION_VIERGE = "__projet__", "__action__"
SAISIE_LONGUE = {"rows": 6}
ANTERIORITE_MOIS = 12  # une visite s'inscrit parfois après coup ; bien plus tôt, l'année est fausse
ALERTE = "L’animateur reçoit aussitôt un courriel, qui ne nomme pas l’entreprise, et le trouve en tête de son accueil."
A_DICTER = {"autocapitalize": "sentences", "spellcheck": "true", "lang": "fr"}  # ce que lit la dictée du téléphone


class CompteRenduForm(FormulaireModele):
    """La partie d'en haut : qui, quand, la phrase, ce qu'on a entendu."""

    marquer_facultatifs = False
    version = forms.IntegerField(widget=forms.HiddenInput)
    realisee_le = forms.DateField(label="Visite faite le")
    interlocuteur = ListePartagee(Membre.objects.none(), required=False, label="Interlocuteur du chef d’entreprise")
    reserve = forms.CharField(
        label="Partie réservée",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4} | A_DICTER),
        help_text="Lue par vous, l’animateur et l’interlocuteur, jamais par un service de contrôle.",
    )

    class Meta:
        model = CompteRendu
        fields = ["vu", "phrase", "entendu", "urgent"]
        widgets = {"vu": forms.RadioSelect, "entendu": forms.Textarea(attrs=SAISIE_LONGUE | A_DICTER)}
        labels = {"vu": "Qui avez-vous vu ?"}
        help_texts = {"phrase": "Le seul champ obligatoire.", "urgent": ALERTE}

    def __init__(self, *args, choix, visite, **kwargs):
        super().__init__(*args, **kwargs)
        self.visite, self.choix = visite, choix
        existant = self.instance if self.instance.pk else None
        self.initial |= {"version": self.instance.version if existant else 0, "realisee_le": jour_de(visite, choix.le)}
        self.fields["phrase"].required = True
        self.fields["phrase"].widget = forms.Textarea(attrs={"rows": 2, "maxlength": 300, "class": "fr-input"} | A_DICTER)
        self.fields["realisee_le"].widget.attrs["max"] = choix.le.isoformat()
        if visite.etat == EtatVisite.RESTITUEE:
            del self.fields["realisee_le"]
        self._garnir_les_personnes(existant)
        self._garnir_la_reserve(choix.membre)
        demander_pourquoi(self, choix.concurrentes)

    def _garnir_les_personnes(self, existant):
        vu = self.fields["vu"]
        vu.queryset = Contact.objects.filter(entreprise=self.visite.entreprise)
        vu.choices = [*((contact.pk, nom_et_fonction(contact)) for contact in vu.queryset), ("", "Une autre personne")]
        if existant is None:
            dirigeant = vu.queryset.filter(dirigeant=True).first()
            self.initial["vu"] = dirigeant and dirigeant.pk
        interlocuteur = self.fields["interlocuteur"]
        interlocuteur.garnir(self.choix.interlocuteurs, self.choix.liste_des_interlocuteurs, "Le visiteur")
        self.initial["interlocuteur"] = self.choix.propose and self.choix.propose.pk

    def _garnir_la_reserve(self, membre):
        if not peut_lire_la_reserve(membre, self.instance):
            del self.fields["reserve"]
        elif not self.is_bound:
            self.initial["reserve"] = lire_la_reserve(self.instance, membre)

    def clean_version(self):
        """La version ne se compare qu'à l'enregistrement, sous verrou : ici, un entier suffit."""
        return self.cleaned_data["version"]

    def clean_phrase(self):
        """Une phrase tient sur une ligne."""
        return " ".join(self.cleaned_data["phrase"].split())

    def clean_realisee_le(self):
        jour = self.cleaned_data["realisee_le"]
        if jour > self.choix.le:
            raise forms.ValidationError("La visite ne peut pas être dans l’avenir.")
        if jour < min(plus_mois(self.visite.creee_le, -ANTERIORITE_MOIS), self.initial["realisee_le"]):
            inscrite_le = date_longue(self.visite.creee_le)
            raise forms.ValidationError(f"Vérifiez l’année : la visite est inscrite depuis le {inscrite_le}.")
        return jour


class ContactVuForm(Formulaire):
    """Une personne vue qui n'est pas encore dans la fiche de l'entreprise : son nom suffit."""

    marquer_facultatifs = False
    civilite = forms.ChoiceField(label="Civilité", required=False, choices=[("", "–"), *Civilite.choices])
    prenom = forms.CharField(label="Prénom", required=False, max_length=80)
    nom = forms.CharField(label="Nom", required=False, max_length=80)
    fonction = forms.CharField(label="Fonction", required=False, max_length=100)

    def clean(self):
        donnees = super().clean()
        if any(donnees.values()) and not donnees.get("nom"):
            self.add_error("nom", "Donnez au moins le nom de cette personne.")
        return donnees

    @property
    def contact(self):
        """Le `Contact` à ajouter, ou None si rien n'est saisi."""
        return Contact(**self.cleaned_data) if self.cleaned_data.get("nom") else None


class SerieFormSet(forms.BaseFormSet):
    """Une série que l'on allonge et dont on retire, sans jamais renuméroter."""

    @property
    def retenus(self):
        """Les formulaires qui ne sont pas retirés."""
        return [form for form in self.forms if not form["DELETE"].value()]

    @property
    def remplis(self):
        return [form for form in self.retenus if form.has_changed()]

    def vierge(self, marque):
        """Le formulaire vide que le navigateur recopie, dont l'indice est `marque`."""
        form = self.form(prefix=self.add_prefix(marque), empty_permitted=True, use_required_attribute=False, **self.form_kwargs)
        self.add_fields(form, None)
        return form


class ActionsFormSet(SerieFormSet):
    """Les actions d'un projet."""

    def add_fields(self, form, index):
        super().add_fields(form, index)
        form.fields["DELETE"].label = "Retirer cette action"


class ProjetsFormSet(SerieFormSet):
    """Les projets d'une visite ; chacun porte ses `actions`."""

    def add_fields(self, form, index):
        super().add_fields(form, index)
        form.fields["DELETE"].label = "Retirer ce projet"
        donnees = self.data if self.is_bound and index is not None else None
        form.actions = ActionFormSet(donnees, prefix=f"{form.prefix}-actions", form_kwargs=self.form_kwargs)

    def clean(self):
        """Des actions sans projet réclament son titre."""
        for form in self.retenus:
            if not form.has_changed() and form.actions.remplis:
                form.add_error("titre", "Donnez un titre au projet de ces actions.")

    def is_valid(self):
        return all([super().is_valid(), *(form.actions.is_valid() for form in self.retenus)])


ActionFormSet = forms.formset_factory(
    ActionForm, ActionsFormSet, extra=1, can_delete=True, max_num=ACTIONS_MAX, absolute_max=ACTIONS_MAX
)
ProjetFormSet = forms.formset_factory(
    ProjetForm, ProjetsFormSet, extra=0, can_delete=True, max_num=PROJETS_MAX, absolute_max=PROJETS_MAX
)


class SaisieDeCompteRendu:
    """Tout l'écran : `form`, `contact`, `projets`, `guide`. `donnees` : un envoi, ou un brouillon que l'on rouvre."""

    enregistre_le, marque = None, ""  # l'heure du brouillon repris, et sa marque

    def __init__(self, visite, membre, le, donnees=None):
        self.visite, self.le = visite, le
        self.choix = choix = Choix(membre, visite.entreprise, le, visite.developpeur, raison_de(visite, membre))
        compte_rendu = compte_rendu_de(visite)
        self.form = CompteRenduForm(donnees, instance=compte_rendu, choix=choix, visite=visite)
        self.contact = ContactVuForm(donnees, prefix="contact")
        self.projets = ProjetFormSet(donnees, prefix="projets", form_kwargs={"choix": choix})
        self.guide = ReponsesForm(donnees, reseau=membre.reseau, compte_rendu=compte_rendu)

    @classmethod
    def brouillon(cls, visite, membre, le, donnees):
        """Un brouillon rouvert ne se fait pas reprocher ce qui y manque encore."""
        saisie = cls(visite, membre, le, donnees)
        actions = [action for projet in saisie.projets for action in projet.actions]
        for form in [saisie.form, saisie.contact, saisie.guide, *saisie.projets, *actions]:
            form._errors, form.cleaned_data = ErrorDict(), {}
        return saisie

    @property
    def formulaires(self):
        """Tous les formulaires que l'écran montre, projets et actions compris, sans ceux qu'on a retirés."""
        yield from (self.form, self.contact, self.guide)
        for projet in self.projets.retenus:
            yield projet
            yield from projet.actions.retenus

    @property
    def fautes(self):
        """Les champs visibles fautifs, dans l'ordre de la page."""
        return [champ for form in self.formulaires for champ in form.visible_fields() if champ.errors]

    @property
    def propositions(self):
        """Qui l'annuaire propose selon le sujet d'une action, en JSON (`suivi.propositions`)."""
        return json.dumps(propositions(self.choix))

    @property
    def projet_vierge(self):
        return self.projets.vierge(PROJET_VIERGE)

    @property
    def action_vierge(self):
        return self.projet_vierge.actions.vierge(ACTION_VIERGE)

    def signaler_un_conflit(self):
        """Le compte rendu qu'un autre a enregistré depuis, ou None.

        Ce qui est tapé reste ; la version affichée devient la sienne, si bien qu'un second envoi l'emporte, en conscience.
        """
        enregistre = CompteRendu.objects.filter(visite=self.visite).select_related("auteur", "saisi_par").first()
        actuelle = enregistre.version if enregistre else 0
        if not self.form.is_bound or str(self.form["version"].value()) == str(actuelle):
            return None
        self.form.data = self.form.data.copy()
        self.form.data["version"] = actuelle
        return enregistre

    def is_valid(self):
        return all([self.form.is_valid(), self.contact.is_valid(), self.guide.is_valid(), self.projets.is_valid()])

    def saisie(self):
        """Ce que `conclure` attend ; à appeler après `is_valid`."""
        donnees = self.form.cleaned_data
        return Saisie(
            version=donnees["version"],
            champs={nom: donnees[nom] for nom in CompteRenduForm.Meta.fields},
            realisee_le=donnees.get("realisee_le"),
            reserve=donnees.get("reserve"),
            contact=self.contact.contact,
            projets=[self._projet(form) for form in self.projets.remplis],
            reponses=(self.guide.guide, self.guide.valeurs) if self.guide.guide else None,
        )

    def _projet(self, form):
        projet = form.instance
        projet.interlocuteur = self.form.cleaned_data.get("interlocuteur") or self.visite.developpeur
        actions = [action.instance for action in form.actions.remplis]
        for confie in (projet, *actions):
            confie.malgre_concurrence = self.form.cleaned_data.get("malgre_concurrence", "")
        return projet, actions


def compte_rendu_de(visite):
    """Celui de la visite, ou un neuf, pas encore enregistré, au nom de son développeur."""
    existant = CompteRendu.objects.filter(visite=visite).select_related("auteur").first()
    if existant is None:
        return CompteRendu(visite=visite, auteur=visite.developpeur)
    existant.visite = visite
    return existant


def nom_et_fonction(contact):
    return f"{contact}, {contact.fonction}" if contact.fonction else str(contact)


def jour_de(visite, le):
    """Le jour de la visite : celui noté, sinon celui du rendez-vous passé, sinon aujourd'hui."""
    prevu = visite.rendez_vous_le and localdate(visite.rendez_vous_le)
    return visite.realisee_le or min(prevu or le, le)


def raison_de(visite, membre):
    """Pourquoi le visiteur est proposé pour suivre."""
    if membre == visite.developpeur:
        return "Proposé : vous, qui avez vu le chef d’entreprise."
    return f"Proposé : {visite.developpeur}, qui a vu le chef d’entreprise."
