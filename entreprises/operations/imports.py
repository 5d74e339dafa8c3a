"""Importer un fichier d'entreprises : l'essayer à blanc, l'écrire d'un bloc, en garder le bilan."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import islice
from math import ceil
from time import monotonic

from django.db import IntegrityError, OperationalError, transaction
from django.utils.timezone import now

from entreprises.enums import EtatImport, GenreImport
from entreprises.lecture import ColonnesARevoir, Feuille, FichierRefuse, Rejet, ouvrir
from entreprises.models import Activite, Commune, Import
from entreprises.operations import changements, correspondances, genres, traces
from entreprises.operations.rejets import RejetsEnCsv, composer_rejets
from reseau.enums import Geste
from reseau.lib.erreurs import RegleEnfreinte
from reseau.models import Journal, Reseau
from reseau.operations import noter

LOT = 2_000  # lignes comparées et écrites ensemble
REJETS_MAX = 100_000  # au-delà, ce n'est pas une liste d'établissements, et tout garder coûterait trop
EXTRAIT = 10  # premières lignes montrées avant de confirmer
AVERTISSEMENTS_MONTRES = 100
GARDE = timedelta(days=7)  # un fichier déposé et jamais confirmé n'est pas gardé plus longtemps
DEJA_EN_COURS = "Un autre import est en cours dans ce réseau. Attendez qu’il finisse, puis recommencez."
SANS_REFERENCES = "Les références de l’Insee manquent à cette installation : lancez « manage.py charger_references »."
TROP_ANCIEN = "Les colonnes de ce dépôt ne se corrigent pas ici : abandonnez-le et déposez de nouveau le fichier."
# Ce que la base refuse d'écrire deux fois : un mot de son refus → la phrase à montrer.
DOUBLONS = {
    "siret": (
        "Une entreprise de ce fichier vient d’être ajoutée par quelqu’un d’autre : rien n’a été importé. "
        "Recommencez, elle sera reconnue."
    ),
    "sollicitation": "Quelqu’un vient de noter l’un de ces contacts : rien n’a été importé. Recommencez, il sera reconnu.",
}


class ColonnesIncompletes(RegleEnfreinte):
    """Le fichier se lit, mais il reste à dire quelles colonnes portent l'indispensable. `feuille` : le fichier."""

    def __init__(self, raison, feuille):
        super().__init__(raison)
        self.feuille = feuille


@dataclass
class Bilan:
    """Ce qu'un import a fait, ou ferait. `rejets` et `avertis` (les premiers) : (numéro de ligne du fichier, raison)."""

    crees: int = 0
    modifies: int = 0
    inchanges: int = 0
    rejets: list[tuple[int, str]] = field(default_factory=list)
    avertissements: int = 0
    avertis: list[tuple[int, str]] = field(default_factory=list)
    changements: Counter = field(default_factory=Counter)  # genre → nombre, appris d'un fichier SIRENE

    @property
    def lus(self):
        """Lignes non vides du fichier : créées + modifiées + inchangées + rejetées."""
        return self.crees + self.modifies + self.inchanges + len(self.rejets)

    def nombres(self):
        """{"lus", "crees", "modifies", "inchanges", "rejetes"} : des nombres."""
        return {
            "lus": self.lus,
            "crees": self.crees,
            "modifies": self.modifies,
            "inchanges": self.inchanges,
            "rejetes": len(self.rejets),
        }

    def ajouter(self, lot):
        self.crees += lot.nombre("créée")
        self.modifies += lot.nombre("modifiée")
        self.inchanges += lot.nombre("inchangée")


@dataclass(frozen=True)
class Apercu:
    """Un import essayé à blanc : le fichier tel qu'il est compris, ses premières lignes et leur sort, le bilan."""

    feuille: Feuille
    bilan: Bilan
    extrait: list[dict]

    def en_json(self):
        """Ce que `Import.bilan` garde ; voir `decrire` pour la clé « fichier »."""
        return {
            **self.bilan.nombres(),
            "fichier": decrire(self.feuille),
            "extrait": self.extrait,
            **correspondances.decrire_colonnes(self.feuille),
            "avertissements": self.bilan.avertissements,
            "avertis": en_listes(self.bilan.avertis),
        }


