"""Les contacts d'une institution, repris de sa liste : rapprochés des entreprises du réseau, et notés au journal."""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property

from django.utils.timezone import localdate

from entreprises.enums import GenreImport
from entreprises.lecture import referentiel_embarque
from entreprises.lecture.sollicitations import SOLLICITATIONS, FicheConnue, analyser_contacts, nom_comparable
from entreprises.models import Entreprise, Sollicitation
from reseau.lib.erreurs import RegleEnfreinte
from reseau.lib.recherche import cle_de_recherche
from reseau.models import Membre

CIVILITES = {"m", "mr", "monsieur", "mme", "mlle", "madame"}
SORTS = {"créée": "noté", "inchangée": "laissé : déjà au journal"}
FUSION = "Une entreprise de ce fichier vient d’être fusionnée : rien n’a été noté. Recommencez, elle sera reconnue."


class Connues:
    """L'`Annuaire` d'un déposant : les entreprises qu'il voit ; une fiche fusionnée mène à celle qui l'a absorbée."""

    def __init__(self, deposant, institution):
        self.deposant, self.institution = deposant, institution

    def de_siret(self, siret):
        return self._par_siret.get(siret, ())

    def de_siren(self, siren):
        return self._par_siren.get(siren, ())

    def de_nom(self, nom):
        return self._par_nom.get(nom, ())

    def membre(self, agent):
        memes = self._membres.get(_personne(agent), ())
        return memes[0] if len(memes) == 1 else None

    @cached_property
    def _visibles(self):
        """{clé: fiche}."""
        fiches = Entreprise.objects.visibles_par(self.deposant).order_by("pk").values_list(*FicheConnue._fields)
        return {fiche[0]: FicheConnue._make(fiche) for fiche in fiches.iterator()}

    @cached_property
    def _absorbees(self):
        """[(fiche absorbée, celle qui l'a absorbée, si le déposant la voit)]."""
        fiches = Entreprise.objects.filter(reseau=self.deposant.reseau_id, fusionnee_dans__isnull=False).order_by("pk")
        lues = fiches.values_list("fusionnee_dans", *FicheConnue._fields)
        return [(FicheConnue._make(fiche), self._visibles[cle]) for cle, *fiche in lues if cle in self._visibles]

    @cached_property
    def _designees(self):
        """[(fiche que l'on peut nommer, fiche qui reçoit)] : une absorbée se nomme encore."""
        return [*((fiche, fiche) for fiche in self._visibles.values()), *self._absorbees]

    @cached_property
    def _par_siret(self):
        return {nommee.siret: (fiche,) for nommee, fiche in self._designees}

    @cached_property
    def _par_siren(self):
        return _ranger((nommee.siret[:9], fiche) for nommee, fiche in self._designees)

    @cached_property
    def _par_nom(self):
        noms = ((nom, fiche) for nommee, fiche in self._designees for nom in (nommee.raison_sociale, nommee.enseigne) if nom)
        return _ranger((nom_comparable(nom), fiche) for nom, fiche in noms)

    @cached_property
    def _membres(self):
        membres = Membre.objects.filter(institution=self.institution).values_list("pk", "prenom", "nom")
        return _ranger((_personne(f"{prenom} {nom}"), pk) for pk, prenom, nom in membres)


def _ranger(paires):
    """{clé: ses valeurs, chacune une fois}."""
    rangees = defaultdict(dict)
    for cle, valeur in paires:
        rangees[cle][valeur] = None
    return {cle: tuple(valeurs) for cle, valeurs in rangees.items()}


def _personne(nom):
    """« Mme Élise DUPONT » et « Dupont Élise » sont la même."""
    return frozenset(cle_de_recherche(nom).split()) - CIVILITES


@dataclass
class LotDeContacts:
    """Ce qu'un lot notera. `sorts` : numéro de ligne → « créée » ou « inchangée », comme un `Lot` d'entreprises."""

    a_noter: list[Sollicitation] = field(default_factory=list)
    sorts: dict[int, str] = field(default_factory=dict)

    def nombre(self, sort):
        return sum(1 for autre in self.sorts.values() if autre == sort)

    def ecrire(self):
        """Enregistre le lot ; {} : chaque ligne porte son dépôt, l'annuler ne demande pas d'autre trace."""
        Sollicitation.objects.bulk_create(self.a_noter)
        return {}


class Contacts:
    """Une liste de contacts : chaque ligne en note un au journal de l'institution du dépôt, s'il n'y est pas déjà."""

    jeu = SOLLICITATIONS
    objet = "entreprises.sollicitation"

    def __init__(self, depot):
        self.depot = depot
        self.connues = Connues(depot.membre, depot.institution)
        self.lus = set()  # ce que les lots d'avant ont noté, ou noteraient

    def classer(self, feuille):
        return GenreImport.SOLLICITATIONS

    def analyser(self, feuille):
        return analyser_contacts(feuille, referentiel_embarque(), self.connues, localdate())

    def rapprocher(self, lignes, feuille, *, verrouiller):
        entreprises = {ligne.fiche.pk for ligne in lignes}
        if verrouiller:
            _retenir(entreprises)
        notes = Sollicitation.objects.filter(institution=self.depot.institution, entreprise__in=entreprises)
        self.lus.update(notes.values_list("entreprise", "le", "canal", "objet"))
        lot = LotDeContacts()
        for ligne in lignes:
            contact = self._contact(ligne)
            cle = (contact.entreprise_id, contact.le, contact.canal, contact.objet)
            lot.sorts[ligne.ligne] = "inchangée" if cle in self.lus else "créée"
            if cle not in self.lus:
                self.lus.add(cle)
                lot.a_noter.append(contact)
        return lot

    def resumer(self, ligne, sort):
        contact = self._contact(ligne)
        return {
            "ligne": ligne.ligne,
            "siret": ligne.fiche.siret,
            "raison_sociale": ligne.fiche.raison_sociale,
            "ville": ligne.fiche.ville,
            "le": f"{ligne.le:%d/%m/%Y}",
            "canal": contact.get_canal_display(),
            "objet": contact.get_objet_display(),
            "precision": ligne.precision,
            "sort": SORTS[sort],
        }

    def raconter(self, bilan):
        return f"{bilan.crees} contacts notés ({self.depot.institution})"

    def _contact(self, ligne):
        return Sollicitation(
            reseau=self.depot.reseau,
            entreprise_id=ligne.fiche.pk,
            institution=self.depot.institution,
            membre_id=ligne.membre,
            le=ligne.le,
            canal=ligne.canal or self.depot.canal,
            objet=ligne.objet or self.depot.objet,
            precision=ligne.precision,
            depot=self.depot,
        )


def _retenir(entreprises):
    """Verrouille ces fiches ; `RegleEnfreinte` si l'une d'elles vient d'être fusionnée dans une autre."""
    distinctes = Entreprise.objects.distinctes().filter(pk__in=entreprises).order_by("pk")
    if len(distinctes.select_for_update(no_key=True).values_list("pk", flat=True)) < len(entreprises):
        raise RegleEnfreinte(FUSION)
