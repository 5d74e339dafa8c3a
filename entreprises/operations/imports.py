"""Importer un fichier d'entreprises : l'essayer à blanc, l'écrire d'un bloc, en garder le bilan."""

import csv
import io
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from math import ceil
from time import monotonic

from django.db import IntegrityError, OperationalError, transaction
from django.utils.timezone import now

from entreprises.enums import EtatImport
from entreprises.lecture import Feuille, FichierRefuse, Rejet, analyser, ouvrir, referentiel_embarque
from entreprises.models import Activite, Commune, Import
from entreprises.operations.lots import rapprocher
from reseau.enums import Geste
from reseau.lib.erreurs import RegleEnfreinte
from reseau.lib.tableur import neutraliser
from reseau.models import Journal, Reseau
from reseau.operations import noter

LOT = 2_000  # lignes comparées et écrites ensemble
REJETS_MAX = 100_000  # au-delà, ce n'est pas une liste d'établissements, et tout garder coûterait trop
EXTRAIT = 10  # premières lignes montrées avant de confirmer
AVERTISSEMENTS_MONTRES = 100
GARDE = timedelta(days=7)  # un fichier déposé et jamais confirmé n'est pas gardé plus longtemps
# Champs que la lecture remplit même si le fichier n'en parle pas (« actif », diffusible) : champ → colonne qui en parle.
DITS_PAR_DEFAUT = {"etat": "etat", "diffusible": "diffusion"}
RAISON = "Raison du rejet"
DEJA_EN_COURS = "Un autre import est en cours dans ce réseau. Attendez qu’il finisse, puis recommencez."
SANS_REFERENCES = "Les références de l’Insee manquent à cette installation : lancez « manage.py charger_references »."
DOUBLON = (
    "Une entreprise de ce fichier vient d’être ajoutée par quelqu’un d’autre : rien n’a été importé. "
    "Recommencez, elle sera reconnue."
)


@dataclass
class Bilan:
    """Ce qu'un import a fait, ou ferait. `rejets` et `avertis` (les premiers) : (numéro de ligne du fichier, raison)."""

    crees: int = 0
    modifies: int = 0
    inchanges: int = 0
    rejets: list[tuple[int, str]] = field(default_factory=list)
    avertissements: int = 0
    avertis: list[tuple[int, str]] = field(default_factory=list)

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
            "avertissements": self.bilan.avertissements,
            "avertis": en_listes(self.bilan.avertis),
        }


def analyser_import(contenu, nom, reseau):
    """Essaie l'import sans rien écrire ; rend un `Apercu`, lève `RegleEnfreinte` si le fichier est refusé."""
    feuille = _ouvrir(contenu, nom)
    _verifier_references()
    extrait = []
    return Apercu(feuille, _parcourir(feuille, reseau, extrait=extrait), extrait)


def importer(contenu, nom, reseau, *, par=None):
    """Écrit tout le fichier, ou rien ; rend un `Bilan`. Rejouer le même fichier ne change rien.

    Lève `RegleEnfreinte` si le fichier est refusé ou si un autre import est en cours. `par` : le membre qui importe,
    None pour une commande.
    """
    feuille = _ouvrir(contenu, nom)
    _verifier_references()
    try:
        with transaction.atomic():
            _retenir(Reseau.objects, pk=reseau.pk)  # un import à la fois par réseau
            bilan = _parcourir(feuille, reseau, ecrire=True)
            _journaliser(bilan, nom, reseau, par)
    except IntegrityError as erreur:
        if "siret" in str(erreur):
            raise RegleEnfreinte(DOUBLON) from erreur
        raise
    return bilan


@transaction.atomic
def deposer(contenu, nom, *, par):
    """Garde un fichier, essayé à blanc, en attendant qu'on le confirme ; rend l'`Import`."""
    Import.objects.filter(reseau=par.reseau).oublies(now() - GARDE).update(etat=EtatImport.ABANDONNE, contenu=b"")
    debut = monotonic()
    apercu = analyser_import(contenu, nom, par.reseau)
    # Écrire prend jusqu'au double de l'essai (mesuré sur dix mille lignes).
    secondes = ceil(2 * (monotonic() - debut))
    return Import.objects.create(
        reseau=par.reseau,
        membre=par,
        nom=nom[:200],
        contenu=contenu,
        bilan={**apercu.en_json(), "secondes": secondes},
        rejets=en_listes(apercu.bilan.rejets),
    )


