"""Dire à quelqu'un qu'une action lui est proposée : un courriel par personne et par geste, un lien par action."""

from django.urls import reverse

from reseau import expedition
from reseau.enums import GenrePli
from suivi.liens import VALIDITE, adresse_de_reponse
from suivi.models import Action


def prevenir(actions, *, par, racine):
    """Inscrit, avec le geste qui les confie, un courriel à chaque responsable (autre que `par`) dont la réponse est attendue.

    `racine` : l'adresse du site, vide pour n'écrire à personne. Rend les `Pli`.
    """
    if not racine:
        return []
    attendues = Action.objects.filter(pk__in=[action.pk for action in actions]).a_accepter().exclude(responsable=par).avec_noms()
    par_personne = {}
    for action in attendues.select_related("responsable__utilisateur"):
        par_personne.setdefault(action.responsable, []).append((action, adresse_de_reponse(action, racine=racine)))
    commun = {"par": par, "reseau": par.reseau, "jours": VALIDITE.days}
    page = reverse("suivi:actions", args=[par.reseau.slug])
    return [
        pli
        for membre, propositions in par_personne.items()
        for pli in expedition.ecrire(
            GenrePli.PROPOSITION,
            "suivi/courriels/proposition",
            commun | {"membre": membre, "propositions": propositions},
            membres=[membre],
            reseau=par.reseau,
            par=par,
            page=page,
        )
    ]
