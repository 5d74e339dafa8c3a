"""Formulaires du réseau : membres, institutions, réglages, lettre, signataires."""

import re
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from reseau.enums import Qualite, Role
from reseau.lib.formulaires import FormulaireModele
from reseau.lib.pdf import OCTETS_IMAGE_MAX, ImpressionImpossible, image_admise
from reseau.models import Dispositif, Institution, LogoDInstitution, Membre, Reseau, Signataire

DEPARTEMENT = re.compile(r"\d{2}|2[AB]|9[78]\d")
SANS_VISITE = (Role.PREFECTURE, Role.OBSERVATEUR)
IMAGE = "PNG ou JPEG, 5 Mo au plus."


class ChoixInstitution(forms.ModelChoiceField):
    """Le sigle et le nom : « CCI 70 – Chambre de commerce »."""

    def label_from_instance(self, institution):
        return f"{institution.sigle} – {institution.nom}"


class FicheForm(FormulaireModele):
    """Formulaire d'une fiche du réseau, gardée par sa version et par toutes ses contraintes."""

    versionne = True
    hors_formulaire = frozenset()  # champs d'une contrainte que la personne ne saisit pas ici

    def _get_validation_exclusions(self):
        # Django saute une contrainte dès qu'un de ses champs manque au formulaire ; elle tomberait en erreur 500.
        return super()._get_validation_exclusions() - self.hors_formulaire


class InstitutionForm(FicheForm):
    hors_formulaire = frozenset(["reseau"])
    image = forms.FileField(
        label="Logo",
        required=False,
        help_text=f"{IMAGE} Imprimé sur les cartes de visite et la plaquette, montré sur la page publique.",
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg"}),
    )
    retirer_le_logo = forms.BooleanField(label="Retirer le logo actuel", required=False)

    class Meta:
        model = Institution
        fields = ["sigle", "nom", "pole", "cercle", "convention_signee_le", "regalienne", "chef_de_service", "chef_courriel"]
        fields += ["fermee_le", "successeur"]
        field_classes = {"successeur": ChoixInstitution}
        help_texts = {
            "sigle": "Écrit dans les listes et en tête des lettres : CCI 70, DDETS…",
            "cercle": "Le noyau dur porte le réseau ; une institution associée intervient à la demande.",
            "fermee_le": "Quand l’institution disparaît ou se retire.",
            "successeur": "L’institution qui reprend son rôle, s’il y en a une.",
        }

    def __init__(self, *args, par, **kwargs):
        super().__init__(*args, **kwargs)
        autres = Institution.objects.visibles_par(par).exclude(pk=self.instance.pk)
        if self.instance.pk:
            self.fields["successeur"].queryset = autres
        else:
            del self.fields["successeur"], self.fields["fermee_le"]
        if not (self.instance.pk and LogoDInstitution.objects.filter(institution=self.instance).exists()):
            del self.fields["retirer_le_logo"]

    def clean_image(self):
        return _image(self.cleaned_data["image"])

    @property
    def logo(self):
        """Ce que devient le logo : ses octets, vide pour le retirer, None pour n'y pas toucher."""
        return self.cleaned_data["image"] or (b"" if self.cleaned_data.get("retirer_le_logo") else None)


class DispositifForm(FicheForm):
    sans_mention = frozenset(["lien"])

    class Meta:
        model = Dispositif
        fields = ["nom", "organisme", "domaine", "lien", "debut_le", "fin_le"]


