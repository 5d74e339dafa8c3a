"""Formulaires des visites, des campagnes et des lettres. Toute liste de choix est bornée au réseau du membre."""

from datetime import date, timedelta

from django import forms
from django.utils.timezone import localdate

from entreprises.models import Cible, Deport, Entreprise
from reseau.champs import ChoixDeMembre
from reseau.enums import Qualite
from reseau.lib.dates import duree_en_mots, plus_mois, premier_du_mois
from reseau.lib.formulaires import FICHE_MODIFIEE, Formulaire, FormulaireModele
from reseau.lib.saisie import lire_cles
from reseau.lib.tableau import date_longue, mois_long
from reseau.models import Membre
from visites import calendrier
from visites.charge import Charge, charges
from visites.enums import MotifRefus, OrigineVisite
from visites.forms.prevenance import Prevenance
from visites.models import Campagne, Visite

MOIS_A_VENIR = 18
PREMIER_JOUR = date(1990, 1, 1)  # le premier réseau de développeurs ne remonte pas plus loin
HORIZON = timedelta(days=5 * 365)
DUREES = (30, 45, 60, 90, 120, 180, 240)  # minutes


class ChampDeveloppeur(forms.ModelChoiceField):
    """Les développeurs par ordre alphabétique ; à côté de chaque nom, sa charge en mots, et sa prochaine absence."""

    charges = absences = {}

    def label_from_instance(self, membre):
        charge, absence = self.charges.get(membre.pk, Charge()), self.absences.get(membre.pk, "")
        return f"{membre.nom_et_sigle} : {charge.en_mots}{absence and f' ; {absence}'}"


class ChampMois(forms.TypedChoiceField):
    """Un mois à venir, rendu par son premier jour ; None si rien n'est choisi."""

    def __init__(self, **mots):
        super().__init__(coerce=date.fromisoformat, empty_value=None, required=False, **mots)

    def proposer(self, le, deja=None):
        mois = [plus_mois(premier_du_mois(le), rang) for rang in range(MOIS_A_VENIR)]
        if deja and premier_du_mois(deja) not in mois:
            mois.insert(0, premier_du_mois(deja))
        self.choices = [("", "Sans mois visé"), *((jour.isoformat(), mois_long(jour).capitalize()) for jour in mois)]


class FormulaireDeGeste(Formulaire):
    """Un geste sur une visite : refuse d'agir sur une visite que quelqu'un d'autre a changée entre-temps.

    `invites` : les noms de qui garderait le rendez-vous à son agenda, si le geste l'annule ; une case propose de les prévenir.
    """

    version = forms.IntegerField(required=False, widget=forms.HiddenInput, error_messages={"invalid": FICHE_MODIFIEE})

    def __init__(self, *arguments, visite, invites=(), **mots):
        mots["initial"] = {"version": visite.version, **mots.get("initial", {})}
        super().__init__(*arguments, **mots)
        self.visite = visite
        if invites:
            libelle = f"Prévenir par courriel : {', '.join(invites)}"
            aide = "Le rendez-vous disparaîtra de leur agenda."
            self.fields["prevenir"] = forms.BooleanField(label=libelle, help_text=aide, required=False, initial=True)

    def clean_version(self):
        if self.cleaned_data["version"] != self.visite.version:
            self.add_error(None, FICHE_MODIFIEE)
        return self.visite.version

    @property
    def valeurs(self):
        """Ce que l'opération attend : les champs, sans la version ni la case des courriels."""
        return {nom: valeur for nom, valeur in self.cleaned_data.items() if nom not in ("version", "prevenir")}


