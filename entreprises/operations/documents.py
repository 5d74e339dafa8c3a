"""Joindre un document à une entreprise, le retirer."""

from django.db import transaction

from entreprises.models import Document
from entreprises.reunies import tenir
from reseau.enums import Geste, Role
from reseau.lib.documents import OCTETS_MAX, genre_de, nom_propre
from reseau.lib.erreurs import RegleEnfreinte
from reseau.operations import ajouter, noter


@transaction.atomic
def joindre_document(entreprise, *, nom, octets, par):
    """Dépose un document ; `RegleEnfreinte` s'il est vide, trop lourd, ou d'un genre que ses octets ne disent pas."""
    if not octets:
        raise RegleEnfreinte("Ce fichier est vide.")
    if len(octets) > OCTETS_MAX:
        raise RegleEnfreinte("Ce fichier dépasse 5 Mo.")
    tenir(entreprise, par=par)
    propre = nom_propre(nom, genre_de(octets))
    return ajouter(Document(entreprise=entreprise, membre=par, nom=propre, contenu=octets, taille=len(octets)), par=par)


def peut_supprimer_document(membre, document):
    """Son auteur, ou un animateur."""
    return document.membre_id == membre.pk or membre.role == Role.ANIMATEUR


@transaction.atomic
def supprimer_document(document, *, par):
    """Efface un document et ses octets."""
    if not peut_supprimer_document(par, document):
        raise RegleEnfreinte("Seuls la personne qui l’a déposé et l’animateur peuvent supprimer ce document.")
    noter(par, Geste.MODIFICATION, document.entreprise, precision=f"document n° {document.pk} supprimé")
    document.delete()