def analyser_import(contenu, nom, reseau, *, correspondance=None, avancer=None):
    """Essaie l'import sans rien écrire ; rend un `Apercu`, lève `RegleEnfreinte` si le fichier est refusé.

    `correspondance` : {"champ": [rangs]}, {} pour s'en tenir aux noms des colonnes, None pour ce que le réseau a retenu.
    `avancer(fait, total)` suit l'avancement, en lignes.
    """
    genre = genres.Entreprises(reseau)
    return essayer_feuille(_ouvrir(contenu, nom, reseau, correspondance, genre), reseau, genre=genre, avancer=avancer)


def essayer_feuille(feuille, reseau, *, genre=None, avancer=None):
    """L'`Apercu` d'une feuille déjà ouverte, sans rien écrire. `genre` : voir `genres` ; à défaut, des entreprises."""
    _verifier_references()
    extrait = []
    bilan = _parcourir(feuille, genre or genres.Entreprises(reseau), extrait=extrait, avancer=avancer)
    return Apercu(feuille, bilan, extrait)


def importer(contenu, nom, reseau, *, par=None, depot=None, correspondance=None, avancer=None):
    """Écrit tout le fichier, ou rien ; rend un `Bilan`. Rejouer le même fichier ne change rien.

    Lève `RegleEnfreinte` si le fichier est refusé ou si un autre import est en cours. `par` : le membre qui importe,
    None pour une commande. `depot` : l'`Import` qu'on confirme, None pour en créer un. Le reste : voir `analyser_import`.
    """
    genre = genres.du_depot(depot) if depot else genres.Entreprises(reseau)
    feuille = _ouvrir(contenu, nom, reseau, correspondance, genre)
    return importer_feuille(feuille, reseau, par=par, depot=depot, genre=genre, avancer=avancer)


def importer_feuille(feuille, reseau, *, par=None, depot=None, genre=None, avancer=None):
    """Écrit une feuille déjà ouverte, ou rien ; rend un `Bilan`. Voir `importer`."""
    _verifier_references()
    genre = genre or genres.Entreprises(reseau)
    try:
        with transaction.atomic():
            _retenir(Reseau.objects, pk=reseau.pk)  # un import à la fois par réseau
            depot = depot or Import.objects.create(reseau=reseau, membre=par, nom=feuille.nom[:200], contenu=b"")
            rejets = RejetsEnCsv(feuille)
            bilan = _parcourir(feuille, genre, depot=depot, rejets=rejets, avancer=avancer)
            _clore(depot, feuille, bilan, rejets, genre)
            _journaliser(bilan, reseau, par, genre)
    except IntegrityError as erreur:
        for mot, phrase in DOUBLONS.items():
            if mot in str(erreur):
                raise RegleEnfreinte(phrase) from erreur
        raise
    return bilan


@transaction.atomic
def deposer(contenu, nom, *, par, avancer=None, **contacts):
    """Garde un fichier, essayé à blanc, en attendant qu'on le confirme ; rend l'`Import`.

    `contacts` : pour une liste de contacts, leur `institution`, et le `canal` et l'`objet` de ceux qui ne les disent pas.
    S'il y manque une colonne indispensable mais qu'on peut la désigner, il est gardé sans être essayé.
    """
    Import.objects.filter(reseau=par.reseau).oublies(now() - GARDE).update(etat=EtatImport.ABANDONNE, contenu=b"")
    genre = GenreImport.SOLLICITATIONS if contacts else GenreImport.ENTREPRISES
    depot = Import(reseau=par.reseau, membre=par, nom=nom[:200], contenu=contenu, genre=genre, **contacts)
    _essayer(depot, None, avancer)
    depot.bilan["reprise"] = bool(depot.correspondance)
    depot.save()
    return depot


