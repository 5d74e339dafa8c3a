"""Des actions à compter aux projets qui les portent, et des projets aux visites qui les ont fait naître."""

from collections import Counter
from dataclasses import dataclass, field

from django.utils.timezone import localdate

from suivi.demonstration.annexes import ANNEXE_2_4
from suivi.demonstration.modeles import PAR_NATURE, Modele
from suivi.demonstration.recits import mots
from suivi.enums import Maturite
from suivi.models import Projet

ACTIONS_PAR_PROJET = (1, 1, 1, 2, 2, 3)
SANS_PROJET = 0.12
PROJETS_PAR_VISITE = 3
PAR_INVESTISSEMENT, PAR_DEVELOPPEMENT = 4, 3  # emplois projetés, au plus, par projet en moyenne


@dataclass
class Esquisse:
    """Un projet à créer : son modèle, ses suites (type, sujet), et les lignes de l'annexe 2.4 s'il en vient."""

    modele: Modele
    suites: list[tuple[str, str]]
    imposee: object = None
    visite: object = None
    mots: dict = field(default_factory=dict)
    emplois: dict = field(default_factory=Counter)
    projet: Projet | None = None


def poser(chantier):
    """Crée les projets ; rend leurs esquisses, dans l'ordre des comptes rendus."""
    esquisses = _placer(chantier, _regrouper(chantier.hasard, chantier.plan.actions))
    _projeter_des_emplois(chantier, esquisses)
    esquisses.sort(key=_ordre)
    for esquisse in esquisses:
        esquisse.mots = mots(chantier, esquisse.visite)
        esquisse.projet = _projet(chantier, esquisse)
    Projet.objects.bulk_create([esquisse.projet for esquisse in esquisses], batch_size=200)
    return esquisses


def _ordre(esquisse):
    """L'ordre des numéros : ceux que l'annexe donne d'abord, puis à mesure des comptes rendus."""
    numero = esquisse.imposee.numero if esquisse.imposee else float("inf")
    return numero, esquisse.visite.termine_le, esquisse.visite.pk


def _regrouper(hasard, actions):
    """Toutes les actions du compte, groupées par projets d'un même modèle : une à trois suites différentes chacun."""
    esquisses = []
    for nature, comptes in actions.items():
        reste = Counter(comptes)
        while reste:
            premiere = hasard.choices(list(reste), list(reste.values()))[0]
            modele = hasard.choice([modele for modele in PAR_NATURE[nature] if premiere in modele.suites])
            possibles = [suite for suite in modele.suites if reste[suite] and suite != premiere]
            combien = min(hasard.choice(ACTIONS_PAR_PROJET) - 1, len(possibles))
            suites = [premiere, *hasard.sample(possibles, combien)]
            reste -= Counter(suites)
            esquisses.append(Esquisse(modele, suites))
    return esquisses


def _placer(chantier, esquisses):
    """Donne une visite racontée à chaque projet : un d'abord, puis deux ou trois, jamais deux fois le même sujet."""
    racontees = [visite for visite in chantier.visites if getattr(visite, "termine_le", None)]
    racontees.sort(key=lambda visite: (visite.termine_le, visite.pk))
    imposees = ANNEXE_2_4 if chantier.plan.annexe_2_4 else ()
    par_siret = {visite.entreprise.siret: visite for visite in racontees}
    siennes = [par_siret.pop(fiche.siret) for fiche in chantier.entreprises[: len(imposees)]]
    libres = [visite for visite in racontees if visite not in siennes]
    accueillantes = chantier.choisir(libres, round(len(libres) * (1 - SANS_PROJET)))
    chantier.hasard.shuffle(accueillantes)
    chantier.hasard.shuffle(esquisses)
    recues = {}
    for rang, esquisse in enumerate(esquisses):
        esquisse.visite = _accueil(chantier, esquisse, accueillantes, rang, recues)
        recues.setdefault(esquisse.visite.pk, []).append(esquisse.modele)
    for visite, ligne in zip(siennes, imposees, strict=True):
        modele = next(modele for modele in PAR_NATURE[ligne.nature] if ligne.suite in modele.suites)
        esquisses.append(Esquisse(modele, [ligne.suite], imposee=ligne, visite=visite))
    return esquisses


