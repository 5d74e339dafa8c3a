"""Une liste à l'écran : sa page et son ordre, tous deux bornés."""

from django.core.paginator import Paginator

PAR_PAGE = 25


def page_de(request, lignes, parametre="page", par_page=PAR_PAGE):
    """La page que demande l'adresse (`?page=3`), la première ou la dernière si elle n'existe pas.

    `parametre` : celui de la seconde liste d'une page qui en montre deux.
    """
    return Paginator(lignes, par_page).get_page(request.GET.get(parametre))


def ordre(request, tris, defaut):
    """Champs d'`order_by` demandés par l'adresse (`?tri=nom`, `?tri=-nom`), pris dans `tris` et nulle part ailleurs.

    `tris` : clé → champs, le dernier départageant les ex æquo. Une clé inconnue rend le tri par `defaut`.
    """
    cle = request.GET.get("tri", defaut)
    champs = tris.get(cle.removeprefix("-"))
    if champs is None:
        return tris[defaut]
    return [f"-{champ}" for champ in champs] if cle.startswith("-") else champs
