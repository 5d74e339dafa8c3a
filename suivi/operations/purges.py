"""Purger ce qui est arrivé à son terme : par petits paquets, chacun sa transaction, et le journal n'en retient que des nombres.

Compter ne touche à rien. Tuée en chemin, une purge se reprend : ce qui est purgé ne l'est plus à purger.
"""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, F, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate

from entreprises.enums import EtatImport
from entreprises.models import Import, LotEcrit
from reseau.enums import Geste
from reseau.expedition import EFFACE as PLI_EFFACE
from reseau.models import Journal, Membre, PieceJointe, Reseau
from suivi.models import FichierFige
from suivi.operations.anonymisations import anonymiser, anonymiser_un_membre, effacer_sans_trace, fermer_le_compte

PAQUET = 200  # lignes par transaction : une page qui écrit attend peu
PAQUET_DE_FICHES = 25  # une fiche d'entreprise touche des dizaines de lignes
FERME = "@ferme.invalid"
PURGE = "purge"


@dataclass(frozen=True)
class Echeance:
    """Une ligne de la page : ce qui est à purger maintenant, ce qui le sera avant l'horizon."""

    purgeur: object
    nombre: int
    bientot: int = 0

    @property
    def duree(self):
        return self.purgeur.duree


def compter(purgeurs, reseau, instant, horizon=None):
    """Une `Echeance` par purgeur, sans rien écrire. `horizon` : l'instant jusqu'où compter « bientôt »."""
    instants = [instant, horizon] if horizon else [instant]
    comptes = _nombres([purgeur.a_purger(reseau, quand) for quand in instants for purgeur in purgeurs], reseau)
    faits, prochains = comptes[: len(purgeurs)], comptes[len(purgeurs) :] or comptes
    return [Echeance(*chacun, max(apres - chacun[1], 0)) for *chacun, apres in zip(purgeurs, faits, prochains, strict=True)]


def _nombres(ensembles, reseau):
    """Combien de lignes dans chacun ; pour un réseau, en une seule requête."""
    if reseau is None:
        return [lignes.count() for lignes in ensembles]
    colonnes = {f"n{rang}": Coalesce(Subquery(_compte(lignes)), 0) for rang, lignes in enumerate(ensembles)}
    return list(Reseau.objects.filter(pk=reseau.pk).annotate(**colonnes).values_list(*colonnes).get())


def _compte(lignes):
    toutes = lignes.order_by().values("pk")
    return (
        lignes.model._base_manager.filter(pk__in=toutes)
        .order_by()
        .annotate(un=Value(1))
        .values("un")
        .annotate(n=Count("pk"))
        .values("n")
    )


def purger(purgeurs, reseau, *, instant, par=None):
    """Joue ces purgeurs pour ce réseau (None : l'installation) ; rend {clé: nombre}, sans les zéros."""
    nombres = {}
    for purgeur in purgeurs:
        if nombre := _purger(purgeur, reseau, instant, par):
            nombres[purgeur.cle] = nombres.get(purgeur.cle, 0) + nombre
    return nombres


def _purger(purgeur, reseau, instant, par):
    """Paquet par paquet, jusqu'à ce qu'il n'y en ait plus ; un paquet qui ne diminue rien arrête tout."""
    total, vus = 0, set()
    taille = PAQUET_DE_FICHES if purgeur.geste is anonymiser_des_entreprises else PAQUET
    while cles := [cle for cle in purgeur.a_purger(reseau, instant).values_list("pk", flat=True)[:taille] if cle not in vus]:
        vus.update(cles)
        with transaction.atomic():
            effacer_sans_trace()
            modele = purgeur.a_purger(reseau, instant).model
            purgeur.geste(modele._base_manager.filter(pk__in=cles), instant)
            _noter(purgeur, reseau, par, len(cles))
        total += len(cles)
    return total


def _noter(purgeur, reseau, par, nombre):
    if reseau:
        ligne = {"geste": Geste.EFFACEMENT, "objet": PURGE, "nombre": nombre, "precision": purgeur.duree.donnee[:200]}
        Journal.objects.create(reseau=reseau, membre=par, **ligne)


def supprimer(lignes, instant):
    lignes.delete()


def vider(*champs):
    """Le geste qui vide ces champs de texte."""

    def geste(lignes, instant):
        lignes.update(**dict.fromkeys(champs, ""))

    return geste


def anonymiser_des_entreprises(lignes, instant):
    anonymiser(list(lignes.values_list("pk", flat=True)), instant=instant)


def anonymiser_des_membres(lignes, instant):
    for membre in Membre.objects.filter(pk__in=lignes.values("pk")).select_related("utilisateur"):
        anonymiser_un_membre(membre, le=localdate(instant))


def fermer_des_comptes(lignes, instant):
    for utilisateur in lignes:
        fermer_le_compte(utilisateur)


def oublier_les_adresses(lignes, instant):
    """Le lien périmé part avec l'adresse : il ne mène plus à rien."""
    lignes.update(courriel="", empreinte="", version=F("version") + 1)


def oublier_les_envois(lignes, instant):
    lignes.update(courriel="", copies=[], objet="", corps="")


def detruire_les_comptes_rendus(lignes, instant):
    lignes.update(pdf=b"", docx=b"", detruit_le=instant)


def detruire_les_tableaux(lignes, instant):
    FichierFige.objects.filter(tableau__in=lignes.values("pk")).update(octets=b"")
    lignes.update(contenu=[], detruit_le=instant)


def retirer_les_signatures(lignes, instant):
    lignes.update(signature=None, version=F("version") + 1)


def effacer_les_plis(lignes, instant):
    PieceJointe.objects.filter(pli__in=lignes.values("pk")).delete()
    lignes.update(efface_le=instant, **PLI_EFFACE)


def abandonner_les_imports(lignes, instant):
    lignes.update(etat=EtatImport.ABANDONNE, contenu=b"")


def alleger_les_imports(lignes, instant):
    """Le bilan garde ses nombres ; l'extrait, les rejets et de quoi annuler partent."""
    LotEcrit.objects.filter(depot__in=lignes.values("pk")).delete()
    for depot in lignes.defer("contenu", "rejets"):
        bilan = {cle: valeur for cle, valeur in depot.bilan.items() if not isinstance(valeur, list)}
        Import.objects.filter(pk=depot.pk).update(contenu=b"", rejets=[], bilan=bilan)


def oublier_les_fusions(lignes, instant):
    lignes.update(deplaces={})


def clore_les_demandes(lignes, instant):
    """Restée un an sans réponse, une demande ne garde pas pour autant un nom : il faudra la refaire."""
    vides = dict.fromkeys(("nom", "prenom", "courriel", "telephone"), "")
    lignes.update(**vides, traitee_le=localdate(instant), version=F("version") + 1)
