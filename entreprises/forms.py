"""Formulaires du tissu : une fiche, un contact, un déport, un dépôt de fichier, une cible et sa décision."""

from functools import cache

from django import forms

from entreprises.enums import Tranche
from entreprises.lecture import referentiel_embarque
from entreprises.lecture.coordonnees import lire_site
from entreprises.lecture.refus import MEBI, TAILLE_MAX, ValeurEcartee
from entreprises.models import Activite, Cible, Commune, Contact, Deport, Division, Entreprise, ZoneEmploi
from entreprises.models.entreprise import valider_siret
from entreprises.reference import lire_csv
from reseau.enums import EtatReunion
from reseau.lib.formulaires import Formulaire, FormulaireModele
from reseau.models import Membre, Reunion

COMMUNES_CITEES = 8


class ChampActivite(forms.ModelChoiceField):
    """Un code NAF tapé, « 16.10A » ou « 1610a », avec les suggestions du navigateur : 700 lignes ne se parcourent pas.

    La page porte la liste de suggestions : `<datalist id="suggestions-<nom du champ>">`.
    """

    widget = forms.TextInput

    def __init__(self, *args, **kwargs):
        super().__init__(*args, required=False, **kwargs)

    def get_bound_field(self, form, field_name):
        self.widget.attrs |= {"list": f"suggestions-{field_name}", "autocomplete": "off"}
        return super().get_bound_field(form, field_name)

    def to_python(self, value):
        code = "".join(c for c in str(value or "").upper() if c.isalnum())
        return super().to_python(f"{code[:2]}.{code[2:]}" if code else value)


class EntrepriseForm(FormulaireModele):
    """La commune, donc la zone d'emploi, se déduit du code postal et de la ville : rien de plus à saisir."""

    versionne = True

    siret = forms.CharField(label="SIRET", max_length=20, help_text="Quatorze chiffres, espaces permises.")
    naf = ChampActivite(
        label="Activité (NAF rév. 2)",
        queryset=Activite.objects.rev2(),
        help_text="Quatre chiffres et une lettre, ou un mot de l’activité.",
        error_messages={"invalid_choice": "Ce code n’est pas dans la NAF rév. 2 : par exemple 16.10A."},
    )
    naf_2025 = ChampActivite(
        label="Activité (NAF 2025)",
        queryset=Activite.objects.naf_2025(),
        help_text="En vigueur à partir de 2027.",
        error_messages={"invalid_choice": "Ce code n’est pas dans la NAF 2025 : par exemple 16.11Y."},
    )
    site = forms.CharField(label="Site internet", max_length=200, required=False)

    class Meta:
        model = Entreprise
        fields = [
            "siret",
            "raison_sociale",
            "enseigne",
            "naf",
            "naf_2025",
            "filiere",
            "tranche_effectif",
            "effectif",
            "adresse",
            "complement",
            "code_postal",
            "ville",
            "telephone",
            "courriel",
            "site",
            "etat",
            "diffusible",
            "ne_plus_solliciter_jusqu_au",
        ]
        labels = {"diffusible": "Diffusible au répertoire SIRENE"}
        help_texts = {
            "diffusible": "Décochée : aucune lettre ne lui est adressée.",
            "ville": "La zone d’emploi s’en déduit.",
            "filiere": "Un mot du réseau, par exemple « bois » ou « automobile ».",
            "ne_plus_solliciter_jusqu_au": "Aucune visite ne sera programmée jusqu’à cette date.",
        }

    def clean_siret(self):
        chiffres = "".join(self.cleaned_data["siret"].split())
        valider_siret(chiffres)
        return chiffres

    def clean_site(self):
        """« www.exemple.fr » suffit ; seules les adresses en http et https sont admises."""
        try:
            return lire_site(self.cleaned_data["site"]) if self.cleaned_data["site"] else ""
        except ValeurEcartee as ecart:
            raise forms.ValidationError("Cette adresse de site n’est pas valide : par exemple www.exemple.fr.") from ecart

    def clean(self):
        valeurs = super().clean()
        if {"code_postal", "ville"} & set(self.changed_data) and not self.errors:
            self._situer(valeurs["code_postal"], valeurs["ville"])
        return valeurs

    def _situer(self, code_postal, ville):
        """Trouve la commune, ou dit lesquelles sont sous ce code postal."""
        referentiel = referentiel_embarque()
        code = referentiel.commune_nommee(code_postal, ville) if code_postal or ville else None
        self.instance.commune = Commune.objects.filter(pk=code).first()
        if self.instance.commune:
            self.cleaned_data["ville"] = ville or self.instance.commune.nom
        elif code_postal or ville:
            voisines = sorted(map(referentiel.nom_de_commune, referentiel.par_code_postal.get(code_postal, {}).values()))
            suite = f" Sous ce code postal : {', '.join(voisines[:COMMUNES_CITEES])}." if voisines else ""
            self.add_error("ville", f"Aucune commune ne répond à ce code postal et à ce nom.{suite}")


class ContactForm(FormulaireModele):
    class Meta:
        model = Contact
        fields = ["civilite", "prenom", "nom", "fonction", "telephone", "courriel", "dirigeant"]
        help_texts = {
            "dirigeant": "La lettre du préfet lui sera adressée. S’il y en avait un autre, il reste parmi les contacts."
        }


