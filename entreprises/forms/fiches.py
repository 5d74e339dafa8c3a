"""Formulaires du tissu : une fiche, un contact, un déport, un dépôt de fichier."""

from django import forms

from entreprises.lecture import referentiel_embarque
from entreprises.lecture.coordonnees import lire_site
from entreprises.lecture.refus import ValeurEcartee
from entreprises.models import Activite, Commune, Contact, Deport, Entreprise
from entreprises.models.entreprise import valider_siret
from reseau.lib.formulaires import FormulaireModele
from reseau.models import Membre

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

    sans_mention = frozenset(["raison_sociale", "site"])

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
        elif ville and not code_postal:
            self.add_error("code_postal", "Donnez le code postal : une ville sans lui ne se place pas.")
        elif code_postal:
            voisines = sorted(map(referentiel.nom_de_commune, referentiel.par_code_postal.get(code_postal, {}).values()))
            suite = f" Sous ce code postal : {', '.join(voisines[:COMMUNES_CITEES])}." if voisines else ""
            self.add_error("ville", f"Aucune commune ne répond à ce code postal et à ce nom.{suite}")


class ContactForm(FormulaireModele):
    versionne = True

    class Meta:
        model = Contact
        fields = ["civilite", "prenom", "nom", "fonction", "telephone", "courriel", "dirigeant"]
        help_texts = {
            "dirigeant": "La lettre du préfet lui sera adressée. S’il y en avait un autre, il reste parmi les contacts."
        }


class MonDeportForm(FormulaireModele):
    class Meta:
        model = Deport
        fields = ["motif"]
        help_texts = {"motif": "En quelques mots : un intérêt, un proche, un dossier de contrôle… L’animateur le lit."}


class DeportForm(FormulaireModele):
    class Meta:
        model = Deport
        fields = ["membre", "motif", "le"]
        help_texts = {"motif": "En quelques mots, sans détail personnel."}

    def __init__(self, *args, par, le, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["membre"].queryset = Membre.objects.visibles_par(par).actifs(le)
        self.fields["le"].initial = le
