"""Les gestes d'un modèle de lettre : l'enregistrer, le faire suivre, le retirer."""

from django.db import transaction

from reseau.enums import Geste
from reseau.exemple import imprimer_exemple
from reseau.lib.erreurs import RegleEnfreinte
from reseau.models import Reseau
from reseau.operations import ajouter, enregistrer, noter
from visites.models import ModeleDeCourrier


@transaction.atomic
def enregistrer_modele(modele, *, par, le):
    """Crée ou modifie un modèle, si un exemple tient sur une page ; `RegleEnfreinte` sinon.

    Suivi par les prochaines lettres, il prend la place de celui qui l'était.
    """
    imprimer_exemple(modele.reseau, le=le, modele=modele.texte)
    Reseau.objects.select_for_update(no_key=True).get(pk=modele.reseau_id)  # deux modèles suivis au même instant
    if modele.par_defaut:
        _memes(modele).update(par_defaut=False)
    return (enregistrer if modele.pk else ajouter)(modele, par=par)


@transaction.atomic
def retirer_modele(modele, *, par, le):
    """Le modèle ne se propose plus ; les lettres qui le suivaient et ne sont pas signées reprennent celui du réseau."""
    if modele.retire_le:
        raise RegleEnfreinte("Ce modèle est déjà retiré.")
    modele.courriers.filter(numero=None).update(modele=None)
    modele.retire_le, modele.par_defaut = le, False
    enregistrer(modele, par=par)
    noter(par, Geste.MODIFICATION, modele, precision="modèle retiré")
    return modele


def _memes(modele):
    return ModeleDeCourrier.objects.filter(reseau=modele.reseau, genre=modele.genre, par_defaut=True).exclude(pk=modele.pk)
