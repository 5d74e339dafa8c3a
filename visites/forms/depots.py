"""Le dépôt sur une case du plan : ce que disent la souris, le clavier ou le formulaire."""

from django import forms

from entreprises.models import Entreprise
from reseau.enums import Qualite
from reseau.lib.formulaires import FICHE_MODIFIEE
from reseau.models import Membre
from visites.forms.gestes import ChampMois, Motifs
from visites.models import Visite
from visites.repartition import Depot

PARTIE = "Cette entreprise n’est plus à programmer ici : rechargez la page pour voir où elle est."


class DepotForm(Motifs):
    """Une entreprise à programmer, ou une visite confiée et la version lue à l'écran ; un développeur, un mois.

    `accompagnant` et `mois` ne changent que s'ils sont envoyés : déplacer une visite ne défait pas son binôme.
    """

    entreprise = forms.ModelChoiceField(
        queryset=Entreprise.objects.none(), required=False, error_messages={"invalid_choice": PARTIE}
    )
    visite = forms.ModelChoiceField(queryset=Visite.objects.none(), required=False, error_messages={"invalid_choice": PARTIE})
    version = forms.IntegerField(required=False)
    developpeur = forms.ModelChoiceField(label="Développeur", queryset=Membre.objects.none())
    accompagnant = forms.ModelChoiceField(label="Accompagnant", queryset=Membre.objects.none(), required=False)
    mois = ChampMois(label="Mois visé")
    derogation = forms.CharField(
        label="Pourquoi la visiter sans attendre",
        required=False,
        max_length=200,
        help_text="Il est conservé avec la visite.",
    )
    confirme = forms.BooleanField(label="C’est voulu", required=False)

    def __init__(self, *arguments, membre, le, campagne, **mots):
        super().__init__(*arguments, **mots)
        du_reseau = Membre.objects.visibles_par(membre)
        visites = Visite.objects.visibles_par(membre).confiees().filter(campagne=campagne)
        self.fields["entreprise"].queryset = Entreprise.objects.visibles_par(membre).select_related("reseau")
        self.fields["visite"].queryset = visites.select_related("reseau", "entreprise__reseau", "developpeur", "accompagnant")
        self.fields["developpeur"].queryset = du_reseau.affectables(le)
        self.fields["accompagnant"].queryset = du_reseau.actifs(le).exclude(qualite=Qualite.AUCUN)
        self.fields["mois"].proposer(le)

    def clean(self):
        donnees = super().clean()
        visite, entreprise = donnees.get("visite"), donnees.get("entreprise")
        if bool(visite) == bool(entreprise) and not self.errors:
            raise forms.ValidationError("Choisissez une entreprise, ou une visite à déplacer.")
        if visite and visite.version != donnees.get("version"):
            raise forms.ValidationError(FICHE_MODIFIEE)
        return donnees

    @property
    def depot(self):
        """Le `Depot` demandé, une fois le formulaire juste."""
        donnees, visite = self.cleaned_data, self.cleaned_data["visite"]
        accompagnant, mois = donnees["accompagnant"], donnees["mois"]
        if visite:
            accompagnant = accompagnant if "accompagnant" in self.data else visite.accompagnant
            mois = mois if "mois" in self.data else visite.prevue_le
        return Depot(
            entreprise=visite.entreprise if visite else donnees["entreprise"],
            developpeur=donnees["developpeur"],
            visite=visite,
            accompagnant=None if accompagnant == donnees["developpeur"] else accompagnant,
            mois=mois,
            motifs={nom: donnees[nom] for nom in ("derogation", "malgre_contact", "malgre_concurrence")},
            confirme=donnees["confirme"],
        )

    def demander(self, objections):
        """Ne laisse visibles que les questions à poser ; le reste voyage caché, rien n'est perdu."""
        voulus = {objection.champ for objection in objections}
        for nom, champ in self.fields.items():
            if nom in voulus:
                champ.required = True
            else:
                champ.widget = forms.HiddenInput()
