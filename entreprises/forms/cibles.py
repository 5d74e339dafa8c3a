"""Formulaires d'une cible : ses critères, sa décision, un écart."""

from django import forms

from entreprises.criteres import INDUSTRIE
from entreprises.enums import Section, Tranche
from entreprises.models import Arrondissement, Cible, Division, Entreprise, Epci, Etiquette, ZoneEmploi
from reseau.enums import EtatReunion
from reseau.lib.formulaires import Formulaire, FormulaireModele
from reseau.models import Reunion

FILIERES_MAX = 60


class CasesEnLigne(forms.CheckboxSelectMultiple):
    """Cases à cocher côte à côte : le gabarit du champ lit `inline`."""

    inline = True


def cases(libelle, aide="", **options):
    """Un critère : des cases dont aucune n'est obligatoire."""
    return forms.MultipleChoiceField(label=libelle, required=False, widget=CasesEnLigne, help_text=aide, **options)


class CibleForm(FormulaireModele):
    """Les critères se combinent : une zone ET une activité ET un effectif ; une liste vide admet tout.

    Une nouvelle cible propose l'industrie et l'agroalimentaire, commune à tous les réseaux du dossier (II.4).
    """

    versionne = True

    zones_emploi = cases("Zones d’emploi", "Aucune cochée : toutes.")
    arrondissements = cases("Arrondissements")
    epci = cases("Intercommunalités")
    industrie = forms.BooleanField(label=INDUSTRIE, required=False)
    divisions = forms.MultipleChoiceField(label="Divisions d’activité", required=False, widget=forms.CheckboxSelectMultiple)
    tranches = cases("Effectif", "Aucun coché : tous. Les réseaux visent par exemple de 6 à 100, ou de 10 à 200 salariés.")
    filieres = cases("Filières")
    etiquettes = forms.TypedMultipleChoiceField(label="Étiquettes", required=False, widget=CasesEnLigne, coerce=int)

    class Meta:
        model = Cible
        fields = ["nom"]

    def __init__(self, *args, membre, **kwargs):
        super().__init__(*args, **kwargs)
        self.divisions = list(Division.objects.all())
        self.industrielles = [division.code for division in self.divisions if division.industrielle]
        for critere, choix in self._choix(membre).items():
            self.fields[critere].choices = choix
        criteres = self.instance.criteres if self.instance.pk else {"divisions": self.industrielles}
        divisions = criteres.get("divisions", [])
        industrie = set(self.industrielles) <= set(divisions)
        self.criteres_d_avant = criteres
        self.initial |= {critere: criteres.get(critere, []) for critere in self._criteres_simples}
        self.initial |= {
            "industrie": industrie,
            "divisions": [code for code in divisions if not (industrie and code in self.industrielles)],
        }

    _criteres_simples = ("zones_emploi", "arrondissements", "epci", "tranches", "filieres", "etiquettes")

    def _choix(self, membre):
        reseau, departement = membre.reseau, membre.reseau.departement
        connues = Entreprise.objects.visibles_par(membre).filieres()[:FILIERES_MAX]
        filieres = dict.fromkeys([*connues, *self.instance.criteres.get("filieres", [])])
        return {
            "zones_emploi": _lignes(ZoneEmploi.objects.du_departement(departement)),
            "arrondissements": _lignes(Arrondissement.objects.filter(departement=departement)),
            "epci": _lignes(Epci.objects.du_departement(departement)),
            "divisions": _lignes(self.divisions),
            "tranches": Tranche.choices,
            "filieres": [(nom, nom) for nom in filieres],
            "etiquettes": _lignes(Etiquette.objects.filter(reseau=reseau)),
        }

    @property
    def replis(self):
        """Les critères moins courants, repliés tant qu'aucun ne sert ; celui qui n'a pas de choix n'y est pas."""
        noms = ("arrondissements", "epci", "filieres", "etiquettes")
        return [self[nom] for nom in noms if self.fields[nom].choices]

    @property
    def sections(self):
        """Les divisions par section, pour le gabarit : `libelle`, `cases` (à cocher), `choisie` si l'une l'est."""
        sections = {}
        for division, case in zip(self.divisions, self["divisions"].subwidgets, strict=True):
            vide = {"libelle": Section(division.section).label, "cases": [], "choisie": False}
            section = sections.setdefault(division.section, vide)
            section["cases"].append(case)
            section["choisie"] |= case.data["selected"]
        return list(sections.values())

    @property
    def criteres(self):
        """Les critères valides, forme de `Cible.criteres` ; ceux d'avant tant que rien n'est envoyé."""
        if not self.is_bound:
            return self.criteres_d_avant
        valides = getattr(self, "cleaned_data", {})
        industrielles = self.industrielles if valides.get("industrie") else []
        criteres = {critere: valides.get(critere, []) for critere in self._criteres_simples}
        criteres["divisions"] = sorted({*industrielles, *valides.get("divisions", [])})
        return {critere: valeurs for critere, valeurs in criteres.items() if valeurs}

    def clean(self):
        valeurs = super().clean()
        self.instance.criteres = self.criteres
        return valeurs


class DecisionForm(Formulaire):
    decidee_le = forms.DateField(label="Décidée le")
    reunion = forms.ModelChoiceField(
        label="En réunion", queryset=Reunion.objects.none(), required=False, empty_label="Hors réunion"
    )

    def __init__(self, *args, par, le, reunion=None, **kwargs):
        """`reunion` : celle d'où l'on vient décider, proposée d'office si elle est de la liste."""
        super().__init__(*args, **kwargs)
        reunions = Reunion.objects.visibles_par(par).exclude(etat=EtatReunion.ANNULEE)
        self.fields["reunion"].queryset = reunions
        proposee = reunions.filter(pk=reunion).first() if reunion else None
        self.fields["reunion"].initial = proposee
        self.fields["decidee_le"].initial = min(proposee.le, le) if proposee else le


class EcartForm(Formulaire):
    motif = forms.CharField(
        label="Pourquoi l’écarter ?",
        max_length=200,
        help_text="Par exemple : cessation d’activité annoncée, double d’un autre site.",
    )


def _lignes(lignes):
    return [(ligne.pk, str(ligne)) for ligne in lignes]
