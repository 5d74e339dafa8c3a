"""La déontologie d'un réseau d'exemple : sa charte adoptée en réunion, acceptée de tous sauf un ; ses conventions."""

from datetime import timedelta

from reseau.charte import texte_fourni
from reseau.droits import concerne_par_la_charte
from reseau.models import Acceptation, Charte, Convention
from suivi.demonstration.calendrier import instant, ouvre_avant


def poser(chantier):
    reunion = chantier.reunion_avant(chantier.il_y_a(200))
    charte = Charte.objects.create(reseau=chantier.reseau, numero=1, texte=texte_fourni(), adoptee_le=reunion.le, reunion=reunion)
    concernes = [membre for membre in chantier.membres if chantier.actif(membre, chantier.le) and concerne_par_la_charte(membre)]
    Acceptation.objects.bulk_create(
        _acceptation(chantier, charte, membre) for membre in concernes if not _en_retard(chantier, membre)
    )
    _laisser_a_signer(chantier)
    Convention.objects.bulk_create(
        Convention(institution=institution) for institution in chantier.institutions.values() if institution.convention_signee_le
    )


def _laisser_a_signer(chantier):
    """La dernière arrivée n'a pas encore rendu sa convention : l'animateur la trouve à son accueil."""
    derniere = list(chantier.institutions.values())[-1]
    derniere.convention_signee_le = None
    derniere.save(update_fields=["convention_signee_le"])


def _acceptation(chantier, charte, membre):
    jour = ouvre_avant(chantier.il_y_a(chantier.hasard.randint(3, 60)))
    return Acceptation(charte=charte, membre=membre, le=instant(jour, 9) + timedelta(minutes=chantier.hasard.randrange(480)))


def _en_retard(chantier, membre):
    """Le dernier direct sans compte d'exemple : l'animateur voit qui reste à accepter."""
    sans_compte = [m for m in chantier.directs if m not in chantier.comptes.values() and chantier.actif(m, chantier.le)]
    return bool(sans_compte) and membre == sans_compte[-1]
