"""Un lot de lignes lues, rapproché de ce que le réseau connaît : à créer, à modifier, ou rien à faire."""

from dataclasses import dataclass, field
from functools import cache

from entreprises.lecture import CHAMPS_ENTREPRISE
from entreprises.lecture.analyse import NON_DIFFUSIBLE
from entreprises.lecture.coordonnees import lire_courriel, lire_site, lire_telephone
from entreprises.lecture.nettoyage import cle, nettoyer
from entreprises.lecture.refus import ValeurEcartee
from entreprises.models import Commune, Contact, Entreprise, Etiquette
from entreprises.operations.traces import empreinte, en_json
from entreprises.recherche import apprendre
from reseau.operations import recrire

DIRIGEANT = "dirigeant_"
ATTRIBUTS = {"naf": "naf_id", "naf_2025": "naf_2025_id", "commune": "commune_id"}
A_PART = {"siret", "etiquettes"}
CHAMPS = tuple(champ for champ in CHAMPS_ENTREPRISE if not champ.startswith(DIRIGEANT) and champ not in A_PART)
CHAMPS_DU_DIRIGEANT = ("civilite", "nom", "prenom", "fonction")
LECTURES = {"telephone": lire_telephone, "courriel": lire_courriel, "site": lire_site}
Pose = Entreprise.etiquettes.through


@dataclass
class Lot:
    """Ce qu'un lot changera. `sorts` : numéro de ligne → « créée », « modifiée » ou « inchangée ».

    `avant` et `contacts_avant` : clé → {attribut: [valeur d'avant, valeur d'après]}, de quoi annuler.
    """

    reseau: object
    a_creer: list[Entreprise] = field(default_factory=list)
    a_modifier: list[Entreprise] = field(default_factory=list)
    champs: set[str] = field(default_factory=set)
    avant: dict[int, dict] = field(default_factory=dict)
    contacts_a_creer: list[Contact] = field(default_factory=list)
    contacts_a_modifier: list[Contact] = field(default_factory=list)
    contacts_avant: dict[int, dict] = field(default_factory=dict)
    contacts_a_relever: list[int] = field(default_factory=list)
    a_etiqueter: list[tuple[Entreprise, str]] = field(default_factory=list)
    sorts: dict[int, str] = field(default_factory=dict)

    def nombre(self, sort):
        return sum(1 for autre in self.sorts.values() if autre == sort)

    def ecrire(self):
        """Enregistre le lot par paquets, jamais ligne à ligne ; rend de quoi l'annuler (voir `annulation`), {} si rien."""
        apprendre([*self.a_creer, *self.a_modifier])
        Entreprise.objects.bulk_create(self.a_creer)
        recrire(self.a_modifier, self.champs | {"recherche", "version"})
        # D'abord l'ancien dirigeant, puis le nouveau : la base n'en admet jamais deux.
        Contact.objects.filter(pk__in=self.contacts_a_relever).update(dirigeant=False)
        recrire(self.contacts_a_modifier, {*CHAMPS_DU_DIRIGEANT, "dirigeant", "version"})
        Contact.objects.bulk_create(self.contacts_a_creer)
        nouvelles, posees = _etiqueter(self.a_etiqueter, self.reseau)
        trace = {
            "crees": [[fiche.pk, empreinte(fiche)] for fiche in self.a_creer],
            "modifies": self.avant,
            "contacts_crees": [[contact.pk, contact.entreprise_id, empreinte(contact)] for contact in self.contacts_a_creer],
            "contacts_modifies": self.contacts_avant,
            "contacts_releves": self.contacts_a_relever,
            "etiquettes_creees": nouvelles,
            "etiquettes": posees,
        }
        return {nom: valeur for nom, valeur in trace.items() if valeur}


