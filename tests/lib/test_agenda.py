"""Le fichier d'agenda, relu par une autre bibliothèque : heures justes, textes hostiles, personnes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from reseau.lib.agenda import ANNULATION, DEMANDE, PUBLICATION, Evenement, Personne, apres, ecrire
from reseau.lib.dates import duree_en_mots
from reseau.lib.fuseaux import OUTRE_MER, fuseau_du
from tests.lib.lecteur_ics import horaire, relire

PARIS = ZoneInfo("Europe/Paris")
LE = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOSTILES = [
    "Forges, fils ; \\ et « Cie »",
    "a\r\nEND:VEVENT\r\nEND:VCALENDAR\r\nX-MAL:1",
    "b\nATTENDEE:mailto:intrus@exemple.fr",
    "🔥" * 60,
    "é" * 200,
    'Dupont "le Grand"; RSVP=FALSE:mailto:intrus@exemple.fr',
    "c\x00\x07\x0b\x1bd",
    "e\u2028f\x85g",
    "\\n\\, \\;",
    "^n^'",
    "BEGIN:VALARM",
    "",
]


def evenement(debut=LE, **champs):
    defaut = {
        "uid": "visite-1@essai",
        "sequence": 0,
        "debut": debut,
        "fin": apres(debut, timedelta(minutes=90)),
        "titre": "Visite",
    }
    return Evenement(**defaut | champs)


def lire_un(methode=DEMANDE, fuseau=PARIS, **champs):
    calendrier, (lu,) = relire(ecrire([evenement(**champs)], methode=methode, fuseau=fuseau, le=LE))
    return calendrier, lu


@pytest.mark.parametrize(
    "local",
    [
        "2026-03-28T14:30",  # la veille du passage à l'heure d'été
        "2026-03-29T00:45",  # la nuit même, de part et d'autre
        "2026-03-29T01:15",
        "2026-03-29T03:00",
        "2026-03-29T09:00",
        "2026-10-24T23:30",
        "2026-10-25T01:30",
        "2026-10-25T02:15",
        "2026-10-25T03:30",
        "2026-10-25T09:00",
        "2028-02-29T10:00",
        "2028-02-28T23:30",
        "2026-12-31T23:30",
        "2027-01-01T00:00",
        "2027-03-28T10:00",
        "2031-10-26T10:00",
    ],
)
def test_heure_relue_est_le_meme_instant(local):
    debut = datetime.fromisoformat(local).replace(tzinfo=PARIS)
    lu = lire_un(debut=debut)[1]
    assert horaire(lu) == (debut.astimezone(UTC), debut.astimezone(UTC) + timedelta(minutes=90))


def test_heure_qui_se_joue_deux_fois_reste_la_seconde():
    debut = datetime(2026, 10, 25, 2, 15, tzinfo=PARIS, fold=1)
    assert horaire(lire_un(debut=debut)[1])[0] == datetime(2026, 10, 25, 1, 15, tzinfo=UTC)


def test_heure_s_ecrit_dans_le_fuseau_du_reseau():
    texte = ecrire([evenement(datetime(2026, 7, 1, 7, tzinfo=UTC))], methode=DEMANDE, fuseau=PARIS, le=LE).decode()
    assert "DTSTART;TZID=Europe/Paris:20260701T090000\r\n" in texte


@pytest.mark.parametrize("departement", ["70", "2A", *OUTRE_MER])
def test_fuseau_ecrit_est_celui_du_departement(departement):
    """Un jour sur onze pendant six ans : la règle écrite donne l'instant que donne la base des fuseaux."""
    fuseau = fuseau_du(departement)
    jours = [datetime(2026, 1, 1, 9, tzinfo=fuseau) + timedelta(days=11 * rang) for rang in range(200)]
    lus = relire(ecrire([evenement(jour) for jour in jours], methode=PUBLICATION, fuseau=fuseau, le=LE))[1]
    assert [horaire(lu)[0] for lu in lus] == [jour.astimezone(UTC) for jour in jours]