class MembreForm(FicheForm):
    """Fiche complète, tenue par l'animateur ou le secrétariat ; le courriel ne se corrige qu'avant la première connexion."""

    hors_formulaire = frozenset(["parti_le"])
    courriel = forms.EmailField(
        label="Courriel professionnel",
        help_text="Il sert à se connecter. La personne y reçoit un lien pour choisir son mot de passe.",
    )
    rythme = forms.DecimalField(
        label="Visites par mois",
        required=False,
        min_value=0,
        max_digits=4,
        decimal_places=2,
        help_text="Un repère convenu. Vide : celui du réseau.",
    )

    class Meta:
        model = Membre
        fields = [
            "civilite",
            "prenom",
            "nom",
            "courriel",
            "institution",
            "fonction",
            "telephone",
            "role",
            "qualite",
            "entre_le",
            "hierarchie_le",
            "rythme",
        ]
        field_classes = {"institution": ChoixInstitution}
        help_texts = {
            "fonction": "Telle qu’elle s’écrit dans la lettre du préfet : conseillère d’entreprise.",
            "role": "Ce que la personne peut faire dans l’outil.",
            "qualite": "Direct : on lui confie des visites. Associé : on le sollicite sur un dossier.",
            "hierarchie_le": "L’adhésion est volontaire, mais le temps passé est accordé par son service.",
        }

    def __init__(self, *args, par, **kwargs):
        super().__init__(*args, **kwargs)
        institutions = Institution.objects.visibles_par(par).filter(Q(fermee_le=None) | Q(pk=self.instance.institution_id))
        self.fields["institution"].queryset = institutions
        self.fields["role"].choices = _roles(par)
        self.fields["telephone"].widget.input_type = "tel"
        self.initial["rythme"] = _sans_zeros(self.initial.get("rythme"))
        if self.instance.pk:
            self._ouvrir_le_courriel()

    def clean(self):
        donnees = super().clean()
        if donnees.get("role") in SANS_VISITE and donnees.get("qualite") != Qualite.AUCUN:
            self.add_error("qualite", "La préfecture et les observateurs lisent sans visiter : choisissez « Ne visite pas ».")
        return donnees

    def _ouvrir_le_courriel(self):
        if not self.instance.jamais_connecte:
            del self.fields["courriel"]
            return
        champ = self.fields["courriel"]
        champ.initial = self.instance.utilisateur.email
        champ.help_text = "Modifiable tant que la personne ne s’est pas connectée ; renvoyez-lui ensuite l’invitation."


