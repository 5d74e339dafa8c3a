"""Les projets : ouverts par un compte rendu, suivis par un interlocuteur que la réunion confirme."""

from django.db import transaction
from django.utils.timezone import localdate

from reseau.enums import Geste, Qualite
from reseau.operations import ajouter, enregistrer, noter
from suivi.operations.regles import exiger, verifier_acces


@transaction.atomic
def ouvrir_projet(projet, *, visite, par):
    """Un projet né de cette visite ; l'interlocuteur est le visiteur, sauf autre choix."""
    projet.reseau, projet.visite, projet.cree_le = visite.reseau, visite, localdate()
    projet.interlocuteur = projet.interlocuteur if projet.interlocuteur_id else visite.developpeur
    if projet.interlocuteur != visite.developpeur:
        _verifier_interlocuteur(projet.interlocuteur, visite.entreprise)
    return ajouter(projet, par=par)


@transaction.atomic
def modifier_projet(projet, *, par):
    """Enregistre un projet corrigé ; changer d'interlocuteur hors séance défait la confirmation de la réunion."""
    avant = type(projet).objects.get(pk=projet.pk)
    if avant.interlocuteur_id != projet.interlocuteur_id:
        _verifier_interlocuteur(projet.interlocuteur, projet.visite.entreprise)
        projet.interlocuteur_confirme_en = None
    return enregistrer(projet, par=par)


@transaction.atomic
def supprimer_projet(projet, *, par):
    """Retire un projet saisi par erreur ; ses actions, s'il en a, ont leur journal et le retiennent."""
    exiger(not projet.actions.exists(), "Ce projet a des actions : closez-les, il ne se supprime plus.")
    noter(par, Geste.MODIFICATION, projet, precision="projet supprimé")
    projet.delete()


@transaction.atomic
def designer_interlocuteur(projet, membre, *, reunion, par):
    """Confirme en séance qui suit le chef d'entreprise pour ce projet."""
    _verifier_interlocuteur(membre, projet.visite.entreprise)
    projet.interlocuteur, projet.interlocuteur_confirme_en = membre, reunion
    return enregistrer(projet, par=par)


def _verifier_interlocuteur(membre, entreprise):
    verifier_acces(membre, entreprise)
    exiger(membre.qualite == Qualite.DIRECT, f"{membre} n’est pas développeur direct : il ne peut pas être interlocuteur.")