def _accueil(chantier, esquisse, visites, rang, recues):
    if rang < len(visites):
        return visites[rang]
    possibles = [
        visite
        for visite in visites
        if len(recues.get(visite.pk, ())) < PROJETS_PAR_VISITE and esquisse.modele not in recues.get(visite.pk, ())
    ]
    return chantier.hasard.choice(possibles)


def _projeter_des_emplois(chantier, esquisses):
    """Les emplois projetés du plan, au compte juste ; une embauche par entreprise au plus."""
    emplois, hasard = chantier.plan.emplois, chantier.hasard
    libres = [esquisse for esquisse in esquisses if esquisse.imposee is None]
    embauches = _une_par_visite(libres, "embauche", emplois.entreprises)
    _verser(hasard, embauches, "emplois_embauche", emplois.embauche, chacun=1)
    for champ, nombre in (
        ("embauche_cadres", emplois.cadres),
        ("embauche_commerciaux", emplois.commerciaux),
        ("embauche_temps_partage", emplois.temps_partage),
    ):
        _detailler(hasard, embauches, champ, nombre)
    investissements = [e for e in libres if e.modele.emplois == "investissement"]
    combien = max(1, emplois.investissement // PAR_INVESTISSEMENT)
    _verser(hasard, investissements[:combien], "emplois_investissement", emplois.investissement)
    developpements = [e for e in libres if e.modele.emplois == "developpement"]
    combien = max(1, emplois.developpement // PAR_DEVELOPPEMENT)
    _verser(hasard, developpements[:combien], "emplois_developpement", emplois.developpement)


def _une_par_visite(esquisses, genre, combien):
    """`combien` projets d'entreprises différentes, ceux de ce genre d'abord."""
    retenues = {}
    for esquisse in sorted(esquisses, key=lambda esquisse: esquisse.modele.emplois != genre):
        retenues.setdefault(esquisse.visite.entreprise_id, esquisse)
    return list(retenues.values())[:combien]


def _verser(hasard, esquisses, champ, total, *, chacun=0):
    for esquisse in esquisses:
        esquisse.emplois[champ] += chacun
    for _ in range(total - chacun * len(esquisses)):
        hasard.choice(esquisses).emplois[champ] += 1


def _detailler(hasard, esquisses, champ, nombre):
    """Précise des embauches déjà comptées, sans jamais dépasser leur nombre."""
    for _ in range(nombre):
        possibles = [esquisse for esquisse in esquisses if esquisse.emplois["emplois_embauche"] > _detail(esquisse)]
        hasard.choice(possibles).emplois[champ] += 1


def _detail(esquisse):
    return sum(nombre for champ, nombre in esquisse.emplois.items() if champ.startswith("embauche_"))


def _projet(chantier, esquisse):
    visite, hasard = esquisse.visite, chantier.hasard
    titre = esquisse.imposee.projet if esquisse.imposee else hasard.choice(esquisse.modele.titres).format(**esquisse.mots)
    interlocuteur = _interlocuteur(chantier, visite)
    confirme = hasard.random() < 0.7 and interlocuteur == visite.developpeur
    return Projet(
        reseau=chantier.reseau,
        visite=visite,
        titre=titre,
        nature=esquisse.modele.nature,
        maturite=hasard.choice(Maturite.values),
        interlocuteur=interlocuteur,
        interlocuteur_confirme_en=visite.restituee_en if confirme else None,
        cree_le=localdate(visite.termine_le),
        **esquisse.emplois,
    )


def _interlocuteur(chantier, visite):
    """Le visiteur, ou qui a repris ses dossiers quand il est parti."""
    if chantier.actif(visite.developpeur, chantier.le):
        return visite.developpeur
    return chantier.hasard.choice(chantier.visiteurs(visite.entreprise, chantier.le))