class Affectation(Prevenance):
    """Les trois champs communs à toute programmation : qui, avec qui, quel mois. Prévient des absences."""

    confirmer = "Confier quand même"

    developpeur = ChampDeveloppeur(label="Développeur", queryset=Membre.objects.none(), empty_label="Choisir…")
    accompagnant = ChoixDeMembre(label="Accompagnant", queryset=Membre.objects.none(), required=False, empty_label="Personne")
    prevue_le = ChampMois(label="Mois visé")

    def borner(self, membre, le, *, entreprise=None, campagne=None, deja=None):
        """Remplit les listes : membres actifs du réseau, sans ceux qui se déportent de l'entreprise."""
        du_reseau = Membre.objects.visibles_par(membre)
        if entreprise:
            du_reseau = du_reseau.exclude(pk__in=Deport.objects.filter(entreprise=entreprise).values("membre"))
        visites = Visite.objects.filter(reseau=membre.reseau)
        self.fields["developpeur"].queryset = du_reseau.affectables(le)
        self.fields["developpeur"].charges = charges(visites.filter(campagne=campagne) if campagne else visites.confiees())
        self.fields["accompagnant"].queryset = du_reseau.actifs(le).exclude(qualite=Qualite.AUCUN)
        self.fields["developpeur"].absences = calendrier.prochaines(self.fields["developpeur"].queryset, le)
        self.fields["prevue_le"].proposer(le, deja)
        self.reseau, self.le = membre.reseau, le

    def prevenir(self, valeurs):
        equipe = [membre for membre in (valeurs.get("developpeur"), valeurs.get("accompagnant")) if membre]
        return calendrier.pour_un_mois(valeurs["prevue_le"], equipe, self.reseau, self.le)


class Motifs(Formulaire):
    """Pourquoi passer outre un contact récent, une concurrente : chaque question ne se pose que si elle a un objet."""

    malgre_contact = forms.CharField(
        label="Malgré ce contact récent, pourquoi la visiter",
        required=False,
        max_length=200,
        help_text="Il est conservé avec la visite. Inutile si qui a pris ce contact visite ou accompagne.",
    )
    malgre_concurrence = forms.CharField(
        label="Malgré la concurrence, pourquoi cette personne",
        required=False,
        max_length=200,
        help_text="Si elle suit une concurrente. Il est conservé avec la visite.",
    )

    def avertir(self, *, contacts, concurrentes):
        """Ne garde que les questions utiles."""
        for nom, utile in (("malgre_contact", contacts), ("malgre_concurrence", concurrentes)):
            if not utile:
                del self.fields[nom]


class PriseForm(Motifs):
    """Prendre une entreprise de la liste : rien à dire, sauf pourquoi passer outre."""

    def __init__(self, *arguments, contacts, concurrentes, **mots):
        super().__init__(*arguments, **mots)
        self.avertir(contacts=contacts, concurrentes=concurrentes)
        for champ in self.fields.values():
            champ.required = True


class AffectationForm(Affectation, Motifs, FormulaireDeGeste):
    def __init__(self, *arguments, visite, membre, le, contacts=(), concurrentes=(), conjoint=None, **mots):
        choix = {"developpeur": visite.developpeur_id, "accompagnant": visite.accompagnant_id or (conjoint and conjoint.pk)}
        choix |= {"malgre_contact": visite.malgre_contact, "malgre_concurrence": visite.malgre_concurrence}
        prevue_le = visite.prevue_le and premier_du_mois(visite.prevue_le).isoformat()
        super().__init__(*arguments, visite=visite, initial={**choix, "prevue_le": prevue_le}, **mots)
        self.borner(membre, le, entreprise=visite.entreprise, deja=visite.prevue_le)
        self.avertir(contacts=contacts, concurrentes=concurrentes)


