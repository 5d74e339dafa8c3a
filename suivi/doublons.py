"""Les fiches qui se ressemblent assez pour qu'on les compare : même SIREN et même commune, même nom et même code postal."""

from functools import reduce
from operator import or_

from django.db.models import Count, Q
from django.db.models.functions import Left, Upper

from reseau.lib.listes import page_de

# Ce que deux fiches ont en commun : (libellé, expressions à grouper, filtre des fiches que rien ne distingue).
PARENTES = {"siren": "Même SIREN, même commune", "nom": "Même nom, même code postal"}
GROUPES = {
    "siren": ({"souche": Left("siret", 9)}, "commune_id", Q(commune__isnull=False)),
    "nom": ({"souche": Upper("raison_sociale")}, "code_postal", ~Q(code_postal="")),
}
FICHES_MAX = 6  # par groupe : au-delà, ce n'est plus un doublon mais une chaîne de magasins


def candidats(request, visibles, parente):
    """La page demandée des groupes de fiches qui se ressemblent, chacun `{"fiches": […], "autres": n}`.

    Deux requêtes, quel que soit le nombre de groupes ; `visibles` : les entreprises que voit le lecteur. Les groupes se lisent
    tous d'un coup : ils sont peu, et les compter à part relirait tout le réseau.
    """
    souche, lieu, connues = GROUPES[parente]
    fiches = visibles.filter(connues).annotate(**souche)
    groupes = fiches.order_by().values("souche", lieu).annotate(nombre=Count("pk")).filter(nombre__gt=1)
    page_obj = page_de(request, list(groupes.order_by("souche", lieu)))
    page_obj.object_list = _garnir(fiches, parente, page_obj.object_list)
    return page_obj


def _du_siren(rangees):
    """Par intervalles de SIRET : la base les lit dans son index."""
    return reduce(or_, (Q(siret__range=(f"{siren}00000", f"{siren}99999")) for siren, _ in rangees))


def _du_nom(rangees):
    souches, codes = zip(*rangees, strict=True)
    return Q(souche__in=souches, code_postal__in=codes)


MEMBRES = {"siren": _du_siren, "nom": _du_nom}


def _garnir(fiches, parente, groupes):
    lieu = GROUPES[parente][1]
    rangees = {(groupe["souche"], groupe[lieu]): [] for groupe in groupes}
    for fiche in fiches.filter(MEMBRES[parente](rangees)).order_by("pk") if groupes else []:
        groupe = rangees.get((fiche.souche, getattr(fiche, lieu)))
        if groupe is not None and len(groupe) < FICHES_MAX:
            groupe.append(fiche)
    return [
        {"premiere": memes[0], "suivantes": memes[1:], "autres": groupe["nombre"] - len(memes)}
        for groupe, memes in zip(groupes, rangees.values(), strict=True)
    ]
