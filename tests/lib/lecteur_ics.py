"""Relire un .ics par une autre bibliothèque (vobject, sur dateutil) que celle qui l'écrit."""

import warnings
from datetime import UTC

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # elle emploie des tournures que Python 3.12 déconseille
    import vobject


def relire(octets):
    """(calendrier, [évènements]) de vobject ; échoue si une ligne dépasse 75 octets ou ne finit pas par CRLF."""
    texte = octets.decode()
    assert max(len(ligne) for ligne in octets.split(b"\r\n")) <= 75
    assert "\n" not in texte.replace("\r\n", "")
    calendrier = vobject.readOne(texte)
    return calendrier, list(getattr(calendrier, "vevent_list", []))


def horaire(evenement):
    """(début, fin) en temps universel, tels que la bibliothèque les comprend du fuseau écrit dans le fichier."""
    return evenement.dtstart.value.astimezone(UTC), evenement.dtend.value.astimezone(UTC)
