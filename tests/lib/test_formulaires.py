"""Formulaires DSFR : saisies natives, rendu relié à ses messages, version de la fiche."""

import datetime
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import password_validators_help_text_html
from django.template import engines

from reseau.lib.formulaires import FICHE_MODIFIEE, Formulaire, FormulaireFiltre, FormulaireModele, ListePublique
from reseau.templatetags import champs

RENDEZ_VOUS = datetime.datetime(2026, 3, 31, 14, 5, tzinfo=ZoneInfo("Europe/Paris"))


class Essai(Formulaire):
    societe = forms.CharField(label="Raison sociale", help_text="Telle qu’au répertoire <Sirene>.")
    courriel = forms.EmailField(label="Courriel", required=False)
    le = forms.DateField(label="Date", initial=datetime.date(2026, 3, 31))
    heure = forms.TimeField(label="Heure", initial=datetime.time(14, 5))
    quand = forms.DateTimeField(label="Rendez-vous", initial=RENDEZ_VOUS)
    echeance = forms.ChoiceField(label="Pour quand", widget=forms.RadioSelect, choices=[("15", "15 jours"), ("30", "1 mois")])
    themes = forms.MultipleChoiceField(
        label="Thèmes", widget=forms.CheckboxSelectMultiple, choices=[("export", "Export")], required=False
    )
    nature = forms.ChoiceField(label="Nature", choices=[("production", "Production")])
    urgence = forms.BooleanField(label="Urgent", required=False)
    piece = forms.FileField(label="Pièce", required=False)
    texte = forms.CharField(label="Texte", widget=forms.Textarea)
    cache = forms.CharField(widget=forms.HiddenInput, required=False)


class Balises(HTMLParser):
    """Relève les balises ouvrantes et leurs attributs."""

    def __init__(self, html):
        super().__init__()
        self.balises = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.balises.append((tag, dict(attrs)))

    def trouver(self, **attributs):
        return next(a for _, a in self.balises if all(a.get(nom) == valeur for nom, valeur in attributs.items()))

    def valeurs(self, attribut):
        return [attributs[attribut] for _, attributs in self.balises if attribut in attributs]


def rendre(formulaire, source="{% load crispy_forms_tags %}{{ form|crispy }}"):
    return engines["django"].from_string(source).render({"form": formulaire})


@pytest.mark.parametrize(
    ("nom", "type_attendu", "valeur"),
    [("le", "date", "2026-03-31"), ("heure", "time", "14:05"), ("quand", "datetime-local", "2026-03-31T14:05")],
)
def test_saisie_native_garde_la_valeur_iso_malgre_la_langue(nom, type_attendu, valeur):
    saisie = Balises(rendre(Essai())).trouver(name=nom)
    assert (saisie["type"], saisie["value"]) == (type_attendu, valeur)


def test_saisie_native_reste_obligatoire():
    assert "required" in Balises(rendre(Essai())).trouver(name="le")


def test_date_se_relit_en_iso():
    champ = Essai().fields["le"]
    assert champ.clean("2026-12-01") == datetime.date(2026, 12, 1)


@pytest.mark.parametrize(
    ("nom", "classe"),
    [("societe", "fr-input"), ("nature", "fr-select"), ("piece", "fr-upload"), ("texte", "fr-input")],
)
def test_champ_porte_sa_classe_dsfr(nom, classe):
    assert Balises(rendre(Essai())).trouver(name=nom)["class"] == classe


@pytest.mark.parametrize(("nom", "groupe"), [("echeance", "fr-radio-group"), ("themes", "fr-checkbox-group")])
def test_options_sont_des_boutons_dsfr(nom, groupe):
    balises = Balises(rendre(Essai())).balises
    rang = next(rang for rang, (_, attributs) in enumerate(balises) if attributs.get("name") == nom)
    assert (balises[rang - 1][1]["class"], balises[rang][1]["id"]) == (groupe, f"id_{nom}_0")


