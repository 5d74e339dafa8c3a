"""Confier les visites cochées, chacune à qui la ligne le dit."""

from django import forms

from entreprises.models import Entreprise
from reseau.lib.dates import plus_mois, premier_du_mois
from reseau.lib.saisie import lire_cle, lire_cles
from visites import calendrier
from visites.affectation import LOT_MAX, jours_libres_par_mois, mois_vises
from visites.forms.gestes import ChampMois
from visites.forms.prevenance import Prevenance

RETIREE = "Une des entreprises cochées n’est plus à programmer : vérifiez la liste."
MOTIFS = ("derogation", "malgre_contact", "malgre_concurrence")
ETALEMENTS = [(1, "Ce mois-là seulement"), (2, "Deux mois, à partir de celui-là"), (3, "Trois mois, à partir de celui-là")]


class ChampMotif(forms.CharField):
    """Commun aux visites cochées qui en ont besoin, et conservé avec elles."""

    def __init__(self, label, aide):
        super().__init__(label=label, help_text=f"{aide} Conservé avec la visite.", required=False, max_length=200)


class PropositionsForm(Prevenance):
    """`developpeurs` : {clé: Membre}, ceux à qui l'on peut confier ; la ligne de l'entreprise 12 les nomme « developpeur-12 »."""

    confirmer = "Confier quand même"
    entreprise = forms.ModelMultipleChoiceField(
        label="Entreprises",
        queryset=Entreprise.objects.none(),
        error_messages={"required": "Cochez au moins une visite.", "invalid_choice": RETIREE, "invalid_pk_value": RETIREE},
    )
    prevue_le = ChampMois(label="Mois visé")
    etalement = forms.TypedChoiceField(
        label="Répartir sur",
        choices=ETALEMENTS,
        coerce=int,
        initial=1,
        required=False,
        empty_value=1,
        help_text="Selon les jours ouvrés où chacun est là.",
    )
    derogation = ChampMotif("Motif pour passer outre", "Pour une entreprise visitée ou ayant refusé récemment.")
    malgre_contact = ChampMotif("Motif malgré un contact récent", "Sans lui, les entreprises contactées restent de côté.")
    malgre_concurrence = ChampMotif("Motif malgré une concurrente", "Si le développeur choisi suit une concurrente.")

    def __init__(self, *arguments, reseau, le, entreprises, developpeurs, **mots):
        super().__init__(*arguments, **mots)
        self.reseau, self.le, self.developpeurs = reseau, le, developpeurs
        self.fields["entreprise"].queryset = entreprises
        self.fields["prevue_le"].proposer(le)
        self.initial.setdefault("prevue_le", plus_mois(premier_du_mois(le), 1).isoformat())

    @property
    def cochees(self):
        """Les clés cochées, pour les recocher quand le formulaire revient."""
        cles = self.data.getlist("entreprise") if self.is_bound else self.initial.get("cochees", ())
        return set(lire_cles(map(str, cles)))

    def choisi(self, cle):
        """Le `Membre` choisi à la ligne de cette entreprise, None si elle n'en dit rien."""
        recu = self.data.get(f"developpeur-{cle}") if self.is_bound else self.initial.get("developpeurs", {}).get(str(cle))
        return self.developpeurs.get(lire_cle(str(recu)))

    def clean_entreprise(self):
        entreprises = list(self.cleaned_data["entreprise"])
        if len(entreprises) > LOT_MAX:
            raise forms.ValidationError(f"{LOT_MAX} visites au plus se confient à la fois.")
        if sans := [str(fiche) for fiche in entreprises if self.choisi(fiche.pk) is None]:
            raise forms.ValidationError(f"Choisissez un développeur pour {', '.join(sans)}.")
        return entreprises

    @property
    def choix(self):
        """{entreprise: (développeur, mois visé)}, ce qu'attend `confier_lot`."""
        qui = {fiche: self.choisi(fiche.pk) for fiche in self.cleaned_data["entreprise"]}
        vises = mois_vises(qui, self.cleaned_data["prevue_le"], self.cleaned_data["etalement"], self.reseau, self.le)
        return {fiche: (membre, vises[fiche]) for fiche, membre in qui.items()}

    @property
    def motifs(self):
        return {nom: self.cleaned_data[nom] for nom in MOTIFS}

    def champs_de_motif(self, utiles):
        """Les champs des motifs dont une ligne de la page a l'usage, ou déjà remplis."""
        return [self[nom] for nom in MOTIFS if nom in utiles or self[nom].value()]

    def prevenir(self, valeurs):
        """Un seul mois : toute absence qui le touche. Plusieurs : seulement qui n'est là dans aucun."""
        equipe = {self.choisi(fiche.pk) for fiche in valeurs["entreprise"]}
        premier, nombre = valeurs["prevue_le"], valeurs["etalement"]
        if premier is not None and nombre > 1:
            mois = [plus_mois(premier, rang) for rang in range(nombre)]
            libres = jours_libres_par_mois(equipe, mois, self.reseau, self.le)
            equipe = {membre for membre in equipe if not any(libres[membre].values())}
        ranges = sorted(equipe, key=lambda membre: membre.rang_alphabetique)
        return calendrier.pour_un_mois(premier, ranges, self.reseau, self.le)