@pytest.mark.parametrize("annee", range(2026, 2036))
@pytest.mark.parametrize("departement", ["70", "975"])
def test_changement_d_heure_tombe_le_bon_jour(departement, annee):
    """Heure par heure autour de chaque dimanche de mars, d'octobre et de novembre."""
    fuseau = fuseau_du(departement)
    nuits = [datetime(annee, mois, jour, 4, tzinfo=fuseau) for mois in (3, 10, 11) for jour in range(1, 31)]
    lus = relire(ecrire([evenement(nuit) for nuit in nuits], methode=PUBLICATION, fuseau=fuseau, le=LE))[1]
    assert [horaire(lu)[0] for lu in lus] == [nuit.astimezone(UTC) for nuit in nuits]


@pytest.mark.parametrize("texte", HOSTILES)
def test_texte_hostile_reste_un_texte(texte):
    intrus = {"titre": texte, "lieu": texte, "description": texte, "participants": [Personne(texte, "a@exemple.fr", True)]}
    calendrier, lu = lire_un(**intrus)
    assert [str(composant.name) for composant in calendrier.components()] == ["VTIMEZONE", "VEVENT"]
    assert [personne.value for personne in lu.contents["attendee"]] == ["mailto:a@exemple.fr"]
    assert not any(ord(lettre) < 32 for lettre in lu.summary.value)
    assert "^" not in str(lu.attendee.params["CN"])  # l'échappement du RFC 6868, que peu d'agendas défont


def test_texte_se_relit_tel_quel():
    lu = lire_un(titre=HOSTILES[0], lieu="12, rue des Essais", description="Une ligne\r\nUne autre 🔥")[1]
    assert (lu.summary.value, lu.location.value) == (HOSTILES[0], "12, rue des Essais")
    assert lu.description.value == "Une ligne\nUne autre 🔥"


def test_personnes_et_mandat():
    organisateur, invite = Personne("Réseau", "reseau@exemple.fr"), Personne("M. Fictif", "a@exemple.fr", True)
    lu = lire_un(organisateur=organisateur, envoye_par="outil@exemple.fr", participants=[invite])[1]
    assert (lu.organizer.value, lu.organizer.params["SENT-BY"]) == ("mailto:reseau@exemple.fr", ["mailto:outil@exemple.fr"])
    assert (lu.attendee.params["CN"], lu.attendee.params["RSVP"]) == (["M. Fictif"], ["TRUE"])


@pytest.mark.parametrize(
    ("courriel", "adresse"),
    [
        ("o'neil+tri@exemple.fr", "o'neil+tri@exemple.fr"),
        ("a%b@exemple.fr", "a%25b@exemple.fr"),
        ('"a;b:c"@exemple.fr', "%22a%3Bb%3Ac%22@exemple.fr"),
    ],
)
def test_courriel_particulier_reste_une_adresse(courriel, adresse):
    (personne,) = lire_un(participants=[Personne("X", courriel)])[1].contents["attendee"]
    assert personne.value == f"mailto:{adresse}"


def test_annulation_se_dit():
    calendrier, lu = lire_un(ANNULATION, statut="CANCELLED", sequence=3)
    assert (calendrier.method.value, lu.status.value, lu.sequence.value) == ("CANCEL", "CANCELLED", "3")


def test_flux_vide_reste_un_calendrier():
    calendrier, lus = relire(ecrire([], methode=PUBLICATION, fuseau=PARIS, le=LE, nom="Réseau, 70"))
    assert (lus, calendrier.contents["x-wr-calname"][0].value) == ([], "Réseau, 70")
    assert calendrier.contents["x-published-ttl"][0].value == "PT1H"


@pytest.mark.parametrize(("minutes", "mots"), [(45, "45 min"), (60, "1 h"), (90, "1 h 30"), (125, "2 h 05")])
def test_duree_en_mots(minutes, mots):
    assert duree_en_mots(minutes) == mots.replace(" ", "\u00a0")