def _etiqueter(a_poser, reseau):
    """Crée les étiquettes qui manquent et les pose ; rend ([clés créées], [[entreprise, étiquette] posées])."""
    if not a_poser:
        return [], []
    connues = {etiquette.nom.lower(): etiquette.pk for etiquette in Etiquette.objects.filter(reseau=reseau)}
    manquantes = {nom.lower(): nom for _, nom in a_poser if nom.lower() not in connues}
    nouvelles = Etiquette.objects.bulk_create(Etiquette(reseau=reseau, nom=nom) for nom in manquantes.values())
    connues |= {etiquette.nom.lower(): etiquette.pk for etiquette in nouvelles}
    posees = [[fiche.pk, connues[nom.lower()]] for fiche, nom in a_poser]
    Pose.objects.bulk_create(
        (Pose(entreprise_id=fiche, etiquette_id=etiquette) for fiche, etiquette in posees), ignore_conflicts=True
    )
    return [etiquette.pk for etiquette in nouvelles], posees


def rapprocher(lignes, reseau, ignores, *, verrouiller):
    """Compare un lot de `LigneEntreprise` à la base, sans rien écrire ; rend un `Lot`.

    `ignores` : les champs que le fichier ne porte pas. Une valeur vide n'efface jamais une valeur connue.
    `verrouiller` : retient les fiches connues jusqu'à la fin de la transaction.
    """
    lot = Lot(reseau)
    etiquetees = any(ligne.etiquettes for ligne in lignes)
    connues = _connues([ligne.siret for ligne in lignes], reseau, verrouiller, etiquetees)
    communes = Commune.objects.in_bulk({ligne.commune for ligne in lignes if ligne.commune})
    lus = [(champ, ATTRIBUTS.get(champ, champ)) for champ in CHAMPS if champ not in ignores]
    for ligne in lignes:
        valeurs = _valeurs(ligne, lus)
        entreprise = connues.get(ligne.siret)
        if entreprise is None:
            _creer(lot, ligne, valeurs, communes)
        else:
            _modifier(lot, ligne, valeurs, entreprise, communes)
    return lot


def _connues(sirets, reseau, verrouiller, etiquetees):
    """Dictionnaire SIRET → fiche, avec sa commune et ses contacts (et ses étiquettes) : autant de requêtes."""
    fiches = Entreprise.objects.filter(reseau=reseau, siret__in=sirets).select_related("commune").order_by("pk")
    if verrouiller:
        fiches = fiches.select_for_update(of=("self",), no_key=True)
    liens = ["contacts", "etiquettes"] if etiquetees else ["contacts"]
    return {fiche.siret: fiche for fiche in fiches.prefetch_related(*liens)}


def _valeurs(ligne, lus):
    """Attribut du modèle → valeur, pour ce que la ligne dit vraiment. `lus` : (champ de la ligne, attribut)."""
    valeurs = {attribut: valeur for champ, attribut in lus if (valeur := getattr(ligne, champ)) not in ("", None)}
    if not ligne.diffusible:
        # « Non diffusible » protège toujours, même dit sans colonne ; et son nom de remplacement n'en remplace aucun.
        valeurs["diffusible"] = False
        if ligne.raison_sociale == NON_DIFFUSIBLE:
            valeurs.pop("raison_sociale", None)
    return valeurs


@cache
def _colonnes():
    """(attribut, valeur par défaut) de chaque colonne d'une entreprise, dans leur ordre."""
    return [(champ.attname, champ.get_default()) for champ in Entreprise._meta.concrete_fields]


def _creer(lot, ligne, valeurs, communes):
    lues = {"reseau_id": lot.reseau.pk, "siret": ligne.siret, "raison_sociale": ligne.raison_sociale} | valeurs
    # Dans l'ordre des colonnes, et non nommées : trois fois plus vite.
    entreprise = Entreprise(*[lues.get(nom, defaut) for nom, defaut in _colonnes()])
    entreprise.commune = communes.get(entreprise.commune_id)
    contacts = [Contact(entreprise=entreprise, dirigeant=True, **_personne(ligne))] if ligne.dirigeant_nom else []
    entreprise.recherche = entreprise.composer_recherche(contacts)
    lot.a_creer.append(entreprise)
    lot.sorts[ligne.ligne] = "créée"
    lot.a_etiqueter += [(entreprise, nom) for nom in ligne.etiquettes]
    lot.contacts_a_creer += contacts