class ProgrammationForm(Affectation, Motifs):
    """Programmer plusieurs entreprises d'un coup ; `lister` les inscrit seulement, sans développeur."""

    entreprise = forms.ModelMultipleChoiceField(
        label="Entreprises",
        queryset=Entreprise.objects.none(),
        error_messages={
            "required": "Cochez au moins une entreprise.",
            "invalid_choice": "Une des entreprises cochées n’est plus à programmer : vérifiez la liste.",
            "invalid_pk_value": "Une des entreprises cochées n’est plus à programmer : vérifiez la liste.",
        },
    )
    derogation = forms.CharField(
        label="Motif pour passer outre",
        required=False,
        max_length=200,
        help_text="Pour une entreprise visitée ou ayant refusé récemment. Il est conservé avec la visite.",
    )
    lister = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *arguments, membre, le, campagne, entreprises, **mots):
        super().__init__(*arguments, **mots)
        # Les champs affichés sont déjà composés : le libellé et l'aide se posent sur eux.
        self["malgre_contact"].label = "Motif malgré un contact récent"
        self["malgre_contact"].help_text = "Commun aux entreprises cochées. Sans lui, celles-là restent de côté."
        self["malgre_concurrence"].label = "Motif malgré une concurrente"
        self["malgre_concurrence"].help_text = "Si le développeur suit une concurrente."
        self.borner(membre, le, campagne=campagne)
        self.fields["entreprise"].queryset = entreprises
        self.fields["developpeur"].required = "lister" not in self.data

    def prevenir(self, valeurs):
        return [] if "lister" in self.data else super().prevenir(valeurs)

    @property
    def cochees(self):
        """Les clés cochées, pour les recocher quand le formulaire revient."""
        return set(lire_cles(self.data.getlist("entreprise"))) if self.is_bound else set()

    @property
    def valeurs(self):
        ignores = {"entreprise", "lister"} | ({"developpeur", "malgre_concurrence"} if "lister" in self.data else set())
        return {nom: valeur for nom, valeur in self.cleaned_data.items() if nom not in ignores}


class PropositionForm(Affectation, Motifs):
    """Programmer une seule entreprise depuis sa fiche ; sans développeur, elle attend dans la liste."""

    origine = forms.ChoiceField(label="Pourquoi cette entreprise", choices=OrigineVisite)
    campagne = forms.ModelChoiceField(
        label="Campagne", queryset=Campagne.objects.none(), required=False, empty_label="Hors campagne"
    )
    derogation = forms.CharField(label="Motif pour passer outre", max_length=200, help_text="Il est conservé avec la visite.")
    field_order = [
        "origine",
        "derogation",
        "developpeur",
        "prevue_le",
        "accompagnant",
        "malgre_contact",
        "malgre_concurrence",
        "campagne",
    ]

    def __init__(self, *arguments, membre, le, entreprise, empechement=None, contacts=(), concurrentes=(), conjoint=None, **mots):
        super().__init__(*arguments, **mots)
        self.initial.setdefault("accompagnant", conjoint and conjoint.pk)
        self.borner(membre, le, entreprise=entreprise)
        self.avertir(contacts=contacts, concurrentes=concurrentes)
        self.fields["developpeur"].required = False
        self.fields["developpeur"].empty_label = "Personne pour l’instant : à prendre dans la liste"
        self.fields["campagne"].queryset = Campagne.objects.visibles_par(membre).filter(fin_le__gte=le)
        if not (empechement and empechement.franchissable):
            del self.fields["derogation"]


class RendezVousForm(Prevenance, FormulaireDeGeste):
    """Prévient d'un jour férié, d'un dimanche, d'une absence de l'équipe."""

    sans_mention = frozenset(["adresse"])

    confirmer = "Garder cette date quand même"
    quand = forms.DateTimeField(label="Date et heure")
    minutes = forms.TypedChoiceField(label="Durée", coerce=int, empty_value=None, required=False)
    lieu = forms.CharField(label="Lieu", max_length=160, required=False, help_text="Bâtiment, accueil, étage…")
    adresse = forms.CharField(label="Adresse", max_length=200, required=False)

    def __init__(self, *arguments, visite, le, **mots):
        champs = ("lieu", "adresse", "minutes")
        initial = {"quand": visite.rendez_vous_le} | {nom: getattr(visite, f"rendez_vous_{nom}") for nom in champs}
        super().__init__(*arguments, visite=visite, initial=initial, **mots)
        self.le = le
        self.fields["minutes"].choices = _durees(visite)
        d_office = Visite(entreprise=visite.entreprise).adresse_du_rendez_vous
        # Le champ affiché est déjà composé : l'aide se pose sur lui.
        self["adresse"].help_text = f"Vide\u00a0: celle de l’entreprise, {d_office}." if d_office else ""

    def clean_quand(self):
        quand = self.cleaned_data["quand"]
        if abs(quand.date() - self.le) > HORIZON:
            raise forms.ValidationError("Vérifiez l’année : cette date est trop éloignée d’aujourd’hui.")
        return quand

    def prevenir(self, valeurs):
        equipe = [membre for membre in (self.visite.developpeur, self.visite.accompagnant) if membre]
        avant = _avant_l_inscription(self.visite, valeurs["quand"].date())
        return [*avant, *calendrier.pour_un_rendez_vous(valeurs["quand"], equipe, self.visite.reseau)]


