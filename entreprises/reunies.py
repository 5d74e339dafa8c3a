"""Une fiche réunie à une autre entre l'affichage et l'envoi : le geste se refuse, et dit où le refaire."""

from django.http import Http404
from django.shortcuts import get_object_or_404

from entreprises.models import Entreprise
from reseau.lib.erreurs import RegleEnfreinte


def tenir(entreprise, *, par):
    """Verrouille la fiche jusqu'à la fin de la transaction ; `RegleEnfreinte` si elle vient d'être réunie à une autre.

    À jouer avant de prendre un autre verrou : la fusion aussi prend d'abord les fiches.
    """
    actuelle = Entreprise.objects.select_for_update(no_key=True).get(pk=entreprise.pk)
    if actuelle.fusionnee_dans_id:
        gardee = Entreprise.objects.visibles_par(par).filter(pk=actuelle.fusionnee_dans_id).first()
        raise RegleEnfreinte(_en_mots(gardee))


def trouver(fiches, pk):
    """La fiche `pk` parmi `fiches`, celles que voit le lecteur ; 404 si elle n'y est pas.

    Réunie à l'une d'elles, lève `RegleEnfreinte`, qui mène à celle qui reste.
    """
    try:
        return get_object_or_404(fiches, pk=pk)
    except Http404:
        gardee = fiches.filter(absorbees=pk).first()
        if gardee is None:
            raise
        raise RegleEnfreinte(_en_mots(gardee), gardee.get_absolute_url()) from None


def _en_mots(gardee):
    """`gardee` : None si le lecteur ne la voit pas ; elle ne se nomme pas."""
    return f"Cette fiche vient d’être réunie à {gardee or 'une autre'} : recommencez depuis celle qui reste."
