"""Écrire un agenda iCalendar (RFC 5545, 5546) : le seul endroit qui connaît la bibliothèque icalendar.

Les heures s'écrivent dans un fuseau nommé, avec sa règle de changement d'heure : un rendez-vous de 9 h reste à 9 h, même
si l'agenda qui le reçoit est réglé ailleurs.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard, vCalAddress, vDuration, vText

DEMANDE, ANNULATION, PUBLICATION = "REQUEST", "CANCEL", "PUBLISH"
CONFIRME, ANNULE = "CONFIRMED", "CANCELLED"
PRODUIT = "-//Reseau de developpeurs//Agenda//FR"
RELECTURE = timedelta(hours=1)  # ce que l'on conseille aux agendas abonnés ; beaucoup attendent davantage

# Les seuls fuseaux français qui changent d'heure : (genre, sigle, premier changement, décalage avant, après, mois, jour).
# La règle s'écrit en RRULE : Outlook ne lit pas les listes de dates (RDATE) que la bibliothèque tirerait du fuseau.
CHANGEMENTS = {
    "Europe/Paris": (
        (TimezoneDaylight, "CEST", "1996-03-31T02:00", 1, 2, 3, "-1SU"),
        (TimezoneStandard, "CET", "1996-10-27T03:00", 2, 1, 10, "-1SU"),
    ),
    "America/Miquelon": (
        (TimezoneDaylight, "-02", "2007-03-11T02:00", -3, -2, 3, "2SU"),
        (TimezoneStandard, "-03", "2007-11-04T02:00", -2, -3, 11, "1SU"),
    ),
}
# Ce qu'une adresse de courriel peut porter sans être codée dans « mailto: » (RFC 6068).
SURS = "@!$'*+-._~/?^`{|}"


@dataclass(frozen=True)
class Personne:
    """Qui organise ou participe. `repond` : on attend d'elle qu'elle accepte ou décline."""

    nom: str
    courriel: str
    repond: bool = False


@dataclass(frozen=True, kw_only=True)
class Evenement:
    """Un évènement prêt à écrire. `debut`, `fin` : des instants (avec fuseau). `uid` ne change jamais ; `sequence` croît."""

    uid: str
    sequence: int
    debut: datetime
    fin: datetime
    titre: str
    lieu: str = ""
    description: str = ""
    lien: str = ""
    statut: str = CONFIRME
    prive: bool = False
    organisateur: Personne | None = None
    envoye_par: str = ""
    participants: Sequence[Personne] = ()


def ecrire(evenements: Iterable[Evenement], *, methode: str, fuseau: ZoneInfo, le: datetime, nom: str = "") -> bytes:
    """Le fichier .ics : UTF-8, lignes CRLF repliées à 75 octets. `le` date chaque évènement (DTSTAMP) ; `nom` : un flux."""
    agenda = Calendar()
    agenda.add("prodid", PRODUIT)
    agenda.add("version", "2.0")
    agenda.add("calscale", "GREGORIAN")
    agenda.add("method", methode)
    if nom:
        # Ces propriétés sont inconnues de la bibliothèque : sans son type, elle écrirait la valeur telle quelle.
        agenda.add("name", vText(_ligne(nom)))
        agenda.add("x-wr-calname", vText(_ligne(nom)))
        agenda.add("x-wr-timezone", fuseau.key)
        agenda.add("refresh-interval", RELECTURE, parameters={"VALUE": "DURATION"})
        agenda.add("x-published-ttl", vDuration(RELECTURE))
    agenda.add_component(_fuseau(fuseau))
    for evenement in evenements:
        agenda.add_component(_evenement(evenement, fuseau, le))
    return agenda.to_ical()


def apres(debut: datetime, duree: timedelta) -> datetime:
    """`debut` plus une durée vraie : une nuit de changement d'heure, l'addition sur l'horloge se tromperait d'une heure."""
    return (debut.astimezone(UTC) + duree).astimezone(debut.tzinfo)


def _evenement(evenement, fuseau, le):
    composant = Event()
    composant.add("uid", evenement.uid)
    composant.add("sequence", evenement.sequence)
    composant.add("dtstamp", le.astimezone(UTC))
    composant.add("last-modified", le.astimezone(UTC))
    composant.add("dtstart", _heure(evenement.debut, fuseau))
    composant.add("dtend", _heure(evenement.fin, fuseau))
    composant.add("summary", _ligne(evenement.titre))
    if evenement.statut:
        composant.add("status", evenement.statut)
    composant.add("class", "PRIVATE" if evenement.prive else "PUBLIC")
    composant.add("transp", "TRANSPARENT" if evenement.statut == ANNULE else "OPAQUE")
    textes = {"location": _ligne(evenement.lieu), "description": _paragraphes(evenement.description), "url": evenement.lien}
    for propriete, texte in textes.items():
        if texte:
            composant.add(propriete, texte)
    _ajouter_les_personnes(composant, evenement)
    return composant


def _ajouter_les_personnes(composant, evenement):
    if evenement.organisateur:
        organisateur = _adresse(evenement.organisateur)
        if evenement.envoye_par not in ("", evenement.organisateur.courriel):
            organisateur.params["SENT-BY"] = _mailto(evenement.envoye_par)
        composant.add("organizer", organisateur)
    for personne in evenement.participants:
        participant = _adresse(personne)
        participant.params["ROLE"] = "REQ-PARTICIPANT"
        participant.params["PARTSTAT"] = "NEEDS-ACTION"
        participant.params["RSVP"] = "TRUE" if personne.repond else "FALSE"
        composant.add("attendee", participant)


def _adresse(personne):
    adresse = vCalAddress(_mailto(personne.courriel))
    # Un paramètre n'a pas d'échappement que tous lisent : le guillemet, seul caractère interdit, y devient une apostrophe.
    adresse.params["CN"] = _ligne(personne.nom).replace('"', "’").replace("^", " ") or personne.courriel
    return adresse


def _mailto(courriel):
    return f"mailto:{quote(courriel, safe=SURS)}"


def _heure(instant, fuseau):
    """L'heure locale ; en temps universel pour l'heure qui se joue deux fois, où l'heure locale désignerait la première."""
    locale = instant.astimezone(fuseau)
    return instant.astimezone(UTC) if locale.fold else locale


def _fuseau(fuseau):
    zone = Timezone()
    zone.add("tzid", fuseau.key)
    if fuseau.key not in CHANGEMENTS:
        ici = datetime(2000, 1, 1, tzinfo=fuseau)
        zone.add_component(_periode(TimezoneStandard, ici.tzname(), "1970-01-01T00:00", ici.utcoffset(), ici.utcoffset()))
        return zone
    for genre, sigle, debut, avant, ensuite, mois, jour in CHANGEMENTS[fuseau.key]:
        periode = _periode(genre, sigle, debut, timedelta(hours=avant), timedelta(hours=ensuite))
        periode.add("rrule", {"freq": "yearly", "bymonth": mois, "byday": jour})
        zone.add_component(periode)
    return zone


def _periode(genre, sigle, debut, avant, ensuite):
    periode = genre()
    periode.add("dtstart", datetime.fromisoformat(debut))
    periode.add("tzname", sigle)
    periode.add("tzoffsetfrom", avant)
    periode.add("tzoffsetto", ensuite)
    return periode


def _ligne(texte):
    """Une seule ligne : ni retour, ni tabulation, ni caractère de commande."""
    return " ".join("".join(c if c.isspace() or unicodedata.category(c) != "Cc" else "" for c in texte).split())


def _paragraphes(texte):
    return "\n".join(_ligne(ligne) for ligne in texte.strip().splitlines())