@transaction.atomic
def corriger_colonnes(depot, choix, *, avancer=None):
    """Refait l'essai à blanc avec ces colonnes. `choix` : le champ ("" : ignorer) de chaque colonne du fichier."""
    depot = _a_confirmer(depot)
    try:
        voulue = correspondances.corriger(depot.bilan, choix)
    except (KeyError, ValueError) as erreur:
        raise RegleEnfreinte(TROP_ANCIEN) from erreur
    _essayer(depot, voulue, avancer)
    depot.save()
    return depot


@transaction.atomic
def ecrire_import(depot, *, par, avancer=None):
    """Importe un fichier déposé et en garde le bilan ; lève `RegleEnfreinte` s'il n'est plus à confirmer."""
    depot = _a_confirmer(depot)
    importer(
        bytes(depot.contenu), depot.nom, depot.reseau, par=par, depot=depot, correspondance=depot.correspondance, avancer=avancer
    )
    return depot


@transaction.atomic
def abandonner_import(depot):
    """Renonce : le fichier est effacé, son bilan à blanc reste dans l'historique."""
    depot = _a_confirmer(depot)
    depot.etat, depot.contenu = EtatImport.ABANDONNE, b""
    depot.save()
    return depot


def rejets_en_csv(depot):
    """Les lignes rejetées, à corriger et à réimporter : la raison, puis les colonnes d'origine. Octets d'un CSV."""
    contenu = bytes(depot.contenu)
    if not depot.a_confirmer:
        return contenu
    genre = genres.du_depot(depot)
    feuille = _ouvrir(contenu, depot.nom, depot.reseau, depot.correspondance, genre)
    return composer_rejets(feuille, genre.analyser(feuille))


def decrire(feuille):
    """Le fichier en mots, pour l'aperçu. `reconnues` : [champ, [en-têtes]], dans l'ordre du fichier."""
    reconnues = sorted(feuille.colonnes.items(), key=lambda colonne: colonne[1][0])
    return {
        "genre": feuille.genre,
        "format": feuille.format,
        "encodage": feuille.encodage,
        "separateur": feuille.separateur,
        "onglet": feuille.onglet,
        "reconnues": [[champ, [feuille.entetes[indice] for indice in indices]] for champ, indices in reconnues],
        "ignorees": list(feuille.colonnes_ignorees),
        "remarques": list(feuille.avertissements),
    }


def en_listes(remarques):
    """[(ligne, raison)] → [{"ligne", "raison"}], la forme gardée et montrée."""
    return [{"ligne": ligne, "raison": raison} for ligne, raison in remarques]


def _ouvrir(contenu, nom, reseau, correspondance, genre):
    if correspondance is None:
        correspondance = partial(correspondances.retenue, reseau, genre=genre.jeu.nom)
    try:
        return ouvrir(contenu, nom, correspondance, genre.jeu)
    except ColonnesARevoir as refus:
        raise ColonnesIncompletes(str(refus), refus.feuille) from refus
    except FichierRefuse as refus:
        raise RegleEnfreinte(str(refus)) from refus


def _essayer(depot, correspondance, avancer):
    """Pose sur le dépôt l'essai à blanc de son fichier, ou la colonne qui lui manque."""
    debut = monotonic()
    try:
        genre = genres.du_depot(depot)
        feuille = _ouvrir(bytes(depot.contenu), depot.nom, depot.reseau, correspondance, genre)
        apercu = essayer_feuille(feuille, depot.reseau, genre=genre, avancer=avancer)
    except ColonnesIncompletes as manque:
        feuille, depot.rejets = manque.feuille, []
        description = {"fichier": decrire(feuille), **correspondances.decrire_colonnes(feuille)}
        depot.bilan = {**Bilan().nombres(), **description, "manque": str(manque)}
    else:
        # Écrire prend jusqu'au double de l'essai (mesuré sur dix mille lignes).
        secondes = ceil(2 * (monotonic() - debut))
        depot.rejets = en_listes(apercu.bilan.rejets)
        depot.bilan = {**apercu.en_json(), "secondes": secondes}
    depot.correspondance = depot.bilan["champs"] if feuille.corrigee else {}