def _modifier(lot, ligne, valeurs, entreprise, communes):
    avant = _differences(entreprise, valeurs)
    if avant:
        lot.avant[entreprise.pk] = _appliquer(entreprise, avant, valeurs)
        if "commune_id" in avant:
            entreprise.commune = communes.get(entreprise.commune_id)
        entreprise.version += 1
        lot.champs |= {nom.removesuffix("_id") for nom in avant}
    dirigeant_change = bool(ligne.dirigeant_nom) and _placer_le_dirigeant(lot, entreprise, _personne(ligne))
    if avant or dirigeant_change:
        nouveaux = [contact for contact in lot.contacts_a_creer[-1:] if contact.entreprise is entreprise]
        entreprise.recherche = entreprise.composer_recherche([*entreprise.contacts.all(), *nouveaux])
        lot.a_modifier.append(entreprise)
    etiquette_neuve = bool(ligne.etiquettes) and _ajouter_les_etiquettes(lot, entreprise, ligne.etiquettes)
    lot.sorts[ligne.ligne] = "modifiée" if avant or dirigeant_change or etiquette_neuve else "inchangée"


def _differences(fiche, valeurs):
    """Les attributs que ces valeurs changeraient vraiment, et leur valeur d'avant."""
    anciens = {nom: getattr(fiche, nom) for nom in valeurs}
    return {nom: ancien for nom, ancien in anciens.items() if ancien != valeurs[nom] and not _meme(nom, ancien, valeurs[nom])}


def _meme(nom, ancien, nouveau):
    """Dit si la fiche écrit autrement la même chose : réimporter un export ne change rien."""
    if not ancien or not isinstance(ancien, str):
        return False
    propre = nettoyer(ancien)
    try:
        return nouveau in (propre, LECTURES[nom](propre)) if nom in LECTURES else nouveau == propre
    except ValeurEcartee:
        return False


def _appliquer(fiche, avant, valeurs):
    """Pose ces valeurs sur la fiche ; rend {attribut: [avant, après]}."""
    for nom in avant:
        setattr(fiche, nom, valeurs[nom])
    return {nom: [en_json(ancien), en_json(valeurs[nom])] for nom, ancien in avant.items()}


def _ajouter_les_etiquettes(lot, entreprise, noms):
    """Jamais retirées, seulement ajoutées ; vrai s'il y en a une de plus."""
    posees = {etiquette.nom.lower() for etiquette in entreprise.etiquettes.all()}
    neuves = [nom for nom in noms if nom.lower() not in posees]
    lot.a_etiqueter += [(entreprise, nom) for nom in neuves]
    return bool(neuves)


def _personne(ligne):
    valeurs = {champ: getattr(ligne, DIRIGEANT + champ) for champ in CHAMPS_DU_DIRIGEANT}
    return {champ: valeur for champ, valeur in valeurs.items() if valeur}


def _placer_le_dirigeant(lot, entreprise, personne):
    """Le dirigeant du fichier devient celui de la fiche ; le précédent reste parmi les contacts. Vrai si cela change."""
    contacts = list(entreprise.contacts.all())
    actuel = next((contact for contact in contacts if contact.dirigeant), None)
    contact = next((contact for contact in contacts if _meme_personne(contact, personne)), None)
    if actuel and actuel is not contact:
        lot.contacts_a_relever.append(actuel.pk)
    if contact is None:
        lot.contacts_a_creer.append(Contact(entreprise=entreprise, dirigeant=True, **personne))
        return True
    valeurs = personne | {"dirigeant": True}
    avant = _differences(contact, valeurs)
    if avant:
        contact.version += 1
        lot.contacts_avant[contact.pk] = _appliquer(contact, avant, valeurs)
        lot.contacts_a_modifier.append(contact)
    return bool(avant)


def _meme_personne(contact, personne):
    """Même nom ; et même prénom, ou l'un des deux inconnu."""
    prenoms = {cle(contact.prenom), cle(personne.get("prenom", ""))} - {""}
    return cle(contact.nom) == cle(personne["nom"]) and len(prenoms) <= 1