def _durees(visite):
    """Celle du réseau d'abord ; celle déjà choisie, même si elle n'est plus proposée."""
    durees = sorted({*DUREES, visite.rendez_vous_minutes or DUREES[0]})
    d_office = f"Celle du réseau : {duree_en_mots(visite.reseau.rendez_vous_minutes)}"
    return [("", d_office), *((minutes, duree_en_mots(minutes)) for minutes in durees)]


class RealisationForm(Prevenance, FormulaireDeGeste):
    """Prévient d'une date plus ancienne que la visite : l'année d'avant, ou un stock que l'on reprend."""

    confirmer = "Garder cette date quand même"
    realisee_le = forms.DateField(label="Date de la visite")

    def __init__(self, *arguments, visite, le, **mots):
        prevu = localdate(visite.rendez_vous_le) if visite.rendez_vous_le else le
        super().__init__(*arguments, visite=visite, initial={"realisee_le": min(prevu, le)}, **mots)

    def clean_realisee_le(self):
        if self.cleaned_data["realisee_le"] < PREMIER_JOUR:
            raise forms.ValidationError("Vérifiez l’année.")
        return self.cleaned_data["realisee_le"]

    def prevenir(self, valeurs):
        return _avant_l_inscription(self.visite, valeurs["realisee_le"])


def _avant_l_inscription(visite, jour):
    """[phrase] si ce jour précède l'entrée de la visite dans la liste : souvent, l'année est fausse."""
    dit = f"Le {date_longue(jour)} précède l’inscription de la visite, le {date_longue(visite.creee_le)} : vérifiez l’année."
    return [dit] if jour < visite.creee_le else []


class RefusForm(FormulaireDeGeste):
    motif = forms.ChoiceField(label="Ce que dit l’entreprise", choices=MotifRefus, widget=forms.RadioSelect)
    precision = forms.CharField(label="Précision", max_length=300, required=False)


class RenduForm(FormulaireDeGeste):
    motif = forms.CharField(label="Pourquoi vous la rendez", max_length=200)


class InjoignableForm(FormulaireDeGeste):
    precision = forms.CharField(
        label="Précision", max_length=300, required=False, help_text="Par exemple : trois appels, deux messages sans réponse."
    )


class AnnulationForm(FormulaireDeGeste):
    precision = forms.CharField(label="Pourquoi la visite est annulée", max_length=300)


class CampagneForm(FormulaireModele):
    versionne = True

    class Meta:
        model = Campagne
        fields = ["nom", "cible", "debut_le", "fin_le", "objectif"]
        labels = {"debut_le": "Début", "fin_le": "Fin"}
        help_texts = {
            "cible": "La liste d’entreprises, décidée en réunion, que cette campagne visite.",
            "objectif": "Sur toute la campagne. Vide : le rythme du réseau, multiplié par le nombre de mois.",
        }

    def __init__(self, *arguments, membre, **mots):
        super().__init__(*arguments, **mots)
        self.membre = membre
        cibles = Cible.objects.visibles_par(membre)
        self.fields["cible"].queryset = cibles.decidees() | cibles.filter(pk=self.instance.cible_id)
        self.fields["cible"].empty_label = "Sans cible : tout le tissu d’entreprises"

    def clean_nom(self):
        """Le réseau n'est pas un champ : Django ne contrôle pas seul l'unicité du nom dans le réseau."""
        nom = self.cleaned_data["nom"]
        autres = Campagne.objects.filter(reseau=self.membre.reseau, nom=nom).exclude(pk=self.instance.pk)
        if autres.exists():
            raise forms.ValidationError("Une campagne porte déjà ce nom.")
        return nom

    def clean(self):
        valeurs = super().clean()
        for champ in ("debut_le", "fin_le"):
            if (jour := valeurs.get(champ)) and not PREMIER_JOUR <= jour <= date(2099, 12, 31):
                self.add_error(champ, "Vérifiez l’année.")
        return valeurs