class MaFicheForm(FicheForm):
    """Ce que chacun tient à jour soi-même."""

    class Meta:
        model = Membre
        fields = ["telephone", "fonction", "competence", "publiable", "resume", "restitutions"]
        help_texts = {
            "resume": "Actions échues ou à accepter, visites sans compte rendu… Un courriel par semaine au plus.",
            "competence": "En une phrase, sans parler d’emploi ni d’aides : financer un investissement, trouver un terrain…",
            "publiable": "Vos prénom, nom, institution et compétence y seront lus par tous ; ni téléphone ni courriel. "
            "Vous pouvez revenir en arrière à tout moment.",
            "telephone": "Lu par les membres du réseau dans l’annuaire, et imprimé sur votre carte de visite.",
            "fonction": "Telle qu’elle s’écrit dans la lettre du préfet : conseillère d’entreprise.",
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["telephone"].widget.input_type = "tel"


class DepartForm(FicheForm):
    hors_formulaire = frozenset(["entre_le"])

    class Meta:
        model = Membre
        fields = ["parti_le"]
        labels = {"parti_le": "Quitte le réseau le"}
        help_texts = {"parti_le": "À partir de ce jour, l’accès est fermé. La date peut être à venir."}

    def __init__(self, *args, le, **kwargs):
        super().__init__(*args, **kwargs)
        champ = self.fields["parti_le"]
        if self.instance.parti_le:
            champ.help_text = "Laissez vide pour annuler le départ."
        else:
            champ.required, champ.widget.is_required, self.initial["parti_le"] = True, True, le


class ReglagesForm(FicheForm):
    """Identité du réseau et valeurs réglables (conception, section 6)."""

    GROUPES = (
        ("Le réseau", "", ("nom", "territoire", "de_territoire", "departement", "prefecture", "image", "retirer_le_logo")),
        ("Rythme", "Des repères convenus ensemble, jamais un objectif par personne.", ("rythme", "reunions_par_mois")),
        (
            "Visites et sollicitations",
            "Ce qui protège les entreprises. L’animateur peut passer outre l’espacement, avec un motif conservé.",
            (
                "espacement_mois",
                "refus_mois",
                "sollicitation_meme_objet_mois",
                "sollicitation_tout_objet_mois",
                "rendez_vous_minutes",
            ),
        ),
        (
            "Taille du réseau et des cibles",
            "Des avertissements, jamais des blocages.",
            ("taille_minimum", "taille_maximum", "cible_minimum"),
        ),
        (
            "Relances et suites",
            "",
            ("lettre_relance_jours", "compte_rendu_relance_jours", "suite_jours"),
        ),
        ("Déontologie", "Chacun relit et réaccepte la charte d’un clic ; elle s’annonce quinze jours avant.", ("charte_mois",)),
        (
            "Données personnelles",
            "Les autres durées se lisent dans Paramètres, Données personnelles.",
            ("anonymisation_mois",),
        ),
        (
            "Tableaux, rapports et évaluation",
            "Le rapport part au préfet et aux chefs de service dont l’institution donne le courriel.",
            ("comparaison", "rapport_mois", "rapport_courriel", "evaluation"),
        ),
        ("Entrer", "Un code du téléphone en plus du mot de passe. Vaut dès la page suivante de chacun.", ("second_facteur",)),
    )

    image = forms.FileField(
        label="Logo du réseau",
        required=False,
        help_text=f"{IMAGE} Imprimé en tête des lettres.",
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg"}),
    )
    retirer_le_logo = forms.BooleanField(label="Retirer le logo actuel", required=False)

    class Meta:
        model = Reseau
        fields = [
            "nom",
            "territoire",
            "de_territoire",
            "departement",
            "prefecture",
            "rythme",
            "reunions_par_mois",
            "espacement_mois",
            "refus_mois",
            "sollicitation_meme_objet_mois",
            "sollicitation_tout_objet_mois",
            "rendez_vous_minutes",
            "taille_minimum",
            "taille_maximum",
            "cible_minimum",
            "lettre_relance_jours",
            "compte_rendu_relance_jours",
            "suite_jours",
            "charte_mois",
            "anonymisation_mois",
            "comparaison",
            "rapport_mois",
            "rapport_courriel",
            "evaluation",
            "second_facteur",
        ]
        labels = {
            "de_territoire": "Territoire avec sa préposition",
            "rythme": "Visites par mois et par développeur",
            "reunions_par_mois": "Réunions par mois",
            "espacement_mois": "Mois entre deux visites d’une même entreprise",
            "refus_mois": "Mois sans visite après un refus",
            "sollicitation_meme_objet_mois": "Mois entre deux contacts sur le même objet",
            "sollicitation_tout_objet_mois": "Mois entre deux contacts, tous objets confondus",
            "rendez_vous_minutes": "Minutes d’un rendez-vous",
            "taille_minimum": "Participants, au moins",
            "taille_maximum": "Participants, au plus",
            "cible_minimum": "Entreprises dans une cible, au moins",
            "lettre_relance_jours": "Jours avant de relancer une lettre sans rendez-vous",
            "compte_rendu_relance_jours": "Jours avant de relancer un compte rendu",
            "suite_jours": "Jours pour informer le chef d’entreprise des suites",
            "charte_mois": "Mois avant de réaccepter la charte",
        }
        help_texts = {
            "nom": "Écrit en tête de chaque page et de chaque imprimé.",
            "prefecture": "Le bloc du préfet, en haut à gauche : Préfet de la Haute-Saône.",
            "rythme": "D’usage : 2. Se règle aussi sur la fiche de chaque membre.",
            "reunions_par_mois": "D’usage : 2.",
            "espacement_mois": "D’usage : 24, soit deux ans.",
            "refus_mois": "D’usage : 12.",
            "sollicitation_meme_objet_mois": "D’usage : 6. En deçà, un avertissement montre qui a déjà contacté l’entreprise.",
            "sollicitation_tout_objet_mois": "D’usage : 1.",
            "rendez_vous_minutes": "D’usage : 90. Se change aussi à chaque rendez-vous.",
            "taille_minimum": "D’usage : 15.",
            "taille_maximum": "D’usage : 20.",
            "cible_minimum": "D’usage : 100.",
            "lettre_relance_jours": "D’usage : 15.",
            "compte_rendu_relance_jours": "D’usage : 7, après la date de la visite.",
            "suite_jours": "D’usage : 15.",
            "charte_mois": "D’usage : 3.",
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["rythme"] = _sans_zeros(self.initial["rythme"])
        if not self.instance.logo:
            del self.fields["retirer_le_logo"]

    @property
    def groupes(self):
        """Les champs par groupe : [(titre, aide, [champ, …])]."""
        return [(titre, aide, [self[nom] for nom in noms if nom in self.fields]) for titre, aide, noms in self.GROUPES]

    def clean_departement(self):
        code = self.cleaned_data["departement"].strip().upper()
        if not DEPARTEMENT.fullmatch(code):
            raise ValidationError("Un code de département s’écrit 70, 2A ou 974.")
        return code

    def clean_image(self):
        return _image(self.cleaned_data["image"])

    def save(self, commit=True):
        self.instance.logo = _image_gardee(self.instance.logo, self.cleaned_data, "retirer_le_logo")
        return super().save(commit)


class LettreForm(FicheForm):
    """L'en-tête des lettres du préfet ; leur texte est celui d'un modèle."""

    class Meta:
        model = Reseau
        fields = ["lieu", "affaire_suivie_par", "telephone", "courriel"]
        labels = {"lieu": "Ville d’où partent les lettres", "affaire_suivie_par": "Affaire suivie par"}
        help_texts = {"telephone": "De la personne qui suit l’affaire.", "courriel": "De la personne qui suit l’affaire."}


class SignataireForm(FicheForm):
    image = forms.FileField(
        label="Image de la signature",
        required=False,
        help_text=f"{IMAGE} Sur fond blanc. Sans image, la lettre laisse la place de signer à la main.",
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg"}),
    )
    retirer_la_signature = forms.BooleanField(label="Retirer l’image actuelle", required=False)

    class Meta:
        model = Signataire
        fields = ["civilite", "nom", "titre", "debut_le", "fin_le"]
        labels = {"debut_le": "Signe depuis le", "fin_le": "Jusqu’au"}
        help_texts = {
            "titre": "Imprimé au-dessus de la signature : Le préfet, La préfète, Le préfet par intérim…",
            "fin_le": "Dernier jour compris. Vide tant que la personne est en fonction.",
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.instance.signature:
            del self.fields["retirer_la_signature"]

    def clean_image(self):
        return _image(self.cleaned_data["image"])

    def save(self, commit=True):
        self.instance.signature = _image_gardee(self.instance.signature, self.cleaned_data, "retirer_la_signature")
        return super().save(commit)


def _sans_zeros(nombre):
    """2.00 → 2 : un champ de saisie montre le nombre tel qu'on le dirait."""
    return nombre if nombre is None else format(Decimal(nombre).normalize(), "f")


def _roles(par):
    permis = [(role.value, role.label) for role in Role if par.role == Role.ANIMATEUR or role != Role.ANIMATEUR]
    return [("", "---------"), *permis]


def _image(depose):
    """Octets d'une image contrôlée et réencodée, ou None si rien n'est déposé."""
    if not depose:
        return None
    if depose.size > OCTETS_IMAGE_MAX:
        raise ValidationError("L’image dépasse 5 Mo.")
    try:
        return image_admise(depose.read())
    except ImpressionImpossible as erreur:
        raise ValidationError(str(erreur)) from erreur


def _image_gardee(actuelle, donnees, retirer):
    return donnees.get("image") or (None if donnees.get(retirer) else actuelle)
