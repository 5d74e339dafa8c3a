"""Ce qu'il faut savoir avant de confier une entreprise : qui vient de la solliciter, qui suit une concurrente."""

from entreprises.models import Deport
from reseau.models import Membre
from visites.concurrences import concurrentes_de
from visites.enums import EtatVisite
from visites.sollicitations import conjoint, contacts_recents


def avant_de_confier(entreprise, lecteur, le, visite=None):
    """{"contacts", "conjoint", "concurrentes"} : ce que lisent les formulaires et `_avant_de_confier.html`.

    Une visite déjà confiée ne s'avertit plus des contacts : la question a été posée quand on l'a confiée.
    """
    confiee = visite is not None and visite.etat != EtatVisite.A_PROGRAMMER
    contacts = [] if confiee else contacts_recents([entreprise], lecteur.reseau, le).get(entreprise.pk, [])
    deportes = Deport.objects.filter(entreprise=entreprise).values("membre")
    candidats = Membre.objects.visibles_par(lecteur).actifs(le).exclude(pk__in=deportes)
    return {
        "contacts": contacts,
        "conjoint": conjoint(contacts, candidats),
        "concurrentes": concurrentes_de(entreprise, lecteur),
    }
