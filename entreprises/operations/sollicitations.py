"""Le journal des contacts de toutes les institutions, et « ne plus solliciter jusqu'au »."""

from django.db import IntegrityError, transaction

from entreprises.models import Sollicitation
from entreprises.reunies import tenir
from reseau.enums import Geste
from reseau.lib.erreurs import RegleEnfreinte
from reseau.operations import enregistrer, noter

DEJA_NOTEE = "Ce contact est déjà au journal : même institution, même jour, même canal, même objet."


@transaction.atomic
def noter_sollicitation(sollicitation, *, par, le):
    """Ajoute (ou corrige) un contact au journal ; `RegleEnfreinte` s'il y est déjà ou s'il est à venir."""
    if sollicitation.le > le:
        raise RegleEnfreinte("La date du contact est dans l’avenir.")
    tenir(sollicitation.entreprise, par=par)
    geste = Geste.MODIFICATION if sollicitation.pk else Geste.AJOUT
    memes = {nom: getattr(sollicitation, nom) for nom in ("entreprise", "institution", "le", "canal", "objet")}
    if Sollicitation.objects.filter(**memes).exclude(pk=sollicitation.pk).exists():
        raise RegleEnfreinte(DEJA_NOTEE)
    sollicitation.depot = None  # corrigée à la main, une ligne importée ne s'efface plus avec son import
    try:
        with transaction.atomic():
            sollicitation.save()
    except IntegrityError as erreur:  # deux personnes notent le même contact au même instant
        raise RegleEnfreinte(DEJA_NOTEE) from erreur
    noter(par, geste, sollicitation)
    return sollicitation


@transaction.atomic
def effacer_sollicitation(sollicitation, *, par):
    """Retire du journal un contact noté par erreur."""
    precision = f"contact du {sollicitation.le:%d/%m/%Y} effacé du journal"
    noter(par, Geste.MODIFICATION, sollicitation.entreprise, precision=precision)
    sollicitation.delete()


@transaction.atomic
def proteger(entreprise, *, jusqu_au, motif, par, le):
    """« Ne plus solliciter jusqu'au » : aucune visite ne se programme d'ici là."""
    if jusqu_au < le:
        raise RegleEnfreinte("Cette date est passée : l’entreprise ne serait protégée d’aucune visite.")
    entreprise.ne_plus_solliciter_jusqu_au, entreprise.ne_plus_solliciter_motif = jusqu_au, motif
    enregistrer(entreprise, par=par)
    noter(par, Geste.MODIFICATION, entreprise, precision=f"ne plus solliciter jusqu’au {jusqu_au:%d/%m/%Y}")
    return entreprise


@transaction.atomic
def lever_la_protection(entreprise, *, par):
    """L'entreprise se laisse de nouveau solliciter."""
    if entreprise.ne_plus_solliciter_jusqu_au is None:
        raise RegleEnfreinte("Rien n’interdit de solliciter cette entreprise.")
    entreprise.ne_plus_solliciter_jusqu_au, entreprise.ne_plus_solliciter_motif = None, ""
    enregistrer(entreprise, par=par)
    noter(par, Geste.MODIFICATION, entreprise, precision="interdiction de solliciter levée")
    return entreprise
