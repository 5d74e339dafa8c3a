"""La droite du plan : les entreprises à placer et ce qu'il faut en savoir avant, ou les visites d'une case ouverte."""

from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from entreprises.models import Deport
from reseau.droits import autorise
from reseau.lib.tableau import mois_long
from reseau.models import Membre
from reseau.templatetags.affichage import pluriel_fr
from visites.binomes import accompagnant_conseille
from visites.concurrences import concurrentes_par_entreprise
from visites.espacement import empechements
from visites.models import Visite
from visites.programmation import a_prendre, a_programmer
from visites.propositions import proposer
from visites.savoirs import lire
from visites.sollicitations import contacts_recents

RENDUE = "Rendue par "  # ce qu'écrit `operations.rendre`


@dataclass(frozen=True)
class Ouverte:
    """Une case ouverte du plan, ou les visites qu'un membre accompagne (`mois` : None) : le titre et les visites."""

    membre: Membre
    mois: date | None
    visites: list

    @property
    def titre(self):
        return f"{self.membre} en {mois_long(self.mois)}" if self.mois else f"{self.membre} accompagne"


def candidates(campagne, membre, le):
    """Ce que ce lecteur peut placer ou prendre : l'animation, toute la cible qui reste ; les autres, la liste."""
    if autorise(membre, "visites.programmer"):
        return a_programmer(campagne, membre, le)
    return a_prendre(campagne, membre)


def lignes(entreprises, lecteur, le, campagne, affectables=(), cochees=()):
    """Chaque entreprise avec ce qu'il faut savoir avant de la confier, et à qui, en nombre constant de requêtes.

    `affectables` : ceux parmi qui proposer. Le nom de qui se déporte, et le motif de qui l'a rendue, ne se lisent que de
    l'animation.
    """
    entreprises = list(entreprises)  # une page est une requête : la rejouer en sous-requête coûterait à chaque liste
    reseau, programme = lecteur.reseau, autorise(lecteur, "visites.programmer")
    savoirs = lire(entreprises, affectables, campagne, le, lecteur) if programme else None
    trouves = savoirs.empechements if programme else empechements(entreprises, reseau, le)
    contacts = savoirs.contacts if programme else contacts_recents(entreprises, reseau, le)
    proposees = proposer(entreprises, affectables, campagne, le, lecteur=lecteur, savoirs=savoirs) if programme else {}
    concurrentes = concurrentes_par_entreprise(entreprises, lecteur)
    deportes = _deportes(entreprises) if programme else {}
    inscrites = {visite.entreprise_id: visite for visite in Visite.objects.a_programmer().filter(entreprise__in=entreprises)}
    return [
        {
            "entreprise": fiche,
            "adresse": reverse("entreprises:fiche", args=[reseau.slug, fiche.pk]),
            "inscrite": inscrites.get(fiche.pk),
            "avertissements": [
                *(_de_la_liste(inscrites.get(fiche.pk)) if programme else []),
                *_empechement(trouves.get(fiche.pk)),
                *_deports(deportes.get(fiche.pk)),
                *_contacts(contacts.get(fiche.pk, [])),
                *_concurrences(concurrentes.get(fiche.pk)),
            ],
            "proposition": _proposition(proposees.get(fiche.pk)),
            "bloquee": fiche.pk in trouves and not trouves[fiche.pk].franchissable,
            "cochee": fiche.pk in cochees,
        }
        for fiche in entreprises
    ]


def ouverte(visites, lecteur, *, developpeur=None, mois=None, accompagnant=None):
    """L'`Ouverte` que demande l'adresse (des clés et un premier du mois) ; None si elle ne désigne rien d'ici."""
    cle = developpeur if developpeur and mois else accompagnant
    membre = Membre.objects.visibles_par(lecteur).filter(pk=cle).first() if cle else None
    if membre is None:
        return None
    visites = visites.au_plan().avec_noms().avec_repere().order_by("repere_le", "pk")
    if developpeur and mois:
        return Ouverte(membre, mois, list(visites.du_developpeur(membre).du_mois(mois)))
    return Ouverte(membre, None, list(visites.filter(accompagnant=membre)))


def cartes(visites, lecteur, le):
    """Chaque visite d'une case, et ce que ce lecteur peut en faire ; un conseil de binôme pour la première qui en veut un."""
    programme = autorise(lecteur, "visites.programmer")
    seule = next((visite for visite in visites if visite.confiee and not visite.accompagnant_id), None) if programme else None
    conseil = accompagnant_conseille(seule, le) if seule else None
    return [
        {
            "visite": visite,
            "deplace": programme and visite.confiee,
            "rend": visite.confiee and autorise(lecteur, "visites.conduire", visite.developpeur),
            "conseil": conseil if visite == seule else None,
        }
        for visite in visites
    ]


def _proposition(propositions):
    """{"membre", "raisons", "reserves"} de la première, les réserves que la fiche ne dit pas déjà ; None s'il n'y en a pas."""
    if not propositions:
        return None
    premiere = propositions[0]
    propres = [reserve for reserve in premiere.reserves if not reserve.endswith("Motif demandé.")]
    return {"membre": premiere.membre, "raisons": " ; ".join(premiere.raisons[:2]), "reserves": " ".join(propres)}


def _deportes(entreprises):
    deportes = {}
    for deport in Deport.objects.filter(entreprise__in=entreprises).select_related("membre"):
        deportes.setdefault(deport.entreprise_id, []).append(str(deport.membre))
    return deportes


def _de_la_liste(visite):
    if visite is None:
        return []
    return ["Déjà dans la liste, sans développeur.", *([visite.precision] if visite.precision.startswith(RENDUE) else [])]


def _empechement(empechement):
    if empechement is None:
        return []
    return [empechement.raison + (" Motif demandé." if empechement.franchissable else "")]


def _deports(noms):
    return [f"Se déporte : {', '.join(noms)}."] if noms else []


def _contacts(contacts):
    """Le plus récent en toutes lettres, le nombre des autres."""
    if not contacts:
        return []
    autres = f" Et {pluriel_fr(len(contacts) - 1, 'autre contact récent,autres contacts récents')}." if contacts[1:] else ""
    return [f"Contact récent. {contacts[0].en_mots}{autres}"]


def _concurrences(fiches):
    return [f"Concurrente de « {' », « '.join(str(fiche) for fiche in fiches)} »."] if fiches else []
