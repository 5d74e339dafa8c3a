"""Confier un lot, chaque entreprise à son développeur et à son mois ; et défaire le lot que l'on vient de confier."""

from dataclasses import dataclass, field
from datetime import date

from django.db import transaction

from entreprises.models import Entreprise
from entreprises.reunies import tenir
from reseau.lib.dates import dernier_du_mois, plus_mois
from reseau.lib.erreurs import RegleEnfreinte
from visites.calendrier import absences_de, jours_libres
from visites.enums import EtatVisite
from visites.models import Courrier, Visite
from visites.operations import Bilan, en_lot, programmer, remettre
from visites.propositions import partager

LOT_MAX = 100  # visites confiées à la fois : la page en montre vingt-cinq


@dataclass(frozen=True)
class Lot:
    """Un lot confié : son `Bilan`, les clés refusées dans l'ordre des refus, et de quoi le défaire (en session).

    `traces` : [{"entreprise", "visite", "version", "avant"}] ; `avant` : ce qu'était la visite à programmer, None si elle
    est née du lot.
    """

    bilan: Bilan
    refusees: list = field(default_factory=list)
    traces: list = field(default_factory=list)


@transaction.atomic
def confier_lot(choix, *, par, le, campagne, **motifs):
    """Confie chaque entreprise de `choix` ({entreprise: (développeur, mois visé ou None)}) ; rend le `Lot`.

    Un refus n'arrête pas les autres. De deux lots simultanés, le second lit à qui chacune vient d'être confiée.
    """
    traces = []

    def confier(entreprise):
        developpeur, prevue_le = choix[entreprise]
        tenir(entreprise, par=par)
        avant = Visite.objects.a_programmer().filter(entreprise=entreprise).values("prevue_le", "campagne").first()
        affectation = {"developpeur": developpeur, "prevue_le": prevue_le, "campagne": campagne}
        visite = programmer(entreprise, par=par, le=le, **affectation, **motifs)
        traces.append({"entreprise": entreprise.pk, "visite": visite.pk, "version": visite.version, "avant": _en_session(avant)})
        return visite

    bilan = en_lot(choix, confier)
    faites = {trace["entreprise"] for trace in traces}
    return Lot(bilan, sorted(entreprise.pk for entreprise in choix if entreprise.pk not in faites), traces)


@transaction.atomic
def deconfier_lot(traces, *, par):
    """Remet comme avant les visites d'un lot que rien n'a touchées depuis ; rend le `Bilan`."""
    par_entreprise = {trace["entreprise"]: trace for trace in traces}
    visibles = Entreprise.objects.visibles_par(par).filter(pk__in=par_entreprise)
    return en_lot(visibles, lambda entreprise: deprogrammer(entreprise, par_entreprise[entreprise.pk], par=par))


@transaction.atomic
def deprogrammer(entreprise, trace, *, par):
    """Défait une programmation : la visite née du lot disparaît, celle de la liste y revient. `RegleEnfreinte` si elle a vécu."""
    tenir(entreprise, par=par)
    visites = Visite.objects.select_for_update(of=("self",)).select_related("reseau", "entreprise")
    visite = visites.filter(pk=trace["visite"], version=trace["version"]).first()
    if visite is None or Courrier.objects.filter(visite=visite, numero=None).exists():
        raise RegleEnfreinte(f"{entreprise} : sa visite a changé depuis, ou sa lettre est préparée ; elle reste confiée.")
    return remettre(visite, _a_programmer(trace["avant"]), par=par)


def mois_vises(choix, premier, nombre, reseau, le):
    """Dictionnaire entreprise → premier jour du mois visé, les visites de chacun réparties sur `nombre` mois.

    `choix` : {entreprise: développeur}. À proportion des jours ouvrés où il est là ; le plus tôt d'abord. Deux requêtes au plus.
    """
    if premier is None:
        return dict.fromkeys(choix)
    mois = [plus_mois(premier, rang) for rang in range(nombre)]
    libres = jours_libres_par_mois(set(choix.values()), mois, reseau, le)
    vises = {}
    for membre in libres:
        siennes = [entreprise for entreprise in choix if choix[entreprise] == membre]
        parts = partager(len(siennes), {}, libres[membre])
        suite = [jour for jour in mois for _ in range(parts[jour])]
        vises |= dict(zip(siennes, suite, strict=True))
    return vises


def jours_libres_par_mois(membres, mois, reseau, le):
    """Dictionnaire membre → {premier du mois: jours ouvrés où il est là, à partir d'aujourd'hui} ; une requête."""
    absences = absences_de(membres, mois[0], dernier_du_mois(mois[-1]))
    return {
        membre: {
            jour: jours_libres(
                max(jour, le), dernier_du_mois(jour), reseau.departement, [une for une in absences if une.membre_id == membre.pk]
            )
            for jour in mois
        }
        for membre in sorted(membres, key=lambda membre: membre.pk)
    }


def _en_session(avant):
    """Les dates d'une session voyagent en ISO."""
    return avant and {**avant, "prevue_le": avant["prevue_le"] and avant["prevue_le"].isoformat()}


def _a_programmer(avant):
    """Ce que la visite redevient, pour `remettre` : celle de la liste qu'elle était, ou rien si elle est née du lot."""
    if avant is None:
        return None
    return {
        "etat": EtatVisite.A_PROGRAMMER,
        "developpeur_id": None,
        "programmee_le": None,
        "prevue_le": avant["prevue_le"] and date.fromisoformat(avant["prevue_le"]),
        "campagne_id": avant["campagne"],
        "malgre_concurrence": "",
    }
