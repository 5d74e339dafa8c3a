"""Ranger et paginer une liste : l'ordre vient d'un dictionnaire fermé, jamais de l'adresse."""

from django.core.paginator import Paginator
from django.db.models import F

PAR_PAGE = 25


def trier(lignes, demande, tris, defaut):
    """Range selon `demande` (« nom », « -nom ») si `tris` en donne les champs, sinon selon `defaut`."""
    champs = tris.get(demande.removeprefix("-"))
    if champs is None:
        return lignes.order_by(*defaut, "pk")
    sens = [F(champ).desc() if demande.startswith("-") else F(champ).asc() for champ in champs]
    return lignes.order_by(*sens, "pk")


def paginer(request, lignes, tris, defaut, par_page=PAR_PAGE):
    """La page demandée de ces lignes, rangées ; un numéro absurde mène à la première ou à la dernière."""
    rangees = trier(lignes, request.GET.get("tri", ""), tris, defaut)
    return Paginator(rangees, par_page).get_page(request.GET.get("page"))
