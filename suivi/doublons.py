"""Les fiches qui se ressemblent assez pour qu'on les compare : même SIREN et même commune, même nom et même code postal."""

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

    Deux requêtes et un compte, quel que soit le nombre de groupes ; `visibles` : les entreprises que voit le lecteur.
    """
    souche, lieu, connues = GROUPES[parente]
    fiches = visibles.filter(connues).annotate(**souche)
    groupes = fiches.order_by().values("souche", lieu).annotate(nombre=Count("pk")).filter(nombre__gt=1)
    page_obj = page_de(request, groupes.order_by("souche", lieu))
    page_obj.object_list = _garnir(fiches, lieu, list(page_obj.object_list))
    return page_obj


def _garnir(fiches, lieu, groupes):
    rangees = {(groupe["souche"], groupe[lieu]): [] for groupe in groupes}
    souches, lieux = {souche for souche, _ in rangees}, {endroit for _, endroit in rangees}
    for fiche in fiches.filter(souche__in=souches, **{f"{lieu}__in": lieux}).order_by("pk") if groupes else []:
        groupe = rangees.get((fiche.souche, getattr(fiche, lieu)))
        if groupe is not None and len(groupe) < FICHES_MAX:
            groupe.append(fiche)
    return [
        {"premiere": memes[0], "suivantes": memes[1:], "autres": groupe["nombre"] - len(memes)}
        for groupe, memes in zip(groupes, rangees.values(), strict=True)
    ]
