"""Par où chaque table tient à un réseau, lu dans les modèles : l'export, la barrière SQL et la garde des essais s'en servent.

Une table tient à un réseau par sa colonne `reseau`, ou par une clé étrangère vers une table qui y tient. Les références de
l'Insee, les comptes et les tables de Django ne tiennent à aucun : un compte entre dans plusieurs réseaux.
"""

from collections.abc import Iterator

from django.apps import apps

RESEAU = "reseau.reseau"


def tables(registre=apps) -> list:
    """Les modèles qui ont une table à eux, tables d'association comprises, dans un ordre constant."""
    modeles = (m for m in registre.get_models(include_auto_created=True) if m._meta.managed and not m._meta.proxy)
    return sorted(modeles, key=lambda modele: modele._meta.db_table)


def attaches(registre=apps) -> dict:
    """{modèle: le champ par où il tient à un réseau (None pour le réseau lui-même)} ; les autres modèles n'y sont pas.

    Le champ est `reseau` s'il existe, sinon la première clé étrangère obligatoire, sinon la première facultative.
    """
    modeles = tables(registre)
    trouvees = {modele: None for modele in modeles if modele._meta.label_lower == RESEAU}
    for obligatoire in (True, False):
        while nouvelles := dict(_rattacher(modeles, trouvees, obligatoire)):
            trouvees |= nouvelles
    return trouvees


def chemin(modele, attaches_) -> str:
    """Le chemin de l'ORM vers la clé du réseau : « reseau », « visite__reseau »… ; « pk » pour le réseau lui-même."""
    champs = []
    while (champ := attaches_[modele]) is not None:
        champs.append(champ.name)
        modele = champ.remote_field.model
    return "__".join(champs) or "pk"


def _rattacher(modeles, trouvees, obligatoire) -> Iterator[tuple]:
    for modele in modeles:
        if modele in trouvees:
            continue
        champs = [champ for champ in modele._meta.local_fields if champ.remote_field and champ.remote_field.model in trouvees]
        champs.sort(key=lambda champ: champ.remote_field.model._meta.label_lower != RESEAU)
        if champ := next((c for c in champs if not (obligatoire and c.null)), None):
            yield modele, champ