def test_chaque_etiquette_vise_un_champ_existant():
    page = Balises(rendre(Essai()))
    assert set(page.valeurs("for")) - set(page.valeurs("id")) == set()


def test_chaque_champ_est_relie_a_ses_messages():
    page = Balises(rendre(Essai({})))
    relies = page.valeurs("aria-describedby") + [nom for v in page.valeurs("aria-labelledby") for nom in v.split()]
    assert set(relies) - set(page.valeurs("id")) == set()


def test_aide_est_echappee():
    assert "répertoire &lt;Sirene&gt;" in rendre(Essai())


def test_regles_du_mot_de_passe_sortent_de_l_etiquette():
    class MotDePasse(Formulaire):
        secret = forms.CharField(widget=forms.PasswordInput, help_text=password_validators_help_text_html())

    page = Balises(rendre(MotDePasse()))
    balises = [balise for balise, _ in page.balises]
    assert balises[balises.index("label") + 1 : balises.index("ul")] == ["div"]
    assert page.trouver(name="secret")["aria-describedby"] == "id_secret_aide id_secret_messages"


def test_resume_d_erreurs_mene_aux_champs_fautifs():
    liens = Balises(rendre(Essai({"le": "2026-03-31", "heure": "14:05", "quand": "2026-03-31T14:05"}))).valeurs("href")
    assert liens == ["#id_societe", "#id_echeance_0", "#id_nature", "#id_texte"]


def test_formulaire_neuf_n_a_pas_de_resume():
    assert "data-resume-erreurs" not in rendre(Essai())


def test_facultatif_s_ecrit_sauf_pour_une_case_et_un_filtre():
    class Filtre(FormulaireFiltre):
        courriel = forms.EmailField(required=False)

    assert (rendre(Essai()).count("(facultatif)"), rendre(Filtre()).count("(facultatif)")) == (3, 0)


def test_les_deux_rendus_sont_le_meme():
    assert Balises(rendre(Essai())).balises == Balises(rendre(Essai(), "{{ form }}")).balises


def test_rendu_sans_style_ni_script():
    page = Balises(rendre(Essai({})))
    assert [(balise, a) for balise, a in page.balises if balise == "script" or "style" in a or "dsfr" in a] == []


class FormulaireDeFiche(FormulaireModele):
    versionne = True

    class Meta:
        model = Group
        fields = ["name"]

    def validate_unique(self):
        """L'unicité demande la base ; ici seule la version compte."""


def fiche(version):
    groupe = Group(pk=1, name="Fonderies du Drac")
    groupe.version = version
    return groupe


def test_version_voyage_dans_un_champ_cache():
    saisie = Balises(rendre(FormulaireDeFiche(instance=fiche(3)))).trouver(name="version")
    assert (saisie["type"], saisie["value"]) == ("hidden", "3")


def test_version_courante_est_acceptee():
    assert FormulaireDeFiche({"name": "Drac", "version": "3"}, instance=fiche(3)).is_valid()


@pytest.mark.parametrize("version", ["2", "", "abc"])
def test_version_depassee_refuse_sans_viser_de_champ(version):
    formulaire = FormulaireDeFiche({"name": "Drac", "version": version}, instance=fiche(3))
    assert champs.erreurs_generales(formulaire) == [FICHE_MODIFIEE]


def test_creation_n_a_pas_de_version():
    assert "version" not in FormulaireDeFiche(instance=Group()).fields


@pytest.mark.parametrize("choisi", [None, "", "70001", "inconnu", "L'\"<b>"])
def test_liste_publique_s_ecrit_comme_une_autre(choisi):
    """Deux fois de suite : la seconde ressert ce que la première a écrit."""
    choix = [("", "Toutes"), ("70001", "Abelcourt"), ("L'\"<b>", "<script>1</script> & Cie")]
    attributs = {"id": "id_commune", "class": "fr-select"}
    voulu = forms.Select(choices=choix).render("commune", choisi, attributs)
    for _ in range(2):
        assert ListePublique(choices=choix).render("commune", choisi, attributs) == voulu
