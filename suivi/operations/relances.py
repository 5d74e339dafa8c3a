"""Relancer, une fois par personne et par semaine ; annoncer les comptes rendus avant une réunion. À jouer chaque jour.

Chaque résumé s'inscrit avec la trace qu'il est fait, dans la même transaction : jouée deux fois, deux fois en même temps ou
trois jours en retard, la commande n'en écrit qu'un.
"""

import logging
from collections import Counter
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate, override

from reseau import expedition
from reseau.droits import NON, portee
from reseau.enums import GenrePli, Geste
from reseau.journal import noter_chacun
from reseau.lib.dates import minuit
from reseau.models import Membre, Reseau, Reunion
from suivi import resumes
from suivi.echelle import champ_de
from suivi.models import Relance, Resume

AVANT_REUNION = timedelta(days=3)
journal = logging.getLogger(__name__)


def relancer_tous(maintenant):
    """Joue la journée de tous les réseaux, chacun à son heure ; rend {"resumes", "restitutions", "erreurs": combien}.

    Ce qui échoue pour l'un n'arrête pas les autres, et se reprend au passage suivant.
    """
    bilan = Counter()
    for reseau in Reseau.objects.defer("logo"):
        with override(reseau.fuseau):
            _relancer_le_reseau(reseau, maintenant, bilan)
    return bilan


def relancer(membre, *, le, maintenant):
    """Inscrit le résumé de la semaine de ce membre ; rend le `Resume`, ou None si ce n'est pas son tour ou si c'est fait."""
    semaine, prochain = resumes.lundi(le), resumes.prochain(membre, le)
    if prochain is None or prochain > le:
        return None
    return _une_fois(_inscrire_les_relances, membre, semaine, le, maintenant)


def annoncer_les_restitutions(reunion, membre, *, maintenant):
    """Inscrit le résumé des comptes rendus de cette réunion que ce membre peut lire ; None s'il l'a, ou s'il n'y en a pas."""
    if _ecarte(reunion, membre):
        return None
    return _une_fois(_inscrire_les_restitutions, membre, reunion, maintenant)


def apercu_des_restitutions(reunion, membre):
    """Le `Texte` que recevrait ce membre avant cette réunion ; None s'il l'a déjà, n'en veut pas, ou s'il n'y a rien."""
    return None if _ecarte(reunion, membre) else resumes.restitutions(membre, reunion)


def _ecarte(reunion, membre):
    hors_sujet = not membre.restitutions or portee(membre, "reunions.voir") is NON
    return hors_sujet or Resume.objects.filter(membre=membre, reunion=reunion).exists()


def _relancer_le_reseau(reseau, maintenant, bilan):
    le = localdate(maintenant)
    actifs = Membre.objects.filter(reseau=reseau, utilisateur__is_active=True).actifs(le)
    complets = actifs.avec_engagement().select_related("reseau", "institution", "utilisateur")
    membres = list(complets.defer("reseau__logo"))
    reunions = list(Reunion.objects.filter(reseau=reseau, le__lte=le + AVANT_REUNION).a_venir(le).select_related("reseau"))
    for membre in membres:
        _jouer(bilan, "resumes", relancer, membre, le=le, maintenant=maintenant)
        for reunion in reunions:
            _jouer(bilan, "restitutions", annoncer_les_restitutions, reunion, membre, maintenant=maintenant)


def _jouer(bilan, quoi, geste, *arguments, **mots):
    try:
        resume = geste(*arguments, **mots)
    except Exception:
        journal.exception("Résumé manqué")
        bilan["erreurs"] += 1
    else:
        bilan[quoi] += bool(resume and resume.pli_id)


def _une_fois(geste, *arguments):
    """Rend None si un autre processus vient de faire le même : les contraintes de `Resume` tranchent."""
    try:
        with transaction.atomic():
            return geste(*arguments)
    except IntegrityError:
        return None


def _inscrire_les_relances(membre, semaine, le, maintenant):
    resume = Resume.objects.create(membre=membre, semaine=semaine, compose_le=maintenant)
    texte = resumes.relances(membre, le, maintenant)
    if texte is None:
        return resume
    Relance.objects.bulk_create(
        Relance(resume=resume, membre=membre, motif=e.motif, depuis=e.depuis, palier=e.palier, **{champ_de(e): e.objet})
        for e in texte.echeances
    )
    page = membre.reseau.get_absolute_url()
    return _inscrire_le_pli(resume, texte, GenrePli.RESUME, page, maintenant, maintenant + expedition.VALIDITE)


def _inscrire_les_restitutions(membre, reunion, maintenant):
    texte = resumes.restitutions(membre, reunion)
    if texte is None:
        return None
    resume = Resume.objects.create(membre=membre, reunion=reunion, compose_le=maintenant)
    noter_chacun(membre, Geste.ENVOI, [visite.compte_rendu for visite in texte.visites], precision="résumé par courriel")
    fin = minuit(reunion.le + timedelta(days=1))  # la réunion passée, il n'a plus rien à dire
    return _inscrire_le_pli(resume, texte, GenrePli.RESTITUTIONS, reunion.get_absolute_url(), maintenant, fin)


def _inscrire_le_pli(resume, texte, genre, page, maintenant, perime_le):
    membre = resume.membre
    resume.pli = expedition.inscrire(
        genre,
        destinataire=membre.utilisateur.email,
        objet=texte.objet,
        corps=texte.corps,
        reseau=membre.reseau,
        membre=membre,
        page=page,
        inscrit_le=maintenant,
        perime_le=perime_le,
    )
    resume.save(update_fields=["pli"])
    return resume