class DeportForm(FormulaireModele):
    class Meta:
        model = Deport
        fields = ["membre", "motif", "le"]
        help_texts = {"motif": "En quelques mots, sans détail personnel."}

    def __init__(self, *args, par, le, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["membre"].queryset = Membre.objects.visibles_par(par).actifs(le)
        self.fields["le"].initial = le


class DepotForm(Formulaire):
    fichier = forms.FileField(
        label="Fichier d’entreprises",
        help_text=f"CSV, XLSX, XLS ou ODS, {TAILLE_MAX // MEBI} Mo au plus. Deux colonnes suffisent : SIRET et raison sociale.",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx,.xls,.ods,.gz"}),
    )

    def clean_fichier(self):
        fichier = self.cleaned_data["fichier"]
        if fichier.size > TAILLE_MAX:
            raise forms.ValidationError(
                f"Ce fichier pèse {fichier.size // MEBI} Mo : la limite est de {TAILLE_MAX // MEBI} Mo. Découpez-le."
            )
        return fichier


class CasesEnLigne(forms.CheckboxSelectMultiple):
    """Cases à cocher côte à côte : le gabarit du champ lit `inline`."""

    inline = True


class CibleForm(FormulaireModele):
    """Les critères se combinent : une zone ET une activité ET un effectif ; une liste vide admet tout."""

    versionne = True

    zones_emploi = forms.MultipleChoiceField(
        label="Zones d’emploi", required=False, widget=CasesEnLigne, help_text="Aucune cochée : toutes."
    )
    industrie = forms.BooleanField(label="Toute l’industrie et l’agroalimentaire", required=False)
    divisions = forms.MultipleChoiceField(label="Divisions d’activité", required=False, widget=forms.CheckboxSelectMultiple)
    tranches = forms.MultipleChoiceField(
        label="Effectif",
        required=False,
        widget=CasesEnLigne,
        choices=Tranche.choices,
        help_text="Aucun coché : tous.",
    )

    class Meta:
        model = Cible
        fields = ["nom"]

    def __init__(self, *args, reseau, **kwargs):
        super().__init__(*args, **kwargs)
        self.divisions = list(Division.objects.all())
        self.industrielles = [division.code for division in self.divisions if division.industrielle]
        self.fields["zones_emploi"].choices = _choix(ZoneEmploi.objects.du_departement(reseau.departement))
        self.fields["divisions"].choices = _choix(self.divisions)
        criteres = self.instance.criteres
        divisions = criteres.get("divisions", [])
        industrie = set(self.industrielles) <= set(divisions)
        self.initial |= {
            "zones_emploi": criteres.get("zones_emploi", []),
            "tranches": criteres.get("tranches", []),
            "industrie": industrie,
            "divisions": [code for code in divisions if not (industrie and code in self.industrielles)],
        }

    @property
    def sections(self):
        """Les divisions par section, pour le gabarit : `libelle`, `cases` (à cocher), `choisie` si l'une l'est."""
        sections = {}
        for division, case in zip(self.divisions, self["divisions"].subwidgets, strict=True):
            vide = {"libelle": libelles_des_sections()[division.section], "cases": [], "choisie": False}
            section = sections.setdefault(division.section, vide)
            section["cases"].append(case)
            section["choisie"] |= case.data["selected"]
        return list(sections.values())

    @property
    def criteres(self):
        """Les critères valides, forme de `Cible.criteres` ; ceux de la cible tant que rien n'est envoyé."""
        if not self.is_bound:
            return self.instance.criteres
        valides = getattr(self, "cleaned_data", {})
        industrielles = self.industrielles if valides.get("industrie") else []
        return {
            "zones_emploi": valides.get("zones_emploi", []),
            "divisions": sorted({*industrielles, *valides.get("divisions", [])}),
            "tranches": valides.get("tranches", []),
        }

    def clean(self):
        valeurs = super().clean()
        self.instance.criteres = self.criteres
        return valeurs


class DecisionForm(Formulaire):
    decidee_le = forms.DateField(label="Décidée le")
    reunion = forms.ModelChoiceField(
        label="En réunion", queryset=Reunion.objects.none(), required=False, empty_label="Hors réunion"
    )

    def __init__(self, *args, par, le, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["decidee_le"].initial = le
        self.fields["reunion"].queryset = Reunion.objects.visibles_par(par).exclude(etat=EtatReunion.ANNULEE)


class EcartForm(Formulaire):
    motif = forms.CharField(
        label="Pourquoi l’écarter ?",
        max_length=200,
        help_text="Par exemple : cessation d’activité annoncée, double d’un autre site.",
    )


@cache
def libelles_des_sections():
    """Section de la NAF rév. 2 → libellé, « C – Industrie manufacturière »."""
    sections = (ligne for ligne in lire_csv("naf_rev2") if ligne["niveau"] == "section")
    return {ligne["code"]: f"{ligne['code']} – {ligne['libelle'].capitalize()}" for ligne in sections}


def _choix(lignes):
    return [(ligne.pk, str(ligne)) for ligne in lignes]
