"""Ce que disent les résumés envoyés à chacun, composés pour un lecteur. Sans HTTP.

Chaque semaine, ses relances et les messages qu'on lui a laissés ; avant une réunion, les nouveaux comptes rendus.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.timezone import localdate

from reseau.enums import FrequenceResume
from suivi.echelle import a_relancer, echeances
from suivi.enums import MotifRelance
from suivi.models import MessageDAction, Resume, dossiers
from suivi.reserve import portent_une_reserve
from suivi.veille import RECENTS

MESSAGES = "Des messages vous sont laissés au fil de ces actions"

TITRES = {
    MotifRelance.SANS_REPONSE: "Des actions vous sont confiées, elles attendent votre réponse",
    MotifRelance.A_REPRENDRE: "Ces actions sont sorties de la réserve : à reprendre, à clore ou à y remettre",
    MotifRelance.ECHUE: "La fin prévue de ces actions est passée",
    MotifRelance.SANS_COMPTE_RENDU: "Ces visites attendent leur compte rendu",
    MotifRelance.SUITES: "Ces chefs d’entreprise attendent les suites de votre visite",
    MotifRelance.SANS_RENDEZ_VOUS: "Ces entreprises ont reçu la lettre, sans rendez-vous depuis",
}
PAGES = {
    MotifRelance.SANS_COMPTE_RENDU: "suivi:compte-rendu",
    MotifRelance.SUITES: "suivi:suites",
    MotifRelance.SANS_RENDEZ_VOUS: "visites:visite",
}


@dataclass(frozen=True)
class Texte:
    """Un courriel composé : `echeances` pour le résumé de la semaine, `visites` pour un résumé de comptes rendus."""

    objet: str
    corps: str
    echeances: list
    visites: list


def lundi(le):
    return le - timedelta(days=le.weekday())


def prochain(membre, le):
    """Le premier jour, à partir de celui-ci, où ce membre peut recevoir un résumé ; None s'il n'en veut pas."""
    ecart = FrequenceResume(membre.resume).semaines
    if ecart is None:
        return None
    dernier = Resume.objects.filter(membre=membre, semaine__isnull=False).order_by("semaine").last()
    return max(le, dernier.semaine + timedelta(weeks=ecart)) if dernier else le


def relances(membre, le, instant):
    """Le `Texte` du résumé de ce membre ce jour-là ; None s'il n'y a rien de nouveau à dire. `instant` : celui qui le date."""
    toutes = echeances(membre, le)
    nouvelles = a_relancer(membre, toutes)
    lignes = [(titre, [_ligne(membre.reseau, e) for e in nouvelles if e.motif == motif]) for motif, titre in TITRES.items()]
    sections = [section for section in [*lignes, (MESSAGES, _messages(membre, le, instant))] if section[1]]
    if not sections:
        return None
    donnees = {
        "membre": membre,
        "reseau": membre.reseau,
        "nombre": sum(len(lues) for _, lues in sections),
        "sections": sections,
        "deja_dites": len(toutes) - len(nouvelles),
        "accueil": _lien(membre.reseau.get_absolute_url()),
        "reglage": _lien(reverse("reseau:ma-fiche", args=[membre.reseau.slug])),
    }
    return Texte(*_rendre("resume", donnees), echeances=nouvelles, visites=[])


def restitutions(membre, reunion):
    """Le `Texte` des comptes rendus à restituer que ce membre peut lire, nouveaux pour lui ; None s'il n'y en a pas.

    Jamais la partie réservée : à qui peut la lire, on dit seulement qu'il y en a une.
    """
    visites = list(_nouveaux(membre))
    if not visites:
        return None
    reserves = portent_une_reserve([visite.compte_rendu.pk for visite in visites], membre)
    donnees = {
        "membre": membre,
        "reseau": membre.reseau,
        "reunion": reunion,
        "nombre": len(visites),
        "lignes": [_compte_rendu(visite, reserves) for visite in visites],
        "lien": _lien(reunion.get_absolute_url()),
    }
    return Texte(*_rendre("restitutions", donnees), echeances=[], visites=visites)


def _nouveaux(membre):
    """Ceux que la réunion restituera, terminés depuis le dernier résumé de ce membre."""
    visites = dossiers(membre).a_restituer().select_related("entreprise", "developpeur", "compte_rendu__auteur", "reseau")
    dernier = Resume.objects.filter(membre=membre, reunion__isnull=False).order_by("compose_le").last()
    if dernier:
        visites = visites.filter(compte_rendu__termine_le__gt=dernier.compose_le)
    return visites.select_related("compte_rendu").prefetch_related("projets").order_by("realisee_le", "pk")


def _compte_rendu(visite, reserves):
    rendu = visite.compte_rendu
    return {
        "visite": visite,
        "phrase": rendu.phrase,
        "projets": [projet.titre for projet in visite.projets.all()],
        "reserve": rendu.pk in reserves,
        "lien": _lien(reverse("suivi:compte-rendu-lire", args=[visite.reseau.slug, visite.pk])),
    }


def _ligne(reseau, echeance):
    """(l'entreprise ou le numéro de l'action, la date d'où court l'échelle, l'adresse où agir)"""
    objet = echeance.objet
    if nom := PAGES.get(echeance.motif):
        return {
            "quoi": str(objet.entreprise),
            "depuis": echeance.depuis,
            "lien": _lien(reverse(nom, args=[reseau.slug, objet.pk])),
        }
    quoi = f"Action n° {objet.numero}, {objet.projet.visite.entreprise}"
    return {"quoi": quoi, "depuis": echeance.depuis, "lien": _lien(reverse("suivi:action", args=[reseau.slug, objet.pk]))}


def _messages(membre, le, instant):
    """Une ligne par action dont le fil s'est enrichi depuis le résumé précédent : qui y écrit, jamais ce qu'il écrit."""
    precedent = Resume.objects.filter(membre=membre, semaine__lt=lundi(le)).order_by("semaine").last()
    recus = MessageDAction.objects.adresses_a(membre).entre(precedent.compose_le if precedent else instant - RECENTS, instant)
    par_action = {}
    for message in recus.select_related("membre", "action__reseau", "action__projet__visite__entreprise"):
        par_action.setdefault(message.action, []).append(message)
    return [_fil(action, messages) for action, messages in par_action.items()]


def _fil(action, messages):
    auteurs = ", ".join(dict.fromkeys(str(message.membre) for message in messages))
    return {
        "quoi": f"Action n° {action.numero}, {action.projet.visite.entreprise}, par {auteurs}",
        "depuis": localdate(messages[0].le),
        "lien": _lien(f"{action.get_absolute_url()}#fil"),
    }


def _lien(chemin):
    return settings.ADRESSE_DU_SERVICE + chemin


def _rendre(nom, donnees):
    objet = render_to_string(f"suivi/courriels/{nom}_objet.txt", donnees)
    return " ".join(objet.split()), render_to_string(f"suivi/courriels/{nom}_corps.txt", donnees).strip() + "\n"
