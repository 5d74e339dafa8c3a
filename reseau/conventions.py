"""La convention d'adhésion d'une institution : l'imprimé pré-rempli, la signature, l'exemplaire gardé."""

from django.db import transaction

from reseau.enums import Geste
from reseau.lib.documents import OCTETS_MAX, genre_de, nom_propre
from reseau.lib.erreurs import RegleEnfreinte
from reseau.lib.pdf import rendre_pdf
from reseau.models import Convention, ConventionSignee, Membre
from reseau.operations import ajouter, enregistrer, noter

GENRES = ("pdf", "png", "jpg")


def convention_de(institution):
    """Sa `Convention`, ou une neuve, pas encore enregistrée."""
    return Convention.objects.filter(institution=institution).first() or Convention(institution=institution)


def imprimer(convention, *, le):
    """Octets PDF de la convention, pré-remplie ; ses membres du jour, et l'accord de leur hiérarchie."""
    institution = convention.institution
    membres = Membre.objects.filter(institution=institution).actifs(le)
    contexte = {
        "nom_reseau": institution.reseau.nom,
        "reseau": institution.reseau,
        "institution": institution,
        "convention": convention,
        "membres": sorted(membres, key=lambda membre: membre.rang_alphabetique),
    }
    return rendre_pdf("pdf/convention.html", contexte, titre=f"Convention d’adhésion – {institution.sigle}")


@transaction.atomic
def tenir(convention, *, signee_le, par, nom="", octets=b""):
    """Enregistre la convention, sa date de signature et, s'il est donné, l'exemplaire signé.

    Lève `RegleEnfreinte` si le fichier n'est ni un PDF ni une image, s'il est trop lourd, ou si nulle date ne dit sa signature.
    """
    institution = convention.institution
    if octets and signee_le is None:
        raise RegleEnfreinte("Dites quand cet exemplaire a été signé.")
    if octets:
        _deposer(institution, nom, octets, par)
    if convention.pk:
        convention.save()
        noter(par, Geste.MODIFICATION, convention)
    else:
        ajouter(convention, par=par)
    if institution.convention_signee_le != signee_le:
        institution.convention_signee_le = signee_le
        enregistrer(institution, par=par)
    return convention


def _deposer(institution, nom, octets, par):
    if len(octets) > OCTETS_MAX:
        raise RegleEnfreinte("Ce fichier dépasse 5 Mo.")
    genre = genre_de(octets)
    if genre not in GENRES:
        raise RegleEnfreinte("L’exemplaire signé est un PDF ou une image PNG ou JPEG.")
    piece = {"nom": nom_propre(nom, genre), "contenu": octets, "taille": len(octets), "membre": par}
    signee, _ = ConventionSignee.objects.update_or_create(institution=institution, defaults=piece)
    noter(par, Geste.AJOUT, signee)
