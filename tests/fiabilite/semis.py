"""Un jeton différent dans chaque champ de texte de chaque modèle d'un réseau, valable pour ce champ."""

import re
from contextlib import suppress

from django.db import IntegrityError, models, transaction

from reseau.models import Reseau, Utilisateur
from tests.fiabilite.cloisons import chemins

PREFIXE = "zqv"  # trois lettres : de quoi les chercher tous
TROP_COURT = 16  # des codes : département, code postal, couleur, SIRET…
# Ce que le produit calcule ou ne laisse pas récrire, champ par champ.
SANS_JETON = {
    "entreprises.correspondance.entetes": "une empreinte",
    "reseau.charte.texte": "adoptée, la base ne la laisse plus récrire",
    "reseau.compteur.serie": "un code",
    "reseau.journal.objet": "le journal ne se récrit pas",
    "reseau.journal.precision": "le journal ne se récrit pas",
    "reseau.piecejointe.genre": "un type de fichier",
    "reseau.utilisateur.password": "une empreinte",
    "suivi.compterendufige.empreinte_docx": "une empreinte",
    "suivi.compterendufige.empreinte_pdf": "une empreinte",
    "suivi.evaluation.empreinte": "une empreinte",
    "suivi.fichierfige.empreinte": "une empreinte",
    "suivi.tableaufige.code": "un code",
    "visites.demandedevisite.empreinte": "une empreinte",
    "visites.demandedevisite.expediteur": "une empreinte",
    "visites.fluxagenda.empreinte": "une empreinte",
    "visites.fluxagenda.graine": "une graine",
    "visites.guide.fourni": "un code",
    "visites.pdffige.empreinte": "une empreinte",
}
FORMES = {
    "entreprises.document.nom": "{}.pdf",
    "reseau.conventionsignee.nom": "{}.pdf",
    "reseau.piecejointe.nom": "{}.pdf",
    "entreprises.vueenregistree.parametres": "q={}",
    "suivi.brouillon.contenu": "entendu={}&phrase=",
    "reseau.pli.page": "/{}/",
    "entreprises.entreprise.site": "https://{}.exemple.fr",
    "reseau.dispositif.lien": "https://{}.exemple.fr",
}


class Semis:
    """`places` : {jeton: « suivi.projet.titre »} ; `vides` : les champs sans ligne qui puisse en porter un."""

    def __init__(self, reseau):
        self.places, self.vides = {}, set()
        for modele, chemin in {**chemins(), Reseau: "pk", Utilisateur: "appartenances__reseau"}.items():
            lignes = modele._base_manager.filter(**{chemin: reseau.pk}).order_by("pk")
            for champ in filter(_se_seme, modele._meta.local_concrete_fields):
                self._semer(lignes, champ)

    def _semer(self, lignes, champ):
        """Toutes les lignes reçoivent le jeton du champ, suivi de leur numéro : rien de ce qui est unique ne se heurte."""
        jeton = self._jeton(champ)
        for cle in list(lignes.values_list("pk", flat=True)):
            valeur = jeton if _est_un_telephone(champ) else _forme(champ).format(f"{jeton}-{cle}")
            with suppress(IntegrityError), transaction.atomic():  # une règle de la base : cette ligne-là n'en porte pas
                champ.model._base_manager.filter(pk=cle).update(**{champ.name: valeur})
                self.places[jeton] = str(champ).lower()
        self.vides |= set() if jeton in self.places else {str(champ).lower()}

    def _jeton(self, champ):
        rang = len(self.places) + 100
        return f"06 39 98 {rang // 100:02d} {rang % 100:02d}" if _est_un_telephone(champ) else f"{PREFIXE}{rang}"

    def lus(self, texte):
        """Les champs dont le jeton se lit dans ce texte en minuscules."""
        trouves = re.findall(rf"{PREFIXE}\d{{3}}|06 39 98 \d\d \d\d", texte)
        return {self.places[jeton] for jeton in trouves if jeton in self.places}


def _se_seme(champ):
    texte = isinstance(champ, models.CharField | models.TextField) and not champ.choices
    court = champ.max_length is not None and champ.max_length < TROP_COURT
    return texte and not court and str(champ).lower() not in SANS_JETON


def _est_un_telephone(champ):
    return champ.name == "telephone"


def _forme(champ):
    return "{}@exemple.fr" if isinstance(champ, models.EmailField) else FORMES.get(str(champ).lower(), "{}")
