"""Les projets : ouverts par un compte rendu, suivis par un interlocuteur que la réunion confirme."""

from django.db import transaction
from django.utils.timezone import localdate

from entreprises.reunies import tenir
from reseau.enums import Geste, Qualite
from reseau.lib.erreurs import exiger
from reseau.operations import ajouter, enregistrer, noter
from suivi.operations.regles import verifier_acces, verifier_concurrence


@transaction.atomic
def ouvrir_projet(projet, *, visite, par):
    """Un projet né de cette visite ; l'interlocuteur est le visiteur, sauf autre choix."""
    tenir(visite.entreprise, par=par)
    projet.reseau, projet.visite, projet.cree_le = visite.reseau, visite, localdate()
    projet.interlocuteur = projet.interlocuteur if projet.interlocuteur_id else visite.developpeur
    if projet.interlocuteur != visite.developpeur:
        _verifier_interlocuteur(projet.interlocuteur, visite.entreprise)
    _verifier_concurrence(projet, projet.interlocuteur, par, projet.malgre_concurrence)
    return ajouter(projet, par=par)


@transaction.atomic
def modifier_projet(projet, *, par):
    """Enregistre un projet corrigé ; changer d'interlocuteur hors séance défait la confirmation de la réunion."""
    avant = type(projet).objects.get(pk=projet.pk)
    if avant.interlocuteur_id != projet.interlocuteur_id:
        _verifier_interlocuteur(projet.interlocuteur, projet.visite.entreprise)
        _verifier_concurrence(projet, projet.interlocuteur, par, projet.malgre_concurrence)
        projet.interlocuteur_confirme_en = None
    else:
        projet.malgre_concurrence = avant.malgre_concurrence
    return enregistrer(projet, par=par)


@transaction.atomic
def supprimer_projet(projet, *, par):
    """Retire un projet saisi par erreur ; ses actions, s'il en a, ont leur journal et le retiennent."""
    exiger(not projet.actions.exists(), "Ce projet a des actions : closez-les, il ne se supprime plus.")
    noter(par, Geste.MODIFICATION, projet, precision="projet supprimé")
    projet.delete()


@transaction.atomic
def designer_interlocuteur(projet, membre, *, reunion, par, malgre_concurrence=""):
    """Confirme en séance qui suit le chef d'entreprise pour ce projet ; le confirmer ne demande pas de motif, en changer si."""
    _verifier_interlocuteur(membre, projet.visite.entreprise)
    if membre != projet.interlocuteur:
        _verifier_concurrence(projet, membre, par, malgre_concurrence)
    projet.interlocuteur, projet.interlocuteur_confirme_en = membre, reunion
    return enregistrer(projet, par=par)


def _verifier_interlocuteur(membre, entreprise):
    verifier_acces(membre, entreprise)
    exiger(membre.qualite == Qualite.DIRECT, f"{membre} n’est pas développeur direct : il ne peut pas être interlocuteur.")


def _verifier_concurrence(projet, membre, par, motif):
    """Le projet garde le motif s'il en fallait un."""
    projet.malgre_concurrence = verifier_concurrence(projet.visite, membre, par=par, motif=motif, confiee="ce projet")