def _clore(depot, feuille, bilan, rejets, genre):
    """L'import est écrit : son bilan, ses seules lignes rejetées, et les colonnes corrigées, retenues pour la suite."""
    depot.correspondance = {champ: list(rangs) for champ, rangs in feuille.colonnes.items()} if feuille.corrigee else {}
    depot.bilan = {"fichier": decrire(feuille), **bilan.nombres()}
    depot.rejets = en_listes(bilan.rejets)
    depot.contenu = rejets.octets() if bilan.rejets else b""
    depot.genre = genre.classer(feuille)
    depot.etat, depot.ecrit_le = EtatImport.ECRIT, now()
    depot.save()
    correspondances.retenir(depot, feuille.entetes)


def _verifier_references():
    """Sans elles, communes et activités seraient perdues sans bruit."""
    if not (Commune.objects.exists() and Activite.objects.exists()):
        raise RegleEnfreinte(SANS_REFERENCES)


def _retenir(lignes, **cle):
    """Verrouille une ligne jusqu'à la fin de la transaction ; qui attend trop longtemps lit un message."""
    try:
        with transaction.atomic():
            return lignes.select_for_update(no_key=True).get(**cle)
    except OperationalError as erreur:
        raise RegleEnfreinte(DEJA_EN_COURS) from erreur


def _journaliser(bilan, reseau, par, genre):
    nombre, precision = bilan.crees + bilan.modifies, genre.raconter(bilan)
    if par:
        noter(par, Geste.IMPORT, genre.objet, nombre=nombre, precision=precision)
    else:
        Journal.objects.create(reseau=reseau, geste=Geste.IMPORT, objet=genre.objet, nombre=nombre, precision=precision[:200])


def _parcourir(feuille, genre, *, depot=None, extrait=None, rejets=None, avancer=None):
    """Lit le fichier lot par lot et le compare à la base ; l'écrit si `depot`. La même fonction à blanc et pour de bon."""
    bilan = Bilan()
    acceptees = _trier(genre.analyser(feuille), bilan, rejets)
    total = sum(1 for _ in feuille.lignes()) if avancer else 0
    numero = 0
    while lignes := list(islice(acceptees, LOT)):
        numero += 1
        lot = genre.rapprocher(lignes, feuille, verrouiller=depot is not None)
        bilan.ajouter(lot)
        if extrait is not None and not extrait:
            extrait += [genre.resumer(ligne, lot.sorts[ligne.ligne]) for ligne in lignes[:EXTRAIT]]
        if depot:
            traces.garder(depot, numero, lot.ecrire())
        if feuille.format == "sirene":
            bilan.changements.update(changements.relever(lot, depot))
        if avancer:
            avancer(bilan.lus, total)
    return bilan


def _trier(resultats, bilan, rejets):
    """Rend les lignes acceptées ; note au bilan les rejets (à `rejets` aussi, s'il y en a un) et les avertissements."""
    for resultat in resultats:
        if isinstance(resultat, Rejet):
            bilan.rejets.append((resultat.ligne, resultat.raison))
            if rejets:
                rejets.ajouter(resultat)
            if len(bilan.rejets) > REJETS_MAX:
                ligne, raison = bilan.rejets[0]
                raise RegleEnfreinte(
                    f"Plus de {REJETS_MAX} lignes sont rejetées (la première, ligne {ligne} : {raison}) "
                    "Ce fichier n’est pas une liste d’établissements, ou il faut le découper."
                )
        else:
            bilan.avertissements += len(resultat.avertissements)
            if resultat.avertissements and len(bilan.avertis) < AVERTISSEMENTS_MONTRES:
                bilan.avertis += [(resultat.ligne, raison) for raison in resultat.avertissements]
            yield resultat


def _a_confirmer(depot):
    depot = _retenir(Import.objects, pk=depot.pk)
    if not depot.a_confirmer:
        raise RegleEnfreinte(f"Ce fichier n’est plus à confirmer : {depot.get_etat_display().lower()}.")
    return depot
