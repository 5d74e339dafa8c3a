"""Écrire au journal : qui a lu, exporté, modifié quoi, et ce qui lui a été refusé. Des numéros, jamais de contenu."""

from reseau import vigilance
from reseau.models import Journal


def noter(membre, geste, objet, *, numero=None, nombre=1, precision=""):
    """Ajoute une ligne au journal : `objet` est une instance, ou un mot (et au besoin `numero`) quand il y en a plusieurs.

    Lève `TropDeLectures` si le membre lit bien plus que son travail n'en demande : la page ne s'ouvre pas, rien n'est lu.
    """
    ligne = _ligne(membre, geste, objet, numero=numero, nombre=nombre, precision=precision)
    vigilance.surveiller(membre, ligne)
    ligne.save()
    return ligne


def noter_chacun(membre, geste, objets, *, precision=""):
    """Une ligne par objet d'un même courriel : chacun de ceux qu'ils concernent retrouve les siens."""
    return Journal.objects.bulk_create(_ligne(membre, geste, objet, precision=precision) for objet in objets)


def _ligne(membre, geste, objet, *, numero=None, nombre=1, precision=""):
    libre = isinstance(objet, str)
    return Journal(
        reseau_id=membre.reseau_id,
        membre=membre,
        geste=geste,
        objet=objet if libre else objet._meta.label_lower,
        objet_id=numero if libre else objet.pk,
        nombre=nombre,
        precision=precision[:200],
    )
