"""Ranger et paginer une liste : l'ordre vient d'un dictionnaire fermé, jamais de l'adresse."""

from django.db.models import F
from django.db.models.expressions import OrderBy

from reseau.lib.listes import PAR_PAGE, page_de


def trier(lignes, demande, tris, defaut):
    """Range selon `demande` (« nom », « -nom ») si `tris` en donne les champs, sinon selon `defaut`."""
    champs = tris.get(demande.removeprefix("-"))
    if champs is None:
        return lignes.order_by(*defaut, "pk")
    # Les vides en dernier dans les deux sens : PostgreSQL et SQLite ne s'accordent pas là-dessus.
    ordre = {"descending": True} if demande.startswith("-") else {}
    return lignes.order_by(*(OrderBy(F(champ), nulls_last=True, **ordre) for champ in champs), "pk")


def paginer(request, lignes, tris, defaut, par_page=PAR_PAGE):
    """La page demandée de ces lignes, rangées ; un numéro absurde mène à la première ou à la dernière."""
    rangees = trier(lignes, request.GET.get("tri", ""), tris, defaut)
    return page_de(request, rangees, par_page=par_page)