@transaction.atomic
def ecrire_import(depot, *, par):
    """Importe un fichier déposé et en garde le bilan ; lève `RegleEnfreinte` s'il n'est plus à confirmer."""
    depot = _a_confirmer(depot)
    contenu = bytes(depot.contenu)
    bilan = importer(contenu, depot.nom, depot.reseau, par=par)
    depot.bilan = {"fichier": depot.bilan.get("fichier", {}), **bilan.nombres()}
    depot.rejets = en_listes(bilan.rejets)
    depot.contenu = _composer_rejets(contenu, depot.nom) if bilan.rejets else b""
    depot.etat, depot.ecrit_le = EtatImport.ECRIT, now()
    depot.save()
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
    return _composer_rejets(contenu, depot.nom) if depot.a_confirmer else contenu


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


def _ouvrir(contenu, nom):
    try:
        return ouvrir(contenu, nom)
    except FichierRefuse as refus:
        raise RegleEnfreinte(str(refus)) from refus


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


def _journaliser(bilan, nom, reseau, par):
    nombre, precision = bilan.crees + bilan.modifies, f"{bilan.crees} créées, {bilan.modifies} modifiées : {nom}"
    if par:
        noter(par, Geste.IMPORT, "entreprises.entreprise", nombre=nombre, precision=precision)
    else:
        Journal.objects.create(
            reseau=reseau, geste=Geste.IMPORT, objet="entreprises.entreprise", nombre=nombre, precision=precision[:200]
        )


def _parcourir(feuille, reseau, *, ecrire=False, extrait=None):
    """Lit le fichier lot par lot, le compare à la base et, si demandé, l'écrit ; la même fonction à blanc et pour de bon."""
    bilan = Bilan()
    ignores = {champ for champ, colonne in DITS_PAR_DEFAUT.items() if colonne not in feuille.colonnes}
    acceptees = _trier(analyser(feuille, referentiel_embarque()), bilan)
    while lignes := list(islice(acceptees, LOT)):
        lot = rapprocher(lignes, reseau, ignores, verrouiller=ecrire)
        bilan.ajouter(lot)
        if extrait is not None and not extrait:
            extrait += [_resumer(ligne, lot.sorts[ligne.ligne]) for ligne in lignes[:EXTRAIT]]
        if ecrire:
            lot.ecrire()
    return bilan


def _trier(resultats, bilan):
    """Rend les lignes acceptées ; note au bilan les rejets et les avertissements."""
    for resultat in resultats:
        if isinstance(resultat, Rejet):
            bilan.rejets.append((resultat.ligne, resultat.raison))
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


def _resumer(ligne, sort):
    dirigeant = (ligne.dirigeant_civilite, ligne.dirigeant_prenom, ligne.dirigeant_nom)
    return {
        "ligne": ligne.ligne,
        "siret": ligne.siret,
        "raison_sociale": ligne.raison_sociale,
        "ville": ligne.ville,
        "naf": ligne.naf or ligne.naf_2025,
        "effectif": ligne.effectif,
        "tranche_effectif": ligne.tranche_effectif,
        "dirigeant": " ".join(filter(None, dirigeant)),
        "sort": sort,
    }


def _a_confirmer(depot):
    depot = _retenir(Import.objects, pk=depot.pk)
    if not depot.a_confirmer:
        raise RegleEnfreinte(f"Ce fichier n’est plus à confirmer : {depot.get_etat_display().lower()}.")
    return depot


def _composer_rejets(contenu, nom):
    """La raison vient en tête : une ligne qui déborde de ses en-têtes ne la décale pas."""
    feuille = _ouvrir(contenu, nom)
    sortie = io.StringIO()
    ecriture = csv.writer(sortie, delimiter=";", lineterminator="\r\n")
    # Le fichier corrigé d'un premier rejet porte déjà cette colonne.
    gardees = [indice for indice, nom in enumerate(feuille.entetes) if nom != RAISON]
    ecriture.writerow([RAISON, *(neutraliser(feuille.entetes[indice]) for indice in gardees)])
    for resultat in analyser(feuille, referentiel_embarque()):
        if isinstance(resultat, Rejet):
            cellules = resultat.valeurs + ("",) * (len(feuille.entetes) - len(resultat.valeurs))
            origine = [cellules[indice] for indice in gardees] + list(cellules[len(feuille.entetes) :])
            ecriture.writerow([resultat.raison, *map(_cellule, origine)])
    return sortie.getvalue().encode("utf-8-sig")


def _cellule(texte):
    """Quatorze chiffres s'écrivent par groupes : un tableur les prendrait pour un nombre et en perdrait la fin."""
    if len(texte) == 14 and texte.isascii() and texte.isdigit():
        return f"{texte[:3]} {texte[3:6]} {texte[6:9]} {texte[9:]}"
    return neutraliser(texte)
