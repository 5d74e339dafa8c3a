"""La partie réservée, et nul autre chemin vers elle : qui la lit, et la lecture inscrite avant d'être faite.

La lire, c'est d'abord l'écrire au journal ; et la base elle-même (`visites.garde`) refuse cette ligne à un membre d'une
institution qui contrôle ou impose, quel que soit son rôle, sauf à l'auteur pour la sienne. Un programme qui se tromperait de
condition n'aurait donc rien à rendre. Un essai d'architecture refuse toute autre jointure vers cette table.
"""

from django.db import transaction

from reseau.droits import autorise
from reseau.enums import Geste
from reseau.journal import noter
from suivi.models import Projet
from visites.models import PartieReservee, Visite


def peut_lire_la_reserve(membre, compte_rendu):
    """L'animateur, l'auteur et les interlocuteurs ; jamais une institution régalienne, sauf l'auteur pour la sienne."""
    if membre == compte_rendu.auteur:
        return True
    if membre.institution.regalienne:
        return False
    interlocuteurs = {projet.interlocuteur_id for projet in compte_rendu.visite.projets.all()}
    return autorise(membre, "comptes_rendus.lire_la_reserve", *([membre] if membre.pk in interlocuteurs else []))


def reserves(membre):
    """`QuerySet` de celles que ce membre lit, de toutes les visites qu'il voit."""
    suivies = Projet.objects.filter(interlocuteur=membre).values("visite")
    return PartieReservee.objects.lisibles_par(membre, Visite.objects.visibles_par(membre), suivies)


def lire_la_reserve(compte_rendu, membre):
    """Le texte réservé, vide s'il n'y en a pas ou s'il ne le lit pas ; la lecture, ou le refus, est d'abord au journal."""
    if compte_rendu is None or compte_rendu.pk is None:
        return ""
    partie = reserves(membre).filter(compte_rendu=compte_rendu).first()
    if partie is None:
        _noter_le_refus(compte_rendu, membre)
        return ""
    if partie.texte.strip():
        with transaction.atomic():
            noter(membre, Geste.LECTURE, partie)
    return partie.texte


def portent_une_reserve(comptes_rendus, membre):
    """Clés de ces comptes rendus où ce membre trouvera une partie réservée ; son texte n'est pas lu."""
    lisibles = reserves(membre).ecrites().filter(compte_rendu__in=comptes_rendus)
    return set(lisibles.values_list("compte_rendu", flat=True))


def ecrire_la_reserve(compte_rendu, texte):
    PartieReservee.objects.update_or_create(compte_rendu=compte_rendu, defaults={"texte": texte})


def _noter_le_refus(compte_rendu, membre):
    """Il y en avait une, et elle ne lui est pas ouverte."""
    fermee = PartieReservee.objects.ecrites().filter(compte_rendu=compte_rendu).only("pk").first()
    if fermee:
        noter(membre, Geste.REFUS, fermee)
