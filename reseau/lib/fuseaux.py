"""L'heure légale de chaque département et collectivité (loi du 3 septembre 1940, décret 2017-292)."""

from zoneinfo import ZoneInfo

METROPOLE = ZoneInfo("Europe/Paris")
OUTRE_MER = {
    "971": "America/Guadeloupe",
    "972": "America/Martinique",
    "973": "America/Cayenne",
    "974": "Indian/Reunion",
    "975": "America/Miquelon",
    "976": "Indian/Mayotte",
    "977": "America/St_Barthelemy",
    "978": "America/Marigot",
    "986": "Pacific/Wallis",
    "987": "Pacific/Tahiti",
    "988": "Pacific/Noumea",
}


def fuseau_du(departement):
    """`ZoneInfo` du département : code à deux ou trois signes (« 70 », « 2A », « 974 »)."""
    return ZoneInfo(OUTRE_MER[departement]) if departement in OUTRE_MER else METROPOLE
