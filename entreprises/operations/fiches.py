"""Tenir les fiches : entreprises, contacts, déports."""

from django.db import IntegrityError, transaction
from django.db.models import F

from entreprises.models import Contact, Deport, Entreprise
from entreprises.recherche import apprendre
from entreprises.reunies import tenir
from reseau.enums import Geste
from reseau.lib.erreurs import RegleEnfreinte
from reseau.operations import ajouter, enregistrer, noter

DEJA_LA = "Ce SIRET est déjà dans le réseau : cherchez-le dans la liste des entreprises."


@transaction.atomic
def ajouter_entreprise(entreprise, *, par):
    """Crée la fiche dans le réseau du membre ; `RegleEnfreinte` si le SIRET y est déjà."""
    entreprise.reseau = par.reseau
    return _ecrire(ajouter, entreprise, par)


@transaction.atomic
def modifier_entreprise(entreprise, *, par):
    """Enregistre la fiche ; `RegleEnfreinte` si elle a changé entre-temps ou si le SIRET est celui d'une autre."""
    return _ecrire(enregistrer, entreprise, par)


@transaction.atomic
def enregistrer_contact(contact, *, par):
    """Crée ou modifie un contact ; un nouveau dirigeant prend la place de l'ancien, qui reste parmi les contacts."""
    tenir(contact.entreprise, par=par)  # deux dirigeants saisis au même instant : le second attend, puis remplace
    if contact.dirigeant:
        autres = Contact.objects.filter(entreprise=contact.entreprise_id, dirigeant=True).exclude(pk=contact.pk)
        autres.update(dirigeant=False, version=F("version") + 1)
    (enregistrer if contact.pk else ajouter)(contact, par=par)
    _rafraichir(contact.entreprise_id)
    return contact


@transaction.atomic
def supprimer_contact(contact, *, par):
    """Efface un contact ; les comptes rendus où il figure restent, sans lui."""
    noter(par, Geste.MODIFICATION, contact.entreprise, precision="contact supprimé")
    contact.delete()
    _rafraichir(contact.entreprise_id)


@transaction.atomic
def deporter(deport, *, par):
    """Enregistre un déport : dès cet instant le membre ne voit plus l'entreprise."""
    if Deport.objects.filter(entreprise=deport.entreprise_id, membre=deport.membre_id).exists():
        raise RegleEnfreinte("Ce déport est déjà enregistré.")
    return ajouter(deport, par=par)


@transaction.atomic
def retirer_deport(deport, *, par):
    """Met fin à un déport : le membre revoit l'entreprise."""
    noter(par, Geste.MODIFICATION, deport.entreprise, precision="déport retiré")
    deport.delete()


def _rafraichir(cle):
    """Le texte de recherche suit les contacts ; la version reste : nul n'a touché aux champs de la fiche."""
    entreprise = Entreprise.objects.select_related("commune").get(pk=cle)
    texte = entreprise.composer_recherche()
    if texte != entreprise.recherche:
        Entreprise.objects.filter(pk=cle).update(recherche=texte)
        entreprise.recherche = texte
        apprendre([entreprise])


def _ecrire(operation, entreprise, par):
    """Joue `operation` sur la fiche, recherche recalculée ; le SIRET reste unique même à deux au même instant."""
    doubles = Entreprise.objects.filter(reseau=entreprise.reseau, siret=entreprise.siret).exclude(pk=entreprise.pk)
    if doubles.exists():
        raise RegleEnfreinte(DEJA_LA)
    entreprise.recherche = entreprise.composer_recherche()
    apprendre([entreprise])
    try:
        with transaction.atomic():
            return operation(entreprise, par=par)
    except IntegrityError as erreur:
        if "siret" in str(erreur):
            raise RegleEnfreinte(DEJA_LA) from erreur
        raise
